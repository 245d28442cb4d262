"""Filters and sorting of products, and the widgets that several filters share."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from recommender.catalogue import facets as facet_counts
from recommender.catalogue import rules, text_search
from recommender.catalogue.facets import FacetCounts
from recommender.catalogue.filters import ANYTHING, ItemFilter
from recommender.catalogue.lexicon import Lexicon, lexicon
from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.search import selection
from recommender.search.options import SearchOptions
from recommender.ui.shared import words

N_COUNTED = 6  # values with their numbers of products under a filter
KEPT_SELECTIONS = 64  # a rerun with the same filters walks through no products
KEPT_CATALOGUES = 8  # a catalogue that is imported again is another one
FEATURED, CHEAP, DEAR, BY_NAME = "featured", "price", "-price", "name"
ORDERS = {
    FEATURED: "Featured",
    CHEAP: "Price, low to high",
    DEAR: "Price, high to low",
    BY_NAME: "Name",
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """A visitor's search of the gallery; empty fields match anything.

    Attributes
    ----------
    text : as a shopper writes it, see `catalogue.text_search`
    """

    text: str = ""
    item_filter: ItemFilter = ANYTHING
    order: str = FEATURED


@dataclass(frozen=True, kw_only=True)
class Facets:
    """The values that a catalogue's products have, to choose filters from.

    Attributes
    ----------
    prices : lowest and highest, or None if fewer than two products differ
    n_brands : number of brands
    currency : of all prices, or empty where they differ or nothing is known
    are_sold_out : whether some products are out of stock
    """

    categories: tuple[str, ...]
    colours: tuple[str, ...]
    materials: tuple[str, ...]
    prices: tuple[float, float] | None
    n_brands: int
    are_sold_out: bool = False
    currency: str = ""


@lru_cache(KEPT_CATALOGUES)
def facets(catalogue: Catalogue) -> Facets:
    """Collect the values that a catalogue's products have."""
    prices = [item.price for item in catalogue if item.price is not None]
    currencies = {words.currency(item) for item in catalogue if item.price is not None}
    return Facets(
        categories=_values(item.category for item in catalogue),
        colours=_values(item.colour for item in catalogue),
        materials=_values(item.material for item in catalogue),
        prices=(min(prices), max(prices)) if prices and min(prices) < max(prices) else None,
        n_brands=len(_values(item.brand for item in catalogue)),
        are_sold_out=any(item.in_stock is False for item in catalogue),
        currency=_known_currency(currencies),
    )


def _known_currency(codes: Iterable[str]) -> str:
    """Return the one currency there is, if it is a code of three letters: feeds say anything."""
    known, *others = codes or [""]
    return known if not others and re.fullmatch("[A-Z]{3}", known) else ""


def prepare(catalogue: Catalogue) -> None:
    """Do now what the gallery's first visitor would wait for."""
    facets(catalogue)
    _ordered(catalogue, FEATURED)


def select(catalogue: Catalogue, filters: Filters) -> Sequence[Item]:
    """Return the products that match, sorted as asked."""
    return _selected(catalogue, filters, lexicon(catalogue.folder))


def count(catalogue: Catalogue, filters: Filters) -> FacetCounts:
    """Return what each further choice would leave."""
    return _counted(catalogue, filters, lexicon(catalogue.folder))


def count_answers(
    catalogue: Catalogue, item: Item | None, text: str, item_filter: ItemFilter
) -> FacetCounts:
    """Return what each further choice would leave of all that may answer a query.

    Parameters
    ----------
    item : the product that asks, or None for a picture
    text : of "This, but …"
    """
    stamp = rules.stamp(catalogue.folder)
    item_id = None if item is None else item.item_id
    return _answering(catalogue, item_id, text, item_filter, stamp, lexicon(catalogue.folder))


@lru_cache(KEPT_SELECTIONS)
def _answering(
    catalogue: Catalogue,
    item_id: str | None,
    text: str,
    item_filter: ItemFilter,
    stamp: object,
    words_known: Lexicon,
) -> FacetCounts:
    del stamp, words_known  # only parts of the key: a shop may change both
    item = None if item_id is None else catalogue.get(item_id)
    accepts = selection.acceptance(
        catalogue, SearchOptions(words=text), rules.read(catalogue.folder), item
    )
    answers = (
        each
        for each in catalogue
        if each.item_id != item_id and (accepts is None or accepts(each.item_id))
    )
    return facet_counts.count(answers, item_filter, item)


@lru_cache(KEPT_SELECTIONS)
def _counted(catalogue: Catalogue, filters: Filters, words_known: Lexicon) -> FacetCounts:
    named = _selected(catalogue, Filters(text=filters.text), words_known)
    return facet_counts.count(named, filters.item_filter)


