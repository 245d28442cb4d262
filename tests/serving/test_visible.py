"""Sentences without the server's paths."""

from pathlib import Path

import pytest

from recommender.config import ASSETS, home
from recommender.serving.visible import without_commands, without_paths


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("/etc/passwd cannot be read", "passwd cannot be read"),
        ("there is no picture at /usr/share/shop/mug.jpg", "there is no picture at mug.jpg"),
        ("there is nothing at /api/items/x; see /api", None),
        ("see https://shop.example/usr/mug.jpg", None),
        ("1/2 of tmp/x", None),
        (f"/{'9' * 400}/x is not there", None),
    ],
)
def test_paths_are_shortened_and_addresses_stay(sentence: str, expected: str | None) -> None:
    assert without_paths(sentence) == (expected or sentence)


def test_the_programs_own_folders_are_left_out(tmp_path: Path) -> None:
    for folder in (home(), ASSETS, tmp_path):
        told = without_paths(f"{folder / 'catalogues' / 'shop' / 'catalogue.db'} is damaged")
        assert str(folder) not in told
        assert told.endswith("catalogues/shop/catalogue.db is damaged")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "there is no catalogue 'x'; available: demo. "
            "Make one with: python -m recommender import SOURCE --name x",
            "there is no catalogue 'x'; available: demo.",
        ),
        ("there is no map in x: run python -m recommender map", "there is no map in x"),
        ("it needs FAISS: pip install faiss-cpu", "it needs FAISS"),
        ("only: a sentence. And another", None),
    ],
)
def test_commands_are_left_out(sentence: str, expected: str | None) -> None:
    assert without_commands(sentence) == (expected or sentence)
