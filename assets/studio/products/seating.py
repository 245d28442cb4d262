"""Chairs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import lacquer, metal, plain, upholstery, wood
from ..palette import COLOURS
from ..shapes import box, catmull, circle, disc, fillet, legs, loft, modify, trumpet, tube

SEAT_COLOURS = (
    "black",
    "white",
    "grey",
    "charcoal",
    "navy",
    "sky",
    "teal",
    "green",
    "sage",
    "olive",
    "mustard",
    "terracotta",
    "red",
    "burgundy",
    "blush",
    "tan",
    "cognac",
    "beige",
)
COVERS = ("fabric", "leather", "velvet", "boucle")
FRAME_METALS = ("gunmetal", "steel", "brass")
_SEAT_HEIGHT = 0.45


@dataclass(frozen=True)
class _Chair:
    """The shape of a chair, as drawn for its design."""

    width: float
    back: float
    recline: float
    arm: float
    narrow: float
    base: str
    metal_base: bool
    splay: float
    radius: float
    painted: bool
    bars: int
    back_of: str


def _draw_chair(rng: random.Random) -> _Chair:
    return _Chair(
        width=rng.uniform(0.43, 0.53),
        back=rng.uniform(0.3, 0.48),
        recline=rng.uniform(0.03, 0.11),
        arm=rng.choice((0.0, 0.04, 0.15)),
        narrow=rng.choice((0.0, 0.08, 0.2)),
        base=rng.choice(("four", "four", "sled", "tulip")),
        metal_base=rng.random() < 0.4,
        splay=rng.uniform(0.03, 0.09),
        radius=rng.uniform(0.015, 0.023),
        painted=rng.random() < 0.6,
        bars=rng.choice((3, 4, 5)),
        back_of=rng.choice(("ladder", "upright", "board", "cross")),
    )


def _base(shape: _Chair, look: Look) -> list[Any]:
    """What a moulded seat stands on."""
    height = _SEAT_HEIGHT - 0.025
    steel = metal(look.metal, 0.28)
    if shape.base == "tulip":
        return [trumpet(0.25, height, steel)]
    if shape.base == "sled":
        parts = []
        for x in (-1, 1):
            loop = [(0.1, -0.15, height), (0.19, -0.17, height - 0.02), (0.23, -0.21, 0.012)]
            loop += [(0.23, 0.23, 0.012), (0.19, 0.15, height - 0.02), (0.1, 0.13, height)]
            bent = fillet([(x * a, y, z) for a, y, z in loop], 0.05)
            parts.append(tube(bent, 0.011, steel, smooth=0))
        return parts
    material = steel if shape.metal_base else wood(look.wood)
    radius = 0.013 if shape.metal_base else shape.radius
    parts = legs(0.15, 0.15, height, material, radius, shape.splay + 0.02)
    for y in (-0.13, 0.13):
        parts.append(box(0.33, 0.03, 0.02, material, 0.004, at=(0, y, height)))
    return parts


def _shell(shape: _Chair, cover: Any, padded: bool) -> Any:
    """A seat and back in one curved piece."""
    low, back, lean = _SEAT_HEIGHT, shape.back, shape.recline
    line = [(0, -0.25, low - 0.01), (0, -0.22, low), (0, -0.05, low - 0.018)]
    line += [(0, 0.12, low - 0.012), (0, 0.2, low + 0.05), (0, 0.23, low + 0.17)]
    line += [(0, 0.23 + lean * 0.6, low + back * 0.75), (0, 0.23 + lean, low + back)]
    profile = catmull(line, 8)
    arm = min(shape.arm, 0.05) if padded else shape.arm
    sections = []
    for index, point in enumerate(profile):
        t = index / (len(profile) - 1)
        upper = max(0.0, t - 0.55) / 0.45
        corner = max(0.0, 1 - t / 0.12, 1 - (1 - t) / 0.14)
        width = (shape.width - shape.narrow * upper**2) * (1 - 0.3 * corner**2.5)
        rise = 0.03 + arm * sin(pi * min(1.0, max(0.0, (t - 0.15) / 0.75)))
        wrap = (0.05 if padded else 0.08) * min(1.0, max(0.0, t - 0.5) * 4)
        row = []
        for step in range(21):
            side = step / 10 - 1
            lift = abs(side) ** 3 * rise * (1 if t < 0.7 else 0.4)
            row.append(Vector((side * width / 2, point.y - side**2 * wrap, point.z + lift)))
        sections.append(row)
    skin = loft(sections, cover, closed=False, caps=False)
    modify(skin, "SOLIDIFY", thickness=0.05 if padded else 0.014, offset=0)
    modify(skin, "SUBSURF", levels=2)
    return skin


def _moulded(shape: _Chair, look: Look, padded: bool) -> tuple[list[Any], str]:
    """A shell of plastic, or a padded one."""
    colour = COLOURS[look.colour]
    cover = upholstery(colour, look.material) if padded else plain(colour, 0.42)
    material = look.material if padded else "plastic"
    return [_shell(shape, cover, padded), *_base(shape, look)], material


def _pad(look: Look, width: float, depth: float, y: float = 0.0) -> Any:
    """A flat cushion on a wooden seat."""
    cover = upholstery(COLOURS[look.colour], look.material)
    cushion = box(width, depth, 0.055, cover, 0.025, at=(0, y, _SEAT_HEIGHT + 0.045))
    modify(cushion, "SUBSURF", levels=2)
    return cushion


def _back(shape: _Chair, half: float, rise: float, upright: Any, across: Any) -> list[Any]:
    """What is between the two posts of a carpenter's chair."""

    def slat(share: float, thickness: float) -> Any:
        place = (0, 0.2 + shape.recline * share**1.15, _SEAT_HEIGHT + rise * share)
        tilt = (-shape.recline / rise, 0, 0)
        return box(2 * half, 0.016, thickness, across, 0.007, at=place, turned=tilt)

    def bar(left: float, right: float, thickness: float) -> Any:
        low = (left, 0.203, _SEAT_HEIGHT)
        high = (right, 0.2 + shape.recline * 0.92, _SEAT_HEIGHT + rise * 0.93)
        return tube([low, high], thickness, upright, smooth=0)

    if shape.back_of == "board":
        return [slat(0.74, rise * 0.46)]
    if shape.back_of == "upright":
        places = [half * (2 * (i + 1) / (shape.bars + 2) - 1) for i in range(shape.bars + 1)]
        return [slat(0.94, 0.05), *(bar(x, x, 0.008) for x in places)]
    if shape.back_of == "cross":
        return [slat(0.94, 0.06), bar(-half, half, 0.01), bar(half, -half, 0.01)]
    thickness = 0.6 * rise / (2 * shape.bars - 1) + 0.02
    shares = [0.4 + 0.54 * index / (shape.bars - 1) for index in range(shape.bars)]
    return [slat(share, thickness) for share in shares]


