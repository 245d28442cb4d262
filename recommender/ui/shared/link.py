"""Addresses of pages: their parameters, and the links from one page to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

BROWSE, LOOKALIKES, PHOTO = "browse", "lookalikes", "photo"
BLEND, WHY, MAP, COMPARE = "blend", "why", "map", "compare"
CATALOGUES = "catalogues"
# Stay in the address everywhere; the last four are the names of `SearchOptions`
OPTIONS = ("n_neighbors", "colour_weight", "diversity", "group_duplicates")
KEPT = ("catalogue", "model", *OPTIONS)
FORMER = dict(zip(("k", "weigh", "variety", "once"), OPTIONS, strict=True))  # in old addresses
# Filters of an answer, which stay from answer to answer; the gallery has others
FILTERS = ("but", "only", "hue", "made-of", "cost", "other-brands", "in-stock")
# What is set to narrow a gallery or an answer: each change is a step of the browser's history
STEPS = ("q", "category", "colour", "material", "price", "sort", "page", *FILTERS)
PHOTOS = ("sample", "cut")  # which photo, and which part of it
MAX_TRAIL = 6
_PAGES = "link.pages"
_SHELF = "link.shelf"
_ANSWER = "link.answer"

Parameters = dict[str, str | list[str]]


@dataclass(frozen=True)
class Here:
    """The address in front of the visitor, and the links that lead on from it.

    It is read once for many links: Streamlit's own parameters are looked up anew, with locks, at
    every look, and a gallery's links need hundreds of looks.
    """

    parameters: Mapping[str, Sequence[str]]

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter's last value."""
        return (self.parameters.get(name) or (default,))[-1]

    def kept(self, **wanted: str | list[str]) -> Parameters:
        """Return the parameters that every address keeps, and those given."""
        return {**{key: self.get(key) for key in KEPT if key in self.parameters}, **wanted}

    def with_filters(self, **wanted: str | list[str]) -> Parameters:
        """Return the same as `kept`, and the filters of the answer."""
        return {**self.kept(**wanted), **self._all_of(FILTERS)}

    def to_item(self, item_id: str, *, start: str = "") -> Parameters:
        """Return the parameters of a product's lookalikes.

        Parameters
        ----------
        start : the page that the trail starts from, if this is its first step
        """
        trail, here = self.trail_ids(), self.get("item")
        if item_id in trail:  # back to a step of the trail
            trail = trail[: trail.index(item_id)]
        elif here and here != item_id:
            trail = [*trail, here][-MAX_TRAIL:]
        wanted: Parameters = {"item": item_id}
        if trail:
            wanted["via"] = trail
        start = start or self.get("start")
        if start == PHOTO:
            wanted["start"] = start
            wanted |= self.photo()
        return self.with_filters(**wanted)

    def to_why(self, item_id: str) -> Parameters:
        """Return the parameters of the page that compares a match with the query."""
        asked = self._all_of(("item", "via", "start", "sample", "cut"))
        return self.with_filters(**asked, to=item_id)

    def to_shelf(self) -> Parameters:
        """Return the parameters of the gallery, as the visitor left it."""
        shelf: Parameters = st.session_state.get(_SHELF, {})
        return {**{key: value for key, value in shelf.items() if key not in KEPT}, **self.kept()}

    def trail_ids(self) -> list[str]:
        """Return the ids of the products that led to this one, oldest first."""
        return list(self.parameters.get("via", ()))[-MAX_TRAIL:]

    def photo(self) -> Parameters:
        """Return which photo the trail starts from, and which part of it."""
        return {key: self.get(key) for key in PHOTOS if key in self.parameters}

    def _all_of(self, names: Sequence[str]) -> Parameters:
        return {key: list(self.parameters[key]) for key in names if key in self.parameters}


def here() -> Here:
    """Read the address, with what the widgets drawn so far have put into it."""
    parameters = st.query_params
    return Here({key: parameters.get_all(key) for key in parameters})


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


def remember_answer(query: str, item_ids: list[str]) -> None:
    """Remember the matches of an answer, for the links from match to match."""
    st.session_state[_ANSWER] = (query, item_ids)


def answer_ids(query: str) -> list[str]:
    """Return the ids of the latest answer's matches, if this was its query; else none."""
    known: tuple[str, list[str]] = st.session_state.get(_ANSWER, ("", []))
    return known[1] if known[0] == query else []


def remember_shelf() -> None:
    """Remember the search in the gallery, for the way back to it."""
    st.session_state[_SHELF] = dict(here().parameters)
