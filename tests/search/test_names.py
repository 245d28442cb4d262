import numpy as np
import pytest

from recommender.search import names
from recommender.search.names import Ids, NameColumn

TEXTS = ["mug-1", "Tasse ☕", "", "mug-2", "mug-1", "x" * 300]


def test_names_come_back_as_they_went_in() -> None:
    column = NameColumn.of(TEXTS)
    assert [column[row] for row in range(len(column))] == TEXTS
    assert column.find("mug-1") == [0, 4]
    assert column.find("") == [2]
    assert column.find("mug-3") == []


def test_names_with_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for shared in (7, 2**64 - 1):  # the largest too
        monkeypatch.setattr(names, "hash_of", lambda *_, shared=shared: shared)
        column = NameColumn.of(TEXTS)
        assert column.find("mug-2") == [3]
        assert column.find("mug-1") == [0, 4]


def test_ids_of_several_parts_leave_removed_rows_out() -> None:
    columns = [NameColumn.of(TEXTS[:2]), NameColumn.of([]), NameColumn.of(TEXTS[2:])]
    everything = Ids(columns)
    assert list(everything) == TEXTS
    assert everything[-1] == TEXTS[-1]
    assert everything[1:3] == TEXTS[1:3]
    assert everything.rows("mug-1") == [0, 4]
    kept = Ids(columns, np.array([1, 3, 4]))
    assert list(kept) == ["Tasse ☕", "mug-2", "mug-1"]
    assert kept.rows("mug-1") == [2]
    assert kept.rows("x" * 300) == []
    assert "" not in kept
    assert "mug-2" in kept
    with pytest.raises(IndexError, match="3 rows"):
        kept[3]


def test_ids_equal_what_they_were_made_of() -> None:
    assert Ids.of(TEXTS) == tuple(TEXTS)
    assert Ids.of(TEXTS) != tuple(TEXTS[1:])
    assert Ids.of(TEXTS) != 5
