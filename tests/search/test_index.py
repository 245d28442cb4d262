import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import IndexNotBuilt, StaleIndex
from recommender.search import index as indexes
from recommender.search.calibration import calibrate_nearest
from recommender.search.index import Index


def make_index(rows: np.ndarray, metric: str = "euclidean") -> Index:
    return Index(
        ids=tuple(f"item-{number}" for number in range(len(rows))),
        embeddings=rows,
        reconstruction_errors=np.zeros(len(rows), np.float32),
        nearest_quantiles=calibrate_nearest(rows),
        metric=metric,
        model="m",
        catalogue="c",
    )


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    return rng.random((30, 6)).astype(np.float32)


def test_the_query_is_left_out_by_identity_even_among_duplicates(rows: np.ndarray) -> None:
    rows[1] = rows[2] = rows[0]
    index = make_index(rows)
    for own in ("item-0", "item-1", "item-2"):
        found = [match.item_id for match in index.query(rows[0], 2, leave_out=(own,))]
        assert set(found) == {"item-0", "item-1", "item-2"} - {own}


def test_k_is_respected(rows: np.ndarray) -> None:
    index = make_index(rows)
    assert len(index.query(rows[4], 7)) == 7
    assert len(index.query(rows[4], 7, leave_out=("item-4",))) == 7
    assert len(index.query(rows[4], 100, leave_out=("item-4",))) == 29


def test_without_leaving_out_the_exact_item_comes_first(rows: np.ndarray) -> None:
    first = make_index(rows).query(rows[4], 1)[0]
    assert first.item_id == "item-4"
    assert first.distance == pytest.approx(0, abs=1e-3)


def test_save_and_load_round_trip(rows: np.ndarray, tmp_path: Path) -> None:
    saved = make_index(rows)
    indexes.save(saved, tmp_path)
    loaded = indexes.load(tmp_path, model="m", catalogue="c")
    assert loaded.ids == saved.ids
    assert np.array_equal(loaded.embeddings, rows)
    assert isinstance(loaded.parts[0].embeddings.base, np.memmap)
    assert loaded.query(rows[3], 5) == saved.query(rows[3], 5)


def test_saving_again_leaves_one_generation(rows: np.ndarray, tmp_path: Path) -> None:
    indexes.save(make_index(rows), tmp_path)
    indexes.save(make_index(rows[:10]), tmp_path)
    assert len(list(tmp_path.glob("generation-*"))) == 1
    assert len(indexes.load(tmp_path, model="m", catalogue="c")) == 10


def test_a_kill_before_the_move_leaves_the_last_good_index(
    rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes.save(make_index(rows), tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(indexes, "write_json", killed)
    with pytest.raises(KeyboardInterrupt):
        indexes.save(make_index(rows[:10]), tmp_path)
    assert len(indexes.load(tmp_path, model="m", catalogue="c")) == 30


def test_no_index_and_stale_index_say_so(rows: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuilt):
        indexes.load(tmp_path, model="m", catalogue="c")
    indexes.save(make_index(rows), tmp_path)
    with pytest.raises(StaleIndex, match="another model"):
        indexes.load(tmp_path, model="other", catalogue="c")
    with pytest.raises(StaleIndex, match="another catalogue"):
        indexes.load(tmp_path, model="m", catalogue="other")


@pytest.mark.parametrize("damage", ["description", "embeddings", "ids", "part", "format"])
def test_a_damaged_index_is_stale(rows: np.ndarray, tmp_path: Path, damage: str) -> None:
    indexes.save(make_index(rows), tmp_path)
    (part,) = tmp_path.glob("part-*")
    if damage == "description":
        (tmp_path / "index.json").write_text("{")
    elif damage == "embeddings":
        (part / "embeddings.npy").write_bytes(b"short")
    elif damage == "ids":
        np.save(part / "ends.npy", np.arange(3))
    elif damage == "part":
        shutil.rmtree(part)
    else:
        described = json.loads((tmp_path / "index.json").read_text())
        (tmp_path / "index.json").write_text(json.dumps(described | {"format_version": 0}))
    with pytest.raises(StaleIndex, match="index the catalogue again"):
        indexes.load(tmp_path, model="m", catalogue="c")


def test_similarity_of_unit_vectors_is_the_cosine() -> None:
    rows = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    index = make_index(rows, metric="cosine")
    found = {match.item_id: index.similarity(match.distance) for match in index.query(rows[0], 3)}
    assert found == pytest.approx({"item-0": 1, "item-1": 0.6, "item-2": 0}, abs=1e-5)


def test_similarity_of_raw_latents_is_half_at_the_typical_distance(rows: np.ndarray) -> None:
    index = make_index(rows)
    assert index.similarity(0) == 1
    assert index.similarity(float(index.nearest_quantiles[50])) == pytest.approx(0.5)
    assert index.similarity(1e9) < 1e-6


def test_calibration_skips_the_item_itself(rows: np.ndarray) -> None:
    rows[1] = rows[0]
    quantiles = make_index(rows).nearest_quantiles
    assert quantiles[0] == pytest.approx(0, abs=1e-3)  # the pair of duplicates
    assert quantiles[50] > 0.05


def test_lengths_must_agree(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="length"):
        dataclasses.replace(make_index(rows), ids=("one",))
