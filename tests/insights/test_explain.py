from typing import Any

import numpy as np
import pytest

from recommender.config import DEMO
from recommender.inference.autoencoder import Autoencoder, Encoded
from recommender.insights.explain import Explainer, explain, traits
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


def test_a_backdrop_is_no_shared_colour() -> None:
    pictures = [np.full((224, 224, 3), 205, np.uint8) for _ in range(2)]
    for picture, colour in zip(pictures, ((200, 30, 40), (40, 60, 190)), strict=True):
        picture[150:176, 60:210] = 140  # a shadow
        picture[60:160, 60:140] = colour
    assert shared_colours(*map(palette, pictures)) == ()


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
    seen = [traits(shop_recommender.encode_pixels(each)) for each in (first, second)]
    found = explain(shop_recommender.index, *seen)
    assert found.parts == ()
    assert found.kind is None
    assert [pair[0].name for pair in found.shared] == ["red"]


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_two_looks_of_one_design_are_alike_in_kind_and_not_in_colour() -> None:
    recommender = Recommender.open(DEMO, PERCEPTUAL)
    explainer = Explainer(recommender.catalogue, recommender.model, recommender.index)
    found = explainer.of_items("teapot-03-teal", "teapot-03-terracotta")
    assert found.kind is not None
    assert found.colours is not None
    assert found.kind > found.colours
    assert len(found.parts) >= 2


def test_a_product_is_encoded_once_for_all_its_explanations(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    encode = Autoencoder.encode

    def counted(model: Autoencoder, squares: Any, **options: Any) -> Encoded:
        encoded.append(1)
        return encode(model, squares, **options)

    monkeypatch.setattr(Autoencoder, "encode", counted)
    parts = (shop_recommender.catalogue, shop_recommender.model, shop_recommender.index)
    explainer = Explainer(*parts)
    found = [explainer.of_items("disc-red-0", each) for each in ("box-red-0", "disc-blue-0")]
    assert explainer.of_items("disc-red-0", "box-red-0") is found[0]
    assert len(encoded) == 3
    photo = shop_recommender.encode_pixels(np.asarray(draw("disc", "red")))
    assert explainer.of_photo(photo, "box-red-0").first_colours == found[0].first_colours
    assert len(encoded) == 4
