"""The graph itself: small catalogues, which would be compared one by one, are sent through it."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EngineUnavailable, StaleIndex
from recommender.search.engines import hnsw
from recommender.search.engines.hnsw import HnswEngine


@pytest.fixture(autouse=True)
def _only_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hnsw, "FEW_ROWS", 0)


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    rows = rng.normal(size=(400, 16)).astype(np.float32)
    rows[350:] = rows[:50]  # exact duplicates
    return rows


def assert_is_exact(
    engine: HnswEngine, rows: np.ndarray, keys: np.ndarray, allowed: np.ndarray | None = None
) -> None:
    for query in rows[:10]:
        distances, found = engine.kneighbors(query[None], 12, allowed=allowed)
        expected = np.sort(np.linalg.norm(rows[keys] - query, axis=1))[:12]
        assert distances[0] == pytest.approx(expected, abs=1e-4)
        assert set(found[0]) <= set(keys)


def test_the_graph_finds_what_brute_force_finds(rows: np.ndarray) -> None:
    assert_is_exact(HnswEngine().fit(rows, np.arange(400)), rows, np.arange(400))


@pytest.mark.parametrize("depth", [hnsw.MAX_DEPTH, 0], ids=["by the graph", "by its codes"])
@pytest.mark.parametrize("share", [0.7, 0.1, 0.04])
def test_a_filter_costs_no_neighbour(
    rows: np.ndarray, share: float, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hnsw, "MAX_DEPTH", depth)
    engine = HnswEngine().fit(rows, np.arange(400))
    mask = np.random.default_rng(3).random(400) < share
    keys = np.flatnonzero(mask)
    for allowed in (mask, keys):
        assert_is_exact(engine, rows, keys, allowed)


@pytest.mark.parametrize("max_tail", [1_000, 30], ids=["kept in the tail", "woven in"])
def test_rows_that_come_later_are_found(
    rows: np.ndarray, max_tail: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hnsw, "MAX_TAIL", max_tail)
    engine = HnswEngine().fit(rows[:200], np.arange(200))
    engine.save(tmp_path / "first")
    engine.add(rows[200:300], np.arange(200, 300))
    engine.remove(np.arange(100, 250))
    kept = np.r_[0:100, 250:300]
    assert_is_exact(engine, rows, kept)
    engine.save(tmp_path / "second")
    loaded = HnswEngine().load(tmp_path / "second", rows[kept], kept)
    assert_is_exact(loaded, rows, kept)
    # a graph that is mapped from its file grows too
    grown = HnswEngine().load(tmp_path / "first", rows[:300], np.arange(300))
    grown.add(rows[300:], np.arange(300, 400))
    assert_is_exact(grown, rows, np.arange(400))


def test_rows_of_a_dropped_key_are_not_found_through_the_graph(
    rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hnsw, "MAX_TAIL", 0)
    engine = HnswEngine().fit(rows[:100], np.arange(100))
    engine.add(rows[100:140], np.arange(60, 100))  # other rows for known keys
    current = np.concatenate([rows[:60], rows[100:140]])
    assert_is_exact(engine, current, np.arange(100))


def test_the_file_of_the_graph_is_shared_until_it_changes(rows: np.ndarray, tmp_path: Path) -> None:
    HnswEngine().fit(rows[:300], np.arange(300)).save(tmp_path / "first")
    engine = HnswEngine().load(tmp_path / "first", rows, np.arange(400))
    engine.save(tmp_path / "second")
    assert (tmp_path / "first" / hnsw.GRAPH).samefile(tmp_path / "second" / hnsw.GRAPH)


@pytest.mark.parametrize("file", [hnsw.GRAPH, hnsw.GRAPH_KEYS])
def test_what_is_damaged_is_stale(rows: np.ndarray, tmp_path: Path, file: str) -> None:
    HnswEngine().fit(rows, np.arange(400)).save(tmp_path)
    (tmp_path / file).write_bytes(b"short")
    with pytest.raises(StaleIndex, match="damaged"):
        HnswEngine().load(tmp_path, rows, np.arange(400))


def test_without_faiss_the_message_says_what_to_do(
    rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(EngineUnavailable, match="pip install faiss-cpu"):
        HnswEngine().fit(rows, np.arange(400))
