"""Computes with the networks in child processes, at a lower priority than the server itself.

What a photo needs is hundreds of short steps of NumPy, and for each of them a thread must get hold
of Python's interpreter, which the threads that answer everybody else want too: a photo of 30 ms
took 150 ms so, and held up the others. A process of its own has an interpreter of its own. Where
the processor is short, those that answer presses go first.

Children read models and indexes from disk, as the server does. What is only in the server's memory
(an index for which the disk had no room) is computed with there.
"""

import pickle
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np

from recommender.errors import RecommenderError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.network import N_THREADS
from recommender.insights.explain import Asked, Comparer, Explanation
from recommender.recommend import Recommender
from recommender.search import query
from recommender.search.build import index_folders, latest
from recommender.search.confidence import PhotoScale
from recommender.search.index import Index
from recommender.search.query import EncodedQuery
from recommender.search.regions import Region
from recommender.search.results import Reconstruction
from recommender.serving.children import Child, ChildEnded, Children, ready, receive
from recommender.types import Floats, Pixels

T = TypeVar("T")

MAX_COMPUTING_S = 60.0
KEPT_OPENED = 2  # indexes; most servers show one catalogue
BLANK_PX = 64
LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Source:
    """A model and an index on disk."""

    model_folder: Path
    index_folders: tuple[Path, ...]
    model: str
    catalogue: str


class Computer(Children["_Worker"]):
    """Encodes, rebuilds and compares photos in child processes; safe to share between threads.

    Parameters
    ----------
    n_workers : as many as cores by default
    """

    def __init__(self, n_workers: int = N_THREADS) -> None:
        super().__init__(n_workers, _Worker)

    def encode(
        self, recommender: Recommender, pixels: Pixels, light: Floats | None, *, finds_regions: bool
    ) -> tuple[EncodedQuery, list[Region]]:
        """Encode a photo, measure its reconstruction error, and find the things in it.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8
        light : as `query.encode`
        finds_regions : whether to look for several things; none are returned if not
        """
        scale = recommender.photo_scale() if finds_regions else None
        encoded, regions = self._run(recommender, _encode, pixels, light, scale)
        return encoded.rejoined(recommender.model), regions

    def reconstruct(self, recommender: Recommender, pixels: Pixels) -> Reconstruction:
        """Code a photo and decode it, as `query.reconstruct` does."""
        return self._run(recommender, _reconstruct, pixels)

    def compare(self, recommender: Recommender, first: Asked, second: Asked) -> Explanation:
        """Compare two pictures, as `Comparer.compare` does."""
        return self._run(recommender, _compare, first, second)

    def prepare(self, recommender: Recommender) -> None:
        """Open a model and an index in all children, so that the first photo waits for nothing."""
        blank = np.full((BLANK_PX, BLANK_PX, 3), 255, np.uint8)
        with self.all_borrowed() as workers, suppress(NotOnDisk):
            for worker in workers:
                worker.run(_encode.__name__, _source(recommender), (blank, None, None))

    def _run(self, recommender: Recommender, work: Callable[..., T], *values: Any) -> T:
        """Do the work in a child, or here if no child can open the index."""
        with self.borrowed() as worker, suppress(NotOnDisk):
            done: T = worker.run(work.__name__, _source(recommender), values)
            return done
        return work(_Opened(recommender.model, recommender.index), *values)


def _source(recommender: Recommender) -> Source:
    model = recommender.model
    folders = index_folders(recommender.catalogue, model)
    return Source(model.folder, tuple(folders), model.fingerprint, recommender.index.catalogue)


class NotOnDisk(RecommenderError):
    """The index is only in the server's memory."""


class _Opened:
    """A model and an index, and what compares pictures by them."""

    def __init__(self, model: Autoencoder, index: Index) -> None:
        self.model, self.index = model, index
        self.comparer = Comparer(model, index)


def _encode(
    opened: _Opened, pixels: Pixels, light: Floats | None, scale: PhotoScale | None
) -> tuple[EncodedQuery, list[Region]]:
    encoded = query.encode(opened.model, opened.index, pixels, light)
    regions = []
    if scale is not None and opened.model.has_maps:
        regions = query.regions(opened.index, encoded, scale)
    return encoded.measured(), regions


def _reconstruct(opened: _Opened, pixels: Pixels) -> Reconstruction:
    return query.reconstruct(opened.model, pixels)


def _compare(opened: _Opened, first: Asked, second: Asked) -> Explanation:
    return opened.comparer.compare(first, second)


WORK = {work.__name__: work for work in (_encode, _reconstruct, _compare)}


class _Worker(Child):
    """A child process that computes."""

    def __init__(self) -> None:
        super().__init__("recommender.serving.computing_child", what="computes with photos")

    def run(self, name: str, source: Source, values: tuple[Any, ...]) -> Any:
        """Do one piece of work; raises what it raises."""
        try:
            with self.working(MAX_COMPUTING_S) as (requests, answers):
                _send(requests, (name, source, values))
                is_done, answer = _take(answers)
        except ChildEnded as error:
            raise RecommenderError("the photo took too much time or memory; try again") from error
        if not is_done:
            raise answer
        return answer


def _send(stream: IO[bytes], value: Any) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _take(stream: IO[bytes]) -> Any:
    (n_bytes,) = LENGTH.unpack(receive(stream, LENGTH.size))
    return pickle.loads(receive(stream, n_bytes))  # noqa: S301  our own child's, over our own pipe


@lru_cache(KEPT_OPENED)
def _open(source: Source) -> _Opened:
    model = Autoencoder(source.model_folder)
    index = None
    if model.fingerprint == source.model:
        index = latest(source.index_folders, model, source.catalogue)
    if index is None:
        raise NotOnDisk("the index is not on disk")
    return _Opened(model, index)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the pipe is closed."""
    ready(answers)
    while True:
        try:
            name, source, values = _take(requests)
        except EOFError:
            return
        try:
            done = WORK[name](_open(source), *values)
        except RecommenderError as error:
            _send(answers, (False, error))
        else:
            _send(answers, (True, done))
