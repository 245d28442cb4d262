import socket
import time
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EngineUnavailable, StaleIndex
from recommender.search.engines.milvus import ADDRESS, MilvusEngine
from tests.search.engines.milvus_server import Server


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    return rng.random((40, 8)).astype(np.float32)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_an_address_is_needed(monkeypatch: pytest.MonkeyPatch, rows: np.ndarray) -> None:
    pytest.importorskip("pymilvus")
    monkeypatch.delenv(ADDRESS, raising=False)
    with pytest.raises(EngineUnavailable, match=f"set {ADDRESS}"):
        MilvusEngine().fit(rows, np.arange(40))
    with pytest.raises(EngineUnavailable, match=r"a file that ends in \.db"):
        MilvusEngine("milvus.sqlite").fit(rows, np.arange(40))


def test_a_server_that_is_away_is_named_without_its_password(
    rows: np.ndarray, closed_port: int
) -> None:
    pytest.importorskip("pymilvus")
    engine = MilvusEngine(f"http://root:secret@127.0.0.1:{closed_port}")
    started = time.monotonic()
    with pytest.raises(EngineUnavailable) as caught:
        engine.fit(rows, np.arange(40))
    assert time.monotonic() - started < 15
    assert f"Milvus at http://127.0.0.1:{closed_port} does not answer" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_collection_that_is_gone_makes_the_index_stale(
    milvus_file: str, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, milvus_file)
    engine = MilvusEngine().fit(rows, np.arange(40))
    engine.save(tmp_path)
    engine.discard()
    with pytest.raises(StaleIndex, match="has no collection"):
        MilvusEngine().load(tmp_path, rows, np.arange(40))
    with pytest.raises(StaleIndex, match="names no Milvus collection"):
        MilvusEngine().load(tmp_path / "nothing", rows, np.arange(40))


def test_long_lists_of_keys_are_searched_in_parts(
    milvus_file: str, rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, milvus_file)
    monkeypatch.setattr("recommender.search.engines.milvus.MAX_LISTED", 4)
    monkeypatch.setattr("recommender.search.engines.milvus.MAX_FOUND", 6)
    engine = MilvusEngine().fit(rows, np.arange(40))
    allowed = np.argsort(((rows - rows[0]) ** 2).sum(axis=1))[-9:]  # the farthest
    distances, keys = engine.kneighbors(rows[:1], 5, allowed=allowed)
    assert keys[0].tolist() == allowed[:5].tolist()
    assert np.all(np.diff(distances[0]) >= 0)
    engine.discard()


@pytest.mark.slow
def test_a_server_that_was_killed_is_found_again(milvus_server: Server, rows: np.ndarray) -> None:
    engine = MilvusEngine(milvus_server.address).fit(rows, np.arange(40))
    before = engine.kneighbors(rows[:1], 5)
    milvus_server.kill()
    try:
        with pytest.raises(EngineUnavailable, match="does not answer"):
            engine.kneighbors(rows[:1], 5)
    finally:
        milvus_server.start()
    deadline = time.monotonic() + 60
    while True:  # a server that has just started takes a while to load its collections again
        try:
            after = engine.kneighbors(rows[:1], 5)
            break
        except EngineUnavailable:
            assert time.monotonic() < deadline
            time.sleep(1)
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])
    engine.discard()
