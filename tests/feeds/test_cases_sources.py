"""Folders and zips as people have them: several tables, other systems' names, odd files."""

import contextlib
import io
import os
import random
import unicodedata
import zipfile
from pathlib import Path

import pytest

from recommender.errors import CatalogueError, ImageError, RecommenderError
from recommender.feeds.rows import Row
from recommender.feeds.sources import look_into, open_source
from tests.feeds.making import (
    Files,
    brought,
    brought_from,
    left_out,
    make_folder,
    make_zip,
    picture,
    products,
)

RED, BLUE = picture("red"), picture("blue")


def test_of_several_tables_the_one_whose_pictures_are_there_is_read(tmp_path: Path) -> None:
    files: Files = {
        "shop/products.csv": "id,image\n1,img/a.png\n",
        "shop/orders.csv": "order,total\n1,5\n",
        "shop/old.csv": "id,image\n1,gone/a.png\n",
        "shop/img/a.png": RED,
        "shop/notes.json": '{"a": 1}',
        "shop/._products.csv": bytes(40),
        "shop/prices.xlsx": b"PK\x03\x04",
    }
    for path in (
        make_folder(tmp_path / "in", files) / "shop",
        make_zip(tmp_path / "in.zip", files),
    ):
        with open_source(path) as source:
            made = list(source.rows({}))
            assert source.read("img/a.png") == RED
        assert list(products(made)) == ["1"]
        reasons = left_out(made)
        assert sorted(reasons) == ["notes.json", "old.csv", "orders.csv", "prices.xlsx"]
        assert "products.csv was read" in reasons["orders.csv"]
        assert "save it as CSV" in reasons["prices.xlsx"]


def test_parts_of_one_export_are_read_together(tmp_path: Path) -> None:
    files: Files = {
        "products_1.csv": "id,image\n1,a.png\n",
        "products_2.csv": "id,image\n2,a.png\n",
        "a.png": RED,
    }
    with open_source(make_folder(tmp_path, files)) as source:
        found = products(source.rows({}))
    assert [row.source for row in found.values()] == [
        "products_1.csv row 2",
        "products_2.csv row 2",
    ]


def test_a_table_without_pictures_leaves_the_pictures_products(tmp_path: Path) -> None:
    files: Files = {"sizes.csv": "size,chest\nM,50\n", "a.png": RED}
    with open_source(make_folder(tmp_path, files)) as source:
        made = list(source.rows({}))
    assert (list(products(made)), list(left_out(made))) == (["a.png"], ["sizes.csv"])


def test_a_kaggle_table_beside_its_pictures(tmp_path: Path) -> None:
    files: Files = {
        "styles.csv": "id,articleType,baseColour,productDisplayName\n1163,Tshirts,Blue,Jersey\n",
        "images.csv": "filename,link\n1163.jpg,http://x/1163.jpg\n",
        "images/1163.png": RED,
    }
    assert brought_from(make_folder(tmp_path, files)) == {"1163": RED}


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("img\\mug.png", "img/mug.png"),
        (".\\img\\mug.png", "img/mug.png"),
        ("img/MUG.PNG", "img/mug.png"),
        ("IMG/mug.png", "img/Mug.png"),
        ("C:\\shop\\img\\mug.png", "img/mug.png"),
        ("/m/b/mug.png", "m/b/mug.png"),
        ("/m/b/mug.png", "pub/media/catalog/product/m/b/mug.png"),
        ("mug.png", "deep/below/mug.png"),
        ("mug", "images/mug.png"),
        ("my%20mug.png", "my mug.png"),
        (unicodedata.normalize("NFC", "Stühle.png"), unicodedata.normalize("NFD", "Stühle.png")),
        (unicodedata.normalize("NFD", "Stühle.png"), unicodedata.normalize("NFC", "Stühle.png")),
        ("./a//b/../mug.png", "a/mug.png"),
    ],
)
def test_names_from_other_systems_find_their_file(tmp_path: Path, written: str, file: str) -> None:
    files: Files = {
        "feed.csv": f"id,image\n1,{written}\n",
        file: RED,
        "else/other.png": BLUE,
    }
    assert brought_from(make_folder(tmp_path / "in", files)) == {"1": RED}
    assert brought_from(tmp_path / "in" / "feed.csv") == {"1": RED}
    assert brought_from(make_zip(tmp_path / "in.zip", files)) == {"1": RED}


def test_a_name_that_fits_two_files_finds_none(tmp_path: Path) -> None:
    files: Files = {
        "feed.csv": "id,image\n1,mug.png\n",
        "a/mug.png": RED,
        "b/mug.png": BLUE,
    }
    with open_source(make_folder(tmp_path, files)) as source, pytest.raises(ImageError):
        source.read("mug.png")


