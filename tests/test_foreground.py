import numpy as np
from scipy.ndimage import gaussian_filter

from recommender import images
from recommender.foreground import (
    COLOUR_TOLERANCE,
    background_colour,
    bounding_box,
    enclosed_mask,
    foreground_mask,
    product_core,
    product_mask,
)
from tests.conftest import draw


def picture(shape: str = "box", size_px: int = 96) -> np.ndarray:
    return np.asarray(draw(shape, "red", size_px))


def test_the_box_of_a_product_by_hand() -> None:
    mask = foreground_mask(picture())
    assert background_colour(picture()).tolist() == [255, 255, 255]
    assert bounding_box(mask) == (24, 24, 73, 73)  # drawn from 24 to 72, both included


def test_dust_is_no_foreground() -> None:
    dusty = picture().copy()
    dusty[2, 2] = 0
    assert foreground_mask(dusty)[2, 2]
    assert bounding_box(foreground_mask(dusty), 0.02) == (24, 24, 73, 73)


def test_an_empty_picture_is_all_foreground() -> None:
    empty = np.full((40, 60, 3), 200, np.uint8)
    assert not foreground_mask(empty).any()
    assert bounding_box(foreground_mask(empty)) == (0, 0, 60, 40)


def test_a_shadow_is_foreground_to_shapes_and_background_to_colours() -> None:
    shaded = picture().copy()
    shaded[80:90, 30:60] = 225
    assert foreground_mask(shaded)[85, 40]
    assert not foreground_mask(shaded, COLOUR_TOLERANCE)[85, 40]
    assert foreground_mask(shaded, COLOUR_TOLERANCE)[48, 48]


def test_edges_enclose_the_product_and_not_its_light() -> None:
    square = images.letterbox(picture(size_px=160), 160).astype(np.float32)
    light = np.linspace(1, 0.8, 160)[:, None, None]  # falls off from the top to the bottom
    mask = enclosed_mask((square * light).astype(np.uint8))
    assert mask is not None
    box = bounding_box(mask)
    assert np.abs(np.subtract(box, (40, 40, 121, 121))).max() <= 3


def test_noise_has_no_plain_background(rng: np.random.Generator) -> None:
    assert enclosed_mask(rng.integers(0, 256, (96, 96, 3), np.uint8)) is None


def mug_on_a_floor() -> np.ndarray:
    """A mug with a handle on a lit backdrop, and its shadow."""
    square = np.full((224, 224, 3), (200, 210, 230), np.float32)
    square *= np.linspace(1, 0.9, 224)[:, None, None]
    shadow = np.zeros((224, 224), np.float32)
    shadow[150:176, 60:210] = 0.2
    square *= 1 - gaussian_filter(shadow, 5)[..., None]
    square[60:160, 60:140] = (180, 30, 40)
    square[90:140, 140:176] = (180, 30, 40)
    square[104:126, 140:162] = (200, 210, 230)  # the backdrop through the handle
    return square.astype(np.uint8)


def test_a_product_is_neither_its_shadow_nor_what_shows_through_its_handle() -> None:
    mask = product_mask(mug_on_a_floor())
    assert mask[70:150, 70:130].all()
    assert not mask[162:174, 150:200].any()  # the shadow
    assert not mask[110:120, 146:156].any()  # through the handle
    assert not mask[:40].any()


def test_a_product_of_the_backdrops_colour_is_still_one() -> None:
    square = np.full((224, 224, 3), (200, 210, 230), np.uint8)
    square[60:160, 60:140] = (184, 193, 212)
    square[64:156, 64:136] = (199, 209, 229)
    mask = product_mask(square)
    assert mask[70:150, 70:130].all()
    assert product_core(square)[70:150, 70:130].all()


def test_colours_are_taken_from_inside_a_product() -> None:
    core = product_core(mug_on_a_floor())
    assert (mug_on_a_floor()[core] == (180, 30, 40)).all()


def test_noise_is_all_product(rng: np.random.Generator) -> None:
    assert product_mask(rng.integers(0, 256, (96, 96, 3), np.uint8)).mean() > 0.95
