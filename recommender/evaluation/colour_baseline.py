"""Finds lookalikes by colour alone: the baseline that any model has to beat.

Histograms are compared by Hellinger's distance, as in the baseline of `evaluate`. They are counted
once for a state of a catalogue, and kept on disk.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from recommender import damage, images, storage
from recommender.catalogue.store import Catalogue
from recommender.config import write_atomically
from recommender.errors import ImageError
from recommender.evaluation.baselines import HISTOGRAM_BINS, colour_descriptor
from recommender.inference.network import N_THREADS
from recommender.search.results import Match
from recommender.types import Floats, Pixels, Progress

COLOURS_FORMAT = 1
FILE = "colours.npz"
BATCH = 64


class ColourRecommender:
    """Finds the products of one catalogue whose colours are most alike.

    Immutable after construction, and safe to share between threads.

    Parameters
    ----------
    histograms : ndarray of shape (n_items, n_bins), square roots of shares, in the order of the
        catalogue
    """

    def __init__(self, catalogue: Catalogue, histograms: Floats) -> None:
        self.catalogue = catalogue
        self._histograms = histograms
        self._rows = {item.item_id: row for row, item in enumerate(catalogue)}

    @classmethod
    def open(cls, catalogue: Catalogue, *, progress: Progress | None = None) -> "ColourRecommender":
        """Read the histograms from disk; they are counted first where there are none that fit.

        Parameters
        ----------
        progress : called with the number of pictures counted and the number of pictures
        """
        file = catalogue.folder / "indexes" / FILE
        histograms = _load(file, catalogue)
        if histograms is None:
            histograms = _count_all(catalogue, progress)
            with storage.if_possible():  # they are counted anew where they cannot be kept
                _save(file, catalogue, histograms)
        return cls(catalogue, histograms)

    def similar(self, item_id: str, n_neighbors: int = 12) -> tuple[Match, ...]:
        """Products with the colours of a product, nearest first; itself is left out.

        Raises
        ------
        CatalogueError : there is no such item
        """
        row = self._rows[self.catalogue.get(item_id).item_id]
        return self._nearest(self._histograms[row], n_neighbors, leave_out=row)

    def similar_to_pixels(self, pixels: Pixels, n_neighbors: int = 12) -> tuple[Match, ...]:
        """Products with the colours of a decoded picture of shape (height, width, 3)."""
        return self._nearest(colour_descriptor(pixels), n_neighbors)

    def _nearest(
        self, histogram: Floats, n_neighbors: int, leave_out: int | None = None
    ) -> tuple[Match, ...]:
        alike = self._histograms @ histogram  # Bhattacharyya's coefficient, in [0, 1]
        order = np.argsort(-alike, kind="stable")[: n_neighbors + 1]
        rows = [int(row) for row in order if row != leave_out][:n_neighbors]
        return tuple(
            Match(
                item=self.catalogue.items[row],
                distance=float(np.sqrt(max(0.0, 2 - 2 * float(alike[row])))),
                similarity=float(np.clip(alike[row], 0, 1)),
            )
            for row in rows
        )


def _count_all(catalogue: Catalogue, progress: Progress | None) -> Floats:
    paths = [catalogue.image_path(item) for item in catalogue]
    histograms: list[Floats] = []
    with ThreadPoolExecutor(N_THREADS) as pool:
        for start in range(0, len(paths), BATCH):
            histograms += pool.map(_count, paths[start : start + BATCH])
            if progress is not None:
                progress(len(histograms), len(paths))
    return np.stack(histograms) if histograms else np.empty((0, _n_bins()), np.float32)


def _count(path: Path) -> Floats:
    try:
        return colour_descriptor(images.load(path))
    except ImageError:  # a picture that vanished is like no other
        return np.zeros(_n_bins(), np.float32)


def _n_bins() -> int:
    return int(np.prod(HISTOGRAM_BINS))


def _save(file: Path, catalogue: Catalogue, histograms: Floats) -> None:
    buffer = io.BytesIO()
    made_from = np.array([str(COLOURS_FORMAT), catalogue.fingerprint], np.bytes_)
    np.savez_compressed(buffer, histograms=histograms, made_from=made_from)
    write_atomically(file, buffer.getvalue())


def _load(file: Path, catalogue: Catalogue) -> Floats | None:
    """Read what `_save` wrote; None if it is missing, damaged, or of another catalogue state."""
    try:
        arrays = damage.read_arrays(file)
        made_from = [part.decode() for part in arrays["made_from"]]
        histograms: Floats = arrays["histograms"]
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return histograms if made_from == [str(COLOURS_FORMAT), catalogue.fingerprint] else None
