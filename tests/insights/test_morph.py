from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender import images
from recommender.errors import CatalogueError
from recommender.importing.importer import import_source
from recommender.insights import morph
from recommender.items import Item
from recommender.recommend import Recommender
from recommender.search.results import Match
from tests.conftest import draw

SIDE_PX = 224
HALVES = np.array([0, 0.5, 1], np.float32)


def square(shape: str) -> morph.Pixels:
    return images.letterbox(np.asarray(draw(shape, "red", SIDE_PX)), SIDE_PX)


def test_embeddings_of_unit_length_stay_so() -> None:
    between = morph.interpolate(np.array([1, 0], np.float32), np.array([0, 1], np.float32), HALVES)
    assert between == pytest.approx(np.array([[1, 0], [0.5**0.5, 0.5**0.5], [0, 1]]))


def test_others_are_interpolated_along_a_line() -> None:
    between = morph.interpolate(np.array([4, 0], np.float32), np.array([0, 2], np.float32), HALVES)
    assert between == pytest.approx(np.array([[4, 0], [2, 1], [0, 2]]))


def test_between_a_product_and_its_duplicate_lies_itself() -> None:
    same = np.array([0.6, 0.8], np.float32)
    assert morph.interpolate(same, same, HALVES) == pytest.approx(np.array([same] * 3))


def test_the_outline_is_where_the_product_is() -> None:
    outline = morph.find_outline(square("box"))
    assert outline is not None
    assert outline.top == pytest.approx(0.25, abs=0.02)
    assert outline.bottom == pytest.approx(0.75, abs=0.02)
    assert outline.left == pytest.approx(np.full(morph.N_ROWS, 0.25), abs=0.02)
    assert outline.right == pytest.approx(np.full(morph.N_ROWS, 0.75), abs=0.02)


def test_a_soft_shadow_belongs_to_the_ground() -> None:
    shaded = square("box").astype(np.float32)
    shaded *= np.linspace(1, 0.6, SIDE_PX)[None, :, None]
    outline = morph.find_outline(shaded.astype(np.uint8))
    assert outline is not None
    assert outline.left.min() == pytest.approx(0.25, abs=0.02)


def test_without_a_plain_ground_there_is_no_outline(rng: np.random.Generator) -> None:
    assert morph.find_outline(rng.integers(0, 256, (96, 96, 3), np.uint8)) is None
    assert morph.find_outline(np.full((96, 96, 3), 250, np.uint8)) is None


def test_a_bent_product_has_the_wanted_outline() -> None:
    box, disc = (morph.find_outline(square(shape)) for shape in ("box", "disc"))
    assert box is not None
    assert disc is not None
    bent = morph.find_outline(morph.bend(square("box"), box, disc))
    assert bent is not None
    assert bent.top == pytest.approx(disc.top, abs=0.04)
    middle = morph.N_ROWS // 2
    assert bent.left[middle] == pytest.approx(disc.left[middle], abs=0.04)
    assert bent.right[middle] == pytest.approx(disc.right[middle], abs=0.04)


def test_bending_to_its_own_outline_changes_nothing() -> None:
    picture = square("disc")
    outline = morph.find_outline(picture)
    assert outline is not None
    assert np.abs(morph.bend(picture, outline, outline).astype(int) - picture).max() <= 1


def test_the_ends_are_the_products_as_rebuilt(shop_recommender: Recommender) -> None:
    decoded = shop_recommender.decode_between("box-red-0", "disc-blue-0", 3)
    assert decoded.shape == (3, 150, 150, 3)
    for place, item_id in ((0, "box-red-0"), (2, "disc-blue-0")):
        rebuilt = shop_recommender.reconstruct_item(item_id).decoded
        assert np.abs(decoded[place].astype(int) - rebuilt).mean() < 3
    assert np.abs(decoded[1].astype(int) - decoded[0]).mean() > 3


def test_pictures_without_an_outline_fade(
    shop_recommender: Recommender, rng: np.random.Generator
) -> None:
    first, second = (rng.integers(0, 256, (96, 96, 3), np.uint8) for _ in range(2))
    decoded = morph.decode_between(shop_recommender.model, first, second, HALVES)
    assert decoded.shape == (3, 150, 150, 3)


def test_steps_lead_from_one_product_to_the_other(shop_recommender: Recommender) -> None:
    steps = shop_recommender.between("box-red-0", "box-blue-0", 3, n_steps=5)
    assert [step.share for step in steps] == [0, 0.25, 0.5, 0.75, 1]
    assert steps[0].matches[0].item.item_id == "box-red-1"
    assert steps[-1].matches[0].item.item_id == "box-blue-1"
    found = {match.item.item_id for step in steps for match in step.matches}
    assert not found & {"box-red-0", "box-blue-0"}
    with pytest.raises(CatalogueError, match="no item"):
        shop_recommender.between("box-red-0", "nothing")


def test_partners_are_of_other_kinds_or_colours() -> None:
    def match(item_id: str, category: str, colour: str) -> Match:
        item = Item(item_id=item_id, image="", image_sha256="", category=category, colour=colour)
        return Match(item=item, distance=0, similarity=1)

    item = match("a", "mug", "red").item
    looks = [("mug", "red"), ("mug", "blue"), ("mug", "blue"), ("bowl", "red")]
    matches = [match(f"{number}", *look) for number, look in enumerate(looks)]
    assert [each.item.item_id for each in morph.partners(item, matches)] == ["1", "3"]
    drawn = {
        morph.draw_partner(item, matches, np.random.default_rng(seed)).item.item_id  # type: ignore[union-attr]
        for seed in range(20)
    }
    assert drawn == {"1", "3"}
    unlabelled = [match(f"{number}", "", "") for number in range(7)]
    assert [each.item.item_id for each in morph.partners(item, unlabelled)] == ["2", "5"]
    assert morph.draw_partner(item, matches[:1], np.random.default_rng(0)) is None


def test_a_surprise_is_the_same_for_the_same_seed(shop_recommender: Recommender) -> None:
    first, second = shop_recommender.surprise(4)
    assert (first, second) == shop_recommender.surprise(4)
    assert shop_recommender.catalogue.get(first).category
    assert first != second
    assert len({shop_recommender.surprise(seed) for seed in range(8)}) > 1


def test_a_catalogue_of_equals_offers_no_surprise(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    Image.new("RGB", (64, 64), "white").save(folder / "only.png")
    import_source(folder, "one")
    with pytest.raises(CatalogueError, match="no two different products"):
        Recommender.open("one").surprise(0)
