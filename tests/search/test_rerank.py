import numpy as np
import pytest

from recommender.catalogue.filters import Wishes
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


def test_without_wishes_the_nearest_come_first(index: Index) -> None:
    query = np.asarray(index.embeddings[7])
    groups = search(index, query, 12, Reranking(), leave_out=["item-7"])
    assert [group[0] for group in groups] == index.query(query, 12, leave_out=["item-7"])


@pytest.mark.parametrize("variety", [0.0, 0.4])
def test_rare_wishes_still_give_as_many_as_asked_for(index: Index, variety: float) -> None:
    def accepts(item_id: str) -> bool:
        return int(item_id.removeprefix("item-")) % 20 == 3

    groups = search(
        index, np.asarray(index.embeddings[3]), 9, Reranking(variety=variety, accepts=accepts),
        leave_out=["item-3"],
    )  # fmt: skip
    found = [group[0].item_id for group in groups]
    assert len(set(found)) == 9
    assert all(map(accepts, found))
    assert "item-3" not in found
    everything = search(index, np.asarray(index.embeddings[3]), 99, Reranking(accepts=accepts))
    assert len(everything) == 15  # there are no more


def test_folded_items_do_not_count_as_answers(index: Index) -> None:
    def fold(item_ids: list[str]) -> list[list[str]]:
        return [list(item_ids[at : at + 3]) for at in range(0, len(item_ids), 3)]

    groups = search(index, np.asarray(index.embeddings[0]), 10, Reranking(fold=fold))
    assert len(groups) == 10
    assert all(len(group) == 3 for group in groups)


def test_variety_by_hand() -> None:
    relevance = np.array([0.9, 0.85, 0.5])
    among = np.array([[1, 0.95, 0.1], [0.95, 1, 0.2], [0.1, 0.2, 1]])
    # 0.5 * 0.85 - 0.5 * 0.95 < 0.5 * 0.5 - 0.5 * 0.1
    assert maximal_marginal_relevance(relevance, among.__getitem__, 3, 0.5) == [0, 2, 1]
    assert maximal_marginal_relevance(relevance, among.__getitem__, 2, 0.0) == [0, 1]


def test_variety_makes_an_answer_less_alike(index: Index) -> None:
    def alikeness(variety: float) -> float:
        groups = search(index, np.asarray(index.embeddings[1]), 12, Reranking(variety=variety))
        rows = [index.row(group[0].item_id) for group in groups]
        return float((index.embeddings[rows] @ index.embeddings[rows].T).mean())

    assert alikeness(0.0) > alikeness(0.3) > alikeness(0.8)


def test_a_recommender_respects_wishes(shop_recommender: Recommender) -> None:
    result = shop_recommender.similar("disc-red-0", 6, where=Wishes(categories=["box"]))
    assert [match.item.category for match in result.matches] == ["box"] * 6
    assert (
        shop_recommender.similar("disc-red-0", 6, where=Wishes(different=["brand"])).matches == ()
    )
    same = shop_recommender.similar("disc-red-0", 9, where=Wishes(same=["category"]))
    assert len(same.matches) == 5  # all other discs
    with pytest.raises(CatalogueError, match="variety"):
        shop_recommender.similar("disc-red-0", variety=1.5)


def test_trust_does_not_depend_on_wishes(shop_recommender: Recommender) -> None:
    plain = shop_recommender.similar("disc-red-0", 3)
    wished = shop_recommender.similar("disc-red-0", 3, where=Wishes(categories=["bar"]))
    assert wished.trust == plain.trust


def test_variety_beyond_its_range_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="variety"):
        Reranking(variety=-0.1)
