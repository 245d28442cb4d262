"""Runs one network in LiteRT, for any number of threads.

LiteRT's interpreters are not thread-safe, so a network keeps as many as there are cores and lends
one to a call at a time; each runs in its caller's thread. Two visitors' pictures side by side take
less time than one after the other with two threads each, which wait for each other whenever the
machine has other work.
"""

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.inference.quiet import greetings_dropped
from recommender.types import Floats

FIRST_SIGNATURE = "serving_default"
N_THREADS = min(4, os.cpu_count() or 1)


class Network:
    """A LiteRT file and its interpreters, of one thread each.

    Parameters
    ----------
    n_interpreters : calls that are answered at once, and interpreters whose memory is kept;
        further calls wait for their turn
    signature : of the file's ways in, if it has several
    """

    def __init__(
        self, file: Path, n_interpreters: int = N_THREADS, *, signature: str = FIRST_SIGNATURE
    ) -> None:
        self.file = file
        self._signature = signature
        # the last one given back is lent first, so that a lone visitor needs no second one
        self._turns: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(n_interpreters):
            self._turns.put(None)  # made at its first use

    @cached_property
    def content(self) -> bytes:
        """The file's bytes, read once."""
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise ModelError(f"the model's file {self.file} is missing") from error

    def run(self, values: dict[str, NDArray[Any]]) -> dict[str, Floats]:
        """Outputs by name for inputs by name; safe to call from many threads at once."""
        with self._borrowed() as runner:
            with greetings_dropped():
                outputs: dict[str, Floats] = runner(**values)
            return {name: np.array(output) for name, output in outputs.items()}

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        runner, is_sound = self._turns.get(), False
        try:
            if runner is None:
                runner = self._make()
            yield runner
            is_sound = True
        finally:
            self._turns.put(runner if is_sound else None)  # a broken interpreter is dropped

    def _make(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter  # pages without a query need none

        try:
            interpreter = Interpreter(model_content=self.content, num_threads=1)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self.file} is not a LiteRT model: {error}") from error
        return interpreter.get_signature_runner(self._signature)
