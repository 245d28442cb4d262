"""From page to page, in a browser."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recommender.catalogue.registry import open_catalogue
from tests.ui.browsing import (
    Visit,
    card_buttons,
    parameters,
    press_until,
    wait_for_gallery,
    wait_until_painted,
)
from tools.serving import Server
from tools.visiting import PHONE

HOW_FAR = "document.querySelector('[data-testid=stMain]').scrollTop"


def test_a_pick_shows_the_product_and_a_neighbour_is_the_next_query(visit: Visit) -> None:
    page = visit("/")
    wait_for_gallery(page)
    card_buttons(page).nth(2).click()
    heading = page.get_by_role("heading", level=1)
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    wait_until_painted(page.locator(".stage img"))
    first = parameters(page)["item"]
    title = heading.inner_text()
    card_buttons(page).first.click()
    expect(page.locator(".here")).to_be_visible()  # the trail
    second = parameters(page)
    assert second["via"] == first
    assert second["item"] != first
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert parameters(page)["item"] == first


def test_back_leads_through_the_search_to_where_the_page_was_left(visit: Visit) -> None:
    page = visit("/")
    wait_for_gallery(page)
    heading = page.get_by_role("heading", level=1)
    page.get_by_role("button", name="Mug", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="42 products, page 1 of 2")).to_have_count(1)
    search = page.get_by_label("Search", exact=True)
    search.fill("red")
    search.press("Enter")
    expect(page.get_by_role("status").filter(has_text="4 products")).to_have_count(1)
    page.go_back()
    expect(search).to_have_value("")
    assert parameters(page) == {"category": ["Mug"]}
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("status").filter(has_text="page 2 of 2")).to_have_count(1)
    card = card_buttons(page).last
    card.scroll_into_view_if_needed()
    left_at = page.evaluate(HOW_FAR)
    assert left_at > 0
    card.click()
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    expect(heading).to_be_focused()
    assert page.evaluate(HOW_FAR) == 0
    page.go_back()
    page.wait_for_function(f"top => Math.abs({HOW_FAR} - top) < 2", arg=left_at)
    assert parameters(page) == {"category": ["Mug"], "page": ["2"]}
    page.reload()
    page.wait_for_function(f"top => Math.abs({HOW_FAR} - top) < 2", arg=left_at)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("status").filter(has_text="1,529 products")).to_have_count(1)
    assert parameters(page) == {}


def test_the_skip_link_skips_the_masthead(visit: Visit) -> None:
    page = visit("/")
    wait_for_gallery(page)
    press_until(page, page.get_by_role("link", name="Skip to main content"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_journey_by_keyboard(visit: Visit) -> None:
    page = visit("/?category=Mug")
    wait_for_gallery(page)
    press_until(page, card_buttons(page).first)
    page.keyboard.press("Enter")
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    wait_for_gallery(page)
    press_until(page, page.locator("ul.grid .why").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    press_until(page, page.get_by_role("link", name="Close"))
    page.keyboard.press("Enter")
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    assert "item" in parameters(page)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_from_browse_to_why_and_on_to_the_next_match(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/", size)
    wait_for_gallery(page)
    card_buttons(page).first.click()
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
    wait_for_gallery(page)
    if size == PHONE:  # which has no room for it before the matches
        expect(page.locator(".stage .kept")).to_be_hidden()
        matches, kept = (
            page.locator("ul.grid").bounding_box(),
            page.locator(".below").bounding_box(),
        )
        assert matches is not None
        assert kept is not None
        assert matches["y"] < size[1] < kept["y"]
    page.locator("ul.grid .why").nth(1).click()
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    first = parameters(page)["to"]
    page.get_by_role("link", name="Next match").click()
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    page.wait_for_function("before => !location.search.includes('to=' + before)", arg=first[0])
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_the_masthead_leads_to_the_pages(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/?k=7", size)
    wait_for_gallery(page)
    way = page.get_by_role("link", name="Your photo", exact=True)
    if size == PHONE:
        expect(way).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
    way.click()
    expect(page.get_by_role("heading", name="Bring your own photo.")).to_be_visible()
    assert parameters(page) == {"n_neighbors": ["7"]}  # an old address has the names of today


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which only Linux has")
def test_serving_never_loads_tensorflow(visit: Visit, server: Server) -> None:
    item = open_catalogue("demo").items[0]
    page = visit(f"/lookalikes?item={item.item_id}")
    wait_for_gallery(page)
    wait_until_painted(page.locator(".stage img"))
    loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "numpy" in loaded  # the method sees what is loaded
    assert "/tensorflow/" not in loaded
