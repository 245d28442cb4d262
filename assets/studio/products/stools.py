"""Stools and bar stools."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import lacquer, metal, upholstery, wood
from ..palette import ALL_WOODS, COLOURS
from ..shapes import box, circle, disc, legs, ripple, trumpet, tube
from .seating import COVERS, FRAME_METALS, SEAT_COLOURS


@dataclass(frozen=True)
class _Stool:
    """The shape of a stool, as drawn for its design."""

    height: float
    size: float
    splay: float
    radius: float
    metal_legs: bool
    ring: bool
    backed: bool
    low: float
    thick: float


def _draw_stool(rng: random.Random) -> _Stool:
    return _Stool(
        height=rng.choice((0.43, 0.6, 0.74)) * rng.uniform(0.95, 1.06),
        size=rng.uniform(0.15, 0.215),
        splay=rng.uniform(0.02, 0.12),
        radius=rng.uniform(0.013, 0.023),
        metal_legs=rng.random() < 0.4,
        ring=rng.random() < 0.4,
        backed=rng.random() < 0.4,
        low=rng.uniform(0.22, 0.45),
        thick=rng.uniform(0.75, 1.5),
    )


def _cover(look: Look, padded: bool, grain: str = "X") -> tuple[Any, str]:
    """The material of a seat and what the shop calls it."""
    if look.colour in ALL_WOODS:
        return wood(look.colour, grain), "wood"
    colour = COLOURS[look.colour]
    if padded:
        return upholstery(colour, look.material), look.material
    return lacquer(colour), "lacquered wood"


def _frame(shape: _Stool, look: Look) -> Any:
    return metal(look.metal, 0.28) if shape.metal_legs else wood(look.wood)


def _rungs(shape: _Stool, half_width: float, half_depth: float, material: Any) -> list[Any]:
    """The bars between the legs of a stool, or a ring around them."""
    z = shape.height * shape.low
    out = shape.splay * (1 - shape.low)
    if shape.ring and half_width == half_depth:
        return [tube(circle((half_width + out) * 1.38, z), 0.009, material, closed=True)]
    higher = shape.splay * (1 - (z + 0.05) / shape.height)
    parts = []
    for side in (-1, 1):
        x, y = half_width + out, side * (half_depth + out)
        parts.append(tube([(-x, y, z), (x, y, z)], 0.011, material, smooth=0))
        x, y = side * (half_width + higher), half_depth + higher
        parts.append(tube([(x, -y, z + 0.05), (x, y, z + 0.05)], 0.011, material, smooth=0))
    return parts


def _backrest(shape: _Stool, top: float, frame: Any, cover: Any) -> list[Any]:
    """A low curved rest on two posts."""
    radius, rise = shape.size * 0.98, 0.17
    arc = [pi / 2 + pi * (step / 20 - 0.5) * 0.72 for step in range(21)]
    rest = [(radius * cos(turn), radius * sin(turn) + 0.03, top + rise) for turn in arc]
    parts = [tube(rest, 0.024, cover, smooth=0, radii=[0.7, 1, 1, 0.7])]
    for turn in (arc[4], arc[-5]):
        low = (radius * 0.8 * cos(turn), radius * 0.8 * sin(turn), top - 0.03)
        high = (radius * cos(turn), radius * sin(turn) + 0.03, top + rise)
        parts.append(tube([low, high], 0.01, frame, smooth=0))
    return parts


def _round(shape: _Stool, look: Look, padded: bool) -> tuple[list[Any], str]:
    """A round seat on four legs, flat or padded."""
    cover, material = _cover(look, padded)
    frame = _frame(shape, look)
    thickness = (0.075 if padded else 0.034) * shape.thick
    place = shape.size * 0.62
    parts = [disc(shape.size, thickness, shape.height, cover, thickness * 0.45)]
    parts += legs(place, place, shape.height + 0.01, frame, shape.radius, shape.splay)
    parts += _rungs(shape, place, place, frame)
    if shape.backed and padded:
        parts += _backrest(shape, shape.height + thickness, frame, cover)
    return parts, material


def _saddle(shape: _Stool, look: Look) -> tuple[list[Any], str]:
    """An oblong seat, slightly hollow."""
    cover, material = _cover(look, padded=True)
    frame = _frame(shape, look)
    width, depth, thick = shape.size * 2.1, shape.size * 1.45, 0.045 * shape.thick
    parts = [box(width, depth, thick, cover, 0.016, at=(0, 0, shape.height + thick / 2))]
    half_width, half_depth = width / 2 - 0.05, depth / 2 - 0.045
    parts += legs(half_width, half_depth, shape.height + 0.01, frame, shape.radius, shape.splay)
    return [*parts, *_rungs(shape, half_width, half_depth, frame)], material


def _swivel(shape: _Stool, look: Look) -> tuple[list[Any], str]:
    """A seat on a trumpet foot, with a rest for the feet if it is high."""
    cover, material = _cover(look, padded=True)
    steel, thickness = metal(look.metal, 0.28), 0.055 * shape.thick
    parts = [disc(shape.size, thickness, shape.height, cover, thickness * 0.45)]
    parts.append(trumpet(shape.size * 1.05, shape.height, steel))
    if shape.height > 0.5:
        z, reach = shape.height * 0.4, shape.size * 0.75
        parts.append(tube(circle(reach, z), 0.009, steel, closed=True))
        parts.append(tube([(-reach, 0, z), (reach, 0, z)], 0.008, steel, smooth=0))
    if shape.backed:
        parts += _backrest(shape, shape.height + thickness, steel, cover)
    return parts, material


def _tripod(shape: _Stool, look: Look) -> tuple[list[Any], str]:
    """A milking stool: a thick round seat on three stout legs."""
    cover, material = _cover(look, padded=False)
    frame, top = wood(look.wood), min(shape.height, 0.46)
    parts = [disc(shape.size, 0.04 * shape.thick, top, cover, 0.014)]
    for index in range(3):
        turn = 2 * pi * index / 3 + 0.4
        near, far = shape.size * 0.55, shape.size * 0.62 + shape.splay + 0.03
        line = [(near * cos(turn), near * sin(turn), top + 0.01)]
        line.append((far * cos(turn), far * sin(turn), 0))
        parts.append(tube(line, shape.radius * 1.3, frame, smooth=0, radii=[1.1, 0.75]))
    return parts, material


def _drum(shape: _Stool, look: Look) -> tuple[list[Any], str]:
    """A drum on a low base, with an overhanging top."""
    cover, material = _cover(look, padded=True, grain="Z")
    frame, radius, top = _frame(shape, look), shape.size * 1.15, 0.3 + shape.low * 0.3
    parts = [disc(radius * 0.9, 0.03, 0, frame, 0.006)]
    parts.append(ripple(disc(radius, top - 0.115, 0.028, cover, 0.02), 0.006))
    parts.append(ripple(disc(radius * 1.02, 0.1, top - 0.09, cover, 0.035), 0.008))
    return parts, material


_STOOLS: dict[str, Callable[[_Stool, Look], tuple[list[Any], str]]] = {
    "round": lambda shape, look: _round(shape, look, padded=False),
    "padded": lambda shape, look: _round(shape, look, padded=True),
    "saddle": _saddle,
    "swivel": _swivel,
    "three-legged": _tripod,
    "drum": _drum,
}


def stool(rng: random.Random, look: Look) -> Product:
    """A stool or bar stool, of wood or padded."""
    style = rng.choice(sorted(_STOOLS))
    shape = _draw_stool(rng)
    azimuth, elevation = rng.uniform(15, 40), rng.uniform(12, 24)
    parts, material = _STOOLS[style](shape, look)
    return Product(parts, azimuth, elevation, words=style, material=material)


CATEGORIES = (
    Category(
        "stool",
        "stool",
        stool,
        price=(49, 260),
        looks=Looks(colours=(*SEAT_COLOURS, *ALL_WOODS), materials=COVERS, metals=FRAME_METALS),
        title="{words} stool in {colour} {material}",
        trade="furniture",
    ),
)
