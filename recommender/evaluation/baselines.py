"""Describes pictures by their pixels and by their colours: baselines that a model has to beat."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.types import Floats, Pixels, Progress

PIXELS_SIDE_PX = 50
HISTOGRAM_SIDE_PX = 75
HISTOGRAM_BINS = (12, 4, 4)  # hue, saturation, value

Descriptor = Callable[[Pixels], Floats]


def pixels_descriptor(pixels: Pixels) -> Floats:
    """Shrink a picture to 50 x 50 pixels, to be compared by Euclidean distance."""
    small = images.letterbox(pixels, PIXELS_SIDE_PX)
    return np.asarray(small.reshape(-1), np.float32) / np.float32(255)


def colour_descriptor(pixels: Pixels) -> Floats:
    """Take the square root of an HSV histogram: Euclidean distance is then Hellinger's.

    References: Arandjelović & Zisserman, "Three things everyone should know", CVPR 2012.
    """
    small = Image.fromarray(images.letterbox(pixels, HISTOGRAM_SIDE_PX)).convert("HSV")
    bins = np.asarray(small).astype(np.intp) * np.array(HISTOGRAM_BINS) // 256
    cells = np.ravel_multi_index(tuple(bins.reshape(-1, 3).T), HISTOGRAM_BINS)
    counts = np.bincount(cells, minlength=int(np.prod(HISTOGRAM_BINS)))
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)


DESCRIPTORS: dict[str, Descriptor] = {"pixels": pixels_descriptor, "colour": colour_descriptor}


def describe_all(
    catalogues: Sequence[Catalogue],
    items: Sequence[Sequence[Item]],
    progress: Progress | None,
) -> dict[str, list[Floats]]:
    """Describe pictures by every baseline; each picture is read once.

    Parameters
    ----------
    catalogues, items : catalogues, and of each the items to describe
    progress : called with the number of pictures read and the number of pictures

    Returns
    -------
    descriptors : of each baseline, by name, an array of shape (n_items, n) for each catalogue
    """
    n_pictures, n_done = sum(map(len, items)), 0
    described: dict[str, list[Floats]] = {name: [] for name in DESCRIPTORS}
    for catalogue, wanted in zip(catalogues, items, strict=True):
        rows: dict[str, list[Floats]] = {name: [] for name in DESCRIPTORS}
        for item in wanted:
            pixels = images.load(catalogue.image_path(item))
            for name, describe in DESCRIPTORS.items():
                rows[name].append(describe(pixels))
            n_done += 1
            if progress is not None:
                progress(n_done, n_pictures)
        for name in DESCRIPTORS:
            described[name].append(np.stack(rows[name]))
    return described
