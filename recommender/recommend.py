"""The one facade that the page and the command line call."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.catalogue.filters import Wishes
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.config import ARTICLE, DEMO
from recommender.errors import CatalogueError, StaleIndex
from recommender.images import DEFAULT_LIMITS, ImageLimits
from recommender.importing import importer
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.pipeline import reconstruction_errors
from recommender.insights import embedding_map, morph
from recommender.insights.explain import Explanation, explain
from recommender.insights.health import Group, HardPicture, find_near_duplicates, hard_pictures
from recommender.insights.related import Row, related
from recommender.items import Item
from recommender.search import build, confidence
from recommender.search.confidence import PhotoScale
from recommender.search.grouping import Folder
from recommender.search.index import Index, Neighbour
from recommender.search.rerank import Reranking, search
from recommender.search.results import Match, Reconstruction, Result, Step, Trust

MAX_NEIGHBOURS = 1_000
KEPT_RECONSTRUCTIONS = 256
KEPT_BLENDS = 32  # a megabyte each
N_STEPS = 11  # of a blend: every tenth
N_PARTNERS_FROM = 120  # lookalikes that partners are chosen from


@dataclass(frozen=True, kw_only=True)
class _Request:
    """How many products, and which ones; see `Recommender.similar`."""

    n_neighbors: int
    colour: float | None
    variety: float
    fold: bool
    where: Wishes | None

    @property
    def are_nearest(self) -> bool:
        """Whether the answer begins with the nearest product of all."""
        return self.colour is None and (self.where is None or not self.where.are_any)

    def check(self) -> None:
        if not 1 <= self.n_neighbors <= MAX_NEIGHBOURS:
            raise CatalogueError(
                f"the number of neighbours must lie between 1 and {MAX_NEIGHBOURS}, "
                f"got {self.n_neighbors}"
            )
        for name, share in (("weight of colour", self.colour), ("variety", self.variety)):
            if share is not None and not 0 <= share <= 1:
                raise CatalogueError(f"the {name} must lie between 0 and 1, got {share}")


class Recommender:
    """Finds the products of one catalogue that look most alike to one model.

    Immutable after construction, and safe to share between threads.

    Parameters
    ----------
    catalogue, model, index : the index must have been made from the other two

    Raises
    ------
    StaleIndex : it was not
    """

    def __init__(self, catalogue: Catalogue, model: Autoencoder, index: Index) -> None:
        if (index.model, index.catalogue) != (model.fingerprint, catalogue.fingerprint):
            raise StaleIndex("the index was made from another model or catalogue: index it again")
        self.catalogue = catalogue
        self.model = model
        self.index = index
        self._folder = Folder(catalogue, index)
        self._measuring = threading.Lock()
        self._photo_scale = lru_cache(1)(self._measure)
        self._reconstructing = threading.Lock()
        self._reconstruct_item = lru_cache(KEPT_RECONSTRUCTIONS)(self._decode_item)
        self._blending = threading.Lock()
        self._blend = lru_cache(KEPT_BLENDS)(self._decode_between)

    @classmethod
    def open(
        cls,
        catalogue: str = DEMO,
        model: str = ARTICLE,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Recommender":
        """Open by names; an index that is missing or stale is built first.

        Parameters
        ----------
        progress : called with the number of items encoded and the number of items
        """
        opened, autoencoder = open_catalogue(catalogue), Autoencoder.open(model)
        index = build.open_index(opened, autoencoder, progress=progress)
        return cls(opened, autoencoder, index)

    def updated(
        self, source: Path, *, column_map: Mapping[str, str] | None = None
    ) -> "Recommender":
        """The recommender of the catalogue after a source's items were added or changed in it.

        Nothing is encoded twice, and this one goes on answering as before; see `feeds`.
        """
        name = self.catalogue.name
        importer.import_source(
            source, name, column_map=column_map, model=self.model, is_update=True
        )
        return self._opened_anew()

    def without(self, item_ids: Sequence[str]) -> "Recommender":
        """The recommender of the catalogue after items were taken out of it."""
        importer.remove_items(self.catalogue.name, item_ids, model=self.model)
        return self._opened_anew()

    def _opened_anew(self) -> "Recommender":
        catalogue = open_catalogue(self.catalogue.name)
        return Recommender(catalogue, self.model, build.open_index(catalogue, self.model))

    @property
    def weighs_colour(self) -> bool:
        """Whether queries may say how much colours count."""
        return self.index.projection is not None

    def similar(
        self,
        item_id: str,
        n_neighbors: int = 12,
        *,
        colour: float | None = None,
        variety: float = 0.0,
        fold: bool = False,
        where: Wishes | None = None,
    ) -> Result:
        """Products that look like a product; itself is left out.

        Parameters
        ----------
        n_neighbors : as many come back, unless no more are wished for
        colour : from 0, the same kind of thing in any colour, to 1, the same colours on
            anything; None for the mixture that the embeddings have, which measures best
        variety : from 0, the most alike first, to 1, unlike each other; see `rerank`
        fold : whether near-identical products come as one match; see `folding`
        where : which products may come

        Raises
        ------
        CatalogueError : there is no such item, or the model cannot weigh colours
        """
        started = time.perf_counter()
        item = self.catalogue.get(item_id)
        row = self.index.row(item_id)
        error = float(self.index.reconstruction_errors[row])
        embedding = np.asarray(self.index.embeddings[row])
        request = _Request(
            n_neighbors=n_neighbors, colour=colour, variety=variety, fold=fold, where=where
        )
        return self._result(item, embedding, request, error, started)

    def similar_to_image(
        self,
        source: images.Source,
        n_neighbors: int = 12,
        *,
        colour: float | None = None,
        variety: float = 0.0,
        fold: bool = False,
        where: Wishes | None = None,
        limits: ImageLimits = DEFAULT_LIMITS,
    ) -> Result:
        """Products that look like a picture, given as bytes or as a path; see `similar`.

        Raises
        ------
        ImageError : the picture cannot be read
        """
        pixels = images.load(source, limits=limits)
        return self.similar_to_pixels(
            pixels, n_neighbors, colour=colour, variety=variety, fold=fold, where=where
        )

    def similar_to_pixels(
        self,
        pixels: NDArray[np.uint8],
        n_neighbors: int = 12,
        *,
        colour: float | None = None,
        variety: float = 0.0,
        fold: bool = False,
        where: Wishes | None = None,
    ) -> Result:
        """Products that look like a picture that `images.load` has decoded, or a part of one.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8
        """
        started = time.perf_counter()
        request = _Request(
            n_neighbors=n_neighbors, colour=colour, variety=variety, fold=fold, where=where
        )
        request.check()
        encoded = self.model.encode([self.model.prepare(pixels)])
        decoded = self.model.decode(encoded.latents)
        target = self.model.prepare_target(pixels)
        error = float(reconstruction_errors(target[None], decoded)[0])
        embedding = self.index.embed(encoded.features)[0]
        return self._result(None, embedding, request, error, started)

    def reconstruct_item(self, item_id: str) -> Reconstruction:
        """What the machine kept of a product's picture; the latest ones are remembered."""
        with self._reconstructing:  # a page asks twice at once, for what was kept and what was lost
            return self._reconstruct_item(item_id)

    def reconstruct(
        self, source: images.Source, *, limits: ImageLimits = DEFAULT_LIMITS
    ) -> Reconstruction:
        """What the machine keeps of a picture, given as bytes or as a path."""
        return reconstruct(self.model, images.load(source, limits=limits))

    def explain(self, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Explanation:
        """What two pictures have in common, as far as the model sees; no cause is claimed.

        Parameters
        ----------
        first, second : ndarray of shape (height, width, 3), uint8, as `images.load` gives them
        """
        return explain(self.model, self.index, first, second)

    def between(
        self, first: str, second: str, n_neighbors: int = 6, *, n_steps: int = N_STEPS
    ) -> tuple[Step, ...]:
        """Ways from one product to another, and the products nearest to each step of it."""
        start, end = (
            np.asarray(self.index.embeddings[self.index.row(self.catalogue.get(each).item_id)])
            for each in (first, second)
        )
        shares = np.linspace(0, 1, n_steps, dtype=np.float32)
        return tuple(
            Step(
                share=float(share),
                matches=self._matches(
                    [
                        [near]
                        for near in self.index.query(
                            embedding, n_neighbors, leave_out=(first, second)
                        )
                    ]
                ),
            )
            for share, embedding in zip(shares, morph.interpolate(start, end, shares), strict=True)
        )

    def decode_between(self, first: str, second: str, n_steps: int = N_STEPS) -> NDArray[np.uint8]:
        """Pictures from one product to another, shape (n_steps, size, size, 3); see `blend`."""
        with self._blending:  # a page asks for all steps at once
            return self._blend(first, second, n_steps)

    def partners(self, item_id: str) -> list[Match]:
        """Lookalikes of a product that are worth blending it with; see `blend.partners`."""
        return morph.partners(
            self.catalogue.get(item_id), self.similar(item_id, N_PARTNERS_FROM).matches
        )

    def surprise(self, seed: int) -> tuple[str, str]:
        """Ids of two products that are close but of different kinds or colours.

        Raises
        ------
        CatalogueError : the catalogue has fewer than two products
        """
        rng = np.random.default_rng(seed)
        for row in rng.permutation(len(self.index)):
            first = self.index.ids[row]
            matches = self.similar(first, N_PARTNERS_FROM).matches
            drawn = morph.draw_partner(self.catalogue.get(first), matches, rng)
            if drawn is not None:
                return first, drawn.item.item_id
        raise CatalogueError(
            f"the catalogue {self.catalogue.name!r} has no two different products to blend"
        )

    def related(
        self,
        n_neighbors: int = 12,
        where: Wishes | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[list[Row]]:
        """Neighbours of every product, block by block; see `recommender.related`."""
        return related(self.catalogue, self.index, n_neighbors, where, progress=progress)

    def atlas(self) -> embedding_map.Atlas:
        """Where each product lies on a plane; laid out at the first use, then read from disk."""
        return embedding_map.open_atlas(self.index, build.index_folders(self.catalogue, self.model))

    def photo_scale(self) -> PhotoScale:
        """What distances mean for photos; measured at the first call, which takes a second."""
        with self._measuring:
            return self._photo_scale()

    def near_duplicates(
        self, *, progress: Callable[[int, int], None] | None = None
    ) -> tuple[Group, ...]:
        """Pairs of products whose pictures differ, but hardly; see `health`."""
        return find_near_duplicates(
            self.catalogue, self.index, self._folder.is_same, progress=progress
        )

    def hard_pictures(self) -> tuple[HardPicture, ...]:
        """Pictures that the model can hardly rebuild; see `health.hard_pictures`."""
        return hard_pictures(self.catalogue, self.index)

    def warm_up(self) -> None:
        """Do now what the first query would wait for: import, load and fit."""
        if len(self.index):
            self.similar(self.index.ids[0], 1)
            self.reconstruct_item(self.index.ids[0])

    def _decode_item(self, item_id: str) -> Reconstruction:
        item = self.catalogue.get(item_id)
        return self.reconstruct(self.catalogue.image_path(item))

    def _decode_between(self, first: str, second: str, n_steps: int) -> NDArray[np.uint8]:
        ends = [
            images.load(self.catalogue.image_path(self.catalogue.get(each)))
            for each in (first, second)
        ]
        shares = np.linspace(0, 1, n_steps, dtype=np.float32)
        return morph.decode_between(self.model, ends[0], ends[1], shares)

    def _matches(
        self, groups: Sequence[Sequence[Neighbour]], scale: float = 1.0
    ) -> tuple[Match, ...]:
        return tuple(
            Match(
                item=self.catalogue.get(head.item_id),
                distance=head.distance,
                similarity=min(1.0, scale * self.index.similarity(head.distance)),
                near_identical=tuple(self.catalogue.get(each.item_id) for each in others),
            )
            for head, *others in groups
        )

    def _result(
        self,
        item: Item | None,
        embedding: NDArray[np.float32],
        request: _Request,
        error: float,
        started: float,
    ) -> Result:
        request.check()
        leave_out = () if item is None else (item.item_id,)
        query, scale = (embedding, 1.0)
        if request.colour is not None:
            query, scale = self._weigh(embedding, request.colour)
        where = request.where
        how = Reranking(
            variety=request.variety,
            fold=self._folder.fold if request.fold else None,
            accepts=(lambda other: where.accept(self.catalogue.get(other), item))
            if where is not None and where.are_any
            else None,
        )
        groups = search(self.index, query, request.n_neighbors, how, leave_out=leave_out)
        # Trust is a matter of the embeddings as they are, whatever was asked for
        nearest = (
            [group[0] for group in groups]
            if request.are_nearest
            else self.index.query(embedding, 1, leave_out=leave_out)
        )
        return Result(
            item=item,
            matches=self._matches(groups, scale),
            trust=self._trust(item, nearest[0].distance if nearest else float("inf"), error),
            elapsed_ms=(time.perf_counter() - started) * 1e3,
        )

    def _trust(self, item: Item | None, nearest: float, error: float) -> Trust:
        if item is not None:
            return confidence.of_item(self.index, nearest, error)
        return confidence.of_photo(self.index, self.photo_scale(), nearest, error)

    def _measure(self) -> PhotoScale:
        return confidence.measure(self.catalogue, self.model, self.index)

    def _weigh(
        self, embedding: NDArray[np.float32], colour: float
    ) -> tuple[NDArray[np.float32], float]:
        if self.index.projection is None:
            raise CatalogueError(f"the model {self.model.name!r} cannot weigh colours")
        return self.index.projection.rebalance(embedding, colour)


def reconstruct(model: Autoencoder, pixels: NDArray[np.uint8]) -> Reconstruction:
    """Encode and decode one picture.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    encoded = model.encode([model.prepare(pixels)])
    decoded = model.decode(encoded.latents)[0]
    return Reconstruction(
        original=model.prepare_target(pixels),
        decoded=np.rint(decoded * 255).astype(np.uint8),
        n_numbers=int(encoded.latents[0].size),
    )
