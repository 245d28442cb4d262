import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.registry import open_catalogue
from recommender.config import MODELS
from recommender.errors import CatalogueError, ImageError, StaleIndex
from recommender.importing import importer
from recommender.inference.autoencoder import Autoencoder
from recommender.models import ARTICLE, default_model
from recommender.recommend import Recommender
from recommender.search import build
from recommender.search.options import SearchOptions
from recommender.search.results import to_dict
from tests.conftest import draw


def test_an_item_is_not_its_own_neighbour(shop_recommender: Recommender) -> None:
    for item in shop_recommender.catalogue:
        matches = shop_recommender.similar(item.item_id, n_neighbors=5).matches
        assert len(matches) == 5
        assert item.item_id not in {match.item.item_id for match in matches}


def test_the_twin_comes_first(shop_recommender: Recommender) -> None:
    first = shop_recommender.similar("box-blue-0", n_neighbors=1).matches[0]
    assert first.item.item_id == "box-blue-1"


def test_matches_are_ordered_and_similarities_fall(shop_recommender: Recommender) -> None:
    matches = shop_recommender.similar("disc-red-0", n_neighbors=17).matches
    distances = [match.distance for match in matches]
    similarities = [match.similarity for match in matches]
    assert distances == sorted(distances)
    assert similarities == sorted(similarities, reverse=True)
    assert all(0 <= similarity <= 1 for similarity in similarities)


def test_an_uploaded_picture_finds_its_item_first(
    shop_recommender: Recommender, shop: Path
) -> None:
    for source in (shop / "bar-green-1.png", (shop / "bar-green-1.png").read_bytes()):
        result = shop_recommender.similar_to_image(source, n_neighbors=3)
        assert result.item is None
        assert result.matches[0].item.item_id == "bar-green-1"
        assert result.matches[0].similarity == pytest.approx(1, abs=1e-3)
        assert result.confidence.level == "close"


def test_noise_is_said_to_be_unlike_anything(
    shop_recommender: Recommender, tmp_path: Path, rng: np.random.Generator
) -> None:
    Image.fromarray(rng.integers(0, 256, (90, 90, 3), np.uint8)).save(tmp_path / "noise.png")
    result = shop_recommender.similar_to_image(tmp_path / "noise.png")
    assert result.confidence.level == "unlike"
    assert result.confidence.reconstruction_percentile == 100


def test_reconstruction_shows_what_was_kept(shop_recommender: Recommender) -> None:
    kept = shop_recommender.reconstruct_item("disc-red-0")
    assert kept.original.shape == kept.decoded.shape == (150, 150, 3)
    assert kept.decoded.dtype == np.uint8
    assert (kept.n_numbers, kept.n_bytes) == (2888, 4 * 2888)
    assert kept.psnr > 17
    assert 0 < kept.ssim < 1


@pytest.mark.parametrize("n_neighbors", [0, -1, 100_000])
def test_a_number_of_neighbours_out_of_range_is_refused(
    shop_recommender: Recommender, n_neighbors: int
) -> None:
    with pytest.raises(CatalogueError, match="neighbours"):
        shop_recommender.similar("disc-red-0", n_neighbors=n_neighbors)


def test_unknown_items_and_bad_pictures_are_refused(shop_recommender: Recommender) -> None:
    with pytest.raises(CatalogueError, match="no item"):
        shop_recommender.similar("nothing")
    with pytest.raises(ImageError):
        shop_recommender.similar_to_image(b"nothing")


def test_a_changed_catalogue_is_indexed_anew(shop_recommender: Recommender, shop: Path) -> None:
    draw("disc", "green").save(shop / "disc-red-0.png")
    column_map = {"image": "file", "category": "kind"}
    importer.import_source(shop, "shop", column_map=column_map)
    calls: list[tuple[int, int]] = []
    again = Recommender.open("shop", ARTICLE, progress=lambda *call: calls.append(call))
    assert calls[-1] == (18, 18)
    assert "green" in again.similar("disc-red-0", n_neighbors=1).matches[0].item.item_id
    calls.clear()
    Recommender.open("shop", ARTICLE, progress=lambda *call: calls.append(call))
    assert calls == []  # read from disk this time


def test_index_of_another_catalogue_is_refused(shop_recommender: Recommender) -> None:
    stale = dataclasses.replace(shop_recommender.index, catalogue="other")
    with pytest.raises(StaleIndex):
        Recommender(shop_recommender.catalogue, shop_recommender.model, stale)


