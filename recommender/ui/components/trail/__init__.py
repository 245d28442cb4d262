"""The way back: the pages and products that led here, as one list of links."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link."""

    label: str
    href: str


def show(steps: Sequence[Way], here: str, onward: Sequence[Way] = ()) -> None:
    """Draw the way back.

    Parameters
    ----------
    steps : oldest first; the first one is the way out
    here : what this page shows
    onward : where else what is shown may be taken
    """
    _component()(
        key="trail",
        data={
            "steps": [asdict(step) for step in steps],
            "here": here,
            "onward": [asdict(way) for way in onward],
        },
    )


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.trail",
        html='<nav aria-label="The way here"><ol></ol><span class="onward"></span></nav>',
        css=(FOLDER / "trail.css").read_text(encoding="utf-8"),
        js=(FOLDER / "trail.js").read_text(encoding="utf-8"),
    )
