"""Turns nearest rows into an answer: filtered, grouped and diverse."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.search.filtering import growing_requests
from recommender.search.index import Index, Neighbour
from recommender.types import Floats

POOL_FACTOR, LEAST_POOL = 4, 60  # how deep diversity may reach: candidates to an answer

Similarities = NDArray[np.floating]
Group = Callable[[Sequence[str]], list[list[str]]]


@dataclass(frozen=True, kw_only=True)
class Reranking:
    """Steps between the nearest rows and an answer.

    Attributes
    ----------
    diversity : from 0, nearest first, to 1, as different from each other as the pool allows
    group : gathers near-identical items, see `DuplicateGrouper.group`; None leaves them apart
    accepts : whether an item may be in the answer, by its id; None accepts all

    Raises
    ------
    ValueError : diversity is out of its range
    """

    diversity: float = 0.0
    group: Group | None = None
    accepts: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.diversity <= 1:
            raise ValueError(f"diversity must lie between 0 and 1, got {self.diversity}")


def search(
    index: Index,
    query: Floats,
    n_neighbors: int,
    how: Reranking,
    *,
    leave_out: Collection[str] = (),
) -> list[list[Neighbour]]:
    """Answer one query with groups of near-identical items.

    Parameters
    ----------
    query : (n_dims,)
    n_neighbors : groups; fewer come back only if no more items are accepted

    Returns
    -------
    groups : each begins with the item that stands for all of it
    """
    n_wanted = n_neighbors
    if how.diversity:
        n_wanted = max(POOL_FACTOR * n_neighbors, LEAST_POOL)
    groups: list[list[Neighbour]] = []
    for n_asked in growing_requests(n_wanted, len(index)):
        found = index.query(query, n_asked, leave_out=leave_out)
        kept = [near for near in found if how.accepts is None or how.accepts(near.item_id)]
        groups = _groups(kept, how.group)
        if len(groups) >= n_wanted:
            break
    groups = groups[:n_wanted]
    if how.diversity and groups:
        order = maximal_marginal_relevance(
            index.similarities(np.array([group[0].distance for group in groups])),
            _similarities(index, [group[0].item_id for group in groups]),
            n_neighbors,
            how.diversity,
        )
        groups = [groups[position] for position in order]
    return groups[:n_neighbors]


def maximal_marginal_relevance(
    relevance: Similarities, similar_to: Callable[[int], Similarities], n: int, diversity: float
) -> list[int]:
    """Order `n` candidates so that each is similar to the query and unlike those before it.

    Parameters
    ----------
    relevance : (n_candidates,), similarity to the query
    similar_to : gives (n_candidates,), the similarities to the candidate at a position
    diversity : in [0, 1], weight of the difference from earlier positions against relevance

    References
    ----------
    Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries", SIGIR 1998; their lambda is 1 - diversity.
    """
    order = [int(np.argmax(relevance))]
    nearest_chosen = np.asarray(similar_to(order[0]), np.float64)
    while len(order) < min(n, len(relevance)):
        marginal = (1 - diversity) * relevance - diversity * nearest_chosen
        marginal[order] = -np.inf
        order.append(int(np.argmax(marginal)))
        nearest_chosen = np.maximum(nearest_chosen, similar_to(order[-1]))
    return order


def _groups(found: list[Neighbour], group: Group | None) -> list[list[Neighbour]]:
    if group is None:
        return [[near] for near in found]
    by_id = {near.item_id: near for near in found}
    return [[by_id[item_id] for item_id in ids] for ids in group(list(by_id))]


def _similarities(index: Index, item_ids: Sequence[str]) -> Callable[[int], Similarities]:
    embeddings = np.asarray(index.embeddings[[index.row(item_id) for item_id in item_ids]])

    def similar_to(position: int) -> Similarities:
        distances = np.linalg.norm(embeddings - embeddings[position], axis=1)
        return index.similarities(distances)

    return similar_to
