"""Caps and beanies, which the shop sells among the hats."""

from __future__ import annotations

import random
from math import atan2, cos, pi, radians, sin, sqrt
from typing import Any

from ..look import Category, Look, Product
from ..materials import Shader, fabric, leather, thread
from ..palette import COLOURS, Colour, scaled
from ..shapes import (
    Vector,
    ball_profile,
    catmull,
    lathe,
    loft,
    mesh,
    modify,
    place,
    ripple,
    stitches,
    tube,
)


def turns_around(count: int = 96) -> list[float]:
    """The angles of so many points around; -90 degrees is the front."""
    return [2 * pi * index / count for index in range(count)]


def cap(rng: random.Random, look: Look) -> Product:
    """A cap of six panels with a curved visor."""
    height, reach = rng.uniform(0.34, 0.46), rng.uniform(0.3, 0.42)
    bend, square = rng.uniform(0.04, 0.14), rng.uniform(2.0, 2.9)
    contrast, badge = rng.random() < 0.45, rng.choice(("none", "patch", "disc"))
    azimuth, elevation = rng.choice((-1, 1)) * rng.uniform(15, 48), rng.uniform(8, 20)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    cloth = fabric(colour, scale=280, sheen=0.15)
    trim = fabric(accent, scale=280, sheen=0.15) if contrast else cloth
    seam, deep = thread(colour), 1.16

    def dome(turn: float, up: float) -> Any:
        radius = 0.34 * (1 - up**square) ** (1 / square)
        tall = height * (1 + 0.07 * up * -sin(turn))
        return Vector((radius * cos(turn), radius * deep * sin(turn), tall * up))

    ups = [sin(pi / 2 * step / 18) for step in range(19)]
    ups[-1] = 0.9995
    shell = loft(
        [[dome(turn, up) for turn in turns_around()] for up in ups], cloth, caps=False, levels=1
    )
    modify(shell, "SOLIDIFY", thickness=0.012, offset=-1.0)
    parts = [shell]
    for panel in range(6):
        turn = -pi / 2 + panel * pi / 3
        for aside in (-0.03, 0.03):
            line = [dome(turn + aside / (1.02 - up) * 0.5, up) for up in ups[1:-3]]
            line = [point * 1.006 for point in line]
            parts.append(stitches(line, seam, 0.012, 0.008, 0.0028))
        ridge = [dome(turn, up) * 1.002 for up in ups[:-1]]
        parts.append(tube(ridge, 0.005, cloth, smooth=2, resolution=3))
    button = lathe(ball_profile(0.028, 0, 0.5), trim, 24)
    button.location = (0, 0, height + 0.004)
    parts += [button, *_visor(reach, bend, deep, trim, seam)]
    if badge != "none":
        parts.append(_badge(badge, dome(-pi / 2, 0.42), leather(COLOURS["cognac"])))
    back = -atan2(0.05 + 0.6 * bend, 0.34 * deep + reach)
    parts = place(parts, turned=(back, 0, 0))
    return Product(parts, azimuth, elevation, "baseball cap", "cotton")


def _visor(reach: float, bend: float, deep: float, cloth: Any, seam: Any) -> list[Any]:
    """The visor of a cap, bent down to its sides, with rows of stitches."""
    spread = radians(66)

    def at(u: float, v: float, lift: float = 0.0) -> Any:
        turn = -pi / 2 + u * spread
        base = Vector((0.345 * cos(turn), 0.345 * deep * sin(turn), 0.012))
        out = reach * sqrt(max(0.0, 1 - abs(u) ** 2.6)) * v
        x = base.x * (1 + 0.12 * v * (1 - u * u))
        return Vector(
            (x, base.y - out, base.z - bend * (x / 0.3) ** 2 * v**0.6 - 0.12 * out + lift)
        )

    rows = [[at(u / 20 - 1, v / 12) for u in range(41)] for v in range(13)]
    sheet = loft(rows, cloth, closed=False, caps=False, levels=1)
    modify(sheet, "SOLIDIFY", thickness=0.016, offset=0.0)
    parts = [sheet]
    for v in (0.2, 0.36, 0.52, 0.68, 0.84, 0.96):
        line = [at(u / 30 - 1, v, 0.011) for u in range(3, 58)]
        parts.append(stitches(line, seam, 0.012, 0.008, 0.0028))
    return parts


def _badge(kind: str, at: Any, hide: Any) -> Any:
    """A leather patch on the front of a cap."""
    half, tall = (0.1, 0.06) if kind == "patch" else (0.075, 0.075)
    exponent = 8 if kind == "patch" else 2
    rings = []
    for size in (1.0, 0.7, 0.35, 0.02):
        ring = []
        for turn in turns_around(40):
            x = abs(cos(turn)) ** (2 / exponent) * half * size * (1 if cos(turn) > 0 else -1)
            z = abs(sin(turn)) ** (2 / exponent) * tall * size * (1 if sin(turn) > 0 else -1)
            ring.append(at + Vector((x, 1.3 * x * x - 0.016 + 0.22 * z, z)))
        rings.append(ring)
    patch = loft(rings, hide, levels=1)
    modify(patch, "SOLIDIFY", thickness=0.014, offset=0.0)
    return patch


