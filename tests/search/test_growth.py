"""An index that has grown answers as one that was made from the start, and costs less."""

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EngineUnavailable, StaleIndex
from recommender.search import growth
from recommender.search import index as indexes
from recommender.search.growth import compare, contents_of, grown, has_outgrown, new_share
from recommender.search.index import Index
from recommender.search.names import NameColumn
from recommender.search.parts import Part

Pictures = list[tuple[str, str]]
N_DIMS = 8


def embedding_of(picture: str) -> np.ndarray:
    row = np.random.default_rng(abs(int(picture, 36)) % 2**32).normal(size=N_DIMS)
    return (row / np.linalg.norm(row)).astype(np.float16)


def part_of(pictures: Pictures) -> Part:
    return Part(
        embeddings=np.array([embedding_of(picture) for _, picture in pictures]),
        errors=np.array([int(picture, 36) for _, picture in pictures], np.float32),
        names=NameColumn.of(item_id for item_id, _ in pictures),
        contents=contents_of(pictures),
    )


def make_index(pictures: Pictures, engine: str = "exact") -> Index:
    return growth.calibrated(
        indexes.of_parts(
            [part_of(pictures)],
            np.empty(0, np.int64),
            nearest_quantiles=np.zeros(101, np.float32),
            metric="cosine",
            model="m",
            catalogue="before",
            engine_name=engine,
            engine_choice=engine,
            n_fitted=len(pictures),
        )
    )


def update(base: Index, pictures: Pictures, engine: str | None = None) -> Index:
    change = compare(base, contents_of(pictures))
    fresh = [pictures[row] for row in change.fresh]
    return grown(
        base,
        change,
        part_of(fresh) if fresh else None,
        catalogue="after",
        engine=engine or base.engine_choice,
    )


@pytest.fixture
def pictures() -> Pictures:
    return [(f"item-{number}", f"a{number}") for number in range(40)]


@pytest.fixture
def changed(pictures: Pictures) -> Pictures:
    """Two are gone, one has another picture, one is new, and one has a second picture."""
    kept = [*pictures[2:10], ("item-10", "b10"), *pictures[11:]]
    return [*kept, ("item-40", "a40"), ("item-20", "c20")]


@pytest.mark.parametrize("engine", ["exact", "hnsw"])
def test_a_grown_index_answers_as_one_made_anew(
    pictures: Pictures, changed: Pictures, engine: str, tmp_path: Path
) -> None:
    indexes.save(make_index(pictures, engine), tmp_path)
    base = indexes.load(tmp_path, model="m", catalogue="before")
    indexes.save(update(base, changed), tmp_path)
    index = indexes.load(tmp_path, model="m", catalogue="after")
    anew = make_index(changed, engine)
    assert sorted(index.ids) == sorted(anew.ids)
    for item_id, picture in changed:
        query = embedding_of(picture).astype(np.float32)
        expected = [(near.item_id, near.distance) for near in anew.query(query, 9)]
        found = [(near.item_id, near.distance) for near in index.query(query, 9)]
        assert [name for name, _ in found] == [name for name, _ in expected]
        assert [far for _, far in found] == pytest.approx([far for _, far in expected], abs=1e-3)
        assert found[0][0] == item_id
        errors = [float(index.reconstruction_errors[row]) for row in index.rows(item_id)]
        assert int(picture, 36) in errors
    assert index.nearest_quantiles == pytest.approx(anew.nearest_quantiles, abs=1e-3)
    assert index.error_quantiles == pytest.approx(anew.error_quantiles)
    for gone in ("item-0", "item-1"):
        with pytest.raises(KeyError):
            index.row(gone)


def test_filters_speak_of_rows_though_some_are_gone(pictures: Pictures, changed: Pictures) -> None:
    index = update(make_index(pictures), changed)
    rows = np.array([index.row("item-5"), index.row("item-40"), index.row("item-10")])
    mask = np.zeros(len(index), np.bool_)
    mask[rows] = True
    query = embedding_of("a7").astype(np.float32)
    for allowed in (rows, mask):
        found = index.query(query, 9, allowed=allowed)
        assert {near.item_id for near in found} == {"item-5", "item-40", "item-10"}
        assert {near.row for near in found} == set(rows)


def test_an_item_with_several_pictures_comes_once_with_the_nearest(pictures: Pictures) -> None:
    several = [*pictures, *((f"item-{number}", f"z{number}") for number in range(10))]
    index = make_index(several)
    assert len(index.rows("item-3")) == 2
    found = index.query(embedding_of("z3").astype(np.float32), 40)
    assert found[0].item_id == "item-3"
    assert found[0].row == index.rows("item-3")[1]
    assert len(found) == len({near.item_id for near in found}) == 40
    left = index.query(embedding_of("z3").astype(np.float32), 40, leave_out=["item-3"])
    assert len(left) == 39


def test_what_is_on_disk_is_shared_and_not_written_again(
    pictures: Pictures, changed: Pictures, tmp_path: Path
) -> None:
    present, following = tmp_path / "present", tmp_path / "next"
    indexes.save(make_index(pictures), present)
    base = indexes.load(present, model="m", catalogue="before")
    indexes.save(update(base, changed), following)
    (first,) = present.glob("part-*")
    assert (first / "embeddings.npy").samefile(following / first.name / "embeddings.npy")
    assert len(list(following.glob("part-*"))) == 2
    # the state before answers on, and so does the new one when it is gone
    assert len(indexes.load(present, model="m", catalogue="before")) == 40
    for file in first.iterdir():
        file.unlink()
    assert len(indexes.load(following, model="m", catalogue="after")) == len(changed)


