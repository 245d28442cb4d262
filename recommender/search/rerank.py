"""From the nearest rows to an answer: wishes respected, near-duplicates folded, variety."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.search.index import Index, Neighbour

POOL_FACTOR, LEAST_POOL = 4, 60  # how deep variety may reach: candidates to an answer
GROWTH = 4  # of the number of rows that are asked for until enough are accepted

Floats = NDArray[np.float32]
Similarities = NDArray[np.floating]
Fold = Callable[[Sequence[str]], list[list[str]]]


@dataclass(frozen=True, kw_only=True)
class Reranking:
    """How an answer is put together.

    Attributes
    ----------
    variety : from 0, the nearest first, to 1, as different from each other as the pool allows
    fold : gathers near-identical items, see `folding.Folder.fold`; None leaves them
    accepts : whether an item may be in the answer, by its id; None accepts all
    """

    variety: float = 0.0
    fold: Fold | None = None
    accepts: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.variety <= 1:
            raise ValueError(f"variety must lie between 0 and 1, got {self.variety}")


def search(
    index: Index,
    query: Floats,
    n_neighbors: int,
    how: Reranking,
    *,
    leave_out: Collection[str] = (),
) -> list[list[Neighbour]]:
    """The answer to one query, as groups of near-identical items.

    Parameters
    ----------
    query : (n_dims,)
    n_neighbors : groups; fewer come back only if no more items are accepted

    Returns
    -------
    groups : each begins with the item that stands for all of it
    """
    n_wanted = n_neighbors
    if how.variety:
        n_wanted = max(POOL_FACTOR * n_neighbors, LEAST_POOL)
    n_asked = n_wanted
    while True:
        found = index.query(query, n_asked, leave_out=leave_out)
        kept = [near for near in found if how.accepts is None or how.accepts(near.item_id)]
        groups = _groups(kept, how.fold)
        if len(groups) >= n_wanted or n_asked >= len(index):
            break
        n_asked *= GROWTH
    groups = groups[:n_wanted]
    if how.variety and groups:
        order = maximal_marginal_relevance(
            index.similarities(np.array([group[0].distance for group in groups])),
            _similarities(index, [group[0].item_id for group in groups]),
            n_neighbors,
            how.variety,
        )
        groups = [groups[position] for position in order]
    return groups[:n_neighbors]


def maximal_marginal_relevance(
    relevance: Similarities, similar_to: Callable[[int], Similarities], n: int, variety: float
) -> list[int]:
    """Positions of `n` candidates, each alike to the query and unlike those before it.

    Parameters
    ----------
    relevance : (n_candidates,), similarity to the query
    similar_to : gives (n_candidates,), the similarities to the candidate at a position
    variety : in [0, 1], what the unlikeness counts against the likeness

    References
    ----------
    Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries", SIGIR 1998; their lambda is 1 - variety.
    """
    order = [int(np.argmax(relevance))]
    nearest_chosen = np.asarray(similar_to(order[0]), np.float64)
    while len(order) < min(n, len(relevance)):
        marginal = (1 - variety) * relevance - variety * nearest_chosen
        marginal[order] = -np.inf
        order.append(int(np.argmax(marginal)))
        nearest_chosen = np.maximum(nearest_chosen, similar_to(order[-1]))
    return order


def _groups(found: list[Neighbour], fold: Fold | None) -> list[list[Neighbour]]:
    if fold is None:
        return [[near] for near in found]
    by_id = {near.item_id: near for near in found}
    return [[by_id[item_id] for item_id in group] for group in fold(list(by_id))]


def _similarities(index: Index, item_ids: Sequence[str]) -> Callable[[int], Similarities]:
    embeddings = np.asarray(index.embeddings[[index.row(item_id) for item_id in item_ids]])

    def similar_to(position: int) -> Similarities:
        distances = np.linalg.norm(embeddings - embeddings[position], axis=1)
        return index.similarities(distances)

    return similar_to
