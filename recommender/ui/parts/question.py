"""The controls of an answer: weight of colour, diversity, filters and number of results."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue.filters import ANYTHING, Wishes
from recommender.ui.parts import filters
from recommender.ui.parts.filters import Facets
from recommender.ui.shared import link, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender

DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 12, 48
SLIDER_PX = 215
BALANCED, CLOSEST = "Balanced", "Closest first"
WEIGHTS: dict[str, float | None] = {
    "Same kind of thing": 0.0,
    BALANCED: None,
    "More colour": 0.35,
    "Same colours and texture": 0.8,
}
VARIETIES = {CLOSEST: 0.0, "A little variety": 0.25, "More variety": 0.45, "Most variety": 0.65}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question; equal questions have equal answers. See `Recommender.similar`."""

    n_neighbors: int = DEFAULT_NEIGHBOURS
    colour: float | None = None
    variety: float = 0.0
    fold: bool = True
    where: Wishes = ANYTHING

    @property
    def wanted(self) -> dict[str, Any]:
        """As arguments of `Recommender.similar` and its sisters."""
        return {
            "n_neighbors": self.n_neighbors,
            "colour": self.colour,
            "variety": self.variety,
            "fold": self.fold,
            "where": self.where,
        }


def ask(recommender: "Recommender", *, by_product: bool) -> Question:
    """Draw the controls and return what they are set to.

    Parameters
    ----------
    by_product : whether the query is a product, which has a brand that others may share
    """
    colour, variety = None, 0.0
    if recommender.weighs_colour:
        colour = WEIGHTS[_slider("What matters", WEIGHTS, BALANCED, "weigh")]
    variety = VARIETIES[_slider("Variety", VARIETIES, CLOSEST, "variety")]
    facets = filters.facets(recommender.catalogue)
    set_ones = sum(key in st.query_params for key in link.WISHES)
    label = f"Filters ({set_ones})" if set_ones else "Filters"
    with st.popover(label, icon=":material/filter_list:", key="wishes"):
        where = _ask_wishes(facets, by_product=by_product)
        fold = st.toggle(
            "Show near-identical products once", value=True, key="once", bind="query-params"
        )
        n_neighbors = st.slider(
            "Number of results",
            1,
            MAX_NEIGHBOURS,
            DEFAULT_NEIGHBOURS,
            key="k",
            bind="query-params",
        )
    return Question(n_neighbors=n_neighbors, colour=colour, variety=variety, fold=fold, where=where)


def forget_wishes(facets: Facets) -> None:
    """Clear all filters."""
    for key in link.WISHES:
        filters.forget(key, facets)


def _slider(label: str, options: dict[str, Any], default: str, key: str) -> str:
    return st.select_slider(
        label, list(options), default, key=key, bind="query-params", width=SLIDER_PX
    )


def _ask_wishes(facets: Facets, *, by_product: bool) -> Wishes:
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
    return Wishes(
        categories=categories,
        colours=colours,
        materials=materials,
        prices=prices,
        different=("brand",) if other_brands else (),
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
