import numpy as np
import pytest

from recommender.config import DEMO
from recommender.insights.explain import explain
from recommender.insights.palette import NAMES, Colour, palette, shared_colours, to_lab
from recommender.models import PERCEPTUAL, available_models
from recommender.recommend import Recommender
from tests.conftest import COLOURS, draw


def test_a_palette_leaves_the_background_out() -> None:
    (colour,) = palette(np.asarray(draw("box", "red")))
    assert colour.name == "red"
    assert colour.share == pytest.approx(1)
    assert np.abs(np.subtract(colour.rgb, COLOURS["red"])).max() <= 6


def test_a_plain_picture_has_its_one_colour() -> None:
    (colour,) = palette(np.full((40, 60, 3), 246, np.uint8))
    assert colour.name == "white"


def test_colours_are_shared_only_if_they_are_close() -> None:
    red, crimson, blue = (
        Colour(rgb=rgb, share=0.5) for rgb in ((200, 30, 40), (190, 28, 46), (40, 60, 190))
    )
    assert shared_colours((red, blue), (crimson,)) == ((red, crimson),)
    assert shared_colours((blue,), (red,)) == ()


def test_lab_of_known_colours() -> None:
    lab = to_lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.float64))
    assert np.allclose(lab, np.array([[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.2]]), atol=0.1)


def test_every_name_is_its_own() -> None:
    assert [Colour(rgb=rgb, share=1.0).name for rgb in NAMES.values()] == list(NAMES)


def test_the_articles_model_says_less(shop_recommender: Recommender) -> None:
    first, second = (np.asarray(draw(shape, "red")) for shape in ("box", "disc"))
    found = explain(shop_recommender.index, *map(shop_recommender.encode_pixels, (first, second)))
    assert found.parts == ()
    assert found.kind is None
    assert [pair[0].name for pair in found.shared] == ["red"]


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_two_looks_of_one_design_are_alike_in_kind_and_not_in_colour() -> None:
    recommender = Recommender.open(DEMO, PERCEPTUAL)
    first, second = (
        recommender.encode_image(recommender.catalogue.image_path(recommender.catalogue.get(each)))
        for each in ("teapot-03-teal", "teapot-03-terracotta")
    )
    found = explain(recommender.index, first, second)
    assert found.kind is not None
    assert found.colours is not None
    assert found.kind > found.colours
    assert len(found.parts) >= 2
