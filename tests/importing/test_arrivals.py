"""Visitors' files on their way into an import."""

import io
import os
import shutil
from pathlib import Path

import pytest

from recommender.config import home, write_json
from recommender.importing import arrivals, jobs


def test_a_file_on_the_same_disk_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "waiting"
    file.write_bytes(b"zip")
    path = arrivals.adopt("shop", "Mine.ZIP", file)
    assert (path.read_bytes(), path.suffix, file.exists()) == (b"zip", ".zip", False)


def test_a_full_disk_keeps_no_half(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_source: object, target: io.BufferedWriter, _size: int) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fill)
    with pytest.raises(OSError, match="No space"):
        arrivals.receive("shop", "a.zip", io.BytesIO(b"whole"))
    assert not list((home() / "jobs" / "shop").iterdir())


def test_what_no_import_names_is_removed_at_the_next_start() -> None:
    paths = [arrivals.receive("shop", "a.zip", io.BytesIO(b"zip")) for _ in range(3)]
    named, abandoned, fresh = paths
    folder = home() / "jobs" / "shop"
    order = jobs.Order(name="shop", source=str(named), model="article", is_upload=True)
    write_json(folder / "order.json", order.to_dict())
    for path in (named, abandoned):
        os.utime(path.parent, (0, 0))
    arrivals.drop_abandoned()
    assert [path.exists() for path in (named, abandoned, fresh)] == [True, False, True]
