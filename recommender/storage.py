"""Tells in one sentence why a disk did not take what was written.

A full or protected disk is met everywhere a file is written, by programs that can only pass it on.
`StorageError` lets the edges say it as one sentence, and lets whoever only wanted to keep a result
for later go on without.
"""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from recommender.errors import StorageError

NO_SPACE = "no space is left on the disk: make room, and try again"
PROTECTED = "the server may not write to its disk: it is read-only, or belongs to somebody else"
BROKEN = "the disk does not take what is written: it may be full or broken"
SENTENCES = {
    errno.ENOSPC: NO_SPACE,
    errno.EDQUOT: NO_SPACE,
    errno.EFBIG: NO_SPACE,  # a limit on the size of files
    errno.EROFS: PROTECTED,
    errno.EACCES: PROTECTED,
    errno.EPERM: PROTECTED,
    errno.ENOTDIR: PROTECTED,
    errno.EIO: BROKEN,
}
CODES = {  # primary result codes of SQLite
    sqlite3.SQLITE_FULL: NO_SPACE,
    sqlite3.SQLITE_READONLY: PROTECTED,
    sqlite3.SQLITE_PERM: PROTECTED,
    sqlite3.SQLITE_CANTOPEN: PROTECTED,
    sqlite3.SQLITE_IOERR: BROKEN,
}
PRIMARY = 0xFF
CUT_SHORT = re.compile(r"\d+ requested and \d+ written")  # NumPy's words for a full disk


def explain(error: BaseException) -> StorageError | None:
    """Return the sentence for an error of the disk; None for any other error."""
    if isinstance(error, StorageError):
        return error
    sentence = None
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        sentence = None if code is None else CODES.get(code & PRIMARY)
    elif isinstance(error, OSError):
        sentence = SENTENCES.get(error.errno or 0)
        if sentence is None and CUT_SHORT.fullmatch(str(error)):
            sentence = NO_SPACE
    return None if sentence is None else StorageError(sentence)


@contextmanager
def explained() -> Iterator[None]:
    """Raise `StorageError` for what a disk refuses in the block; other errors pass."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        explanation = explain(error)
        if explanation is None:
            raise
        raise explanation from error


@contextmanager
def if_possible() -> Iterator[None]:
    """Go on without, where a disk does not take what would only have been kept for later."""
    try:
        with explained():
            yield
    except StorageError:
        return
