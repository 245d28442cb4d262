"""What each page says, without a browser."""

import csv
import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from recommender.catalogue.registry import open_catalogue
from recommender.evaluation import recorded
from recommender.importing.importer import import_source
from recommender.models import ARTICLE, PERCEPTUAL, available_models
from recommender.recommend import Recommender
from recommender.ui import samples, share, words
from recommender.ui.pages import PAGES
from tests.conftest import draw
from tests.ui.conftest import OpenPage


def said(app: AppTest) -> str:
    """All that the page says in HTML; fails if it crashed."""
    assert not app.exception, app.exception
    return "\n".join(block.value for block in app.html if not block.value.startswith("<style"))


def cards(app: AppTest, key: str) -> list[dict[str, object]]:
    """The cards of a gallery."""
    proto = app.get_by_key(key).proto
    document = json.loads(proto.json or proto.mixed.json)
    found: list[dict[str, object]] = document["cards"]
    return found


def file_of(picture: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


def upload(app: AppTest, data: bytes, name: str = "photo.png") -> AppTest:
    return app.file_uploader(key="upload").set_value((name, data, "image/png")).run()


def test_every_page_is_a_module_and_the_masthead_leads_to_it(open_page: OpenPage) -> None:
    for entry in PAGES:
        assert callable(import_module(f"recommender.ui.{entry.name}").show)
    proto = open_page("photo", k="7").get_by_key("navigation").proto
    ways = json.loads(proto.json or proto.mixed.json)["ways"]
    assert [way["label"] for way in ways] == [page.label for page in PAGES if page.in_masthead]
    assert [way["label"] for way in ways if way["current"]] == ["Your photo"]
    assert all("k=7" in way["href"] for way in ways)


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
    app.text_input(key="q").set_value("no such thing").run()
    assert "Nothing fits all of that" in said(app)
    app.button(key="show-everything").click().run()
    assert len(cards(app, "browse-gallery")) == 24


def test_the_gallery_is_kept_in_the_link(open_page: OpenPage) -> None:
    app = open_page(category="Mug", sort="Price, low to high", page="2")
    mugs = [item for item in open_catalogue("demo") if item.category == "mug"]
    second = sorted(mugs, key=lambda item: item.price or 0)[24:48]
    shown = cards(app, "browse-gallery")
    assert {card["facts"] for card in shown} == {"mug"}
    assert [card["price"] for card in shown] == [words.price(item) for item in second]


def test_lookalikes_show_the_product_and_its_neighbours(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    app = open_page("lookalikes", item=item.item_id, model=ARTICLE)
    text = said(app)
    assert item.title in text
    assert "What the machine kept" in text
    assert "2,888 numbers" in text
    shown = cards(app, "lookalikes-gallery")
    assert len(shown) == 12
    assert item.item_id not in {card["id"] for card in shown}
    similarities = [float(str(card["similarity"])) for card in shown]
    assert similarities == sorted(similarities, reverse=True)


def test_the_number_of_neighbours_is_kept_in_the_link(open_page: OpenPage) -> None:
    item = open_catalogue("demo").items[0]
    app = open_page("lookalikes", item=item.item_id, k="5")
    assert len(cards(app, "lookalikes-gallery")) == 5
    assert all("k=5" in str(card["href"]) for card in cards(app, "lookalikes-gallery"))


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
    text = said(open_page("lookalikes", **address))
    assert "That did not work." in text
    assert sentence in text


def test_without_a_product_the_page_says_what_to_do(open_page: OpenPage) -> None:
    assert "No product is chosen yet" in said(open_page("lookalikes"))


def test_an_uploaded_product_is_found_again(open_page: OpenPage) -> None:
    catalogue = open_catalogue("demo")
    item = catalogue.items[3]
    app = upload(open_page("photo"), catalogue.image_path(item).read_bytes())
    assert "Close to our catalogue" in said(app)
    assert cards(app, "photo-matches")[0]["id"] == item.item_id


def test_a_strange_picture_is_not_praised(open_page: OpenPage) -> None:
    app = upload(open_page("photo"), file_of(Image.effect_noise((200, 200), 90).convert("RGB")))
    assert "Unlike anything we have" in said(app)
    assert "The nearest we have" in said(app)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", file_of(draw("disc", "red"))[:120]],
    ids=["empty", "text", "cut"],
)
def test_a_bad_upload_is_one_sentence_and_the_next_one_works(
    open_page: OpenPage, data: bytes
) -> None:
    app = upload(open_page("photo"), data)
    text = said(app)
    assert "That did not work." in text
    assert "Traceback" not in text
    app = upload(app, file_of(draw("disc", "red")), "second.png")
    assert "That did not work." not in said(app)
    assert cards(app, "photo-matches")


def test_a_sample_photo_is_answered(open_page: OpenPage) -> None:
    photos = samples.all_samples()
    if not photos:
        pytest.skip("this catalogue comes without sample photos")
    app = open_page("photo", sample=photos[0].id)
    assert photos[0].title in said(app)
    assert len(cards(app, "photo-samples")) == len(photos)
    assert cards(app, "photo-matches")


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


def test_a_catalogue_of_ones_own_is_browsed_by_its_name(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page(catalogue="shop")
    assert "18 products" in said(app)
    assert "synthetic" not in said(app)
    assert len(cards(app, "browse-gallery")) == 18


def steps(app: AppTest) -> dict[str, Any]:
    """What the blend page hands to its slider."""
    assert not app.exception, app.exception
    document: dict[str, Any] = json.loads(app.get_by_key("blend").proto.json)
    return document


def test_blend_opens_with_an_example(open_page: OpenPage) -> None:
    app = open_page("blend", model=ARTICLE)
    assert "Between two products" in said(app)
    shown = steps(app)
    assert len(shown["steps"]) == 11
    assert all(len(step["cards"]) == 6 and step["src"] for step in shown["steps"])


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
    assert "Nothing fits that" in said(app)


def test_a_blend_of_nothing_is_one_sentence(open_page: OpenPage) -> None:
    text = said(open_page("blend", a="nothing", b="nobody", model=ARTICLE))
    assert "That did not work." in text
    assert "There is no item" in text


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


def test_filters_and_variety_shape_an_answer(open_page: OpenPage) -> None:
    item = open_catalogue("demo").get("mug-01-navy")
    app = open_page("lookalikes", item=item.item_id, only="Bowl", diversity="More variety")
    shown = cards(app, "lookalikes-gallery")
    assert {card["facts"] for card in shown} == {"bowl"}
    assert len(shown) == 12
    similarities = [float(str(card["similarity"])) for card in shown]
    assert similarities != sorted(similarities, reverse=True)
    assert "only=Bowl" in str(shown[0]["href"])
    app = open_page("lookalikes", item=item.item_id, **{"other-brands": "true"})
    brands = {
        open_catalogue("demo").get(str(card["id"])).brand
        for card in cards(app, "lookalikes-gallery")
    }
    assert item.brand not in brands


def test_filters_that_nothing_fits_can_be_taken_away(open_page: OpenPage) -> None:
    app = open_page("lookalikes", item="mug-01-navy", only="Bowl", **{"made-of": "Velvet"})
    assert "Nothing fits all of that" in said(app)
    app.button[0].click().run()
    assert len(cards(app, "lookalikes-gallery")) == 12


def test_an_answer_is_taken_along() -> None:
    recommender = Recommender.open("demo", ARTICLE)
    found = recommender.similar("mug-01-navy", n_neighbors=5)
    rows = list(csv.DictReader(io.StringIO(share.table(found))))
    assert [row["rank"] for row in rows] == list("12345")
    assert all(row["title"] and 0 <= float(row["similarity"]) <= 1 for row in rows)


def test_the_map_hands_out_where_everything_lies(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page("map", catalogue="shop", kind="box", look="1,2,30", model=ARTICLE)
    assert "The whole shop at a glance" in said(app)
    shown = json.loads(app.get_by_key("map").proto.json)
    assert shown["kinds"] == ["box"]
    assert shown["look"] == "1,2,30"
    assert shown["name"] == "Map of 18 products"
    assert "%7Bitem%7D" in shown["lookalikes"]


def test_the_document_of_the_map(shop_recommender: Recommender) -> None:
    from recommender.insights.embedding_map import lay_out
    from recommender.ui import map as map_page

    laid_out = lay_out(shop_recommender.index)
    content = json.loads(map_page.document(shop_recommender, laid_out))
    columns = ("titles", "alts", "prices", "pictures", "x", "y", "kinds")
    assert content["ids"] == [item.item_id for item in shop_recommender.catalogue]
    assert {len(content[column]) for column in columns} == {18}
    assert [region["name"] for region in content["regions"]] == ["bar", "box", "disc"]
    row = content["ids"].index("disc-red-0")
    assert content["regions"][content["kinds"][row]]["name"] == "disc"


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_why_lays_two_products_side_by_side(open_page: OpenPage) -> None:
    app = open_page("why", item="mug-01-navy", to="mug-09-lilac")
    text = said(app)
    assert "Why these two?" in text
    assert text.count('class="mark"') >= 4
    assert "Shared colours" in text
    assert "Maison Oriel" in text
    way = json.loads(app.get_by_key("trail").proto.json)
    assert [step["label"] for step in way["onward"]][-1] == "Close"


def test_why_for_a_sample_photo(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    sample = samples.all_samples()[0]
    answer = open_page("photo", sample=sample.id)
    first = cards(answer, "photo-matches")[0]
    assert f"sample={sample.id}" in str(first["why"])
    app = open_page("why", sample=sample.id, to=str(first["id"]))
    assert sample.title in said(app)
    way = json.loads(app.get_by_key("trail").proto.json)
    assert way["steps"][0]["label"] == "Your photo"
    assert f"sample={sample.id}" in way["onward"][-1]["href"]


def test_why_without_anything_to_compare(open_page: OpenPage) -> None:
    assert "Nothing to compare yet" in said(open_page("why", to="mug-09-lilac"))
    assert "There is no item" in said(open_page("why", item="mug-01-navy", to="nothing"))


def test_a_part_of_a_photo_is_another_question(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    sample = samples.all_samples()[0]
    whole = cards(open_page("photo", sample=sample.id), "photo-matches")
    app = open_page("photo", sample=sample.id, cut="0.000,0.000,0.300,0.300")
    part = cards(app, "photo-matches")
    assert [card["similarity"] for card in whole] != [card["similarity"] for card in part]
    app.toggle(key="cutting").set_value(True).run()
    data = json.loads(app.get_by_key("crop").proto.json)
    assert data["box"] == [0.0, 0.0, 0.3, 0.3]


def test_three_answers_to_one_question(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page("compare", catalogue="shop", item="box-red-0")
    text = said(app)
    assert "Three ways to look" in text
    assert "This catalogue has not been measured" in text
    assert "--catalogue shop --model article" in app.code[0].value
    marks = {}
    for system in (PERCEPTUAL, ARTICLE, "colour"):
        document = json.loads(app.get_by_key(f"compare-{system}").proto.json)
        assert len(document["matches"]) == 8
        for match in document["matches"]:
            kind = match["title"].split()[1]
            expected = "Same kind" if kind == "box" else f"Other kind: {kind}"
            assert match["text"] == expected
        marks[system] = [match["mark"] for match in document["matches"]]
    assert "wrong" in marks["colour"]
    right = marks["colour"].count("right")
    assert f"<b>{right} of 8</b>" in text


def test_the_demo_shows_what_was_measured(open_page: OpenPage) -> None:
    text = said(open_page("compare", item="mug-01-navy"))
    for figure in ("98 %", "63 %", "14 %", "not reached", "a million"):
        assert figure in text
    assert "has not been measured" not in text
    assert text.count("<figure") == len(recorded.QUESTIONS)


def test_a_customers_photo_is_asked_of_all_three(open_page: OpenPage) -> None:
    photos = samples.all_samples()
    app = open_page("compare", sample=photos[0].id)
    assert photos[0].title in said(app)
    app = app.text_input(key="compare-search").set_value("red mug").run()
    assert all("red" in str(card["title"]).lower() for card in cards(app, "compare-found"))
    assert f"item={cards(app, 'compare-found')[0]['id']}" in str(
        cards(app, "compare-found")[0]["href"]
    )


def test_visitors_without_a_photo_are_offered_some(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    app = open_page("photo")
    assert "No photo at hand?" in said(app)
    assert len(cards(app, "photo-samples")) == 6


def test_categories_open(open_page: OpenPage) -> None:
    app = open_page()
    more = app.button(key="more-categories")
    assert more.label == "All 36 categories"
    assert more.click().run().button(key="more-categories").label == "Fewer categories"
