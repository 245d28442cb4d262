"""The merchandiser's page: rules have their effect at once, and can be undone."""

from pathlib import Path

import pytest

from recommender.catalogue import rules
from recommender.catalogue.rules import NO_RULES, Rules
from recommender.catalogue.store import catalogues_folder
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from tests.ui.conftest import OpenPage
from tests.ui.reading import said


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
