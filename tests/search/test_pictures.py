"""Products with several pictures: each is indexed, an answer holds each product once."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from recommender.importing.importer import import_source
from recommender.insights import embedding_map, health, related
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.search.results import to_dict
from tests.conftest import COLOURS, SHAPES, draw


@pytest.fixture
def recommender(tmp_path: Path) -> Recommender:
    """Nine products with two views each: a shape, and a bar of their colour moved aside."""
    lines = ["id,image,images,title"]
    for shape in SHAPES:
        for number, colour in enumerate(COLOURS):
            name = f"{shape}-{colour}"
            draw(shape, colour).save(tmp_path / f"{name}.png")
            draw("box", colour, size_px=96, shift_px=4 + 2 * number).save(
                tmp_path / f"{name}-2.png"
            )
            lines.append(f"{name},{name}.png,{name}-2.png|{name}.png,{name}")
    (tmp_path / "feed.csv").write_text("\n".join(lines))
    report = import_source(tmp_path / "feed.csv", "shop")
    assert (report.n_items, report.n_pictures) == (9, 18)  # a picture named twice is one
    return Recommender.open("shop", ARTICLE)


def test_every_picture_has_its_row(recommender: Recommender) -> None:
    index = recommender.index
    assert len(index) == 18
    assert [len(index.rows(item.item_id)) for item in recommender.catalogue] == [2] * 9
    assert len(index.covers) == 9
    item_id = recommender.catalogue.items[4].item_id
    assert np.array_equal(
        index.covers.embeddings[index.covers.row(item_id)], index.embeddings[index.row(item_id)]
    )


def test_an_answer_holds_each_product_once_with_the_picture_that_matched(
    recommender: Recommender,
) -> None:
    catalogue = recommender.catalogue
    second = catalogue.get("disc-red").images[1]
    result = recommender.similar_to_image(catalogue.picture_path(second), n_neighbors=9)
    ids = [match.item.item_id for match in result.matches]
    assert sorted(ids) == sorted(item.item_id for item in catalogue)
    # all red products share this second view
    assert {match.item.item_id.partition("-")[2] for match in result.matches[:3]} == {"red"}
    best = result.matches[0]
    assert (best.n_image, best.image.sha256) == (1, second.sha256)
    document = to_dict(result, catalogue, model=ARTICLE, query="x", n_neighbors=9)
    assert document["matches"][0]["image"] == str(catalogue.picture_path(best.image))


def test_a_product_is_left_out_of_its_own_answer_with_all_its_pictures(
    recommender: Recommender,
) -> None:
    result = recommender.similar("disc-red", n_neighbors=9)
    assert "disc-red" not in [match.item.item_id for match in result.matches]
    assert len(result.matches) == 8


def test_what_compares_products_sees_one_picture_of_each(recommender: Recommender) -> None:
    catalogue, index = recommender.catalogue, recommender.index
    rows = [row for block in related.related(catalogue, index, 3) for row in block]
    assert len(rows) == 27
    assert all(row.item_id != row.neighbour_id for row in rows)
    assert len(embedding_map.lay_out(index).places) == 9
    for group in health.find_near_duplicates(catalogue, index, lambda first, second: True):
        first, second = group.items
        assert first.item_id != second.item_id


def test_a_changed_second_picture_makes_another_index(
    recommender: Recommender, tmp_path: Path
) -> None:
    draw("bar", "green").save(tmp_path / "disc-red-2.png")
    report = import_source(tmp_path / "feed.csv", "shop")
    assert report.counts == {"changed": 1, "unchanged": 8}
    assert Recommender.open("shop", ARTICLE).index.catalogue != recommender.index.catalogue


def test_a_changed_cover_is_the_cover_though_its_row_comes_last(
    recommender: Recommender, tmp_path: Path
) -> None:
    draw("disc", "red", shift_px=20).save(tmp_path / "disc-red.png")
    import_source(tmp_path / "feed.csv", "shop")
    updated = Recommender.open("shop", ARTICLE)
    index, item = updated.index, updated.catalogue.get("disc-red")
    assert len(index.parts) == 2  # the index has grown and was not made anew
    first, second = index.rows("disc-red")
    assert (first, index.row("disc-red")) == (17, 17)
    assert second < first
    cover = updated.encode_image(updated.catalogue.picture_path(item.images[0]))
    assert np.allclose(index.embeddings[first], cover.embedding, atol=1e-3)
    covers = index.covers
    assert len(covers) == 9
    assert np.array_equal(covers.embeddings[covers.row("disc-red")], index.embeddings[first])
    for number, picture in enumerate(item.images):
        source = updated.catalogue.picture_path(picture)
        found = {match.item.item_id: match for match in updated.similar_to_image(source).matches}
        assert found["disc-red"].n_image == number


def test_another_order_of_the_same_pictures_is_another_cover(
    recommender: Recommender, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.csv"
    before = "disc-red,disc-red.png,disc-red-2.png|disc-red.png"
    after = "disc-red,disc-red-2.png,disc-red.png"
    text = feed.read_text()
    assert before in text
    feed.write_text(text.replace(before, after))
    import_source(feed, "shop")
    index = Recommender.open("shop", ARTICLE).index
    assert index.rows("disc-red") == recommender.index.rows("disc-red")[::-1]
    assert len(index.covers) == 9


@pytest.mark.parametrize("engine", ["exact", "hnsw"])
def test_covers_are_asked_by_the_engine_of_all_pictures(
    recommender: Recommender, engine: str
) -> None:
    index = dataclasses.replace(recommender.index, engine_name=engine, engine_folder=None)
    covers = index.covers
    distances, found = covers.kneighbors(np.asarray(covers.embeddings), 9)
    rows = np.asarray(covers.embeddings)
    for number, row in enumerate(rows):
        expected = np.sort(np.linalg.norm(rows - row, axis=1))
        assert np.allclose(distances[number], expected, atol=1e-3)
        assert sorted(found[number]) == list(range(9))
    mask = np.arange(9) % 2 == 0
    for allowed in (mask, np.flatnonzero(mask)):
        _, found = covers.kneighbors(rows[:1], 9, allowed=allowed)
        assert sorted(found[0]) == [0, 2, 4, 6, 8]
