"""A visitor's photo: uploaded, pasted, cut, or one of the samples."""

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from recommender.catalogue.registry import open_catalogue
from recommender.ui.shared import samples
from tests.conftest import draw
from tests.shelves import first_of, shelf
from tests.ui.browsing import (
    PASTE,
    Visit,
    card_buttons,
    parameters,
    wait_for_gallery,
)
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said, sent
from tools.visiting import PHONE


def file_of(picture: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


def upload(app: AppTest, data: bytes, name: str = "photo.png") -> AppTest:
    return app.file_uploader(key="upload").set_value((name, data, "image/png")).run()


def test_an_uploaded_product_is_found_again(open_page: OpenPage) -> None:
    catalogue = open_catalogue("demo")
    item = catalogue.items[3]
    app = upload(open_page("photo"), catalogue.image_path(item).read_bytes())
    assert "Good matches" in said(app)
    assert cards(app, "photo-matches")[0]["id"] == item.item_id


def test_a_strange_picture_is_not_praised(open_page: OpenPage) -> None:
    app = upload(open_page("photo"), file_of(Image.effect_noise((200, 200), 90).convert("RGB")))
    assert "Nothing like it here" in said(app)
    assert "The closest we have" in said(app)


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


def test_a_part_of_a_photo_is_another_question(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    sample = samples.all_samples()[0]
    whole = cards(open_page("photo", sample=sample.id), "photo-matches")
    app = open_page("photo", sample=sample.id, cut="0.000,0.000,0.300,0.300")
    part = cards(app, "photo-matches")
    assert [card["similarity"] for card in whole] != [card["similarity"] for card in part]
    app.toggle(key="cutting").set_value(True).run()
    data = sent(app, "crop")
    assert data["box"] == [0.0, 0.0, 0.3, 0.3]


def test_of_several_things_the_likeliest_is_asked_with(open_page: OpenPage) -> None:
    catalogue = open_catalogue("demo")
    wanted = [first_of(catalogue, category) for category in ("sofa", "mug", "backpack")]
    photo = file_of(Image.fromarray(shelf(catalogue, wanted)))
    app = upload(open_page("photo"), photo)
    shown = sent(app, "regions")
    names = [thing["name"] for thing in shown["things"]]
    assert {"sofa", "mug", "backpack"} <= set(names)
    assert shown["chosen"] == 0
    assert shown["things"][0]["label"] == f"Region 1 of {len(names)}, {names[0]}"
    assert names[0] in catalogue.get(str(cards(app, "photo-matches")[0]["id"])).category
    app.query_params["cut"] = "0.000,0.000,1.000,1.000"
    assert sent(app.run(), "regions")["chosen"] == -1


def test_a_thing_is_pressed_in_the_photo(visit: Visit, tmp_path: Path) -> None:
    catalogue = open_catalogue("demo")
    photo = tmp_path / "photo.png"
    wanted = [first_of(catalogue, category) for category in ("sofa", "mug")]
    Image.fromarray(shelf(catalogue, wanted)).save(photo)
    page = visit("/photo", PHONE)
    page.locator("input[type=file]").set_input_files(photo)
    for kind in ("mug", "sofa"):
        spot = page.get_by_role("button", name=re.compile(rf"^Region \d of \d, {kind}"))
        spot.first.press("Enter")
        expect(spot.first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="whole photo").click()
    page.wait_for_url(re.compile(r"cut=0\.000%2C0\.000%2C1\.000%2C1\.000"))


def test_visitors_without_a_photo_are_offered_some(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    app = open_page("photo")
    assert "No photo at hand?" in said(app)
    assert len(cards(app, "photo-samples")) == 6


def test_from_a_photo_to_a_link_and_files(visit: Visit) -> None:
    catalogue = open_catalogue("demo")
    page = visit("/photo")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("input[type=file]").set_input_files(catalogue.image_path(catalogue.items[9]))
    expect(page.get_by_text("Good matches")).to_be_visible()
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
    expect(page.get_by_text("Good matches")).to_be_visible()
    page.get_by_text("Crop to the product").click()
    box = page.get_by_role("group", name=re.compile("part of the photo"))
    box.focus()
    for key in ("ArrowRight", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile("cut="))
    assert parameters(page)["cut"] == ["0.170,0.150,0.680,0.700"]


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_an_uploaded_photo_is_answered(visit: Visit, size: tuple[int, int]) -> None:
    catalogue = open_catalogue("demo")
    item = catalogue.items[5]
    page = visit("/photo", size)
    page.locator("input[type=file]").set_input_files(catalogue.image_path(item))
    expect(page.get_by_text("Good matches")).to_be_visible()
    wait_for_gallery(page)
    first = card_buttons(page).first
    expect(first).to_have_attribute("aria-label", re.compile(re.escape(item.title)))
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(item.title)
    assert parameters(page)["start"] == ["photo"]
    page.get_by_role("navigation", name="The way here").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Bring your own photo.")).to_be_visible()
    expect(page.get_by_text("Good matches")).to_be_visible()  # it is still there


def test_a_bad_upload_is_one_sentence(visit: Visit, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    page = visit("/photo")
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="That did not work")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
