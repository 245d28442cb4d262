"""One question to three systems, and the measured figures."""

from pathlib import Path
from threading import Event

import pytest
import streamlit as st
from playwright.sync_api import expect

from recommender.evaluation import recorded
from recommender.importing.importer import import_source
from recommender.models import ARTICLE, ARTICLE_TITLE, ARTICLE_URL, PERCEPTUAL
from recommender.ui.shared import resources, samples
from recommender.ui.shared.resources import Opening
from tests.ui.browsing import (
    Visit,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said, sent
from tools.visiting import PHONE


def test_three_answers_to_one_question(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    app = open_page("compare", catalogue="shop", item="box-red-0")
    text = said(app)
    assert "One search, three answers" in text
    assert "This catalogue has not been measured" in text
    assert "--catalogue shop --model article" in app.code[0].value
    marks = {}
    for system in (PERCEPTUAL, ARTICLE, "colour"):
        document = sent(app, f"compare-{system}")
        assert len(document["matches"]) == 8
        for match in document["matches"]:
            kind = match["title"].split()[1]
            expected = "Same kind" if kind == "box" else f"Other kind: {kind}"
            assert match["text"] == expected
        marks[system] = [match["mark"] for match in document["matches"]]
    assert "wrong" in marks["colour"]
    right = marks["colour"].count("right")
    assert f"<b>{right}</b> found of the 5 other products of this kind" in text


def test_the_demo_shows_what_was_measured(open_page: OpenPage) -> None:
    text = said(open_page("compare", item="mug-01-navy"))
    for figure in ("98%", "63%", "14%", "a million", "Our goal was 98.5%", "</b>, by "):
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


def test_the_article_is_named_and_linked(open_page: OpenPage) -> None:
    text = said(open_page("compare", item="mug-01-navy"))
    assert f'href="{ARTICLE_URL}"' in text
    assert ARTICLE_TITLE in text


def test_the_only_one_of_its_kind_is_no_failure(open_page: OpenPage, shop: Path) -> None:
    feed = shop / "lonely.csv"
    kinds = ("lamp", *["mug"] * 5)
    files = ("disc-red-0", "box-red-0", "box-red-1", "box-blue-0", "bar-red-0", "bar-blue-0")
    rows = [f"{file},{file}.png,{kind}" for file, kind in zip(files, kinds, strict=True)]
    feed.write_text("\n".join(["id,image,category", *rows]), encoding="utf-8")
    import_source(feed, "lonely")
    text = said(open_page("compare", catalogue="lonely", item="disc-red-0"))
    assert text.count("There is no other product of this kind") == 3
    assert "<b>0 of" not in text
    assert "<b>0</b> found" not in text


def test_a_column_waits_for_no_other(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    held = Event()

    def slow(_opening: Opening, _catalogue: str, model: str) -> str:
        if model == ARTICLE:
            held.wait(30)
        return model

    monkeypatch.setitem(resources.WORKS, "recommender", slow)
    monkeypatch.setitem(resources.WORKS, "colours", slow)
    wanted = [("recommender", ARTICLE), ("colours", ""), ("recommender", PERCEPTUAL)]
    ready = resources.as_ready(wanted, "shop", lambda _place, _opening: None)
    first = {next(ready), next(ready)}
    assert first == {1, 2}
    held.set()
    assert list(ready) == [0]
    st.cache_resource.clear()


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_three_systems_answer_side_by_side(visit: Visit, size: tuple[int, int]) -> None:
    page = visit("/compare?item=mug-01-navy", size)
    page.set_default_timeout(90_000)  # the article's index is built at the first visit
    columns = page.locator(".found")
    expect(columns).to_have_count(3, timeout=90_000)
    expect(page.get_by_role("heading", name="How good are they?")).to_be_visible()
    assert page.get_by_text("Same kind", exact=True).count() >= 8
    page.get_by_text("The same figures as a table").click()
    expect(page.get_by_role("table", name="Share of right answers")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page scrolls sideways"
    title = columns.nth(1).locator("span").first.inner_text()
    columns.nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
