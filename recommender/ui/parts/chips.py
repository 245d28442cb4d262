"""Filters that are set, each of which one press removes."""

from collections.abc import Callable, Sequence

import streamlit as st

from recommender.ui.parts import filters
from recommender.ui.parts.filters import Facets
from recommender.ui.shared import words


def show(
    keys: Sequence[str], facets: Facets, key: str, on_change: Callable[[], None] | None = None
) -> None:
    """Draw a button for each value that is chosen in the widgets with these keys.

    Parameters
    ----------
    keys : of widgets that hold a list of values, a range of prices or a text
    key : of the row
    on_change : called after a filter was removed
    """
    chosen = [(each, value) for each in keys for value in _values(each, facets)]
    if not chosen:
        return
    with st.container(key=key, horizontal=True, gap="small"):
        for each, value in chosen:
            st.button(
                _label(value, facets.currency),
                key=f"{key}-{each}-{value}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=_remove,
                args=(each, value, facets, on_change),
            )


def _values(key: str, facets: Facets) -> list[object]:
    value = st.session_state.get(key)
    if isinstance(value, list):
        return list(value)
    if isinstance(value, tuple):
        return [] if facets.prices is None or value == filters.whole(facets.prices) else [value]
    return []


def _label(value: object, currency: str) -> str:
    if isinstance(value, tuple):
        low, high = (words.money(f"{each:,.0f}", currency) for each in value)
        return words.label(f"{low} to {high}")
    return words.choice(str(value))


def _remove(key: str, value: object, facets: Facets, on_change: Callable[[], None] | None) -> None:
    held = st.session_state.get(key)
    if isinstance(held, list):
        st.session_state[key] = [each for each in held if each != value]
    else:
        filters.forget(key, facets)
    if on_change:
        on_change()
