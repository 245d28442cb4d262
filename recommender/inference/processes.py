"""Encodes pictures in several processes of one machine.

Threads share one interpreter lock, which the parts that are Python hold. A process encodes with one
thread of everything, so that N processes take N cores and do not wait for each other.
"""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path

from threadpoolctl import threadpool_limits

from recommender.errors import ImageError, RecommenderError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import PictureFeatures
from recommender.inference.pipeline import WINDOW, encode_picture, load_enough

_models: list[Autoencoder] = []  # of a worker, opened once; empty in every other process


def encode_in_processes(
    model: Autoencoder, pictures: Iterable[tuple[str, Path]], n_workers: int
) -> Iterator[PictureFeatures | ImageError]:
    """Features of pictures, in their order; only a window of them is held.

    Parameters
    ----------
    pictures : hash of the content, and the file
    n_workers : processes

    Yields
    ------
    encoded : hash, features and reconstruction error, or why the picture cannot be read

    Raises
    ------
    RecommenderError : a process was ended from outside, such as for want of memory
    """
    waiting = iter(pictures)
    running: deque[Future[PictureFeatures | ImageError]] = deque()
    # spawned, not forked: threads of the parent may hold locks
    pool = ProcessPoolExecutor(
        n_workers, get_context("spawn"), initializer=_begin, initargs=(model.folder,)
    )
    try:
        for picture in islice(waiting, WINDOW * n_workers):
            running.append(pool.submit(_encode, *picture))
        while running:
            yield running.popleft().result()
            for picture in islice(waiting, 1):
                running.append(pool.submit(_encode, *picture))
    except BrokenProcessPool as error:
        raise RecommenderError(
            "a process that encodes was ended, perhaps for want of memory; what it did is kept: "
            "go on with fewer --workers"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(folder: Path) -> None:
    threadpool_limits(1)
    _models.append(Autoencoder(folder))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed tells nobody, and its workers would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _encode(image_sha256: str, file: Path) -> PictureFeatures | ImageError:
    (model,) = _models
    try:
        return (image_sha256, *encode_picture(model, load_enough(model, file)))
    except ImageError as error:
        return error
