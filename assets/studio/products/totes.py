"""Totes of leather and of canvas."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import fabric, leather, metal, thread
from ..palette import COLOURS, scaled
from ..shapes import (
    Vector,
    box,
    catmull,
    circle,
    lathe,
    loft,
    modify,
    ripple,
    sharp,
    stitches,
    superellipse,
    tube,
)

TOTE_COLOURS = (
    "black",
    "ivory",
    "grey",
    "navy",
    "blue",
    "sky",
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
    "brown",
    "beige",
)


@dataclass(frozen=True)
class _Shape:
    """The proportions of an open bag; ``sag`` is how far the rim hangs in the middle."""

    width: float
    depth: float
    height: float
    flare: float
    pinch: float
    sag: float

    def section(self, part: float, grow: float = 0.0) -> list[Any]:
        """The outline at a part of the height."""
        width = self.width * (1 + (self.flare - 1) * part) * (1 + 0.015 * sin(pi * part))
        depth = self.depth * (1 - self.pinch * part**1.6) * (1 + 0.12 * sin(pi * part))
        exponent = 7 - 4 * part * self.pinch
        ring = superellipse(width + grow, depth + grow, self.height * part, exponent, 64)
        for point in ring:
            middle = 1 - (2 * point.x / width) ** 2
            point.z -= self.sag * max(0.0, middle) * part**4
        return ring

    def front(self, x: float, part: float) -> Any:
        """The point of the front at a place across."""
        ring = [point for point in self.section(part) if point.y <= 0]
        ring.sort(key=lambda point: point.x)
        after = next((i for i, point in enumerate(ring) if point.x >= x), len(ring) - 1)
        before = max(0, after - 1)
        span = ring[after].x - ring[before].x
        step = (x - ring[before].x) / span if span else 0.0
        return ring[before].lerp(ring[after], step)


def _soften(thing: Any, soft: float) -> None:
    """Crumple the surface as its softness allows; the same for all that lies on it."""
    ripple(thing, soft, 0.4)
    ripple(thing, soft * 0.4, 0.14)


def _shell(shape: _Shape, skin: Any, soft: float) -> list[Any]:
    """The bag itself, open at its top."""
    rows = [shape.section(index / 18) for index in range(19)]
    wall = loft(rows, skin, caps=False, levels=2)
    bottom = loft([shape.section(0, -0.03), shape.section(0, -0.002), shape.section(0.02)], skin)
    _soften(wall, soft)
    modify(wall, "SOLIDIFY", thickness=0.016, offset=-1.0)
    return [wall, bottom]


def _band(shape: _Shape, low: float, high: float, skin: Any, seam: Any, soft: float) -> list[Any]:
    """A band of another material around the bag, sewn on."""
    rows = [shape.section(low + (high - low) * index / 6, 0.004) for index in range(7)]
    sleeve = loft(rows, skin, caps=False, levels=2)
    _soften(sleeve, soft)
    modify(sleeve, "SOLIDIFY", thickness=0.006, offset=1.0)
    edge = high - 0.02 if high < 1 else low + 0.02
    ring = shape.section(edge, 0.02)
    return [sleeve, stitches([*ring, ring[0]], seam, 0.02, 0.014)]


def _strap(
    shape: _Shape, half: float, low: float, drop: float, width: float, skin: Any, back: bool
) -> Any:
    """A flat strap: up the bag from ``low``, free over the rim, and down again."""
    side = -1 if back else 1
    rise = [shape.front(half, low + (0.96 - low) * index / 6) for index in range(7)]
    rise = [Vector((point.x, (point.y - 0.026) * side, point.z)) for point in rise]
    top, lean = rise[-1], rise[-1].y
    rise += [
        Vector((half * 0.97, lean * 0.98, top.z + drop * 0.45)),
        Vector((half * 0.78, lean * 0.85, top.z + drop * 0.85)),
        Vector((half * 0.35, lean * 0.75, top.z + drop)),
    ]
    line = catmull([*rise, *[point * Vector((-1, 1, 1)) for point in reversed(rise)]], 8)
    return _upright_ribbon(line, width, 0.016, skin)


def _upright_ribbon(line: list[Any], width: float, thickness: float, skin: Any) -> Any:
    """A flat strap along a line, its face always to the front."""
    outward = Vector((0, 1, 0))
    rows = []
    for index, point in enumerate(line):
        along = line[min(index + 1, len(line) - 1)] - line[max(index - 1, 0)]
        across = along.cross(outward).normalized() * width / 2
        deep = outward * thickness / 2
        left, right = point - across, point + across
        rows.append([left - deep, right - deep, right + deep, left + deep])
    strap = loft(rows, skin)
    modify(strap, "BEVEL", width=thickness * 0.3, segments=2, limit_method="ANGLE")
    return strap


def _sewn_cross(at: Any, width: float, height: float, seam: Any) -> list[Any]:
    """The square with a cross that holds a strap."""
    x, y, z = at
    half, tall = width * 0.36, height / 2
    corners = [(x - half, y, z - tall), (x + half, y, z - tall), (x + half, y, z + tall)]
    corners += [(x - half, y, z + tall), (x - half, y, z - tall)]
    lines = [corners, [corners[0], corners[2]], [corners[1], corners[3]]]
    return [stitches(line, seam, 0.014, 0.008, 0.0035) for line in lines]


def _canvas_tote(rng: random.Random, look: Look) -> Product:
    """A soft tote: a shopper with long straps, or a boat tote with a band around its foot."""
    boat, deep = rng.random() < 0.5, rng.uniform(0.3, 0.55)
    shape = _Shape(
        width=rng.uniform(0.72, 1.15),
        depth=deep if boat else deep * 0.7,
        height=rng.uniform(0.62, 0.95),
        flare=rng.uniform(1.1, 1.28) if boat else rng.uniform(0.98, 1.06),
        pinch=rng.uniform(0.3, 0.55),
        sag=rng.uniform(0.01, 0.05),
    )
    half, drop = shape.width * rng.uniform(0.2, 0.28), rng.uniform(0.3, 0.56)
    broad, band = rng.uniform(0.05, 0.085), rng.uniform(0.16, 0.34)
    soft, detail = rng.uniform(0.04, 0.075), rng.random()
    azimuth, elevation = rng.uniform(-30, 30), rng.uniform(10, 20)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    cloth = fabric(colour, accent, look.pattern, 240, detail, repeat=1.6, sheen=0.1)
    trim = fabric(accent, scale=240, sheen=0.1) if boat else leather(accent)
    seam = thread(accent)
    parts = _shell(shape, cloth, soft)
    if boat:
        parts += _band(shape, 0.0, band, trim, seam, soft)
    parts += _band(shape, 0.9, 1.0, cloth if not boat else trim, thread(colour), soft)
    foot = 0.02 if boat else 0.74
    for back in (False, True):
        parts.append(_strap(shape, half, foot, drop, broad, trim, back))
    for side in (-1, 1):
        at = shape.front(half, 0.85) + Vector((0, -0.036, 0))
        parts += _sewn_cross((at.x * side, at.y, at.z), broad, 0.07, seam)
    words = "boat" if boat else "shopper"
    return Product(parts, azimuth, elevation, words, "canvas", look.pattern)


def _leather_tote(rng: random.Random, look: Look) -> Product:
    """A stiff tote with rolled handles on metal rings or with flat straps."""
    shape = _Shape(
        width=rng.uniform(0.78, 1.1),
        depth=rng.uniform(0.28, 0.44),
        height=rng.uniform(0.6, 0.95),
        flare=rng.uniform(1.04, 1.3),
        pinch=rng.uniform(0.25, 0.6),
        sag=rng.uniform(0.0, 0.02),
    )
    rolled, half = rng.random() < 0.6, shape.width * rng.uniform(0.2, 0.3)
    drop, broad = rng.uniform(0.26, 0.44), rng.uniform(0.05, 0.075)
    tag, pocket = rng.random() < 0.45, rng.random() < 0.4
    azimuth, elevation = rng.uniform(-30, 30), rng.uniform(10, 20)
    colour = COLOURS[look.colour]
    skin, darker = leather(colour), leather(scaled(colour, 0.75))
    seam, hardware = thread(colour), metal(look.metal, 0.16)
    parts = _shell(shape, skin, 0.012)
    parts += _band(shape, 0.92, 1.0, darker, seam, 0.012)
    parts += _band(shape, 0.0, 0.1, darker, seam, 0.012)
    for back in (False, True):
        if rolled:
            parts += _rolled_handle(shape, half, drop, broad * 0.36, darker, hardware, back)
        else:
            parts.append(_strap(shape, half, 0.68, drop, broad, darker, back))
    if not rolled:
        parts += _rivets(shape, half, hardware)
    if pocket:
        parts += _pocket(shape, skin, seam)
    if tag:
        parts += _disc_tag(shape.front(half, 0.9), darker, hardware)
    return Product(parts, azimuth, elevation, "", "leather", "grain")


def _rolled_handle(
    shape: _Shape, half: float, drop: float, thick: float, skin: Any, hardware: Any, back: bool
) -> list[Any]:
    """A round handle, held by rings on two tabs."""
    side = -1 if back else 1
    mount = shape.front(half, 0.86)
    y, z = (mount.y - 0.035) * side, mount.z
    rise = [(half, y, z), (half, y * 1.03, z + drop * 0.4), (half * 0.8, y * 0.95, z + drop * 0.85)]
    rise.append((half * 0.38, y * 0.85, z + drop * 1.08))
    line = [*rise, *[(-x, depth, height) for x, depth, height in reversed(rise)]]
    parts = [tube(line, thick, skin, smooth=12)]
    for x in (-half, half):
        ring = tube([(p.x, 0, p.y) for p in circle(0.04, count=24)], 0.01, hardware, closed=True)
        ring.location = (x, y, z - 0.02)
        parts += [ring, box(0.06, 0.02, 0.16, skin, 0.007, at=(x, y + 0.012 * side, z - 0.12))]
        stud = lathe([(0, 0), (0.018, 0), (0.015, 0.008), (0, 0.011)], hardware, 24)
        stud.rotation_euler = (pi / 2 * side, 0, 0)
        stud.location = (x, y + 0.002 * side, z - 0.16)
        parts.append(stud)
    return parts


def _rivets(shape: _Shape, half: float, hardware: Any) -> list[Any]:
    """Two studs on each end of the front strap."""
    studs = []
    for part in (0.74, 0.84):
        at = shape.front(half, part)
        for side in (-1, 1):
            stud = lathe([(0, 0), (0.02, 0), (0.017, 0.009), (0, 0.012)], hardware, 24)
            stud.rotation_euler = (pi / 2, 0, 0)
            stud.location = (at.x * side, at.y - 0.033, at.z)
            studs.append(stud)
    return studs


def _pocket(shape: _Shape, skin: Any, seam: Any) -> list[Any]:
    """A flat pocket on the front."""
    half, low, high = shape.width * 0.3, 0.2, 0.62
    rows = []
    for step in range(9):
        part = low + (high - low) * step / 8
        line = [shape.front(half * (u / 10 - 1), part) for u in range(21)]
        rows.append([point + Vector((0, -0.022, 0)) for point in line])
    panel = loft(rows, skin, closed=False, caps=False, levels=1)
    modify(panel, "SOLIDIFY", thickness=0.024, offset=0.0)
    inset = Vector((0, -0.014, 0))
    edge = [rows[step][1] for step in range(8, 0, -1)] + rows[1][1:20]
    edge += [rows[step][19] for step in range(1, 9)]
    return [panel, stitches([point + inset for point in edge], seam, 0.016, 0.01)]


def _disc_tag(at: Any, skin: Any, hardware: Any) -> list[Any]:
    """A round tag on a cord."""
    x, y, z = at.x, at.y - 0.07, at.z
    turns = [index / 8 for index in range(9)]
    cord = [(x + 0.015 * sin(pi * turn), y - 0.01 * turn, z - 0.22 * turn) for turn in turns]
    plate = lathe([(0, 0), (0.065, 0), (0.07, 0.007), (0.065, 0.014), (0, 0.014)], skin, 40)
    plate.rotation_euler, plate.location = (pi / 2, 0, 0), (x, y - 0.005, z - 0.28)
    eye = lathe([(0, 0), (0.014, 0), (0.011, 0.006), (0, 0.008)], hardware, 24)
    eye.rotation_euler, eye.location = (pi / 2, 0, 0), (x, y - 0.018, z - 0.235)
    return [tube(cord, 0.007, skin, smooth=2), sharp(plate), eye]


def tote(rng: random.Random, look: Look) -> Product:
    """A tote of leather or of canvas."""
    return rng.choice((_leather_tote, _canvas_tote))(rng, look)


CATEGORIES = (
    Category(
        "tote",
        "tote bag",
        tote,
        price=(29, 280),
        looks=Looks(
            colours=TOTE_COLOURS,
            accents=("tan", "brown", "black", "navy", "ivory", "cognac"),
            patterns=("plain", "plain", "stripes"),
            metals=("gold", "silver", "gunmetal", "brass"),
        ),
        title="{pattern} {words} {material} {noun}, {colour}",
        trade="fashion",
    ),
)
