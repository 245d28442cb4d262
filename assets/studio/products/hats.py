"""Hats: fedoras, bucket hats, caps and beanies."""

from __future__ import annotations

import random
from math import atan2, cos, exp, pi, sin, sqrt
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, fabric, thread
from ..palette import COLOURS, Colour, scaled
from ..shapes import Vector, lathe, loft, mesh, modify, ripple, stitches, tube
from .caps import beanie, cap, turns_around

HAT_COLOURS = (
    "black",
    "ivory",
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
    "lilac",
    "tan",
    "brown",
    "beige",
)
_AROUND = 96


def _felt(colour: Colour) -> Any:
    """Brushed wool felt."""
    shader = Shader("felt", color=colour, rough=0.95, sheen=0.5, specular=0.15)
    fuzz = shader.noise(120, Detail=3.0)
    shader.base(shader.ramp(fuzz, [(0.25, scaled(colour, 0.85)), (0.75, scaled(colour, 1.1))]))
    return shader.bump(fuzz, 0.15, 0.004).material


def _straw(colour: Colour) -> Any:
    """Plaited straw: rows of small knots along the UV map of the hat."""
    shader = Shader("straw", color=colour, rough=0.7, specular=0.3)
    around = shader.math("SINE", shader.math("MULTIPLY", shader.axis("X", "UV"), 2 * pi * 90))
    rows = shader.math("SINE", shader.math("MULTIPLY", shader.axis("Y", "UV"), 2 * pi * 34))
    knots = shader.math("MULTIPLY_ADD", shader.math("MULTIPLY", around, rows), 0.5, 0.5)
    dark, light = scaled(colour, 0.62), scaled(colour, 1.1)
    shader.base(shader.ramp(knots, [(0.15, dark), (0.6, colour), (0.95, light)]))
    return shader.bump(knots, 0.6, 0.008).material


def _fedora(rng: random.Random, look: Look) -> Product:
    """A fedora or a panama: a creased crown, a band and a curled brim."""
    height, brim = rng.uniform(0.3, 0.42), rng.uniform(0.2, 0.36)
    curl, dent = rng.uniform(0.02, 0.13), rng.uniform(0.05, 0.12)
    pinch, taper = rng.uniform(0.04, 0.11), rng.uniform(0.74, 0.9)
    band, bowed = rng.uniform(0.05, 0.13), rng.random() < 0.6
    azimuth, elevation = rng.uniform(-45, 45), rng.uniform(14, 26)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    body = _straw(colour) if look.material == "straw" else _felt(colour)
    trim = fabric(accent, scale=300, sheen=0.15)

    def crown(turn: float, share: float, z: float) -> Any:
        x, y = cos(turn), sin(turn)
        up = max(0.0, z / height)
        front = exp(-(((turn - 1.5 * pi + 0.75) / 0.42) ** 2))
        front += exp(-(((turn - 1.5 * pi - 0.75) / 0.42) ** 2))
        radius = 0.31 * share * (1 - pinch * 2.2 * front * up**2)
        point = Vector((radius * x, radius * 1.18 * y, z))
        if share < 1:
            across = point.x / (0.31 * taper)
            ridge = exp(-((across / 0.42) ** 2)) * min(1.0, (1 - share / taper) * 2.2 + 0.12)
            point.z -= dent * ridge + 0.04 * (point.y / 0.35) * up
        return point

    def brim_at(turn: float, out: float) -> Any:
        radius = 0.31 + brim * out
        sway = curl * (abs(cos(turn)) ** 2 * 1.2 - 0.35 * max(0.0, -sin(turn)) - 0.05)
        return Vector((radius * cos(turn), (radius + 0.056) * sin(turn), sway * out**2))

    rings = [[brim_at(turn, out / 8) for turn in turns_around()] for out in range(8, 0, -1)]
    walls = [(1.0, 0.0), (1.0, 0.04), (0.985, 0.3), (0.95, 0.6), ((0.95 + taper) / 2, 0.85)]
    walls += [(taper, 0.97), (taper * 0.9, 1.0), (taper * 0.7, 1.0), (taper * 0.45, 1.0)]
    walls += [(taper * 0.2, 1.0), (0.004, 1.0)]
    rings += [[crown(turn, share, height * up) for turn in turns_around()] for share, up in walls]
    hat = loft(rings, body, caps=False, levels=1)
    modify(hat, "SOLIDIFY", thickness=0.012, offset=0.0)
    ribbon_rings = [[crown(t, 1.015, z) for t in turns_around()] for z in (0.004, band * 0.5, band)]
    parts = [hat, loft(ribbon_rings, trim, caps=False)]
    modify(parts[1], "SOLIDIFY", thickness=0.012, offset=0.0)
    if bowed:
        parts += _bow(band, trim)
    edge = [brim_at(turn, 1.0) for turn in turns_around()]
    parts.append(tube(edge, 0.007, body, closed=True))
    words = "panama hat" if look.material == "straw" else "fedora"
    return Product(parts, azimuth, elevation, words, look.material)


