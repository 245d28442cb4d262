import numpy as np
import pytest

from recommender.errors import EngineUnavailable
from recommender.search.engines import Engine, make_engine

ENGINES = ("exact",)


def oracle(rows: np.ndarray, query: np.ndarray, n_neighbors: int) -> np.ndarray:
    return np.sort(np.sqrt(((rows - query) ** 2).sum(axis=1)))[:n_neighbors]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return make_engine(request.param)


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    rows = rng.random((60, 12)).astype(np.float32)
    rows[50:] = rows[:10]  # exact duplicates
    return rows


@pytest.mark.parametrize("n_queries", [1, 7, 40], ids="{} queries".format)
def test_distances_equal_brute_force(engine: Engine, rows: np.ndarray, n_queries: int) -> None:
    engine.fit(rows, np.arange(60))
    distances, keys = engine.kneighbors(rows[:n_queries] + np.float32(0.01), 15)
    assert distances.dtype == np.float32
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


def test_add_and_remove_keep_the_keys(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows[:30], np.arange(30))
    engine.add(rows[30:40], np.arange(100, 110))
    engine.remove(np.arange(5))
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


def test_asking_for_no_neighbours_is_a_mistake(engine: Engine, rows: np.ndarray) -> None:
    engine.fit(rows, np.arange(60))
    with pytest.raises(ValueError, match="n_neighbors"):
        engine.kneighbors(rows[:1], 0)


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(EngineUnavailable, match="exact"):
        make_engine("quantum")
