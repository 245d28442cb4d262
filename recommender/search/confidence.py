"""Rates the confidence in an answer on a scale that the catalogue itself provides.

A product's answer is doubted only where nothing similar exists. A photo is
another matter: it has a background, another light and another angle, and even a photo of something
that the catalogue has is further away than any two of its pictures. So what is usual for photos is
measured on items that are held out: each is altered as another camera might have taken it, and
asked with while it is left out itself. What is unlike everything is measured by leaving out each
item's whole neighbourhood: a photo of something else is as far away as the nearest item that is
left.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import augmentation, images
from recommender.catalogue.store import Catalogue
from recommender.errors import ImageError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.light import balanced, gains
from recommender.search.calibration import QUANTILES
from recommender.search.index import Index
from recommender.search.results import Confidence, ConfidenceLevel
from recommender.types import Floats

# Similarity of a product to its nearest other one: below the first, neighbours in the demo are of
# another kind as often as of the same; below the second, three times as often.
LOOSE_SIMILARITY, UNLIKE_SIMILARITY = 0.38, 0.28
UNLIKE_PERCENTILE = 99  # of errors: past it a photo is decoded worse than hardly any item
# A photo is close up to where nearly all altered held-out items are, and unlike anything from
# where hardly any item still has something of its own kind.
PHOTO_CLOSE_PERCENTILE, OTHER_KIND_PERCENTILE = 99, 1
# Quantiles that span less than this share of the largest rank nothing: the values are equal but for
# rounding, as those of copies of one picture are.
LEAST_SPREAD = 0.05
NEIGHBOURHOOD = 0.05  # share of the catalogue that is left out around an item
SAMPLED_ITEMS = 64
MOST_ASKED = 20_000  # items; in larger catalogues a neighbourhood is measured on as many of them
SAMPLE_PX = 224


@dataclass(frozen=True, kw_only=True)
class PhotoScale:
    """Distances to the nearest item that are usual for photos; see the module.

    Attributes
    ----------
    held_out_quantiles : (101,), of altered held-out items
    close, unlike : up to the first a photo is close, past the second it is unlike anything
    """

    held_out_quantiles: NDArray[np.float64]
    close: float
    unlike: float


def of_item(index: Index, nearest: float, error: float) -> Confidence:
    """Rate the answer to one of the catalogue's own items, by its nearest other item alone.

    Parameters
    ----------
    nearest : distance to the nearest other item
    error : mean squared error of the decoded picture
    """
    nearest_percentile = _percentile(nearest, _tolerant(index.nearest_quantiles))
    reconstruction_percentile = _percentile(error, _tolerant(index.error_quantiles))
    similarity = index.similarity(nearest)
    level: ConfidenceLevel = "close"
    if similarity < UNLIKE_SIMILARITY:
        level = "unlike"
    elif similarity < LOOSE_SIMILARITY:
        level = "loose"
    return Confidence(
        level=level,
        nearest_percentile=nearest_percentile,
        reconstruction_percentile=reconstruction_percentile,
    )


def of_photo(index: Index, scale: PhotoScale, nearest: float, error: float) -> Confidence:
    """Rate the answer to a photo; the parameters are those of `of_item`."""
    errors = _tolerant(index.error_quantiles)
    level: ConfidenceLevel = "close"
    if nearest > scale.unlike or error > errors[-1]:
        level = "unlike"
    elif nearest > scale.close or error > errors[UNLIKE_PERCENTILE]:
        level = "loose"
    return Confidence(
        level=level,
        nearest_percentile=_percentile(nearest, scale.held_out_quantiles),
        reconstruction_percentile=_percentile(error, errors),
        of_photo=True,
    )


def measure(catalogue: Catalogue, model: Autoencoder, index: Index) -> PhotoScale:
    """Measure what is usual for photos of what a catalogue has; takes about a second."""
    rng = np.random.default_rng(0)
    covers = index.covers
    n_items = len(covers)
    rows = rng.choice(n_items, min(n_items, SAMPLED_ITEMS), replace=False)
    others = _others(covers) if n_items > MOST_ASKED else None
    nearest, other_kind = [], []
    for row in np.sort(rows):
        item_id = covers.ids[row]
        try:
            pixels = images.load(catalogue.image_path(catalogue.get(item_id)))
        except ImageError:
            continue
        square = images.letterbox(pixels, SAMPLE_PX)
        altered = augmentation.augment(square, rng)
        if index.projection is not None:  # as photos are encoded
            altered = balanced(altered, gains(altered))
        query = index.embed(model.encode([model.prepare(altered)]).features)[0]
        found = index.query(query, 1, leave_out=[item_id])
        nearest += [found[0].distance] if found else []
        other_kind.append(_outside(index, np.asarray(covers.embeddings[row], np.float32), others))
    if not nearest:  # a catalogue of one: whatever is not it is unlike it
        return PhotoScale(held_out_quantiles=np.zeros(len(QUANTILES)), close=0.0, unlike=0.0)
    close = float(np.percentile(nearest, PHOTO_CLOSE_PERCENTILE))
    return PhotoScale(
        held_out_quantiles=np.quantile(nearest, QUANTILES),
        close=close,
        unlike=max(close, float(np.percentile(other_kind, OTHER_KIND_PERCENTILE))),
    )


def _others(covers: Index) -> Floats:
    """Embeddings of `MOST_ASKED` items, (n, n_dims)."""
    chosen = np.sort(np.random.default_rng(1).choice(len(covers), MOST_ASKED, replace=False))
    return np.asarray(covers.embeddings[chosen], np.float32)


def _outside(index: Index, embedding: Floats, others: Floats | None) -> float:
    """Distance to the nearest item outside the neighbourhood of one.

    Parameters
    ----------
    others : embeddings of a sample of the items; all items are asked for if it is None
    """
    if others is None:
        around = max(1, round(NEIGHBOURHOOD * len(index.covers)))
        return index.query(embedding, around + 1)[-1].distance
    around = round(NEIGHBOURHOOD * len(others))
    return float(np.partition(np.linalg.norm(others - embedding, axis=1), around)[around])


def _tolerant(quantiles: NDArray[np.floating]) -> NDArray[np.floating]:
    """Quantiles to rank values by; a little above the largest where all are nearly equal."""
    largest = quantiles[-1]
    if largest - quantiles[0] > LEAST_SPREAD * largest:
        return quantiles
    return np.full_like(quantiles, (1 + LEAST_SPREAD) * largest)


def _percentile(value: float, quantiles: NDArray[np.floating]) -> float:
    """Rank of a value among quantiles at 0, 1, ..., 100 %: the share of values that are smaller."""
    place = int(np.searchsorted(quantiles, value))
    if place < len(quantiles) and quantiles[place] == value:
        return float(QUANTILES[place] * 100)  # equal values are not smaller
    return float(np.interp(value, quantiles, QUANTILES * 100))
