"""The web component on a plain page of another origin."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.api.limits import ORIGINS
from recommender.insights import counts
from recommender.ui.shell.routes import WIDGET
from tools.serving import free_port, serving

PATIENCE_MS = 60_000
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title></head>
<body><h1>Mug</h1><script>window.clicks = []; window.errors = [];
addEventListener("lookalike-click", (event) => window.clicks.push(event.detail));
addEventListener("lookalike-error", (event) => window.errors.push(event.detail), true);</script>
<div style="height: 900px">Near the window, and not in view</div>
<lookalike-products item="mug-01-navy" count="4" link="#{{id}}"></lookalike-products>
<script src="{server}/widget.js" async></script></body></html>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def shop(folder: Path, port: int) -> Iterator[str]:
    """Serve a folder as somebody's shop."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()


def test_the_widget_is_small() -> None:
    assert WIDGET.stat().st_size < 10_000


@pytest.mark.parametrize("is_allowed", [True, False], ids=["allowed", "not allowed"])
def test_products_are_shown_on_a_page_of_an_origin_that_may(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_allowed: bool
) -> None:
    port = free_port()
    monkeypatch.setitem(os.environ, ORIGINS, f"http://127.0.0.1:{port}" if is_allowed else "")
    (tmp_path / "shop").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    catalogue = home / "catalogues" / "demo"
    counts.switch(catalogue, on=True)
    with serving(home, home / "server.log") as server, shop(tmp_path / "shop", port) as address:
        (tmp_path / "shop" / "index.html").write_text(PAGE.format(server=server.address))
        page = browser.new_page()
        page.goto(address)
        widget = page.locator("lookalike-products")
        if not is_allowed:
            expect(widget).to_be_hidden(timeout=PATIENCE_MS)
            assert page.evaluate("window.errors.length") == 1
            page.close()
            return
        links = widget.get_by_role("list", name="You may also like").get_by_role("link")
        expect(links).to_have_count(4, timeout=PATIENCE_MS)
        assert counts.read(catalogue, 10).shown == 0
        assert "mug" in str(links.first.inner_text()).lower()
        assert "€" in str(links.first.inner_text())
        links.first.click()
        clicks = page.evaluate("window.clicks")
        assert clicks[0]["item"] == "mug-01-navy"
        assert page.url.endswith(f"#{clicks[0]['product']}")
        loaded = "document.querySelector('lookalike-products').shadowRoot.querySelector('img')"
        page.wait_for_function(f"{loaded}.naturalWidth > 0", timeout=PATIENCE_MS)
        found = counted(catalogue, n_shown=4, n_clicked=1)
        assert {pair.item_id for pair in found.pairs} == {"mug-01-navy"}
        assert (found.pairs[0].recommended, found.pairs[0].clicked) == (clicks[0]["product"], 1)
        assert ask_again(page, f"{server.address}/widget.js") == 304
        page.close()


def counted(folder: Path, n_shown: int, n_clicked: int) -> counts.Counts:
    """Wait until so much was counted: a beacon arrives when it arrives."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while True:
        found = counts.read(folder, 10)
        if (found.shown, found.clicked) == (n_shown, n_clicked) or time.monotonic() > end:
            assert (found.shown, found.clicked) == (n_shown, n_clicked)
            return found
        time.sleep(0.05)


def ask_again(page: Page, address: str) -> int:
    """Ask for what is known already; returns the status."""
    tag = page.request.get(address).headers["etag"]
    return page.request.get(address, headers={"If-None-Match": tag}).status
