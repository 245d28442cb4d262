"""Measures the page and the API on a large catalogue: ``python -m tools.large --items 1000000``."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.large import asking
from tools.large.making import NAME, make
from tools.load.cost import family
from tools.serving import ROOT, Server, serving

PHOTOS = ROOT / "assets" / "catalogue" / "photos"
KB_PER_MB = 1024
GRID, IN_VIEW = "ul.grid img, .stage img", 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the catalogue, measure, and print a JSON document; the status is 1 after an error."""
    options = _options(arguments)
    figures: dict[str, Any] = {"n_items": options.items}
    with ExitStack() as stack:
        home = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["LOOKALIKE_HOME"] = str(home)
        if not (home / "catalogues" / NAME / "catalogue.db").exists():
            started = time.perf_counter()
            make(options.items)
            figures["made_s"] = round(time.perf_counter() - started, 1)
        started = time.perf_counter()
        server = stack.enter_context(serving(home, home / "server.log"))
        figures["healthy_s"] = round(time.perf_counter() - started, 2)
        photos = sorted(PHOTOS.glob("*.webp"))
        asked = asyncio.run(asking.ask(server.address, options.items, options.times, photos))
        figures["times"] = asking.summary(asked.times)
        figures["memory_mb"] = _memory(server.process.pid)
        if options.browser:
            figures["painted"] = _painted(server, options.times)
        figures["errors"] = asked.errors
    print(json.dumps(figures, indent=2))
    return 1 if asked.errors else 0


def _memory(pid: int) -> dict[str, float]:
    """Return the resident memory of a server and its children, and its shares."""
    found = dict.fromkeys(("VmRSS", "RssAnon", "RssFile"), 0.0)
    for each in family(pid):
        for line in Path(f"/proc/{each}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] += int(value.split()[0]) / KB_PER_MB
    names = {"VmRSS": "resident", "RssAnon": "own", "RssFile": "mapped files"}
    return {names[name]: round(value) for name, value in found.items()}


def _painted(server: Server, n_clicks: int) -> dict[str, Any]:
    """Time in a browser: the page until its pictures are painted, and presses of products."""
    from tools import timings
    from tools.visiting import visiting

    with visiting() as browser:
        page = timings.new_page(browser)
        started = time.perf_counter()
        page.goto(f"{server.address}/?catalogue={NAME}")
        page.evaluate(timings.WATCH, [GRID, IN_VIEW, None])
        opened_s = time.perf_counter() - started
        page.evaluate(timings.NOTE_PRESS)
        taken = []
        for number in range(n_clicks):
            act = page.locator("ul.grid .card").nth((number * 5) % 11).click
            taken.append(timings.timed_press(page, act, 5))
            page.wait_for_timeout(timings.LOOK_MS)
    return {"page_s": round(opened_s, 3), "click": timings.summary(taken)}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.large", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000, help="products (%(default)s)")
    parser.add_argument("--times", type=int, default=30, help="of each question (%(default)s)")
    parser.add_argument(
        "--home", type=Path, help="folder that keeps the catalogue for another run; else it goes"
    )
    parser.add_argument("--browser", action="store_true", help="also time what a browser paints")
    options = parser.parse_args(arguments)
    if options.items < 1 or options.times < 1:
        parser.error("items and times must be positive")
    return options


if __name__ == "__main__":
    sys.exit(main())
