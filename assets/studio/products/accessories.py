"""Sunglasses and belts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import atan2, copysign, cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, leather, metal, plain, thread
from ..palette import COLOURS, Colour, scaled
from ..shapes import (
    Vector,
    box,
    catmull,
    clean,
    loft,
    modify,
    place,
    ribbon,
    stitches,
    superellipse,
    tube,
)

# Each style of lens: its height against its width, and the exponent of its superellipse.
_LENSES = {
    "round": (0.97, 2.0),
    "wayfarer": (0.78, 3.4),
    "aviator": (0.9, 2.5),
    "cat-eye": (0.74, 2.8),
    "rectangular": (0.58, 5.0),
    "oversized": (0.9, 3.0),
}
_WRAP = 0.2


@dataclass(frozen=True)
class _Lens:
    """The outline of the lens on one side of the nose."""

    style: str
    side: int
    width: float
    middle: float

    def outline(self, out: float = 0.0, y: float = 0.0, scale: float = 1.0) -> list[Any]:
        """Points around the lens, so far outside its edge and in front of (below 0) its plane."""
        share, exponent = _LENSES[self.style]
        width, height = self.width, self.width * share
        points = []
        for turn in (2 * pi * index / 72 for index in range(72)):
            across = copysign(abs(cos(turn)) ** (2 / exponent), cos(turn))
            up = copysign(abs(sin(turn)) ** (2 / exponent), sin(turn))
            brow = 1 + 0.5 * max(0.0, up) if out else 1.0
            x = across * (width * scale + out)
            z = up * (height * scale + out * brow)
            if self.style == "wayfarer":
                x *= 1 + 0.1 * up
            elif self.style == "aviator":
                x *= 1 + 0.12 * up
                z -= 0.08 * width * (1 - across) * (up < 0)
            elif self.style == "cat-eye" and up > 0:
                z += (0.24 * height * scale + out) * max(0.0, across) * up
            x = self.side * (x + self.middle)
            points.append(Vector((x, _WRAP * x * x + y, z)))
        return points


def _lens_glass(colour: Colour, mirrored: bool) -> Any:
    """Tinted glass that grows lighter downwards, or a coloured mirror."""
    shader = Shader("lens", rough=0.03, coat=1.0, coat_rough=0.02, specular=0.8)
    lighter = tuple(min(1.0, value * (1.4 if mirrored else 3.5) + 0.1) for value in colour)
    shader.base(shader.ramp(shader.axis("Z"), [(0.0, lighter), (0.85, colour)]))
    if mirrored:
        return shader.set(metal=0.85, rough=0.06).material
    return shader.set(alpha=0.9).material


def _acetate(colour: Colour, pattern: str) -> Any:
    """Polished acetate, plain or mottled like tortoiseshell."""
    shader = Shader("acetate", color=colour, rough=0.1, coat=0.8, coat_rough=0.03)
    if pattern == "tortoise":
        cloud = shader.noise(7, Detail=3.0)
        stops = [(0.42, scaled(colour, 0.18)), (0.52, scaled(colour, 0.8))]
        shader.base(shader.ramp(cloud, [*stops, (0.64, scaled(colour, 1.35))]))
    return shader.material


def _rim(lens: _Lens, thick: float, deep: float, wire: bool, material: Any) -> Any:
    """What holds a lens: a wire, or a flat frame of acetate."""
    if wire:
        return tube(lens.outline(0.004), thick, material, closed=True, resolution=5)
    front, back = -deep / 2, deep / 2
    rings = [lens.outline(0.0, front), lens.outline(thick, front), lens.outline(thick, back)]
    rings += [lens.outline(0.0, back), rings[0]]
    frame = clean(loft(rings, material, caps=False))
    modify(frame, "BEVEL", width=deep * 0.22, segments=3, limit_method="ANGLE")
    return frame


def _pane(lens: _Lens, material: Any) -> Any:
    """The lens itself, slightly domed."""
    scales = [1.0, 0.85, 0.65, 0.4, 0.15]
    rings = [lens.outline(0.0, -0.025 * (1 - scale**2), scale) for scale in scales]
    return loft(rings, material)


def _temple(lens: _Lens, wire: bool, thick: float, floor: float, material: Any) -> list[Any]:
    """The side piece with its hinge; its end rests on the floor."""
    share = _LENSES[lens.style][0]
    x = lens.side * (lens.middle + lens.width + (0.01 if wire else thick * 0.9))
    y, z = _WRAP * x * x, lens.width * share * 0.5
    out = lens.side
    line = [(x, y, z), (x + out * 0.02, y + 0.06, z), (x + out * 0.03, y + 0.45, z - 0.005)]
    line += [(x + out * 0.01, y + 0.82, z - 0.03), (x - out * 0.02, y + 1.0, z - 0.14)]
    line.append((x - out * 0.04, y + 1.16, floor + 0.02))
    smooth = catmull(line, 10)
    if wire:
        side = tube(smooth, 0.011, material, smooth=0)
        dark = plain((0.04, 0.04, 0.04), 0.3)
        return [side, tube(smooth[-14:], 0.02, dark, smooth=0, radii=[0.8, 1, 1, 0.8])]
    slope = Vector((0, 0.3, 1)).normalized()
    return [
        ribbon(smooth, 0.085, 0.026, material, slope, 0.008, lambda t: 1 - 0.35 * min(1, t * 2))
    ]


def _bridge(lens: _Lens, wire: bool, thick: float, bar: bool, material: Any) -> list[Any]:
    """What joins the two sides over the nose, and the pads on it."""
    half, height = lens.middle - lens.width, lens.width * _LENSES[lens.style][0]
    reach, z = half + 0.02, height * 0.32
    radius = 0.012 if wire else thick * 0.55
    line = [(-reach, 0, z), (0, -0.012, z + half * 0.5), (reach, 0, z)]
    parts = [tube(line, radius, material)]
    if bar:
        wide = half + lens.width * 0.5
        parts.append(
            tube(
                [
                    (-wide, 0.01, height * 0.93),
                    (0, -0.01, height * 0.8),
                    (wide, 0.01, height * 0.93),
                ],
                0.011,
                material,
            )
        )
    if wire:
        pad = plain((0.9, 0.88, 0.84), 0.15)
        for side in (-1, 1):
            at = (side * half * 0.55, 0.06, -height * 0.12)
            parts.append(
                tube(
                    [(side * half, 0.0, 0.0), (side * half * 0.8, 0.06, 0.02), at], 0.006, material
                )
            )
            nose = box(0.018, 0.05, 0.09, pad, 0.008, at=at, turned=(0, side * 0.3, side * 0.5))
            parts.append(nose)
    return parts


def sunglasses(rng: random.Random, look: Look) -> Product:
    """Sunglasses: of acetate with dark lenses, or of wire with coloured mirrors."""
    style = rng.choice(sorted(_LENSES))
    wire = style == "aviator" or rng.random() < 0.25
    width, thick = rng.uniform(0.24, 0.3), rng.uniform(0.03, 0.065)
    nose, deep = rng.uniform(0.05, 0.075), rng.uniform(0.045, 0.065)
    tint = rng.choice(((0.04, 0.04, 0.045), (0.12, 0.07, 0.04), (0.04, 0.09, 0.06)))
    azimuth, elevation = rng.choice((-1, 1)) * rng.uniform(12, 34), rng.uniform(10, 20)
    colour = COLOURS[look.colour]
    if wire:
        frame, glass = metal(look.metal, 0.15), _lens_glass(colour, mirrored=True)
        thick = 0.012
    else:
        frame, glass = _acetate(colour, look.pattern), _lens_glass(tint, mirrored=False)
    parts: list[Any] = []
    lenses = [_Lens(style, side, width, width + nose + thick * 0.6) for side in (-1, 1)]
    floor = min(point.z for point in lenses[0].outline(thick))
    for lens in lenses:
        parts += [_rim(lens, thick, deep, wire, frame), _pane(lens, glass)]
        parts += _temple(lens, wire, thick, floor, frame)
    parts += _bridge(lenses[0], wire, thick, style == "aviator", frame)
    words = f"mirrored {style}" if wire else style
    pattern = "plain" if wire else look.pattern
    return Product(parts, azimuth, elevation, words, "metal" if wire else "acetate", pattern)


_BUCKLES = {"square": (7, 1.0), "round": (2, 1.05), "oval": (2.4, 1.25), "long": (6, 1.5)}


def _buckle(style: str, broad: float, wire: float, hardware: Any) -> list[Any]:
    """A buckle in the x-z plane, its bar at the origin and its face towards -y."""
    exponent, stretch = _BUCKLES[style]
    tall = broad * 1.22
    long = tall * stretch * 0.78
    ring = [Vector((p.x - long / 2, 0, p.y)) for p in superellipse(long, tall, 0, exponent, 64)]
    frame = tube(ring, wire, hardware, closed=True)
    bar = tube([(0, 0, -tall * 0.4), (0, 0, tall * 0.4)], wire * 0.75, hardware, smooth=0)
    prong = [(0.01, -wire * 0.6, 0), (-long * 0.5, -wire * 0.9, 0), (-long, -wire * 1.1, 0)]
    pin = tube([*prong, (-long - wire, -wire * 0.5, 0)], wire * 0.7, hardware)
    return [frame, bar, pin]


def belt(rng: random.Random, look: Look) -> Product:
    """A belt rolled into a coil that stands on its edge, the buckle in front."""
    broad, thick = rng.uniform(0.2, 0.44), rng.uniform(0.03, 0.045)
    pitch, turns = thick * rng.uniform(1.15, 1.6), rng.uniform(2.6, 4.2)
    style, wire = rng.choice(sorted(_BUCKLES)), rng.uniform(0.018, 0.032)
    sewn, loops = rng.random() < 0.6, rng.choice((1, 1, 2))
    azimuth, elevation = rng.uniform(-24, 24), rng.uniform(22, 38)
    colour = COLOURS[look.colour]
    hide, hardware, seam = (
        leather(colour, look.pattern, 90),
        metal(look.metal, 0.18),
        thread(colour),
    )

    def at(turn: float, out: float = 0.0, z: float = 0.0) -> Any:
        radius, angle = 0.5 - pitch * turn / (2 * pi) + out, turn - pi / 2 + 0.32
        return Vector((radius * cos(angle), radius * sin(angle), z))

    count = int(turns * 64)
    spiral = [at(2 * pi * turns * index / count) for index in range(count + 1)]
    parts = [ribbon(spiral, broad, thick, hide, (0, 0, 1), thick * 0.3)]
    if sewn:
        for z in (-0.42 * broad, 0.42 * broad):
            edge = [at(0.03 + 6.2 * index / 120, thick / 2, z) for index in range(121)]
            parts.append(stitches(edge, seam, 0.024, 0.013, 0.0045))
    for index in range(loops):
        middle = 0.2 + 0.16 * index
        keeper = [at(middle + step, thick * 0.75) for step in (-0.05, -0.025, 0.0, 0.025, 0.05)]
        parts.append(ribbon(keeper, broad * 1.08, thick * 0.7, hide, (0, 0, 1), thick * 0.2))
    start, after = at(0.0, 0.006), at(0.06)
    heading = atan2(after.y - start.y, after.x - start.x) - 0.12
    parts += place(_buckle(style, broad, wire, hardware), start, (0, 0, heading))
    return Product(parts, azimuth, elevation, "", "leather", look.pattern)


CATEGORIES = (
    Category(
        "sunglasses",
        "sunglasses",
        sunglasses,
        price=(39, 260),
        looks=Looks(
            colours=(
                "black",
                "brown",
                "cognac",
                "navy",
                "burgundy",
                "ivory",
                "pink",
                "green",
                "teal",
                "tan",
                "blue",
                "red",
                "lilac",
                "charcoal",
            ),
            patterns=("plain", "plain", "tortoise"),
        ),
        title="{pattern} {words} {material} {noun}, {colour}",
        trade="fashion",
    ),
    Category(
        "belt",
        "belt",
        belt,
        price=(29, 160),
        looks=Looks(
            colours=(
                "black",
                "brown",
                "tan",
                "cognac",
                "navy",
                "burgundy",
                "grey",
                "olive",
                "ivory",
                "red",
                "green",
                "beige",
            ),
            patterns=("grain", "grain", "croc"),
            metals=("gold", "silver", "brass", "gunmetal", "steel"),
        ),
        title="{pattern} {material} {noun}, {colour}",
        trade="fashion",
    ),
)
