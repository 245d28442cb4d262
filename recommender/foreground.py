"""Separates the foreground of a picture, the product, from a plain background.

There are three definitions, for three purposes:

By colour (`foreground_mask`)
    The background's colour is the median of the border's pixels. A pixel belongs to the foreground
    if one of its channels differs from that colour by more than a tolerance. This is fast, and
    right for backgrounds of one colour.
By edges (`enclosed_mask`)
    The background is what can be reached from the border without crossing an edge. Soft shadows
    and light that falls off belong to it, whatever their colour. This takes a hundred times as
    long.
By both (`product_mask`)
    What edges enclose, without the backdrop that shows through it, as in a handle, and without
    shadows that end too sharply to be taken for soft light. For what is said about a product,
    where the floor must not count.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.types import Floats, Mask, Pixels

# Largest difference of a channel from the background's colour, of 255, within the background
SHAPE_TOLERANCE = 24  # where the shape counts: a pale product must not be lost
COLOUR_TOLERANCE = 40  # where colours count: a product's shadow must not be taken for a part of it
# Share of a row or a column that must be foreground; less is dust
LEAST_SHARE = 0.01
EDGE_BLUR_PX = 1.0
LEAST_EDGE = 4.5  # of 255 a pixel; softer ones are shadows and light that falls off
PLAIN_BORDER = 0.9  # share of the border that must be background
LEAST_PIECE = 0.002  # of the picture's area; smaller ones are specks
# A shadow is the backdrop, darker: its channels are the backdrop's times much the same share
LEAST_SHADE, MOST_SHADE, SHADE_TINT, SHADE_EDGE = 0.4, 1.03, 0.1, 16.0
LEAST_LEFT = 0.4  # of what edges enclose; if less differs, the product has the backdrop's colour

Box = tuple[float, float, float, float]
Number = TypeVar("Number", np.uint8, np.int32)


def border_pixels(pixels: NDArray[Number]) -> NDArray[Number]:
    """Pixels of a picture's four sides, shape (n, ...) of an array (height, width, ...)."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def background_colour(pixels: Pixels) -> Floats:
    """Median of the border's pixels, shape (3,), from 0 to 255."""
    return np.asarray(np.median(border_pixels(pixels), axis=0), np.float32)


def foreground_mask(
    pixels: Pixels, tolerance: float = SHAPE_TOLERANCE, background: Floats | None = None
) -> Mask:
    """Find the pixels that differ from the background's colour.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    tolerance : largest difference of a channel within the background, of 255
    background : its colour, of shape (3,), where it is known already

    Returns
    -------
    mask : ndarray of shape (height, width), bool
    """
    colour = background_colour(pixels) if background is None else background
    return np.asarray(_largest(np.abs(pixels - colour)) > tolerance)


def bounding_box(mask: Mask, least_share: float = LEAST_SHARE) -> Box:
    """Left, top, right and bottom of a foreground, in pixels; the whole picture if there is none.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool
    least_share : of a row or a column that must be foreground
    """
    left, right = _extent(mask.mean(axis=0), least_share)
    top, bottom = _extent(mask.mean(axis=1), least_share)
    return left, top, right, bottom


def enclosed_mask(square: Pixels) -> Mask | None:
    """Find the pixels that edges enclose; None where the background is not plain.

    Parameters
    ----------
    square : ndarray of shape (size, size, 3), uint8

    Returns
    -------
    mask : ndarray of shape (size, size), bool, without specks
    """
    regions = _regions(_edges(square) < LEAST_EDGE)
    border = border_pixels(regions)
    if (border > 0).mean() < PLAIN_BORDER:
        return None
    return _without_specks(~np.isin(regions, np.unique(border[border > 0])))


def product_mask(square: Pixels) -> Mask:
    """Find the pixels of a product: neither the floor, nor its shadow, nor what shows through.

    Where the background is not plain, all is left that a smooth surface does not join to the
    border.

    Parameters
    ----------
    square : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    mask : ndarray of shape (height, width), bool; all pixels where nothing is found
    """
    found = _product_within(square, _edges(square))
    return found if found.any() else np.ones(found.shape, np.bool_)


def plain_product_mask(square: Pixels) -> Mask | None:
    """Find the same pixels, none where nothing is found; None without a plain background."""
    edges = _edges(square)
    if (border_pixels(_regions(edges < LEAST_EDGE)) > 0).mean() < PLAIN_BORDER:
        return None
    return _product_within(square, edges)


def _product_within(square: Pixels, edges: Floats) -> Mask:
    regions = _regions((edges < LEAST_EDGE) | (shade_mask(square) & (edges < SHADE_EDGE)))
    border = border_pixels(regions)
    enclosed = _without_specks(~np.isin(regions, np.unique(border[border > 0])))
    differing = enclosed & foreground_mask(square, SHAPE_TOLERANCE)
    return differing if differing.sum() >= LEAST_LEFT * enclosed.sum() else enclosed


def shade_mask(square: Pixels) -> Mask:
    """Find the pixels of the backdrop's colour, or of its shadow's."""
    shares = square / np.maximum(background_colour(square), 1)
    shade = shares.mean(axis=2)
    has_tint = _largest(shares) + _largest(-shares) < SHADE_TINT
    return np.asarray(has_tint & (shade > LEAST_SHADE) & (shade < MOST_SHADE))


def product_core(square: Pixels) -> Mask:
    """Find the pixels that have a product's own colours, and none of the backdrop's.

    Where most of the product has the backdrop's colours, these count as its own. The outline does
    not count: its pixels mix both.

    Parameters
    ----------
    square : as for `product_mask`
    """
    from scipy import ndimage

    product = product_mask(square)
    core = product
    for own in (ndimage.binary_erosion(product), product & ~shade_mask(square)):
        if (core & own).sum() >= LEAST_LEFT * core.sum():
            core = core & own
    return core


def _largest(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Largest of each pixel's three channels; `max(axis=2)` takes three times as long."""
    first, second, third = np.moveaxis(values, 2, 0)
    return np.asarray(np.maximum(np.maximum(first, second), third))


def _edges(square: Pixels) -> Floats:
    """Return the steepness of each pixel, as the difference to its neighbour, of 255."""
    from scipy import ndimage  # a tenth of a second to import; few pages need it

    values = square.astype(np.float32)
    smooth = ndimage.gaussian_filter(values, (EDGE_BLUR_PX, EDGE_BLUR_PX, 0))
    steps = [_largest(np.abs(ndimage.sobel(smooth, axis))) / 8 for axis in (0, 1)]
    return np.asarray(np.hypot(*steps), np.float32)


def _regions(passable: Mask) -> NDArray[np.int32]:
    """Number the connected regions from 1; 0 where nothing passes."""
    from scipy import ndimage

    labelled, _ = ndimage.label(passable)
    return np.asarray(labelled, np.int32)


def _without_specks(mask: Mask) -> Mask:
    """Leave out the pieces that are too small to be a part of a product."""
    from scipy import ndimage

    pieces, n_pieces = ndimage.label(mask)
    sizes = ndimage.sum_labels(mask, pieces, np.arange(n_pieces + 1))
    return np.isin(pieces, np.flatnonzero(sizes >= LEAST_PIECE * mask.size))


def _extent(shares: NDArray[np.floating], least_share: float) -> tuple[float, float]:
    """First and last line with foreground; all lines where there is none."""
    places = np.flatnonzero(shares > least_share)
    return (float(places[0]), float(places[-1] + 1)) if len(places) else (0.0, float(len(shares)))
