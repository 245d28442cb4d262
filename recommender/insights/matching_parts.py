"""Finds the parts of two pictures that match."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.foreground import product_mask
from recommender.types import Floats, Mask, Pixels

LEAST_COSINE = 0.35  # between parts, after what all parts share is taken away
MAX_PARTS = 4
LEAST_APART = 3.0  # cells between two parts, so that each says something of its own
NEAR = 1.5  # cells by which the neighbours of two matching cells may be displaced
THIN = 0.6  # of the fullest cell
LEAST_COVERED = 0.4  # of a cell, by the product; less would put a mark on the floor


@dataclass(frozen=True, kw_only=True)
class Part:
    """A pair of matching places, one in each of two pictures.

    Attributes
    ----------
    first, second : x and y of the middle, from 0 at the left and the top to 1
    strength : how alike the two places are, in [0, 1]
    """

    first: tuple[float, float]
    second: tuple[float, float]
    strength: float


def matching_parts(first: Floats, second: Floats, shown: tuple[Mask, Mask]) -> tuple[Part, ...]:
    """The clearest parts of two pictures that are each other's best match, the clearest first.

    Cells match that choose each other among all cells of the other picture; what nearly all cells
    share is taken away first. A match counts more if the cells around it match those around the
    other in the same arrangement, and parts that lie close to a clearer one are left out.

    Parameters
    ----------
    first, second : ndarray of shape (size, size, channels), the spatial features of two pictures
    shown : ndarray of shape (size, size) each, the cells that show more than background

    References
    ----------
    Aberman et al., "Neural best-buddies: sparse cross-domain correspondence", SIGGRAPH 2018.
    """
    size = first.shape[0]
    cells = [each.reshape(-1, each.shape[-1]).astype(np.float32) for each in (first, second)]
    common = np.median(np.concatenate(cells), axis=0)
    units = [_unit(each - common) for each in cells]
    cosines = units[0] @ units[1].T
    cosines[~shown[0].ravel()] = -1
    cosines[:, ~shown[1].ravel()] = -1
    best_of_first, best_of_second = cosines.argmax(axis=1), cosines.argmax(axis=0)
    rows = np.arange(len(cosines))
    strengths = np.clip((cosines[rows, best_of_first] - LEAST_COSINE) / (1 - LEAST_COSINE), 0, 1)
    mutual = np.flatnonzero((best_of_second[best_of_first] == rows) & (strengths > 0))
    places = np.stack([np.divmod(mutual, size), np.divmod(best_of_first[mutual], size)]).astype(
        np.float64
    )  # (2 pictures, y and x, matches)
    clear = _clearness(places, strengths[mutual])
    kept = _apart(places, np.argsort(-clear, kind="stable"))
    middles = (places + 0.5) / size
    return tuple(
        Part(
            first=(float(middles[0, 1, match]), float(middles[0, 0, match])),
            second=(float(middles[1, 1, match]), float(middles[1, 0, match])),
            strength=float(strengths[mutual[match]]),
        )
        for match in kept
    )


def shown_cells(square: Pixels, size: int) -> Mask:
    """Find the cells of a picture that show the product.

    Parameters
    ----------
    square : ndarray of shape (side, side, 3), uint8; side is a multiple of `size`

    Returns
    -------
    shown : ndarray of shape (size, size), bool
    """
    product = product_mask(square)
    side = square.shape[0] // size
    covered = product[: side * size, : side * size].reshape(size, side, size, side).mean((1, 3))
    # a thin product, such as a chain, fills no cell: those that it fills most show it
    least = min(LEAST_COVERED, float(covered.max()) * THIN)
    return np.asarray(covered >= least)


def _clearness(places: NDArray[np.float64], strengths: NDArray[np.floating]) -> Floats:
    """Each match's strength, and that of the matches around it that keep its arrangement."""
    offsets = places[:, :, :, None] - places[:, :, None, :]  # (2, 2, matches, matches)
    is_around = np.abs(offsets[0]).max(axis=0) <= 1
    is_arranged = np.abs(offsets[0] - offsets[1]).max(axis=0) <= NEAR
    return np.asarray((is_around & is_arranged) @ strengths, np.float32)


def _apart(places: NDArray[np.float64], order: Sequence[int] | NDArray[np.intp]) -> list[int]:
    kept: list[int] = []
    for match in order:
        gaps = np.linalg.norm(places[:, :, kept] - places[:, :, [match]], axis=1)
        if len(kept) < MAX_PARTS and (gaps >= LEAST_APART).all():
            kept.append(int(match))
    return kept


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)
