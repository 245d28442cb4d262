"""Blends two products: pictures between them, and the products nearest to each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.inference.autoencoder import Autoencoder
from recommender.insights import morph
from recommender.insights.ghosting import MOST_GHOSTING, Silhouette, ghosting, silhouette
from recommender.items import Item
from recommender.memo import Memo
from recommender.search.index import Index
from recommender.search.results import Match, to_matches
from recommender.types import Floats, Pixels

N_STEPS = 11  # every tenth
MIDDLE = np.array([0.5], np.float32)
N_PARTNERS_FROM = 120  # neighbours that partners are chosen from
KEPT_BLENDS = 32  # a megabyte each
KEPT_SILHOUETTES = 1_024  # some 13 KB each
N_PARTNERS_TRIED = 40  # a silhouette takes some 20 ms
N_DRAWS = 16
OTHER_KIND = 0.6  # how often chance draws a partner of another kind, where there are any
N_DRAWN_FROM = 8  # nearest partners that chance draws from


@dataclass(frozen=True, kw_only=True)
class Step:
    """A place between two products.

    Attributes
    ----------
    share : of the second product, from 0 to 1
    matches : the products nearest to this place, nearest first, without the two themselves
    """

    share: float
    matches: tuple[Match, ...]


class Blender:
    """Blends products of one catalogue; safe to share between threads.

    Parameters
    ----------
    catalogue, model, index : as a `Recommender` has them
    """

    def __init__(self, catalogue: Catalogue, model: Autoencoder, index: Index) -> None:
        self.catalogue = catalogue
        self.model = model
        self.index = index
        self._blends: Memo[tuple[str, str, int], Pixels] = Memo(KEPT_BLENDS)
        self._silhouettes: Memo[str, Silhouette | None] = Memo(KEPT_SILHOUETTES)

    def steps(
        self, first_id: str, second_id: str, n_neighbors: int = 6, *, n_steps: int = N_STEPS
    ) -> tuple[Step, ...]:
        """Find the products nearest to places between two products.

        Raises
        ------
        CatalogueError : there is no such item
        """
        ids = [self.catalogue.get(each).item_id for each in (first_id, second_id)]
        start, end = (np.asarray(self.index.embeddings[self.index.row(each)]) for each in ids)
        shares = np.linspace(0, 1, n_steps, dtype=np.float32)
        places = morph.interpolate(start, end, shares)
        return tuple(
            Step(share=float(share), matches=self._nearest(place, n_neighbors, ids))
            for share, place in zip(shares, places, strict=True)
        )

    def pictures(self, first_id: str, second_id: str, n_steps: int = N_STEPS) -> Pixels:
        """Decode pictures between two products; the latest blends are remembered.

        Returns
        -------
        decoded : ndarray of shape (n_steps, size, size, 3), uint8
        """
        # a page asks for all steps at once
        key = (first_id, second_id, n_steps)
        return self._blends.get(key, lambda: self._decode_between(*key))

    def picture(self, first_id: str, second_id: str, step: int) -> Pixels:
        """Decode one of these pictures: the middle, seen first, by itself, the others together.

        Raises
        ------
        IndexError : there is no such step
        """
        if step == N_STEPS // 2:
            key = (first_id, second_id, 1)
            return np.asarray(self._blends.get(key, lambda: self._decode_between(*key))[0])
        if not 0 <= step < N_STEPS:
            raise IndexError(f"there is no step {step}")
        return np.asarray(self.pictures(first_id, second_id)[step])

    def works(self, first_id: str, second_id: str) -> bool:
        """Whether the pictures between two products show a thing, and no ghosts of two."""
        return self._ghosting(first_id, second_id) <= MOST_GHOSTING

    def partners(self, item_id: str) -> list[Match]:
        """Neighbours of a product that are worth blending it with, and blend without ghosts.

        See `choose_partners`; the nearest `N_PARTNERS_TRIED` of them are looked at.
        """
        item = self.catalogue.get(item_id)
        found = choose_partners(item, self._neighbours(item_id))[:N_PARTNERS_TRIED]
        return [match for match in found if self.works(item_id, match.item.item_id)]

    def surprise(self, seed: int) -> tuple[str, str]:
        """Draw two products that are close but of different kinds or colours, and blend well.

        Where `N_DRAWS` draws find no pair that does, the best of them comes. Returns their ids.

        Raises
        ------
        CatalogueError : the catalogue has fewer than two different products
        """
        rng = np.random.default_rng(seed)
        drawn: list[tuple[float, str, str]] = []
        for row in rng.permutation(len(self.index)):
            first_id = self.index.ids[row]
            partner = draw_partner(self.catalogue.get(first_id), self._neighbours(first_id), rng)
            if partner is None:
                continue
            second_id = partner.item.item_id
            drawn.append((self._ghosting(first_id, second_id), first_id, second_id))
            if drawn[-1][0] <= MOST_GHOSTING or len(drawn) == N_DRAWS:
                break
        if not drawn:
            raise CatalogueError(
                f"the catalogue {self.catalogue.name!r} has no two different products to blend"
            )
        _, first_id, second_id = min(drawn)
        return first_id, second_id

    def _ghosting(self, first_id: str, second_id: str) -> float:
        return ghosting(self._silhouette(first_id), self._silhouette(second_id))

    def _silhouette(self, item_id: str) -> Silhouette | None:
        item = self.catalogue.get(item_id)
        return self._silhouettes.get(
            item.image_sha256, lambda: silhouette(images.load(self.catalogue.image_path(item)))
        )

    def _neighbours(self, item_id: str) -> tuple[Match, ...]:
        embedding = np.asarray(self.index.embeddings[self.index.row(item_id)])
        return self._nearest(embedding, N_PARTNERS_FROM, [item_id])

    def _nearest(
        self, embedding: Floats, n_neighbors: int, leave_out: Sequence[str]
    ) -> tuple[Match, ...]:
        found = self.index.query(embedding, n_neighbors, leave_out=leave_out)
        return to_matches(self.catalogue, self.index, [[near] for near in found])

    def _decode_between(self, first_id: str, second_id: str, n_steps: int) -> Pixels:
        ends = [
            images.load(self.catalogue.image_path(self.catalogue.get(each)))
            for each in (first_id, second_id)
        ]
        shares = np.linspace(0, 1, n_steps, dtype=np.float32) if n_steps > 1 else MIDDLE
        return morph.decode_between(self.model, ends[0], ends[1], shares)


def choose_partners(item: Item, matches: Sequence[Match]) -> list[Match]:
    """Choose neighbours of another kind or colour, each pair of kind and colour once.

    Where a catalogue names neither kinds nor colours, every third neighbour.

    Parameters
    ----------
    matches : neighbours of the item, nearest first
    """
    if not any(match.item.category or match.item.colour for match in matches):
        return list(matches[2::3])
    seen = {(item.category, item.colour)}
    found = []
    for match in matches:
        look = (match.item.category, match.item.colour)
        if look not in seen:
            seen.add(look)
            found.append(match)
    return found


def draw_partner(item: Item, matches: Sequence[Match], rng: np.random.Generator) -> Match | None:
    """Draw a partner by chance, of another kind or colour; None if there is none.

    Parameters
    ----------
    matches : neighbours of the item, nearest first
    """
    found = choose_partners(item, matches)
    others = [match for match in found if match.item.category != item.category]
    drawn_from = (others if others and rng.random() < OTHER_KIND else found)[:N_DRAWN_FROM]
    return drawn_from[rng.integers(len(drawn_from))] if drawn_from else None