def test_pictures_are_known_by_their_content(tmp_path: Path) -> None:
    files: Files = {
        "mugs/71xY._AC_SL1500_": RED,
        "mugs/photo.jpg_large": BLUE,
        "mugs/really.txt": picture("green", kind="WEBP"),
        "mugs/page.jpg": "<!DOCTYPE html><html>",
        "mugs/drawing.svg": '<?xml version="1.0"?><svg/>',
        "mugs/empty.png": b"",
        "readme.txt": "hello",
    }
    with open_source(make_folder(tmp_path, files)) as source:
        made = list(source.rows({}))
    assert len(products(made)) == 3
    reasons = left_out(made)
    assert sorted(reasons) == [
        "mugs/drawing.svg",
        "mugs/empty.png",
        "mugs/page.jpg",
        "readme.txt",
    ]
    assert "web page" in reasons["mugs/page.jpg"]
    assert "0 bytes" in reasons["mugs/empty.png"]


@pytest.mark.parametrize(
    "folder", ["@eaDir", "#recycle", ".thumbnails", "__MACOSX", "$RECYCLE.BIN", "lost+found"]
)
def test_what_systems_keep_for_themselves_is_no_product(tmp_path: Path, folder: str) -> None:
    make_folder(tmp_path, {f"mugs/{folder}/a.png": RED, "mugs/b.png": BLUE, "Thumbs.db": RED})
    with open_source(tmp_path) as source:
        made = list(source.rows({}))
    assert (list(products(made)), list(left_out(made))) == (["mugs/b.png"], [f"mugs/{folder}"])


def test_linked_folders_are_named(tmp_path: Path) -> None:
    make_folder(tmp_path / "in", {"mugs/a.png": RED})
    make_folder(tmp_path / "elsewhere", {"b.png": BLUE})
    (tmp_path / "in" / "again").symlink_to("mugs")
    (tmp_path / "in" / "loop").symlink_to(".")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "elsewhere")
    with open_source(tmp_path / "in") as source:
        made = list(source.rows({}))
    assert list(products(made)) == ["mugs/a.png"]
    assert sorted(left_out(made)) == ["again", "loop", "out"]


def test_names_that_are_no_text_come_in(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(RED)
    with open_source(tmp_path) as source:
        (row,) = source.rows({})
        assert isinstance(row, Row)
        assert row.item_id == "caf\\xe9.png"
        assert source.read(row.picture) == RED


def test_several_pictures_of_one_product(tmp_path: Path) -> None:
    names = ["sku_1.png", "sku_2.png", "sku_10.png", "other.png", "lamp (1).png", "lamp (2).png"]
    make_folder(tmp_path, {f"mugs/{name}": picture("red", "disc") for name in names})
    with open_source(tmp_path) as source:
        by_name = products(source.rows({}, grouping="name"))
        by_folder = products(source.rows({}, grouping="folder"))
        alone = products(source.rows({}))
    assert by_name["mugs/sku"].pictures == tuple(f"mugs/sku_{n}.png" for n in (1, 2, 10))
    assert sorted(by_name) == ["mugs/lamp", "mugs/other", "mugs/sku"]
    assert (list(by_folder), len(by_folder["mugs"].pictures)) == (["mugs"], 6)
    assert len(alone) == 6


def raw_zip(file: Path, names: dict[bytes, bytes]) -> Path:
    """A zip whose names are these bytes, without the flag that says UTF-8."""
    with zipfile.ZipFile(file, "w") as archive:
        for number, data in enumerate(names.values()):
            archive.writestr(f"{number:04}".rjust(40, "x"), data)
    content = file.read_bytes()
    for number, name in enumerate(names):
        assert len(name) <= 40
        # names of one length each: padded by a folder that is cut off again
        padded = b"y" * (39 - len(name)) + b"/" + name
        content = content.replace(f"{number:04}".rjust(40, "x").encode(), padded)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "cp437", "cp1252"])
def test_names_in_zips_without_the_flag(tmp_path: Path, encoding: str) -> None:
    name = "マグカップ.png" if encoding == "cp932" else "Stühle grün.png"
    file = raw_zip(tmp_path / "in.zip", {name.encode(encoding): RED})
    assert list(brought_from(file)) == [name]


