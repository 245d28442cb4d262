"""What two pictures have in common, as far as can be measured; no cause is claimed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.images import letterbox
from recommender.inference.autoencoder import Autoencoder
from recommender.insights import matching_parts
from recommender.insights.matching_parts import Part
from recommender.insights.palette import Colour, palette, shared_colours
from recommender.search.index import Index

CELL_PX = 16  # of a picture that is cut into cells


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What two pictures have in common.

    Attributes
    ----------
    similarity : in [0, 1], of the embeddings as they are
    kind, colours : the same for what kind of thing it is, and for its colours; None if the model
        does not tell the two apart
    parts : places that look alike; none if the model does not say what is where
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


def explain(
    model: Autoencoder, index: Index, first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> Explanation:
    """Lay two pictures side by side.

    Parameters
    ----------
    first, second : ndarray of shape (height, width, 3), uint8, as `images.load` gives them
    """
    encoded = model.encode([model.prepare(each) for each in (first, second)])
    embeddings = index.embed(encoded.features)
    kind = colours = None
    if index.projection is not None:
        kind, colours = index.projection.likeness(embeddings[0], embeddings[1])
    parts: tuple[Part, ...] = ()
    if encoded.spatial is not None:
        size = encoded.spatial.shape[1]
        squares = [letterbox(each, size * CELL_PX) for each in (first, second)]
        shown = (
            matching_parts.shown_cells(squares[0], size),
            matching_parts.shown_cells(squares[1], size),
        )
        parts = matching_parts.matching_parts(encoded.spatial[0], encoded.spatial[1], shown)
    palettes = palette(first), palette(second)
    return Explanation(
        similarity=index.similarity(float(np.linalg.norm(embeddings[0] - embeddings[1]))),
        kind=kind,
        colours=colours,
        parts=parts,
        shared=shared_colours(*palettes),
        first_colours=palettes[0],
        second_colours=palettes[1],
    )
