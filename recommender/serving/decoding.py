"""Decodes strangers' pictures in worker processes with limits on time and memory.

A decoder works on whatever bytes a stranger sends. In a process of its own it has a bounded share
of memory, is ended when it takes too long, and holds up no other visitor: some decoders keep the
interpreter lock while they work. A worker answers with a sentence or with pixels, never with
anything that the server would have to unpickle.

The workers are plain child processes that import `images` and nothing else. Those of
`multiprocessing` would import the server's main module again, Streamlit with it.
"""

import contextlib
import json
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ImageError, RecommenderError
from recommender.images import DEFAULT_LIMITS, ImageLimits, load

MAX_DECODING_S, MAX_START_S = 10.0, 30.0
MAX_MEMORY_BYTES = 1_200 << 20  # address space beyond what a worker starts with
MAX_TASKS = 500  # then a worker is replaced, and whatever a decoder leaked is gone with it
N_WORKERS = 2
REQUEST, ANSWER = struct.Struct("<II"), struct.Struct("<BII")  # lengths; kind and two sizes
PIXELS, SENTENCE, READY = 0, 1, 2
TOO_MUCH_MEMORY = "the file takes too much memory to decode"


class PhotoDecoder:
    """Runs `images.load` in child processes; safe to share between threads.

    Workers start at their first use and are kept.

    Parameters
    ----------
    n_workers : pictures that are decoded at once; others wait for their turn
    timeout_s : for one picture, from its turn
    max_memory_bytes : address space that a worker may add to what it starts with
    """

    def __init__(
        self,
        n_workers: int = N_WORKERS,
        timeout_s: float = MAX_DECODING_S,
        max_memory_bytes: int = MAX_MEMORY_BYTES,
    ) -> None:
        self._timeout_s, self._max_memory_bytes = timeout_s, max_memory_bytes
        self._turns: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(n_workers):
            self._turns.put(None)

    def load(
        self, data: bytes, *, limits: ImageLimits = DEFAULT_LIMITS, enough_px: int | None = None
    ) -> NDArray[np.uint8]:
        """Decode a picture as `images.load` does.

        Raises
        ------
        ImageError : as `images.load`, or it takes more time or memory than a picture may
        RecommenderError : no worker can be started
        """
        with self._borrowed() as worker:
            return worker.decode(data, limits, enough_px, self._timeout_s)

    def warm_up(self) -> None:
        """Start the workers, so that the first photo need not wait for them."""
        with contextlib.ExitStack() as stack:
            for _ in range(self._turns.qsize()):
                stack.enter_context(self._borrowed())

    def close(self) -> None:
        """End the workers that are idle; a later call starts new ones."""
        for _ in range(self._turns.qsize()):
            worker = self._turns.get()
            if worker is not None:
                worker.end()
            self._turns.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _borrowed(self) -> Iterator["_Worker"]:
        worker = self._turns.get()
        try:
            if worker is None or not worker.is_fit:
                worker = _Worker(self._max_memory_bytes)
            yield worker
        finally:
            self._turns.put(worker)


class _Worker:
    """A child process and the pipes to it."""

    def __init__(self, max_memory_bytes: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", __name__, str(max_memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdin is not None  # noqa: S101  for the type: both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin, self._process.stdout
        self._n_tasks = 0

    @property
    def is_fit(self) -> bool:
        """Whether it runs, and has not yet done all it should."""
        if self._n_tasks < MAX_TASKS and self._process.poll() is None:
            return True
        self.end()
        return False

    def decode(
        self, data: bytes, limits: ImageLimits, enough_px: int | None, timeout_s: float
    ) -> NDArray[np.uint8]:
        """Ask for one picture; see `PhotoDecoder.load`."""
        how = json.dumps({"limits": asdict(limits), "enough_px": enough_px}).encode()
        if self._n_tasks == 0:
            self._await_start()
        self._n_tasks += 1
        try:
            with self._ended_after(timeout_s) as is_late:
                self._to.write(REQUEST.pack(len(how), len(data)))
                self._to.write(how)
                self._to.write(data)
                self._to.flush()
                kind, first, second = ANSWER.unpack(_read(self._from, ANSWER.size))
                answer = _read(self._from, first * second * 3 if kind == PIXELS else first)
        except (OSError, EOFError) as error:  # it died
            self.end()
            if is_late.is_set():
                sentence = f"the file takes more than {timeout_s:g} seconds to decode"
                raise ImageError(sentence) from error
            raise ImageError(TOO_MUCH_MEMORY) from error
        if kind == SENTENCE:
            raise ImageError(answer.decode("utf-8", "replace"))
        return np.frombuffer(answer, np.uint8).reshape(first, second, 3)

    def _await_start(self) -> None:
        """Wait for the worker's imports, whose time must not count against a picture."""
        try:
            with self._ended_after(MAX_START_S):
                _read(self._from, ANSWER.size)
        except (OSError, EOFError) as error:
            self.end()
            raise RecommenderError("the process that decodes photos does not start") from error

    @contextmanager
    def _ended_after(self, timeout_s: float) -> Iterator[threading.Event]:
        """Kill the process if the block takes longer; the event then says so."""
        is_late = threading.Event()

        def give_up() -> None:
            is_late.set()
            self._process.kill()

        timer = threading.Timer(timeout_s, give_up)
        timer.start()
        try:
            yield is_late
        finally:
            timer.cancel()

    def end(self) -> None:
        """Kill the process, if it still runs, and close the pipes."""
        self._process.kill()
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was written last cannot be delivered
                pipe.close()
        self._process.wait()


def _read(stream: IO[bytes], n_bytes: int) -> bytes:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError
    return data


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the pipe is closed."""
    answers.write(ANSWER.pack(READY, 0, 0))
    answers.flush()
    while True:
        try:
            n_how, n_data = REQUEST.unpack(_read(requests, REQUEST.size))
        except EOFError:
            return
        how = json.loads(_read(requests, n_how))
        data = _read(requests, n_data)
        try:
            pixels = load(data, limits=ImageLimits(**how["limits"]), enough_px=how["enough_px"])
        except ImageError as error:
            sentence = str(error).encode("utf-8", "replace")
            answers.write(ANSWER.pack(SENTENCE, len(sentence), 0) + sentence)
        except MemoryError:
            sentence = TOO_MUCH_MEMORY.encode()
            answers.write(ANSWER.pack(SENTENCE, len(sentence), 0) + sentence)
        else:
            answers.write(ANSWER.pack(PIXELS, *pixels.shape[:2]))
            answers.write(np.ascontiguousarray(pixels).data)
        answers.flush()


def _bound(max_memory_bytes: int) -> None:
    if not sys.platform.startswith("linux"):  # elsewhere the limits of pictures must do
        return
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + max_memory_bytes,) * 2)


if __name__ == "__main__":
    _bound(int(sys.argv[1]))
    _serve(sys.stdin.buffer, sys.stdout.buffer)
