"""Sources that tests make: pictures, folders, zips and tables."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from recommender.feeds.rows import Row, Skipped
from recommender.feeds.sources import Source, open_source
from recommender.feeds.tables import read_table
from tests.conftest import draw


def picture(colour: str = "red", shape: str = "disc", kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    draw(shape, colour).save(buffer, kind)
    return buffer.getvalue()


Files: TypeAlias = Mapping[str, bytes | str]


def make_folder(folder: Path, files: Files) -> Path:
    """A folder of these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def make_zip(file: Path, entries: Files) -> Path:
    """A zip of these entries."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def products(made: Iterable[Row | Skipped]) -> dict[str, Row]:
    return {row.item_id: row for row in made if isinstance(row, Row)}


def left_out(made: Iterable[Row | Skipped]) -> dict[str, str]:
    """Place to reason."""
    return {row.source: row.reason for row in made if isinstance(row, Skipped)}


def read(
    content: str | bytes, name: str = "feed.csv", *, includes_hidden: bool = False, **columns: str
) -> list[Row | Skipped]:
    data = content.encode() if isinstance(content, str) else content
    return list(read_table(data, name, columns, includes_hidden=includes_hidden))


def brought(source: Source) -> dict[str, bytes]:
    """Ids, and the bytes of their covers."""
    made = list(source.rows({}))
    return {row.item_id: source.read(row.picture) for row in made if isinstance(row, Row)}


def brought_from(path: Path) -> dict[str, bytes]:
    with open_source(path) as source:
        return brought(source)
