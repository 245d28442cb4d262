"""Finds the main colours of a product, and their everyday names."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender.foreground import product_core
from recommender.types import Pixels

SIDE_PX = 96  # colours need no detail
N_CANDIDATES, N_ROUNDS, MAX_COLOURS = 10, 6, 5
SAME = 14.0  # CIELAB distance below which two colours are one
SHARED = 16.0  # and below which two pictures share one: light differs between pictures
LEAST_SHARE = 0.06
LEAST_PIXELS = 64
NAMES = {
    "black": (24, 24, 26), "charcoal": (62, 64, 68), "grey": (128, 128, 130),
    "light grey": (196, 197, 200), "white": (246, 246, 246), "cream": (240, 229, 204),
    "beige": (212, 190, 156), "tan": (188, 144, 96), "brown": (112, 72, 44),
    "dark brown": (60, 38, 28), "red": (200, 34, 40), "burgundy": (112, 24, 44),
    "terracotta": (196, 88, 58), "orange": (238, 130, 40), "mustard": (206, 158, 44),
    "yellow": (246, 214, 64), "gold": (198, 152, 76), "olive": (112, 112, 52),
    "green": (52, 140, 72), "dark green": (26, 72, 48), "sage": (160, 178, 148),
    "mint": (172, 222, 200), "teal": (22, 116, 116), "turquoise": (64, 190, 194),
    "sky blue": (140, 190, 224), "blue": (44, 96, 190), "navy": (30, 42, 88),
    "lilac": (188, 164, 214), "purple": (116, 60, 140), "pink": (236, 150, 178),
    "blush": (232, 196, 188),
}  # fmt: skip

Lab = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Colour:
    """A colour of a picture.

    Attributes
    ----------
    rgb : from 0 to 255
    share : of what is not background, in [0, 1]
    """

    rgb: tuple[int, int, int]
    share: float

    @property
    def name(self) -> str:
        """The nearest of the colours that everybody knows."""
        here = to_lab(np.array([self.rgb], np.float64))
        return tuple(NAMES)[int(np.linalg.norm(_named_lab() - here, axis=1).argmin())]


@cache
def _named_lab() -> Lab:
    return to_lab(np.array(list(NAMES.values()), np.float64))


def palette(pixels: Pixels) -> tuple[Colour, ...]:
    """Find the main colours of a product, the largest first; its backdrop and shadow do not count.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    small = Image.fromarray(pixels)
    small.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    rows = np.asarray(small)
    shown = rows[product_core(rows)]
    if len(shown) < LEAST_PIXELS:
        shown = rows.reshape(-1, 3)
    reduced = Image.fromarray(shown[None]).quantize(
        N_CANDIDATES, Image.Quantize.MEDIANCUT, kmeans=N_ROUNDS
    )
    counts = np.bincount(np.asarray(reduced).ravel(), minlength=N_CANDIDATES)
    table = np.array(reduced.getpalette(), np.float64).reshape(-1, 3)
    merged: list[tuple[float, NDArray[np.float64], Lab]] = []
    labs = to_lab(table)
    for entry in np.argsort(-counts[: len(table)], kind="stable"):
        share, rgb, lab = counts[entry] / len(shown), table[entry], labs[entry]
        for place, (known, other, other_lab) in enumerate(merged):
            if np.linalg.norm(lab - other_lab) < SAME:
                mixed = (known * other + share * rgb) / (known + share)
                merged[place] = (known + share, mixed, to_lab(mixed[None])[0])
                break
        else:
            merged.append((share, rgb, lab))
    merged.sort(key=lambda colour: -colour[0])
    return tuple(
        Colour(rgb=(round(red), round(green), round(blue)), share=float(share))
        for share, (red, green, blue), _ in merged[:MAX_COLOURS]
        if share >= LEAST_SHARE
    )


def shared_colours(
    first: tuple[Colour, ...], second: tuple[Colour, ...]
) -> tuple[tuple[Colour, Colour], ...]:
    """Colours that two palettes have in common, what takes most room in both first."""
    left = list(second)
    pairs = []
    for colour in first:
        here = to_lab(np.array([colour.rgb], np.float64))
        gaps = [
            float(np.linalg.norm(to_lab(np.array([each.rgb], np.float64)) - here)) for each in left
        ]
        if gaps and min(gaps) < SHARED:
            pairs.append((colour, left.pop(int(np.argmin(gaps)))))
    return tuple(sorted(pairs, key=lambda pair: -min(pair[0].share, pair[1].share)))


def to_lab(rgb: NDArray[np.float64]) -> Lab:
    """CIELAB of sRGB colours.

    Parameters
    ----------
    rgb : ndarray of shape (n, 3), from 0 to 255

    References
    ----------
    CIE 15:2004, with the D65 white of IEC 61966-2-1.
    """
    unit = rgb / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