def test_backslashes_in_zips_are_separators(tmp_path: Path) -> None:
    file = tmp_path / "in.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("shop/mugs/a.png", "shop/lamps/b.png"):
            archive.writestr(name, RED)
    file.write_bytes(file.read_bytes().replace(b"shop/mugs/", b"shop\\mugs\\"))
    assert list(brought_from(file)) == ["lamps/b.png", "mugs/a.png"]


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_zips_inside_are_read_to_a_depth_and_named_beyond(tmp_path: Path) -> None:
    deep = zipped({"c.zip": zipped({"d.zip": zipped({"d.png": RED}), "c.png": RED})})
    entries: Files = {
        "part1.zip": zipped({"a.png": RED}),
        "b.zip": deep,
        "bad.zip": b"PK no zip",
    }
    with open_source(make_zip(tmp_path / "in.zip", entries)) as source:
        made = list(source.rows({}))
        assert sorted(products(made)) == ["b/c/c.png", "part1/a.png"]
        assert source.read("part1/a.png") == RED
    assert sorted(left_out(made)) == ["b/c/d.zip", "bad.zip"]


def test_a_feed_in_a_zip_in_a_zip(tmp_path: Path) -> None:
    inner = zipped({"feed.csv": b"id,image\n1,img/a.png\n", "img/a.png": RED})
    assert brought_from(make_zip(tmp_path / "in.zip", {"export.zip": inner})) == {"1": RED}


def test_honest_pictures_that_pack_well_come_in(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    from PIL import Image

    Image.new("RGB", (1000, 1000), "white").save(buffer, "BMP")
    file = make_zip(tmp_path / "in.zip", {"a.bmp": buffer.getvalue(), "b.bmp": buffer.getvalue()})
    assert file.stat().st_size < 20_000
    assert len(brought_from(file)) == 2


@pytest.mark.parametrize("seed", range(4))
def test_mutated_zips_end_in_one_sentence(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  of no secret
    entries: Files = {
        "feed.csv": b"id,image\n1,a.png\n2,b/c.png\n",
        "a.png": RED,
        "b/c.png": BLUE,
    }
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    file = tmp_path / "in.zip"
    with zipfile.ZipFile(file, "w", methods[seed]) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    whole = file.read_bytes()
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(whole))] = chance.randrange(256)
        file.write_bytes(damaged[: chance.randint(len(whole) // 2, 2 * len(whole))])
        with contextlib.suppress(RecommenderError), open_source(file) as source:
            for row in source.rows({}):
                if isinstance(row, Row):
                    with contextlib.suppress(ImageError):
                        source.read(row.picture)


@pytest.mark.parametrize(
    "name", ["a\0b.png", "x" * 5_000, "\udcff.png", "", ".", "..", "/", "con:", "a/../../../etc"]
)
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    make_folder(tmp_path / "in", {"feed.csv": "id,image\n1,b.png\n"})
    for is_confined in (True, False):
        with (
            open_source(tmp_path / "in" / "feed.csv", is_confined=is_confined) as source,
            pytest.raises(ImageError),
        ):
            source.read(name)


def test_a_feed_is_named_as_its_owner_calls_it(tmp_path: Path) -> None:
    make_folder(tmp_path, {"source.csv": "a;b\n1;2\n", "source.zip": "no zip"})
    for suffix in ("csv", "zip"):
        with (
            pytest.raises(CatalogueError, match=f"^Spring.{suffix}") as caught,
            open_source(tmp_path / f"source.{suffix}", name=f"Spring.{suffix}") as source,
        ):
            list(source.rows({}))
        assert str(tmp_path) not in str(caught.value)


def test_a_data_link_holds_its_picture(tmp_path: Path) -> None:
    import base64

    link = "data:image/png;base64," + base64.b64encode(RED).decode()
    files: Files = {"feed.csv": f'id,image\n1,"{link}"\n2,"data:image/png;base64,!!"\n3,data:x\n'}
    with open_source(make_folder(tmp_path, files)) as source:
        found = products(source.rows({}))
        assert source.read(found["1"].picture) == RED
        for broken in ("2", "3"):
            with pytest.raises(ImageError) as caught:
                source.read(found[broken].picture)
            assert len(str(caught.value)) < 100


def test_a_workbook_says_how_to_save_it(tmp_path: Path) -> None:
    make_folder(tmp_path, {"shop.xlsx": b"PK\x03\x04"})
    with pytest.raises(CatalogueError, match="CSV"), open_source(tmp_path / "shop.xlsx"):
        pass
    with pytest.raises(CatalogueError, match="CSV"):
        look_into("shop.xlsx", io.BytesIO(b"PK"))


def test_a_feed_beside_its_own_relative_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path, {"feed.csv": "id,image\n1,a.png\n", "a.png": RED})
    monkeypatch.chdir(tmp_path)
    for path in (Path("./feed.csv"), Path("feed.csv"), Path()):
        with open_source(path) as source:
            assert brought(source) == {"1": RED}
