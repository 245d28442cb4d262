"""Groups near-identical products of an answer behind the first of them.

Embeddings propose, pixels confirm (see `near_duplicates`), and the shop has a veto: products that
it calls different in colour or material are variants that a shopper may want side by side.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.errors import ImageError
from recommender.items import Item
from recommender.search import near_duplicates
from recommender.search.index import Index
from recommender.search.near_duplicates import Sketch

KEPT_SKETCHES = 512  # some 80 KB each
KEPT_VERDICTS = 65_536


class DuplicateGrouper:
    """Groups near-identical products of one catalogue; safe to share between threads."""

    def __init__(self, catalogue: Catalogue, index: Index) -> None:
        self._catalogue, self._index = catalogue, index
        self._sketch = lru_cache(KEPT_SKETCHES)(self._draw)
        self._verdict = lru_cache(KEPT_VERDICTS)(self._compare)

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
        """Whether two products are near-identical; the latest verdicts are remembered."""
        return self._verdict(*sorted((first_id, second_id)))

    def _compare(self, first_id: str, second_id: str) -> bool:
        first, second = self._catalogue.get(first_id), self._catalogue.get(second_id)
        if first.image_sha256 == second.image_sha256:
            return True
        if not _may_be_one(first, second):
            return False
        try:
            return near_duplicates.compare(self._sketch(first_id), self._sketch(second_id)).is_same
        except ImageError:  # a picture that has vanished is like none
            return False

    def _draw(self, item_id: str) -> Sketch:
        path = self._catalogue.image_path(self._catalogue.get(item_id))
        return near_duplicates.sketch(images.load(path))


def _may_be_one(first: Item, second: Item) -> bool:
    known = ((first.colour, second.colour), (first.material, second.material))
    return all(one == other or not one or not other for one, other in known)
