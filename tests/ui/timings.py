"""How long a visitor waits, measured in a browser: ``python -m tests.ui.timings`` (make timings).

Prints JSON; all times are in seconds, from the action to the last picture of the answer painted.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from recommender.catalogue.registry import open_catalogue
from tests.ui.conftest import (
    DESKTOP,
    HOW_TO_GET_ONE,
    Server,
    find_browser,
    start_server,
    wait_until_healthy,
)

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
# Notes when the browser takes a press: what a driver needs to find and reach the card is no wait
NOTE_PRESS = "addEventListener('pointerdown', () => { window.pressed = performance.now(); }, true)"


def summary(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and extremes."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {
        "n": len(ordered),
        "median_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[min(last, round(0.95 * last))], 3),
        "min_s": round(ordered[0], 3),
        "max_s": round(ordered[last], 3),
    }


def start_to_gallery(browser: Browser, folder: Path) -> tuple[float, Server]:
    """Seconds from the command to the painted gallery, and the server that was started."""
    begun = time.perf_counter()
    server = start_server(folder, folder / "server.log")
    wait_until_healthy(server)
    page = new_page(browser)
    page.goto(server.address)
    page.evaluate(WATCH, [PICTURES, 24, None])
    taken = time.perf_counter() - begun
    page.context.close()
    return taken, server


def new_page(browser: Browser) -> Page:
    """A page in a profile of its own."""
    width, height = DESKTOP
    return browser.new_context(viewport={"width": width, "height": height}).new_page()


def timed(page: Page, act: Callable[[], None], count: int) -> float:
    """Seconds from an act to its answer: another original, and all pictures in view."""
    before = page.evaluate("document.querySelector('.stage .original img')?.src ?? ''")
    begun = time.perf_counter()
    act()
    page.evaluate(WATCH, [PICTURES, count, before])
    return time.perf_counter() - begun


def timed_press(page: Page, act: Callable[[], None], count: int) -> float:
    """Seconds from the browser's own press to its answer, painted."""
    before = page.evaluate("document.querySelector('.stage .original img')?.src ?? ''")
    act()
    painted = page.evaluate(WATCH, [PICTURES, count, before])
    return float(painted - page.evaluate("window.pressed")) / 1e3


def clicks(browser: Browser, server: Server, n_clicks: int) -> list[float]:
    """Seconds of a walk from neighbour to neighbour."""
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
    """Seconds of uploads, each by a visitor who has just come."""
    catalogue = open_catalogue("demo")
    taken = []
    for item in catalogue.items[:n_uploads]:
        page = new_page(browser)
        page.goto(f"{server.address}/photo")
        field = page.locator("input[type=file]")
        field.wait_for(state="attached")
        page.wait_for_timeout(1000)
        picture = catalogue.image_path(item)
        taken.append(timed(page, lambda f=field, p=picture: f.set_input_files(p), 15))
        page.context.close()
    return taken


def first_view_bytes(browser: Browser, server: Server) -> dict[str, int]:
    """Bytes of the first view: the project's own pictures, fonts and messages, and all there is."""
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


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--clicks", type=int, default=100)
    parser.add_argument("--uploads", type=int, default=10)
    options = parser.parse_args()
    path = find_browser()
    if path is None:
        parser.exit(1, f"{HOW_TO_GET_ONE}\n")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        starts, server = [], None
        for _ in range(max(1, options.starts)):
            if server:
                server.process.terminate()
                server.process.wait()
            taken, server = start_to_gallery(browser, Path(home))
            starts.append(taken)
        try:
            sent = uploads(browser, server, options.uploads)
            report = {
                "start_to_painted_gallery": summary(starts),
                "first_upload_s": round(sent[0], 3),
                "later_uploads": summary(sent[1:]),
                "clicks": summary(clicks(browser, server, options.clicks)),
                "first_view_bytes": first_view_bytes(browser, server),
            }
        finally:
            server.process.terminate()
            server.process.wait()
        browser.close()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
