"""Counts of recommendations: kept, bounded, and never in a visitor's way."""

import os
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.importing.importer import import_source
from recommender.insights import counts
from recommender.insights.counts import Counts, Pair

TODAY = datetime.now(UTC).date()
LONG_AGO = date(2024, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counts.switch(tmp_path, on=True)
    return tmp_path


def everything(folder: Path) -> Counts:
    return counts.read(folder, counts.MOST_PAIRS)


def test_nothing_is_counted_unless_the_owner_wants_it(tmp_path: Path) -> None:
    assert counts.record(tmp_path, "a", ["b"]) == 0
    assert list(tmp_path.iterdir()) == []
    counts.switch(tmp_path, on=True)
    assert counts.record(tmp_path, "a", ["b"]) == 1
    counts.switch(tmp_path, on=False)
    assert counts.record(tmp_path, "a", ["b"]) == 0
    assert everything(tmp_path).shown == 1


def test_pairs_and_days_are_added_up(folder: Path) -> None:
    assert everything(folder) == Counts()
    assert counts.record(folder, "a", ["b", "c"], today=TODAY) == 2
    assert counts.record(folder, "a", ["b"], ["c"], today=TODAY) == 2
    counts.record(folder, "a", ["b"], ["b"], today=TODAY - timedelta(days=40))
    found = everything(folder)
    assert found.pairs == (
        Pair(item_id="a", recommended="b", shown=3, clicked=1),
        Pair(item_id="a", recommended="c", shown=1, clicked=1),
    )
    assert (found.n_pairs, found.shown, found.clicked) == (2, 4, 2)
    assert (found.recently_shown, found.recently_clicked) == (3, 1)
    assert found.begun == f"{TODAY}"
    assert found.pairs[0].share == pytest.approx(1 / 3)
    assert len(counts.read(folder, 1).pairs) == 1
    counts.begin_anew(folder)
    assert everything(folder) == Counts()


def test_nothing_of_a_visitor_is_kept(folder: Path) -> None:
    counts.record(folder, "a", ["b"], ["b"])
    with sqlite3.connect(folder / counts.FILE) as connection:
        columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        }
    connection.close()
    assert columns == {
        "pairs": ["item_id", "recommended", "shown", "clicked", "latest"],
        "days": ["day", "shown", "clicked"],
        "facts": ["name", "value"],
    }


def test_the_least_used_go_when_there_are_too_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MOST_PAIRS", 20)
    counts.record(folder, "a", ["clicked"], ["clicked"], today=LONG_AGO)
    counts.record(folder, "a", ["shown twice"], today=LONG_AGO)
    counts.record(folder, "a", ["shown twice", "shown once"], today=LONG_AGO)
    counts.record(folder, "b", [f"{number}" for number in range(18)], today=TODAY)
    found = everything(folder)
    assert found.n_pairs == 18
    kept = {pair.recommended for pair in found.pairs}
    assert {"clicked", "shown twice"} < kept
    assert "shown once" not in kept
    with sqlite3.connect(folder / counts.FILE) as connection:
        assert connection.execute("SELECT day FROM days").fetchall() == [(f"{TODAY}",)]
    connection.close()


@pytest.mark.parametrize("damage", ["text", "middle", "another kind"])
def test_a_damaged_file_is_said_and_begun_anew(folder: Path, damage: str) -> None:
    counts.record(folder, "a", [f"{number}" for number in range(2000)])
    file = folder / counts.FILE
    if damage == "another kind":
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE others (name TEXT)")
        connection.close()
    else:
        content = file.read_bytes()
        start = 0 if damage == "text" else 4096
        file.write_bytes(content[:start] + b"?" * (len(content) - start))
    assert everything(folder).is_damaged
    assert counts.record(folder, "a", ["b"]) == 1
    found = everything(folder)
    assert (found.shown, found.is_damaged, found.is_lost) == (1, False, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is protected from root")
def test_a_protected_folder_counts_nothing(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        assert counts.record(folder, "a", ["b"]) == 0
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY]
)
def test_a_disk_that_takes_nothing_is_no_error_and_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    counts.record(folder, "a", ["b"])

    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("no")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(counts, "_add", refuse)
        assert counts.record(folder, "a", ["b"]) == 0
    assert everything(folder).shown == 1


def test_an_import_leaves_them_and_a_spreadsheet_runs_nothing(shop: Path) -> None:
    columns = {"image": "file", "category": "kind", "brand": "maker"}
    import_source(shop, "shop", column_map=columns)
    folder = catalogues_folder() / "shop"
    counts.switch(folder, on=True)
    counts.record(folder, "disc-red-0", ["disc-red-1", "=gone()"], ["disc-red-1"])
    import_source(shop, "shop", column_map=columns)
    assert counts.is_on(folder)
    table = counts.to_csv(open_catalogue("shop")).decode().splitlines()
    assert table == [
        "product,name,recommended,recommended name,shown,clicked,share",
        "disc-red-0,red disc,disc-red-1,red disc,1,1,1.0",
        "disc-red-0,red disc,'=gone(),,1,0,0.0",
    ]
