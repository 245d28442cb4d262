"""Keeps what went wrong in a callback until the page is drawn, where it can be said.

Streamlit runs a button's callback before the page; an error there would show a visitor nothing but
that something failed.
"""

import sqlite3
from collections.abc import Callable

import streamlit as st

from recommender import storage
from recommender.errors import RecommenderError

_KEPT = "trouble.kept"


def attempt(action: Callable[..., object], *arguments: object) -> None:
    """Call a callback's work; what a person can cause or meet is told when the page is drawn."""
    try:
        action(*arguments)
    except (RecommenderError, OSError, sqlite3.Error) as error:
        st.session_state[_KEPT] = to_tell(error)


def to_tell(error: Exception) -> RecommenderError:
    """Return an error that can be told; raises one that is a bug."""
    known = error if isinstance(error, RecommenderError) else storage.explain(error)
    if known is None:
        raise error
    return known


def take() -> RecommenderError | None:
    """Return what went wrong in the latest callback, once."""
    kept: RecommenderError | None = st.session_state.pop(_KEPT, None)
    return kept
