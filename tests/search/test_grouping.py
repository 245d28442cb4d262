import csv
from pathlib import Path

import pytest

from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.search import near_duplicates
from recommender.search.grouping import DuplicateGrouper
from recommender.search.near_duplicates import Difference, Sketch
from tests.conftest import draw


@pytest.fixture
def doubled(tmp_path: Path) -> Recommender:
    """A red disc, its copy saved again, one that the shop calls crimson, and other things."""
    red = draw("disc", "red")
    red.save(tmp_path / "red.png")
    red.save(tmp_path / "again.jpg", quality=95, subsampling=0)
    red.save(tmp_path / "crimson.jpg", quality=96, subsampling=0)
    draw("disc", "blue").save(tmp_path / "blue.png")
    for shape in ("box", "bar"):
        for colour in ("red", "green", "blue"):
            draw(shape, colour).save(tmp_path / f"{shape}-{colour}.png")
    colours = {"red": "red", "again": "red", "crimson": "crimson"}
    with (tmp_path / "feed.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "image", "colour"])
        for file in sorted([*tmp_path.glob("*.png"), *tmp_path.glob("*.jpg")]):
            writer.writerow([file.stem, file.name, colours.get(file.stem, "")])
        writer.writerow(["red-twice", "red.png", "scarlet"])
    import_source(tmp_path, "doubled")
    return Recommender.open("doubled", ARTICLE)


def test_near_identical_products_are_one_match(doubled: Recommender) -> None:
    plain = doubled.similar("blue", n_neighbors=6)
    grouped = doubled.similar("blue", n_neighbors=6, group_duplicates=True)
    assert len(grouped.matches) == 6
    assert not any(match.near_identical for match in plain.matches)
    behind = {
        frozenset([match.item.item_id, *(item.item_id for item in match.near_identical)])
        for match in grouped.matches
        if match.near_identical
    }
    assert any({"red", "again"} <= group for group in behind)
    assert not any({"red", "crimson"} <= group for group in behind)


def test_variants_stay_apart(doubled: Recommender) -> None:
    groups = DuplicateGrouper(doubled.catalogue, doubled.index).group(
        ["red", "crimson", "blue", "box-red"]
    )
    assert [len(group) for group in groups] == [1, 1, 1, 1]


def test_one_file_is_one_picture_whatever_the_shop_says(doubled: Recommender) -> None:
    groups = DuplicateGrouper(doubled.catalogue, doubled.index).group(["red", "red-twice"])
    assert groups == [["red", "red-twice"]]


def test_the_pixels_of_a_pair_are_compared_once_and_for_ever(
    doubled: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    compare = near_duplicates.compare

    def counted(first: Sketch, second: Sketch) -> Difference:
        compared.append(1)
        return compare(first, second)

    monkeypatch.setattr(near_duplicates, "compare", counted)
    for _ in range(2):  # the second one is the same shop after another start
        grouper = DuplicateGrouper(doubled.catalogue, doubled.index)
        assert grouper.is_same("red", "again")
        assert grouper.is_same("again", "red")
        assert not grouper.is_same("red", "box-red")
    assert len(compared) == 2


def test_a_damaged_file_of_verdicts_costs_no_more_than_a_comparison(doubled: Recommender) -> None:
    assert DuplicateGrouper(doubled.catalogue, doubled.index).is_same("red", "again")
    (file,) = doubled.catalogue.folder.glob("verdicts-*")
    whole = file.read_text()
    for damaged in (whole[:20], whole.replace("1", "?"), "\xff\n\n1\n", whole.strip()):
        file.write_text(damaged)
        assert DuplicateGrouper(doubled.catalogue, doubled.index).is_same("red", "again")


def test_a_picture_that_vanished_is_like_none(doubled: Recommender) -> None:
    doubled.catalogue.image_path(doubled.catalogue.get("again")).unlink()
    grouper = DuplicateGrouper(doubled.catalogue, doubled.index)
    assert grouper.group(["again", "red"]) == [["again"], ["red"]]
    assert grouper.group([]) == []
