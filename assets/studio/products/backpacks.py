"""Backpacks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import copysign, cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import fabric, leather, metal, plain, thread
from ..palette import COLOURS, scaled
from ..shapes import (
    Vector,
    box,
    catmull,
    circle,
    loft,
    modify,
    ribbon,
    ripple,
    stitches,
    superellipse,
    tube,
)

_EXPONENT = 4.2


@dataclass(frozen=True)
class _Pouch:
    """A stuffed pouch with a domed top: the bag itself or a pocket on it."""

    width: float
    depth: float
    height: float
    foot: float = 0.0
    y: float = 0.0
    dome: float = 0.5

    def size(self, part: float) -> tuple[float, float]:
        """The width and the depth at a part of the height."""
        shoulder, upper = max(0.0, part - 0.62) / 0.38, max(0.0, part - 0.5) / 0.5
        tuck = 1 - 0.05 * (1 - min(1.0, part / 0.1))
        deep = (1 - 0.55 * upper**2) * tuck * (1 + 0.1 * sin(pi * min(1.0, part * 1.1)))
        return self.width * tuck * (1 - self.dome * shoulder**2.4), self.depth * deep

    def at(self, part: float, turn: float, out: float = 0.0) -> Any:
        """The point at a part of the height and an angle; -90 degrees is the front."""
        across, deep = self.size(part)
        power = 2 / _EXPONENT
        x = copysign(abs(cos(turn)) ** power, cos(turn)) * (across / 2 + out)
        y = copysign(abs(sin(turn)) ** power, sin(turn)) * (deep / 2 + out)
        return Vector((x, self.y + y, self.foot + self.height * part))

    def front(self, x: float, part: float, out: float = 0.0) -> Any:
        """The point of the front at a place across."""
        across, deep = self.size(part)
        share = max(0.0, 1 - abs(2 * x / across) ** _EXPONENT) ** (1 / _EXPONENT)
        y = self.y - (deep / 2 + out) * share
        return Vector((x, y, self.foot + self.height * part))

    def skin(self, material: Any) -> Any:
        """The pouch as an object."""
        sizes = [(index / 14, *self.size(index / 14)) for index in range(15)]
        rings = [(self.width * 0.86, self.depth * 0.82, self.foot - 0.01)]
        rings += [(across, deep, self.foot + self.height * part) for part, across, deep in sizes]
        top = self.foot + self.height + 0.012
        rings.append((self.width * (1 - self.dome) * 0.6, self.depth * 0.2, top))
        shift = Vector((0, self.y, 0))
        sections = [[p + shift for p in superellipse(*ring, _EXPONENT, 56)] for ring in rings]
        thing = loft(sections, material, levels=1)
        ripple(thing, 0.022, 0.22)
        return thing


def _zip(line: list[Any], hardware: Any, tape: Any) -> list[Any]:
    """A zip along a line: the tape and its teeth."""
    return [tube(line, 0.013, tape, smooth=2), stitches(line, hardware, 0.006, 0.005, 0.0142)]


def _puller(at: Any, hardware: Any, skin: Any) -> list[Any]:
    """The slider of a zip with a leather tab."""
    x, y, z = at
    slider = box(0.03, 0.03, 0.035, hardware, 0.006, at=(x, y - 0.016, z))
    return [slider, box(0.022, 0.012, 0.09, skin, 0.004, at=(x, y - 0.026, z - 0.06))]


def _main_zip(body: _Pouch, low: float, hardware: Any, tape: Any) -> list[Any]:
    """The zip over the top of the bag, from side to side."""
    turn = -pi / 5.2
    rise = [body.at(low + (1 - low) * index / 16, turn, 0.004) for index in range(17)]
    peak = [Vector((rise[-1].x * 0.5, rise[-1].y, rise[-1].z + 0.008))]
    line = [*rise, *peak]
    line += [point * Vector((-1, 1, 1)) for point in reversed(line)]
    return _zip(line, hardware, tape)


def _shoulder_straps(body: _Pouch, broad: float, skin: Any) -> list[Any]:
    """The padded straps behind the bag and the loop to hang it by."""
    width, depth, height = body.width, body.depth, body.height
    straps = []
    for side in (-1, 1):
        x = side * width * 0.3
        line = [(x, depth * 0.3, height * 0.94), (x * 1.25, depth * 0.75, height * 0.86)]
        line += [(x * 1.5, depth * 1.05, height * 0.55), (x * 1.45, depth * 0.8, height * 0.24)]
        line.append((x * 1.3, depth * 0.42, 0.06))
        strap = ribbon(catmull(line, 10), broad, 0.035, skin, bevel=0.014)
        straps.append(strap)
    loop = [(-0.1, 0.05, height - 0.02), (-0.09, 0.05, height + 0.07), (0, 0.05, height + 0.11)]
    loop += [(-x, y, z) for x, y, z in reversed(loop[:2])]
    return [*straps, tube(loop, 0.021, skin)]


def _zip_pocket(
    body: _Pouch, share: float, broad: float, skin: Any, tape: Any, hardware: Any, trim: Any
) -> list[Any]:
    """A pocket on the front with a curved zip and a leather label."""
    tall, thick = body.height * share, body.depth * 0.5
    y = -body.depth * 0.42
    pocket = _Pouch(body.width * broad, thick, tall, 0.05, y, 0.3)
    reach = pocket.width * 0.47
    line = [pocket.front(reach * (u / 16 - 1), 0.72, 0.006) for u in range(33)]
    parts = [pocket.skin(skin), *_zip(line, hardware, tape)]
    parts += _puller(pocket.front(reach * 0.62, 0.72, 0.006), hardware, trim)
    label = pocket.front(0, 0.36, 0.012)
    parts.append(box(0.17, 0.014, 0.1, trim, 0.006, at=label))
    return parts


def _flap(body: _Pouch, low: float, skin: Any, seam: Any) -> list[Any]:
    """A lid over the top that hangs down the front to ``low``."""
    rows = []
    back = [Vector((0, body.y + body.depth * 0.4, body.foot + body.height * 0.9))]
    back.append(Vector((0, body.y + body.depth * 0.18, body.foot + body.height + 0.035)))
    back.append(Vector((0, body.y - body.depth * 0.12, body.foot + body.height + 0.045)))
    falls = [body.front(0, 0.96 - (0.96 - low) * step / 8, 0.04) for step in range(9)]
    for place in catmull([*back, *falls], 3):
        part = min(1.0, (place.z - body.foot) / body.height)
        across = max(body.size(part)[0], body.width * 0.62) + 0.03
        row = []
        for step in range(33):
            u = step / 16 - 1
            drop = 0.05 * body.height * (1 - part) * (abs(u) ** 8)
            y = place.y + 0.16 * body.depth * abs(u) ** 5
            row.append(Vector((u * across / 2, y, place.z - 0.05 * u**6 + drop)))
        rows.append(row)
    lid = loft(rows, skin, closed=False, caps=False, levels=1)
    modify(lid, "SOLIDIFY", thickness=0.02, offset=1.0)
    edge = [point + Vector((0, -0.003, 0)) for point in rows[-2][1:-1]]
    return [lid, stitches(edge, seam, 0.018, 0.012)]


def _buckles(body: _Pouch, spread: float, low: float, hardware: Any, trim: Any) -> list[Any]:
    """Two leather straps with buckles that hold the lid down."""
    parts = []
    for side in (-1, 1):
        x = side * body.width * spread
        line = [body.front(x, low + 0.34 - 0.6 * step / 12 * 0.9, 0.075) for step in range(13)]
        parts.append(ribbon(line, 0.065, 0.014, trim))
        at = body.front(x, low - 0.02, 0.09)
        ring = superellipse(0.105, 0.085, 0, 6, 32)
        frame = tube([(p.x, 0, p.y) for p in ring], 0.0095, hardware, closed=True)
        frame.location = at
        prong = tube([(0, -0.006, -0.045), (0, -0.012, 0), (0, -0.006, 0.045)], 0.006, hardware)
        prong.location = at
        parts += [frame, prong, box(0.08, 0.03, 0.03, trim, 0.006, at=at + Vector((0, 0, -0.09)))]
    return parts


def _side_pockets(body: _Pouch, tall: float, skin: Any) -> list[Any]:
    """A small pocket on either side, for a bottle."""
    pockets = []
    for side in (-1, 1):
        pouch = _Pouch(body.width * 0.22, body.depth * 0.8, tall, 0.03, 0.0, 0.05)
        pocket = pouch.skin(skin)
        pocket.location = (side * body.width * 0.46, 0, 0)
        pockets.append(pocket)
    return pockets


def _roll(body: _Pouch, hardware: Any, skin: Any, trim: Any) -> list[Any]:
    """A rolled top, held by a strap with a hook."""
    top, half = body.foot + body.height, body.width * 0.44
    turns = [2.6 * pi * index / 30 for index in range(31)]
    spiral = [(0.1 - 0.02 * turn / pi, turn) for turn in turns]
    profile = [(-r * cos(turn) * 0.9, top + 0.06 + r * sin(turn) * 0.7) for r, turn in spiral]
    rows = [[Vector((half * (u / 12 - 1), y, z)) for u in range(25)] for y, z in profile]
    roll = loft(rows, skin, closed=False, caps=False, levels=1)
    modify(roll, "SOLIDIFY", thickness=0.022, offset=0.0)
    line = [Vector((0, 0.11, top - 0.02)), Vector((0, 0.1, top + 0.13))]
    line += [Vector((0, -0.02, top + 0.165)), Vector((0, -0.125, top + 0.09))]
    line += [body.front(0, part, 0.03) for part in (0.86, 0.76, 0.66)]
    strap = ribbon(catmull(line, 8), 0.06, 0.014, trim)
    at = body.front(0, 0.74, 0.05)
    ring = tube([(p.x, 0, p.y) for p in circle(0.05, count=24)], 0.011, hardware, closed=True)
    ring.location = at
    return [roll, strap, ring]


def backpack(rng: random.Random, look: Look) -> Product:
    """A backpack: with a zip over the top, a buckled lid or a rolled top."""
    style = rng.choice(("zip", "lid", "zip", "roll"))
    body = _Pouch(
        width=rng.uniform(0.54, 0.76),
        depth=rng.uniform(0.26, 0.36),
        height=rng.uniform(0.74, 1.02),
        dome=rng.uniform(0.25, 0.6) if style == "zip" else 0.12,
    )
    share, broad = rng.uniform(0.34, 0.52), rng.uniform(0.66, 0.84)
    sided, low = rng.random() < 0.45, rng.uniform(0.5, 0.64)
    strap, spread, zip_foot = rng.uniform(0.1, 0.14), rng.uniform(0.2, 0.28), rng.uniform(0.3, 0.55)
    azimuth, elevation = rng.choice((-1, 1)) * rng.uniform(10, 30), rng.uniform(6, 14)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    is_leather = look.material == "leather"
    skin = leather(colour) if is_leather else fabric(colour, scale=260, sheen=0.1)
    trim, hardware = leather(accent), metal(look.metal, 0.25)
    tape = plain(scaled(colour, 0.6), 0.8)
    parts = [body.skin(skin), *_shoulder_straps(body, strap, trim)]
    parts += _zip_pocket(
        body, share * (0.8 if style == "lid" else 1), broad, skin, tape, hardware, trim
    )
    if style == "zip":
        parts += _main_zip(body, zip_foot, hardware, tape)
    elif style == "lid":
        parts += _flap(body, low, skin, thread(colour))
        parts += _buckles(body, spread, low, hardware, trim)
    else:
        parts += _roll(body, hardware, skin, trim)
    if sided:
        parts += _side_pockets(body, body.height * 0.36, skin)
    words = {"zip": "", "lid": "buckled", "roll": "roll-top"}[style]
    return Product(parts, azimuth, elevation, words, look.material)


CATEGORIES = (
    Category(
        "backpack",
        "backpack",
        backpack,
        price=(59, 240),
        looks=Looks(
            accents=("tan", "cognac", "brown", "black", "tan"),
            materials=("canvas", "canvas", "leather"),
            metals=("silver", "brass", "gunmetal", "gold"),
        ),
        title="{words} {material} {noun}, {colour}",
        trade="fashion",
    ),
)
