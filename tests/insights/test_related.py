import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from recommender.catalogue.filters import ItemFilter
from recommender.errors import CatalogueError
from recommender.insights import related
from recommender.insights.related import Row
from recommender.recommend import Recommender

N_NEIGHBORS = 4


def table(recommender: Recommender, k: int = N_NEIGHBORS, **filters: Any) -> list[Row]:
    blocks = related.related(recommender.catalogue, recommender.index, k, ItemFilter(**filters))
    return [row for block in blocks for row in block]


def test_it_says_what_single_queries_say(shop_recommender: Recommender) -> None:
    rows = table(shop_recommender)
    assert len(rows) == len(shop_recommender.catalogue) * N_NEIGHBORS
    for item in shop_recommender.catalogue:
        own = [row for row in rows if row.item_id == item.item_id]
        matches = shop_recommender.similar(item.item_id, n_neighbors=N_NEIGHBORS).matches
        assert [row.rank for row in own] == [1, 2, 3, 4]
        assert [row.neighbour_id for row in own] == [match.item.item_id for match in matches]
        assert [row.similarity for row in own] == pytest.approx(
            [match.similarity for match in matches], abs=1e-5
        )


def test_small_blocks_change_nothing(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = table(shop_recommender, same=["category"])
    monkeypatch.setattr(related, "BLOCK", 5)
    monkeypatch.setattr(related, "MAX_CELLS", 20)
    parts = table(shop_recommender, same=["category"])
    assert [row[:3] for row in parts] == [row[:3] for row in whole]
    assert np.allclose([row.similarity for row in parts], [row.similarity for row in whole])


def test_filters_leave_as_many_as_there_are(shop_recommender: Recommender) -> None:
    catalogue = shop_recommender.catalogue
    for row in table(shop_recommender, same=["category"]):
        assert catalogue.get(row.item_id).category == catalogue.get(row.neighbour_id).category
    assert len(table(shop_recommender, same=["category"])) == 18 * N_NEIGHBORS
    assert len(table(shop_recommender, k=12, same=["category"])) == 18 * 5  # a kind has six
    assert len(table(shop_recommender, k=15, different=["category"])) == 18 * 12
    assert table(shop_recommender, different=["brand"]) == []  # all are Acme's
    assert len(table(shop_recommender, same=["season", "brand"])) == 18 * N_NEIGHBORS
    # nobody says a material: that is no sameness to be avoided
    assert len(table(shop_recommender, different=["material"])) == 18 * N_NEIGHBORS


@pytest.mark.parametrize(
    "chosen",
    [
        {"same": ["category", "season"]},
        {"different": ["category"]},
        {"different": ["brand"]},
        {"different": ["colour"]},
        {"categories": ["disc", "bar"], "different": ["category"]},
    ],
)
def test_columns_mean_what_they_mean_to_a_single_query(
    shop_recommender: Recommender, chosen: dict[str, Any]
) -> None:
    filters = ItemFilter(**chosen)
    rows = table(shop_recommender, k=7, **chosen)
    for item in shop_recommender.catalogue:
        own = [row.neighbour_id for row in rows if row.item_id == item.item_id]
        matches = shop_recommender.similar(item.item_id, n_neighbors=7, filters=filters).matches
        assert own == [match.item.item_id for match in matches]


def test_an_unknown_column_is_named(shop_recommender: Recommender) -> None:
    with pytest.raises(CatalogueError, match=r"has a column 'weight'; there are: .*season"):
        table(shop_recommender, same=["weight"])


def test_both_formats_hold_the_same(
    shop_recommender: Recommender, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    files = [tmp_path / "new" / "related.csv", tmp_path / "related.parquet"]
    for file in files:
        arguments = ("--catalogue", "shop", "--model", "article", "-k", 3, "--same", "category")
        status, out, err = run("related", *arguments, "--out", file)
        assert status == 0, err
        assert "54 rows" in out
    with files[0].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    table = pq.read_table(files[1]).to_pylist()
    assert list(rows[0]) == list(table[0]) == ["item_id", "neighbour_id", "rank", "similarity"]
    for text, exact in zip(rows, table, strict=True):
        assert text["neighbour_id"] == exact["neighbour_id"]
        assert float(text["similarity"]) == pytest.approx(exact["similarity"], abs=1e-6)


def test_a_failure_leaves_the_old_table(tmp_path: Path) -> None:
    file = tmp_path / "related.csv"
    file.write_text("old")

    def broken() -> Iterator[list[Row]]:
        yield [Row("a", "b", 1, 0.5)]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        related.write(broken(), file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"must end in \.csv or \.parquet"):
        related.write([], tmp_path / "related.xlsx")
