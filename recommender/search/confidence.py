"""How far to trust an answer, measured on the catalogue itself.

A product's answer is judged by how near the catalogue's products are to each other. A photo is
another matter: it has a background, another light and another angle, and even a photo of something
that the catalogue has is further away than any two of its pictures. So what is usual for photos is
measured on items that are held out: each is altered as another camera might have taken it, and
asked with while it is left out itself. What is unlike everything is measured by leaving out each
item's whole neighbourhood: where the nearest that is left lies, that is what a photo of something
else looks like from here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import augmentation, images
from recommender.catalogue.store import Catalogue
from recommender.errors import ImageError
from recommender.inference.autoencoder import Autoencoder
from recommender.search.calibration import QUANTILES
from recommender.search.index import Index
from recommender.search.results import Trust, TrustLevel

# Percentiles of the catalogue's own items: a product within the first bound is as close to the
# catalogue as nine in ten of its items are to each other; past the second, as hardly any is.
CLOSE_PERCENTILE, UNLIKE_PERCENTILE = 90, 99
# A photo is close up to where nearly all altered held-out items are, and unlike anything from
# where hardly any item still has something of its own kind.
PHOTO_CLOSE_PERCENTILE, OTHER_KIND_PERCENTILE = 99, 1
NEIGHBOURHOOD = 0.05  # share of the catalogue that is left out around an item
SAMPLED_ITEMS = 64
SAMPLE_PX = 224

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PhotoScale:
    """What distances to the nearest item mean for photos; see the module.

    Attributes
    ----------
    held_out_quantiles : (101,), of altered held-out items
    close, unlike : up to the first a photo is close, past the second it is unlike anything
    """

    held_out_quantiles: NDArray[np.float64]
    close: float
    unlike: float


def of_item(index: Index, nearest: float, error: float) -> Trust:
    """How far to trust the answer to one of the catalogue's own items.

    Parameters
    ----------
    nearest : distance to the nearest other item
    error : mean squared error of the decoded picture
    """
    nearest_percentile = _percentile(nearest, index.nearest_quantiles)
    reconstruction_percentile = _percentile(error, _error_quantiles(index))
    worst = max(nearest_percentile, reconstruction_percentile)
    level: TrustLevel = (
        "close"
        if worst <= CLOSE_PERCENTILE
        else "loose"
        if worst <= UNLIKE_PERCENTILE
        else "unlike"
    )
    return Trust(
        level=level,
        nearest_percentile=nearest_percentile,
        reconstruction_percentile=reconstruction_percentile,
    )


def of_photo(index: Index, scale: PhotoScale, nearest: float, error: float) -> Trust:
    """How far to trust the answer to a photo; the parameters are those of `of_item`."""
    errors = _error_quantiles(index)
    level: TrustLevel = "close"
    if nearest > scale.unlike or error > errors[-1]:
        level = "unlike"
    elif nearest > scale.close or error > errors[UNLIKE_PERCENTILE]:
        level = "loose"
    return Trust(
        level=level,
        nearest_percentile=_percentile(nearest, scale.held_out_quantiles),
        reconstruction_percentile=_percentile(error, errors),
        of_photo=True,
    )


def measure(catalogue: Catalogue, model: Autoencoder, index: Index) -> PhotoScale:
    """Measure what is usual for photos of what a catalogue has; takes about a second."""
    rng = np.random.default_rng(0)
    n_items = len(index)
    rows = rng.choice(n_items, min(n_items, SAMPLED_ITEMS), replace=False)
    nearest, other_kind = [], []
    for row in np.sort(rows):
        item_id = index.ids[row]
        try:
            pixels = images.load(catalogue.image_path(catalogue.get(item_id)))
        except ImageError:
            continue
        square = images.letterbox(pixels, SAMPLE_PX)
        altered = augmentation.alter(square, rng)
        query = index.embed(model.encode([model.prepare(altered)]).features)[0]
        found = index.query(query, 1, leave_out=[item_id])
        nearest += [found[0].distance] if found else []
        around = max(1, round(NEIGHBOURHOOD * n_items))
        outside = index.query(np.asarray(index.embeddings[row]), around + 1)
        other_kind.append(outside[-1].distance)
    if not nearest:  # a catalogue of one: whatever is not it is unlike it
        return PhotoScale(held_out_quantiles=np.zeros(len(QUANTILES)), close=0.0, unlike=0.0)
    close = float(np.percentile(nearest, PHOTO_CLOSE_PERCENTILE))
    return PhotoScale(
        held_out_quantiles=np.quantile(nearest, QUANTILES),
        close=close,
        unlike=max(close, float(np.percentile(other_kind, OTHER_KIND_PERCENTILE))),
    )


def _error_quantiles(index: Index) -> NDArray[np.floating]:
    return index.error_quantiles


def _percentile(value: float, quantiles: NDArray[np.floating]) -> float:
    """Where a value lies among quantiles at 0, 1, ..., 100 %; past the last it is 100."""
    return float(np.interp(value, quantiles, QUANTILES * 100))
