"""Things in a photo: found, apart, named by what the catalogue has."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import CatalogueError
from recommender.inference.autoencoder import LOOK_FACTOR, Autoencoder
from recommender.inference.box_pooling import PictureMaps
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.search import query
from recommender.search.regions import (
    MAX_IOU,
    MAX_REGIONS,
    SURE_CHANCE,
    Region,
    candidate_boxes,
    overlaps,
)
from recommender.types import Pixels
from tests.shelves import first_of, place, shelf


@pytest.fixture(scope="module")
def demo() -> Recommender:
    return Recommender.open()


def test_products_side_by_side_are_found_in_their_places(demo: Recommender) -> None:
    wanted = [first_of(demo.catalogue, category) for category in ("sofa", "mug", "backpack")]
    pixels = shelf(demo.catalogue, wanted)
    answers = demo.search_regions(demo.encode_pixels(pixels), pixels, n_neighbors=4)
    for number, item_id in enumerate(wanted):
        true = np.array(place(number, len(wanted)))
        boxes = np.array([each.box for each in answers], np.float32)
        best = int(overlaps(boxes, true).argmax())
        assert overlaps(boxes, true)[best] > 0.4
        kinds = {match.item.category for match in answers[best].result.matches}
        assert demo.catalogue.get(item_id).category in kinds
        assert answers[best].name


def test_regions_lie_in_the_photo_and_apart(demo: Recommender) -> None:
    pixels = shelf(
        demo.catalogue,
        [first_of(demo.catalogue, each) for each in ("chair", "vase", "hat", "watch")],
    )
    found = demo.regions(demo.encode_pixels(pixels))
    assert 1 < len(found) <= MAX_REGIONS
    boxes = np.array([region.box for region in found], np.float32)
    assert ((boxes >= 0) & (boxes <= 1)).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    for number, box in enumerate(boxes):
        assert (overlaps(np.delete(boxes, number, axis=0), box) <= MAX_IOU).all()
    assert [region.score for region in found] == sorted(
        (region.score for region in found), reverse=True
    )
    assert all(0 <= region.confidence <= 1 for region in found)


def test_a_photo_of_one_product_is_one_region(demo: Recommender) -> None:
    item = demo.catalogue.get(first_of(demo.catalogue, "teapot"))
    encoded = demo.encode_image(demo.catalogue.image_path(item))
    (found,) = demo.regions(encoded)
    assert found.box == (0.0, 0.0, 1.0, 1.0)
    assert found.item_id == item.item_id


def test_a_photo_near_enough_to_a_product_is_not_looked_at_again(
    demo: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = demo.catalogue.get(first_of(demo.catalogue, "teapot"))
    encoded = demo.encode_image(demo.catalogue.image_path(item))
    monkeypatch.setattr(Autoencoder, "look", None)
    (found,) = demo.regions(encoded)
    assert (found.item_id, found.contrast, found.confidence) == (item.item_id, None, SURE_CHANCE)


def test_a_glance_is_enough_for_a_photo_of_one_thing(
    demo: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = demo.catalogue.get(first_of(demo.catalogue, "teapot"))
    encoded = demo.encode_image(demo.catalogue.image_path(item))
    factors: list[int] = []
    look = Autoencoder.look

    def watched(model: Autoencoder, pixels: Pixels, factor: int = LOOK_FACTOR) -> PictureMaps:
        factors.append(factor)
        return look(model, pixels, factor)

    monkeypatch.setattr(Autoencoder, "look", watched)
    # as in a catalogue whose own altered pictures are all nearer than this one
    strict = replace(demo.photo_scale(), held_out_quantiles=np.full(101, -1.0))
    (found,) = query.regions(demo.index, encoded, strict)
    assert found.box == (0.0, 0.0, 1.0, 1.0)
    assert found.item_id == item.item_id
    assert factors == [1]
    several = shelf(demo.catalogue, [first_of(demo.catalogue, each) for each in ("sofa", "mug")])
    assert len(query.regions(demo.index, demo.encode_pixels(several), strict)) > 1
    assert factors == [1, 1, LOOK_FACTOR]


def test_a_blank_photo_breaks_nothing(demo: Recommender) -> None:
    for pixels in (np.full((300, 300, 3), 255, np.uint8), np.zeros((20, 700, 3), np.uint8)):
        assert demo.regions(demo.encode_pixels(pixels))


def test_a_model_without_maps_says_so(shop_recommender: Recommender) -> None:
    assert shop_recommender.model.name == ARTICLE
    encoded = shop_recommender.encode_pixels(np.full((80, 80, 3), 200, np.uint8))
    with pytest.raises(CatalogueError, match="cannot tell several things"):
        shop_recommender.regions(encoded)


def test_candidates_cover_any_picture() -> None:
    for ratio in (0.2, 0.75, 1.0, 1.9, 6.0):
        boxes = candidate_boxes(ratio)
        assert ((boxes >= -1e-4) & (boxes <= 1 + 1e-4)).all()
        assert (boxes == (0, 0, 1, 1)).all(axis=1).any()
        assert boxes[:, 0].min() == 0
        assert boxes[:, 2].max() == pytest.approx(1, abs=1e-3)


def test_a_thin_region_has_a_pixel() -> None:
    region = Region(box=(0.5, 0.5, 0.5004, 0.5004), item_id="", similarity=0.5, contrast=0.1)
    assert region.cut(np.zeros((30, 30, 3), np.uint8)).shape == (1, 1, 3)
