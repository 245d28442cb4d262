"""A product with its lookalikes, and the questions that shape them."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from recommender.catalogue.registry import open_catalogue
from recommender.importing.importer import import_source
from recommender.models import ARTICLE, PERCEPTUAL, available_models
from recommender.serving.visible import COMMAND
from recommender.ui.shared import pictures, words
from tests.ui.browsing import (
    Visit,
    card_buttons,
    wait_for_gallery,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said


def test_lookalikes_show_the_product_and_its_neighbours(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    app = open_page("lookalikes", item=item.item_id, model=ARTICLE)
    text = said(app)
    assert item.title in text
    assert "What was kept" in text
    assert "2,888 numbers" in text
    shown = cards(app, "lookalikes-gallery")
    assert len(shown) == 12
    assert item.item_id not in {card["id"] for card in shown}
    similarities = [float(str(card["similarity"])) for card in shown]
    assert similarities == sorted(similarities, reverse=True)


def test_the_number_of_neighbours_is_kept_in_the_link(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    app = open_page("lookalikes", item=item.item_id, n_neighbors="5")
    assert len(cards(app, "lookalikes-gallery")) == 5
    assert all("n_neighbors=5" in str(card["href"]) for card in cards(app, "lookalikes-gallery"))


def test_the_trail_grows_with_each_step(open_page: OpenPage) -> None:
    first, second = (item.item_id for item in open_catalogue("demo").items[:2])
    app = open_page("lookalikes", item=second, via=first)
    # a card that is a step of the trail leads back to it
    further = [card for card in cards(app, "lookalikes-gallery") if card["id"] != first]
    assert f"via={first}&via={second}" in str(further[0]["href"])


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"item": "nothing"}, "There is no item"),
        ({"item": "x", "catalogue": "nowhere"}, "nowhere"),
        ({"item": "x", "catalogue": "../../etc"}, "cannot be a name"),
        ({"item": "x", "model": "nobody"}, "nobody"),
    ],
)
def test_a_wrong_link_is_answered_in_one_sentence(
    open_page: OpenPage, address: dict[str, str], sentence: str
) -> None:
    app = open_page("lookalikes", **address)
    text = said(app)
    assert "That did not work." in text
    assert sentence in text
    assert not COMMAND.search(text)
    assert [each for each in app.button if each.label == "Try again"]
    ways = [each.proto.label for each in app.get("page_link")]
    assert {"Start page", "Catalogues"} <= {*ways}


def test_without_a_product_the_page_says_what_to_do(open_page: OpenPage) -> None:
    assert "No product chosen yet" in said(open_page("lookalikes"))


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_colours_may_count_more(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    shown = {}
    for weigh in ("Same kind of thing", "Same colours and texture"):
        app = open_page("lookalikes", item=item.item_id, model=PERCEPTUAL, colour_weight=weigh)
        assert not app.exception
        found = cards(app, "lookalikes-gallery")
        shown[weigh] = [card["id"] for card in found]
        assert all("colour_weight=" in str(card["href"]) for card in found)
    assert shown["Same kind of thing"] != shown["Same colours and texture"]
    app = open_page("lookalikes", item=item.item_id, model=ARTICLE)
    assert "colour_weight" not in [slider.key for slider in app.select_slider]


def test_filters_and_variety_shape_an_answer(open_page: OpenPage) -> None:
    item = open_catalogue("demo").get("mug-01-navy")
    app = open_page("lookalikes", item=item.item_id, only="Bowl", diversity="More variety")
    shown = cards(app, "lookalikes-gallery")
    assert {card["facts"] for card in shown} == {"bowl"}
    assert len(shown) == 12
    similarities = [float(str(card["similarity"])) for card in shown]
    assert similarities != sorted(similarities, reverse=True)
    assert "only=Bowl" in str(shown[0]["href"])
    bowls = [each for each in open_catalogue("demo") if each.category == "bowl"]
    offered = {each.key: {*each.options} for each in app.multiselect}
    assert offered["made-of"] == {words.capitalised(each.material) for each in bowls}
    assert len(offered["only"]) > 1  # a second kind may be chosen beside the first
    app = open_page("lookalikes", item=item.item_id, **{"other-brands": "true"})
    brands = {
        open_catalogue("demo").get(str(card["id"])).brand
        for card in cards(app, "lookalikes-gallery")
    }
    assert item.brand not in brands


def test_filters_that_nothing_fits_can_be_taken_away(open_page: OpenPage) -> None:
    app = open_page("lookalikes", item="mug-01-navy", only="Bowl", **{"made-of": "Velvet"})
    assert "No products match" in said(app)
    app.button[0].click().run()
    assert len(cards(app, "lookalikes-gallery")) == 12


def test_a_link_brings_the_same_view_back(visit: Visit) -> None:
    item = open_catalogue("demo").items[1]
    path = f"/lookalikes?item={item.item_id}&k=7"
    views = []
    for _ in range(2):
        page = visit(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(item.title)
        wait_for_gallery(page)
        listed = card_buttons(page)
        expect(listed).to_have_count(7)
        views.append([card.get_attribute("aria-label") for card in listed.all()])
    assert views[0] == views[1]


def test_old_addresses_still_work(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    old = {"k": "5", "variety": "More variety", "once": "false"}
    new = {"n_neighbors": "5", "diversity": "More variety", "group_duplicates": "false"}
    shown = []
    for address in (old, new):
        app = open_page("lookalikes", item=item.item_id, model=ARTICLE, **address)
        shown.append([card["id"] for card in cards(app, "lookalikes-gallery")])
        assert {key: app.query_params[key] for key in new} == new
        assert not set(old) & set(app.query_params)
    assert shown[0] == shown[1]
    assert len(shown[0]) == 5


def test_a_product_shows_all_its_views_and_a_card_the_one_that_matched(
    open_page: OpenPage, shop: Path
) -> None:
    feed = (
        "id,image,images\nmug,disc-red-0.png,box-blue-0.png\npot,bar-green-0.png,disc-red-1.png\n"
    )
    (shop / "views.csv").write_text(feed)
    import_source(shop / "views.csv", "views")
    catalogue = open_catalogue("views")
    mug, pot = catalogue.items
    app = open_page("lookalikes", item="mug", catalogue="views", model=ARTICLE)
    assert f"{mug.images[1].sha256}/card" in said(app)
    (card,) = cards(app, "lookalikes-gallery")
    assert pot.images[1].sha256 in str(card["src"])
    assert pictures.by_hash(catalogue, mug.images[1].sha256).image == mug.images[1].path


def test_what_is_sold_out_can_be_left_out(open_page: OpenPage, shop: Path) -> None:
    feed = (
        "id,image,availability\nmug,disc-red-0.png,in stock\npot,bar-green-0.png,out of stock\n"
        "jar,box-blue-0.png,\n"
    )
    (shop / "stock.csv").write_text(feed)
    import_source(shop / "stock.csv", "stock")
    for address, found in (({}, {"pot", "jar"}), ({"in-stock": "true"}, {"jar"})):
        app = open_page("lookalikes", item="mug", catalogue="stock", model=ARTICLE, **address)
        assert {card["id"] for card in cards(app, "lookalikes-gallery")} == found
