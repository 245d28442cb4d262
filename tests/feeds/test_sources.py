"""Folders, feeds and zips; a zip can neither escape nor explode."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from recommender.errors import CatalogueError, ImageError
from recommender.feeds.rows import Row
from recommender.feeds.sources import Source, ZipLimits, open_source
from tests.conftest import draw


def png() -> bytes:
    buffer = io.BytesIO()
    draw("disc", "red").save(buffer, "PNG")
    return buffer.getvalue()


def make_zip(file: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file


def pictures(source: Source) -> dict[str, str]:
    return {row.item_id: row.picture for row in source.rows({}) if isinstance(row, Row)}


def test_a_zipped_folder_is_that_folder(tmp_path: Path) -> None:
    entries = {"photos/": b"", "photos/shoes/a.png": png(), "photos/b.png": png()}
    file = make_zip(tmp_path / "in.zip", entries | {"__MACOSX/photos/._b.png": b"x"})
    with open_source(file) as source:
        assert pictures(source) == {"b.png": "b.png", "shoes/a.png": "shoes/a.png"}
        assert source.read("shoes/a.png") == png()


def test_a_zip_with_a_feed_is_read_from_the_feeds_folder(tmp_path: Path) -> None:
    entries = {"shop/data/feed.csv": b"id,image\n1,pics/a.png\n", "shop/data/pics/a.png": png()}
    with open_source(make_zip(tmp_path / "in.zip", entries)) as source:
        assert pictures(source) == {"1": "pics/a.png"}
        assert source.read("pics/a.png") == png()


@pytest.mark.parametrize("name", ["../../secret.png", "/etc/secret.png", "..\\secret.png"])
def test_a_zip_reads_nothing_but_its_own_entries(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    feed = f"id,image\n1,{name}\n".encode()
    file = make_zip(folder / "in.zip", {"feed.csv": feed})
    with open_source(file) as source, pytest.raises(ImageError, match="no picture"):
        source.read(name)
    before = sorted(tmp_path.rglob("*"))
    with open_source(make_zip(folder / "in.zip", {name: png(), "b.png": png()})) as source:
        for picture in pictures(source).values():
            source.read(picture)
    assert sorted(tmp_path.rglob("*")) == before  # nothing was written anywhere


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (ZipLimits(max_entries=1), "2 entries"),
        (ZipLimits(max_bytes=1_000), "would unpack"),
        (ZipLimits(free_bytes=1_000_000), "times its size"),
    ],
)
def test_a_zip_that_would_explode_is_refused(
    tmp_path: Path, limits: ZipLimits, sentence: str
) -> None:
    file = make_zip(tmp_path / "bomb.zip", {"a.png": bytes(5_000_000), "b.png": b"x"})
    with pytest.raises(CatalogueError, match=sentence), open_source(file, limits=limits):
        pass


def test_an_entry_that_understates_its_size_yields_no_more(tmp_path: Path) -> None:
    file = make_zip(tmp_path / "liar.zip", {"a.png": bytes(3_000) + png()})
    data = bytearray(file.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<L", 10)  # the size once unpacked
    file.write_bytes(bytes(data))
    with open_source(file) as source, pytest.raises(ImageError, match="damaged"):
        source.read("a.png")


def test_damaged_and_encrypted_entries_are_reported(tmp_path: Path) -> None:
    file = make_zip(tmp_path / "in.zip", {"a.png": png()})
    data = bytearray(file.read_bytes())
    data[data.index(b"a.png") + 20] ^= 0xFF
    file.write_bytes(bytes(data))
    with open_source(file) as source, pytest.raises(ImageError, match="damaged"):
        source.read("a.png")
    data = bytearray(make_zip(file, {"a.png": png()}).read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(bytes(data))
    with open_source(file) as source, pytest.raises(ImageError, match="encrypted"):
        source.read("a.png")


def test_what_is_no_zip_says_so(tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(b"hello")
    with pytest.raises(CatalogueError, match="no zip"), open_source(tmp_path / "in.zip"):
        pass


def test_a_visitors_feed_reads_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    (tmp_path / "up").mkdir()
    feed = tmp_path / "up" / "feed.csv"
    feed.write_text("id,image\n1,../secret.png\n")
    with open_source(feed) as source:
        assert source.read("../secret.png") == png()
    with open_source(feed, is_confined=True) as source, pytest.raises(ImageError, match="outside"):
        source.read("../secret.png")
