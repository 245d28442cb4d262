"""Products and their pictures: SQLite for the facts, files named by content for the pictures.

A catalogue is a folder with `catalogue.db` and `images/`. The demo catalogue refers to the
pictures in `assets/` instead of copying them.
"""

import dataclasses
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from recommender import locks
from recommender.config import check_name, home, write_atomically
from recommender.errors import CatalogueError
from recommender.items import Item

SCHEMA_VERSION = 1
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS items (
    item_id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    brand TEXT NOT NULL,
    colour TEXT NOT NULL,
    material TEXT NOT NULL,
    price REAL,
    attributes TEXT NOT NULL,
    image TEXT NOT NULL,
    image_sha256 TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS items_by_position ON items (position);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = {SCHEMA_VERSION};
"""
BUSY_TIMEOUT_S = 30.0


class Catalogue:
    """Read and write access to one catalogue's folder.

    Items are read once and kept: a `Catalogue` is a snapshot that many threads may share.
    `replace` changes the folder in one transaction; open the catalogue again to see it.

    Raises
    ------
    CatalogueError : the folder holds no catalogue, or one of another version
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        rows, self._facts = _read_database(folder)
        self.items: tuple[Item, ...] = tuple(_to_item(row) for row in rows)
        self._by_id = {item.item_id: item for item in self.items}
        self.fingerprint = fingerprint(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._by_id

    def get(self, item_id: str) -> Item:
        """The item with this id; raises `CatalogueError` if there is none."""
        try:
            return self._by_id[item_id]
        except KeyError:
            raise CatalogueError(
                f"there is no item {item_id!r} in the catalogue {self.name!r}"
            ) from None

    def image_path(self, item: Item) -> Path:
        """Where the item's picture lies."""
        return self.folder / item.image  # an absolute path replaces the folder

    def fact(self, name: str) -> str:
        """A note stored with the catalogue, such as its description; empty if there is none."""
        return self._facts.get(name, "")


def fingerprint(items: Iterable[Item]) -> str:
    """SHA-256 over ids and picture contents: what an index depends on."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(f"{item.item_id}\0{item.image_sha256}\n".encode())
    return digest.hexdigest()


def catalogues_folder() -> Path:
    """Where the person's catalogues lie."""
    return home() / "catalogues"


def replace(folder: Path, items: Sequence[Item], facts: dict[str, str] | None = None) -> None:
    """Make `items` the catalogue's content, in one transaction.

    Whoever reads meanwhile, and whoever opens it after a kill, sees the old content or the new.
    Pictures that no item refers to any more are removed afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _connect(folder) as connection:
        connection.execute("DELETE FROM items")
        connection.execute("DELETE FROM facts")
        connection.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_to_row(item, position) for position, item in enumerate(items)),
        )
        connection.executemany("INSERT INTO facts VALUES (?, ?)", (facts or {}).items())
    remove_strays(folder, (item.image for item in items))


def store_image(folder: Path, data: bytes, suffix: str) -> tuple[str, str]:
    """Keep a picture under its content's hash.

    It may reach the disk later than this returns.

    Returns
    -------
    image : path relative to the catalogue's folder
    image_sha256 : of `data`
    """
    digest = hashlib.sha256(data).hexdigest()
    image = f"images/{digest[:2]}/{digest}{suffix.lower()}"
    path = folder / image
    # the size tells a file that a power cut left empty from one that is whole
    if not path.exists() or path.stat().st_size != len(data):
        write_atomically(path, data, is_flushed=False)
    return image, digest


def remove(name: str) -> None:
    """Delete a catalogue with its pictures and indexes; missing ones are no error.

    Raises
    ------
    CatalogueError : it is being changed right now
    """
    folder = catalogues_folder() / check_name(name)
    if folder.exists():
        with writing(folder):
            (folder / "catalogue.db").unlink(missing_ok=True)  # first: half a catalogue is none
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)  # where an open lock cannot be deleted


def remove_strays(folder: Path, kept: Iterable[str]) -> None:
    """Delete pictures that no item refers to; `kept` are paths relative to the folder."""
    known = set(kept)
    for file in (folder / "images").glob("*/*"):
        if file.relative_to(folder).as_posix() not in known:
            file.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The right to change a catalogue; one at a time has it, and a kill gives it back.

    Raises
    ------
    CatalogueError : another one has it
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.hold(folder / "writing.lock"))
        except locks.LockHeld as error:
            raise CatalogueError(
                f"the catalogue {folder.name!r} is being changed right now: wait until that is done"
            ) from error
        yield


@contextmanager
def _connect(folder: Path) -> Iterator[sqlite3.Connection]:
    """One transaction: committed at the end, rolled back by an exception or a kill."""
    file = folder / "catalogue.db"
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            _check_version(connection, file)
            with connection:
                yield connection
    except sqlite3.Error as error:
        raise CatalogueError(f"{file} cannot be written: {error}") from error


def _check_version(connection: sqlite3.Connection, file: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        # IF NOT EXISTS: another process may have made the tables since the version was read
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
    elif version != SCHEMA_VERSION:
        raise CatalogueError(
            f"{file} has format {version}; this version reads {SCHEMA_VERSION}: import it again"
        )


def _read_database(folder: Path) -> tuple[list[sqlite3.Row], dict[str, str]]:
    file = folder / "catalogue.db"
    if not file.exists():
        raise CatalogueError(f"{folder} holds no catalogue")
    with _connect(folder) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM items ORDER BY position").fetchall()
        facts = {row["name"]: row["value"] for row in connection.execute("SELECT * FROM facts")}
    return rows, facts


def _to_row(item: Item, position: int) -> tuple[Any, ...]:
    return (
        item.item_id,
        item.title,
        item.category,
        item.brand,
        item.colour,
        item.material,
        item.price,
        json.dumps(item.attributes, ensure_ascii=False),
        item.image,
        item.image_sha256,
        position,
    )


def _to_item(row: sqlite3.Row) -> Item:
    values = {spec.name: row[spec.name] for spec in dataclasses.fields(Item)}
    return Item(**values | {"attributes": json.loads(row["attributes"])})