@lru_cache(KEPT_SELECTIONS)
def _selected(catalogue: Catalogue, filters: Filters, words_known: Lexicon) -> tuple[Item, ...]:
    del words_known  # only part of the key: a shop may change its words
    found: Sequence[Item] = _ordered(catalogue, filters.order)
    if filters.text.strip():
        named = text_search.find(catalogue, filters.text).item_ids
        if filters.order == FEATURED:  # those that say it best come first
            found = [catalogue.get(item_id) for item_id in named]
        else:
            wanted = frozenset(named)
            found = [item for item in found if item.item_id in wanted]
    if not filters.item_filter.is_empty:
        found = [item for item in found if filters.item_filter.accept(item)]
    return tuple(found)


def held(key: str, values: Sequence[str]) -> list[str]:
    """Return what a filter is set to, by its widget or, before it is drawn, by the address."""
    if key in st.session_state:
        return list(st.session_state[key] or ())
    named = st.query_params.get_all(key)
    return [
        each
        for each in values
        if named and {words.choice(each), words.capitalised(each)} & {*named}
    ]


def offered(counts: Mapping[str, int], set_ones: Sequence[str]) -> list[str]:
    """Return the values that lead somewhere, and those that are set."""
    return sorted({*counts, *set_ones})


def several(
    label: str,
    key: str,
    counts: Mapping[str, int],
    set_ones: Sequence[str],
    on_change: Callable[[], None] | None = None,
) -> list[str]:
    """Draw a choice of several values that lead somewhere, with the numbers of the most frequent.

    Parameters
    ----------
    counts : products by value, see `FacetCounts`; 0 where nobody has counted
    set_ones : values that are chosen already, see `held`
    """
    options = offered(counts, set_ones)
    if len(options) < 2 and not set_ones:  # noqa: PLR2004  nothing to choose from
        return []
    chosen = st.multiselect(
        label,
        options,
        key=key,
        bind="query-params",
        format_func=words.capitalised,
        placeholder="Any",
        on_change=on_change,
    )
    # not in the choices themselves: their names are part of addresses
    counted = [each for each in counts if counts[each]]
    most = sorted(counted, key=lambda each: (-counts[each], each))[:N_COUNTED]
    named = ", ".join(f"{words.capitalised(each)} {counts[each]:,}" for each in most)
    more = f" and {len(counted) - len(most)} more" if len(counted) > len(most) else ""
    st.html(f'<p class="quiet">{words.html(named + more)}</p>')
    return chosen


def price_range(
    prices: tuple[float, float] | None,
    key: str,
    on_change: Callable[[], None] | None = None,
    currency: str = "",
) -> tuple[float, float] | None:
    """Draw a slider for a range of prices.

    Parameters
    ----------
    prices : lowest and highest in the catalogue, or None if there is nothing to choose
    key : of the slider, and its name in the address
    currency : of the prices, or empty

    Returns
    -------
    chosen : lowest and highest, or None for products at any price or none
    """
    if prices is None:
        return None
    lowest, highest = whole(prices)
    chosen: tuple[float, float] = st.slider(
        "Price",
        lowest,
        highest,
        (lowest, highest),
        step=1.0,
        format=words.money("%.0f", currency),
        key=key,
        bind="query-params",
        on_change=on_change,
    )
    return None if chosen == (lowest, highest) else chosen


def forget(key: str, facets: Facets) -> None:
    """Clear a filter by the key of its widget, if it is drawn."""
    chosen = st.session_state.get(key)
    if isinstance(chosen, bool):
        st.session_state[key] = False
    elif isinstance(chosen, list):
        st.session_state[key] = []
    elif isinstance(chosen, tuple) and facets.prices:
        st.session_state[key] = whole(facets.prices)
    elif isinstance(chosen, str):
        st.session_state[key] = ""


@lru_cache(KEPT_CATALOGUES * len(ORDERS))
def _ordered(catalogue: Catalogue, order: str) -> tuple[Item, ...]:
    if order in (CHEAP, DEAR):
        sign = 1 if order == CHEAP else -1
        return tuple(
            sorted(catalogue, key=lambda item: (item.price is None, sign * (item.price or 0)))
        )
    if order == BY_NAME:
        return tuple(sorted(catalogue, key=lambda item: words.name(item).lower()))
    return _featured(catalogue)


def _featured(catalogue: Catalogue) -> tuple[Item, ...]:
    """Take products from each category in turn, so that the first screen shows all kinds."""
    shelves: dict[str, list[Item]] = defaultdict(list)
    for item in catalogue:
        shelves[item.category].append(item)
    # a product's place within its category, as a share, so that small categories last as long
    places = [
        ((position + 0.5) / len(shelf), item)
        for shelf in shelves.values()
        for position, item in enumerate(shelf)
    ]
    return tuple(item for _, item in sorted(places, key=lambda place: place[0]))


def whole(prices: tuple[float, float]) -> tuple[float, float]:
    """Return a range of prices in whole numbers, which holds them all."""
    return float(int(prices[0])), float(-int(-prices[1] // 1))


def _values(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
