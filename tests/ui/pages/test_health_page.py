"""The checks of a catalogue's shape, and the dismissal of findings."""

from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from recommender.catalogue.registry import open_catalogue
from recommender.config import READ_ONLY
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from tests.conftest import COLOURS, draw
from tests.ui.conftest import OpenPage
from tests.ui.reading import said


@pytest.fixture
def page(open_page: OpenPage, tmp_path: Path) -> AppTest:
    """The page of a catalogue with one picture twice, and one product more."""
    for name, shape in (("a", "disc"), ("b", "disc"), ("c", "box")):
        draw(shape, "red").save(tmp_path / f"{name}.png")
    import_source(tmp_path, "own")
    return open_page("health", catalogue="own", model=ARTICLE)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_duplicates_are_dismissed_and_put_back(page: AppTest, open_page: OpenPage) -> None:
    text = said(page)
    assert "<b>1</b><span>product with a duplicate picture" in text
    assert "The same file" in text
    page = press(page, "This is fine")
    assert "No two products show the same picture." in said(page)
    assert "This is fine" not in labels(page)
    later = open_page("health", catalogue="own", model=ARTICLE)  # another visit
    assert "1 finding marked as fine" in [expander.label for expander in later.expander]
    later = press(later, "Put back")
    assert "The same file" in said(later)


def test_pictures_are_read_only_when_asked_for(page: AppTest) -> None:
    assert "pictures not checked yet" in said(page)
    page = press(page, "Check every picture")
    assert "Checked 3 pictures: no picture is broken." in said(page)
    catalogue = open_catalogue("own")
    catalogue.image_path(catalogue.items[2]).unlink()
    page.run()
    assert "Checked 3 pictures: no picture is broken." in said(page)  # a rerun reads nothing
    page = press(page, "Check again")
    assert "there is no picture" in said(page)
    assert "c.png" in said(page)


def test_a_public_demo_dismisses_nothing(
    open_page: OpenPage, page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "This is fine" in labels(page)
    monkeypatch.setenv(READ_ONLY, "1")
    closed = open_page("health", catalogue="own", model=ARTICLE)
    assert "The same file" in said(closed)
    assert "This is fine" not in labels(closed)


def test_the_demo_is_in_good_shape(open_page: OpenPage) -> None:
    text = said(open_page("health", model=ARTICLE))
    assert "No two products show the same picture." in text
    assert "36 categories" in text


def test_a_single_product_is_no_trouble(open_page: OpenPage, tmp_path: Path) -> None:
    draw("disc", "red").save(tmp_path / "a.png")
    import_source(tmp_path, "own")
    one = said(open_page("health", catalogue="own", model=ARTICLE))
    assert "<b>1</b><span>product<" in one
    assert "No photo stands out." in one


def test_a_picture_that_several_products_share_is_one_finding(
    open_page: OpenPage, tmp_path: Path
) -> None:
    for shape in ("disc", "box"):
        for colour in COLOURS:
            for shift in range(5):
                draw(shape, colour, shift_px=shift).save(tmp_path / f"{shape}-{colour}-{shift}.png")
    noise = Image.effect_noise((96, 96), 120).convert("RGB")
    for name in ("noise", "noise-again"):
        noise.save(tmp_path / f"{name}.png")
    import_source(tmp_path, "own")
    app = open_page("health", catalogue="own", model=ARTICLE)
    assert said(app).count("times the usual") == 1
