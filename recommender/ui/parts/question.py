"""The controls of an answer: weight of colour, diversity, filters and number of results."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue.filters import ItemFilter
from recommender.search.options import SearchOptions
from recommender.ui.parts import filters
from recommender.ui.parts.filters import Facets
from recommender.ui.shared import link, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender

DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 12, 48
SLIDER_PX = 215
MAX_WORDS = 200  # letters
BALANCED, CLOSEST = "Balanced", "Closest first"
WEIGHTS: dict[str, float | None] = {
    "Same kind of thing": 0.0,
    BALANCED: None,
    "More colour": 0.35,
    "Same colours and texture": 0.8,
}
# What a visitor sees first: near-identical products once
PAGE_OPTIONS = SearchOptions(group_duplicates=True, only_alike=True)
VARIETIES = {CLOSEST: 0.0, "A little variety": 0.25, "More variety": 0.45, "Most variety": 0.65}


def ask(recommender: "Recommender", *, by_product: bool) -> SearchOptions:
    """Draw the controls and return what they are set to.

    Parameters
    ----------
    by_product : whether the query is a product, which has a brand that others may share
    """
    colour_weight, diversity = None, 0.0
    if recommender.weighs_colour:
        colour_weight = WEIGHTS[_slider("What matters", WEIGHTS, BALANCED, "colour_weight")]
    diversity = VARIETIES[_slider("Variety", VARIETIES, CLOSEST, "diversity")]
    but = st.text_input(
        "This, but …",
        key="but",
        bind="query-params",
        placeholder="in blue, cheaper, in wood",
        width=SLIDER_PX,
        max_chars=MAX_WORDS,
    )
    facets = filters.facets(recommender.catalogue)
    set_ones = len({*link.FILTERS} & {*st.query_params})
    label = f"Filters ({set_ones})" if set_ones else "Filters"
    with st.popover(label, icon=":material/filter_list:", key="filters"):
        chosen = _ask_filter(facets, by_product=by_product)
        group_duplicates = st.toggle(
            "Show near-identical products once",
            value=True,
            key="group_duplicates",
            bind="query-params",
        )
        n_neighbors = st.slider(
            "Number of results",
            1,
            MAX_NEIGHBOURS,
            DEFAULT_NEIGHBOURS,
            key="n_neighbors",
            bind="query-params",
        )
    return SearchOptions(
        n_neighbors=n_neighbors,
        colour_weight=colour_weight,
        diversity=diversity,
        group_duplicates=group_duplicates,
        only_alike=not chosen.categories,  # who asks for bowls that look like a mug gets bowls
        filters=chosen,
        words=but or "",
    )


def clear_filters(facets: Facets) -> None:
    """Clear all filters."""
    for key in link.FILTERS:
        filters.forget(key, facets)


def _slider(label: str, options: dict[str, Any], default: str, key: str) -> str:
    return st.select_slider(
        label, list(options), default, key=key, bind="query-params", width=SLIDER_PX
    )


def _ask_filter(facets: Facets, *, by_product: bool) -> ItemFilter:
    categories, colours, materials = (
        _several(label, key, options)
        for label, key, options in (
            ("Category", "only", facets.categories),
            ("Colour", "hue", facets.colours),
            ("Material", "made-of", facets.materials),
        )
    )
    prices = filters.price_range(facets.prices, "cost")
    other_brands = False
    if by_product and facets.n_brands > 1:
        other_brands = st.toggle("Other brands only", key="other-brands", bind="query-params")
    in_stock = facets.are_sold_out and st.toggle(
        "In stock only", key="in-stock", bind="query-params"
    )
    return ItemFilter(
        categories=categories,
        colours=colours,
        materials=materials,
        prices=prices,
        different=("brand",) if other_brands else (),
        in_stock=in_stock,
    )


def _several(label: str, key: str, options: tuple[str, ...]) -> tuple[str, ...]:
    if len(options) < 2:  # noqa: PLR2004  nothing to choose from
        return ()
    chosen = st.multiselect(
        label,
        options,
        key=key,
        bind="query-params",
        format_func=words.capitalised,
        placeholder="Any",
    )
    return tuple(chosen)
