"""Engines of every kind, and a Milvus server of the session's own."""

import importlib.util
from collections.abc import Iterator

import pytest

from recommender.search.engines import Engine, make_engine
from recommender.search.engines.milvus import ADDRESS, MilvusEngine
from tests.search.engines.milvus_server import Server, reason_to_skip

KINDS = (
    "exact",
    "hnsw",
    pytest.param("milvus-lite", marks=pytest.mark.slow),
    pytest.param("milvus-server", marks=pytest.mark.slow),
)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if reason := reason_to_skip():
        pytest.skip(reason)
    server = Server(tmp_path_factory.mktemp("milvus"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def milvus_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    for package in ("pymilvus", "milvus_lite"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: pip install -r requirements-milvus.txt")
    return str(tmp_path_factory.mktemp("lite") / "milvus.db")


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine of each kind; what it left in Milvus is deleted."""
    if not request.param.startswith("milvus"):
        yield make_engine(request.param)
        return
    if request.param == "milvus-lite":
        address = request.getfixturevalue("milvus_file")
    else:
        address = request.getfixturevalue("milvus_server").address
    monkeypatch.setenv(ADDRESS, address)
    made = MilvusEngine()
    yield made
    made.discard()
