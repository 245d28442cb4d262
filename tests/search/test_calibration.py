import numpy as np
import pytest

from recommender.search import calibration
from recommender.search.calibration import QUANTILES, calibrate_by_engine, calibrate_nearest
from recommender.search.engines import make_engine


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    rows = rng.normal(size=(60, 5)).astype(np.float32)
    rows[7] = rows[3]  # a duplicate is another item, however near
    return rows


def brute_force(rows: np.ndarray, owners: np.ndarray) -> np.ndarray:
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    distances[owners[:, None] == owners] = np.inf
    return np.asarray(np.quantile(distances.min(axis=1), QUANTILES))


@pytest.mark.parametrize("cells", [calibration.CALIBRATION_CELLS, 100], ids=["whole", "in parts"])
def test_calibration_is_what_brute_force_says(
    rows: np.ndarray, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "CALIBRATION_CELLS", cells)
    expected = brute_force(rows, np.arange(60))
    assert calibrate_nearest(rows) == pytest.approx(expected, abs=1e-5)


def test_other_pictures_of_an_item_are_not_its_neighbours(rows: np.ndarray) -> None:
    owners = np.arange(60) // 3
    expected = brute_force(rows, owners)
    assert calibrate_nearest(rows, owners) == pytest.approx(expected, abs=1e-5)
    keys = np.arange(60) * 2
    engine = make_engine("hnsw").fit(rows, keys)
    assert calibrate_by_engine(engine, rows, keys, owners) == pytest.approx(expected, abs=1e-5)


def test_only_rows_that_ask_count(rows: np.ndarray) -> None:
    owners = np.arange(60) // 3
    asking = np.arange(0, 60, 3)
    distances = np.linalg.norm(rows[asking][:, None] - rows[None], axis=2)
    distances[owners[asking][:, None] == owners] = np.inf
    expected = np.quantile(distances.min(axis=1), QUANTILES)
    assert calibrate_nearest(rows, owners, asking) == pytest.approx(expected, abs=1e-5)
    keys = np.arange(60) * 2
    engine = make_engine("hnsw").fit(rows, keys)
    assert calibrate_by_engine(engine, rows, keys, owners, asking) == pytest.approx(
        expected, abs=1e-5
    )


def test_a_catalogue_of_one_has_no_distances(rows: np.ndarray) -> None:
    assert not calibrate_nearest(rows[:1]).any()
    assert not calibrate_nearest(rows[:2], np.array([5, 5])).any()
