"""A picture out of the clipboard, as a component of its own: Streamlit offers none."""

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from recommender.errors import ImageError

FOLDER = Path(__file__).parent
MOST_SIDE_PX = 1_600  # what the browser sends is shrunk to this


def show() -> bytes | None:
    """Draw the offer; returns a picture file in the run after it was pasted, else None.

    Raises
    ------
    ImageError : what was pasted is no picture
    """
    answer = _component()(key="paste", data={"most": MOST_SIDE_PX}, on_picture_change=lambda: None)
    if answer.picture is None:
        return None
    head, _, body = str(answer.picture).partition(",")
    if not head.startswith("data:image/"):
        raise ImageError("there is no picture in the clipboard")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ImageError("the picture in the clipboard cannot be read") from error


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.paste",
        html="<p>Or press <kbd>Ctrl</kbd> <kbd>V</kbd> to paste a picture, or "
        '<button type="button">paste it from here</button>.</p><p role="status"></p>',
        css=(FOLDER / "paste.css").read_text(encoding="utf-8"),
        js=(FOLDER / "paste.js").read_text(encoding="utf-8"),
    )
