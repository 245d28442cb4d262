import dataclasses

import pytest

from recommender.catalogue.filters import ItemFilter
from recommender.errors import CatalogueError
from recommender.search.options import OptionFields, SearchOptions, choose


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"n_neighbors": 0}, "neighbours"),
        ({"n_neighbors": 1_001}, "neighbours"),
        ({"colour_weight": 1.1}, "colour weight"),
        ({"colour_weight": float("nan")}, "colour weight"),
        ({"diversity": -0.1}, "diversity"),
    ],
)
def test_a_number_out_of_its_range_is_refused(changes: OptionFields, word: str) -> None:
    with pytest.raises(CatalogueError, match=word):
        SearchOptions(**changes)


def test_keywords_are_the_fields_and_replace_them() -> None:
    assert list(OptionFields.__annotations__) == [
        field.name for field in dataclasses.fields(SearchOptions)
    ]
    options = SearchOptions(n_neighbors=5, diversity=0.3)
    assert choose(options, {"n_neighbors": 7}) == SearchOptions(n_neighbors=7, diversity=0.3)
    assert choose(None, {}) == SearchOptions()
    with pytest.raises(TypeError, match="there is no option 'variety'"):
        choose(None, {"variety": 0.3})  # type: ignore[typeddict-unknown-key]


def test_equal_options_are_equal_keys() -> None:
    first = SearchOptions(filters=ItemFilter(categories=["mug"], prices=(1, 2)))
    second = SearchOptions(filters=ItemFilter(categories=("mug",), prices=(1.0, 2.0)))
    assert {first: "answer"}[second] == "answer"
    assert not first.keeps_nearest
    assert SearchOptions(diversity=0.5).keeps_nearest
    with pytest.raises(TypeError, match="categories must be a sequence"):
        ItemFilter(categories="mug")
