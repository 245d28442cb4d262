"""Measures how much of a blend of two pictures is ghosts: places that only one of them fills.

A blend bends both products to a common outline and mixes them. What lies within the outline of
both is a mixture; what only one of them fills is left half transparent, and is seen as a ghost.
"""

from dataclasses import dataclass

import numpy as np

from recommender import images
from recommender.foreground import plain_product_mask
from recommender.insights import morph
from recommender.insights.morph import Outline
from recommender.types import Mask, Pixels

SIDE_PX = 224
STRIDE = 2  # what fills an outline needs less detail
MIDDLE = 0.5  # of the way, where ghosts are strongest
# Chosen by eye on 36 pairs of the demo: below it a blend is taken for a thing, above it for two
MOST_GHOSTING = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Silhouette:
    """A product without its ground.

    Attributes
    ----------
    outline : of the product
    mask : ndarray of shape (side, side), bool, what the product fills
    """

    outline: Outline
    mask: Mask


def silhouette(pixels: Pixels) -> Silhouette | None:
    """Find a product's silhouette in a picture; None where its background is not plain.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    mask = plain_product_mask(images.letterbox(pixels, SIDE_PX))
    outline = None if mask is None else morph.outline_of(mask)
    if mask is None or outline is None:
        return None
    return Silhouette(outline=outline, mask=mask[::STRIDE, ::STRIDE])


def ghosting(first: Silhouette | None, second: Silhouette | None) -> float:
    """Return the share of a blend, halfway, that only one of its two products fills.

    In [0, 1]; 1 where a product has no outline, so that one picture only fades into the other.
    """
    if first is None or second is None:
        return 1.0
    wanted = first.outline.towards(second.outline, MIDDLE)
    filled = [
        morph.bend(np.repeat(each.mask[..., None], 3, axis=2).astype(np.uint8) * 255, own, wanted)
        for each, own in ((first, first.outline), (second, second.outline))
    ]
    shares = [each[..., 0].astype(np.float32) / 255 for each in filled]
    union = float(np.maximum(*shares).sum())
    return float(np.abs(shares[0] - shares[1]).sum()) / union if union else 1.0
