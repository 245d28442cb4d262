"""Decides whether two pictures show the same thing: the rule for near-duplicates.

Embeddings propose pairs: they call a variant in another colour, or a sister of the same design,
nearly equal, and rightly so. So a pair that they propose is confirmed on the pixels: both pictures
are cut to what stands on their background, laid over each other, and compared in shape and colour.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.foreground import Box, background_colour, bounding_box, foreground_mask
from recommender.types import Floats, Pixels

if TYPE_CHECKING:
    from recommender.search.index import Index

SIDE_PX = 128  # of the sketch; finer detail is a matter of compression
GRID, CELLS = 32, 8  # what is compared, and the cells that may not differ
MARGIN = 0.125  # of background around a sketch, so that a cut may reach over its edge
# A pair is the same picture up to these bounds. Most pictures that were saved again, shrunk,
# cropped, given a border or another light stay below them; nearly all variants in another colour,
# the demo catalogue's and the article's, lie above. Tight rather than loose: a missed pair costs
# less than a sister product called a duplicate.
MAX_DIFFERENT = 0.12  # share of what stands on the backgrounds
MAX_CELL = 0.08  # of the range of a channel, in the cell that differs most
MAX_TINT = 0.04  # the same, with what is merely lighter or darker taken away
HOPELESS = 0.4  # of the same share, before the one is moved over the other
MAX_STRETCH = 1.2  # of the width over the height
MAX_GAIN = 1.15  # another exposure
CHANNEL_MAX = 255
# By which an edge of the cut moves, as a share of its side
STEPS = (0.04, 0.02, 0.02, 0.01, 0.01, 0.005)
PROPOSED_QUANTILE = 50  # percent of `Index.nearest_quantiles`


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """Reduced picture for comparison.

    Attributes
    ----------
    pixels : ndarray of shape (height, width, 3), uint8; shrunk, with a margin of background
    background : its colour
    box : left, top, right and bottom of what stands on the background, in pixels
    """

    pixels: Pixels
    background: Floats
    box: Box


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Differences of two pictures that are laid over each other.

    Attributes
    ----------
    share : of what stands on the backgrounds, in [0, 1]
    largest_cell : of the grid's cells' mean difference, in [0, 1]
    largest_tint : the same in hue and saturation alone, the backgrounds' among them
    """

    share: float
    largest_cell: float
    largest_tint: float

    @property
    def misfit(self) -> float:
        """Measure of difference that the best overlay minimises."""
        return self.share + self.largest_cell

    @property
    def is_same(self) -> bool:
        """Whether both are one picture, but for how it was saved, cut or lit."""
        return (
            self.share <= MAX_DIFFERENT
            and self.largest_cell <= MAX_CELL
            and self.largest_tint <= MAX_TINT
        )


UNLIKE = Difference(share=1.0, largest_cell=1.0, largest_tint=1.0)


def proposal_distance(index: "Index") -> float:
    """Distance of embeddings up to which a pair is worth a look at its pixels.

    It is the catalogue's own: the median distance between an item and its nearest other item. A
    picture that was only saved, cut or lit differently lies nearer to its original than that.
    """
    return float(index.nearest_quantiles[PROPOSED_QUANTILE])


def sketch(pixels: Pixels) -> Sketch:
    """Reduce a picture to what is compared.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8, as `images.load` gives it
    """
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BOX, reducing_gap=2.0)
    small = np.asarray(picture)
    background = background_colour(small)
    margin = int(MARGIN * SIDE_PX)
    padded = np.empty((small.shape[0] + 2 * margin, small.shape[1] + 2 * margin, 3), np.uint8)
    padded[:] = np.rint(background)
    padded[margin:-margin, margin:-margin] = small
    box = bounding_box(foreground_mask(padded, background=background))
    return Sketch(pixels=padded, background=background, box=box)


def compare(first: Sketch, second: Sketch) -> Difference:
    """Compare two pictures, the second laid over the first as well as it fits."""
    stretch = _ratio(first.box) / _ratio(second.box)
    if not 1 / MAX_STRETCH <= stretch <= MAX_STRETCH:
        return UNLIKE
    backgrounds = _tint(first.background - second.background)
    target, box = _cut(first, first.box), second.box
    best = _difference(target, _cut(second, box), backgrounds)
    if best.share > HOPELESS:
        return best  # no shift by a few pixels makes these equal
    for step in STEPS:
        for edge in range(4):
            for sign in (-1, 1):
                moved = _moved(box, edge, sign * step)
                found = _difference(target, _cut(second, moved), backgrounds)
                if found.misfit < best.misfit:
                    best, box = found, moved
    return best


def _ratio(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) / (bottom - top)


def _moved(box: Box, edge: int, share: float) -> Box:
    sides = list(box)
    sides[edge] += share * (box[2] - box[0] if edge % 2 == 0 else box[3] - box[1])
    return sides[0], sides[1], sides[2], sides[3]


def _cut(drawn: Sketch, box: Box) -> Floats:
    """Contents of the box, as a difference from the background; shape (GRID, GRID, 3)."""
    from PIL import Image

    height, width = drawn.pixels.shape[:2]
    within = (
        max(0.0, box[0]),
        max(0.0, box[1]),
        min(float(width), box[2]),
        min(float(height), box[3]),
    )
    cut = Image.fromarray(drawn.pixels).resize((GRID, GRID), Image.Resampling.BOX, box=within)
    return np.asarray(cut, np.float32) - drawn.background


def _difference(first: Floats, second: Floats, backgrounds: float) -> Difference:
    energy = float(np.square(second).sum())
    gain = float((first * second).sum()) / energy if energy else 1.0
    lit = second * np.clip(gain, 1 / MAX_GAIN, MAX_GAIN)
    apart = first - lit
    contents = float(np.abs(first).sum() + np.abs(lit).sum())
    side = GRID // CELLS
    cells = apart.reshape(CELLS, side, CELLS, side, 3).mean(axis=(1, 3))  # (CELLS, CELLS, 3)
    return Difference(
        share=float(np.abs(apart).sum()) / contents if contents else 0.0,
        largest_cell=float(np.abs(cells).max()) / CHANNEL_MAX,
        largest_tint=max(_tint(cells), backgrounds),
    )


def _tint(colours: Floats) -> float:
    """Largest difference of a channel from the mean of its colour's channels, in [0, 1]."""
    grey = colours.mean(axis=-1, keepdims=True)
    return float(np.abs(colours - grey).max()) / CHANNEL_MAX
