import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import CatalogueError
from recommender.inference.feature_store import FeatureStore


def test_what_was_added_is_read_in_the_order_asked_for(tmp_path: Path) -> None:
    with FeatureStore.open(tmp_path, "model", np.float32) as store:
        store.add([("a", np.array([1, 2], np.float32), 0.1)])
        store.add([("b", np.array([3, 4], np.float32), 0.2)])
    with FeatureStore.open(tmp_path, "model", np.float32) as store:
        features, errors = store.read(["b", "a", "b"])
        assert features.tolist() == [[3, 4], [1, 2], [3, 4]]
        assert errors == pytest.approx([0.2, 0.1, 0.2])
        store.keep_only(["b"])
        assert store.hashes() == {"b"}
        with pytest.raises(KeyError):
            store.read(["a"])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Connections that the store opens."""
    connections: list[sqlite3.Connection] = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def tracked(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connections.append(connect(*arguments, **options))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", tracked)
    return connections


def test_a_damaged_file_leaves_no_connection_open(
    tmp_path: Path, opened: list[sqlite3.Connection]
) -> None:
    file = tmp_path / "features.db"
    file.write_bytes(b"not a database, but long enough to look like one" * 99)
    with pytest.raises(CatalogueError, match="cannot be used"):
        FeatureStore(file, np.float32)
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
