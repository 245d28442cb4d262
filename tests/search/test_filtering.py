import numpy as np
import pytest

from recommender.catalogue.filters import ItemFilter
from recommender.recommend import Recommender
from recommender.search.filtering import RowFilter, growing_requests


@pytest.mark.parametrize(
    ("n_wanted", "n_rows", "expected"),
    [
        (12, 1_000, [12, 48, 192, 768, 1_000]),
        (12, 48, [12, 48]),
        (12, 5, [5]),
        (1, 0, [1]),
    ],
)
def test_requests_grow_until_all_rows_are_asked_for(
    n_wanted: int, n_rows: int, expected: list[int]
) -> None:
    assert list(growing_requests(n_wanted, n_rows)) == expected


def test_a_place_that_an_engine_could_not_fill_is_no_neighbour(
    shop_recommender: Recommender,
) -> None:
    allows = RowFilter(shop_recommender.catalogue, shop_recommender.index, ItemFilter())
    assert allows(np.array([0]), np.array([[0, 1, -1]])).tolist() == [[False, True, False]]
