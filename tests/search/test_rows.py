import numpy as np
import pytest

from recommender.search.rows import Rows


@pytest.fixture
def whole(rng: np.random.Generator) -> np.ndarray:
    return rng.random((20, 3)).astype(np.float16)


@pytest.mark.parametrize("cuts", [[], [4, 4, 11]], ids=["one part", "four parts"])
@pytest.mark.parametrize("order", [None, np.array([0, 3, 4, 10, 11, 19])], ids=["all", "some"])
def test_rows_in_parts_read_as_one_array(
    whole: np.ndarray, cuts: list[int], order: np.ndarray | None
) -> None:
    rows = Rows(np.split(whole, cuts), order)
    expected = whole.astype(np.float32)
    if order is not None:
        expected = expected[order]
    assert rows.shape == expected.shape
    assert len(rows) == len(expected)
    n_rows = len(expected)
    for key in (0, -1, slice(1, 4), slice(None), [2, 0, 2], np.arange(n_rows) % 2 == 0):
        read = rows[key]
        assert read.dtype == np.float32
        assert np.array_equal(read, expected[key])
    assert rows[np.empty(0, np.int64)].shape == (0, 3)
    assert np.array_equal(np.asarray(rows), expected)
    with pytest.raises(IndexError, match=f"{n_rows} rows"):
        rows[n_rows]


def test_a_single_part_in_single_precision_is_not_copied(whole: np.ndarray) -> None:
    single = whole.astype(np.float32)
    assert np.shares_memory(np.asarray(Rows([single])), single)


def test_rows_may_be_parts_of_others(whole: np.ndarray) -> None:
    both = Rows([Rows(np.split(whole, [7]), np.array([1, 8])), whole[:2]])
    assert np.array_equal(both[:], whole[[1, 8, 0, 1]].astype(np.float32))


def test_there_must_be_a_part() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        Rows([])
