"""Selects the products of an answer: by filters, by a shopper's words, and by the shop's rules."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from recommender.catalogue import text_search
from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.rules import Rules
from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.search.index import Index, Neighbour
from recommender.search.options import SearchOptions
from recommender.search.rerank import Reranking, search
from recommender.search.results import Match, to_matches
from recommender.types import Floats


def acceptance(
    catalogue: Catalogue, options: SearchOptions, rules: Rules, item: Item | None
) -> Callable[[str], bool] | None:
    """Return what tells by its id whether a product may come; None if all may.

    Parameters
    ----------
    item : the product that asks, or None for a picture
    """
    filters = rules.narrowed(options.filters, by_product=item is not None)
    hidden = rules.hidden_beside(None if item is None else item.item_id)
    words = options.words.strip()
    if filters.is_empty and not words and not hidden:
        return None
    named: frozenset[str] | None = None
    below = None
    if words:
        found = text_search.find(catalogue, words)
        named = frozenset(found.item_ids)
        if found.wanted.is_cheap and item is not None:
            below = item.price

    def accepts(other_id: str) -> bool:
        if other_id in hidden or (named is not None and other_id not in named):
            return False
        other = catalogue.get(other_id)
        if below is not None and (other.price is None or other.price >= below):
            return False
        return filters.accept(other, item)

    return accepts


class Alike(Protocol):
    """A product of an answer."""

    @property
    def similarity(self) -> float:
        """In [0, 1]."""


Ranked = TypeVar("Ranked", bound=Alike)


def arranged(
    ranked: Sequence[Ranked],
    rules: Rules,
    item_id: str,
    n_wanted: int,
    id_of: Callable[[Ranked], str],
    pin: Callable[[str], Ranked | None],
    fill: Callable[[], Sequence[Ranked]],
) -> list[Ranked]:
    """Return the answer to a product as the shop's rules want it.

    Parameters
    ----------
    ranked : the answer without them, but for what may not come at all
    item_id : of the product
    pin : gives a product that has a place of its own; None for one that is not there
    fill : gives more of the same category, for an answer that came out short
    """
    kept = [each for each in ranked if each.similarity >= rules.least_similarity]
    if rules.fills_up and len(kept) < n_wanted:
        known = set(map(id_of, kept))
        kept += [each for each in fill() if id_of(each) not in known]
    hidden = rules.hidden_beside(item_id)
    pinned = {
        place: found
        for place, each in rules.pinned_beside(item_id).items()
        if each != item_id and each not in hidden and (found := pin(each)) is not None
    }
    taken = set(map(id_of, pinned.values()))
    kept = [each for each in kept if id_of(each) not in taken]
    for place, found in pinned.items():
        kept.insert(place - 1, found)
    return kept[:n_wanted]


def nearest_picture(index: Index, item_id: str, asked: Floats) -> Neighbour | None:
    """Return the picture of a product that is nearest to what is asked with; None without any."""
    rows = index.rows(item_id)
    if not rows:
        return None
    away = np.linalg.norm(np.asarray(index.embeddings[rows], np.float32) - asked, axis=1)
    nearest = int(away.argmin())
    return Neighbour(item_id=item_id, distance=float(away[nearest]), row=rows[nearest])


def ruled(
    matches: Sequence[Match],
    rules: Rules,
    item: Item,
    n_wanted: int,
    asked: tuple[Floats, float],
    source: tuple[Catalogue, Index],
) -> tuple[Match, ...]:
    """Return the matches of a product as the shop's rules want them.

    Parameters
    ----------
    asked : what is compared with embeddings, and the factor of its similarities
    source : what the product is in
    """
    catalogue, index = source
    embedding, scale = asked

    def pin(item_id: str) -> Match | None:
        head = nearest_picture(index, item_id, embedding) if item_id in catalogue else None
        return None if head is None else to_matches(catalogue, index, [[head]], scale)[0]

    def fill() -> tuple[Match, ...]:
        same = ItemFilter(same=("category",), in_stock=rules.in_stock)
        hidden = rules.hidden_beside(item.item_id)

        def accepts(other: str) -> bool:
            return other not in hidden and same.accept(catalogue.get(other), item)

        steps = Reranking(accepts=accepts)
        found = search(index, embedding, n_wanted, steps, leave_out=(item.item_id,))
        return to_matches(catalogue, index, found, scale)

    return tuple(
        arranged(matches, rules, item.item_id, n_wanted, lambda each: each.item.item_id, pin, fill)
    )