def _slatted(shape: _Chair, look: Look) -> tuple[list[Any], str]:
    """A carpenter's chair: two posts with slats across."""
    painted, half, top = shape.painted, shape.width / 2 - 0.03, _SEAT_HEIGHT + shape.back + 0.03
    frame = lacquer(COLOURS[look.colour]) if painted else wood(look.wood)
    across = frame if painted else wood(look.wood, "X")
    board = frame if painted else wood(look.wood, "Y")
    size, lean = shape.width, shape.recline
    parts = [box(size, 0.46, 0.035, board, 0.012, at=(0, 0, _SEAT_HEIGHT))]
    for x in (-half, half):
        front = [(x, -0.19, _SEAT_HEIGHT), (x, -0.2, 0)]
        post = [(x, 0.26, 0), (x, 0.2, _SEAT_HEIGHT), (x, 0.2 + lean, top)]
        parts.append(tube(front, shape.radius, frame, smooth=0))
        parts.append(tube(post, shape.radius, frame))
    rise = top - _SEAT_HEIGHT
    parts += _back(shape, half, rise, frame, across)
    for y in (-0.19, 0.19):
        parts.append(box(2 * half, 0.02, 0.05, across, 0.006, at=(0, y, _SEAT_HEIGHT - 0.045)))
    if not painted:
        parts.append(_pad(look, size * 0.94, 0.42, -0.01))
    return parts, "lacquered wood" if painted else look.material


