"""Speakers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, lacquer, leather, metal, plain, wood
from ..palette import COLOURS, Colour, scaled
from ..shapes import ball_profile, box, circle, disc, fillet, lathe, legs, place, tube
from .electronics import GADGET_COLOURS, GADGET_METALS, INK

_QUARTER = [pi / 2 * step / 8 for step in range(9)]


@dataclass(frozen=True)
class _Speaker:
    """The shape of a speaker, as drawn for its design."""

    width: float
    height: float
    depth: float
    bevel: float
    knobs: int
    handle: bool
    feet: bool
    band: float
    drivers: int


def _draw_speaker(rng: random.Random) -> _Speaker:
    return _Speaker(
        width=rng.uniform(0.45, 1.0),
        height=rng.uniform(0.4, 0.75),
        depth=rng.uniform(0.26, 0.42),
        bevel=rng.choice((0.012, 0.04, 0.09)),
        knobs=rng.choice((1, 2, 3)),
        handle=rng.random() < 0.5,
        feet=rng.random() < 0.5,
        band=rng.uniform(0.08, 0.3),
        drivers=rng.choice((1, 2, 2)),
    )


def _grille(colour: Colour) -> Any:
    """Acoustic cloth: fine threads of two tones."""
    shader = Shader("grille", color=colour, rough=0.95, sheen=0.15, specular=0.15)
    mottle = shader.noise(240, Detail=2.0)
    stops = [(0.3, scaled(colour, 0.75)), (0.7, scaled(colour, 1.12))]
    return shader.base(shader.ramp(mottle, stops)).bump(mottle, 0.4, 0.006).material


def _boxy(shape: _Speaker, look: Look) -> tuple[list[Any], str]:
    """A wooden case with a cloth front and knobs on top, perhaps with a handle."""
    case, cloth, steel = wood(look.wood, "X"), _grille(COLOURS[look.colour]), metal(look.metal, 0.2)
    width, high, deep = shape.width, shape.height * 0.8, shape.depth
    lift = 0.08 if shape.feet else 0.02
    middle = lift + high / 2
    parts = [box(width, deep, high, case, min(shape.bevel, 0.08), 6, at=(0, 0, middle))]
    inset = 0.04 + min(shape.bevel, 0.08)
    size = (width - inset, 0.03, high - inset)
    parts.append(box(*size, cloth, 0.014, at=(0, -deep / 2, middle)))
    for index in range(shape.knobs):
        at = width * 0.34 - 0.09 * index
        knob = disc(0.03, 0.035, lift + high - 0.004, steel, 0.006)
        knob.location = (at, 0, 0)
        parts.append(knob)
    badge = box(0.09, 0.006, 0.02, steel, 0.002, at=(-width * 0.36, -deep / 2 - 0.016, lift + 0.07))
    parts.append(badge)
    if shape.handle:
        top, reach = lift + high - 0.02, width * 0.36
        loop = [(-reach, 0, top), (-reach, 0, top + 0.13), (reach, 0, top + 0.13)]
        bent = fillet([*loop, (reach, 0, top)], 0.08)
        parts.append(tube(bent, 0.012, steel, smooth=0))
    if shape.feet:
        parts += legs(width / 2 - 0.08, deep / 2 - 0.07, lift + 0.01, steel, 0.014, 0.02)
    else:
        parts.append(box(width * 0.9, deep * 0.85, 0.03, plain(INK, 0.7), 0.005, at=(0, 0, 0.015)))
    return parts, "wood"


def _can(shape: _Speaker, look: Look) -> tuple[list[Any], str]:
    """A cylinder wrapped in cloth between two caps, with a strap or without."""
    cloth, paint = _grille(COLOURS[look.colour]), lacquer(COLOURS[look.colour])
    radius, high = 0.16 + shape.depth * 0.25, shape.height * 1.15
    steel = metal(look.metal, 0.2)
    low = shape.band * 0.4
    parts = [disc(radius, low, 0, paint, 0.02)]
    parts.append(lathe([(radius * 0.99, low - 0.01), (radius * 0.99, high)], cloth, 96))
    parts.append(disc(radius, 0.05, high - 0.01, paint, 0.02))
    parts.append(tube(circle(radius, high - 0.006, 80), 0.006, steel, closed=True))
    parts.append(disc(radius * 0.72, 0.008, high + 0.038, plain(INK, 0.25), 0.003))
    if shape.handle:
        half = [(radius * 0.9, high + 0.02), (radius * 0.8, high + 0.15), (0.0, high + 0.2)]
        loop = [(-x, 0, z) for x, z in half] + [(x, 0, z) for x, z in half[1::-1]]
        strap = tube(loop, 0.013, leather(COLOURS["tan"]))
        strap.scale = (1, 1.8, 1)
        parts.append(strap)
    return parts, "fabric"


def _ball(shape: _Speaker, look: Look) -> tuple[list[Any], str]:
    """A ball of cloth that stands on a flat side, lit by a ring on top."""
    cloth, paint = _grille(COLOURS[look.colour]), plain(INK, 0.35)
    radius = 0.3
    squash = 0.7 + shape.band
    whole = ball_profile(radius, radius * squash * 0.9, squash)
    ball = [(x, z) for x, z in whole if z > 0.012 and (x > radius * 0.4 or z < radius * 0.5)]
    top = ball[-1][1]
    parts = [lathe([(0, 0), (ball[0][0] * 0.95, 0.0), *ball], cloth, 96)]
    parts.append(disc(ball[-1][0], 0.016, top - 0.01, paint, 0.006))
    glow = Shader("ring", emission=(0.55, 0.8, 1.0), emission_strength=1.5).material
    parts.append(tube(circle(ball[-1][0], top, 64), 0.007, glow, closed=True))
    parts.append(disc(ball[0][0] * 0.98, 0.02, 0, paint, 0.006))
    return parts, "fabric"


def _driver(radius: float, at: tuple[float, float, float], steel: Any) -> list[Any]:
    """A loudspeaker cone with its ring and dust cap, facing forwards."""
    rubber, paper = plain((0.04, 0.04, 0.04), 0.55), plain((0.07, 0.07, 0.075), 0.65)
    parts = [lathe([(radius * 1.08, 0), (radius * 1.08, 0.012), (radius * 0.98, 0.012)], steel)]
    roll = [(radius, 0.006), (radius * 0.94, 0.02), (radius * 0.86, 0.004)]
    parts.append(lathe(roll, rubber, levels=1))
    parts.append(lathe([(radius * 0.86, 0.005), (radius * 0.3, -0.035), (0, -0.035)], paper))
    dome = [(radius * 0.34 * cos(a), -0.036 + radius * 0.2 * sin(a)) for a in _QUARTER]
    parts.append(lathe(dome, paper))
    return place(parts, at, (pi / 2, 0, 0))


def _monitor(shape: _Speaker, look: Look) -> tuple[list[Any], str]:
    """A bookshelf speaker with open cones in a lacquered case."""
    paint, steel = lacquer(COLOURS[look.colour]), metal(look.metal, 0.2)
    width, deep = shape.width * 0.3 + 0.14, shape.depth
    high = width * (1.45 + 0.2 * shape.drivers)
    front = -deep / 2
    parts = [box(width, deep, high, paint, min(shape.bevel, 0.035), 5, at=(0, 0, high / 2))]
    big, small = width * 0.36, width * 0.17
    hole = plain(INK, 0.8)
    places = [(big, high * 0.33)] if shape.drivers == 1 else [(big, high * 0.27)]
    places.append((small if shape.drivers == 1 else big * 0.8, high * 0.72))
    for radius, z in places:
        plate = disc(radius * 1.07, 0.006, 0, hole, 0.001)
        parts += place([plate], (0, front + 0.002, z), (pi / 2, 0, 0))
        parts += _driver(radius, (0, front - 0.042, z), steel)
        rim = lathe([(radius * 1.08, -0.044), (radius * 1.08, 0.0)], steel)
        parts += place([rim], (0, front - 0.042, z), (pi / 2, 0, 0))
    return parts, "lacquered wood"


def _bar(shape: _Speaker, look: Look) -> tuple[list[Any], str]:
    """A lying roll of cloth between two end caps, to carry along."""
    cloth, paint = _grille(COLOURS[look.colour]), plain(scaled(COLOURS[look.colour], 0.7), 0.5)
    radius, half = 0.13 + shape.depth * 0.15, 0.3 + shape.width * 0.18
    parts = [lathe([(radius, -half), (radius, half)], cloth, 96)]
    for end in (-1, 1):
        rim = circle(radius, end * half, 80)
        parts.append(tube(rim, 0.02, paint, closed=True))
        parts.append(disc(radius * 0.99, 0.014, end * half - 0.007, paint, 0.004))
        parts.append(disc(radius * 0.6, 0.012, end * (half + 0.012) - 0.006, plain(INK, 0.4)))
    for step in (-1, 0, 1):
        button = disc(0.025, 0.014, 0, paint, 0.005)
        parts += place([button], (-radius + 0.004, 0, step * 0.09), (0, -pi / 2, 0))
    parts = place(parts, turned=(0, pi / 2, 0))
    if shape.handle:
        loop = [(half, 0, radius * 0.7), (half + 0.1, 0, radius * 0.2), (half + 0.06, 0, -0.1)]
        parts.append(tube([*loop, (half, 0, -radius * 0.6)], 0.012, plain(INK, 0.7)))
    return parts, "fabric"


_SPEAKERS: dict[str, Callable[[_Speaker, Look], tuple[list[Any], str]]] = {
    "round": _ball,
    "portable": _bar,
    "retro": _boxy,
    "cylinder": _can,
    "bookshelf": _monitor,
}


def speaker(rng: random.Random, look: Look) -> Product:
    """A loudspeaker: a wooden box, a can, a ball, a roll or a bookshelf speaker."""
    turn = rng.uniform(8, 32)
    style = rng.choice(list(_SPEAKERS))
    shape, side, elevation = _draw_speaker(rng), rng.choice((-1, 1)), rng.uniform(8, 18)
    parts, material = _SPEAKERS[style](shape, look)
    return Product(parts, side * turn, elevation, words=style, material=material)


CATEGORIES = (
    Category(
        "speaker",
        "speaker",
        speaker,
        price=(49, 420),
        looks=Looks(colours=GADGET_COLOURS, metals=GADGET_METALS),
        title="{words} speaker, {colour}",
        trade="electronics",
    ),
)
