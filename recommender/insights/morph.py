"""Interpolates between two products: between their pictures, and between their embeddings.

A code says what lies where, so the mean of two codes is decoded as a double exposure. Pictures are
therefore mixed before they are encoded, after both are bent to a common outline, which lies
between the outlines of the two; then form, material and colour change at once. Where a picture has
no plain ground there is no outline to be found: nothing is bent, and one picture fades into the
other.

References: Beier & Neely, "Feature-based image metamorphosis", SIGGRAPH 1992 (bend, then mix);
Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985 (spherical interpolation).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.foreground import plain_product_mask
from recommender.inference.autoencoder import Autoencoder
from recommender.types import Floats, Mask, Pixels

LEAST_HEIGHT = 0.1
N_ROWS = 64  # at which an outline is kept
SMOOTHING_ROWS = 1.5
LEAST_WIDTH = 0.02  # of the picture's width


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Outline of a product in its picture; all values are shares of the picture's sides.

    Attributes
    ----------
    top, bottom : of the product
    left, right : ndarray of shape (N_ROWS,), its edges from top to bottom
    """

    top: float
    bottom: float
    left: Floats
    right: Floats

    def towards(self, other: "Outline", share: float) -> "Outline":
        """The outline that lies between this one (share 0) and another (share 1)."""

        def mix(mine: Floats, theirs: Floats) -> Floats:
            return np.asarray((1 - share) * mine + share * theirs, np.float32)

        return Outline(
            top=(1 - share) * self.top + share * other.top,
            bottom=(1 - share) * self.bottom + share * other.bottom,
            left=mix(self.left, other.left),
            right=mix(self.right, other.right),
        )


def decode_between(model: Autoencoder, first: Pixels, second: Pixels, shares: Floats) -> Pixels:
    """Pictures between two pictures, as the model rebuilds them from its code.

    Parameters
    ----------
    first, second : ndarray of shape (height, width, 3), uint8
    shares : ndarray of shape (n_steps,), from 0, the first picture, to 1, the second

    Returns
    -------
    decoded : ndarray of shape (n_steps, size, size, 3), uint8
    """
    ends = [model.prepare(pixels) for pixels in (first, second)]
    outlines = [find_outline(square) for square in ends]
    mixed = [_mix(ends, outlines, float(share)) for share in shares]
    decoded = model.rebuild(mixed)
    return np.asarray(np.rint(decoded * 255), np.uint8)


def interpolate(first: Floats, second: Floats, shares: Floats) -> Floats:
    """Embeddings between two, along the arc for those of unit length and else along the line.

    Parameters
    ----------
    first, second : ndarray of shape (n_dims,)
    shares : ndarray of shape (n_steps,), from 0 to 1

    Returns
    -------
    between : ndarray of shape (n_steps, n_dims), float32, between unit-length ends of unit length
    """
    lengths = np.linalg.norm([first, second], axis=1)
    angle = float(np.arccos(np.clip(first @ second / max(lengths.prod(), 1e-12), -1, 1)))
    at = shares[:, None]
    is_unit = np.allclose(lengths, 1, atol=1e-3)
    if not is_unit or np.sin(angle) < 1e-6:  # noqa: PLR2004  the same, or opposite
        return np.asarray((1 - at) * first + at * second, np.float32)
    parts = np.sin((1 - at) * angle) * first + np.sin(at * angle) * second
    return np.asarray(parts / np.sin(angle), np.float32)


def find_outline(square: Pixels) -> Outline | None:
    """Find the outline of a product, without its shadow; None where its background is not plain."""
    product = plain_product_mask(square)
    return None if product is None else outline_of(product)


def outline_of(product: Mask) -> Outline | None:
    """Return the outline of the pixels of a product; None where it is hardly there."""
    rows = np.flatnonzero(product.any(axis=1))
    if len(rows) < LEAST_HEIGHT * len(product):
        return None
    return _trace(product[rows[0] : rows[-1] + 1], int(rows[0]))


def _trace(product: Mask, top: int) -> Outline:
    """The outline of what is there, from its first row to its last."""
    height, size = product.shape
    filled = np.flatnonzero(product.any(axis=1))
    left = product[filled].argmax(axis=1)
    right = size - product[filled][:, ::-1].argmax(axis=1)
    at = np.linspace(0, height - 1, N_ROWS)
    low, high = (_smooth(np.interp(at, filled, edge)) / size for edge in (left, right))
    return Outline(
        top=top / size,
        bottom=(top + height) / size,
        left=low,
        right=np.maximum(high, low + LEAST_WIDTH),
    )


def bend(square: Pixels, outline: Outline, wanted: Outline) -> Pixels:
    """Move what stands within one outline into another; the ground around it gives way.

    Parameters
    ----------
    square : ndarray of shape (size, size, 3), uint8
    outline : of the product in it
    wanted : where the product shall stand
    """
    size = len(square)
    at = (np.arange(size, dtype=np.float32) + 0.5) / size
    rows = np.interp(at, [0, wanted.top, wanted.bottom, 1], [0, outline.top, outline.bottom, 1])
    height = max(wanted.bottom - wanted.top, 1e-6)
    place = np.clip((at - wanted.top) / height, 0, 1) * (N_ROWS - 1)
    edges = [
        np.interp(place, np.arange(N_ROWS), edge)
        for edge in (wanted.left, wanted.right, outline.left, outline.right)
    ]
    columns = np.stack(
        [
            np.interp(at, [0, low, high, 1], [0, from_low, from_high, 1])
            for low, high, from_low, from_high in zip(*edges, strict=True)
        ]
    )
    return _sample(square, np.broadcast_to(rows[:, None], columns.shape) * size, columns * size)


def _mix(ends: list[Pixels], outlines: list[Outline | None], share: float) -> Pixels:
    first, second = outlines
    if first is not None and second is not None:
        wanted = first.towards(second, share)
        ends = [bend(ends[0], first, wanted), bend(ends[1], second, wanted)]
    mixed = (1 - share) * ends[0].astype(np.float32) + share * ends[1]
    return np.asarray(np.rint(mixed), np.uint8)


def _sample(square: Pixels, y: NDArray[np.floating], x: NDArray[np.floating]) -> Pixels:
    """Bilinear values of a picture at places in pixels, whose centres lie at halves."""
    size = len(square)
    y, x = np.clip(y - 0.5, 0, size - 1), np.clip(x - 0.5, 0, size - 1)
    top, left = (np.minimum(at.astype(np.intp), size - 2) for at in (y, x))
    down, across = (y - top)[..., None], (x - left)[..., None]
    values = square.astype(np.float32)
    upper = values[top, left] * (1 - across) + values[top, left + 1] * across
    lower = values[top + 1, left] * (1 - across) + values[top + 1, left + 1] * across
    return np.asarray(np.rint(upper * (1 - down) + lower * down), np.uint8)


def _smooth(edge: NDArray[np.floating]) -> Floats:
    reach = int(3 * SMOOTHING_ROWS)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTHING_ROWS) ** 2)
    padded = np.pad(edge, reach, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), mode="valid"), np.float32)
