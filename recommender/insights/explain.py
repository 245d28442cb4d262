"""Compares two pictures by kind, colours and matching parts; claims no cause."""

from dataclasses import dataclass

import numpy as np

from recommender.images import letterbox
from recommender.insights import matching_parts
from recommender.insights.matching_parts import Part
from recommender.insights.palette import Colour, palette, shared_colours
from recommender.search.index import Index
from recommender.search.query import EncodedQuery

CELL_PX = 16  # of a picture that is cut into cells


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Measured likeness of two pictures.

    Attributes
    ----------
    similarity : in [0, 1], of the embeddings as they are
    kind, colours : the same of the embeddings' two parts; None if they have no parts
    parts : places that match; none if the model has no features of regions
    shared : colours that both have
    first_colours, second_colours : all main colours of each
    """

    similarity: float
    kind: float | None
    colours: float | None
    parts: tuple[Part, ...]
    shared: tuple[tuple[Colour, Colour], ...]
    first_colours: tuple[Colour, ...]
    second_colours: tuple[Colour, ...]


def explain(index: Index, first: EncodedQuery, second: EncodedQuery) -> Explanation:
    """Compare two pictures that were encoded for an index."""
    kind = colours = None
    if index.projection is not None:
        kind, colours = index.projection.likeness(first.embedding, second.embedding)
    palettes = palette(first.pixels), palette(second.pixels)
    return Explanation(
        similarity=index.similarity(float(np.linalg.norm(first.embedding - second.embedding))),
        kind=kind,
        colours=colours,
        parts=_parts(first, second),
        shared=shared_colours(*palettes),
        first_colours=palettes[0],
        second_colours=palettes[1],
    )


def _parts(first: EncodedQuery, second: EncodedQuery) -> tuple[Part, ...]:
    if first.spatial is None or second.spatial is None:
        return ()
    size = first.spatial.shape[0]
    shown = [
        matching_parts.shown_cells(letterbox(each.pixels, size * CELL_PX), size)
        for each in (first, second)
    ]
    return matching_parts.matching_parts(first.spatial, second.spatial, (shown[0], shown[1]))
