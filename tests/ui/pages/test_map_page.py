"""The map, by mouse, by finger and by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from tests.ui.browsing import (
    Visit,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import said, sent
from tools.visiting import PHONE


def test_the_map_hands_out_where_everything_lies(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page("map", catalogue="shop", kind="box", look="1,2,30", model=ARTICLE)
    assert "The whole shop at a glance" in said(app)
    shown = sent(app, "map")
    assert shown["kinds"] == ["box"]
    assert shown["look"] == "1,2,30"
    assert shown["name"] == "Map of 18 products"
    assert "%7Bitem%7D" in shown["lookalikes"]


def wait_for_map(page: Page) -> Locator:
    canvas = page.locator("canvas")
    expect(page.get_by_role("button", name="All", exact=True)).to_be_visible()
    return canvas


def test_a_click_on_the_map_leads_to_lookalikes(visit: Visit) -> None:
    page = visit("/map?look=0,0,120")
    canvas = wait_for_map(page)
    canvas.focus()
    page.keyboard.press("ArrowRight")  # the product in the middle
    card = page.locator(".map .card")
    expect(card).to_be_visible()
    title = card.locator("b").inner_text()
    ring = canvas.evaluate("element => { const box = element.getBoundingClientRect();"
                           " return [box.width / 2, box.height / 2] }")  # fmt: skip
    for dx, dy in [(0, 0), (40, 0), (-40, 0), (0, 40), (0, -40), (50, 50), (-50, -50)]:
        canvas.hover(position={"x": ring[0] + dx, "y": ring[1] + dy})
        if card.is_visible() and card.locator("b").inner_text() == title:
            break
    canvas.click(position={"x": ring[0] + dx, "y": ring[1] + dy})
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_the_map_by_keyboard_and_its_filter(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/map", size)
    canvas = wait_for_map(page)
    page.get_by_role("button", name="Teapot", exact=True).click()
    expect(page).to_have_url(re.compile("kind=teapot"))
    canvas.focus()
    for key in ("ArrowRight", "ArrowDown", "+", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    expect(page.locator(".map .card i")).to_contain_text("teapot")
    page.get_by_text("The map in words").click()
    expect(page.locator(".map .words a")).to_have_count(36)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"
    page.keyboard.press("Shift+Tab")
    canvas.focus()
    page.keyboard.press("Enter")
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("teapot")
