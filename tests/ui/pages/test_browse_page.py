"""The gallery, its search and its filters."""

import io
from pathlib import Path
from urllib.request import urlopen

import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.importing.importer import import_source
from recommender.ui.components import paste
from recommender.ui.shared import words
from tests.conftest import draw
from tests.ui.browsing import (
    Visit,
    card_buttons,
    wait_for_gallery,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said
from tools.serving import Server
from tools.visiting import PHONE


def test_browse_shows_every_kind_of_product(open_page: OpenPage) -> None:
    app = open_page()
    demo = open_catalogue("demo")
    assert f"{len(demo):,} synthetic products" in said(app)
    shown = cards(app, "browse-gallery")
    assert len(shown) == 24
    assert len({card["facts"] for card in shown}) >= 15
    assert all(card["alt"] and card["label"] and card["src"] for card in shown)


def test_search_and_filters_narrow_the_gallery(open_page: OpenPage) -> None:
    app = open_page()
    app.text_input(key="q").set_value("red mug").run()
    found = cards(app, "browse-gallery")
    assert found
    assert all("red" in str(card["title"]).lower() for card in found)
    app.text_input(key="q").set_value("red xyzzy").run()
    assert "No product has “xyzzy” as well" in said(app)
    assert cards(app, "browse-gallery")
    app.text_input(key="q").set_value("xyzzy").run()
    assert "No products match" in said(app)
    app.button(key="show-everything").click().run()
    assert len(cards(app, "browse-gallery")) == 24


def test_only_choices_that_lead_somewhere_are_offered(open_page: OpenPage) -> None:
    app = open_page(colour="Red", q="mug under 2000")
    demo = open_catalogue("demo")
    offered = set(app.multiselect(key="material").options)
    red_mugs = [item for item in demo if (item.category, item.colour) == ("mug", "red")]
    assert offered == {words.capitalised(item.material) for item in red_mugs}
    assert app.multiselect(key="colour").value == ["red"]
    assert len(app.multiselect(key="colour").options) > 5  # a second colour may be added
    assert "Only prices up to €2000." in said(app)
    chip = app.button(key="chips-colour-red").click().run()
    assert chip.multiselect(key="colour").value == []


def test_the_gallery_is_kept_in_the_link(open_page: OpenPage) -> None:
    app = open_page(category="Mug", sort="Price, low to high", page="2")
    mugs = [item for item in open_catalogue("demo") if item.category == "mug"]
    second = sorted(mugs, key=lambda item: item.price or 0)[24:48]
    shown = cards(app, "browse-gallery")
    assert {card["facts"] for card in shown} == {"mug"}
    assert [card["price"] for card in shown] == [words.price(item) for item in second]


def test_categories_open(open_page: OpenPage) -> None:
    app = open_page()
    more = app.button(key="more-categories")
    assert more.label == "All 36 categories"
    assert more.click().run().button(key="more-categories").label == "Fewer categories"


def test_a_catalogue_of_ones_own_is_browsed_by_its_name(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page(catalogue="shop")
    assert "18 products" in said(app)
    assert "synthetic" not in said(app)
    assert len(cards(app, "browse-gallery")) == 18


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_the_gallery_paints(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    page = visit("/", size, scheme)
    wait_for_gallery(page)
    assert card_buttons(page).count() == 24
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"


def test_pictures_are_files_that_browsers_keep(visit: Visit, server: Server) -> None:
    page = visit("/")
    wait_for_gallery(page)
    source = page.locator("ul.grid img").first.get_attribute("src")
    assert source
    with urlopen(f"{server.address}/{source.lstrip('./')}") as answer:  # noqa: S310
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].startswith("image/")


def test_what_a_feed_says_is_text_and_what_it_hides_is_not_searched(
    open_page: OpenPage, shop: Path
) -> None:
    feed = (shop / "feed.csv").read_text().splitlines()
    feed[0] += ",cost"
    feed[1:] = [f"{row},12.34" for row in feed[1:]]
    picture = "![x](https://evil.example/x.png)"
    (shop / "feed.csv").write_text("\n".join(feed).replace(",disc,", f",{picture},"))
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page(catalogue="shop")
    assert not app.exception
    (pills,) = [each for each in app.get("button_group") if each.key == "category"]
    options = [option.content for option in pills.proto.options]
    assert words.choice(picture) in options
    assert not [option for option in options if "![" in option]
    for hidden in ("12.34", "summer"):
        app.text_input(key="q").set_value(hidden).run()
        assert "No products match" in said(app)


def test_a_pasted_picture_is_searched_with(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = io.BytesIO()
    draw("disc", "red").save(drawn, "PNG")
    answers = iter([drawn.getvalue()])
    monkeypatch.setattr(paste, "show", lambda: next(answers, None))
    app = open_page(catalogue="demo")
    assert not app.exception
    assert "Your photo" in said(app)
    assert cards(app, "photo-matches")


def test_the_camera_is_one_press_away(open_page: OpenPage) -> None:
    app = open_page().button(key="to-camera").click().run()
    assert not app.exception
    assert "Bring your own photo." in said(app)
    assert app.session_state["way"] == "Camera"
