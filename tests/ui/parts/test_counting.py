"""What was shown and clicked in a shop, on the health page; and who may switch it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recommender.catalogue.store import catalogues_folder
from recommender.config import READ_ONLY
from recommender.importing.importer import import_source
from recommender.insights import counts
from recommender.models import ARTICLE
from tests.conftest import draw
from tests.ui.conftest import OpenPage
from tests.ui.reading import said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, shape in (("a", "disc"), ("b", "bar"), ("c", "box")):
        draw(shape, "red").save(tmp_path / f"{name}.png")
    import_source(tmp_path, "own")
    return catalogues_folder() / "own"


def health(open_page: OpenPage) -> AppTest:
    app = open_page("health", catalogue="own", model=ARTICLE)
    assert not app.exception
    return app


def test_counts_are_switched_on_seen_and_forgotten(open_page: OpenPage, folder: Path) -> None:
    app = health(open_page)
    assert "Nothing is counted. Switch it on" in said(app)
    app = app.toggle(key="counting-False").set_value(True).run()
    assert counts.is_on(folder)
    assert "Nothing was counted yet" in said(app)
    counts.record(folder, "a", ["b", "c"])
    counts.record(folder, "a", ["b", "gone"], ["b"])
    app = app.run()
    text = said(app)
    assert "<b>4</b><span>shown since" in text
    assert "<b>1</b><span>clicked, 25.0 % of those shown" in text
    assert "<td>2</td><td>1</td><td>50.0 %</td>" in text
    assert "gone (no longer in the catalogue)" in text
    app = next(each for each in app.button if each.label == "Forget them").click().run()
    assert "Nothing was counted yet" in said(app)
    app = app.toggle(key="counting-True").set_value(False).run()
    assert not counts.is_on(folder)


def test_damage_is_said(open_page: OpenPage, folder: Path) -> None:
    counts.switch(folder, on=True)
    (folder / counts.FILE).write_text("damaged")
    assert "The counts are damaged." in said(health(open_page))
    counts.record(folder, "a", ["b"])
    assert "were damaged, and are lost" in said(health(open_page))


def test_others_see_no_counts_and_switch_nothing(
    open_page: OpenPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts.switch(folder, on=True)
    counts.record(folder, "a", ["b"])
    monkeypatch.setenv(READ_ONLY, "1")
    app = health(open_page)
    assert "Only the shop’s owner sees" in said(app)
    assert "<td>1</td>" not in said(app)
    assert not app.toggle
    shop_page = open_page("shop", catalogue="own", model=ARTICLE)
    assert shop_page.toggle(key="counting-True").disabled
