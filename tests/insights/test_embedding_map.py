from pathlib import Path

import numpy as np
import pytest

from recommender.config import MODELS
from recommender.errors import IndexNotBuilt, StaleIndex
from recommender.insights import embedding_map
from recommender.models import PERCEPTUAL
from recommender.recommend import Recommender
from recommender.search.index import Index
from recommender.types import Floats

N_GROUPS, PER_GROUP = 4, 12


def make_index(embeddings: Floats, model: str = "model") -> Index:
    return Index(
        ids=tuple(f"item-{row}" for row in range(len(embeddings))),
        embeddings=embeddings,
        reconstruction_errors=np.zeros(len(embeddings), np.float32),
        nearest_quantiles=np.zeros(101, np.float32),
        metric="cosine",
        model=model,
        catalogue="catalogue",
    )


@pytest.fixture
def groups(rng: np.random.Generator) -> Floats:
    centres = np.repeat(np.eye(N_GROUPS, 16), PER_GROUP, axis=0)
    return np.asarray(centres + rng.normal(0, 0.05, centres.shape), np.float32)


def test_what_is_alike_lies_together(groups: Floats) -> None:
    places = embedding_map.lay_out(make_index(groups)).places
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    same = nearest // PER_GROUP == np.arange(len(groups)) // PER_GROUP
    assert same.mean() > 0.9


def test_no_two_products_overlap(groups: Floats) -> None:
    places = embedding_map.lay_out(make_index(groups)).places
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 0.86
    width, height = np.ptp(places, axis=0)
    assert width >= height * 0.9


def test_exact_duplicates_get_places_of_their_own() -> None:
    places = embedding_map.lay_out(make_index(np.ones((9, 8), np.float32))).places
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 0.86


@pytest.mark.parametrize("n_items", [1, 2, 3, 4, 5])
def test_few_products_have_a_map_too(n_items: int, rng: np.random.Generator) -> None:
    rows = rng.normal(size=(n_items, 8)).astype(np.float32)
    places = embedding_map.lay_out(make_index(rows)).places
    assert places.shape == (n_items, 2)
    assert np.isfinite(places).all()


def test_large_catalogues_join_a_sample(groups: Floats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_map, "N_ARRANGED", len(groups) // 2)
    places = embedding_map.arrange(groups)
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    same = distances.argmin(axis=1) // PER_GROUP == np.arange(len(groups)) // PER_GROUP
    assert same.mean() > 0.8


def test_the_map_is_laid_out_once(
    groups: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(groups)
    first = embedding_map.open_map(index, [tmp_path / "own", tmp_path / "shipped"])
    monkeypatch.setattr(embedding_map, "lay_out", lambda _index: pytest.fail("laid out again"))
    again = embedding_map.open_map(index, [tmp_path / "empty", tmp_path / "own"])
    assert again.places == pytest.approx(first.places, abs=1 / 32)


def test_the_map_of_another_index_is_refused(groups: Floats, tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuilt, match="recommender map"):
        embedding_map.load(tmp_path, make_index(groups))
    embedding_map.save(embedding_map.lay_out(make_index(groups)), tmp_path)
    with pytest.raises(StaleIndex, match="another index"):
        embedding_map.load(tmp_path, make_index(groups, model="other"))
    (tmp_path / embedding_map.FILE).write_bytes(b"nothing")
    with pytest.raises(StaleIndex, match="damaged"):
        embedding_map.load(tmp_path, make_index(groups))


def test_regions_name_what_lies_where() -> None:
    places = np.array([[0, 0], [1, 0], [0, 1], [20, 0], [21, 0], [50, 50]], np.float32)
    kinds = ["mug", "mug", "mug", "bowl", "bowl", ""]
    found = {region.name: region for region in embedding_map.regions(places, kinds)}
    assert set(found) == {"mug", "bowl"}
    assert found["mug"].n_items == 3
    assert found["mug"].place == pytest.approx((1 / 3, 1 / 3))
    assert found["mug"].beside == ("bowl",)


@pytest.mark.skipif(
    not (MODELS / PERCEPTUAL / "index" / embedding_map.FILE).exists(), reason="no map ships"
)
def test_the_map_that_ships_fits_the_demo() -> None:
    """Otherwise the first visit to the map would have to lay it out."""
    recommender = Recommender.open("demo", PERCEPTUAL)
    assert len(embedding_map.load(MODELS / PERCEPTUAL / "index", recommender.index).places) == len(
        recommender.catalogue
    )
