import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from recommender.catalogue.registry import available_catalogues, open_catalogue
from recommender.catalogue.store import Catalogue, catalogues_folder, replace, store_image
from recommender.errors import CatalogueError
from recommender.images import content_fingerprint
from recommender.importing.importer import import_source
from recommender.items import Item, Picture


def make_item(number: int, **fields: Any) -> Item:
    return Item(
        item_id=f"i{number}", image=f"{number}.png", image_sha256=f"{number:064x}", **fields
    )


def test_items_come_back_whole_and_in_order(tmp_path: Path) -> None:
    item = make_item(
        7,
        title="Ünï 'quoted' mug",
        category="mug",
        brand="Acme",
        colour="red",
        material="clay",
        price=19.9,
        attributes={"pattern": "stripes"},
    )
    items = [item, make_item(3), make_item(5)]
    replace(tmp_path / "shop", items)
    catalogue = Catalogue(tmp_path / "shop")
    assert list(catalogue) == items
    assert catalogue.get("i7") == item
    assert item.label("pattern") == "stripes"
    assert item.label("brand") == "Acme"
    assert item.label("nothing") == ""


def test_replacing_leaves_no_old_item(tmp_path: Path) -> None:
    replace(tmp_path, [make_item(1), make_item(2)])
    replace(tmp_path, [make_item(2)])
    assert [item.item_id for item in Catalogue(tmp_path)] == ["i2"]


def test_the_fingerprint_follows_ids_and_pictures(tmp_path: Path) -> None:
    replace(tmp_path, [make_item(1)])
    first = Catalogue(tmp_path).fingerprint
    replace(tmp_path, [make_item(1, title="another title")])
    assert Catalogue(tmp_path).fingerprint == first
    replace(tmp_path, [Item(item_id="i1", image="1.png", image_sha256="f" * 64)])
    assert Catalogue(tmp_path).fingerprint != first


def test_equal_pictures_are_stored_once(tmp_path: Path) -> None:
    digest = content_fingerprint(b"same")
    stored = [store_image(tmp_path, b"same", digest, suffix) for suffix in (".PNG", ".png")]
    assert stored[0] == stored[1]
    assert len(list(tmp_path.rglob("*.png"))) == 1


def test_unreferenced_pictures_are_removed(tmp_path: Path) -> None:
    digest = content_fingerprint(b"kept")
    kept = store_image(tmp_path, b"kept", digest, ".png")
    store_image(tmp_path, b"dropped", content_fingerprint(b"dropped"), ".png")
    replace(tmp_path, [Item(item_id="a", image=kept, image_sha256=digest)])
    assert [path.read_bytes() for path in tmp_path.rglob("*.png")] == [b"kept"]


def test_an_error_in_the_middle_leaves_the_old_content(tmp_path: Path) -> None:
    replace(tmp_path, [make_item(1)])
    with pytest.raises(CatalogueError):
        replace(tmp_path, [make_item(2), make_item(2)])
    assert [item.item_id for item in Catalogue(tmp_path)] == ["i1"]


DYING = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("DELETE FROM items")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_the_middle_leaves_the_old_content(tmp_path: Path) -> None:
    replace(tmp_path, [make_item(1)])
    command = [sys.executable, "-c", DYING, str(tmp_path / "catalogue.db")]
    assert subprocess.run(command, check=False).returncode == -9
    assert [item.item_id for item in Catalogue(tmp_path)] == ["i1"]


def test_another_format_is_refused(tmp_path: Path) -> None:
    replace(tmp_path, [make_item(1)])
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(CatalogueError, match="format 99"):
        Catalogue(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_text("not a database, but long enough to look like one" * 9)
    with pytest.raises(CatalogueError):
        Catalogue(tmp_path)


def test_unknown_names_say_what_there_is(shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    assert "shop" in available_catalogues()
    with pytest.raises(CatalogueError, match="shop"):
        open_catalogue("other")
    with pytest.raises(CatalogueError, match="name"):
        open_catalogue("../shop")
    with pytest.raises(CatalogueError, match="no item"):
        open_catalogue("shop").get("nothing")


def test_the_demo_catalogue_is_set_up_by_itself() -> None:
    demo = open_catalogue("demo")
    assert len(demo) > 100
    assert all(demo.image_path(item).exists() for item in demo)
    assert not (catalogues_folder() / "demo" / "images").exists()  # no second copy
    assert open_catalogue("demo").fingerprint == demo.fingerprint
    shutil.rmtree(catalogues_folder() / "demo")
    assert open_catalogue("demo").fingerprint == demo.fingerprint


def test_a_product_has_several_pictures(tmp_path: Path) -> None:
    more = (Picture(path="x.png", sha256="e" * 64), Picture(path="y.png", sha256="d" * 64))
    items = [make_item(1, more_images=more), make_item(2, more_images=more[:1])]
    replace(tmp_path, items)
    catalogue = Catalogue(tmp_path)
    assert list(catalogue) == items
    assert [each.path for each in catalogue.get("i1").images] == ["1.png", "x.png", "y.png"]
    one_less = [make_item(1, more_images=more[:1]), items[1]]
    replace(tmp_path, one_less)
    assert Catalogue(tmp_path).fingerprint != catalogue.fingerprint


FIRST_FORMAT = """
CREATE TABLE items (
    item_id TEXT PRIMARY KEY, title TEXT NOT NULL, category TEXT NOT NULL, brand TEXT NOT NULL,
    colour TEXT NOT NULL, material TEXT NOT NULL, price REAL, attributes TEXT NOT NULL,
    image TEXT NOT NULL, image_sha256 TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO items VALUES
    ('i1', 'Mug', 'mugs', '', '', '', 5, '{"size": "L"}', '1.png', 'aa', 0);
PRAGMA user_version = 1;
"""


def test_a_catalogue_of_the_first_format_is_read_without_writing(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_FORMAT)
    before = file.read_bytes()
    (item,) = Catalogue(tmp_path)
    assert (item.image, item.attributes, item.more_images) == ("1.png", {"size": "L"}, ())
    assert (file.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (
        before,
        ["catalogue.db"],
    )
    replace(tmp_path, [item, make_item(2)])  # the next change brings it to the present format
    assert [each.item_id for each in Catalogue(tmp_path)] == ["i1", "i2"]


def test_a_first_write_that_fails_leaves_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        replace(tmp_path, [make_item(1), make_item(1)])
    assert list(tmp_path.iterdir()) == []
