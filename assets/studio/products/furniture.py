"""Side tables."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import lacquer, marble, metal, wood
from ..palette import ALL_WOODS, COLOURS, Colour, luminance, scaled
from ..shapes import box, disc, fillet, legs, trumpet, tube

FURNITURE_COLOURS = (
    *ALL_WOODS,
    "white",
    "black",
    "grey",
    "navy",
    "teal",
    "green",
    "sage",
    "mustard",
    "terracotta",
    "red",
    "blush",
    "beige",
)
# Colours that marble comes in.
_STONES = ("white", "black", "grey", "green", "beige", "blush")
FRAME_METALS = ("gunmetal", "brass", "steel", "copper")
_DARK = 0.3


def board(look: Look, axis: str = "X") -> tuple[Any, str]:
    """What boards are made of: the look's wood or stone, or lacquered wood."""
    if look.colour in ALL_WOODS:
        return wood(look.colour, axis, 1.2), "wood"
    colour = COLOURS[look.colour]
    if look.material == "marble" and look.colour in _STONES:
        return marble(colour, _vein(colour)), "marble"
    return lacquer(colour), "lacquered wood"


def _vein(colour: Colour) -> Colour:
    dark = luminance(colour) < _DARK
    red, green, blue = scaled(colour, 0.45)
    return (0.72, 0.72, 0.7) if dark else (red, green, blue)


@dataclass(frozen=True)
class _Table:
    """The shape of a side table, as drawn for its design."""

    height: float
    radius: float
    long: float
    round: bool
    metal_legs: bool
    leg: float
    splay: float
    thick: float
    shelf: bool
    shelf_at: float


def _draw_table(rng: random.Random) -> _Table:
    return _Table(
        height=rng.uniform(0.36, 0.62),
        radius=rng.uniform(0.19, 0.34),
        long=rng.uniform(1.0, 1.5),
        round=rng.random() < 0.55,
        metal_legs=rng.random() < 0.5,
        leg=rng.uniform(0.013, 0.024),
        splay=rng.uniform(0.0, 0.09),
        thick=rng.uniform(0.018, 0.04),
        shelf=rng.random() < 0.45,
        shelf_at=rng.uniform(0.25, 0.5),
    )


def _plate(shape: _Table, material: Any, z: float, share: float = 1.0) -> Any:
    """A table top, or a smaller plate below it."""
    if shape.round:
        return disc(shape.radius * share, shape.thick, z, material, 0.006)
    width, depth = shape.radius * 2 * shape.long * share, shape.radius * 1.7 * share
    return box(width, depth, shape.thick, material, 0.005, at=(0, 0, z + shape.thick / 2))


def _table_frame(shape: _Table, look: Look) -> Any:
    """Metal or wood for legs; the wood of the top if that is of wood."""
    if shape.metal_legs:
        return metal(look.metal, 0.25)
    return wood(look.colour if look.colour in ALL_WOODS else look.wood)


def _four_legged(shape: _Table, look: Look) -> list[Any]:
    """A top on four legs, with or without a shelf between them."""
    top, frame = board(look)[0], _table_frame(shape, look)
    half = shape.radius * 0.64
    x, y = shape.radius * (shape.long - 0.12), shape.radius * 0.72
    if shape.round:
        x = y = half
    radius = shape.leg * (0.6 if shape.metal_legs else 1)
    parts = [_plate(shape, top, shape.height)]
    parts += legs(x, y, shape.height + 0.005, frame, radius, shape.splay, 0.75)
    if shape.shelf:
        out = 1 + shape.splay * (1 - shape.shelf_at) / max(x, y)
        parts.append(_plate(shape, top, shape.height * shape.shelf_at, 0.86 * out))
    return parts


def _pedestal(shape: _Table, look: Look) -> list[Any]:
    """A top on a trumpet foot of metal."""
    top = board(look)[0]
    foot = trumpet(min(0.24, shape.radius * 0.85), shape.height + 0.002, metal(look.metal, 0.25))
    return [_plate(shape, top, shape.height), foot]


def _drum(shape: _Table, look: Look) -> list[Any]:
    """A massive column, waisted or straight, under a top of the same."""
    top = board(look, "Z")[0]
    radius, high = shape.radius * 0.92, shape.height
    parts = [_plate(shape, top, high)]
    if shape.round:
        parts.append(disc(radius * (0.55 if shape.shelf else 0.93), high, 0, top, 0.01))
    else:
        width, depth = shape.radius * 1.9 * shape.long, shape.radius * 1.6
        for side in (-1, 1):
            at = (side * (width / 2 - shape.thick / 2), 0, high / 2)
            parts.append(box(shape.thick, depth, high, top, 0.004, at=at))
        if shape.shelf:
            at = (0, 0, high * shape.shelf_at)
            parts.append(box(width - 0.02, depth * 0.96, shape.thick, top, 0.004, at=at))
        return parts
    if shape.shelf:
        parts.append(disc(radius * 0.9, shape.thick * 1.2, 0, top, 0.008))
    return parts


def _c_table(shape: _Table, look: Look) -> list[Any]:
    """A top carried from one side, to be pushed over a sofa."""
    top, frame = board(look)[0], metal(look.metal, 0.25)
    reach, side, z = shape.radius * 0.85, shape.radius * 0.42, shape.height
    parts = [_plate(shape, top, z)]
    for y in (-side, side):
        loop = [(reach * 0.8, y, z - 0.008), (-reach, y, z - 0.008), (-reach, y, 0.01)]
        bent = fillet([*loop, (reach * 0.9, y, 0.01)], 0.03)
        parts.append(tube(bent, 0.01, frame, smooth=0))
    ends = [(reach * 0.9, -side, 0.01), (reach * 0.9, side, 0.01)]
    return [*parts, tube(ends, 0.01, frame, smooth=0)]


def _tripod(shape: _Table, look: Look) -> list[Any]:
    """A top on three splayed legs."""
    top, frame = board(look)[0], _table_frame(shape, look)
    parts = [_plate(shape, top, shape.height)]
    near, far = shape.radius * 0.5, shape.radius * 0.6 + shape.splay + 0.05
    for index in range(3):
        turn = 2 * pi * index / 3 + 0.1
        line = [(near * cos(turn), near * sin(turn), shape.height + 0.004)]
        line.append((far * cos(turn), far * sin(turn), 0))
        parts.append(tube(line, shape.leg * 1.1, frame, smooth=0, radii=[1.2, 0.7]))
    return parts


_TABLES: dict[str, Callable[[_Table, Look], list[Any]]] = {
    "four-legged": _four_legged,
    "pedestal": _pedestal,
    "block": _drum,
    "C-shaped": _c_table,
    "tripod": _tripod,
}


def side_table(rng: random.Random, look: Look) -> Product:
    """A side table, round or oblong, on legs, a foot or a column."""
    style = rng.choice(sorted(_TABLES))
    shape = _draw_table(rng)
    azimuth, elevation = rng.uniform(15, 40), rng.uniform(12, 24)
    if style in ("pedestal", "tripod"):
        shape = replace(shape, round=True)
    words = "round" if shape.round else "rectangular"
    if style in ("pedestal", "C-shaped", "tripod"):
        words = style
    parts = _TABLES[style](shape, look)
    return Product(parts, azimuth, elevation, words=words, material=board(look)[1])


CATEGORIES = (
    Category(
        "side table",
        "side table",
        side_table,
        price=(49, 390),
        looks=Looks(
            colours=FURNITURE_COLOURS, materials=("lacquered wood", "marble"), metals=FRAME_METALS
        ),
        title="{words} side table in {colour} {material}",
        trade="furniture",
    ),
)
