"""Measures the first view on a slow line, and how much moves while pages come in.

``python -m tools.slow_line`` (make slow-line) starts the demo, opens it in a fresh browser at
1.5 Mbit/s with 150 ms from one end to the other, and prints when something is to be seen, when the
gallery is, and what was sent; then the layout shift of each page at two widths, without that line.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from recommender.ui.shell.page_list import PAGES
from tools.serving import serving
from tools.visiting import DESKTOP, PHONE, visiting

LINE = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1.5e6 / 8,  # bytes a second
    "uploadThroughput": 0.75e6 / 8,
}
RUNS, PATIENCE_MS, SETTLED_MS = 3, 90_000, 4_000
ADDRESSES = {
    "lookalikes": "lookalikes?item=mug-01-navy",
    "why": "why?item=mug-01-navy&to=mug-09-lilac",
    "photo": "photo?sample=photo-008",
}
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, visiting() as browser:
        home = Path(folder)
        with serving(home, home / "server.log") as server:
            first_view(browser, server.address, is_slow=False)  # what the server does once
            runs = [first_view(browser, server.address) for _ in range(RUNS)]
            for name in runs[0]:
                values = [run[name] for run in runs]
                print(
                    f"{name:24} median {statistics.median(values):8.2f}  worst {max(values):8.2f}"
                )
            for size in (DESKTOP, PHONE):
                for entry in PAGES:
                    path = ADDRESSES.get(entry.name, entry.name)
                    shift = layout_shift(browser, f"{server.address}/{path}", size)
                    print(f"layout shift {size[0]:4} px  {entry.name:12} {shift:.3f}")


def first_view(browser: Browser, address: str, *, is_slow: bool = True) -> dict[str, float]:
    """Return seconds until something is to be seen and until the gallery is, and kB received."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    if is_slow:
        line.send("Network.emulateNetworkConditions", LINE)
    received = [0.0]

    def count(event: dict[str, Any]) -> None:
        received[0] += event["encodedDataLength"]

    line.on("Network.loadingFinished", count)
    begun = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    _first_card(page).wait_for(timeout=PATIENCE_MS)
    gallery_s = time.perf_counter() - begun
    page.wait_for_load_state("networkidle")
    found = {
        "something seen after, s": float(page.evaluate(FIRST_PAINT)),
        "gallery seen after, s": gallery_s,
        "received, kB": received[0] / 1000,
    }
    context.close()
    return found


def layout_shift(browser: Browser, address: str, size: tuple[int, int]) -> float:
    """Return the cumulative layout shift of a page that is opened and left alone."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_init_script(WATCH_SHIFTS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(SETTLED_MS)
    shifted = float(page.evaluate("window.shifted"))
    context.close()
    return shifted


def _first_card(page: Page) -> Any:
    return page.get_by_role("list").get_by_role("button").first


if __name__ == "__main__":
    main()
