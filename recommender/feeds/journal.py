"""Links that an import has fetched: asked for in advance, and never twice after a kill."""

import contextlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeAlias

from recommender.feeds.fetch import Fetcher

JOURNAL = "fetched.jsonl"  # beside a catalogue, while it is imported
FETCHES_AT_ONCE = 8

Fetch: TypeAlias = Callable[[str], bytes]


class Journal:
    """Journal of what an import has fetched: one that was killed asks for nothing twice.

    Parameters
    ----------
    folder : of the catalogue, whose `images/` hold what was fetched
    get : fetches a link
    """

    def __init__(self, folder: Path, get: Fetch) -> None:
        self._folder = folder
        self._file = folder / JOURNAL
        self._get = get
        self._images: dict[str, str] = {}
        self._lock = threading.Lock()
        self._is_abandoned = False

    def __enter__(self) -> Self:
        if self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # a kill may have left half a line
                    link, image = json.loads(line)
                    self._images[link] = image
        self._stream = self._file.open("a", encoding="utf-8")
        self._stream.write("\n")  # after half a line
        self._pool = ThreadPoolExecutor(FETCHES_AT_ONCE)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(wait=not self._is_abandoned, cancel_futures=True)
        with self._lock:
            self._stream.close()
        if kind is None:  # the next import is to see what has changed
            self._file.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Let nobody wait for what is being fetched; it is given up, or ends by itself."""
        self._is_abandoned = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(self._get, Fetcher):
            self._get.stop()

    def ask(self, link: str) -> "Future[bytes]":
        """The bytes of a link, once they are there."""
        return self._pool.submit(self._read, link)

    def note(self, link: str, image: str) -> None:
        """Remember that a link's picture is kept as `image`, a path relative to the folder."""
        with self._lock:
            if not self._stream.closed:
                self._stream.write(json.dumps([link, image]) + "\n")
                self._stream.flush()

    def _read(self, link: str) -> bytes:
        try:
            return (self._folder / self._images[link]).read_bytes()
        except (KeyError, OSError):
            return self._get(link)