def beanie(rng: random.Random, look: Look) -> Product:
    """A ribbed knitted beanie with a turned-up cuff, sometimes with a pompom."""
    height, cuff = rng.uniform(0.48, 0.72), rng.uniform(0.14, 0.24)
    ribs, slack = rng.choice((28, 36, 44)), rng.uniform(-0.04, 0.05)
    pompom, chunky = rng.random() < 0.5, rng.uniform(0.012, 0.022)
    fluff = rng.uniform(0.12, 0.17)
    azimuth, elevation = rng.uniform(-30, 30), rng.uniform(6, 16)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    wool = _knit(colour, ribs)
    outline = [(0.355, 0.0), (0.375, height * 0.3), (0.365 + slack, height * 0.6)]
    outline += [(0.3 + slack, height * 0.82), (0.2, height * 0.94)]
    outline += [(0.1, height * 0.99), (0.012, height)]

    def ring(radius: float, z: float, out: float) -> list[Any]:
        points = []
        for turn in turns_around(ribs * 8):
            depth = chunky * (abs(cos(turn * ribs / 2)) ** 0.7 - 0.5) * min(1.0, radius / 0.3)
            size = radius + out + depth
            points.append(Vector((size * cos(turn), size * 1.06 * sin(turn), z)))
        return points

    smooth = catmull([(x, 0, z) for x, z in outline], 6)
    parts = [loft([ring(p.x, p.z, 0.0) for p in smooth], wool)]
    fold = [(0.0, -0.01), (0.02, -0.022), (0.045, -0.005), (0.05, cuff * 0.5)]
    fold += [(0.045, cuff - 0.01), (0.03, cuff + 0.004), (0.0, cuff - 0.012)]
    folded = catmull([(out, 0, z) for out, z in fold], 4)
    parts.append(loft([ring(0.36, p.z, p.x) for p in folded], wool, caps=False))
    for part in parts:
        ripple(part, 0.025, 0.3)
    if pompom:
        parts.append(_pompom(fluff, height + fluff * 0.72, accent))
    return Product(parts, azimuth, elevation, "pompom beanie" if pompom else "beanie", "wool")


def _knit(colour: Colour, ribs: int) -> Any:
    """Knitted wool: rows of loops across the ribs, darker between these."""
    shader = Shader("knit", color=colour, rough=0.95, sheen=0.5, specular=0.1)
    rows = shader.math("MULTIPLY", shader.axis("Z", "Object"), 2 * pi * 30)
    around = shader.math("MULTIPLY", shader.axis("X", "UV"), 2 * pi * ribs)
    ridge = shader.math("MULTIPLY_ADD", shader.math("COSINE", around), 0.5, 0.5)
    chevron = shader.math("MULTIPLY_ADD", ridge, -3.2, rows)
    loops = shader.math("MULTIPLY_ADD", shader.math("SINE", chevron), 0.5, 0.5)
    height = shader.math("MULTIPLY_ADD", loops, 0.45, shader.math("MULTIPLY", ridge, 0.55))
    shader.base(shader.ramp(height, [(0.0, scaled(colour, 0.55)), (0.7, scaled(colour, 1.06))]))
    shader.bump(height, 0.6, 0.012)
    return shader.bump(shader.noise(180, Detail=2.0), 0.2, 0.004).material


def _pompom(radius: float, z: float, colour: Colour) -> Any:
    """A ball of many threads."""
    strands, golden = 2600, pi * (3 - sqrt(5))
    yarn = Shader("yarn", color=colour, rough=0.95, sheen=0.4, specular=0.1).material
    points, faces = [], []
    for index in range(strands):
        up = 1 - 2 * (index + 0.5) / strands
        flat, turn = sqrt(1 - up * up), golden * index
        along = Vector((flat * cos(turn), flat * sin(turn), up))
        length = radius * (0.9 + 0.14 * sin(index * 12.9898) * cos(index * 4.1))
        aside = along.orthogonal().normalized() * 0.0065
        bent = aside.cross(along) * sin(index * 7.3) * 3
        first = len(points)
        for turned in range(3):
            angle = 2 * pi * turned / 3
            offset = aside * cos(angle) + aside.cross(along) * sin(angle)
            points += [along * length + offset + bent, along * radius * 0.4 + offset]
        for turned in range(3):
            a, b = first + turned * 2, first + (turned + 1) % 3 * 2
            faces.append((a, a + 1, b + 1, b))
        faces.append((first, first + 2, first + 4))
    thing = mesh("pompom", points, faces, yarn, smooth=False)
    thing.location = (0, 0, z)
    return thing


CATEGORIES: tuple[Category, ...] = ()
