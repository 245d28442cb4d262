"""Handbags and totes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import leather, metal, plain, thread
from ..palette import COLOURS, scaled
from ..shapes import (
    Point,
    Vector,
    box,
    catmull,
    chain,
    circle,
    lathe,
    loft,
    modify,
    resample,
    ribbon,
    sharp,
    stitches,
    superellipse,
    tube,
)

BAG_COLOURS = (
    "black",
    "ivory",
    "grey",
    "navy",
    "blue",
    "teal",
    "green",
    "olive",
    "mustard",
    "orange",
    "red",
    "burgundy",
    "pink",
    "blush",
    "lilac",
    "tan",
    "cognac",
    "brown",
    "beige",
)


@dataclass(frozen=True)
class _Body:
    """The proportions of a bag that narrows from its base to its top."""

    width: float
    depth: float
    height: float
    top_width: float
    top_depth: float

    def across(self, z: float) -> float:
        """The width at a height."""
        part = z / self.height
        return self.width + (self.top_width - self.width) * part

    def front(self, z: float) -> float:
        """How far the front stands out at a height."""
        part = z / self.height
        depth = self.depth + (self.top_depth - self.depth) * part
        return depth / 2 * (1 + 0.1 * sin(pi * part))

    def section(self, z: float, exponent: float = 6) -> list[Any]:
        """The outline at a height."""
        return superellipse(self.across(z), 2 * self.front(z), z, exponent)


def _arch(half: float, height: float, foot: Point, power: float = 0.8) -> list[Any]:
    """The line of a handle, standing on two feet."""
    _, y, z = foot
    turns = [pi * index / 32 for index in range(33)]
    return [Vector((half * cos(turn), y, z + height * sin(turn) ** power)) for turn in turns]


class _Flap:
    """A flap over the top and the front of a bag, cut straight, round or pointed."""

    def __init__(self, body: _Body, length: float, cut: float, power: float) -> None:
        height, half = body.height, body.top_depth / 2
        over = [(half * 0.9, height * 0.93), (half * 0.8, height + 0.03), (0, height + 0.045)]
        over += [(-half * 0.8, height + 0.035), (-half - 0.03, height * 0.965)]
        falls = [height * 0.9 - step * (length - height * 0.1) / 5 for step in range(6)]
        front = [(-body.front(z) - 0.022, z) for z in falls]
        line = catmull([(0, y, z) for y, z in over + front], 6)
        self.line = resample(line, 200)
        self.body, self.cut, self.power = body, cut, power
        self.fixed = next(i for i, p in enumerate(self.line) if p.y < -half) / 199

    def at(self, u: float, s: float) -> Any:
        """The point at a place across (0 to 1) and along (0 at the back, 1 at the edge)."""
        free = (1 - self.fixed) * (1 - self.cut * abs(2 * u - 1) ** self.power)
        place = s * (self.fixed + free) * (len(self.line) - 1)
        before = min(int(place), len(self.line) - 2)
        point = self.line[before].lerp(self.line[before + 1], place - before)
        body, sunk = self.body, max(0.0, 1 - point.z / self.body.height)
        width = body.top_width + 0.02 + (body.width - body.top_width) * sunk * 0.9
        return Vector(((u - 0.5) * width, point.y, point.z))

    def parts(self, skin: Any, seam: Any) -> list[Any]:
        """The flap and the seam along its edge."""
        rows = [[self.at(u / 40, s / 44) for u in range(41)] for s in range(45)]
        sheet = loft(rows, skin, closed=False, caps=False, levels=1)
        modify(sheet, "SOLIDIFY", thickness=0.024, offset=1.0)
        down = [(0.035, s / 40) for s in range(22, 39)]
        along = [(0.035 + 0.93 * u / 40, 0.962) for u in range(41)]
        edge = [*down, *along, *[(1 - u, s) for u, s in reversed(down)]]
        line = [self.at(u, s) + Vector((0, -0.002, 0)) for u, s in edge]
        return [sheet, stitches(line, seam)]


def _clasp(kind: str, at: Any, hardware: Any, skin: Any) -> list[Any]:
    """A clasp at the lower edge of a flap."""
    x, y, z = at
    if kind == "round":
        disc = lathe([(0, 0), (0.055, 0), (0.062, 0.008), (0.06, 0.02), (0, 0.026)], hardware)
        disc.rotation_euler, disc.location = (pi / 2, 0, 0), (x, y - 0.005, z + 0.07)
        return [sharp(disc)]
    if kind == "bar":
        knobs = [(x + side * 0.12, y - 0.022, z + 0.06) for side in (-1, 1)]
        bar = tube(knobs, 0.022, hardware, smooth=0)
        return [bar, box(0.05, 0.03, 0.09, hardware, 0.01, at=(x, y - 0.015, z + 0.06))]
    if kind == "tab":
        tab = box(0.12, 0.018, 0.26, skin, 0.008, at=(x, y - 0.012, z + 0.02))
        return [tab, box(0.15, 0.02, 0.045, hardware, 0.008, at=(x, y - 0.018, z - 0.02))]
    plate = box(0.13, 0.03, 0.1, hardware, 0.012, at=(x, y - 0.018, z + 0.05))
    dark = plain((0.05, 0.05, 0.05), 0.2, metal=1.0)
    return [plate, box(0.07, 0.03, 0.04, dark, 0.008, at=(x, y - 0.028, z + 0.05))]


def _flap_bag(rng: random.Random, look: Look) -> Product:
    """A bag with a flap, and a stiff handle, a chain or a shoulder strap."""
    width, height = rng.uniform(0.8, 1.3), rng.uniform(0.5, 0.9)
    depth, narrow = rng.uniform(0.22, 0.36), rng.uniform(0.68, 1.0)
    length = height * rng.uniform(0.42, 0.82)
    cut, power = rng.choice(((0.05, 12), (0.4, 2), (0.5, 1.2), (0.2, 4)))
    clasp = rng.choice(("turn", "round", "bar", "tab"))
    handle = rng.choice(("arc", "chain", "strap"))
    arch, thick = rng.uniform(0.24, 0.42), rng.uniform(0.022, 0.032)
    azimuth, elevation = rng.uniform(-32, 32), rng.uniform(8, 18)
    colour = COLOURS[look.colour]
    skin, hardware = leather(colour, look.pattern), metal(look.metal, 0.14)
    plainer = leather(scaled(colour, 0.85))
    body = _Body(width, depth, height, width * narrow, depth * 0.8)
    sections = [body.section(height * row / 10) for row in range(11)]
    base = superellipse(width * 0.95, depth * 0.9, -0.012, 6)
    lid = superellipse(body.top_width * 0.93, body.top_depth * 0.8, height + 0.02, 6)
    flap = _Flap(body, length, cut, power)
    parts = [loft([base, *sections, lid], skin, levels=1), *flap.parts(skin, thread(colour))]
    parts += _clasp(clasp, flap.at(0.5, 1.0), hardware, plainer)
    parts += _flap_handle(handle, body, arch, thick, hardware, plainer)
    words = "top-handle flap" if handle == "arc" else f"{handle} flap"
    words = "shoulder flap" if handle == "strap" else words
    return Product(parts, azimuth, elevation, words, "leather", look.pattern)


def _flap_handle(
    kind: str, body: _Body, arch: float, thick: float, hardware: Any, skin: Any
) -> list[Any]:
    """The handle of a flap bag with what holds it."""
    if kind == "chain":
        line = _arch(body.top_width * 0.46, arch + 0.2, (0, 0.02, body.height * 0.96))
        return chain(line, hardware)
    half = body.top_width * (0.32 if kind == "arc" else 0.47)
    mounts = [(side * half, 0, body.height + 0.03) for side in (-1, 1)]
    if kind == "arc":
        bar = tube(_arch(half, arch, mounts[0]), thick, skin, smooth=2)
        return [bar, *[box(0.07, 0.07, 0.08, hardware, 0.02, at=at) for at in mounts]]
    line = _arch(half, arch + 0.3, (0, 0, body.height + 0.05), 0.7)
    parts = [ribbon(line, 0.07, 0.016, skin, (0, 1, 0))]
    for at in mounts:
        ring = tube([(p.x, 0, p.y) for p in circle(0.05, count=24)], 0.011, hardware, closed=True)
        ring.location = at
        parts.append(ring)
    return parts


def _bowling_shape(rng: random.Random) -> tuple[Callable[[float], tuple[float, float]], float]:
    """The width and the depth of a bowling bag at a part of its height, and the height."""
    width, depth = rng.uniform(0.95, 1.3), rng.uniform(0.36, 0.5)
    height, roundness = rng.uniform(0.5, 0.78), rng.uniform(0.2, 0.6)

    def size(part: float) -> tuple[float, float]:
        shoulder, upper = max(0.0, part - 0.35) / 0.65, max(0.0, part - 0.2) / 0.8
        swell = 1 + 0.04 * sin(pi * min(1.0, part * 1.3))
        across = width * swell * (1 - roundness * shoulder**2.6)
        return across, depth * swell * (1 - 0.8 * upper**2.2)

    return size, height


def _bowling_bag(rng: random.Random, look: Look) -> Product:
    """A domed bag with a zip over its top, piped seams and two handles."""
    size, height = _bowling_shape(rng)
    arch, spread = rng.uniform(0.2, 0.34), rng.uniform(0.36, 0.5)
    thick, tagged = rng.uniform(0.02, 0.03), rng.random() < 0.5
    azimuth, elevation = rng.uniform(-30, 30), rng.uniform(8, 18)
    colour = COLOURS[look.colour]
    skin, hardware = leather(colour, look.pattern), metal(look.metal, 0.16)
    trim = leather(scaled(colour, 0.7))

    def edge(part: float, turn: float) -> Any:
        across, deep = size(part)
        x, y = abs(cos(turn)) ** 0.5 * across / 2, abs(sin(turn)) ** 0.5 * deep / 2
        return Vector((x, y, part * height))

    steps = [index / 16 for index in range(17)]
    sections = [superellipse(*size(part), part * height, 4) for part in steps]
    base = superellipse(size(0)[0] * 0.94, size(0)[1] * 0.88, -0.015, 4)
    lid = superellipse(size(1)[0] * 0.8, size(1)[1] * 0.5, height + 0.01, 4)
    parts = [loft([base, *sections, lid], skin, levels=1)]
    mirror = Vector((-1, 1, 1))
    for side in (-1, 1):
        rising = [edge(part, pi / 3.6) * Vector((1, side, 1)) for part in steps]
        line = rising + [point * mirror for point in reversed(rising)]
        parts.append(tube(line, 0.011, trim, smooth=2))
    zipped = [edge(part, 0.0) for part in steps[7:]]
    line = zipped + [point * mirror for point in reversed(zipped)]
    line = [point + Vector((0, 0, 0.006)) for point in line]
    parts += [
        ribbon(line, 0.07, 0.012, trim, (0, 1, 0)),
        stitches(line, hardware, 0.01, 0.006, 0.012),
    ]
    half = spread * size(0.6)[0] / 2 * 1.2
    for side in (-1, 1):
        parts += _bowling_handle(
            half, side * size(0.62)[1] / 2, height, arch, thick, trim, hardware
        )
    if tagged:
        parts += _tag(half, -size(0.62)[1] / 2 - 0.03, height * 0.62, trim, hardware)
    return Product(parts, azimuth, elevation, "bowling", "leather", look.pattern)


def _bowling_handle(
    half: float, y: float, height: float, arch: float, thick: float, skin: Any, hardware: Any
) -> list[Any]:
    """A handle on one side of a bowling bag: the bar, its rings and the tabs that hold them."""
    out = 1.0 if y > 0 else -1.0
    foot = height * 0.68
    rise = [(half, y + out * 0.03, foot), (half * 0.98, y + out * 0.045, height * 0.9)]
    rise += [(half * 0.82, y * 0.9, height + arch * 0.62), (half * 0.42, y * 0.8, height + arch)]
    line = [*rise, *[(-x, depth, z) for x, depth, z in reversed(rise)]]
    parts = [tube(line, thick, skin, smooth=10)]
    for side in (-1, 1):
        tab = box(0.07, 0.02, 0.16, skin, 0.008, at=(side * half, y + out * 0.012, foot - 0.1))
        ring = tube([(p.x, 0, p.y) for p in circle(0.042, count=24)], 0.011, hardware, closed=True)
        ring.location = (side * half, y + out * 0.028, foot - 0.01)
        parts += [tab, ring]
    return parts


def _tag(x: float, y: float, z: float, skin: Any, hardware: Any) -> list[Any]:
    """A leather tag that hangs from a ring."""
    cord = tube(
        [(x, y, z), (x + 0.02, y - 0.02, z - 0.1), (x + 0.025, y - 0.015, z - 0.2)], 0.007, skin
    )
    label = box(0.1, 0.014, 0.16, skin, 0.006, at=(x + 0.03, y - 0.018, z - 0.27))
    label.rotation_euler = (0, -0.12, 0)
    eyelet = lathe([(0.008, 0), (0.02, 0), (0.02, 0.01), (0.008, 0.01)], hardware, 24)
    eyelet.rotation_euler, eyelet.location = (pi / 2, 0, 0), (x + 0.024, y - 0.02, z - 0.21)
    return [cord, label, eyelet]


def handbag(rng: random.Random, look: Look) -> Product:
    """A handbag: with a flap or for bowling."""
    return rng.choice((_flap_bag, _flap_bag, _bowling_bag))(rng, look)


CATEGORIES = (
    Category(
        "handbag",
        "handbag",
        handbag,
        price=(95, 620),
        looks=Looks(
            colours=BAG_COLOURS,
            patterns=("grain", "quilt", "grain", "croc"),
            metals=("gold", "silver", "rosegold", "gunmetal"),
        ),
        title="{pattern} {words} {noun} in {colour} {material}",
        trade="fashion",
    ),
)
