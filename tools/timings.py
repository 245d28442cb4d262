"""Times what a visitor waits for, in a browser: ``python -m tools.timings`` (make timings).

Prints JSON. All times are in seconds, from the action until the last picture of its answer is
painted. Seconds differ between machines and hours, so a Streamlit page of one picture is started in
turn with the demo, and the ratio of the two is printed beside them.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from recommender.catalogue.registry import open_catalogue
from tools.serving import ROOT, Server, start_server, wait_until_healthy
from tools.visiting import DESKTOP, visiting

# Counts the pictures in view that have arrived; the gallery lives in a shadow root.
WATCH = """([selector, count, before]) => new Promise(resolve => {
  const all = root => [...root.querySelectorAll('*')].flatMap(
    node => node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node]);
  const look = () => {
    const here = all(document).filter(node => node.matches(selector));
    const shown = document.querySelector('.stage .original img')?.src ?? '';
    const inView = here.filter(node => node.getBoundingClientRect().top < innerHeight);
    const painted = inView.every(node => node.complete && node.naturalWidth > 0);
    if (shown !== before && here.length >= count && painted) {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    } else setTimeout(look, 4);
  };
  look();
})"""
PICTURES = "ul.grid img, .stage img"
LOOK_MS = 500  # a visitor looks at an answer before the next press
ONE_PICTURE = """import numpy as np
import streamlit as st

st.image(np.full((150, 150, 3), 200, np.uint8))
"""
# Notes when the browser takes a press, so that the driver's search for the card does not count
NOTE_PRESS = "addEventListener('pointerdown', () => { window.pressed = performance.now(); }, true)"


def summary(seconds: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the extremes."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {
        "n": len(ordered),
        "median_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[min(last, round(0.95 * last))], 3),
        "min_s": round(ordered[0], 3),
        "max_s": round(ordered[last], 3),
    }


def start_to_pictures(
    browser: Browser, folder: Path, script: Path, selector: str, count: int
) -> tuple[float, Server]:
    """Start a server; return the seconds until its pictures are painted, and the server.

    Parameters
    ----------
    script : that Streamlit runs
    selector, count : of the pictures in view, and how many there are at least
    """
    begun = time.perf_counter()
    server = start_server(folder, folder / "server.log", script)
    wait_until_healthy(server)
    page = new_page(browser)
    page.goto(server.address)
    page.evaluate(WATCH, [selector, count, None])
    taken = time.perf_counter() - begun
    page.context.close()
    return taken, server


def starts_in_turn(
    browser: Browser, home: Path, n_starts: int
) -> tuple[list[float], list[float], Server]:
    """Return the seconds of the demo's starts and of one picture's; the last demo runs on."""
    script = home / "one_picture.py"
    script.write_text(ONE_PICTURE)
    demo, one_picture = [], []
    while True:
        taken, server = start_to_pictures(browser, home, script, "img", 1)
        one_picture.append(taken)
        server.stop()
        taken, server = start_to_pictures(browser, home, ROOT / "app.py", PICTURES, 24)
        demo.append(taken)
        if len(demo) >= n_starts:
            return demo, one_picture, server
        server.stop()


def new_page(browser: Browser) -> Page:
    """Open a page in a fresh browser profile."""
    width, height = DESKTOP
    return browser.new_context(viewport={"width": width, "height": height}).new_page()


def timed(page: Page, act: Callable[[], None], count: int) -> float:
    """Time an act until its answer is painted: another original, and all pictures in view."""
    before = page.evaluate("document.querySelector('.stage .original img')?.src ?? ''")
    begun = time.perf_counter()
    act()
    page.evaluate(WATCH, [PICTURES, count, before])
    return time.perf_counter() - begun


def timed_press(page: Page, act: Callable[[], None], count: int) -> float:
    """Time a press, from the browser's own event until its answer is painted."""
    before = page.evaluate("document.querySelector('.stage .original img')?.src ?? ''")
    act()
    painted = page.evaluate(WATCH, [PICTURES, count, before])
    return float(painted - page.evaluate("window.pressed")) / 1e3


def clicks(browser: Browser, server: Server, n_clicks: int) -> list[float]:
    """Time a walk from neighbour to neighbour, press by press."""
    page = new_page(browser)
    page.goto(server.address)
    page.evaluate(WATCH, [PICTURES, 24, None])
    page.evaluate(NOTE_PRESS)
    taken = []
    for number in range(n_clicks):
        buttons = page.locator("ul.grid .card")
        act = buttons.nth((number * 5) % 11).click
        taken.append(timed_press(page, act, 15))
        page.wait_for_timeout(LOOK_MS)
    page.context.close()
    return taken


def uploads(browser: Browser, server: Server, n_uploads: int) -> list[float]:
    """Time uploads, each by a visitor who has just come."""
    catalogue = open_catalogue("demo")
    taken = []
    for item in catalogue.items[:n_uploads]:
        page = new_page(browser)
        page.goto(f"{server.address}/photo")
        field = page.locator("input[type=file]")
        field.wait_for(state="attached")
        page.wait_for_timeout(1000)
        picture = catalogue.image_path(item)
        taken.append(timed(page, partial(field.set_input_files, picture), 15))
        page.context.close()
    return taken


def first_view_bytes(browser: Browser, server: Server) -> dict[str, int]:
    """Count the bytes of the first view: the project's own files and messages, and all of them."""
    page = new_page(browser)
    sizes: dict[str, int] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    names: dict[str, str] = {}
    session.on(
        "Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    messages: list[int] = []
    session.on(
        "Network.webSocketFrameReceived",
        lambda e: messages.append(len(e["response"]["payloadData"])),
    )
    page.goto(server.address)
    page.evaluate(WATCH, [PICTURES, 24, None])
    page.wait_for_timeout(1000)
    page.context.close()
    own = ("/pictures/", "/fonts/", "/kept/", "/samples/")
    ours = sum(
        size for key, size in sizes.items() if any(part in names.get(key, "") for part in own)
    )
    return {"ours": ours + sum(messages), "all": sum(sizes.values()) + sum(messages)}


def measure(browser: Browser, home: Path, options: argparse.Namespace) -> dict[str, object]:
    """Time starts, uploads and presses; the last server started answers the latter two."""
    starts, one_picture, server = starts_in_turn(browser, home, options.starts)
    try:
        sent = uploads(browser, server, options.uploads)
        return {
            "start_to_painted_gallery": summary(starts),
            "start_to_one_picture": summary(one_picture),
            "start_ratio": round(
                statistics.median(a / b for a, b in zip(starts, one_picture, strict=True)), 2
            ),
            "first_upload_s": round(sent[0], 3),
            "later_uploads": summary(sent[1:]),
            "clicks": summary(clicks(browser, server, options.clicks)),
            "first_view_bytes": first_view_bytes(browser, server),
        }
    finally:
        server.stop()


def main() -> None:
    """Measure as the command line asks, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--clicks", type=int, default=100)
    parser.add_argument("--uploads", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, visiting() as browser:
        report = measure(browser, Path(home), options)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
