"""Mugs and vases."""

from __future__ import annotations

import random
from math import pi

from ..look import Category, Look, Looks, Product
from ..materials import ceramic, glass, metal
from ..palette import COLOURS
from ..shapes import catmull, lathe, sharp, tube

POTTERY = (
    "white",
    "ivory",
    "black",
    "grey",
    "navy",
    "sky",
    "teal",
    "sage",
    "olive",
    "mustard",
    "terracotta",
    "red",
    "blush",
    "lilac",
    "brown",
)
GLAZES = ("plain", "plain", "dip", "speckle", "stripe", "reactive")

_HANDLES = {
    "c": ((0, 1), (0.8, 0.85), (1.15, 0), (0.8, -0.85), (0, -1)),
    "d": ((0, 1), (1, 1), (1.15, 0.6), (1.1, -0.5), (0, -1.1)),
    "ear": ((0, 1.1), (1.05, 1.05), (1.1, 0.3), (0.4, -0.7), (0, -0.9)),
}


def mug(rng: random.Random, look: Look) -> Product:
    """A mug: straight, bellied or waisted, with one of three handles."""
    gloss = rng.random() < 0.65
    radius, height = rng.uniform(0.34, 0.46), rng.uniform(0.75, 1.05)
    belly, flare = rng.uniform(-0.05, 0.08), rng.uniform(-0.04, 0.05)
    reach, style = rng.uniform(0.18, 0.28), rng.choice(sorted(_HANDLES))
    handle_width, detail = rng.uniform(0.9, 1.5), rng.random()
    azimuth, elevation = rng.uniform(-15, 20), rng.uniform(14, 26)
    glaze = ceramic(COLOURS[look.colour], COLOURS[look.accent], gloss, look.pattern, detail)
    wall = 0.035
    waist = radius + belly
    foot = [(0, 0), (radius * 0.8, 0), (radius * 0.9, 0.02)]
    outside = [foot[-1], (radius * 0.97, 0.08), (waist, 0.45 * height)]
    outside.append((radius + flare, height - 0.02))
    profile = foot + [tuple(point) for point in catmull(outside, 10)][1:]
    rim = profile[-1][0]
    inside = [(rim - wall, height - 0.03), (waist - wall, 0.45 * height)]
    inside += [(radius * 0.9 - wall, 0.1), (radius * 0.5, 0.06), (0, 0.055)]
    profile += [(rim - wall * 0.3, height), (rim - wall, height - 0.015)]
    profile += [tuple(point) for point in catmull(inside, 10)]
    middle, side = height * 0.5, radius + belly * 0.8 - 0.01
    points = [(side + reach * x, 0, middle + reach * z) for x, z in _HANDLES[style]]
    handle = tube(points, 0.055, glaze, smooth=12)
    handle.scale = (1, handle_width, 1)
    return Product(
        [lathe(profile, glaze), handle],
        azimuth,
        elevation,
        material="ceramic" if gloss else "stoneware",
        pattern=look.pattern,
    )


CATEGORIES = (
    Category(
        "mug",
        "mug",
        mug,
        price=(9, 32),
        looks=Looks(colours=POTTERY, patterns=GLAZES),
        title="{pattern} {material} mug, {colour}",
    ),
)
