"""The controls of an answer: weight of colour, diversity, filters and number of results."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue.facets import FacetCounts
from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.search.options import SearchOptions
from recommender.ui.parts import filters
from recommender.ui.parts.filters import Facets
from recommender.ui.shared import link

if TYPE_CHECKING:
    from recommender.recommend import Recommender

DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 12, 48
SLIDER_PX = 215
COLUMNS = {"only": "categories", "hue": "colours", "made-of": "materials"}
MAX_COUNTED = 20_000  # each product asks anew; in larger catalogues all choices are offered
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


def ask(recommender: "Recommender", item: Item | None) -> SearchOptions:
    """Draw the controls and return what they are set to.

    Parameters
    ----------
    item : the product that asks, which has a brand that others may share; None for a picture
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
    catalogue = recommender.catalogue
    set_ones = len({*link.FILTERS} & {*st.query_params})
    label = f"Filters ({set_ones})" if set_ones else "Filters"
    with st.popover(label, icon=":material/filter_list:", key="filters"):
        chosen = _ask_filter(catalogue, item, but or "")
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


def _ask_filter(catalogue: Catalogue, item: Item | None, but: str) -> ItemFilter:
    facets = filters.facets(catalogue)
    # Read before they are drawn: each widget offers what the others leave
    held = {key: filters.held(key, getattr(facets, name)) for key, name in COLUMNS.items()}
    counts = _counts(catalogue, facets, item, but, held)
    categories, colours, materials = (
        filters.several(label, key, getattr(counts, COLUMNS[key]), held[key])
        for label, key in (("Category", "only"), ("Colour", "hue"), ("Material", "made-of"))
    )
    prices = filters.price_range(facets.prices, "cost", currency=facets.currency)
    other_brands = False
    if item is not None and facets.n_brands > 1:
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


def _counts(
    catalogue: Catalogue,
    facets: Facets,
    item: Item | None,
    but: str,
    held: Mapping[str, list[str]],
) -> FacetCounts:
    if len(catalogue) > MAX_COUNTED:
        return FacetCounts(
            **{name: dict.fromkeys(getattr(facets, name), 0) for name in COLUMNS.values()}
        )
    prices = st.session_state.get("cost")
    is_narrowed = facets.prices is not None and prices not in (None, filters.whole(facets.prices))
    other_brands = item is not None and _is_on("other-brands")
    return filters.count_answers(
        catalogue,
        item,
        but,
        ItemFilter(
            categories=held["only"],
            colours=held["hue"],
            materials=held["made-of"],
            prices=prices if is_narrowed else None,
            different=("brand",) if other_brands else (),
            in_stock=_is_on("in-stock"),
        ),
    )


def _is_on(key: str) -> bool:
    """Whether a switch is on, by its widget or, before it is drawn, by the address."""
    return bool(st.session_state.get(key, st.query_params.get(key) == "true"))
