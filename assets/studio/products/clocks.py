"""Wall clocks."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import metal, plain, wood
from ..palette import COLOURS, luminance
from ..shapes import (
    box,
    disc,
    lathe,
    lettering,
    mesh,
    modify,
    place,
    polygonal,
    reshape,
    sharp,
    squared,
    tube,
)
from .decor import PAPER, ink_on

# The outlines of clocks; the round one most often.
_FACES: dict[str, Callable[[float], float] | None] = {
    "round": None,
    "square": squared(14),
    "rounded square": squared(4.5),
    "octagonal": polygonal(8),
}
_ROMAN = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
_MARKS = ("bars", "dots", "quarters", "numerals", "mixed", "roman")
_HANDS = {
    "baton": ((-1, -0.18), (1, -0.18), (1, 1), (-1, 1)),
    "tapered": ((-0.6, -0.2), (0.6, -0.2), (1.2, 0), (0.4, 1), (-0.4, 1), (-1.2, 0)),
    "leaf": ((-0.4, -0.15), (0.4, -0.15), (0.5, 0.1), (1.9, 0.5), (0, 1), (-1.9, 0.5), (-0.5, 0.1)),
    "spear": (
        (-0.5, -0.2),
        (0.5, -0.2),
        (0.5, 0.66),
        (1.7, 0.7),
        (0, 1),
        (-1.7, 0.7),
        (-0.5, 0.66),
    ),
}
_TIMES = ((10, 9), (10, 8), (1, 50), (8, 20), (2, 48), (10, 12), (7, 5), (4, 38))


def _polar(radius: float, turn: float, z: float) -> tuple[float, float, float]:
    """A point on the face, the turn clockwise from twelve."""
    return radius * sin(turn), radius * cos(turn), z


def _hand(style: str, turn: float, length: float, width: float, z: float, material: Any) -> Any:
    """A flat hand from the middle of the face."""
    points = [(x * width / 2, y * length, 0) for x, y in _HANDS[style]]
    thing = mesh("hand", points, [tuple(range(len(points)))], material, smooth=False)
    modify(thing, "SOLIDIFY", thickness=0.008, offset=0)
    thing.location, thing.rotation_euler = (0, 0, z), (0, 0, -turn)
    return thing


def _marks(style: str, radius: float, z: float, ink: Any, bold: float) -> list[Any]:
    """The twelve hours of a face."""
    parts = []
    for hour in range(12):
        turn, quarter = 2 * pi * hour / 12, hour % 3 == 0
        if style == "quarters" and not quarter:
            continue
        number = str(hour or 12) if style != "roman" else _ROMAN[hour]
        if style in {"numerals", "roman"} or (style == "mixed" and quarter):
            size = 0.24 if style == "roman" else 0.33
            at = _polar(radius * 0.78, turn, z + 0.002)
            parts.append(lettering(number, size * bold**0.15 * radius, ink, at, (0, 0, 0)))
        elif style == "dots":
            dot = disc(0.026 * bold * (1.5 if quarter else 1), 0.008, z, ink)
            dot.location = _polar(radius * 0.84, turn, 0)
            parts.append(dot)
        else:
            long = 0.17 if quarter else 0.1
            at = _polar(radius * (0.92 - long / 2), turn, z + 0.004)
            bar = box(0.02 * bold, long * radius, 0.008, ink, 0.002, 2, at, (0, 0, -turn))
            parts.append(bar)
    return parts


def _ticks(radius: float, z: float, ink: Any) -> list[Any]:
    """The minutes, where there is no hour."""
    turns = [2 * pi * minute / 60 for minute in range(60) if minute % 5]
    return [
        box(0.005, 0.03, 0.004, ink, 0, 1, _polar(radius * 0.95, turn, z + 0.002), (0, 0, -turn))
        for turn in turns
    ]


def _rays(count: int, radius: float, reach: float, material: Any) -> list[Any]:
    """The spokes of a sunburst, long and short by turns."""
    parts = []
    for index in range(count):
        turn = 2 * pi * index / count
        end = radius + reach * (1 if index % 2 else 0.62)
        points = [_polar(radius * 0.9, turn, 0.03), _polar(end, turn, 0.03)]
        parts.append(tube(points, 0.024, material, smooth=0, radii=[1, 0.55]))
    return parts


def _case(
    rim: float,
    deep: float,
    lip: float,
    case: Any,
    dial: Any,
    scale: Callable[[float], float] | None,
) -> list[Any]:
    """The frame and the face lying on their back, the face in the xy plane at z 0.02."""
    inner = 0.5 - rim
    frame = [(0, -deep), (0.47, -deep), (0.5, -deep + 0.03), (0.5, lip - 0.02), (0.49, lip)]
    frame += [(inner + 0.012, lip), (inner, lip - 0.012), (inner, 0.0), (0, 0.0)]
    parts = [
        sharp(lathe(frame, case, 192), 40),
        lathe([(0, 0.02), (inner + 0.004, 0.02)], dial, 192),
    ]
    for part in parts:
        if scale:
            reshape(part, scale)
    return parts


def clock(rng: random.Random, look: Look) -> Product:
    """A wall clock from the front: its frame, marks, hands and perhaps a sunburst around it."""
    shape = rng.choice(("round", "round", "round", *sorted(_FACES)))
    frame_kind = rng.choice(("lacquer", "lacquer", "wood", "wood", "metal", "self"))
    marks, hands = rng.choice(_MARKS), rng.choice(sorted(_HANDS))
    rim, deep = rng.choice((0.02, 0.035, 0.06, 0.1)), rng.uniform(0.05, 0.14)
    lip, bold = rng.uniform(0.035, 0.07), rng.choice((0.7, 1.0, 1.5, 2.2))
    hour, minute = rng.choice(_TIMES)
    ticks, seconds, second = rng.random() < 0.5, rng.random() < 0.6, rng.uniform(0, 2 * pi)
    rays, spread = rng.choice((0, 0, 0, 0, 24, 32)), rng.uniform(0.2, 0.34)
    metal_hands = rng.random() < 0.25
    azimuth, elevation = rng.uniform(-22, 22), rng.uniform(2, 9)
    colour = COLOURS[look.colour]
    face = PAPER if frame_kind == "lacquer" else colour
    if frame_kind == "lacquer" and luminance(colour) > 0.68:
        face = COLOURS["charcoal"]
    frames = {"wood": wood(look.wood, "X"), "metal": metal(look.metal, 0.2)}
    case = frames.get(frame_kind) or plain(colour, 0.3, coat=0.3)
    bright = metal_hands and ink_on(face) == PAPER
    ink = metal(look.metal, 0.25) if bright else plain(ink_on(face), 0.4)
    radius, z = 0.5 - rim, 0.02
    parts = _case(rim, deep, lip, case, plain(face, 0.5), _FACES[shape])
    radius *= 0.92 if shape == "octagonal" else 1
    parts += _marks(marks, radius, z, ink, bold)
    if ticks:
        parts += _ticks(radius, z, ink)
    minute_turn = 2 * pi * minute / 60
    hour_turn = 2 * pi * (hour + minute / 60) / 12
    width = 0.016 + 0.01 * bold
    parts.append(_hand(hands, hour_turn, radius * 0.5, width * 1.25, z + 0.014, ink))
    parts.append(_hand(hands, minute_turn, radius * 0.76, width, z + 0.024, ink))
    if seconds:
        vivid = plain(COLOURS["red" if look.colour != "red" else "black"], 0.4)
        parts.append(_hand("baton", second, radius * 0.8, 0.007, z + 0.032, vivid))
    parts.append(disc(0.022, 0.02, z + 0.018, ink))
    if rays and shape == "round":
        parts += _rays(rays, 0.5, spread, case)
    made_of = {"wood": look.wood, "metal": "metal"}.get(frame_kind, "lacquered")
    words = "sunburst" if rays and shape == "round" else shape
    return Product(
        place(parts, turned=(pi / 2, 0, 0)), azimuth, elevation, words=words, material=made_of
    )


CATEGORIES = (
    Category(
        "wall clock",
        "wall clock",
        clock,
        price=(24, 139),
        looks=Looks(metals=("brass", "steel", "copper", "gold")),
    ),
)
