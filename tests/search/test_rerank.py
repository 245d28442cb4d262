from collections.abc import Sequence

import numpy as np
import pytest

from recommender.catalogue.filters import ItemFilter
from recommender.errors import CatalogueError
from recommender.recommend import Recommender
from recommender.search.calibration import calibrate_nearest
from recommender.search.index import Index
from recommender.search.rerank import Reranking, maximal_marginal_relevance, search


def make_index(embeddings: np.ndarray) -> Index:
    rows = np.arange(len(embeddings))
    return Index(
        ids=tuple(f"item-{row}" for row in rows),
        embeddings=embeddings,
        reconstruction_errors=np.zeros(len(rows), np.float32),
        nearest_quantiles=calibrate_nearest(embeddings),
        metric="cosine",
        model="model",
        catalogue="catalogue",
    )


@pytest.fixture
def index(rng: np.random.Generator) -> Index:
    embeddings = rng.normal(size=(300, 16)).astype(np.float32)
    return make_index(embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True))


def test_without_filters_the_nearest_come_first(index: Index) -> None:
    query = np.asarray(index.embeddings[7])
    groups = search(index, query, 12, Reranking(), leave_out=["item-7"])
    assert [group[0] for group in groups] == index.query(query, 12, leave_out=["item-7"])


@pytest.mark.parametrize("diversity", [0.0, 0.4])
def test_rare_filters_still_give_as_many_as_asked_for(index: Index, diversity: float) -> None:
    def accepts(item_id: str) -> bool:
        return int(item_id.removeprefix("item-")) % 20 == 3

    groups = search(
        index, np.asarray(index.embeddings[3]), 9, Reranking(diversity=diversity, accepts=accepts),
        leave_out=["item-3"],
    )  # fmt: skip
    found = [group[0].item_id for group in groups]
    assert len(set(found)) == 9
    assert all(map(accepts, found))
    assert "item-3" not in found
    everything = search(index, np.asarray(index.embeddings[3]), 99, Reranking(accepts=accepts))
    assert len(everything) == 15  # there are no more


def test_grouped_items_do_not_count_as_answers(index: Index) -> None:
    def group(item_ids: Sequence[str]) -> list[list[str]]:
        return [list(item_ids[at : at + 3]) for at in range(0, len(item_ids), 3)]

    groups = search(index, np.asarray(index.embeddings[0]), 10, Reranking(group=group))
    assert len(groups) == 10
    assert all(len(group) == 3 for group in groups)


def test_diversity_by_hand() -> None:
    relevance = np.array([0.9, 0.85, 0.5])
    among = np.array([[1, 0.95, 0.1], [0.95, 1, 0.2], [0.1, 0.2, 1]])
    # 0.5 * 0.85 - 0.5 * 0.95 < 0.5 * 0.5 - 0.5 * 0.1
    assert maximal_marginal_relevance(relevance, among.__getitem__, 3, 0.5) == [0, 2, 1]
    assert maximal_marginal_relevance(relevance, among.__getitem__, 2, 0.0) == [0, 1]


def test_diversity_makes_an_answer_less_alike(index: Index) -> None:
    def alikeness(diversity: float) -> float:
        groups = search(index, np.asarray(index.embeddings[1]), 12, Reranking(diversity=diversity))
        rows = [index.row(group[0].item_id) for group in groups]
        return float((index.embeddings[rows] @ index.embeddings[rows].T).mean())

    assert alikeness(0.0) > alikeness(0.3) > alikeness(0.8)


def test_a_recommender_respects_filters(shop_recommender: Recommender) -> None:
    result = shop_recommender.similar(
        "disc-red-0", n_neighbors=6, filters=ItemFilter(categories=["box"])
    )
    assert [match.item.category for match in result.matches] == ["box"] * 6
    assert (
        shop_recommender.similar(
            "disc-red-0", n_neighbors=6, filters=ItemFilter(different=["brand"])
        ).matches
        == ()
    )
    same = shop_recommender.similar(
        "disc-red-0", n_neighbors=9, filters=ItemFilter(same=["category"])
    )
    assert len(same.matches) == 5  # all other discs
    with pytest.raises(CatalogueError, match="diversity"):
        shop_recommender.similar("disc-red-0", diversity=1.5)


def test_confidence_does_not_depend_on_filters(shop_recommender: Recommender) -> None:
    plain = shop_recommender.similar("disc-red-0", n_neighbors=3)
    other = shop_recommender.similar(
        "disc-red-0", n_neighbors=3, filters=ItemFilter(categories=["bar"])
    )
    assert other.confidence == plain.confidence


def test_diversity_beyond_its_range_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="diversity"):
        Reranking(diversity=-0.1)