def _hoop(half: float, top: float, lean: float, inset: float) -> list[Any]:
    """The bow of a hoop back, from seat to seat."""
    low, points = _SEAT_HEIGHT, []
    for step in range(25):
        turn = pi * step / 24
        rise = (top - low - inset) * sin(turn) ** 0.6
        bend = 0.14 + (lean + 0.03) * rise / (top - low) + 0.05 * sin(turn) ** 2
        x = (half - inset) * cos(turn) * (1 + 0.12 * sin(turn))
        points.append(Vector((x, bend, low + rise)))
    return points


def _hooped(shape: _Chair, look: Look, spindles: bool) -> tuple[list[Any], str]:
    """A round seat with a bent bow behind: a Windsor chair with spindles or a café chair."""
    frame = lacquer(COLOURS[look.colour]) if shape.painted else wood(look.wood)
    radius, top = shape.width / 2, _SEAT_HEIGHT + shape.back + 0.02
    half = radius * 0.86
    parts = [disc(radius, 0.035, _SEAT_HEIGHT - 0.018, frame, 0.014)]
    bow = _hoop(half, top, shape.recline, 0)
    parts.append(tube(bow, 0.014, frame, smooth=0))
    if spindles:
        for index in range(shape.bars + 2):
            share = (index + 1) / (shape.bars + 3)
            end = min(bow, key=lambda point: abs(point.x - half * (1 - 2 * share) * 1.04))
            turn = pi * (0.22 + 0.56 * share)
            start = (radius * 0.86 * cos(turn), radius * 0.86 * sin(turn), _SEAT_HEIGHT)
            parts.append(tube([start, end], 0.007, frame, smooth=0))
    else:
        parts.append(tube(_hoop(half, top, shape.recline, 0.06), 0.011, frame, smooth=0))
        parts.append(tube(circle(radius * 0.8, 0.24), 0.009, frame, closed=True))
    place = radius * 0.62
    parts += legs(place, place, _SEAT_HEIGHT - 0.01, frame, shape.radius * 0.9, shape.splay * 0.6)
    if not shape.painted:
        cover = upholstery(COLOURS[look.colour], look.material)
        parts.append(disc(radius * 0.9, 0.04, _SEAT_HEIGHT + 0.016, cover, 0.018))
    return parts, "lacquered wood" if shape.painted else look.material


_CHAIRS: dict[str, Callable[[_Chair, Look], tuple[list[Any], str]]] = {
    "shell": lambda shape, look: _moulded(shape, look, padded=False),
    "padded": lambda shape, look: _moulded(shape, look, padded=True),
    "slat-back": _slatted,
    "spindle-back": lambda shape, look: _hooped(shape, look, spindles=True),
    "bistro": lambda shape, look: _hooped(shape, look, spindles=False),
}


def chair(rng: random.Random, look: Look) -> Product:
    """A dining chair, moulded, padded or of wood."""
    style = rng.choice(sorted(_CHAIRS))
    shape = _draw_chair(rng)
    azimuth = rng.choice((-1, 1)) * rng.uniform(22, 45)
    elevation = rng.uniform(12, 22)
    parts, material = _CHAIRS[style](shape, look)
    return Product(parts, azimuth, elevation, words=style, material=material)


CATEGORIES = (
    Category(
        "chair",
        "chair",
        chair,
        price=(69, 420),
        looks=Looks(colours=SEAT_COLOURS, materials=COVERS, metals=FRAME_METALS),
        title="{words} chair in {colour} {material}",
        trade="furniture",
    ),
)
