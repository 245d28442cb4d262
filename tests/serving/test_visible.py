"""Sentences without the server's paths."""

from pathlib import Path

import pytest

from recommender.config import ASSETS, home
from recommender.serving.visible import without_paths


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
