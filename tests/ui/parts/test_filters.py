"""The gallery's search: what matches, and that products are walked through once."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.catalogue import rules
from recommender.catalogue.filters import ANYTHING, ItemFilter
from recommender.catalogue.lexicon import Lexicon
from recommender.catalogue.rules import Rules
from recommender.catalogue.store import Catalogue
from recommender.catalogue.store import replace as replace_items
from recommender.catalogue.text_search import TextIndex
from recommender.items import Item
from recommender.ui.parts import filters
from recommender.ui.parts.filters import CHEAP, Filters

MUG = Item(item_id="mug", image="a.png", image_sha256="a", title="Red mug", colour="red", price=9.0)
ITEMS = (
    MUG,
    replace(MUG, item_id="cup", title="Blue cup", colour="blue", price=5.0),
    replace(MUG, item_id="jug", title="Red jug", price=None),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    replace_items(tmp_path / "shop", ITEMS)
    return Catalogue(tmp_path / "shop")


def ids(catalogue: Catalogue, wanted: Filters) -> list[str]:
    return [item.item_id for item in filters.select(catalogue, wanted)]


def test_text_and_filters_must_both_match(catalogue: Catalogue) -> None:
    assert ids(catalogue, Filters(text="RED")) == ["mug", "jug"]
    assert ids(catalogue, Filters(text="red mu")) == ["mug"]
    assert ids(catalogue, Filters(item_filter=ItemFilter(colours=["red"]))) == ["mug", "jug"]
    assert ids(catalogue, Filters(text="mug", item_filter=ItemFilter(colours=["blue"]))) == ["cup"]
    assert ids(catalogue, Filters(order=CHEAP)) == ["cup", "mug", "jug"]


def test_a_run_walks_through_the_catalogue_only_for_what_it_asks(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(TextIndex, "__init__", _counting(made))
    filters.select(catalogue, Filters())
    assert made == []
    for word in ("red", "blue", "re"):
        filters.select(catalogue, Filters(text=word))
    assert len(made) == 1


def _counting(made: list[int]) -> Callable[..., None]:
    make = TextIndex.__init__

    def counted(self: TextIndex, items: Iterable[Item], words: Lexicon) -> None:
        made.append(1)
        make(self, items, words)

    return counted


def test_a_catalogue_that_is_imported_again_is_searched_anew(catalogue: Catalogue) -> None:
    assert ids(catalogue, Filters(text="blue")) == ["cup"]
    replace_items(catalogue.folder, ITEMS[:1])
    assert ids(Catalogue(catalogue.folder), Filters(text="blue")) == []


def test_choices_are_counted_by_what_the_others_leave(catalogue: Catalogue) -> None:
    counts = filters.count(catalogue, Filters(item_filter=ItemFilter(colours=["red"])))
    assert counts.colours == {"red": 2, "blue": 1}  # a second colour may be chosen
    counts = filters.count(catalogue, Filters(item_filter=ItemFilter(prices=(1, 6))))
    assert counts.colours == {"blue": 1}
    assert filters.count(catalogue, Filters(text="jug")).colours == {"red": 1}


def test_a_rerun_with_the_same_filters_walks_through_no_products(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Filters(text="red", item_filter=ItemFilter(colours=["red"]))
    first = filters.select(catalogue, wanted), filters.count(catalogue, wanted)
    monkeypatch.setattr(ItemFilter, "accept", None)
    again = Filters(text="red", item_filter=ItemFilter(colours=("red",)))
    assert (filters.select(catalogue, again), filters.count(catalogue, again)) == first


@pytest.mark.parametrize(
    ("currencies", "expected"),
    [(("EUR", "EUR"), "EUR"), (("EUR", "USD"), ""), (("%s%n", "%s%n"), ""), (("", ""), "")],
)
def test_prices_have_a_currency_if_they_share_one(
    tmp_path: Path, currencies: tuple[str, str], expected: str
) -> None:
    items = [
        replace(MUG, item_id=str(number), attributes={"currency": each})
        for number, each in enumerate(currencies)
    ]
    replace_items(tmp_path / "shop", items)
    assert filters.facets(Catalogue(tmp_path / "shop")).currency == expected


def test_counts_of_answers_leave_out_who_asks_and_what_the_shop_hides(catalogue: Catalogue) -> None:
    def colours(item: Item | None, wanted: ItemFilter = ANYTHING) -> dict[str, int]:
        return dict(filters.count_answers(catalogue, item, "", wanted).colours)

    assert colours(None) == {"red": 2, "blue": 1}
    assert colours(MUG) == {"red": 1, "blue": 1}
    assert colours(MUG, ItemFilter(different=["colour"])) == {"blue": 1}
    rules.change(catalogue.folder, Rules(hidden=("cup",)))
    assert colours(MUG) == {"red": 1}
