"""The wordmark and the ways to the pages: a row of links, on a phone a menu."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from recommender.ui.shared import link
from recommender.ui.shell.page_list import PAGES

FOLDER = Path(__file__).parent
KEY = "navigation"


def show(current: str) -> None:
    """Draw the ways to all pages.

    Parameters
    ----------
    current : name of the page that is shown
    """
    kept = link.kept()
    _component()(
        key=KEY,
        data={
            "home": link.address(link.BROWSE, kept),
            "ways": [
                {
                    "label": entry.label,
                    "href": link.address(entry.name, kept),
                    "current": entry.name == current,
                    "manages": entry.manages,
                }
                for entry in PAGES
                if entry.in_masthead
            ],
        },
    )


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.navigation",
        html=(FOLDER / "navigation.html").read_text(encoding="utf-8"),
        css=(FOLDER / "navigation.css").read_text(encoding="utf-8"),
        js=(FOLDER / "navigation.js").read_text(encoding="utf-8"),
    )
