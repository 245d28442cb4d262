"""Draws what five rules of a shop do, before and after: ``python -m tools.shop_rules docs``.

Each rule is set on the demo's page "Your shop" by the same presses as a merchandiser's.
"""

import argparse
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from recommender.catalogue import rules
from recommender.catalogue.rules import NO_RULES
from recommender.config import DEMO
from tools.serving import serving
from tools.visiting import DESKTOP, visiting

PATIENCE_MS = 60_000
QUALITY = 78
PRODUCT_PX, GAP_PX = 180, 24
WHITE = "#ffffff"
LOADED = "[...document.querySelectorAll('.shop-row img')].every((each) => each.naturalWidth)"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A rule, and a product that shows what it does.

    Attributes
    ----------
    name : of the picture's file, after "rule-"
    item_id : of the product on the page
    press : sets the rule
    """

    name: str
    item_id: str
    press: Callable[[Page], None]


def switch(label: str) -> Callable[[Page], None]:
    """Return what presses a switch."""
    return lambda page: page.get_by_text(label, exact=True).click()


def hide_the_first(page: Page) -> None:
    """Hide the product that is chosen at first, which is the most alike."""
    page.get_by_role("button", name="Never show it").click()


def ask_for_half(page: Page) -> None:
    """Ask for products that are half alike at least."""
    slider = page.get_by_role("slider", name="At least this alike")
    slider.focus()
    for _ in range(10):  # steps of five in a hundred
        slider.press("ArrowRight")


def pin_another(page: Page) -> None:
    """Give a teapot the second place beside a mug."""
    page.get_by_text("Pin any product at a place").click()
    search(page, "Its name or number", "teapot-03-navy")
    place = page.get_by_label("Place", exact=True)
    place.fill("2")
    place.press("Enter")
    page.get_by_role("button", name="Pin it here").click()


EXAMPLES = (
    Example(name="category", item_id="stool-05-terracotta", press=switch("Only the same category")),
    Example(name="brand", item_id="headphones-01-red", press=switch("Never the same brand")),
    Example(name="least", item_id="rug-08-beige", press=ask_for_half),
    Example(name="hidden", item_id="teapot-03-terracotta", press=hide_the_first),
    Example(name="pinned", item_id="mug-01-navy", press=pin_another),
)


def search(page: Page, label: str, words: str) -> None:
    """Fill a field."""
    field = page.get_by_label(label, exact=True)
    field.fill(words)
    field.press("Enter")


def draw(browser: Browser, address: str, example: Example) -> Image.Image:
    """Return the product, what stands beside it without the rule, and below what does with it."""
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/shop")
    search(page, "Product on the page", example.item_id)
    page.get_by_text(f'item="{example.item_id}"').wait_for()  # in the script below
    example.press(page)
    page.locator(".shop-small .taken-out").first.wait_for()
    page.wait_for_function(LOADED)
    rows = [look(page.locator(each)) for each in (".shop-small", ".shop-page .shop-row")]
    product = look(page.locator(".shop-product img")).resize((PRODUCT_PX, PRODUCT_PX))
    page.close()
    return stacked(product, rows)


def look(part: Locator) -> Image.Image:
    """Return a part of a page as a picture."""
    return Image.open(io.BytesIO(part.screenshot())).convert("RGB")


def stacked(product: Image.Image, rows: list[Image.Image]) -> Image.Image:
    """Return a picture with the rows one below the other, and the product beside them."""
    left = 2 * GAP_PX + PRODUCT_PX
    size = (
        left + max(row.width for row in rows) + GAP_PX,
        sum(row.height for row in rows) + 3 * GAP_PX,
    )
    drawn = Image.new("RGB", size, WHITE)
    drawn.paste(product, (GAP_PX, (size[1] - product.height) // 2))
    top = GAP_PX
    for row in rows:
        drawn.paste(row, (left, top))
        top += row.height + GAP_PX
    return drawn


def main() -> None:
    """Draw into the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as name, visiting() as browser:
        home = Path(name)
        with serving(home, home / "server.log") as server:
            for example in EXAMPLES:
                file = folder / f"rule-{example.name}.webp"
                drawn = draw(browser, server.address, example)
                rules.change(home / "catalogues" / DEMO, NO_RULES)
                drawn.save(file, "WEBP", quality=QUALITY, method=6)
                print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
