"""Keeps what an import's process says, in two files of bounded size.

The process writes into a pipe, and a second small process keeps what comes out of it: native code
that writes while it holds Python's lock would wait for ever for a thread of its own. Both outlive
the server that started them.
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 1 << 20  # of each of the two files
CHUNK_BYTES = 1 << 16
ROOT = Path(__file__).parents[2]


def spawn(command: Sequence[str], log: Path) -> None:
    """Start a process whose latest output is kept in `log`, and what came before in `earlier`."""
    for old in (log, earlier(log)):
        old.unlink(missing_ok=True)
    keeper = subprocess.Popen(  # noqa: S603  the command is this package's own
        [sys.executable, "-m", "recommender.importing.log", str(log.absolute())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
    )
    assert keeper.stdin is not None  # noqa: S101  for the type
    with keeper.stdin as pipe:
        process = subprocess.Popen(  # noqa: S603  whoever calls checks names
            command,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            cwd=ROOT,
            start_new_session=True,  # it outlives the server
        )
    for each in (process, keeper):  # leaves no zombie
        threading.Thread(target=each.wait, daemon=True).start()


def keep(stream: BinaryIO, log: Path, max_bytes: int = MAX_BYTES) -> None:
    """Write a stream to `log` until it ends; a full file takes the place of the earlier one.

    A disk that takes nothing costs words and not the import: the stream is read in any case.
    """
    n_bytes = log.stat().st_size if log.exists() else 0
    while chunk := stream.read1(CHUNK_BYTES):  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            if n_bytes + len(chunk) > max_bytes:
                log.replace(earlier(log))
                n_bytes = 0
            with log.open("ab") as file:
                file.write(chunk)
            n_bytes += len(chunk)


def earlier(log: Path) -> Path:
    """The file that holds what came before; "log.1.txt" for "log.txt"."""
    return log.with_name(f"{log.stem}.1{log.suffix}")


if __name__ == "__main__":
    keep(sys.stdin.buffer, Path(sys.argv[1]))
