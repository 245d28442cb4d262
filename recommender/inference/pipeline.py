"""Pictures through encoder and decoder, each one once, as fast as the cores allow.

A worker takes a picture all the way, from the file to its features, with one thread of the network.
So decoding one picture overlaps with encoding another, and there is no batch whose last picture
the others wait for.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

import numpy as np

from recommender import images
from recommender.errors import ImageError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore, PictureFeatures
from recommender.inference.network import N_THREADS
from recommender.types import Floats, Pixels

WINDOW = 8  # tasks in flight for each worker: memory stays the same for any catalogue
OVERSAMPLED = 2  # pixels for each one that the networks take: scaling down needs them
IDLE_S = 0.5  # between two looks at whoever waits
GRACE_S = 1.0  # for tasks that are left to themselves
COMMITTED_AT_ONCE = 64  # pictures; a kill loses at most these

Task = TypeVar("Task")
Done = TypeVar("Done")


class FeatureExtractor:
    """Encodes pictures and keeps their features in a store; many threads may share one.

    The store is read and written by the thread that made the extractor, in `flush`.
    """

    def __init__(self, model: Autoencoder, store: FeatureStore) -> None:
        self._model = model
        self._store = store
        self._known = store.hashes()
        self._claims: dict[str, Future[None]] = {}
        self._seen: list[PictureFeatures] = []
        self._lock = threading.Lock()
        self.n_encoded = 0

    def knows(self, image_sha256: str) -> bool:
        """Whether this picture was encoded before."""
        return image_sha256 in self._known

    def extract(self, image_sha256: str, source: images.Source) -> None:
        """Encode a picture, unless its features are kept already.

        Raises
        ------
        ImageError : it cannot be decoded
        """
        if image_sha256 in self._known:
            return
        with self._lock:
            claim = self._claims.get(image_sha256)
            is_mine = claim is None
            if claim is None:
                claim = self._claims[image_sha256] = Future()
        if not is_mine:
            claim.result()  # another worker has the same picture, and fails or succeeds for both
            return
        try:
            features, error = encode_picture(self._model, load_enough(self._model, source))
        except ImageError as failure:
            claim.set_exception(failure)
            raise
        except BaseException:
            claim.cancel()
            raise
        with self._lock:
            self._seen.append((image_sha256, features, error))
        claim.set_result(None)

    def flush(self, *, at_least: int = 1) -> None:
        """Commit the new features, if they belong to at least `at_least` pictures."""
        with self._lock:
            if len(self._seen) < at_least:
                return
            seen, self._seen = self._seen, []
        self._store.add(seen)
        self.n_encoded += len(seen)
        with self._lock:
            for image_sha256, _, _ in seen:
                self._known.add(image_sha256)
                self._claims.pop(image_sha256, None)


def load_enough(model: Autoencoder, source: images.Source) -> Pixels:
    """Decode a picture as far as a model needs it; embeddings differ by a cosine of 0.9997."""
    side = max(model.config.image_size_px, model.config.decoded_size_px)
    return images.load(source, enough_px=OVERSAMPLED * side)


def encode_picture(model: Autoencoder, pixels: Pixels) -> tuple[Floats, float]:
    """One picture's features (n_features,) and reconstruction error, with one thread."""
    encoded = model.encode([model.prepare(pixels)], n_threads=1)
    if encoded.latents is None:
        return encoded.features[0], reconstruction_error(model, pixels, n_threads=1)
    decoded = model.decode(encoded.latents, n_threads=1)
    return encoded.features[0], float(
        reconstruction_errors(model.prepare_target(pixels)[None], decoded)[0]
    )


def reconstruction_error(
    model: Autoencoder, pixels: Pixels, *, n_threads: int | None = None
) -> float:
    """Mean squared error of one picture, encoded and decoded; values in [0, 1]."""
    decoded = model.rebuild([pixels], n_threads=n_threads)
    return float(reconstruction_errors(model.prepare_target(pixels)[None], decoded)[0])


def reconstruction_errors(squares: Pixels, decoded: Floats) -> Floats:
    """Mean squared error of each picture, values in [0, 1].

    Parameters
    ----------
    squares : ndarray of shape (n, size, size, 3), uint8
    decoded : ndarray of the same shape, float32 in [0, 1]
    """
    differences = squares.astype(np.float32) / 255 - decoded
    return np.asarray(np.square(differences).mean(axis=(1, 2, 3)), np.float32)


def side_by_side(
    work: Callable[[Task], Done],
    tasks: Iterable[Task],
    n_workers: int | None = None,
    *,
    idle: Callable[[], None] | None = None,
) -> Generator[Done, None, None]:
    """Results in the order of the tasks, several at work, and only a window of them held.

    Parameters
    ----------
    idle : called again and again while a result is waited for; if it raises, the tasks at work
        are left to themselves
    """
    n_workers = n_workers or N_THREADS
    waiting = iter(tasks)
    pool = ThreadPoolExecutor(n_workers)
    is_whole = True
    running: deque[Future[Done]] = deque()
    try:
        running.extend(pool.submit(work, task) for task in islice(waiting, WINDOW * n_workers))
        while running:
            yield _result(running.popleft(), idle)
            running.extend(pool.submit(work, task) for task in islice(waiting, 1))
    except BaseException:
        is_whole = idle is None
        raise
    finally:
        pool.shutdown(wait=is_whole, cancel_futures=True)
        wait(running, timeout=GRACE_S)


def _result(running: "Future[Done]", idle: Callable[[], None] | None) -> Done:
    if idle is None:
        return running.result()
    while True:
        try:
            return running.result(timeout=IDLE_S)
        except TimeoutError:
            if running.done():
                raise  # the task's own
            idle()