def test_a_picture_that_vanished_is_one_sentence(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    catalogue.image_path(catalogue.items[3]).unlink()
    with pytest.raises(ImageError, match=catalogue.items[3].item_id):
        build.build(catalogue, shop_recommender.model)


def test_the_document_has_the_agreed_fields(shop_recommender: Recommender) -> None:
    result = shop_recommender.similar("disc-red-0", n_neighbors=2)
    document = to_dict(
        result,
        shop_recommender.catalogue,
        model=shop_recommender.model.name,
        query="disc-red-0",
        n_neighbors=2,
    )
    assert set(document) == {
        "query", "catalogue", "model", "n_neighbors", "matches", "trust", "elapsed_ms"
    }  # fmt: skip
    assert set(document["matches"][0]) == {
        "item_id", "title", "category", "distance", "similarity", "image"
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.parent.name for path in MODELS.glob("*/index")))
def test_the_index_that_ships_fits_the_demo(name: str) -> None:
    """Otherwise the first start would have to encode the whole catalogue."""
    calls: list[tuple[int, int]] = []
    catalogue, model = open_catalogue("demo"), Autoencoder.open(name)
    build.open_index(catalogue, model, progress=lambda *call: calls.append(call))
    assert calls == []


def test_a_photo_is_encoded_and_decoded_once_whatever_the_options(
    shop_recommender: Recommender, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_recommender.photo_scale()  # measured with pictures of its own
    calls: list[str] = []
    for name in ("encode", "decode"):
        work = getattr(shop_recommender.model, name)

        def counted(*arguments: object, _name: str = name, _work: Any = work) -> object:
            calls.append(_name)
            return _work(*arguments)

        monkeypatch.setattr(shop_recommender.model, name, counted)
    encoded = shop_recommender.encode_image(shop / "bar-green-1.png")
    assert calls == ["encode"]  # nothing is decoded that nobody asked for
    first = shop_recommender.search(encoded, n_neighbors=3)
    second = shop_recommender.search(
        encoded, SearchOptions(n_neighbors=3, filters=ItemFilter(categories=["box"]))
    )
    assert encoded.reconstruction.decoded.shape == (150, 150, 3)
    assert calls == ["encode", "decode"]
    assert first.matches[0].item.item_id == "bar-green-1"
    assert {match.item.category for match in second.matches} == {"box"}
    monkeypatch.undo()
    again = shop_recommender.similar_to_image(shop / "bar-green-1.png", n_neighbors=3)
    assert [match.item for match in again.matches] == [match.item for match in first.matches]
    assert again.confidence == first.confidence


def test_looks_and_words_choose_together(shop_recommender: Recommender, shop: Path) -> None:
    asked = "disc-red-0"
    blue = shop_recommender.similar(asked, n_neighbors=12, words="in blue")
    assert {match.item.title for match in blue.matches} == {"blue disc", "blue box", "blue bar"}
    assert blue.matches[0].item.title == "blue disc"  # the nearest of those
    photo = shop_recommender.similar_to_image(shop / f"{asked}.png", words="boxes")
    assert {match.item.category for match in photo.matches} == {"box"}
    assert not shop_recommender.similar(asked, words="xyzzy").matches
    assert not shop_recommender.similar(asked, words="cheaper").matches  # all cost the same
    assert len(shop_recommender.similar(asked, n_neighbors=20, words=" ").matches) == 17


def test_one_pair_has_one_similarity(shop_recommender: Recommender, shop: Path) -> None:
    for match in shop_recommender.similar("disc-red-0", n_neighbors=5).matches:
        found = shop_recommender.similarity("disc-red-0", match.item.item_id)
        assert found == pytest.approx(match.similarity, abs=1e-4)
    encoded = shop_recommender.encode_image(shop / "disc-red-0.png")
    for match in shop_recommender.search(encoded, n_neighbors=5).matches:
        found = shop_recommender.similarity(encoded, match.item.item_id)
        assert found == pytest.approx(match.similarity, abs=1e-4)
    with pytest.raises(CatalogueError, match="no item"):
        shop_recommender.similarity("disc-red-0", "nothing")


def test_an_answer_may_end_where_nothing_is_alike(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shop_recommender.similar("disc-red-0", n_neighbors=17)
    assert len(whole.matches) == 17
    assert not whole.is_cut
    far = whole.matches[5].distance
    monkeypatch.setattr(
        type(shop_recommender.index), "similarity", lambda _, d: min(1.0, 0.2 + (d < far))
    )
    cut = shop_recommender.similar("disc-red-0", n_neighbors=17, only_alike=True)
    assert [match.item for match in cut.matches] == [match.item for match in whole.matches[:5]]
    assert cut.is_cut


def test_a_picture_encoded_for_another_catalogue_is_refused(
    shop_recommender: Recommender, shop: Path
) -> None:
    encoded = shop_recommender.encode_image(shop / "bar-green-1.png")
    importer.remove_items("shop", ["disc-red-0"], model=shop_recommender.model)
    other = Recommender.open("shop", ARTICLE)
    with pytest.raises(StaleIndex, match="another model or catalogue"):
        other.search(encoded)


def test_what_opens_by_itself_is_the_best_model() -> None:
    assert Recommender.open("demo").model.name == default_model("demo")
