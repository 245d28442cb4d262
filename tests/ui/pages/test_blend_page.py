"""Two products, the slider between them, and the choice of another pair."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from recommender.catalogue.registry import open_catalogue
from recommender.models import ARTICLE
from tests.ui.browsing import (
    Visit,
    card_buttons,
    wait_for_gallery,
    wait_until_painted,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said, sent
from tools.visiting import PHONE


def steps(app: AppTest) -> dict[str, Any]:
    """Return the data of the slider."""
    assert not app.exception, app.exception
    document: dict[str, Any] = sent(app, "blend")
    return document


def test_blend_opens_with_an_example(open_page: OpenPage) -> None:
    app = open_page("blend", model=ARTICLE)
    assert "Between two products" in said(app)
    shown = steps(app)
    assert len(shown["steps"]) == 11
    assert all(len(step["cards"]) == 6 and step["src"] for step in shown["steps"])


def test_what_does_not_blend_is_said_and_shown_by_real_products(open_page: OpenPage) -> None:
    app = open_page("blend", a="umbrella-01-mustard", b="ring-08-gold-emerald")
    assert "These two do not blend" in said(app)
    shown = steps(app)
    assert not shown["is_drawn"]
    assert all(step["src"].startswith("pictures/") for step in shown["steps"])
    middle = shown["steps"][5]
    assert middle["name"] == middle["cards"][0]["title"]
    app = app.button[0].click().run()  # another pair, that blends
    assert steps(app)["is_drawn"]
    assert "do not blend" not in said(app)


def test_a_blend_is_kept_in_the_link(open_page: OpenPage) -> None:
    first, second = open_catalogue("demo").items[5], open_catalogue("demo").items[700]
    app = open_page("blend", a=first.item_id, b=second.item_id, at="30", model=ARTICLE)
    shown = steps(app)
    assert [end["title"] for end in shown["ends"]] == [first.title, second.title]
    assert shown["at"] == 30
    named = {card["title"] for step in shown["steps"] for card in step["cards"]}
    assert not named & {first.title, second.title}
    app = app.button[0].click().run()
    assert [end["title"] for end in steps(app)["ends"]] != [first.title, second.title]


def test_the_other_product_is_searched_and_picked(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[5]
    app = open_page("blend", a=item.item_id, model=ARTICLE)
    assert item.title in said(app)
    offered = cards(app, "blend-choice")
    assert offered
    assert all(f"a={item.item_id}&b=" in str(card["href"]) for card in offered)
    app.text_input(key="blend-search").set_value("red mug").run()
    found = cards(app, "blend-choice")
    assert all("red" in str(card["title"]).lower() for card in found)
    app.text_input(key="blend-search").set_value("no such thing").run()
    assert "No products match" in said(app)


def test_a_blend_of_nothing_is_one_sentence(open_page: OpenPage) -> None:
    text = said(open_page("blend", a="nothing", b="nobody", model=ARTICLE))
    assert "That did not work." in text
    assert "There is no item" in text


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_from_browse_to_a_blend(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/", size)
    wait_for_gallery(page)
    card_buttons(page).nth(2).click()
    page.get_by_role("link", name="Blend with").click()
    expect(page.get_by_role("heading", name="Blend it with")).to_be_visible()
    wait_for_gallery(page)
    card_buttons(page).first.click()
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
    expect(page.locator("figcaption:visible", has_text="What was kept")).to_be_visible()
