"""Looking into a large file in a process of its own."""

import io
import sys
from pathlib import Path

import pytest

from recommender.errors import CatalogueError
from recommender.feeds import looking
from recommender.feeds.looking import look_into_file
from recommender.feeds.sources import look_into
from tools.fuzz import corpus


@pytest.mark.parametrize("name", ["shop \ud800\0.csv", "pictures.zip"])
def test_it_answers_as_the_reader_does(tmp_path: Path, name: str) -> None:
    data = corpus.TABLE.encode() if name.endswith("csv") else corpus.zips()[0]
    (tmp_path / "waiting").write_bytes(data)
    assert look_into_file(tmp_path / "waiting", name) == look_into(name, io.BytesIO(data))


def test_what_cannot_be_read_keeps_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "waiting").write_bytes(b"hello")
    with pytest.raises(CatalogueError, match=r"damaged or no zip"):
        look_into_file(tmp_path / "waiting", "a.zip")


def test_a_process_that_dies_or_takes_too_long_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "waiting").write_bytes(b"id,image\n")
    monkeypatch.setattr(looking, "PATIENCE_S", 0.0)
    with pytest.raises(CatalogueError, match="too large to be read here"):
        look_into_file(tmp_path / "waiting", "a.csv")
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CatalogueError, match="too large to be read here"):
        look_into_file(tmp_path / "waiting", "a.csv")
