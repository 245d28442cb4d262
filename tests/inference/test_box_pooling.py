"""Boxes pooled from one look have the features that the encoder gives of a cut-out."""

import numpy as np
import pytest

from recommender import images
from recommender.catalogue.registry import open_catalogue
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.box_pooling import PictureMaps, Pooling, means_over, pool_boxes
from recommender.models import PERCEPTUAL
from recommender.types import Floats, Pixels

WHOLE = np.array([[0, 0, 1, 1]], np.float32)


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    return Autoencoder.open(PERCEPTUAL)


@pytest.fixture(scope="module")
def pictures() -> list[Pixels]:
    catalogue = open_catalogue("demo")
    return [images.load(catalogue.image_path(item)) for item in catalogue.items[:1000:250]]


def cosine(first: Floats, second: Floats) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_a_whole_picture_has_the_encoders_own_features(
    model: Autoencoder, pictures: list[Pixels]
) -> None:
    n_kind = int(model.config.hyperparameters["n_kind"])
    for pixels in pictures:
        square = model.prepare(pixels)
        encoded = model.encode([square]).features[0]
        maps = model._maps.run({"images": square[None]})
        at_its_size = PictureMaps(
            pixels=square,
            head=maps["head"][0],
            spatial=maps["spatial"][0],
            pooling=Pooling.of(model.config.hyperparameters),
        )
        pooled = pool_boxes(at_its_size, WHOLE)[0]
        assert pooled.shape == encoded.shape
        assert cosine(pooled[:n_kind], encoded[:n_kind]) > 0.99
        assert cosine(pooled[n_kind:], encoded[n_kind:]) > 0.99


def test_a_box_is_like_the_same_part_cut_out(model: Autoencoder, pictures: list[Pixels]) -> None:
    canvas = np.full((480, 960, 3), 235, np.uint8)
    parts = [images.letterbox(each, 320) for each in pictures[:2]]
    for part, left in zip(parts, (80, 560), strict=True):
        canvas[80:400, left : left + 320] = part
    seen = model.look(canvas)
    boxes = np.array(
        [(left / 960, 80 / 480, (left + 320) / 960, 400 / 480) for left in (80, 560)], np.float32
    )
    pooled = pool_boxes(seen, boxes)
    cut_out = model.encode([model.prepare(part) for part in parts]).features
    likeness = np.array([[cosine(box, part) for part in cut_out] for box in pooled])
    assert likeness[0, 0] > likeness[0, 1] + 0.1
    assert likeness[1, 1] > likeness[1, 0] + 0.1


def test_any_shape_is_looked_at_whole(model: Autoencoder) -> None:
    for height, width in ((40, 900), (900, 40), (33, 33)):
        seen = model.look(np.full((height, width, 3), 200, np.uint8))
        assert seen.head.shape[0] * 2 == seen.spatial.shape[0]
        assert seen.pixels.shape[0] == seen.head.shape[0] * 32
        assert np.isfinite(pool_boxes(seen, WHOLE)).all()


def test_means_are_of_what_lies_in_the_box() -> None:
    values = np.zeros((20, 20), np.float32)
    values[:, 10:] = 1
    halves = np.array([(0, 0, 0.5, 1), (0.5, 0, 1, 1), (0.25, 0, 0.75, 1)], np.float32)
    np.testing.assert_allclose(means_over(values, halves), (0, 1, 0.5), atol=0.06)
