"""Cushions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians, sin
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import fabric, upholstery
from ..palette import COLOURS
from ..shapes import catmull, circle, cushion, disc, lathe, place, ripple, threads, tube

CLOTH_COLOURS = (
    "white",
    "ivory",
    "beige",
    "grey",
    "charcoal",
    "black",
    "navy",
    "blue",
    "sky",
    "teal",
    "green",
    "sage",
    "olive",
    "mustard",
    "orange",
    "terracotta",
    "red",
    "burgundy",
    "pink",
    "blush",
    "lilac",
    "purple",
)
_CUSHION_PATTERNS = ("plain", "stripes", "checks", "dots", "zigzag")

_STYLES = ("square", "square", "round", "square", "bolster", "square")


@dataclass(frozen=True)
class _Cushion:
    """The shape of a cushion, as drawn for its design."""

    aspect: float
    plumpness: float
    seed: float
    trim: str
    detail: float
    fold: float


def _draw_cushion(rng: random.Random) -> _Cushion:
    return _Cushion(
        aspect=rng.choice((1.0, 1.0, 1.35, 1.6)),
        plumpness=rng.uniform(0.4, 0.66),
        seed=rng.uniform(0, 50),
        trim=rng.choice(("none", "piping", "tassels", "fringe")),
        detail=rng.random(),
        fold=rng.uniform(-0.05, 0.05),
    )


def _cloth(shape: _Cushion, look: Look) -> Any:
    """The cover: patterned cloth, or plain cloth of some kind."""
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    if look.pattern == "plain":
        return upholstery(colour, look.material, 260)
    return fabric(colour, accent, look.pattern, scale=300, detail=shape.detail, sheen=0.15)


def _seam(aspect: float) -> list[Any]:
    """The outline of a cushion of size 1, as `shapes.cushion` has it."""
    points = []
    for step in range(160):
        turn = 2 * pi * step / 160
        reach = 1 / max(abs(cos(turn)), abs(sin(turn)))
        u, v = cos(turn) * reach, sin(turn) * reach
        pinch = 1 - 0.1 * (u * v) ** 4
        x = u * (1 - 0.06 * (1 - v * v) * abs(u) ** 3) * pinch
        y = v * (1 - 0.06 * (1 - u * u) * abs(v) ** 3) * pinch
        points.append(Vector((x / 2 * aspect, y / 2, 0)))
    return points


def _tassel(at: Vector, material: Any, size: float = 0.1) -> list[Any]:
    """A bundle of threads that points away from the middle."""
    out = Vector((at.x, at.y, 0)).normalized()
    parts = [tube([at, at + out * size * 0.4], 0.016, material, smooth=0)]
    for index in range(9):
        turn = 2 * pi * index / 9
        side = Vector((-out.y, out.x, 0)) * cos(turn) + Vector((0, 0, 1)) * sin(turn)
        line = [at + out * size * 0.3, at + out * size + side * size * 0.22]
        parts.append(tube(line, 0.008, material, smooth=0, resolution=2))
    return parts


def _trim(shape: _Cushion, material: Any) -> list[Any]:
    """Piping, tassels at the corners or a fringe along the short sides."""
    seam = _seam(shape.aspect)
    if shape.trim == "piping":
        return [tube(seam, 0.011, material, closed=True)]
    if shape.trim == "tassels":
        corners = [max(seam, key=lambda p: a * p.x + b * p.y) for a in (-1, 1) for b in (-1, 1)]
        return [part for corner in corners for part in _tassel(corner * 0.985, material)]
    if shape.trim == "fringe":
        half = 0.5 * shape.aspect * 0.925
        lines = []
        for side in (-1, 1):
            for step in range(46):
                y = (step / 45 - 0.5) * 0.9
                lines.append(((side * half, y), (side * (half + 0.07), y + 0.01 * sin(step * 5))))
        return [threads(lines, 0.008, 0.0, material)]
    return []


def _round_cushion(shape: _Cushion, cover: Any, material: Any) -> list[Any]:
    """A round cushion with a covered button and radial folds."""
    high = 0.12 + 0.1 * shape.plumpness
    folds = 14 + 4 * int(shape.detail * 3)
    profile = [(0.0, -high)]
    for step in range(25):
        turn = -pi / 2 + pi * step / 24
        profile.append((0.34 + 0.16 * cos(turn), high * sin(turn)))
    profile += [(0.25, high * 0.99), (0.16, high * 0.93), (0.09, high * 0.8), (0.0, high * 0.6)]
    body = lathe([tuple(point) for point in catmull(profile, 3)], cover, 128)
    for vertex in body.data.vertices:
        near = max(0.0, 1 - hypot(vertex.co.x, vertex.co.y) / 0.5)
        dent = 0.5 + 0.5 * cos(folds * atan2(vertex.co.y, vertex.co.x))
        vertex.co.z *= 1 - 0.25 * dent * near**1.3
    button = disc(0.04, 0.035, high * 0.58, material, 0.015)
    return [ripple(body, 0.012), button, tube(circle(0.5, 0.0, 96), 0.011, material, closed=True)]


def _bolster(shape: _Cushion, cover: Any, material: Any) -> list[Any]:
    """A roll with piped ends."""
    radius, half = 0.14 + 0.05 * shape.plumpness, 0.4 + 0.15 * shape.detail
    profile = [(0.0, -half), (radius * 0.8, -half), (radius, -half + 0.03)]
    profile += [(radius * 1.02, half * (step / 6)) for step in range(-5, 6)]
    profile += [(radius, half - 0.03), (radius * 0.8, half), (0.0, half)]
    parts = [ripple(lathe(profile, cover, 96), 0.014)]
    for end in (-1, 1):
        rim = circle(radius * 0.97, end * (half - 0.012), 64)
        parts.append(tube(rim, 0.01, material, closed=True))
        parts.append(disc(0.03, 0.02, end * half - 0.01, material, 0.009))
    return parts


def throw_cushion(rng: random.Random, look: Look) -> Product:
    """A scatter cushion: square, oblong, round or a roll."""
    azimuth, elevation = rng.uniform(-28, 28), rng.uniform(8, 18)
    style = rng.choice(_STYLES)
    shape = _draw_cushion(rng)
    tilt, turn = rng.uniform(62, 80), rng.uniform(-25, 25)
    trim = upholstery(COLOURS[look.accent], "fabric", 300)
    words, cover = style, _cloth(shape, look)
    if style == "round":
        parts = place(_round_cushion(shape, cover, trim), turned=(radians(tilt - 12), 0, 0))
    elif style == "bolster":
        parts = place(_bolster(shape, cover, trim), turned=(0, pi / 2, radians(turn)))
    else:
        pillow = cushion(cover, 1, (0, 0, 0), (0, 0, 0), shape.aspect, shape.seed, shape.plumpness)
        parts = place([pillow, *_trim(shape, trim)], turned=(radians(tilt), shape.fold, 0))
        words = "square" if shape.aspect == 1 else "oblong"
    material = look.material if look.pattern == "plain" else "cotton"
    return Product(parts, azimuth, elevation, words, material, look.pattern)


CATEGORIES = (
    Category(
        "cushion",
        "cushion",
        throw_cushion,
        price=(15, 69),
        looks=Looks(
            colours=CLOTH_COLOURS,
            materials=("linen", "velvet", "boucle", "cotton"),
            patterns=_CUSHION_PATTERNS,
        ),
        title="{pattern} {words} {material} cushion, {colour}",
    ),
)
