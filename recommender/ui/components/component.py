"""The mounting of components: a folder's HTML, CSS and JavaScript as one Streamlit component."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

ROOM = Path(__file__).parent
BASE_STYLES = ROOM / "base.css"
_IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)


def mount(name: str, *, key: str, data: dict[str, Any] | None = None, **callbacks: Any) -> Any:
    """Draw a component and return what its script has set.

    Parameters
    ----------
    name : of its folder, and of the HTML, CSS and JavaScript file in it
    key : of this instance on the page
    data : JSON values that are passed to its script
    callbacks : `on_X_change` for each X that its script sets
    """
    return _registered(name)(key=key, data=data and _plain(data), **callbacks)


def bundle(script: Path) -> str:
    """Join a script and all it imports into one module.

    Streamlit sends a component's script as a single text, which cannot import files beside it.
    The scripts remain ordinary modules, so that editors and linters understand them; all of them
    share one scope once joined, so no two may declare the same name.
    """
    texts: list[str] = []
    seen: set[Path] = set()

    def add(file: Path) -> None:
        if file in seen:
            return
        seen.add(file)
        text = file.read_text(encoding="utf-8")
        for found in _IMPORT.finditer(text):
            add((file.parent / found["path"]).resolve())
        texts.append(_EXPORT.sub("", _IMPORT.sub("", text)))

    add(script.resolve())
    return "\n".join(texts)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return data in which Streamlit seeks no tables.

    A list or a dictionary might be one, to find out which it imports pandas and pyarrow: a third of
    a second in which the first visitor waits, and 60 MB that stay. A tuple never is, and is a list
    again in the script.
    """
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


@cache
def _registered(name: str) -> Any:
    file = ROOM / name / name
    styles = (BASE_STYLES, file.with_suffix(".css"))
    return st.components.v2.component(
        f"lookalike.{name}",
        html=file.with_suffix(".html").read_text(encoding="utf-8"),
        css="\n".join(each.read_text(encoding="utf-8") for each in styles),
        js=bundle(file.with_suffix(".js")),
    )
