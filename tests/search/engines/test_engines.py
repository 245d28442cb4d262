"""Every engine gives brute force's answer; approximate ones nearly, on many rows."""

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EngineUnavailable
from recommender.search.engines import Engine, choose_engine, make_engine
from recommender.search.engines.milvus import ADDRESS

N_NEIGHBOURS = 12


def oracle(rows: np.ndarray, query: np.ndarray, n_neighbors: int) -> np.ndarray:
    return np.sort(np.sqrt(((rows - query) ** 2).sum(axis=1)))[:n_neighbors]


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    rows = rng.random((60, 12)).astype(np.float32)
    rows[50:] = rows[:10]  # exact duplicates
    return rows


@pytest.fixture(scope="module")
def many_rows() -> np.ndarray:
    """Clusters on the unit sphere, more than any engine compares one by one."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(60, 24))
    rows = centres[rng.integers(60, size=6_000)] + 0.5 * rng.normal(size=(6_000, 24))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def recall(engine: Engine, rows: np.ndarray, queries: np.ndarray, allowed: np.ndarray) -> float:
    """Share of the true neighbours among `allowed` that an engine finds."""
    wanted = allowed if len(allowed) < len(rows) else None
    _, found = engine.kneighbors(queries, N_NEIGHBOURS, allowed=wanted)
    hits = 0
    for query, keys in zip(queries, found, strict=True):
        order = np.argsort(((rows[allowed] - query) ** 2).sum(axis=1), kind="stable")
        hits += len(set(allowed[order[:N_NEIGHBOURS]]) & set(keys))
    return hits / found.size


@pytest.mark.parametrize("n_queries", [1, 7, 40], ids="{} queries".format)
def test_distances_equal_brute_force(engine: Engine, rows: np.ndarray, n_queries: int) -> None:
    engine.fit(rows, np.arange(60))
    distances, keys = engine.kneighbors(rows[:n_queries] + np.float32(0.01), 15)
    assert distances.dtype == np.float32
    assert keys.dtype == np.int64
    for number in range(n_queries):
        assert distances[number] == pytest.approx(oracle(rows, rows[number] + 0.01, 15), abs=1e-4)
        found = np.sqrt(((rows[keys[number]] - rows[number] - 0.01) ** 2).sum(axis=1))
        assert found == pytest.approx(distances[number], abs=1e-4)


def test_more_neighbours_than_rows_gives_all(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows, np.arange(60))
    _, keys = engine.kneighbors(rows[:1], 500)
    assert sorted(keys[0]) == list(range(60))


def test_an_empty_engine_finds_nothing(engine: Engine) -> None:
    engine.fit(np.empty((0, 12), np.float32), np.empty(0, np.int64))
    distances, keys = engine.kneighbors(np.zeros((2, 12), np.float32), 3)
    assert distances.shape == keys.shape == (2, 0)


def test_an_empty_engine_takes_rows(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows[:0], np.empty(0, np.int64))
    engine.add(rows[:4], np.arange(4))
    _, keys = engine.kneighbors(rows[2:3], 1)
    assert keys.tolist() == [[2]]


def test_add_and_remove_keep_the_keys(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows[:30], np.arange(30))
    engine.add(rows[30:40], np.arange(100, 110))
    engine.remove(np.array([*range(5), 999]))
    _, keys = engine.kneighbors(rows[35:36], 1)
    assert keys[0, 0] == 105
    _, keys = engine.kneighbors(rows[:1], 100)
    assert sorted(keys[0]) == [*range(5, 30), *range(100, 110)]


def test_adding_a_known_key_replaces_its_row(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows[:10], np.arange(10))
    engine.add(rows[20:21], np.array([3]))
    distances, keys = engine.kneighbors(rows[20:21], 10)
    assert keys[0, 0] == 3
    assert distances[0, 0] == pytest.approx(0, abs=1e-3)
    assert sorted(keys[0]) == list(range(10))


def test_only_allowed_rows_are_found(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows, np.arange(60))
    allowed = np.array([59, 3, 17, 42, 999])  # in any order; one is unknown
    distances, keys = engine.kneighbors(rows[:2], 10, allowed=allowed)
    assert keys.shape == (2, 4)
    for number in range(2):
        assert set(keys[number]) == {3, 17, 42, 59}
        expected = oracle(rows[[3, 17, 42, 59]], rows[number], 4)
        assert distances[number] == pytest.approx(expected, abs=1e-4)
    mask = np.zeros(60, np.bool_)
    mask[[3, 17, 42, 59]] = True
    for same in (mask, np.r_[mask, False, True]):
        assert np.array_equal(engine.kneighbors(rows[:2], 10, allowed=same)[1], keys)
    assert np.array_equal(
        engine.kneighbors(rows[:2], 10, allowed=mask[:50])[1],
        engine.kneighbors(rows[:2], 10, allowed=np.array([3, 17, 42]))[1],
    )
    engine.remove(np.array([17]))
    assert set(engine.kneighbors(rows[:1], 10, allowed=mask)[1][0]) == {3, 42, 59}
    assert engine.kneighbors(rows[:2], 3, allowed=np.empty(0, np.int64))[1].shape == (2, 0)


def test_a_loaded_engine_answers_as_the_saved_one(
    engine: Engine, rows: np.ndarray, tmp_path: Path
) -> None:
    keys = np.arange(60) * 3
    engine.fit(rows, keys)
    engine.save(tmp_path)
    loaded = type(engine)().load(tmp_path, rows, keys)
    before, after = engine.kneighbors(rows[:5], 9), loaded.kneighbors(rows[:5], 9)
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])


def test_loading_takes_rows_in_and_drops_others(
    engine: Engine, rows: np.ndarray, tmp_path: Path
) -> None:
    engine.fit(rows[:40], np.arange(40))
    engine.save(tmp_path / "first")
    kept = np.r_[10:40, 50:60]
    changed = type(engine)().load(tmp_path / "first", rows[kept], kept)
    _, keys = changed.kneighbors(rows[:1], 100)
    assert sorted(keys[0]) == list(kept)
    assert changed.kneighbors(rows[55:56], 1)[0][0, 0] == pytest.approx(0, abs=1e-3)
    changed.save(tmp_path / "second")
    again = type(engine)().load(tmp_path / "second", rows[kept], kept)
    assert sorted(again.kneighbors(rows[:1], 100)[1][0]) == list(kept)
    # a kill may leave the first state in force: it finds what it always had, and no more
    before = type(engine)().load(tmp_path / "first", rows[:40], np.arange(40))
    assert sorted(before.kneighbors(rows[:1], 100)[1][0]) == list(range(40))


def test_many_rows_are_found_nearly_all(engine: Engine, many_rows: np.ndarray) -> None:
    queries = many_rows[:60]
    keys = np.arange(len(many_rows))
    engine.fit(many_rows[:5_500], keys[:5_500])
    engine.add(many_rows[5_500:], keys[5_500:])
    assert recall(engine, many_rows, queries, keys) > 0.98
    for share in (0.9, 0.75):  # of the rows, drawn at random
        allowed = np.flatnonzero(np.random.default_rng(2).random(len(keys)) < share)
        assert recall(engine, many_rows, queries, allowed) > 0.98
    # those that are far from every query, so that its own neighbourhood has none of them
    away = np.argsort(many_rows @ queries.mean(axis=0))[:4_500]
    assert recall(engine, many_rows, queries, np.sort(away)) > 0.98
    engine.remove(np.arange(0, len(keys), 2))
    assert recall(engine, many_rows, queries, keys[1::2]) > 0.98


def test_asking_for_no_neighbours_is_a_mistake(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows, np.arange(60))
    with pytest.raises(ValueError, match="n_neighbors"):
        engine.kneighbors(rows[:1], 0)


def test_every_row_needs_a_key(engine: Engine, rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="60 embeddings but 5 keys"):
        engine.fit(rows, np.arange(5))
    with pytest.raises(ValueError, match="at least 0"):
        engine.fit(rows[:1], np.array([-1]))


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(EngineUnavailable, match="exact, hnsw, milvus"):
        make_engine("quantum")
    with pytest.raises(EngineUnavailable, match="exact, hnsw, milvus"):
        choose_engine("quantum", 10)


def test_the_engine_chooses_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert choose_engine("auto", 50_000) == "exact"
    assert choose_engine("auto", 50_001) == "hnsw"
    assert choose_engine("exact", 1_000_000) == "exact"
    monkeypatch.setenv(ADDRESS, "http://localhost:19530")
    assert choose_engine("auto", 10) == "milvus"
    assert choose_engine("hnsw", 10) == "hnsw"
