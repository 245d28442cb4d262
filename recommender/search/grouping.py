"""Groups near-identical products of an answer behind the first of them.

Embeddings propose, pixels confirm (see `near_duplicates`), and the shop has a veto: products that
it calls different in colour or material are variants that a shopper may want side by side.
"""

from collections.abc import Sequence

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.errors import ImageError
from recommender.items import Item
from recommender.memo import Memo
from recommender.search import near_duplicates
from recommender.search.index import Index
from recommender.search.near_duplicates import Sketch
from recommender.search.verdicts import Verdicts

KEPT_SKETCHES = 128  # some 80 KB each


class DuplicateGrouper:
    """Groups near-identical products of one catalogue; safe to share between threads."""

    def __init__(self, catalogue: Catalogue, index: Index) -> None:
        self._catalogue, self._index = catalogue, index
        self._verdicts = Verdicts(catalogue.folder)
        self._sketches: Memo[str, Sketch] = Memo(KEPT_SKETCHES)

    def group(self, item_ids: Sequence[str]) -> list[list[str]]:
        """Group near-identical products, and keep their order.

        Returns
        -------
        groups : each begins with the product that stands for all of it; the others follow in
            the order they came in
        """
        if not item_ids:
            return []
        rows = [self._index.row(item_id) for item_id in item_ids]
        embeddings = np.asarray(self._index.embeddings[rows])
        most = near_duplicates.proposal_distance(self._index)
        heads: list[int] = []
        groups: list[list[str]] = []
        for position, item_id in enumerate(item_ids):
            distances = np.linalg.norm(embeddings[heads] - embeddings[position], axis=1)
            proposed = [int(number) for number in np.flatnonzero(distances <= most)]
            for number in sorted(proposed, key=distances.__getitem__):
                if self.is_same(groups[number][0], item_id):
                    groups[number].append(item_id)
                    break
            else:
                heads.append(position)
                groups.append([item_id])
        return groups

    def is_same(self, first_id: str, second_id: str) -> bool:
        """Whether two products are near-identical; the pixels of a pair are compared once."""
        first, second = (self._catalogue.get(each) for each in sorted((first_id, second_id)))
        if first.image_sha256 == second.image_sha256:
            return True
        if not _may_be_one(first, second):
            return False
        try:
            return self._verdicts.get(
                first.image_sha256, second.image_sha256, lambda: self._compare(first, second)
            )
        except ImageError:  # a picture that has vanished is like none
            return False

    def _compare(self, first: Item, second: Item) -> bool:
        sketches = (self._sketch(first), self._sketch(second))
        return near_duplicates.compare(*sketches).is_same

    def _sketch(self, item: Item) -> Sketch:
        return self._sketches.get(item.image_sha256, lambda: self._draw(item))

    def _draw(self, item: Item) -> Sketch:
        return near_duplicates.sketch(images.load(self._catalogue.image_path(item)))


def _may_be_one(first: Item, second: Item) -> bool:
    known = ((first.colour, second.colour), (first.material, second.material))
    return all(one == other or not one or not other for one, other in known)
