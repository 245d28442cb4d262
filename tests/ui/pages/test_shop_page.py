"""The merchandiser's page: rules have their effect at once, and can be undone."""

import contextlib
import io
from pathlib import Path

import pytest

from recommender.catalogue import rules
from recommender.catalogue.rules import NO_RULES, Rules
from recommender.catalogue.store import catalogues_folder
from recommender.errors import ImageError, RecommenderError
from recommender.feeds.fetch import Fetcher
from recommender.importing import jobs
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from tests.conftest import draw
from tests.ui.conftest import OpenPage
from tests.ui.reading import said


def run_quietly(name: str) -> None:
    """Run a job here and now; as from a process of its own, its failure is seen in its state."""
    with contextlib.suppress(RecommenderError):
        jobs.run(name)


@pytest.fixture
def folder(shop: Path) -> Path:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind", "brand": "maker"})
    return catalogues_folder() / "shop"


def test_rules_are_set_seen_and_undone(open_page: OpenPage, folder: Path) -> None:
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    assert not app.exception
    assert "You may also like" in said(app)
    assert "Without your rules" not in said(app)
    (code,) = [each.value for each in app.code]
    assert "/widget.js" in code
    assert 'catalogue="shop"' in code
    app = app.toggle(key="shop-same_category-False").set_value(True).run()
    assert rules.read(folder) == Rules(same_category=True)
    assert "Without your rules" in said(app)
    (chosen,) = [each.value for each in app.selectbox if each.label == "One of those shown"]
    app = app.button(key="shop-Never show it-").click().run()
    assert rules.read(folder).hidden == (chosen,)
    assert "Never shown:" in said(app)
    app = next(each for each in app.button if each.label == "Undo").click().run()
    assert rules.read(folder) == Rules(same_category=True)
    app = next(each for each in app.button if each.label == "Undo").click().run()
    assert rules.read(folder) == NO_RULES
    assert "Without your rules" not in said(app)


def test_a_changes_effect_is_seen_at_once(open_page: OpenPage, folder: Path) -> None:
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    assert "Your latest change" not in said(app)
    (shown,) = [each.options for each in app.selectbox if each.label == "One of those shown"]
    app = app.button(key="shop-Never show it-").click().run()
    text = said(app)
    assert "Your latest change took out 1 and brought in 1." in text
    assert text.count('<li class="taken-out">') == text.count('<li class="new">') == 1
    app = app.toggle(key="shop-in_stock-False").set_value(True).run()
    assert "Your latest change changes nothing beside this product." in said(app)
    app = app.slider(key="shop-least-0.0").set_value(90).run()
    assert "Before your latest change" in said(app)
    assert len(shown) == 6
    assert rules.n_undoable(folder) == 3


def test_any_product_is_pinned_at_any_place(open_page: OpenPage, folder: Path) -> None:
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    app = app.text_input(key="shop-pin").set_value("nothing such").run()
    assert "No other product is called so." in said(app)
    app = app.text_input(key="shop-pin").set_value("bar-green-1").run()
    app = app.number_input(key="shop-place").set_value(9).run()
    app = app.button(key="shop-Pin it here-").click().run()
    assert rules.read(folder).pinned == {"disc-red-0": {9: "bar-green-1"}}
    assert "Always at place 9:</b> green bar" in said(app)
    (shown,) = [each.options for each in app.selectbox if each.label == "One of those shown"]
    assert len(shown) == 12  # so that its place is seen
    assert shown[8] == "green bar"


def test_a_catalogue_is_chosen_or_brought_there(
    open_page: OpenPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(_fetcher: Fetcher, link: str) -> bytes:
        if is_down:
            raise ImageError(f"{link} could not be fetched")
        stream = io.BytesIO()
        draw("disc", "red").save(stream, "PNG")
        return stream.getvalue()

    is_down = True
    monkeypatch.setattr(Fetcher, "__call__", fetch)
    monkeypatch.setattr(jobs, "start", run_quietly)
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    export = "Handle,Title,Image Src\nmug,Mug,https://shop.example/mug.jpg\n"
    app = app.file_uploader(key="shop-0-upload").set_value(("own.csv", export.encode(), "")).run()
    assert "Shopify product export, 1 row" in said(app)
    assert app.checkbox(key="shop-0-fetch").value is True
    app = app.button(key="shop-0-begin").click().run()
    assert "That did not work." in said(app)
    is_down = False
    app = app.button(key="retry-own").click().run()
    assert "1 product: 1 new" in said(app)
    assert not [each for each in app.button if each.key == "retry-own"]
    app = app.selectbox(key="shop-catalogue-shop").set_value("own").run()
    assert app.query_params["catalogue"] == "own"
    assert "<h2>Mug</h2>" in said(app)


def test_the_page_wears_the_shops_colours_and_font(open_page: OpenPage, folder: Path) -> None:
    assert folder.exists()
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    app = app.color_picker(key="shop-accent").set_value("#ffee00").run()
    app = app.selectbox(key="shop-font").set_value("Serif").run()
    text = said(app)
    assert "--shop:#ffee00;--shop-on:#15181b;" in text
    assert "--shop-font:Georgia" in text
    assert "--lookalike-accent: #ffee00" in app.code[0].value


def test_two_tabs_keep_both_changes(open_page: OpenPage, folder: Path) -> None:
    one, other = (open_page("shop", catalogue="shop", model=ARTICLE) for _ in range(2))
    one = one.toggle(key="shop-same_category-False").set_value(True).run()
    other = other.toggle(key="shop-fills_up-False").set_value(True).run()
    assert rules.read(folder) == Rules(same_category=True, fills_up=True)
    assert other.toggle(key="shop-same_category-True").value is True
    one = next(each for each in one.button if each.label == "Undo").click().run()
    assert rules.read(folder) == Rules(same_category=True)


def test_others_see_the_rules_and_cannot_change_them(
    open_page: OpenPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules.change(folder, Rules(other_brands=True))
    monkeypatch.setenv("LOOKALIKE_READ_ONLY", "1")
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    assert "only its owner can change them" in said(app)
    assert "the rules leave all out" in said(app)
    assert all(each.disabled for each in app.toggle)
    assert not app.button


def test_damaged_rules_have_a_way_out(open_page: OpenPage, folder: Path) -> None:
    (folder / rules.FILE).write_text("{")
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    assert "are damaged" in said(app)
    assert str(folder) not in said(app)
    (button,) = [each for each in app.button if each.label.startswith("Begin anew")]
    app = button.click().run()
    assert "You may also like" in said(app)
    assert not (folder / rules.FILE).exists()


def test_a_product_is_searched_as_everywhere(open_page: OpenPage, folder: Path) -> None:
    assert folder.exists()
    app = open_page("shop", catalogue="shop", model=ARTICLE)
    app = app.text_input(key="shop-product").set_value("blaue bar").run()
    assert "<h2>blue bar</h2>" in said(app)
    app = app.text_input(key="shop-product").set_value("xyzzy").run()
    assert "No product is called so" in said(app)