def test_a_kill_while_an_update_is_saved_leaves_the_last_good_index(
    pictures: Pictures, changed: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes.save(make_index(pictures, "hnsw"), tmp_path)
    base = indexes.load(tmp_path, model="m", catalogue="before")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(indexes, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            indexes.save(update(base, changed), tmp_path)
    left = indexes.load(tmp_path, model="m", catalogue="before")
    assert len(left.query(embedding_of("a0").astype(np.float32), 100)) == 40
    indexes.save(update(left, changed), tmp_path)  # what the kill left is swept away
    assert len(list(tmp_path.glob("part-*"))) == 2
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_many_small_updates_leave_few_parts(pictures: Pictures, tmp_path: Path) -> None:
    indexes.save(make_index(pictures), tmp_path)
    grown_by = list(pictures)
    for number in range(40, 40 + growth.MAX_PARTS + 2):
        grown_by.append((f"item-{number}", f"a{number}"))
        base = indexes.load(tmp_path, model="m", catalogue=None)
        indexes.save(update(base, grown_by), tmp_path)
    index = indexes.load(tmp_path, model="m", catalogue="after")
    assert len(index.parts) <= growth.MAX_PARTS
    assert list(index.ids) == [item_id for item_id, _ in grown_by]
    assert index.query(embedding_of("a50").astype(np.float32), 1)[0].item_id == "item-50"


def test_another_engine_needs_no_new_rows(pictures: Pictures, tmp_path: Path) -> None:
    indexes.save(make_index(pictures), tmp_path)
    base = indexes.load(tmp_path, model="m", catalogue="before")
    indexes.save(update(base, pictures, engine="hnsw"), tmp_path)
    index = indexes.load(tmp_path, model="m", catalogue="after")
    assert (index.engine_name, index.engine_choice) == ("hnsw", "hnsw")
    assert [part.folder for part in index.parts] == [part.folder for part in base.parts]
    assert index.query(embedding_of("a5").astype(np.float32), 1)[0].item_id == "item-5"


def test_an_index_is_outgrown_when_half_of_it_is_new_or_a_quarter_gone(pictures: Pictures) -> None:
    base = make_index(pictures)

    def is_outgrown(wanted: Pictures) -> bool:
        return has_outgrown(base, compare(base, contents_of(wanted)))

    more = [(f"item-{number}", f"a{number}") for number in range(40, 100)]
    assert not is_outgrown([*pictures, *more[:40]])
    assert is_outgrown([*pictures, *more[:41]])
    assert not is_outgrown(pictures[:30])
    assert is_outgrown(pictures[:29])
    assert new_share(base) == 0
    assert new_share(update(base, [*pictures, *more[:10]])) == pytest.approx(0.2)


def test_a_graph_that_is_damaged_is_made_anew_by_an_update(
    pictures: Pictures, changed: Pictures, tmp_path: Path
) -> None:
    indexes.save(make_index(pictures, "hnsw"), tmp_path)
    (graph,) = tmp_path.glob("generation-*/engine/graph.faiss")
    graph.write_bytes(b"short")
    base = indexes.load(tmp_path, model="m", catalogue="before")
    with pytest.raises(StaleIndex, match="damaged"):
        base.query(embedding_of("a5").astype(np.float32), 1)
    index = update(indexes.load(tmp_path, model="m", catalogue="before"), changed)
    assert index.query(embedding_of("a5").astype(np.float32), 1)[0].item_id == "item-5"


@pytest.mark.slow
def test_an_index_in_milvus_leaves_no_collection_behind(
    pictures: Pictures, changed: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("milvus_lite")
    address = str(tmp_path / "milvus.db")
    monkeypatch.setenv("LOOKALIKE_MILVUS", address)
    present, following = tmp_path / "present", tmp_path / "next"
    indexes.save(make_index(pictures, "milvus"), present)
    base = indexes.load(present, model="m", catalogue="before")
    indexes.save(update(base, changed), following)
    # both states share one collection, and each finds what is its own
    found = base.query(embedding_of("a0").astype(np.float32), 100)
    assert {near.item_id for near in found} == {item_id for item_id, _ in pictures}
    indexes.delete(present, successor=following)
    index = indexes.load(following, model="m", catalogue="after")
    found = index.query(embedding_of("a0").astype(np.float32), 100)
    assert {near.item_id for near in found} == {item_id for item_id, _ in changed}
    from pymilvus import MilvusClient

    client = MilvusClient(address)
    assert len(client.list_collections()) == 1
    indexes.save(update(index, changed, engine="exact"), following)
    assert client.list_collections() == []
    client.close()


def test_an_engine_that_is_away_leaves_nothing_lying_about(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOOKALIKE_MILVUS", raising=False)
    indexes.save(make_index(pictures), tmp_path)
    before = sorted(tmp_path.iterdir())
    base = indexes.load(tmp_path, model="m", catalogue="before")
    with pytest.raises(EngineUnavailable, match="LOOKALIKE_MILVUS"):
        indexes.save(update(base, pictures, engine="milvus"), tmp_path)
    assert sorted(tmp_path.iterdir()) == before
    assert len(indexes.load(tmp_path, model="m", catalogue="before")) == 40


def test_distances_are_measured_again_once_a_hundredth_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pictures = [(f"item-{number}", f"a{number}") for number in range(150)]
    indexes.save(make_index(pictures), tmp_path)
    base = indexes.load(tmp_path, model="m", catalogue="before")
    monkeypatch.setattr(growth, "calibrate_nearest", lambda *_: np.full(101, 7, np.float32))
    indexes.save(update(base, pictures[1:]), tmp_path)
    once = indexes.load(tmp_path, model="m", catalogue="after")
    assert once.n_changed == 1
    assert np.array_equal(once.nearest_quantiles, base.nearest_quantiles)
    twice = update(once, pictures[2:])
    assert twice.n_changed == 0
    assert np.all(twice.nearest_quantiles == 7)
