import numpy as np
import pytest

from recommender.errors import CatalogueError
from recommender.evaluation.colour_baseline import FILE, ColourRecommender
from recommender.recommend import Recommender
from tests.conftest import draw


def test_colours_count_and_shapes_do_not(shop_recommender: Recommender) -> None:
    colours = ColourRecommender.open(shop_recommender.catalogue)
    matches = colours.similar("box-red-0", 5)
    assert len(matches) == 5
    assert {match.item.title.partition(" ")[0] for match in matches} == {"red"}
    assert "box-red-0" not in {match.item.item_id for match in matches}
    similarities = [match.similarity for match in matches]
    assert similarities == sorted(similarities, reverse=True)
    assert [match.distance for match in matches] == sorted(match.distance for match in matches)


def test_a_picture_may_ask(shop_recommender: Recommender) -> None:
    colours = ColourRecommender.open(shop_recommender.catalogue)
    first = colours.similar_to_pixels(np.asarray(draw("disc", "green")), 1)[0]
    assert first.item.item_id.startswith("disc-green")
    assert first.similarity == pytest.approx(1, abs=0.01)


def test_an_unknown_item_is_refused(shop_recommender: Recommender) -> None:
    with pytest.raises(CatalogueError, match="no item"):
        ColourRecommender.open(shop_recommender.catalogue).similar("nothing")


def test_pictures_are_counted_once(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    calls: list[tuple[int, int]] = []
    first = ColourRecommender.open(catalogue, progress=lambda *call: calls.append(call))
    assert calls[-1] == (18, 18)
    calls.clear()
    again = ColourRecommender.open(catalogue, progress=lambda *call: calls.append(call))
    assert calls == []
    assert first.similar("box-red-0", 3) == again.similar("box-red-0", 3)
    (catalogue.folder / "indexes" / FILE).write_bytes(b"damaged")
    ColourRecommender.open(catalogue, progress=lambda *call: calls.append(call))
    assert calls[-1] == (18, 18)


def test_a_picture_that_vanished_is_like_no_other(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    catalogue.image_path(catalogue.get("box-red-1")).unlink()
    last = ColourRecommender.open(catalogue).similar("box-red-0", 17)[-1]
    assert last.item.item_id == "box-red-1"
    assert last.similarity == 0
