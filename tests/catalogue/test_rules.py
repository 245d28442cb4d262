"""A shop's rules: kept, undone, taken along, and obeyed wherever products are recommended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.catalogue import rules
from recommender.catalogue.rules import FILE, NO_RULES, Rules
from recommender.errors import CatalogueError
from recommender.insights.related import related
from recommender.recommend import Recommender

ASKED = "disc-red-0"
FULL = Rules(
    in_stock=True,
    hidden=("a", "b"),
    same_category=True,
    other_brands=True,
    least_similarity=0.25,
    fills_up=True,
    hidden_for={"c": ("d",)},
    pinned={"e": {1: "f", 3: "g"}},
)


def shown(recommender: Recommender, n_neighbors: int = 6) -> list[str]:
    answer = recommender.similar(ASKED, n_neighbors=n_neighbors)
    return [match.item.item_id for match in answer.matches]


def table(recommender: Recommender, n_neighbors: int = 6) -> list[str]:
    blocks = related(recommender.catalogue, recommender.index, n_neighbors)
    return [row.neighbour_id for block in blocks for row in block if row.item_id == ASKED]


def test_rules_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert rules.read(tmp_path) == NO_RULES
    rules.change(tmp_path, FULL)
    assert rules.read(tmp_path) == FULL
    assert rules.from_json(rules.to_json(FULL)) == FULL


def test_changes_are_undone_one_by_one(tmp_path: Path) -> None:
    first, second = Rules(in_stock=True), Rules(in_stock=True, hidden=("a",))
    for each in (first, first, second):
        rules.change(tmp_path, each)
    assert rules.n_undoable(tmp_path) == 2
    rules.undo(tmp_path)
    assert rules.read(tmp_path) == first
    rules.undo(tmp_path)
    rules.undo(tmp_path)
    assert rules.read(tmp_path) == NO_RULES
    assert rules.n_undoable(tmp_path) == 0


def test_two_who_change_rules_at_once_keep_both_changes(tmp_path: Path) -> None:
    rules.edit(tmp_path, lambda now: now.hiding("a"))
    rules.edit(tmp_path, lambda now: now.pinning("x", 1, "b"))
    rules.edit(tmp_path, lambda now: now.hiding("c", beside="x"))
    expected = Rules(hidden=("a",), pinned={"x": {1: "b"}}, hidden_for={"x": ("c",)})
    assert rules.read(tmp_path) == expected
    rules.edit(tmp_path, lambda now: now.showing("a").showing("c", beside="x").pinning("x", 1))
    assert rules.read(tmp_path) == NO_RULES
    assert rules.n_undoable(tmp_path) == 4


def test_who_is_hidden_has_no_place(shop_recommender: Recommender) -> None:
    hidden = "bar-green-1"
    both = Rules(hidden=(hidden,), pinned={ASKED: {1: hidden}})
    rules.change(shop_recommender.catalogue.folder, both)
    assert hidden not in shown(shop_recommender, 17) + table(shop_recommender, 17)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "rules": {}}',
        '{"version": 1, "rules": {"colour": "red"}}',
        '{"version": 1, "rules": {"least_similarity": 2}}',
        '{"version": 1, "rules": {"hidden": "abc"}}',
        '{"version": 1, "rules": {"pinned": {"a": {"0": "b"}}}}',
        '{"version": 1, "rules": {"pinned": {"a": {"x": "b"}}}}',
    ],
)
def test_what_are_no_rules_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        rules.from_json(text)
    (tmp_path / FILE).write_text(text)
    with pytest.raises(CatalogueError):
        rules.read(tmp_path)


@pytest.mark.parametrize("list_of", [shown, table], ids=["answers", "related"])
def test_answers_and_tables_obey(
    shop_recommender: Recommender, list_of: Callable[..., list[str]]
) -> None:
    folder = shop_recommender.catalogue.folder
    plain = list_of(shop_recommender)

    rules.change(folder, Rules(hidden=(plain[0],), hidden_for={ASKED: (plain[2],)}))
    expected = [each for each in list_of(shop_recommender, 6) if each not in (plain[0], plain[2])]
    assert list_of(shop_recommender)[:4] == [plain[1], *plain[3:6]] == expected[:4]
    assert len(expected) == 6

    rules.change(folder, Rules(same_category=True))
    assert {each.split("-")[0] for each in list_of(shop_recommender, 5)} == {"disc"}
    assert len(list_of(shop_recommender, 12)) == 5  # no more are there

    rules.change(folder, Rules(pinned={ASKED: {1: plain[4], 3: "bar-green-1", 2: "nothing"}}))
    found = list_of(shop_recommender)
    assert (found[0], found[2], len(found)) == (plain[4], "bar-green-1", 6)
    assert len(set(found)) == 6

    rules.change(folder, Rules(other_brands=True))
    assert list_of(shop_recommender) == []  # all are of one brand
    rules.change(folder, Rules(other_brands=True, fills_up=True))
    filled = list_of(shop_recommender)
    assert {each.split("-")[0] for each in filled} == {"disc"}

    least = shop_recommender.similarity(ASKED, plain[1])
    rules.change(folder, Rules(least_similarity=least - 1e-4))
    assert list_of(shop_recommender) == plain[:2]
    rules.undo(folder)
    assert list_of(shop_recommender) == filled


def test_photos_keep_to_what_holds_everywhere(shop_recommender: Recommender, shop: Path) -> None:
    folder = shop_recommender.catalogue.folder
    rules.change(folder, Rules(hidden=(ASKED,), same_category=True, other_brands=True))
    answer = shop_recommender.similar_to_image(shop / f"{ASKED}.png", n_neighbors=17)
    ids = [match.item.item_id for match in answer.matches]
    assert ASKED not in ids
    assert len(ids) == 17
