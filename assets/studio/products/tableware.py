"""Mugs and teapots."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import ceramic, metal, wood
from ..palette import COLOURS
from ..shapes import (
    ball_profile,
    catmull,
    circle,
    fluted,
    lathe,
    loft,
    modify,
    radius_at,
    reshape,
    tube,
)

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


def glaze(look: Look, gloss: bool, detail: float, *, trim: bool = False) -> Any:
    """The earthenware of a look; the gloss and the detail are the design's.

    ``trim`` is for what is set onto a body: its stripes and its dip would not continue the body's.
    """
    kind = "plain" if trim and look.pattern in {"dip", "stripe"} else look.pattern
    return ceramic(COLOURS[look.colour], COLOURS[look.accent], gloss, kind, detail)


def clay(gloss: bool) -> str:
    """What the shop calls the earthenware."""
    return "ceramic" if gloss else "stoneware"


def smooth_outline(points: Sequence[Sequence[float]], steps: int = 10) -> list[tuple[float, float]]:
    """A smooth line through (radius, height) points."""
    return [(max(0.02, point[0]), point[1]) for point in catmull(points, steps)]


def ear(
    outline: Sequence[Sequence[float]],
    top: float,
    bottom: float,
    reach: float,
    radius: float,
    material: Any,
    side: int = -1,
) -> Any:
    """A handle from one height of a body to another, standing off to one side."""
    high, low = radius_at(outline, top), radius_at(outline, bottom)
    span = top - bottom
    out = max(high, low) + reach
    line = [
        (high - radius, top),
        (high + reach * 0.6, top + span * 0.08),
        (out, top - span * 0.25),
        (out * 0.94 + low * 0.06, top - span * 0.6),
        (low + reach * 0.3, bottom - span * 0.02),
        (low - radius, bottom),
    ]
    return tube([(side * x, 0, z) for x, z in line], radius, material, smooth=12)


def mug(rng: random.Random, look: Look) -> Product:
    """A mug: straight, bellied or waisted, with one of three handles."""
    gloss = rng.random() < 0.65
    radius, height = rng.uniform(0.34, 0.46), rng.uniform(0.75, 1.05)
    belly, flare = rng.uniform(-0.05, 0.08), rng.uniform(-0.04, 0.05)
    reach, style = rng.uniform(0.18, 0.28), rng.choice(sorted(_HANDLES))
    handle_width, detail = rng.uniform(0.9, 1.5), rng.random()
    azimuth, elevation = rng.uniform(-15, 20), rng.uniform(14, 26)
    material = glaze(look, gloss, detail)
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
    handle = tube(points, 0.055, material, smooth=12)
    handle.scale = (1, handle_width, 1)
    return Product(
        [lathe(profile, material), handle],
        azimuth,
        elevation,
        material=clay(gloss),
        pattern=look.pattern,
    )


# Bodies of teapots: (radius, height) as parts of the whole.
_POTS = {
    "round": ((0.55, 0), (0.92, 0.24), (1, 0.5), (0.86, 0.78), (0.5, 1)),
    "squat": ((0.62, 0), (0.96, 0.22), (1, 0.45), (0.82, 0.75), (0.45, 1)),
    "tall": ((0.9, 0), (1, 0.12), (0.88, 0.5), (0.7, 0.85), (0.58, 1)),
    "straight": ((0.94, 0), (1, 0.05), (1, 0.5), (0.99, 0.85), (0.9, 0.96), (0.6, 1)),
    "pear": ((0.6, 0), (0.98, 0.22), (0.9, 0.45), (0.55, 0.78), (0.48, 1)),
}
_POT_HEIGHTS = {"round": 1.75, "squat": 1.15, "tall": 2.3, "straight": 1.5, "pear": 2.2}
_SPOUTS = {
    "curved": ((0.55, 0.3), (1.12, 0.36), (1.3, 0.62), (1.66, 0.98)),
    "straight": ((0.5, 0.36), (0.95, 0.55), (1.25, 0.74), (1.5, 0.92)),
    "gooseneck": ((0.5, 0.16), (1.25, 0.2), (1.4, 0.68), (1.85, 1.02)),
}


def _spout(style: str, radius: float, height: float, width: float, material: Any) -> Any:
    """An open spout to the right, narrowing to its mouth."""
    line = catmull([(x * radius, 0, z * height) for x, z in _SPOUTS[style]], 8)
    sections, side = [], Vector((0, 1, 0))
    for index, point in enumerate(line):
        part = index / (len(line) - 1)
        along = (line[min(index + 1, len(line) - 1)] - line[max(index - 1, 0)]).normalized()
        along = along.lerp(Vector((0.25, 0, 1)), max(0.0, part - 0.7)).normalized()
        size = radius * width * (1 - 0.62 * part**0.8)
        upward = along.cross(side)
        sections.append([point + side * ray.x + upward * ray.y for ray in circle(size, 0, 24)])
    thing = loft(sections, material, caps=False)
    modify(thing, "SOLIDIFY", thickness=radius * 0.045, offset=-1)
    return thing


def _lid(opening: float, height: float, rise: float, material: Any) -> Any:
    """A domed lid that overlaps the opening a little."""
    edge = opening * 1.06
    dome = [(edge, height + 0.012), (edge * 0.93, height + rise * 0.45)]
    dome += [(edge * 0.6, height + rise * 0.85), (edge * 0.2, height + rise), (0, height + rise)]
    profile = [(0, height - 0.02), (opening * 0.9, height - 0.02), (edge * 0.97, height)]
    return lathe([*profile, *catmull(dome, 8)], material, crease=50)


_KNOBS = ("ball", "button", "cone")


def _knob(style: str, size: float, z: float, material: Any) -> Any:
    """What a lid is lifted by."""
    if style == "ball":
        stem = [(0, z - 0.02), (size * 0.5, z - 0.02), (size * 0.45, z + size * 0.2)]
        return lathe([*stem, *ball_profile(size, z + size * 1.05, 0.9)[8:]], material, 48)
    if style == "button":
        points = [
            (0, -0.2),
            (0.45, -0.2),
            (0.4, 0.5),
            (1.3, 0.8),
            (1.45, 1.1),
            (1.2, 1.35),
            (0, 1.5),
        ]
    else:
        points = [(0, -0.2), (0.5, -0.2), (0.5, 0.2), (0.85, 1.7), (0.6, 2), (0, 2.05)]
    return lathe([(x * size, z + y * size) for x, y in points], material, 48, levels=1)


def teapot(rng: random.Random, look: Look) -> Product:
    """A teapot: five bodies, three spouts, and an ear or a bail to hold it by."""
    gloss, detail = rng.random() < 0.6, rng.random()
    body, spout, knob = rng.choice(sorted(_POTS)), rng.choice(sorted(_SPOUTS)), rng.choice(_KNOBS)
    bail, ribs = rng.random() < 0.35, rng.choice((0, 0, 0, 16, 24))
    slim, width = rng.uniform(0.88, 1.12), rng.uniform(0.26, 0.34)
    rise, knob_size = rng.uniform(0.05, 0.16), rng.uniform(0.045, 0.065)
    reach, thick = rng.uniform(0.2, 0.3), rng.uniform(0.032, 0.048)
    knob_kind = rng.choice(("clay", "clay", "wood", "metal"))
    azimuth, elevation = rng.uniform(-28, 28), rng.uniform(10, 22)
    material, trim = glaze(look, gloss, detail), glaze(look, gloss, detail, trim=True)
    fittings = {"clay": trim, "wood": wood(look.wood), "metal": metal(look.metal, 0.2)}
    radius = 0.42
    height = radius * _POT_HEIGHTS[body] * slim
    outline = smooth_outline([(x * radius, 0.03 + z * height) for x, z in _POTS[body]], 12)
    opening, top = outline[-1][0] * 0.92, outline[-1][1]
    ring = outline[0][0]
    foot = [(0, 0.012), (ring * 0.85, 0.012), (ring * 0.88, 0), (ring * 0.98, 0)]
    pot = lathe([*foot, *outline, (opening, top + 0.008), (0, top + 0.008)], material, 144)
    if ribs:
        reshape(pot, fluted(ribs, 0.018))
    parts = [pot, _lid(opening, top + 0.01, rise, trim)]
    parts.append(_spout(spout, radius, top, width, trim))
    parts.append(_knob(knob, knob_size, top + rise, fittings[knob_kind]))
    if bail:
        parts += _bail(outline, top, reach, metal(look.metal, 0.25), wood(look.wood, "X"))
    else:
        parts.append(ear(outline, 0.86 * top, 0.26 * top, reach, thick, trim))
    return Product(
        parts, azimuth, elevation, words=body, material=clay(gloss), pattern=look.pattern
    )


def _bail(
    outline: Sequence[Sequence[float]], top: float, reach: float, bar: Any, grip: Any
) -> list[Any]:
    """A bar over the lid from spout to back, with a wooden grip in its middle."""
    z = 0.8 * top
    side = radius_at(outline, z)
    over = top + reach * 1.5
    points = [(-side + 0.01, z), (-side * 1.12, z + (over - z) * 0.45), (-side * 0.7, over * 0.97)]
    points += [(0, over)] + [(-x, height) for x, height in points[::-1]]
    parts = [tube([(x, 0, height) for x, height in points], 0.016, bar, smooth=12)]
    held = [(-side * 0.5, over * 0.985), (0, over + 0.004), (side * 0.5, over * 0.985)]
    parts.append(tube([(x, 0, height) for x, height in held], 0.034, grip, smooth=10))
    for sign in (-1, 1):
        lug = lathe(ball_profile(0.032), bar, 24)
        lug.location = (sign * side, 0, z)
        parts.append(lug)
    return parts


CATEGORIES = (
    Category(
        "mug",
        "mug",
        mug,
        price=(9, 32),
        looks=Looks(colours=POTTERY, patterns=GLAZES),
        title="{pattern} {material} mug, {colour}",
    ),
    Category(
        "teapot",
        "teapot",
        teapot,
        price=(24, 95),
        looks=Looks(
            colours=POTTERY,
            patterns=GLAZES,
            metals=("steel", "brass", "copper", "gunmetal"),
        ),
    ),
)