def _bow(band: float, trim: Any) -> list[Any]:
    """A flat bow at the side of the band."""
    parts = []
    for side in (-1, 1):
        points = [(0.325, side * 0.012, 0.02), (0.33, side * 0.1, 0.0), (0.33, side * 0.1, band)]
        points.append((0.325, side * 0.012, band - 0.02))
        wing = mesh("bow", points, [(0, 1, 2, 3)], trim, False)
        modify(wing, "SOLIDIFY", thickness=0.014, offset=1.0)
        modify(wing, "BEVEL", width=0.004, segments=2)
        parts.append(wing)
    knot = lathe([(0, 0.005), (0.018, 0.01), (0.018, band - 0.01), (0, band - 0.005)], trim, 24)
    knot.location = (0.33, 0, 0)
    return [*parts, knot]


def _bucket_hat(rng: random.Random, look: Look) -> Product:
    """A bucket hat with rows of stitches around its brim."""
    height, taper = rng.uniform(0.26, 0.36), rng.uniform(0.76, 0.92)
    brim, drop = rng.uniform(0.14, 0.27), rng.uniform(0.1, 0.2)
    wave, phase = rng.uniform(0.01, 0.035), rng.uniform(0, 2 * pi)
    rows, detail = rng.choice((4, 6, 8)), rng.random()
    azimuth, elevation = rng.uniform(-40, 40), rng.uniform(8, 20)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    cloth = fabric(colour, accent, look.pattern, 260, detail, repeat=0.8, sheen=0.15)
    seam, deep, base = thread(colour), 1.14, 0.34

    def sway(x: float, y: float) -> float:
        outside = max(0.0, sqrt(x * x + (y / deep) ** 2) - base) / brim
        turn = atan2(y, x)
        return wave * outside * (sin(3 * turn + phase) + 0.6 * sin(5 * turn - phase))

    slope = [(base + brim * part, -drop * part**1.15) for part in (1 - i / 8 for i in range(9))]
    walls = [(base * (1 - (1 - taper) * up**2), height * up) for up in (0.1, 0.4, 0.7, 0.93)]
    top = base * taper
    walls += [(top, height), (top * 0.96, height + 0.012), (top * 0.6, height + 0.02)]
    hat = lathe([*slope, *walls, (0.0, height + 0.024)], cloth, _AROUND, levels=1, y_scale=deep)
    for vertex in hat.data.vertices:
        vertex.co.z += sway(vertex.co.x, vertex.co.y)
    for corner in hat.data.uv_layers[0].data:
        corner.uv.x *= 3  # the hat is that much longer around than along
    ripple(hat, 0.012, 0.2)
    modify(hat, "SOLIDIFY", thickness=0.012, offset=-1.0)
    parts = [hat]
    parts_of_brim = [(row + 0.7) / rows for row in range(rows)]
    lines = [(base + brim * part, 0.006 - drop * part**1.15) for part in parts_of_brim]
    for radius, z in [*lines, (top + 0.008, height - 0.02)]:
        ring = [Vector((radius * cos(t), radius * deep * sin(t), z)) for t in turns_around(180)]
        ring = [point + Vector((0, 0, sway(point.x, point.y))) for point in ring]
        parts.append(stitches([*ring, ring[0]], seam, 0.012, 0.008, 0.003))
    return Product(parts, azimuth, elevation, "bucket hat", "cotton", look.pattern)


_STYLES = {"fedora": _fedora, "bucket": _bucket_hat, "cap": cap, "beanie": beanie}


def hat(rng: random.Random, look: Look) -> Product:
    """A hat of one of four kinds."""
    return _STYLES[rng.choice(sorted(_STYLES))](rng, look)


CATEGORIES = (
    Category(
        "hat",
        "hat",
        hat,
        price=(19, 140),
        looks=Looks(
            colours=HAT_COLOURS,
            accents=("black", "ivory", "navy", "brown", "white", "tan"),
            materials=("felt", "felt", "straw"),
            patterns=("plain", "plain", "checks", "dots", "stripes"),
        ),
        title="{pattern} {material} {words}, {colour}",
        trade="fashion",
    ),
)
