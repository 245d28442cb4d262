"""Counts the recommendations that visitors of a shop's own pages were shown, and clicked.

Nothing of a visitor is kept: no address, no cookie, no time of day. A pair of products has two
numbers, and so has a day. Both lie in a file of their own in the catalogue's folder, which an
import leaves as it is. Counting is never worth an error to a visitor: where the disk takes nothing,
nothing is counted, and a damaged file is begun anew.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from recommender import spreadsheets, storage
from recommender.catalogue.store import Catalogue
from recommender.config import write_atomically
from recommender.errors import CatalogueError, StorageError
from recommender.memo import Memo

FILE, SWITCH = "counts.db", "counts.on"
BESIDE = ("", "-journal")  # of what SQLite writes
MOST_PAIRS = 100_000
MOST_DAYS = 400
RECENT_DAYS = 30
KEPT_TABLES = 16
TIMEOUT_S = 2.0
VERSION = 1
SCHEMA = f"""
CREATE TABLE pairs (
    item_id TEXT NOT NULL,
    recommended TEXT NOT NULL,
    shown INTEGER NOT NULL,
    clicked INTEGER NOT NULL,
    latest TEXT NOT NULL,
    PRIMARY KEY (item_id, recommended)
);
CREATE TABLE days (day TEXT PRIMARY KEY, shown INTEGER NOT NULL, clicked INTEGER NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = {VERSION};
"""
BEGUN, LOST = "begun", "lost"  # facts: the day of the first count; whether a damaged file was lost
PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
PRIMARY = 0xFF  # bits of a result code of SQLite that say its kind


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Times that a product was recommended beside another, and clicked there.

    Attributes
    ----------
    item_id : of the product whose page it was
    recommended : id of the product that was shown there
    """

    item_id: str
    recommended: str
    shown: int
    clicked: int

    @property
    def share(self) -> float | None:
        """Clicks by showings; None where nothing was shown."""
        return self.clicked / self.shown if self.shown else None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of a catalogue's recommendations.

    Attributes
    ----------
    pairs : those with the most clicks first
    n_pairs : of all pairs
    shown, clicked : in all
    recently_shown, recently_clicked : in the last `RECENT_DAYS` days
    begun : day of the first count; empty where nothing was counted
    is_lost : whether earlier counts were damaged, and lost
    is_damaged : whether the file cannot be read; the next visit begins it anew
    """

    pairs: tuple[Pair, ...] = ()
    n_pairs: int = 0
    shown: int = 0
    clicked: int = 0
    recently_shown: int = 0
    recently_clicked: int = 0
    begun: str = ""
    is_lost: bool = False
    is_damaged: bool = False


def is_on(folder: Path) -> bool:
    """Return whether the owner of a catalogue wants its recommendations counted; off at first."""
    return (folder / SWITCH).exists()


def switch(folder: Path, *, on: bool) -> None:
    """Begin to count, or stop; what was counted stays."""
    if on:
        write_atomically(folder / SWITCH, b"")
    else:
        with storage.explained():
            (folder / SWITCH).unlink(missing_ok=True)


def record(
    folder: Path,
    item_id: str,
    shown: Sequence[str] = (),
    clicked: Sequence[str] = (),
    today: date | None = None,
) -> int:
    """Count what was shown and clicked beside a product.

    Returns
    -------
    n_counted : numbers that grew; 0 where the owner, or the disk, does not want it
    """
    if not is_on(folder) or not (shown or clicked):
        return 0
    day = today or datetime.now(UTC).date()
    try:
        try:
            _add(folder, item_id, shown, clicked, day, is_lost=False)
        except sqlite3.Error as error:
            if not _is_damage(error):
                return 0
            begin_anew(folder)
            _add(folder, item_id, shown, clicked, day, is_lost=True)
    except (sqlite3.Error, OSError, StorageError):
        return 0
    return len(shown) + len(clicked)


def begin_anew(folder: Path) -> None:
    """Forget all counts."""
    with storage.explained():
        for ending in BESIDE:
            (folder / f"{FILE}{ending}").unlink(missing_ok=True)


def read(folder: Path, most_pairs: int) -> Counts:
    """Return a catalogue's counts, with its most clicked pairs.

    Raises
    ------
    CatalogueError : they cannot be read at the moment
    """
    file = folder / FILE
    try:
        found = file.stat()
    except OSError:
        return Counts()
    key = (file, found.st_mtime_ns, found.st_ino, most_pairs)
    return _tables.get(key, lambda: _read(file, most_pairs))


def to_csv(catalogue: Catalogue) -> bytes:
    """Return all counts of a catalogue as a CSV file."""
    rows = (
        (
            pair.item_id,
            _title(catalogue, pair.item_id),
            pair.recommended,
            _title(catalogue, pair.recommended),
            pair.shown,
            pair.clicked,
            "" if pair.share is None else round(pair.share, 4),
        )
        for pair in read(catalogue.folder, MOST_PAIRS).pairs
    )
    header = ("product", "name", "recommended", "recommended name", "shown", "clicked", "share")
    return spreadsheets.to_csv(header, rows).encode()


def _title(catalogue: Catalogue, item_id: str) -> str:
    return catalogue.get(item_id).title if item_id in catalogue else ""


_tables: Memo[tuple[Path, int, int, int], Counts] = Memo(KEPT_TABLES)


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether a file cannot be read any more, rather than now or by this program."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & PRIMARY
    return storage.explain(error) is None and code not in PASSING


def _add(
    folder: Path,
    item_id: str,
    shown: Sequence[str],
    clicked: Sequence[str],
    day: date,
    *,
    is_lost: bool,
) -> None:
    added = [(each, 1, 0) for each in shown] + [(each, 0, 1) for each in clicked]
    with _open(f"{(folder / FILE).absolute().as_uri()}?mode=rwc") as connection:
        # a power cut may cost the latest counts, but not the file
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, day, is_lost=is_lost)
        before = connection.total_changes
        connection.executemany(
            "INSERT OR IGNORE INTO pairs VALUES (?, ?, 0, 0, '')",
            [(item_id, each) for each, *_ in added],
        )
        is_new = connection.total_changes > before
        connection.executemany(
            "UPDATE pairs SET shown = shown + ?, clicked = clicked + ?, latest = ?"
            " WHERE item_id = ? AND recommended = ?",
            [(n_shown, n_clicked, f"{day}", item_id, each) for each, n_shown, n_clicked in added],
        )
        connection.execute("INSERT OR IGNORE INTO days VALUES (?, 0, 0)", (f"{day}",))
        connection.execute(
            "UPDATE days SET shown = shown + ?, clicked = clicked + ? WHERE day = ?",
            (len(shown), len(clicked), f"{day}"),
        )
        oldest = day - timedelta(days=MOST_DAYS)
        connection.execute("DELETE FROM days WHERE day < ?", (f"{oldest}",))
        if is_new:
            _drop_least_used(connection)
        connection.execute("COMMIT")


def _prepare(connection: sqlite3.Connection, day: date, *, is_lost: bool) -> None:
    """Make the tables of a new file; raises `sqlite3.DatabaseError` for a file of another kind."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise sqlite3.DatabaseError("these are no counts")
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    facts = [(BEGUN, f"{day}"), *([(LOST, "1")] if is_lost else [])]
    connection.executemany("INSERT INTO facts VALUES (?, ?)", facts)


def _drop_least_used(connection: sqlite3.Connection) -> None:
    """Keep the number of pairs bounded; a tenth goes at once, so that new ones can grow."""
    (n_pairs,) = connection.execute("SELECT count(*) FROM pairs").fetchone()
    if n_pairs > MOST_PAIRS:
        connection.execute(
            "DELETE FROM pairs WHERE rowid IN"
            " (SELECT rowid FROM pairs ORDER BY clicked, shown, latest LIMIT ?)",
            (n_pairs - MOST_PAIRS * 9 // 10,),
        )


def _read(file: Path, most_pairs: int) -> Counts:
    try:
        with _open(f"{file.absolute().as_uri()}?mode=ro") as connection:
            return _read_tables(connection, most_pairs)
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise storage.explain(error) or CatalogueError(
                "the counts are being written: look again in a moment"
            ) from error
    except (TypeError, ValueError):  # numbers that are none
        pass
    return Counts(is_damaged=True)


def _read_tables(connection: sqlite3.Connection, most_pairs: int) -> Counts:
    recent = datetime.now(UTC).date() - timedelta(days=RECENT_DAYS)
    facts = dict(connection.execute("SELECT name, value FROM facts"))
    n_pairs, shown, clicked = connection.execute(
        "SELECT count(*), total(shown), total(clicked) FROM pairs"
    ).fetchone()
    recently = connection.execute(
        "SELECT total(shown), total(clicked) FROM days WHERE day > ?", (f"{recent}",)
    ).fetchone()
    pairs = connection.execute(
        "SELECT item_id, recommended, shown, clicked FROM pairs"
        " ORDER BY clicked DESC, shown DESC, item_id, recommended LIMIT ?",
        (most_pairs,),
    )
    return Counts(
        pairs=tuple(
            Pair(item_id=item_id, recommended=other, shown=int(shown), clicked=int(clicked))
            for item_id, other, shown, clicked in pairs
        ),
        n_pairs=n_pairs,
        shown=int(shown),
        clicked=int(clicked),
        recently_shown=int(recently[0]),
        recently_clicked=int(recently[1]),
        begun=facts.get(BEGUN, ""),
        is_lost=LOST in facts,
    )


@contextlib.contextmanager
def _open(address: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(address, uri=True, timeout=TIMEOUT_S, isolation_level=None)
    with closing(connection):
        yield connection
