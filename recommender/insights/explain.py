"""Compares two pictures by kind, colours and matching parts; claims no cause."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.inference.autoencoder import Autoencoder
from recommender.insights import matching_parts
from recommender.insights.matching_parts import Part
from recommender.insights.palette import Colour, palette, shared_colours
from recommender.items import Item
from recommender.memo import Memo
from recommender.search import query
from recommender.search.index import Index
from recommender.search.query import EncodedQuery
from recommender.search.results import n_image
from recommender.search.selection import nearest_picture
from recommender.types import Floats, Mask

CELL_PX = 8  # of a picture that is cut into cells
KEPT_TRAITS = 256  # some 100 KB each
KEPT_EXPLANATIONS = 512


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Measured likeness of two pictures.

    Attributes
    ----------
    kind, colours : similarities in [0, 1] of the embeddings' two parts; None if they have no parts
    parts : places that match; none if the model has no features of regions
    shared : colours that both have
    first_colours, second_colours : all main colours of each
    """

    kind: float | None
    colours: float | None
    parts: tuple[Part, ...]
    shared: tuple[tuple[Colour, Colour], ...]
    first_colours: tuple[Colour, ...]
    second_colours: tuple[Colour, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Traits:
    """Features that one picture is compared by.

    Attributes
    ----------
    embedding : ndarray of shape (n_dims,), float32, as the index compares them
    spatial : ndarray of shape (size, size, channels), float16, features of each region of the
        picture; None if the model has none
    shown : ndarray of shape (size, size), bool, the regions that show foreground
    colours : its main colours
    """

    embedding: Floats
    spatial: NDArray[np.float16] | None
    shown: Mask | None
    colours: tuple[Colour, ...]


@dataclass(frozen=True, kw_only=True)
class Pictured:
    """A picture of a catalogue, by the hash of its content and its file."""

    sha256: str
    file: Path


Asked = Pictured | EncodedQuery


class Comparer:
    """Compares pictures that were encoded by one model, for one index; safe to share.

    What catalogue's pictures are compared by is remembered.
    """

    def __init__(self, model: Autoencoder, index: Index) -> None:
        self._model, self._index = model, index
        self._traits: Memo[str, Traits] = Memo(KEPT_TRAITS)

    def compare(self, first: Asked, second: Asked) -> Explanation:
        """Compare two pictures.

        Raises
        ------
        ImageError : a catalogue's picture cannot be read
        """
        return explain(self._index, self._of(first), self._of(second))

    def _of(self, asked: Asked) -> Traits:
        if isinstance(asked, EncodedQuery):
            return traits(asked)
        return self._traits.get(asked.sha256, lambda: self._encode(asked.file))

    def _encode(self, file: Path) -> Traits:
        return traits(query.encode(self._model, self._index, images.load(file)))


class Explainer:
    """Explains answers from one catalogue, each pair once; safe to share between threads.

    Parameters
    ----------
    catalogue, model, index : as a `Recommender` has them
    compare : does the work, as `Comparer.compare` does; in this thread if it is None
    """

    def __init__(
        self,
        catalogue: Catalogue,
        model: Autoencoder,
        index: Index,
        compare: Callable[[Asked, Asked], Explanation] | None = None,
    ) -> None:
        self._catalogue, self._index = catalogue, index
        self._compare = compare or Comparer(model, index).compare
        self._explanations: Memo[tuple[str, str], Explanation] = Memo(KEPT_EXPLANATIONS)

    def of_items(self, first_id: str, second_id: str) -> Explanation:
        """Compare two products; raises `CatalogueError` if there is no such product."""
        first, second = self._catalogue.get(first_id), self.compared(first_id, second_id)
        return self._explanations.get(
            (first.image_sha256, second.image_sha256),
            lambda: self._compare(self._pictured(first), self._pictured(second)),
        )

    def of_photo(self, photo: EncodedQuery, item_id: str) -> Explanation:
        """Compare a photo with a product; raises `CatalogueError` if there is no such product."""
        return self._compare(photo, self._pictured(self.compared(photo, item_id)))

    def compared(self, asked: EncodedQuery | str, item_id: str) -> Item:
        """Return a product with the picture in front that a photo or a product is compared with."""
        item = self._catalogue.get(item_id)
        if isinstance(asked, str):
            self._catalogue.get(asked)
            embedding = np.asarray(self._index.embeddings[self._index.row(asked)], np.float32)
        else:
            embedding = asked.embedding
        near = nearest_picture(self._index, item_id, embedding)
        return (
            item
            if near is None
            else item.showing(item.images[n_image(item, self._index, near.row)])
        )

    def _pictured(self, item: Item) -> Pictured:
        return Pictured(sha256=item.image_sha256, file=self._catalogue.image_path(item))


def traits(encoded: EncodedQuery) -> Traits:
    """Measure what a picture is compared by."""
    shown = None
    if encoded.spatial is not None:
        size = encoded.spatial.shape[0]
        square = images.letterbox(encoded.pixels, size * CELL_PX)
        shown = matching_parts.shown_cells(square, size)
    return Traits(
        embedding=encoded.embedding,
        spatial=None if encoded.spatial is None else encoded.spatial.astype(np.float16),
        shown=shown,
        colours=palette(encoded.pixels),
    )


def explain(index: Index, first: Traits, second: Traits) -> Explanation:
    """Compare two pictures that were encoded for an index."""
    kind = colours = None
    if index.projection is not None:
        kind, colours = index.projection.likeness(first.embedding, second.embedding)
    return Explanation(
        kind=kind,
        colours=colours,
        parts=_parts(first, second),
        shared=shared_colours(first.colours, second.colours),
        first_colours=first.colours,
        second_colours=second.colours,
    )


def _parts(first: Traits, second: Traits) -> tuple[Part, ...]:
    if first.spatial is None or second.spatial is None:
        return ()
    if first.shown is None or second.shown is None:
        return ()
    shown = (first.shown, second.shown)
    maps = (first.spatial.astype(np.float32), second.spatial.astype(np.float32))
    return matching_parts.matching_parts(*maps, shown)
