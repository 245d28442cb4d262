"""Draws the README's pictures of the page: ``python -m tools.tour docs`` (make pictures).

Walks through the demo in a browser and writes a still of each page and one short moving picture.
"""

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tools.serving import ROOT, serving
from tools.visiting import Scheme, visiting

STILL, MOVING, PHONE = (1440, 1000), (1100, 720), (390, 844)
SETTLED_MS = 1_500
SLOW_MS = 9_000  # pages that compute over the whole catalogue, at their first visit
SHOWN_MS, BRIEF_MS = 1_500, 260
QUALITY = 68
ITEM, OTHER = "teapot-03-terracotta", "vase-02-navy"
STILLS = {
    "page": f"lookalikes?item={ITEM}",
    "why": f"why?item={ITEM}&to=teapot-03-mustard",
    "photo": "photo?sample=photo-008",
    "blend": f"blend?a={ITEM}&b={OTHER}",
    "map": "map",
    "compare": f"compare?item={ITEM}",
}
# Beside a link to the page, in messengers
CARD, CARD_FILE = (1200, 630), ROOT / "recommender" / "ui" / "shell" / "card.jpg"
NOT_ON_THE_CARD = (
    '.st-key-finder, .st-key-some-categories, .hero .quiet, [class*="st-key-settings"] '
    "{ display: none !important }"
)

Frame = tuple[Image.Image, int]


class Recording:
    """Records frames of a page, each with the time that it is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Frame] = []

    def look(self, shown_ms: int = SHOWN_MS, *, wait_ms: int = SETTLED_MS) -> None:
        """Wait, and record the visible part of the page."""
        self.page.wait_for_timeout(wait_ms)
        self.frames.append((picture(self.page), shown_ms))

    def scroll(self, pixels: int, steps: int = 4) -> None:
        """Scroll smoothly."""
        for _ in range(steps):
            self.page.mouse.wheel(0, pixels / steps)
            self.look(BRIEF_MS, wait_ms=120)

    def save(self, file: Path) -> None:
        """Write the frames as an animated WebP."""
        pictures, durations = zip(*self.frames, strict=True)
        pictures[0].save(
            file, "WEBP", save_all=True, append_images=pictures[1:], duration=list(durations),
            loop=0, quality=QUALITY, method=6,
        )  # fmt: skip


def picture(page: Page) -> Image.Image:
    """Return the visible part of the page."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def walk(recording: Recording, address: str) -> None:
    """Walk from the gallery to lookalikes, why, blend and map."""
    page = recording.page
    page.goto(address)
    recording.look(wait_ms=3 * SETTLED_MS)
    page.get_by_role("textbox", name="Search").fill("teapot terracotta")
    page.keyboard.press("Enter")
    recording.look()
    page.locator("ul.grid .card").first.click()
    recording.look(2 * SHOWN_MS)
    recording.scroll(330)
    recording.look()
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(2):
        slider.press("ArrowRight")
        recording.look(SHOWN_MS // 2)
    recording.look()
    page.locator("ul.grid .why").nth(1).click()
    recording.look(2 * SHOWN_MS)
    page.goto(f"{address}/{STILLS['blend']}")
    recording.look(BRIEF_MS, wait_ms=SLOW_MS)
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("Home")
    for _ in range(10):
        slider.press("ArrowRight")
        recording.look(BRIEF_MS, wait_ms=350)
    recording.look()
    page.goto(f"{address}/map")
    recording.look(wait_ms=SLOW_MS)
    page.mouse.move(MOVING[0] / 2, MOVING[1] * 0.6)
    for _ in range(6):
        page.mouse.wheel(0, -260)
        recording.look(BRIEF_MS, wait_ms=500)
    recording.look(2 * SHOWN_MS, wait_ms=SLOW_MS // 3)


def stills(browser: Browser, address: str, folder: Path) -> None:
    """Write a picture of each page, and of the first one on a phone in the dark."""
    ways: list[tuple[str, str, tuple[int, int], Scheme]] = [
        (name, path, STILL, "light") for name, path in STILLS.items()
    ]
    ways.append(("phone", STILLS["page"], PHONE, "dark"))
    for name, path, (width, height), scheme in ways:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        page = context.new_page()
        page.goto(f"{address}/{path}")
        page.wait_for_timeout(SLOW_MS)
        picture(page).save(folder / f"{name}.webp", "WEBP", quality=84, method=6)
        context.close()


def card(browser: Browser, address: str) -> None:
    """Write the picture for links: the name, what the page does, and some products."""
    page = browser.new_page(viewport={"width": CARD[0], "height": CARD[1]})
    page.goto(address)
    page.wait_for_timeout(3 * SETTLED_MS)
    page.add_style_tag(content=NOT_ON_THE_CARD)
    page.wait_for_timeout(SETTLED_MS)
    picture(page).save(CARD_FILE, "JPEG", quality=82)
    page.close()


def main() -> None:
    """Draw into the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    width, height = MOVING
    with (
        tempfile.TemporaryDirectory() as home,
        visiting() as browser,
        serving(Path(home), Path(home) / "server.log") as server,
    ):
        recording = Recording(browser.new_page(viewport={"width": width, "height": height}))
        walk(recording, server.address)
        recording.save(folder / "tour.webp")
        stills(browser, server.address, folder)
        card(browser, server.address)


if __name__ == "__main__":
    main()
