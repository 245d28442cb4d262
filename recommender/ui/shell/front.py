"""The document that a browser gets first: the page's own words, and something to see at once.

Streamlit sends one document for all addresses, named "Streamlit", with a font that this page does
not use, and empty until a megabyte of scripts has come.
"""

import json
import re
from collections.abc import MutableMapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recommender.memo import Memo
from recommender.ui.shell.icon import ICON
from recommender.ui.shell.page_list import NAME, PAGES

FOLDER = Path(__file__).parent
DESCRIPTION = (
    "Pick a product or bring your own photo: Lookalike finds what looks most like it, and shows "
    "the picture as a neural network rebuilds it."
)
FONT = "fonts/schibsted-grotesk-latin-wght-normal.woff2"
# The few icons that are used, made by tools/icons.py, in the place of Streamlit's four thousand
ICONS = "fonts/material-symbols-rounded-subset.woff2"
STREAMLITS_ICONS = re.compile(r"/static/media/MaterialSymbols-Rounded\.[\w-]+\.woff2")
# Parts of Streamlit that a page asks for when it first draws such a widget: once the first page is
# shown and the browser has nothing to do, it fetches them, so that the first press need not wait
LATER = ("Checkbox", "FileUploader", "Multiselect", "Slider", "TextInput")
SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
CARD, CARD_PX = "card.jpg", (1200, 630)  # picture for links in messengers
KEPT_DOCUMENTS = 64
SUCCESS = 200


class Front:
    """ASGI middleware that completes the document on its way out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._documents: Memo[tuple[str, str, int], bytes] = Memo(KEPT_DOCUMENTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Complete HTML that is answered to a browser's address; all else passes as it is."""
        if scope["type"] == "http" and STREAMLITS_ICONS.fullmatch(scope["path"]):
            scope = {**scope, "path": f"/{ICONS}", "raw_path": f"/{ICONS}".encode()}
        if scope["type"] != "http" or scope["method"] != "GET" or not _may_be_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: MutableMapping[str, Any] = {}
        body = bytearray()

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                if not _is_document(message):
                    await send(message)
                return
            if not _is_document(start):
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            name = scope["path"].strip("/")
            host = f"{scope.get('scheme', 'http')}://{Headers(scope=scope).get('host', '')}"
            content = self._documents.get(
                (name, host, hash(bytes(body))), lambda: complete(bytes(body), name, host)
            )
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["Content-Length"] = str(len(content))
            headers["Cache-Control"] = "no-cache"
            for stale in ("etag", "last-modified"):
                if stale in headers:
                    del headers[stale]
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": content})

        plain = {
            **scope,
            "headers": [each for each in scope["headers"] if not _asks_for_news(each)],
        }
        await self._app(plain, receive, take)


def complete(document: bytes, name: str, host: str) -> bytes:
    """Return Streamlit's document with this page's words and its first paint.

    Parameters
    ----------
    name : of the page, as in its address; the home page's is empty
    host : origin of the server, for addresses that leave it
    """
    text = document.decode()
    entry = next((each for each in PAGES if each.name == name), PAGES[0])
    title, about = escape(entry.title), escape(DESCRIPTION)
    home = escape(host, quote=True)
    head = (
        f'<title>{title}</title><meta name="description" content="{about}">'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="website">'
        f'<meta property="og:description" content="{about}">'
        f'<meta property="og:site_name" content="{NAME}">'
        f'<meta property="og:image" content="{home}/{CARD}">'
        f'<meta property="og:image:width" content="{CARD_PX[0]}">'
        f'<meta property="og:image:height" content="{CARD_PX[1]}">'
        '<meta name="twitter:card" content="summary_large_image">'
        '<meta name="theme-color" content="#fbfbf9" media="(prefers-color-scheme: light)">'
        '<meta name="theme-color" content="#121416" media="(prefers-color-scheme: dark)">'
        f'<link rel="preload" href="./{FONT}" as="font" type="font/woff2" crossorigin>'
    )
    text = re.sub(r"<title>.*?</title>", lambda _: head, text, count=1, flags=re.DOTALL)
    text = re.sub(r'<link\s+rel="preload"[^>]*SourceSans[^>]*/?>', "", text)
    text = re.sub(r'(<link rel="shortcut icon" href=")[^"]*', rf"\g<1>{ICON}", text)
    first_paint = (FOLDER / "first_paint.html").read_text(encoding="utf-8")
    first_paint = first_paint.replace("<script>", f"<script data-later='{json.dumps(later())}'>", 1)
    text = text.replace('<div id="root"></div>', f'<div id="root"></div>{first_paint}', 1)
    return text.encode()


@cache
def later() -> list[str]:
    """Addresses, from the document's own, of the scripts in `LATER`."""
    names = sorted(file.name for file in SCRIPTS.glob("*.js") if file.name.split(".")[0] in LATER)
    return [f"./static/js/{name}" for name in names]


def _may_be_page(path: str) -> bool:
    return path.strip("/") in {"", *(each.name for each in PAGES)}


def _is_document(start: MutableMapping[str, Any]) -> bool:
    headers = Headers(raw=list(start.get("headers", ())))
    return bool(start["status"] == SUCCESS) and headers.get("content-type", "").startswith(
        "text/html"
    )


def _asks_for_news(header: tuple[bytes, bytes]) -> bool:
    return header[0].lower() in {b"if-none-match", b"if-modified-since", b"accept-encoding"}
