import numpy as np
import pytest

pytest.importorskip(
    "tensorflow", reason="TensorFlow is missing: pip install -r requirements-dev.txt"
)

from recommender.training import pooling
from recommender.training.backbone import HEAD_FILTERS, SPATIAL_FILTERS, SPATIAL_SIZE

N_GRID = 9 * SPATIAL_FILTERS


def pool(head: np.ndarray, spatial: np.ndarray) -> np.ndarray:
    return np.asarray(
        pooling.pool(head, spatial, pooling.attention(head), grid_weight=0.5, window_weight=0.5)
    )


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


def grid_of(spatial: np.ndarray) -> np.ndarray:
    starts = (0, 6, 12)
    return unit(
        np.concatenate([spatial[y : y + 8, x : x + 8].mean((0, 1)) for y in starts for x in starts])
    )


def window_of(head: np.ndarray) -> list[tuple[float, float]]:
    """The same in numpy: low and high of the rows, then of the columns, in shares of the side."""
    energy = head.sum(axis=-1)
    weights = ((energy - energy.min()) / (energy.max() - energy.min())) ** 2 + 1e-4
    stretches, places = [], np.arange(10) + 0.5
    for axis in (1, 0):
        share = weights.sum(axis) / weights.sum()
        middle = (share * places).sum()
        half = 1.6 * np.sqrt((share * (places - middle) ** 2).sum() + 1e-4) / 10
        half = max(half, 0.15)
        stretches.append((max(middle / 10 - half, 0), min(middle / 10 + half, 1)))
    return stretches


@pytest.fixture
def maps(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    head = rng.random((2, 10, 10, HEAD_FILTERS)).astype(np.float32)
    head[0, 2:5, 6:9] += 2  # something in the upper right
    head[1, 4:8, 3:6] += 1
    spatial = rng.normal(size=(2, SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS))
    return head, spatial.astype(np.float32)


def test_a_descriptor_is_the_mean_the_grid_and_the_windows_grid(
    maps: tuple[np.ndarray, np.ndarray],
) -> None:
    found = pool(*maps)
    assert found.shape == (2, HEAD_FILTERS + 2 * N_GRID)
    for head, spatial, descriptor in zip(*maps, found, strict=True):
        taps = []
        for low, high in window_of(head):
            at = (high - low) * (np.arange(20) + 0.5) + low * 20 - 0.5
            at = np.clip(at, 0, 19)[:, None]
            taps.append(np.maximum(1 - np.abs(at - np.arange(20)[None]), 0))
        window = np.einsum("yh,hwc,xw->yxc", taps[0], spatial, taps[1])
        gem = (np.maximum(head, 1e-6) ** 3).mean((0, 1)) ** (1 / 3)
        parts = [unit(gem), 0.5 * grid_of(spatial), 0.5 * grid_of(window)]
        assert descriptor == pytest.approx(unit(np.concatenate(parts)), abs=1e-5)


def test_attention_is_where_the_map_is_excited() -> None:
    head = np.zeros((1, 10, 10, 4), np.float32)
    head[0, 2:4, 5:7] = 3
    weights = np.asarray(pooling.attention(head))[0]
    assert weights[2:4, 5:7] == pytest.approx(1)
    assert weights.sum() == pytest.approx(4)


def test_the_window_follows_the_attention() -> None:
    weights = np.zeros((3, 10, 10), np.float32)
    weights[0, 0:3, 7:10] = 1  # in a corner
    weights[1] = 1  # everywhere
    corner, everywhere, blank = np.asarray(pooling.attention_window(weights))
    top, left, bottom, right = corner
    assert top == pytest.approx(0, abs=0.01)
    assert right == pytest.approx(1, abs=0.01)
    assert bottom == pytest.approx(0.3, abs=0.05)
    assert left == pytest.approx(0.7, abs=0.05)
    assert everywhere == pytest.approx([0.04, 0.04, 0.96, 0.96], abs=0.01)
    assert blank == pytest.approx(everywhere, abs=1e-5)


def test_a_point_of_attention_has_a_window_of_some_size() -> None:
    weights = np.zeros((1, 10, 10), np.float32)
    weights[0, 5, 5] = 1
    top, left, bottom, right = np.asarray(pooling.attention_window(weights))[0]
    assert [bottom - top, right - left] == pytest.approx([0.3, 0.3], abs=0.05)


def test_the_same_thing_in_a_corner_keeps_its_windows_grid() -> None:
    """A product moved within its picture changes the plain grid and hardly the window's."""
    rng = np.random.default_rng(0)
    thing = rng.normal(size=(6, 6, SPATIAL_FILTERS)).astype(np.float32)
    heads, spatials = [], []
    for y, x in ((2, 2), (12, 10)):
        spatial = np.zeros((SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS), np.float32)
        spatial[y : y + 6, x : x + 6] = thing
        head = np.zeros((10, 10, HEAD_FILTERS), np.float32)
        head[y // 2 : y // 2 + 3, x // 2 : x // 2 + 3] = 1
        heads.append(head)
        spatials.append(spatial)
    first, second = pool(np.stack(heads), np.stack(spatials))
    plain, window = slice(HEAD_FILTERS, HEAD_FILTERS + N_GRID), slice(HEAD_FILTERS + N_GRID, None)
    assert unit(first[window]) @ unit(second[window]) > 0.95
    assert unit(first[plain]) @ unit(second[plain]) < 0.5
