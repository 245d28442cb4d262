"""Necklaces."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import atan2, cos, pi, sin
from typing import Any

from mathutils import Vector

from ..jewels import (
    BEADS,
    FINE_METALS,
    ball,
    bead_stone,
    cabochon,
    chain,
    drop,
    plate,
    raised,
    resample,
    rope,
    star,
    strung,
)
from ..look import Category, Look, Looks, Product
from ..materials import metal
from ..shapes import circle, lathe, place, tube

Part = Any

_STEPS = 200


def _loop(width: float, tall: float, pinch: float, point: float, sway: float) -> list[Vector]:
    """A closed necklace lying on the floor, from its clasp at the back; narrow there if pinched."""
    points = []
    for index in range(_STEPS):
        turn = 2 * pi * index / _STEPS
        narrow = max(sin(turn / 2), 0.02) ** pinch
        x = width * sin(turn) * narrow + sway * sin(2 * turn) * 0.5
        y = tall * cos(turn) - point * max(0.0, -cos(turn)) ** 6
        points.append(Vector((x, y + sway * sin(3 * turn) * 0.3, 0)))
    return points


def _heart(size: float) -> list[tuple[float, float]]:
    """A heart."""
    outline = []
    for index in range(72):
        t = 2 * pi * index / 72
        y = 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)
        outline.append((-size * sin(t) ** 3, size * (y + 2.5) / 16))
    return outline


def _crescent(size: float) -> list[tuple[float, float]]:
    """A moon that opens upwards to the right."""
    turns = [pi * 0.42 + 2 * pi * 0.8 * index / 40 for index in range(41)]
    outer = [(size * cos(turn), size * sin(turn)) for turn in turns]
    middle, inner = (size * 0.3, size * 0.12), size * 0.72
    first = atan2(outer[-1][1] - middle[1], outer[-1][0] - middle[0])
    last = atan2(outer[0][1] - middle[1], outer[0][0] - middle[0])
    sweep = (first - last) % (2 * pi)
    back = [first - sweep * index / 30 for index in range(1, 30)]
    return outer + [(middle[0] + inner * cos(t), middle[1] + inner * sin(t)) for t in back]


def _pendant(
    style: str, size: float, tall: float, shine: Any, stone: Any
) -> tuple[list[Part], float]:
    """A pendant lying on the floor around the origin, and how far up its top is."""
    thick = size * 0.14
    if style == "cabochon":
        return cabochon(size * 0.8, tall, shine, stone), size * 0.9 * tall
    if style == "drop":
        return drop(size * 0.72, stone, shine), size * 0.95
    if style == "pearl":
        cap = lathe([(0, 0), (size * 0.3, 0), (size * 0.2, size * 0.12), (0, size * 0.16)], shine)
        place([cap], (0, size * 0.64, size * 0.72), (-pi / 2, 0, 0))
        return [ball(size * 0.72, stone, (0, 0, size * 0.72)), cap], size * 0.78
    if style == "circle":
        hoop = tube(raised(circle(size, count=96), size * 0.1), size * 0.1, shine, closed=True)
        bead = ball(size * 0.34, stone, (0, -size * 0.58, size * 0.34))
        return [hoop, bead], size * 1.05
    if style == "bar":
        bar = tube(
            [(0, -size * 1.3, size * 0.13), (0, size * 0.8, size * 0.13)],
            size * 0.13,
            shine,
            smooth=0,
        )
        return [bar, ball(size * 0.3, stone, (0, -size * 1.5, size * 0.3))], size * 0.8
    outlines: dict[str, Callable[[], list[tuple[float, float]]]] = {
        "star": lambda: star(size * 1.1, 5 if tall < 1.25 else 8),
        "heart": lambda: _heart(size),
        "moon": lambda: _crescent(size),
        "coin": lambda: [(p.x, p.y) for p in circle(size, count=64)],
    }
    parts = [plate(outlines[style](), thick, shine)]
    if style == "coin":
        parts.append(
            tube(raised(circle(size * 0.94, count=96), thick), size * 0.06, shine, closed=True)
        )
    at = (size * 0.28, size * 0.1, 0) if style == "moon" else (0, 0, thick)
    bead = size * (0.34 if style == "moon" else 0.28)
    parts += place(cabochon(bead, 1.0, shine, stone), at)
    return parts, size * (1.05 if style != "heart" else 0.55)


def _necklace_chain(style: str, line: list[Vector], link: float, shine: Any) -> list[Part]:
    """The chain along a closed line on the floor."""
    height = link * 0.3
    line = raised(line, height)
    if style == "rope":
        return rope(line[2:-2], link * 0.17, 70, shine)
    if style == "snake":
        return [tube(line, link * 0.17, shine, closed=True)]
    if style == "ball":
        return strung(line, link * 0.22, shine, closed=True, gap=1.25)
    shape = {"cable": (0.62, 0), "paperclip": (0.4, 0), "figaro": (0.6, 4), "belcher": (0.9, 0)}
    wide, every = shape[style]
    long = link * (1.7 if style == "paperclip" else 1.0)
    return [chain(line, long, link * 0.1, shine, closed=True, wide=wide, long_every=every)]


def _clasp(at: Vector, size: float, shine: Any) -> list[Part]:
    """A spring ring and the eye it holds."""
    ring = tube(circle(size, size * 0.3, 32), size * 0.28, shine, closed=True)
    eye = tube(circle(size * 0.6, size * 0.3, 32), size * 0.18, shine, closed=True)
    return place([ring, *place([eye], (size * 1.5, 0, 0))], (at.x, at.y, 0))


def _bead_row(
    line: list[Vector], size: float, graduated: float, every: int, shine: Any, stone: Any
) -> list[Part]:
    """Beads all around, larger towards the front if graduated, with metal ones between."""
    parts, index, place_at = [], 0, 0.0
    spots = resample(line, 0.004, closed=True)
    while place_at < len(spots) - 1:
        share = place_at / len(spots)
        radius = size * (1 - graduated * (0.5 + 0.5 * cos(2 * pi * share)))
        at, _ = spots[int(place_at)]
        metallic = index % every == every - 1
        parts.append(ball(radius, shine if metallic else stone, (at.x, at.y, radius), 28))
        place_at += 2 * radius / 0.004 * 1.01
        index += 1
    return parts


def necklace(rng: random.Random, look: Look) -> Product:
    """A pendant on a chain, a chain set with beads, or a row of pearls or beads."""
    style = rng.choice(
        ("cabochon", "drop", "pearl", "circle", "bar", "star", "heart", "moon", "coin")
        + ("row", "row", "station")
    )
    links = rng.choice(("cable", "paperclip", "figaro", "belcher", "rope", "snake", "ball"))
    width, pinch, height = rng.uniform(0.34, 0.5), rng.uniform(0.05, 0.8), rng.uniform(0.38, 0.5)
    point, sway = rng.uniform(0.0, 0.14), rng.uniform(-0.04, 0.04)
    link, size, tall = rng.uniform(0.032, 0.058), rng.uniform(0.085, 0.145), rng.uniform(1.0, 1.5)
    bead, graduated, every = (
        rng.uniform(0.021, 0.038),
        rng.choice((0, 0.4, 0.6)),
        rng.choice((99, 99, 5, 3)),
    )
    stations, tilt = rng.choice((5, 7, 11)), rng.uniform(-0.25, 0.25)
    azimuth, elevation = rng.uniform(-18, 18), rng.uniform(58, 74)
    shine, stone = metal(look.metal, 0.14), bead_stone(look.material)
    line = _loop(width, height, pinch, point, sway)
    if style == "row":
        parts = _bead_row(line, bead, graduated, every, shine, stone)
        parts += _clasp(line[0], 0.02, shine)
        return Product(parts, azimuth, elevation, words="beaded", material=look.material)
    parts = [*_necklace_chain(links, line, link, shine), *_clasp(line[0], link * 0.5, shine)]
    if style == "station":
        for index in range(stations):
            spot = line[round(_STEPS * (0.5 + (index - (stations - 1) / 2) * 0.07)) % _STEPS]
            parts.append(ball(bead * 1.2, stone, (spot.x, spot.y, bead * 1.2)))
        return Product(parts, azimuth, elevation, words="station", material=look.material)
    lowest = line[_STEPS // 2]
    hanging, top = _pendant(style, size, tall, shine, stone)
    bail = tube(raised(circle(link * 0.62, count=32), link * 0.3), link * 0.16, shine, closed=True)
    place(hanging, (0, -top - link * 0.9, 0))
    place([bail], (0, -link * 0.5, 0))
    parts += place([*hanging, bail], (lowest.x, lowest.y, 0), (0, 0, tilt))
    words = f"{style} pendant" if style != "pearl" else "solitaire pendant"
    return Product(parts, azimuth, elevation, words=words, material=look.material)


CATEGORIES = (
    Category(
        "necklace",
        "necklace",
        necklace,
        price=(29, 390),
        looks=Looks(materials=tuple(BEADS), metals=FINE_METALS, distinct=("metal", "material")),
        title="{words} necklace in {metal} with {material}",
        trade="jewellery",
    ),
)
