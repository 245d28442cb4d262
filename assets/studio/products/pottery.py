"""Vases, bowls and plates."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import ceramic, ringed_ceramic, tinted_glass
from ..palette import COLOURS
from ..shapes import fluted, lathe, polygonal, reshape, sharp, shell, squared
from .tableware import GLAZES, POTTERY, clay, ear, glaze, smooth_outline

# Outsides: (radius, height) as parts of the whole.
_VASES = {
    "bulb": ((0.5, 0), (1, 0.3), (0.8, 0.58), (0.3, 0.78), (0.26, 0.92), (0.34, 1)),
    "cylinder": ((0.93, 0), (1, 0.06), (0.98, 0.5), (0.97, 0.92), (0.95, 1)),
    "gourd": ((0.62, 0), (1, 0.24), (0.5, 0.52), (0.68, 0.72), (0.36, 0.93), (0.38, 1)),
    "bottle": ((0.82, 0), (1, 0.16), (0.96, 0.42), (0.34, 0.62), (0.24, 0.85), (0.28, 1)),
    "trumpet": ((0.72, 0), (0.52, 0.22), (0.5, 0.5), (0.72, 0.82), (1, 1)),
    "urn": ((0.42, 0), (0.72, 0.3), (1, 0.64), (0.68, 0.84), (0.52, 0.92), (0.64, 1)),
    "moon": ((0.45, 0), (0.9, 0.22), (1, 0.48), (0.82, 0.76), (0.34, 0.92), (0.34, 1)),
    "cone": ((1, 0), (0.95, 0.12), (0.62, 0.55), (0.34, 0.9), (0.32, 1)),
    "tulip": ((0.4, 0), (0.8, 0.22), (1, 0.5), (0.86, 0.8), (0.8, 0.92), (0.92, 1)),
}
_VASE_HEIGHTS = {
    "bulb": 2.6,
    "cylinder": 3.4,
    "gourd": 3.0,
    "bottle": 3.6,
    "trumpet": 3.4,
    "urn": 2.5,
    "moon": 1.9,
    "cone": 2.7,
    "tulip": 2.4,
}
_EARED = {"urn", "bulb", "bottle", "gourd", "tulip"}


def vase(rng: random.Random, look: Look) -> Product:
    """A vase: nine outlines, round, oval, faceted or fluted, some with ears."""
    style, gloss, detail = rng.choice(sorted(_VASES)), rng.random() < 0.5, rng.random()
    slim, ears = rng.uniform(0.8, 1.25), rng.choice((0, 0, 1, 2))
    sway = [rng.uniform(0.92, 1.08) for _ in range(6)]
    surface = rng.choice(("smooth", "smooth", "smooth", "facet", "flute", "flute"))
    count, depth = rng.choice((8, 10, 12, 16, 22)), rng.uniform(0.02, 0.045)
    oval, reach = rng.choice((1.0, 1.0, 1.0, 0.6)), rng.uniform(0.09, 0.16)
    azimuth, elevation = rng.uniform(-20, 20), rng.uniform(6, 18)
    is_glass = look.material == "glass"
    material = tinted_glass(COLOURS[look.colour]) if is_glass else glaze(look, gloss, detail)
    radius = 0.36
    height = radius * _VASE_HEIGHTS[style] * slim
    points = [
        (x * radius * factor, 0.02 + z * height)
        for (x, z), factor in zip(_VASES[style], sway, strict=False)
    ]
    outline = smooth_outline(points, 12)
    low = outline[0][0]
    foot = [(0, 0.012), (low * 0.8, 0.012), (low * 0.86, 0), (low * 0.97, 0)]
    profile = shell(outline, 0.024, foot)
    if surface == "facet":
        body = sharp(lathe(profile, material, facet=count), 12)
    else:
        body = lathe(profile, material, 176)
    if surface == "flute":
        reshape(body, fluted(count, depth))
    parts = [body]
    if ears and style in _EARED and oval == 1.0 and surface == "smooth":
        top, bottom = 0.93 * height, 0.58 * height
        for side in (-1, 1)[:ears]:
            parts.append(
                ear(outline, top, bottom, reach, 0.026, glaze(look, gloss, detail, trim=True), side)
            )
    body.scale = (1, oval, 1)
    pattern = "plain" if is_glass else look.pattern
    made_of = "glass" if is_glass else clay(gloss)
    words = "fluted" if surface == "flute" else style
    return Product(parts, azimuth, elevation, words=words, material=made_of, pattern=pattern)


# Outsides from the foot to the rim, in parts of the radius.
_BOWLS = {
    "rice": ((0.4, 0), (0.72, 0.2), (0.93, 0.5), (1, 0.8)),
    "coupe": ((0.5, 0), (0.75, 0.1), (0.92, 0.25), (1, 0.46)),
    "straight": ((0.78, 0), (0.9, 0.08), (0.97, 0.28), (1, 0.62)),
    "conical": ((0.34, 0), (0.56, 0.22), (0.78, 0.44), (1, 0.66)),
    "flared": ((0.42, 0), (0.7, 0.2), (0.8, 0.46), (0.88, 0.6), (1, 0.68)),
    "closed": ((0.5, 0), (0.85, 0.16), (1, 0.4), (0.96, 0.6), (0.86, 0.72)),
}
# Deep enough that the outside shows more than another colour inside.
_LINED = {"rice", "straight", "closed"}
_ALL_OVER = {"plain", "speckle", "reactive", "stripe"}


def _inside(profile: list[Any], outline: list[Any]) -> tuple[list[Any], list[Any]]:
    """The profile of a vessel cut in two at its rim."""
    top = max(range(len(profile)), key=lambda index: profile[index][1])
    top = max(top, len(outline))
    return profile[: top + 1], profile[top:]


def bowl(rng: random.Random, look: Look) -> Product:
    """A bowl: six outlines on a low or tall foot, plain inside or in the other colour."""
    style, gloss, detail = rng.choice(sorted(_BOWLS)), rng.random() < 0.55, rng.random()
    tall, sway = rng.uniform(0.8, 1.2), [rng.uniform(0.95, 1.05) for _ in range(5)]
    foot_height = rng.choice((0.02, 0.03, 0.06, 0.06, 0.22))
    surface, count = rng.choice(("", "", "", "", "", "fluted", "lobed")), rng.choice((18, 24, 32))
    lined, wall = rng.random() < 0.4 and style in _LINED, rng.uniform(0.022, 0.036)
    elevation = rng.uniform(10, 16) if lined else rng.uniform(17, 34)
    outer = glaze(look, gloss, detail)
    inner = COLOURS[look.accent if lined and look.pattern != "dip" else look.colour]
    lining = outer if look.pattern in _ALL_OVER and not lined else ceramic(inner, None, gloss)
    radius = 0.5
    points = [
        (x * radius * factor, foot_height + z * radius * tall)
        for (x, z), factor in zip(_BOWLS[style], sway, strict=False)
    ]
    outline = smooth_outline(points, 12)
    ring, tall_foot = outline[0][0], foot_height > 0.1
    base, stem = (0.25, min(0.16, ring * 0.85)) if tall_foot else (ring, ring * 0.97)
    foot = [(0, foot_height * 0.6), (base * 0.86, foot_height * 0.6), (base * 0.9, 0), (base, 0)]
    foot += [(base, 0.008), (stem, foot_height * 0.6), (stem, foot_height * 0.85)]
    outside, inside = _inside(shell(outline, wall, foot), outline)
    parts = [lathe(outside, outer, 144), lathe(inside, lining, 144)]
    for part in parts:
        if surface:
            reshape(part, fluted(count if surface == "fluted" else 6, 0.014))
    shape = surface or ("footed" if tall_foot else style)
    return Product(parts, 0.0, elevation, words=shape, material=clay(gloss), pattern=look.pattern)


# Plates from the middle to the rim: (radius, height) in parts of the radius.
_PLATES = {
    "coupe": ((0.5, 0), (0.7, 0.02), (0.88, 0.07), (1, 0.16)),
    "rimmed": ((0.55, 0), (0.63, 0.02), (0.69, 0.085), (0.76, 0.1), (1, 0.14)),
    "walled": ((0.85, 0), (0.93, 0.012), (0.97, 0.06), (0.98, 0.12), (0.985, 0.2)),
    "pasta": ((0.42, 0), (0.56, 0.06), (0.64, 0.19), (0.7, 0.21), (1, 0.25)),
    "flat": ((0.7, 0), (0.86, 0.005), (0.95, 0.02), (1, 0.05)),
}


def _scallops(turn: float) -> float:
    return 0.95 + 0.05 * abs(sin(turn * 8)) ** 0.7


_EDGES: dict[str, Callable[[float], float] | None] = {
    "round": None,
    "oval": None,
    "square": squared(7),
    "octagonal": polygonal(8),
    "scalloped": _scallops,
    "ribbed": fluted(48, 0.008),
}


def plate(rng: random.Random, look: Look) -> Product:
    """A plate seen from above: five sections and six outlines."""
    style, gloss, detail = rng.choice(sorted(_PLATES)), rng.random() < 0.55, rng.random()
    edge = rng.choice(("round", "round", "round", *sorted(_EDGES)))
    tall, wall = rng.uniform(0.85, 1.2), rng.uniform(0.014, 0.022)
    turned, elevation = rng.uniform(-25, 25), rng.uniform(32, 62)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    if look.pattern in {"rimmed", "stripe"}:
        material = ringed_ceramic(colour, accent, gloss, look.pattern, detail, edge == "square")
    else:
        material = glaze(look, gloss, detail)
    radius, ring = 0.5, 0.022
    outline = smooth_outline(
        [(x * radius, ring + z * radius * tall) for x, z in _PLATES[style]], 12
    )
    base = outline[0][0]
    foot = [(0, ring), (base * 0.88, ring), (base * 0.9, 0), (base * 0.97, 0)]
    body = lathe(shell(outline, wall, foot), material, 192, y_scale=0.68 if edge == "oval" else 1)
    scale_at = _EDGES[edge]
    if scale_at:
        reshape(body, scale_at)
    words = style if edge == "round" else edge
    return Product(
        [body], turned, elevation, words=words, material=clay(gloss), pattern=look.pattern
    )


CATEGORIES = (
    Category(
        "vase",
        "vase",
        vase,
        price=(19, 120),
        looks=Looks(
            colours=(*POTTERY, "green", "pink"),
            patterns=GLAZES,
            materials=("ceramic", "ceramic", "ceramic", "glass"),
        ),
    ),
    Category(
        "bowl",
        "bowl",
        bowl,
        price=(11, 58),
        looks=Looks(colours=POTTERY, patterns=GLAZES),
    ),
    Category(
        "plate",
        "plate",
        plate,
        price=(9, 36),
        looks=Looks(
            colours=POTTERY, patterns=("plain", "speckle", "reactive", "rimmed", "rimmed", "stripe")
        ),
    ),
)
