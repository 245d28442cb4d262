"""The list of catalogues, and imports of a visitor's own."""

import errno
import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from recommender import config
from recommender.catalogue.registry import available_catalogues, open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.errors import CatalogueError
from recommender.feeds.looking import look_into_file
from recommender.feeds.tables import Overview
from recommender.importing import jobs
from recommender.importing.importer import import_source
from recommender.importing.jobs import Order
from recommender.ui.parts import intake
from recommender.ui.shared.shelf import MARK, SHELF
from recommender.ui.shared.sizes import MAX_UPLOAD_MB
from tests.conftest import draw
from tests.ui.browsing import Visit
from tests.ui.conftest import OpenPage
from tests.ui.reading import said
from tools.visiting import PHONE

SHOPIFY = (
    "Handle,Title,Vendor,Type,Variant Price,Image Src\n"
    "mug,Mug,Acme,Mugs,5,https://shop.example/mug.jpg\n"
)
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def _jobs_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run jobs in this process, so that no test has to wait for another one."""
    monkeypatch.setattr(jobs, "start", jobs.run)


def zipped(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{folder.name}/{file.name}")
    return stream.getvalue()


def bring(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader(key="add-0-upload").set_value((name, data, "")).run()


def test_the_demo_is_there_and_cannot_be_changed(open_page: OpenPage) -> None:
    app = open_page("catalogues")
    demo = open_catalogue("demo")
    assert f"{len(demo):,} products in" in said(app)
    assert not [button.key for button in app.button if "demo" in str(button.key)]


def test_a_zip_of_pictures_becomes_a_catalogue(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "My Lamps").mkdir()
    for number in range(5):
        draw("disc", "red", shift_px=number).save(tmp_path / "My Lamps" / f"{number}.png")
    (tmp_path / "My Lamps" / "bad.png").write_bytes(b"hello")
    app = bring(open_page("catalogues"), "My Lamps.zip", zipped(tmp_path / "My Lamps"))
    assert app.text_input(key="add-0-name-my-lamps").value == "my-lamps"
    app = app.button(key="add-0-begin").click().run()
    assert len(open_catalogue("my-lamps")) == 5
    assert "5 products: 5 new, 1 left out" in said(app)
    assert not list((config.home() / "jobs" / "my-lamps").glob("upload-*/*"))
    app = app.button(key="see-my-lamps").click().run()
    assert "it is no picture" in said(app)
    app = app.button(key="close-my-lamps").click().run()
    assert "left out" not in said(app)


def test_a_large_upload_is_read_once_and_moved_into_its_import(
    open_page: OpenPage, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = config.home() / "uploads" / "waiting"
    waiting.parent.mkdir()
    waiting.write_bytes(zipped(shop))
    monkeypatch.setattr(SHELF, "find", lambda _file_id: waiting)
    looks: list[str] = []

    def counted(file: Path, name: str) -> Overview | None:
        looks.append(name)
        return look_into_file(file, name)

    monkeypatch.setattr(intake, "look_into_file", counted)
    app = bring(open_page("catalogues"), "shop.zip", MARK).run()
    assert "A list of 18 rows" in said(app)
    assert looks == ["shop.zip"]
    app.button(key="add-0-begin").click().run()
    assert len(open_catalogue("shop")) == 18
    assert not waiting.exists()


def test_a_large_upload_that_is_gone_is_one_sentence(open_page: OpenPage) -> None:
    app = bring(open_page("catalogues"), "shop.zip", MARK)
    assert "not on the server any more" in said(app)
    assert not [button for button in app.button if button.key == "add-0-begin"]


def test_columns_are_asked_for_where_they_are_not_known(open_page: OpenPage, shop: Path) -> None:
    feed = shop / "feed.csv"
    feed.write_text(feed.read_text().replace("file", "photo", 1))
    app = bring(open_page("catalogues"), "shop.zip", zipped(shop))
    assert "A list of 18 rows" in said(app)
    guessed = {
        target: app.selectbox(key=f"add-0-column-{target}").value
        for target in ("image", "id", "title", "category", "brand")
    }
    assert guessed == {
        "image": "photo",
        "id": "sku",
        "title": "name",
        "category": "kind",
        "brand": "maker",
    }
    app = app.selectbox(key="add-0-column-image").select("–").run()
    assert app.button(key="add-0-begin").disabled
    app = app.selectbox(key="add-0-column-image").select("photo").run()
    app = app.button(key="add-0-begin").click().run()
    assert {item.category for item in open_catalogue("shop")} == {"disc", "box", "bar"}
    assert app.file_uploader(key="add-1-upload").value is None  # the form is empty again


def test_a_shops_export_is_recognised_and_fetches_unless_told_not_to(open_page: OpenPage) -> None:
    app = bring(open_page("catalogues"), "products.csv", SHOPIFY.encode())
    assert "Shopify product export, 1 row" in said(app)
    assert app.checkbox(key="add-0-fetch").value is True
    app = app.checkbox(key="add-0-fetch").set_value(False).run()
    app = app.button(key="add-0-begin").click().run()
    assert "not to be fetched" in said(app)
    assert "products" not in available_catalogues()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [("a.zip", b"hello", "no zip"), ("a.csv", b"\xff\xfe\x00", "cannot be read")],
)
def test_what_cannot_be_read_is_one_sentence(
    open_page: OpenPage, name: str, data: bytes, sentence: str
) -> None:
    assert sentence in said(bring(open_page("catalogues"), name, data))


def test_a_name_that_is_taken_is_not_overwritten(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    app = bring(open_page("catalogues"), "shop.zip", zipped(shop))
    assert "A catalogue named shop already exists" in said(app)
    assert app.button(key="add-0-begin").disabled


def test_an_update_keeps_what_it_does_not_name(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    (shop / "feed.csv").write_text("id,image\nnew,disc-red-0.png\n")
    app = open_page("catalogues", update="shop")
    assert "Update shop" in said(app)
    upload = app.file_uploader(key="update-shop-0-upload")
    app = upload.set_value(("more.zip", zipped(shop), "")).run()
    app.button(key="update-shop-0-begin").click().run()
    assert len(open_catalogue("shop")) == 19


def test_deleting_asks_first(open_page: OpenPage, shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    app = open_page("catalogues").button(key="delete-shop").click().run()
    assert "18 products" in said(app)
    app = app.button(key="keep").click().run()
    assert "shop" in available_catalogues()
    app = app.button(key="delete-shop").click().run()
    app.button(key="delete-now").click().run()
    assert "shop" not in available_catalogues()
    assert not (catalogues_folder() / "shop").exists()


def test_a_public_demo_only_shows(
    open_page: OpenPage, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    monkeypatch.setenv("LOOKALIKE_READ_ONLY", "1")
    app = open_page("catalogues")
    assert "18 products" in said(app)
    assert not app.button
    assert not app.file_uploader


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_a_visitor_brings_products_and_browses_them(
    visit: Visit, tmp_path: Path, size: tuple[int, int]
) -> None:
    name = f"visit-{size[0]}"
    folder = tmp_path / name
    folder.mkdir()
    for number in range(60):
        draw("box", "blue", 128, shift_px=number % 30).resize((128 + number, 128)).save(
            folder / f"{number:02}.png"
        )
    (tmp_path / f"{name}.zip").write_bytes(zipped(folder))
    page: Page = visit("/catalogues", size)
    page.locator("input[type=file]").set_input_files(tmp_path / f"{name}.zip")
    add = page.get_by_role("button", name="Add catalogue")
    add.click(timeout=PATIENCE_MS)
    # the form is empty again once the import is under way; a click before that is lost by reloading
    expect(add).to_be_hidden(timeout=PATIENCE_MS)
    page.reload()  # the import does not mind
    expect(page.get_by_text("60 products: 60 new")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("link", name=f"Browse {name}").click()
    expect(page.get_by_role("list").get_by_role("button").first).to_be_visible(timeout=PATIENCE_MS)
    assert f"catalogue={name}" in page.url


def test_a_file_that_is_too_large_is_said_to_be_before_it_is_sent(
    visit: Visit, tmp_path: Path
) -> None:
    with (tmp_path / "large.zip").open("wb") as stream:
        stream.truncate((MAX_UPLOAD_MB + 1) << 20)
    page: Page = visit("/catalogues")
    page.locator("input[type=file]").set_input_files(tmp_path / "large.zip")
    sentence = page.get_by_text(f"File must be {MAX_UPLOAD_MB}.0MB or smaller").first
    expect(sentence).to_be_visible(timeout=PATIENCE_MS)
    box = sentence.bounding_box()
    assert box is not None
    assert box["width"] > 100  # not only for screen readers
    expect(page.get_by_text(f"up to {MAX_UPLOAD_MB} MB")).to_be_visible()


def test_what_is_broken_is_said_and_takes_nothing_else_down(
    open_page: OpenPage, shop: Path
) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    for name, content in (("empty", b""), ("junk", b"nonsense" * 1000)):
        (catalogues_folder() / name).mkdir()
        (catalogues_folder() / name / "catalogue.db").write_bytes(content)
    (catalogues_folder() / "shop" / "import.json").write_text("{")
    job = config.home() / "jobs" / "junk"
    job.mkdir(parents=True)
    for name in ("order.json", "state.json"):
        (job / name).write_text("[")
    app = open_page("catalogues")
    text = said(app)
    assert "18 products" in text
    assert text.count("That did not work.") >= 3
    assert "is damaged" in text
    app = app.button(key="close-junk").click().run()
    assert not job.exists()
    assert "18 products" in said(app)
    for name in ("empty", "junk"):
        assert "That did not work." in said(open_page(catalogue=name))


def test_a_full_disk_is_one_sentence_from_a_button_too(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, shop: Path
) -> None:
    def full(_name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CatalogueError):
        jobs.begin(Order(name="shop", source=str(shop / "gone"), model="article"))
    monkeypatch.setattr(jobs, "forget", full)
    app = open_page("catalogues").button(key="close-shop").click().run()
    assert "No space is left on the disk" in said(app)
