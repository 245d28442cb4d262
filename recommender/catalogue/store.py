"""Products and their pictures: SQLite for the facts, files named by content for the pictures.

A catalogue is a folder with `catalogue.db` and `images/`. The demo catalogue refers to the
pictures in `assets/` instead of copying them.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Self

from recommender import locks, storage
from recommender.config import check_name, home, replacing, write_atomically
from recommender.errors import CatalogueError
from recommender.items import FIELDS, Item, Picture

SCHEMA_VERSION = 2
READABLE_VERSIONS = (1, SCHEMA_VERSION)  # the first one had one picture a product
SCHEMA = f"""
CREATE TABLE items (
    item_id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    brand TEXT NOT NULL,
    colour TEXT NOT NULL,
    material TEXT NOT NULL,
    price REAL,
    attributes TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX items_by_position ON items (position);
CREATE TABLE pictures (image_sha256 TEXT PRIMARY KEY, path TEXT NOT NULL);
CREATE TABLE item_pictures (
    item_id TEXT NOT NULL REFERENCES items,
    number INTEGER NOT NULL,
    image_sha256 TEXT NOT NULL REFERENCES pictures,
    PRIMARY KEY (item_id, number)
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = {SCHEMA_VERSION};
"""
FORMER_TABLES = ("items", "pictures", "item_pictures", "facts")
FINGERPRINT = "fingerprint"  # a fact that tells damage
DAMAGES = (ValueError, TypeError, LookupError)  # what rows raise that are not as they were written
BUSY_TIMEOUT_S = 30.0


class NewerCatalogue(CatalogueError):
    """A newer version of this program wrote it."""


class Catalogue:
    """Read and write access to one catalogue's folder.

    Items are read once and kept: a `Catalogue` is a snapshot that many threads may share.
    `replace` changes the folder in one transaction; open the catalogue again to see it.

    Raises
    ------
    CatalogueError : the folder holds no catalogue, or one of another version
    """

    def __init__(self, folder: Path) -> None:
        self._hold(folder, *_read_database(folder))
        if self._facts.get(FINGERPRINT, self.fingerprint) != self.fingerprint:
            raise CatalogueError(
                f"{folder / 'catalogue.db'} is damaged: its products are not those that were "
                "written; import it again"
            )

    @classmethod
    def unsaved(cls, folder: Path, items: Sequence[Item], facts: dict[str, str]) -> Self:
        """A catalogue that lies nowhere, for where a disk takes none."""
        catalogue = cls.__new__(cls)
        catalogue._hold(folder, tuple(items), facts)
        return catalogue

    def _hold(self, folder: Path, items: tuple[Item, ...], facts: dict[str, str]) -> None:
        self.folder = folder
        self.name = folder.name
        self.items, self._facts = items, facts
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
        """Path of the item's picture."""
        return self.folder / item.image  # an absolute path replaces the folder

    def picture_path(self, picture: Picture) -> Path:
        """Path of one of an item's pictures."""
        return self.folder / picture.path

    def fact(self, name: str) -> str:
        """A note stored with the catalogue, such as its description; empty if there is none."""
        return self._facts.get(name, "")


def fingerprint(items: Iterable[Item]) -> str:
    """SHA-256 over ids and picture contents: what an index depends on."""
    digest = hashlib.sha256()
    for item in items:
        hashes = "\0".join(picture.sha256 for picture in item.images)
        digest.update(f"{item.item_id}\0{hashes}\n".encode())
    return digest.hexdigest()


def catalogues_folder() -> Path:
    """Folder of the person's catalogues."""
    return home() / "catalogues"


def replace(folder: Path, items: Sequence[Item], facts: dict[str, str] | None = None) -> None:
    """Make `items` the catalogue's content, in one transaction.

    Whoever reads meanwhile, and whoever opens it after a kill, sees the old content or the new.
    Pictures that no item refers to any more are removed afterwards.
    """
    with storage.explained():
        folder.mkdir(parents=True, exist_ok=True)
    file = folder / "catalogue.db"
    if file.exists():
        with _connect(file, is_wal=True) as connection:
            _check_version(connection, file)
            _write_content(connection, items, facts or {})
    else:  # a catalogue is there with its items, or not at all
        with replacing(file) as temporary, _connect(temporary) as connection:
            _write_content(connection, items, facts or {})
    remove_strays(folder, (picture.path for item in items for picture in item.images))


def store_image(folder: Path, data: bytes, digest: str, suffix: str) -> str:
    """Keep a picture under its content's hash; returns its path relative to the folder.

    It may reach the disk later than this returns.

    Parameters
    ----------
    digest : `images.content_fingerprint` of `data`
    """
    image = f"images/{digest[:2]}/{digest}{suffix.lower()}"
    path = folder / image
    # the size tells a file that a power cut left empty from one that is whole
    if not path.exists() or path.stat().st_size != len(data):
        write_atomically(path, data, is_flushed=False)
    return image


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
def _connect(file: Path, *, is_wal: bool = False) -> Iterator[sqlite3.Connection]:
    """One transaction: committed at the end, rolled back by an exception or a kill."""
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)) as connection:
            if is_wal:
                connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
    except sqlite3.Error as error:
        if (explanation := storage.explain(error)) is not None:
            raise explanation from error
        raise CatalogueError(f"{file} cannot be written: {error}") from error


