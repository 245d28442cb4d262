"""Tells pages who is looking: whether this visitor may manage catalogues.

`app.py` says once which `Access` the server has; without it, as in a plain `streamlit run` of the
script, every visitor is a stranger.
"""

import threading
from collections.abc import Callable

import streamlit as st

from recommender.errors import RecommenderError
from recommender.serving.access import Access, Standing
from recommender.ui.shared import trouble

SIGN_IN, SIGN_OUT = "sign-in", "sign-out"

_lock = threading.Lock()
_access: Access | None = None


def use(access: Access) -> None:
    """Let pages ask this access from now on."""
    global _access  # noqa: PLW0603  one server has one
    with _lock:
        _access = access


def access() -> Access:
    """The server's access."""
    if _access is None:
        use(Access.from_environment(is_open=False))
    assert _access is not None  # noqa: S101  for the type
    return _access


def current() -> Standing:
    """Standing of the visitor whose page is being drawn, asked anew at every call."""
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    return access().standing(headers, st.context.cookies)


def check_managing() -> None:
    """Raise `RecommenderError` unless the visitor may manage now.

    A page that was drawn while its visitor could manage may be pressed after signing out.
    """
    if not current().may_manage:
        raise RecommenderError("only the shop’s owner can change catalogues here")


def if_managing(action: Callable[..., object], *arguments: object) -> None:
    """Do something for a visitor who may manage now; for others the page is drawn anew.

    What goes wrong is told when the page is drawn.
    """
    if current().may_manage:
        trouble.attempt(action, *arguments)


def describe(standing: Standing) -> str:
    """One sentence for the page: who may change catalogues here."""
    return {
        Standing.LOCAL: "Only you, on this computer, can change catalogues.",
        Standing.OWNER: "You are signed in as the owner.",
        Standing.OPEN: "Everybody who reaches this page can change catalogues.",
        Standing.VISITOR: "Only the shop’s owner can change catalogues here.",
        Standing.READ_ONLY: "This page is read-only: catalogues cannot be changed here.",
    }[standing]
