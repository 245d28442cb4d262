"""`Recommender`: searches one catalogue with one model, for the page, the API and the shell."""

import time
from collections.abc import Sequence
from typing import Unpack

import numpy as np

from recommender import images
from recommender.catalogue import rules
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.rules import NO_RULES, Rules
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import CatalogueError, StaleIndex
from recommender.images import DEFAULT_LIMITS, ImageLimits
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.light import gains
from recommender.items import Item
from recommender.memo import Memo
from recommender.models import default_model
from recommender.search import build, confidence, query, selection
from recommender.search.confidence import PhotoScale
from recommender.search.grouping import DuplicateGrouper
from recommender.search.index import Index, Neighbour
from recommender.search.options import OptionFields, SearchOptions, choose
from recommender.search.query import EncodedQuery
from recommender.search.regions import Region
from recommender.search.rerank import Reranking, search
from recommender.search.results import (
    Confidence,
    Match,
    Reconstruction,
    RegionResult,
    Result,
    alike,
    to_matches,
)
from recommender.types import Floats, Pixels, Progress

KEPT_RECONSTRUCTIONS = 32  # some 140 KB each


class Recommender:
    """Finds the products of one catalogue that look most like a product or a picture.

    Every search takes its options as one `SearchOptions`, or as keyword arguments of the same
    names, which replace those of the options:

        recommender.similar("mug-01-navy", n_neighbors=5, diversity=0.3)

    Immutable after construction, and safe to share between threads.

    Parameters
    ----------
    catalogue, model, index : the index must have been made from the other two

    Attributes
    ----------
    grouper : tells which products of the catalogue are near-identical

    Raises
    ------
    StaleIndex : the index was made from another model or catalogue
    """

    def __init__(self, catalogue: Catalogue, model: Autoencoder, index: Index) -> None:
        if (index.model, index.catalogue) != (model.fingerprint, catalogue.fingerprint):
            raise StaleIndex("the index was made from another model or catalogue: index it again")
        self.catalogue = catalogue
        self.model = model
        self.index = index
        self.grouper = DuplicateGrouper(catalogue, index)
        self._photo_scale: Memo[str, PhotoScale] = Memo(1)
        self._reconstructions: Memo[str, Reconstruction] = Memo(KEPT_RECONSTRUCTIONS)

    @classmethod
    def open(
        cls,
        catalogue: str = DEMO,
        model: str | None = None,
        *,
        progress: Progress | None = None,
    ) -> "Recommender":
        """Open by names; an index that is missing or stale is built first.

        Parameters
        ----------
        model : the best one for this catalogue if None
        progress : called with the number of items encoded and the number of items
        """
        opened = open_catalogue(catalogue)
        autoencoder = Autoencoder.open(model or default_model(catalogue))
        index = build.open_index(opened, autoencoder, progress=progress)
        return cls(opened, autoencoder, index)

    @property
    def weighs_colour(self) -> bool:
        """Whether queries may set a colour weight."""
        return self.index.projection is not None

    def similar(
        self,
        item_id: str,
        options: SearchOptions | None = None,
        **changes: Unpack[OptionFields],
    ) -> Result:
        """Find products that look like a product; itself is left out.

        Raises
        ------
        CatalogueError : there is no such item, an option is out of its range, or the model
            cannot weigh colours
        """
        started = time.perf_counter()
        chosen = choose(options, changes)
        item = self.catalogue.get(item_id)
        row = self.index.row(item_id)
        ruled = self._rules(chosen)
        groups, scale, nearest = self._search(
            np.asarray(self.index.embeddings[row]), chosen, ruled, item=item
        )
        error = float(self.index.reconstruction_errors[row])
        rated = confidence.of_item(self.index, nearest, error)
        found = to_matches(self.catalogue, self.index, groups, scale)
        kept = alike(found) if chosen.only_alike else found
        is_cut = len(kept) < len(found)
        if not ruled.is_empty:
            own = np.asarray(self.index.embeddings[row])
            asked = self._weighed(own, chosen.colour_weight)
            source = (self.catalogue, self.index)
            kept = selection.ruled(kept, ruled, item, chosen.n_neighbors, asked, source)
        return _result(kept, rated, started, item=item, is_cut=is_cut)

    def similar_to_image(
        self,
        source: images.Source,
        options: SearchOptions | None = None,
        *,
        limits: ImageLimits = DEFAULT_LIMITS,
        **changes: Unpack[OptionFields],
    ) -> Result:
        """Find products that look like a picture, given as bytes or as a path.

        A picture that is asked with more than once should be encoded once: see `encode_image`.

        Raises
        ------
        ImageError : the picture cannot be read
        CatalogueError : as `similar`
        """
        chosen = choose(options, changes)
        self._check(chosen)  # before the work of decoding
        pixels = images.load(source, limits=limits)
        started = time.perf_counter()
        return self._answer(self.encode_pixels(pixels), chosen, started)

    def encode_image(
        self, source: images.Source, *, limits: ImageLimits = DEFAULT_LIMITS
    ) -> EncodedQuery:
        """Encode a picture, given as bytes or as a path, for any number of searches.

        Raises
        ------
        ImageError : the picture cannot be read
        """
        return self.encode_pixels(images.load(source, limits=limits))

    def encode_pixels(self, pixels: Pixels, *, whole: Pixels | None = None) -> EncodedQuery:
        """Encode a picture that `images.load` has decoded, or a part of one.

        Half of the light's colour is taken back, see `inference.light`, if the model tells colours.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8
        whole : the photo that they are a part of, which tells more of the light
        """
        of_light = self.light(pixels if whole is None else whole)
        return query.encode(self.model, self.index, pixels, of_light)

    def light(self, pixels: Pixels) -> Floats | None:
        """Return factors (3,) that take half of the light's colour back; None without colours."""
        return gains(pixels) if self.weighs_colour else None

    def search(
        self,
        encoded: EncodedQuery,
        options: SearchOptions | None = None,
        **changes: Unpack[OptionFields],
    ) -> Result:
        """Find products that look like an encoded picture.

        Raises
        ------
        StaleIndex : the picture was encoded for another model or catalogue
        CatalogueError : as `similar`
        """
        return self._answer(encoded, choose(options, changes), time.perf_counter())

    def regions(self, encoded: EncodedQuery) -> list[Region]:
        """Find the things in a photo that the catalogue could answer, the likeliest first.

        Returns
        -------
        regions : at most eight that do not overlap; of a photo of one thing the whole of it

        Raises
        ------
        CatalogueError : the model sees one thing in a photo only
        """
        return query.regions(self.index, encoded, self.photo_scale())

    def search_regions(
        self,
        encoded: EncodedQuery,
        pixels: Pixels,
        options: SearchOptions | None = None,
        **changes: Unpack[OptionFields],
    ) -> list[RegionResult]:
        """Find the things in a photo, and the products that look like each of them.

        Parameters
        ----------
        pixels : the photo itself, ndarray of shape (height, width, 3), uint8, as large as there
            is: each thing is cut out of it

        Raises
        ------
        CatalogueError : as `regions` and `similar`
        """
        chosen = choose(options, changes)
        return [
            RegionResult(
                box=region.box,
                confidence=region.confidence,
                result=self.search(self.encode_pixels(region.cut(pixels), whole=pixels), chosen),
            )
            for region in self.regions(encoded)
        ]

    def similarity(
        self, asked: str | EncodedQuery, item_id: str, *, colour_weight: float | None = None
    ) -> float:
        """Similarity of a product to a product or an encoded picture, as answers give it.

        Parameters
        ----------
        asked : a product's id, or an encoded picture
        colour_weight : as in `SearchOptions`

        Raises
        ------
        CatalogueError : there is no such product
        """
        if isinstance(asked, str):
            self.catalogue.get(asked)
            embedding = np.asarray(self.index.embeddings[self.index.row(asked)])
        else:
            embedding = asked.embedding
        embedding, scale = self._weighed(embedding, colour_weight)
        self.catalogue.get(item_id)  # a sentence where there is no such product
        nearest = selection.nearest_picture(self.index, item_id, embedding)
        return 0.0 if nearest is None else min(1.0, scale * self.index.similarity(nearest.distance))

    def _weighed(self, embedding: Floats, colour_weight: float | None) -> tuple[Floats, float]:
        """The query to compare with embeddings, and the factor of its similarities."""
        if colour_weight is None or self.index.projection is None:
            return embedding, 1.0
        return self.index.projection.rebalance(embedding, colour_weight)

    def reconstruct(
        self, source: images.Source, *, limits: ImageLimits = DEFAULT_LIMITS
    ) -> Reconstruction:
        """Encode and decode a picture, given as bytes or as a path."""
        return query.reconstruct(self.model, images.load(source, limits=limits))

    def reconstruct_item(self, item_id: str) -> Reconstruction:
        """Encode and decode a product's picture; the latest ones are remembered."""
        return self._reconstructions.get(item_id, lambda: self._decode_item(item_id))

    def photo_scale(self) -> PhotoScale:
        """Distances that are usual for photos; measured at the first call, in about a second."""
        return self._photo_scale.get("", self._measure)

    def warm_up(self) -> None:
        """Import, load and fit now what the first query would wait for."""
        if len(self.index):
            self.similar(self.index.ids[0], n_neighbors=1, obeys_rules=False)
            self.reconstruct_item(self.index.ids[0])

    def _decode_item(self, item_id: str) -> Reconstruction:
        return self.reconstruct(self.catalogue.image_path(self.catalogue.get(item_id)))

    def _measure(self) -> PhotoScale:
        return confidence.measure(self.catalogue, self.model, self.index)

    def _check(self, options: SearchOptions) -> None:
        if options.colour_weight is not None and self.index.projection is None:
            raise CatalogueError(f"the model {self.model.name!r} cannot weigh colours")

    def _answer(self, encoded: EncodedQuery, options: SearchOptions, started: float) -> Result:
        if encoded.index != (self.index.model, self.index.catalogue):
            raise StaleIndex("the picture was encoded for another model or catalogue")
        groups, scale, nearest = self._search(encoded.embedding, options, self._rules(options))
        rated = confidence.of_photo(
            self.index, self.photo_scale(), nearest, encoded.reconstruction_error
        )
        found = to_matches(self.catalogue, self.index, groups, scale)
        kept = alike(found) if options.only_alike else found
        return _result(kept, rated, started, is_cut=len(kept) < len(found))

    def _search(
        self,
        embedding: Floats,
        options: SearchOptions,
        ruled: Rules,
        *,
        item: Item | None = None,
    ) -> tuple[Sequence[Sequence[Neighbour]], float, float]:
        """Groups of rows, the scale of their similarities, and the distance of the nearest row."""
        self._check(options)
        leave_out = () if item is None else (item.item_id,)
        asked, scale = self._weighed(embedding, options.colour_weight)
        steps = Reranking(
            diversity=options.diversity,
            group=self.grouper.group if options.group_duplicates else None,
            accepts=selection.acceptance(self.catalogue, options, ruled, item),
        )
        groups = search(self.index, asked, options.n_neighbors, steps, leave_out=leave_out)
        # Confidence is a matter of the embeddings as they are, whatever the options
        nearest = (
            [group[0] for group in groups]
            if options.keeps_nearest and ruled.is_empty
            else self.index.query(embedding, 1, leave_out=leave_out)
        )
        return groups, scale, nearest[0].distance if nearest else float("inf")

    def _rules(self, options: SearchOptions) -> Rules:
        return rules.read(self.catalogue.folder) if options.obeys_rules else NO_RULES


def _result(
    matches: tuple[Match, ...],
    rated: Confidence,
    started: float,
    *,
    item: Item | None = None,
    is_cut: bool,
) -> Result:
    return Result(
        item=item,
        matches=matches,
        confidence=rated,
        elapsed_ms=(time.perf_counter() - started) * 1e3,
        is_cut=is_cut,
    )
