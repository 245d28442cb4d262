from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender.errors import CatalogueError
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.insights import blend, morph
from recommender.insights.blend import Blender
from recommender.items import Item
from recommender.recommend import Recommender
from recommender.search.results import Match
from recommender.types import Floats, Pixels


def blender_of(recommender: Recommender) -> Blender:
    return Blender(recommender.catalogue, recommender.model, recommender.index)


@pytest.fixture
def blender(shop_recommender: Recommender) -> Blender:
    return blender_of(shop_recommender)


def test_the_ends_are_the_products_as_rebuilt(
    blender: Blender, shop_recommender: Recommender
) -> None:
    decoded = blender.pictures("box-red-0", "disc-blue-0", 3)
    assert decoded.shape == (3, 150, 150, 3)
    for place, item_id in ((0, "box-red-0"), (2, "disc-blue-0")):
        rebuilt = shop_recommender.reconstruct_item(item_id).decoded
        assert np.abs(decoded[place].astype(int) - rebuilt).mean() < 3
    assert np.abs(decoded[1].astype(int) - decoded[0]).mean() > 3


def test_the_middle_comes_by_itself_and_is_the_same(
    blender: Blender, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    decode = morph.decode_between

    def note(model: Autoencoder, first: Pixels, second: Pixels, shares: Floats) -> Pixels:
        drawn.append(len(shares))
        return decode(model, first, second, shares)

    monkeypatch.setattr(morph, "decode_between", note)
    middle = blender.picture("box-red-0", "disc-blue-0", blend.N_STEPS // 2)
    assert drawn == [1]
    whole = blender.pictures("box-red-0", "disc-blue-0")
    assert (whole[blend.N_STEPS // 2] == middle).all()
    assert (blender.picture("box-red-0", "disc-blue-0", 3) == whole[3]).all()
    assert drawn == [1, blend.N_STEPS]
    with pytest.raises(IndexError):
        blender.picture("box-red-0", "disc-blue-0", blend.N_STEPS)


def test_steps_lead_from_one_product_to_the_other(blender: Blender) -> None:
    steps = blender.steps("box-red-0", "box-blue-0", 3, n_steps=5)
    assert [step.share for step in steps] == [0, 0.25, 0.5, 0.75, 1]
    assert steps[0].matches[0].item.item_id == "box-red-1"
    assert steps[-1].matches[0].item.item_id == "box-blue-1"
    found = {match.item.item_id for step in steps for match in step.matches}
    assert not found & {"box-red-0", "box-blue-0"}
    with pytest.raises(CatalogueError, match="no item"):
        blender.steps("box-red-0", "nothing")


def test_partners_are_of_other_kinds_or_colours() -> None:
    def match(item_id: str, category: str, colour: str) -> Match:
        item = Item(item_id=item_id, image="", image_sha256="", category=category, colour=colour)
        return Match(item=item, distance=0, similarity=1)

    item = match("a", "mug", "red").item
    looks = [("mug", "red"), ("mug", "blue"), ("mug", "blue"), ("bowl", "red")]
    matches = [match(f"{number}", *look) for number, look in enumerate(looks)]
    assert [each.item.item_id for each in blend.choose_partners(item, matches)] == ["1", "3"]
    drawn = {
        blend.draw_partner(item, matches, np.random.default_rng(seed)).item.item_id  # type: ignore[union-attr]
        for seed in range(20)
    }
    assert drawn == {"1", "3"}
    unlabelled = [match(f"{number}", "", "") for number in range(7)]
    assert [each.item.item_id for each in blend.choose_partners(item, unlabelled)] == ["2", "5"]
    assert blend.draw_partner(item, matches[:1], np.random.default_rng(0)) is None


def test_a_surprise_is_the_same_for_the_same_seed(blender: Blender) -> None:
    first, second = blender.surprise(4)
    assert (first, second) == blender.surprise(4)
    assert blender.catalogue.get(first).category
    assert first != second
    assert len({blender.surprise(seed) for seed in range(8)}) > 1


def test_a_catalogue_of_equals_offers_no_surprise(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    Image.new("RGB", (64, 64), "white").save(folder / "only.png")
    import_source(folder, "one")
    with pytest.raises(CatalogueError, match="no two different products"):
        blender_of(Recommender.open("one")).surprise(0)


def test_a_surprise_and_the_partners_blend_well(blender: Blender) -> None:
    for seed in range(4):
        first, second = blender.surprise(seed)
        assert blender.works(first, second)
        offered = [match.item.item_id for match in blender.partners(first)]
        assert all(blender.works(first, each) for each in offered)


def test_a_bad_draw_is_the_best_of_a_few(blender: Blender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend, "MOST_GHOSTING", -1.0)
    tried = []
    found = blender._ghosting

    def note(first_id: str, second_id: str) -> float:
        tried.append((found(first_id, second_id), first_id, second_id))
        return tried[-1][0]

    monkeypatch.setattr(blender, "_ghosting", note)
    assert blender.surprise(1) == min(tried)[1:]
    assert len(tried) <= blend.N_DRAWS
    assert blender.partners("box-red-0") == []
