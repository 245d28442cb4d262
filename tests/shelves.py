"""Photos that show several products, put together from their pictures."""

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.types import Pixels

GREY = 226
SIDE, GAP, MARGIN = 320, 80, 50


def first_of(catalogue: Catalogue, category: str) -> str:
    """The id of a category's first product."""
    return next(item.item_id for item in catalogue if item.category == category)


def shelf(catalogue: Catalogue, item_ids: list[str]) -> Pixels:
    """Products side by side on grey, with room between them."""
    width = GAP + (SIDE + GAP) * len(item_ids)
    canvas = np.full((SIDE + 2 * MARGIN, width, 3), GREY, np.uint8)
    for number, item_id in enumerate(item_ids):
        picture = images.load(catalogue.image_path(catalogue.get(item_id)))
        left = GAP + (SIDE + GAP) * number
        canvas[MARGIN : MARGIN + SIDE, left : left + SIDE] = images.letterbox(picture, SIDE)
    return canvas


def place(number: int, n_items: int) -> tuple[float, float, float, float]:
    """Where a product of a shelf is: left, top, right, bottom, shares of the sides."""
    width, height = GAP + (SIDE + GAP) * n_items, SIDE + 2 * MARGIN
    left = GAP + (SIDE + GAP) * number
    return (left / width, MARGIN / height, (left + SIDE) / width, (MARGIN + SIDE) / height)
