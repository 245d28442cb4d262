"""Disks that are full or protected: what is only kept for later is left, the rest is a sentence."""

import errno
import io
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recommender import storage
from recommender.catalogue.registry import available_catalogues, open_catalogue
from recommender.config import home, write_json
from recommender.errors import StorageError
from recommender.importing.importer import import_source
from recommender.insights.embedding_map import open_map
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.search.build import index_folders

MAP = {"image": "file"}


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes, as on a disk without space.

    For a block and not for a whole test: pytest's own output may go to a file.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home where nothing can be made, for root as well."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "file" / "home"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_errors_of_a_disk_become_one_sentence(number: int, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, storage.explained():
        raise OSError(number, "x", str(tmp_path))
    assert str(tmp_path) not in str(caught.value)


def test_other_errors_pass() -> None:
    with pytest.raises(FileNotFoundError), storage.explained():
        Path("/nowhere").read_bytes()
    with pytest.raises(sqlite3.OperationalError), storage.explained():
        sqlite3.connect(":memory:").execute("SELECT * FROM nothing")
    with pytest.raises(io.UnsupportedOperation), storage.explained():
        io.BytesIO().fileno()


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    write_json(file, {"a": 1})
    with full_disk(), pytest.raises(StorageError, match="no space is left"):
        write_json(file, {"a": "x" * 1000})
    assert file.read_text() == '{\n  "a": 1\n}\n'
    assert list(tmp_path.iterdir()) == [file]


def test_an_index_is_built_in_memory_where_the_disk_is_full(shop: Path) -> None:
    import_source(shop, "shop", column_map=MAP)
    with full_disk():
        opened = Recommender.open("shop", ARTICLE)
        assert len(opened.similar(opened.index.ids[0], n_neighbors=3).matches) == 3
        folders = index_folders(opened.catalogue, opened.model)
        assert len(open_map(opened.index, folders).places) == 18
    assert not [file for folder in folders for file in folder.glob("*")]


def test_an_import_into_a_full_disk_is_one_sentence(shop: Path) -> None:
    with full_disk(), pytest.raises(StorageError, match="disk"):
        import_source(shop, "shop", column_map=MAP)
    assert available_catalogues() == ["demo"]


def test_the_demo_answers_without_a_place_to_write(no_home: None) -> None:
    demo = open_catalogue("demo")
    assert len(demo) > 1000
    assert not home().exists()
    opened = Recommender.open("demo")
    assert opened.similar(demo.items[0].item_id, n_neighbors=1).matches
