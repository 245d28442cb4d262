"""Helpers for tests in a browser."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]

ALL_PAINTED = """pictures => pictures.length > 0 && pictures.every(
  picture => picture.loading === 'lazy' || (picture.complete && picture.naturalWidth > 0))"""
PATIENCE_S = 20
PASTE = """async picture => {
  const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0));
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([bytes], "pasted.webp", {type: "image/webp"}));
  document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard}));
}"""


def card_buttons(page: Page) -> Locator:
    """Return the buttons of the gallery."""
    return page.locator("ul.grid .card")


def wait_until_painted(pictures: Locator) -> None:
    """Wait for all pictures, save those that load only when they come near."""
    end = time.monotonic() + PATIENCE_S
    while not pictures.evaluate_all(ALL_PAINTED):
        assert time.monotonic() < end, "a picture did not arrive"
        time.sleep(0.05)


def wait_for_gallery(page: Page) -> None:
    expect(card_buttons(page).first).to_be_visible()
    wait_until_painted(page.locator("ul.grid img"))


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def press_until(page: Page, reached: Locator, most: int = 120) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if reached.evaluate("node => node.getRootNode().activeElement === node"):
            return
    raise AssertionError("Tab never gets there")
