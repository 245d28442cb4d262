import pytest

from recommender.search.filtering import growing_requests


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
