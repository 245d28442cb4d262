import io

import numpy as np
import pytest
from PIL import Image

from recommender.recommend import Recommender
from recommender.ui.shared import sheets


def test_a_sheet_holds_the_products_in_their_order(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    assert sheets.n_sheets(catalogue) == 1
    drawn = np.asarray(Image.open(io.BytesIO(sheets.sheet(catalogue, 0))).convert("RGBA"))
    side = sheets.TILES_ACROSS * sheets.TILE_PX
    assert drawn.shape == (side, side, 4)
    colours = {"red": 0, "green": 1, "blue": 2}
    for number, item in enumerate(catalogue):
        row, column = divmod(number, sheets.TILES_ACROSS)
        middle = drawn[int((row + 0.5) * sheets.TILE_PX), int((column + 0.5) * sheets.TILE_PX)]
        assert middle[:3].argmax() == colours[item.title.partition(" ")[0]]
    assert drawn[0, 0, 3] == 0  # round corners
    assert drawn[-1, -1, 3] == 0  # no product there


def test_a_sheet_is_drawn_once_for_a_state_of_the_catalogue(
    shop_recommender: Recommender,
) -> None:
    catalogue = shop_recommender.catalogue
    first = sheets.sheet(catalogue, 0)
    for item in catalogue:
        catalogue.image_path(item).unlink()
    assert sheets.sheet(catalogue, 0) == first
    with pytest.raises(IndexError):
        sheets.sheet(catalogue, 1)


def test_a_picture_that_vanished_leaves_a_grey_tile(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    catalogue.image_path(catalogue.items[0]).unlink()
    drawn = np.asarray(Image.open(io.BytesIO(sheets.sheet(catalogue, 0))).convert("RGB"))
    assert np.ptp(drawn[24, 24].astype(int)) < 16
