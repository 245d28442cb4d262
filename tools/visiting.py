"""Finds the installed Chromium and starts it, to visit the demo as a person does."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_ONE = "no browser found: apt-get install chromium, or set LOOKALIKE_BROWSER to one"
Scheme = Literal["light", "dark"]

DESKTOP, PHONE = (1440, 900), (390, 844)  # width and height of a window, in pixels


def find_browser() -> str | None:
    """Return the path of an installed Chromium, or of the one that `$LOOKALIKE_BROWSER` names."""
    named = os.environ.get("LOOKALIKE_BROWSER")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def visiting() -> Iterator[Browser]:
    """Run a browser until the block ends.

    Raises
    ------
    SystemExit : no browser is installed; its message says how to get one
    """
    path = find_browser()
    if path is None:
        raise SystemExit(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        # the sandbox needs rights that a container's root does not have
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
