"""Decodes strangers' pictures in worker processes with limits on time and memory.

A decoder works on whatever bytes a stranger sends. In a process of its own it has a bounded share
of memory, is ended when it takes too long, and holds up no other visitor: some decoders keep the
interpreter lock while they work. A worker answers with a sentence or with pixels, never with
anything that the server would have to unpickle.
"""

import json
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ImageError
from recommender.images import DEFAULT_LIMITS, ImageLimits, load
from recommender.serving.children import Child, ChildEnded, ChildLate, Children, ready, receive

MAX_DECODING_S = 10.0
MAX_MEMORY_BYTES = 1_200 << 20  # address space beyond what a worker starts with
MAX_TASKS = 500
N_WORKERS = 2
REQUEST, ANSWER = struct.Struct("<II"), struct.Struct("<BII")  # lengths; kind and two sizes
PIXELS, SENTENCE = 0, 1
TOO_MUCH_MEMORY = "the file takes too much memory to decode"


class PhotoDecoder(Children["_Worker"]):
    """Runs `images.load` in child processes; safe to share between threads.

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
        super().__init__(n_workers, lambda: _Worker(max_memory_bytes), MAX_TASKS)
        self._timeout_s = timeout_s

    def load(
        self, data: bytes, *, limits: ImageLimits = DEFAULT_LIMITS, enough_px: int | None = None
    ) -> NDArray[np.uint8]:
        """Decode a picture as `images.load` does.

        Raises
        ------
        ImageError : as `images.load`, or it takes more time or memory than a picture may
        RecommenderError : no worker can be started
        """
        with self.borrowed() as worker:
            return worker.decode(data, limits, enough_px, self._timeout_s)


class _Worker(Child):
    """A child process that decodes."""

    def __init__(self, max_memory_bytes: int) -> None:
        super().__init__(__name__, str(max_memory_bytes), what="decodes photos", is_quiet=True)

    def decode(
        self, data: bytes, limits: ImageLimits, enough_px: int | None, timeout_s: float
    ) -> NDArray[np.uint8]:
        """Ask for one picture; see `PhotoDecoder.load`."""
        how = json.dumps({"limits": asdict(limits), "enough_px": enough_px}).encode()
        try:
            with self.working(timeout_s) as (requests, answers):
                requests.write(REQUEST.pack(len(how), len(data)))
                requests.write(how)
                requests.write(data)
                requests.flush()
                kind, first, second = ANSWER.unpack(receive(answers, ANSWER.size))
                answer = receive(answers, first * second * 3 if kind == PIXELS else first)
        except ChildLate as error:
            sentence = f"the file takes more than {timeout_s:g} seconds to decode"
            raise ImageError(sentence) from error
        except ChildEnded as error:
            raise ImageError(TOO_MUCH_MEMORY) from error
        if kind == SENTENCE:
            raise ImageError(answer.decode("utf-8", "replace"))
        return np.frombuffer(answer, np.uint8).reshape(first, second, 3)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the pipe is closed."""
    ready(answers)
    while True:
        try:
            n_how, n_data = REQUEST.unpack(receive(requests, REQUEST.size))
        except EOFError:
            return
        how = json.loads(receive(requests, n_how))
        data = receive(requests, n_data)
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