def _write_content(
    connection: sqlite3.Connection, items: Sequence[Item], facts: dict[str, str]
) -> None:
    """All tables anew, whatever version they had."""
    for table in FORMER_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in filter(str.strip, SCHEMA.split(";")):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_to_row(item, position) for position, item in enumerate(items)),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO pictures VALUES (?, ?)",
        ((each.sha256, each.path) for item in items for each in item.images),
    )
    connection.executemany(
        "INSERT INTO item_pictures VALUES (?, ?, ?)",
        (
            (item.item_id, number, each.sha256)
            for item in items
            for number, each in enumerate(item.images)
        ),
    )
    sealed = facts | {FINGERPRINT: fingerprint(items)}
    connection.executemany("INSERT INTO facts VALUES (?, ?)", sealed.items())


def _check_version(connection: sqlite3.Connection, file: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version not in READABLE_VERSIONS:
        what = "is empty" if version == 0 else f"has format {version}"
        known = " and ".join(map(str, READABLE_VERSIONS))
        if version > SCHEMA_VERSION:
            raise NewerCatalogue(
                f"{file} {what}; this version reads {known}: a newer version of this program "
                "reads it"
            )
        raise CatalogueError(f"{file} {what}; this version reads {known}: import it again")
    return version


def _read_database(folder: Path) -> tuple[tuple[Item, ...], dict[str, str]]:
    """Items and facts; nothing is written, so that a disk that is full or protected will do."""
    file = folder / "catalogue.db"
    if not file.exists():
        raise CatalogueError(f"{folder} holds no catalogue")
    error: sqlite3.Error | None = None
    # without write permission SQLite cannot share a log that others may write: then none can
    for mode in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(
                sqlite3.connect(
                    f"{file.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY_TIMEOUT_S
                )
            ) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("BEGIN")
                return _read_content(connection, _check_version(connection, file))
        except sqlite3.OperationalError as failure:
            error = failure
        except (sqlite3.Error, *DAMAGES) as failure:
            raise CatalogueError(f"{file} is damaged: {failure}; import it again") from failure
    raise CatalogueError(f"{file} cannot be read: {error}") from error


def _read_content(
    connection: sqlite3.Connection, version: int
) -> tuple[tuple[Item, ...], dict[str, str]]:
    pictures: dict[str, list[Picture]] = {}
    if version > 1:
        for row in connection.execute(
            "SELECT item_id, path, image_sha256 FROM item_pictures "
            "JOIN pictures USING (image_sha256) ORDER BY item_id, number"
        ):
            picture = Picture(path=row["path"], sha256=row["image_sha256"])
            pictures.setdefault(row["item_id"], []).append(picture)
    else:
        for row in connection.execute("SELECT item_id, image, image_sha256 FROM items"):
            picture = Picture(path=row["image"], sha256=row["image_sha256"])
            pictures[row["item_id"]] = [picture]
    items = tuple(
        _to_item(row, pictures[row["item_id"]])
        for row in connection.execute("SELECT * FROM items ORDER BY position")
    )
    facts = {row["name"]: row["value"] for row in connection.execute("SELECT * FROM facts")}
    return items, facts


def _to_row(item: Item, position: int) -> tuple[Any, ...]:
    return (
        item.item_id,
        *(getattr(item, name) for name in FIELDS),
        item.price,
        json.dumps(item.attributes, ensure_ascii=False),
        position,
    )


def _to_item(row: sqlite3.Row, pictures: Sequence[Picture]) -> Item:
    cover, *others = pictures
    return Item(
        item_id=row["item_id"],
        image=cover.path,
        image_sha256=cover.sha256,
        more_images=tuple(others),
        price=row["price"],
        attributes=json.loads(row["attributes"]),
        **{name: row[name] for name in FIELDS},
    )
