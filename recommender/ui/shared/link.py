"""Addresses of pages: their parameters, and the links from one page to another."""

from typing import Any
from urllib.parse import urlencode

import streamlit as st

BROWSE, LOOKALIKES, PHOTO = "browse", "lookalikes", "photo"
BLEND, WHY, MAP, COMPARE = "blend", "why", "map", "compare"
# Stay in the address everywhere; the last four are the names of `SearchOptions`
OPTIONS = ("n_neighbors", "colour_weight", "diversity", "group_duplicates")
KEPT = ("catalogue", "model", *OPTIONS)
FORMER = dict(zip(("k", "weigh", "variety", "once"), OPTIONS, strict=True))  # in old addresses
# Filters of an answer, which stay from answer to answer; the gallery has others
WISHES = ("only", "hue", "made-of", "cost", "other-brands", "in-stock")
PHOTOS = ("sample", "cut")  # which photo, and which part of it
MAX_TRAIL = 6
_PAGES = "link.pages"
_SHELF = "link.shelf"
_ANSWER = "link.answer"

Parameters = dict[str, str | list[str]]


def register(pages: dict[str, Any]) -> None:
    """Remember the pages of this run, so that each can be reached by its name."""
    st.session_state[_PAGES] = pages


def take_former_names() -> None:
    """Move what an old address holds to the names of today, before any widget reads it."""
    found = {former: name for former, name in FORMER.items() if former in st.query_params}
    if not found:
        return
    for former, name in found.items():
        value = st.query_params.pop(former)
        st.query_params.setdefault(name, value)
    st.rerun()  # widgets are bound to the address as it is at the start of a run


def page(name: str) -> Any:
    """Return a registered page by its name."""
    return st.session_state[_PAGES][name]


def address(name: str, parameters: Parameters) -> str:
    """Return the address of a page, relative to any other page."""
    path = "./" if name == BROWSE else name
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path


def kept(**wanted: str | list[str]) -> Parameters:
    """Return the parameters that every address keeps, and those given."""
    stays = {key: st.query_params[key] for key in KEPT if key in st.query_params}
    return {**stays, **wanted}


def to_item(item_id: str, *, start: str = "") -> Parameters:
    """Return the parameters of a product's lookalikes, reached from the current page.

    Parameters
    ----------
    start : the page that the trail starts from, if this is its first step
    """
    trail, here = trail_ids(), st.query_params.get("item")
    if item_id in trail:  # back to a step of the trail
        trail = trail[: trail.index(item_id)]
    elif here and here != item_id:
        trail = [*trail, here][-MAX_TRAIL:]
    wanted: Parameters = {"item": item_id}
    if trail:
        wanted["via"] = trail
    start = start or st.query_params.get("start", "")
    if start == PHOTO:
        wanted["start"] = start
        wanted |= {key: st.query_params[key] for key in PHOTOS if key in st.query_params}
    return with_wishes(**wanted)


def to_why(item_id: str) -> Parameters:
    """Return the parameters of the page that compares a match with the query."""
    here = {
        key: st.query_params.get_all(key)
        for key in ("item", "via", "start", "sample", "cut")
        if key in st.query_params
    }
    return with_wishes(**here, to=item_id)


def remember_answer(query: str, item_ids: list[str]) -> None:
    """Remember the matches of an answer, for the links from match to match."""
    st.session_state[_ANSWER] = (query, item_ids)


def answer_ids(query: str) -> list[str]:
    """Return the ids of the latest answer's matches, if this was its query; else none."""
    known: tuple[str, list[str]] = st.session_state.get(_ANSWER, ("", []))
    return known[1] if known[0] == query else []


def with_wishes(**wanted: str | list[str]) -> Parameters:
    """Return the same as `kept`, and the filters of the answer."""
    stays = {key: st.query_params.get_all(key) for key in WISHES if key in st.query_params}
    return {**kept(**wanted), **stays}


def trail_ids() -> list[str]:
    """Return the ids of the products that led to this one, oldest first."""
    return st.query_params.get_all("via")[-MAX_TRAIL:]


def remember_shelf() -> None:
    """Remember the search in the gallery, for the way back to it."""
    params = st.query_params
    st.session_state[_SHELF] = {key: params.get_all(key) for key in params}


def to_shelf() -> Parameters:
    """Return the parameters of the gallery, as the visitor left it."""
    shelf: Parameters = st.session_state.get(_SHELF, {})
    return {**{key: value for key, value in shelf.items() if key not in KEPT}, **kept()}
