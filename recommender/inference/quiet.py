"""Keeps the greetings of compiled libraries off the terminal."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GREETING = b"INFO: "
STDERR = 2
_once = threading.Lock()
_is_done = threading.Event()


@contextmanager
def greetings_dropped() -> Iterator[None]:
    """Drop what LiteRT says of itself at its first run; everything else is passed on.

    It writes a line of information to the process's error stream, and has no switch for it. What
    others write meanwhile is held back for that moment.
    """
    if _is_done.is_set():
        yield
        return
    with _once, tempfile.TemporaryFile() as held:
        if _is_done.is_set():  # another thread was first
            yield
            return
        sys.stderr.flush()
        own = os.dup(STDERR)
        os.dup2(held.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(own, STDERR)
            held.seek(0)
            for line in held:
                if not line.startswith(GREETING):
                    os.write(own, line)
            os.close(own)
            _is_done.set()
