from pathlib import Path

import pytest

from recommender.errors import CatalogueError
from recommender.feeds import import_source
from recommender.library import open_catalogue
from tests.conftest import draw

SHOP_MAP = {"image": "file", "category": "kind", "brand": "maker"}


def test_a_csv_feed_brings_fields_and_free_attributes(shop: Path) -> None:
    report = import_source(shop / "feed.csv", "shop", column_map=SHOP_MAP)
    assert report.n_items == 18
    assert report.skipped == ()
    item = open_catalogue("shop").get("disc-red-0")
    assert (item.title, item.category, item.brand, item.price) == ("red disc", "disc", "Acme", 19.9)
    assert item.attributes == {"season": "summer"}


def test_a_folder_with_one_feed_is_that_feed(shop: Path) -> None:
    assert import_source(shop, "shop", column_map=SHOP_MAP).n_items == 18


def test_sub_folders_become_categories(tmp_path: Path) -> None:
    for path in ("shoes/a.png", "shoes/boots/b.png", "c.png", ".hidden/d.png"):
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        draw("disc", "red").save(tmp_path / "in" / path)
    import_source(tmp_path / "in", "photos")
    found = {item.item_id: item.category for item in open_catalogue("photos")}
    assert found == {"c.png": "", "shoes/a.png": "shoes", "shoes/boots/b.png": "shoes/boots"}


def test_one_bad_picture_never_stops_an_import(shop: Path) -> None:
    (shop / "disc-red-0.png").write_bytes(b"")
    (shop / "disc-red-1.png").unlink()
    report = import_source(shop, "shop", column_map=SHOP_MAP)
    assert report.n_items == 16
    assert [skipped.source for skipped in report.skipped] == ["row 2", "row 3"]
    assert "empty" in report.skipped[0].reason


def test_an_id_that_comes_twice_is_reported(shop: Path) -> None:
    feed = shop / "feed.csv"
    lines = feed.read_text().splitlines()
    feed.write_text("\n".join([*lines, lines[1]]) + "\n")
    report = import_source(shop, "shop", column_map=SHOP_MAP)
    assert report.n_items == 18
    assert "comes twice" in report.skipped[0].reason


def test_a_failed_import_leaves_the_catalogue_as_it_was(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map=SHOP_MAP)
    before = open_catalogue("shop").fingerprint
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogueError, match="no picture"):
        import_source(tmp_path / "empty", "shop")
    assert open_catalogue("shop").fingerprint == before
    assert all(open_catalogue("shop").image_path(item).exists() for item in open_catalogue("shop"))


@pytest.mark.parametrize(
    ("column_map", "sentence"),
    [
        ({"image": "photo"}, "no column photo"),
        ({"picture": "file"}, "not picture"),
        ({"image": "file", "brand": "label"}, "no column label"),
    ],
)
def test_a_wrong_map_says_what_there_is(
    shop: Path, column_map: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        import_source(shop, "shop", column_map=column_map)


def test_a_feed_without_a_picture_column_asks_for_one(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("sku,photo\n1,a.png\n")
    with pytest.raises(CatalogueError, match="--map image=COLUMN"):
        import_source(tmp_path / "feed.csv", "shop")


def test_a_feed_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_bytes("image,title\na.png,Stühle\n".encode("latin-1"))
    with pytest.raises(CatalogueError, match="UTF-8"):
        import_source(tmp_path / "feed.csv", "shop")


def test_an_excel_byte_order_mark_is_no_column_name(shop: Path) -> None:
    feed = shop / "feed.csv"
    feed.write_bytes(b"\xef\xbb\xbf" + feed.read_bytes())
    assert import_source(feed, "shop", column_map=SHOP_MAP).n_items == 18


@pytest.mark.parametrize(
    ("text", "price"),
    [("19.90", 19.9), ("1,299.00 EUR", 1299.0), ("", None), ("on request", None), ("£5", 5.0)],
)
def test_prices_are_read_out_of_text(shop: Path, text: str, price: float | None) -> None:
    (shop / "feed.csv").write_text(f'image,price\ndisc-red-0.png,"{text}"\n')
    import_source(shop, "shop")
    assert open_catalogue("shop").items[0].price == price


@pytest.mark.parametrize("source", ["nowhere", "notes.txt"])
def test_a_source_that_cannot_be_one_says_so(tmp_path: Path, source: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(CatalogueError):
        import_source(tmp_path / source, "shop")


def test_the_demo_cannot_be_overwritten(shop: Path) -> None:
    with pytest.raises(CatalogueError, match="built-in"):
        import_source(shop, "demo")
