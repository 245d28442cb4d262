"""Helpers to read a page without a browser."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def said(app: AppTest) -> str:
    """Return the page's HTML; fails if it crashed."""
    assert not app.exception, app.exception
    return "\n".join(block.value for block in app.html if not block.value.startswith("<style"))


def sent(app: AppTest, key: str) -> dict[str, Any]:
    """Return the data that the page sends to a component."""
    proto = app.get_by_key(key).proto
    document: dict[str, Any] = json.loads(proto.json or proto.mixed.json)
    return document


def cards(app: AppTest, key: str) -> list[dict[str, object]]:
    """Return the cards of a gallery."""
    found: list[dict[str, object]] = sent(app, key)["cards"]
    return found
