"""What a visitor does, in a browser."""

import base64
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from recommender.catalogue.registry import open_catalogue
from tools.serving import Server
from tools.visiting import PHONE

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


def cards(page: Page) -> Locator:
    """The buttons of the gallery."""
    return page.locator("ul.grid .card")


def wait_until_painted(pictures: Locator) -> None:
    """Return when all have arrived, but for those that load only when they come near."""
    end = time.monotonic() + PATIENCE_S
    while not pictures.evaluate_all(ALL_PAINTED):
        assert time.monotonic() < end, "a picture did not arrive"
        time.sleep(0.05)


def wait_for_gallery(page: Page) -> None:
    expect(cards(page).first).to_be_visible()
    wait_until_painted(page.locator("ul.grid img"))


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_the_gallery_paints(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    page = visit("/", size, scheme)
    wait_for_gallery(page)
    assert cards(page).count() == 24
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"


def test_a_pick_shows_the_product_and_a_neighbour_is_the_next_query(visit: Visit) -> None:
    page = visit("/")
    wait_for_gallery(page)
    cards(page).nth(2).click()
    heading = page.get_by_role("heading", level=1)
    expect(page.get_by_text("What the machine kept")).to_be_visible()
    wait_until_painted(page.locator(".stage img"))
    first = parameters(page)["item"]
    title = heading.inner_text()
    cards(page).first.click()
    expect(page.locator(".here")).to_be_visible()  # the trail
    second = parameters(page)
    assert second["via"] == first
    assert second["item"] != first
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert parameters(page)["item"] == first


def press_until(page: Page, reached: Locator, most: int = 120) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if reached.evaluate("node => node.getRootNode().activeElement === node"):
            return
    raise AssertionError("Tab never gets there")


def test_a_journey_by_keyboard(visit: Visit) -> None:
    page = visit("/?category=Mug")
    wait_for_gallery(page)
    press_until(page, cards(page).first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the machine kept")).to_be_visible()
    wait_for_gallery(page)
    press_until(page, page.locator("ul.grid .why").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    press_until(page, page.get_by_role("link", name="Close"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the machine kept").first).to_be_visible()
    assert "item" in parameters(page)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_from_browse_to_why_and_on_to_the_next_match(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/", size)
    wait_for_gallery(page)
    cards(page).first.click()
    expect(page.get_by_text("What the machine kept")).to_be_visible()
    wait_for_gallery(page)
    page.locator("ul.grid .why").nth(1).click()
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    first = parameters(page)["to"]
    page.get_by_role("link", name="Next match").click()
    expect(page.get_by_role("heading", name="Why these two?")).to_be_visible()
    page.wait_for_function("before => !location.search.includes('to=' + before)", arg=first[0])
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"


def test_from_a_photo_to_a_link_and_files(visit: Visit) -> None:
    catalogue = open_catalogue("demo")
    page = visit("/photo")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("input[type=file]").set_input_files(catalogue.image_path(catalogue.items[9]))
    expect(page.get_by_text("Close to our catalogue")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    expect(page.get_by_text("Your photo stays with you.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    rows = download.value.path().read_text().splitlines()
    assert rows[0].startswith("rank,item_id,title")
    assert len(rows) == 13


def test_a_pasted_picture_is_answered_and_cut(visit: Visit) -> None:
    catalogue = open_catalogue("demo")
    picture = base64.b64encode(catalogue.image_path(catalogue.items[9]).read_bytes()).decode()
    page = visit("/photo")
    expect(page.get_by_text("to paste a picture")).to_be_visible()
    page.evaluate(PASTE, picture)
    expect(page.get_by_text("Close to our catalogue")).to_be_visible()
    page.get_by_text("Cut to the product").click()
    box = page.get_by_role("group", name=re.compile("part of the photo"))
    box.focus()
    for key in ("ArrowRight", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile("cut="))
    assert parameters(page)["cut"] == ["0.170,0.150,0.680,0.700"]


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
    assert parameters(page) == {"k": ["7"]}


def test_a_link_brings_the_same_view_back(visit: Visit) -> None:
    item = open_catalogue("demo").items[1]
    path = f"/lookalikes?item={item.item_id}&k=7"
    views = []
    for _ in range(2):
        page = visit(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(item.title)
        wait_for_gallery(page)
        listed = cards(page)
        expect(listed).to_have_count(7)
        views.append([card.get_attribute("aria-label") for card in listed.all()])
    assert views[0] == views[1]


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_an_uploaded_photo_is_answered(visit: Visit, size: tuple[int, int]) -> None:
    catalogue = open_catalogue("demo")
    item = catalogue.items[5]
    page = visit("/photo", size)
    page.locator("input[type=file]").set_input_files(catalogue.image_path(item))
    expect(page.get_by_text("Close to our catalogue")).to_be_visible()
    wait_for_gallery(page)
    first = cards(page).first
    expect(first).to_have_attribute("aria-label", re.compile(re.escape(item.title)))
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(item.title)
    assert parameters(page)["start"] == ["photo"]
    page.get_by_role("navigation", name="The way here").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Bring your own photo.")).to_be_visible()
    expect(page.get_by_text("Close to our catalogue")).to_be_visible()  # it is still there


def test_a_bad_upload_is_one_sentence(visit: Visit, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    page = visit("/photo")
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="That did not work")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_pictures_are_files_that_browsers_keep(visit: Visit, server: Server) -> None:
    page = visit("/")
    wait_for_gallery(page)
    source = page.locator("ul.grid img").first.get_attribute("src")
    assert source
    with urlopen(f"{server.address}/{source.lstrip('./')}") as answer:  # noqa: S310
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].startswith("image/")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which only Linux has")
def test_serving_never_loads_tensorflow(visit: Visit, server: Server) -> None:
    item = open_catalogue("demo").items[0]
    page = visit(f"/lookalikes?item={item.item_id}")
    wait_for_gallery(page)
    wait_until_painted(page.locator(".stage img"))
    loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "numpy" in loaded  # the method sees what is loaded
    assert "/tensorflow/" not in loaded


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_from_browse_to_a_blend(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/", size)
    wait_for_gallery(page)
    cards(page).nth(2).click()
    page.get_by_role("link", name="Blend with").click()
    expect(page.get_by_role("heading", name="Blend it with")).to_be_visible()
    wait_for_gallery(page)
    cards(page).first.click()
    slider = page.get_by_role("slider")
    expect(slider).to_have_value("50")
    expect(page.get_by_text("Drawing")).to_be_hidden()
    wait_until_painted(page.locator(".blend .strip img"))
    nearest = page.locator(".nearest a")
    middle = nearest.all_inner_texts()
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("second product"))
    assert nearest.all_inner_texts() != middle
    expect(page).to_have_url(re.compile("at=100"))
    strip = page.locator(".blend .strip")
    strip.scroll_into_view_if_needed()
    strip.click(position={"x": 5, "y": 10})
    expect(slider).to_have_value("0")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"
    nearest.first.click()
    expect(page.get_by_text("What the machine kept")).to_be_visible()


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
    expect(page.get_by_text("What the machine kept")).to_be_visible()
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
    expect(page.get_by_text("What the machine kept")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("teapot")


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_three_systems_answer_side_by_side(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/compare?item=mug-01-navy", size)
    page.set_default_timeout(90_000)  # the article's index is built at the first visit
    columns = page.locator(".found")
    expect(columns).to_have_count(3, timeout=90_000)
    expect(page.get_by_role("heading", name="How good are they, measured?")).to_be_visible()
    assert page.get_by_text("Same kind", exact=True).count() >= 8
    page.get_by_text("The same figures as a table").click()
    expect(page.get_by_role("table")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"
    title = columns.nth(1).locator("span").first.inner_text()
    columns.nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
