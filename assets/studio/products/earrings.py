"""Earrings: pairs of hoops, studs and drops."""

from __future__ import annotations

import random
from math import cos, pi, sin
from typing import Any

from ..jewels import (
    BEADS,
    FINE_METALS,
    ball,
    bead_stone,
    bezel,
    cabochon,
    chain,
    drop,
    gemstone,
    halo,
    plate,
    raised,
    rope,
    star,
)
from ..look import Category, Look, Looks, Product
from ..materials import metal
from ..shapes import ball_profile, circle, lathe, place, ribbon, tube

Part = Any


def _hoop(
    style: str, radius: float, thick: float, beads: int, shine: Any, stone: Any
) -> list[Part]:
    """An open hoop about the z axis, closed by its post, with beads on its lower front."""
    turns = [pi / 2 + 0.06 + (2 * pi - 0.5) * index / 96 for index in range(97)]
    line = [(radius * cos(turn), radius * sin(turn), 0) for turn in turns]
    if style == "twisted":
        parts = rope(line, thick * 0.6, 20, shine)
    elif style == "wide":
        parts = [ribbon(line, thick * 3.4, thick * 0.7, shine, (0, 0, 1), thick * 0.3)]
    elif style == "crescent":
        radii = [0.45, 0.7, 1.2, 1.7, 1.2, 0.7, 0.45]
        parts = [tube(line, thick, shine, smooth=0, radii=radii)]
    else:
        parts = [tube(line, thick, shine, smooth=0)]
    post = [line[-1], (radius * 0.22, radius * 1.02, 0), (-radius * 0.08, radius * 0.985, 0)]
    parts.append(tube(post, thick * 0.32, shine))
    size = thick * (2.0 if style != "wide" else 1.3)
    out = radius + (thick * 1.1 if style == "wide" else 0)
    for index in range(beads):
        turn = -pi / 2 - 0.75 + (index - (beads - 1) / 2) * 2.15 * size / out
        parts.append(ball(size, stone, (out * cos(turn), out * sin(turn), 0)))
    return parts


def _stud(style: str, size: float, petals: int, shine: Any, stone: Any, clear: Any) -> list[Part]:
    """The head of a stud around the origin, looking up, and its post below."""
    parts = [tube([(0, 0, -size * 0.2), (0, 0, -size * 1.7)], size * 0.07, shine, smooth=0)]
    butterfly = lathe([(0, 0), (size * 0.36, 0), (size * 0.3, size * 0.16), (0, size * 0.2)], shine)
    parts += place([butterfly], (0, 0, -size * 1.5))
    if style == "ball":
        line = circle(size * 0.9, count=96)
        frame = rope([*line, line[0]], size * 0.1, 24, shine)
        back = lathe([(0, -size * 0.1), (size * 0.9, -size * 0.1), (size * 0.9, 0)], shine)
        return [*parts, *frame, back, ball(size * 0.82, stone, (0, 0, size * 0.1))]
    core = size * (0.5 if style != "cup" else 0.86)
    parts += [bezel(core, core * 0.5, shine), lathe(ball_profile(core * 0.97, 0, 0.7), stone)]
    if style == "halo":
        parts += halo(size * 0.78, size * 0.16, clear, shine)
    elif style == "flower":
        for index in range(petals):
            turn = 2 * pi * index / petals
            reach = size * 0.82
            petal = lathe(ball_profile(size * 0.34, 0, 0.45), shine)
            parts += place([petal], (reach * cos(turn), reach * sin(turn), -size * 0.08))
    elif style == "star":
        points = plate(star(size * 1.25, petals), size * 0.14, shine)
        parts += place([points], (0, 0, -size * 0.2))
    return parts


def _dangle(style: str, size: float, length: float, shine: Any, stone: Any) -> list[Part]:
    """A drop earring lying on the floor: a hook, a link and what hangs from it."""
    turns = [pi * (1.0 - 1.25 * index / 24) for index in range(25)]
    hook_line = [(0.11 * cos(turn) + 0.11, 0.11 * sin(turn), 0.016) for turn in turns]
    hook_line = [(0, -0.16, 0.016), (0, -0.06, 0.016), *hook_line]
    parts = [tube(hook_line, 0.014, shine, smooth=0)]
    parts.append(tube(raised(circle(0.03, count=24), 0.016), 0.011, shine, closed=True))
    place(parts[1:], (0, -0.18, 0))
    start = -0.21
    if style == "chain":
        line = [(0, start - length * index / 20, 0.02) for index in range(21)]
        parts.append(chain(line, 0.07, 0.011, shine))
        start -= length
    elif style == "rod":
        parts.append(tube([(0, start, 0.02), (0, start - length, 0.02)], 0.018, shine, smooth=0))
        start -= length
    elif style == "double":
        parts.append(ball(size * 0.5, stone, (0, start - size * 0.5, size * 0.5)))
        start -= size
    elif style == "disc":
        coin = plate([(p.x, p.y) for p in circle(size * 0.85, count=48)], 0.024, shine)
        parts += place([coin], (0, start - size * 0.85, 0))
        start -= size * 1.7
    return parts + [*place(_end(style, size, shine, stone), (0, start, 0))]


def _end(style: str, size: float, shine: Any, stone: Any) -> list[Part]:
    """What hangs lowest on a drop earring, its top at the origin."""
    if style in ("rod", "disc"):
        return [ball(size * 0.8, stone, (0, -size * 0.8, size * 0.8))]
    if style == "hoop":
        hoop = tube(raised(circle(size * 1.5, count=64), 0.025), 0.025, shine, closed=True)
        bead = ball(size * 0.5, stone, (0, -size * 1.0, size * 0.5))
        return place([hoop, bead], (0, -size * 1.5, 0))
    if style == "oval":
        return place(cabochon(size, 1.4, shine, stone), (0, -size * 1.6, 0))
    return place(drop(size, stone, shine), (0, -size * 1.25, 0))


def _standing(hoop: list[Part], radius: float, turn: float, x: float, y: float) -> list[Part]:
    """A hoop on its edge, turned from the camera."""
    return place(place(hoop, turned=(pi / 2, 0, turn)), (x, y, radius))


def earrings(rng: random.Random, look: Look) -> Product:
    """A pair of hoops, of studs or of drops."""
    kind = rng.choice(("hoop", "stud", "drop", "drop"))
    hoop = rng.choice(("twisted", "crescent", "round", "wide", "crescent"))
    stud = rng.choice(("ball", "cup", "halo", "flower", "star"))
    fall = rng.choice(("chain", "rod", "double", "disc", "hoop", "oval", "tear"))
    radius, thick, beads = rng.uniform(0.26, 0.44), rng.uniform(0.024, 0.045), rng.choice((1, 3, 5))
    turn, apart = rng.uniform(0.5, 0.95), rng.uniform(1.0, 1.15)
    petals, size, length = rng.choice((4, 5, 8)), rng.uniform(0.11, 0.19), rng.uniform(0.2, 0.6)
    tilt, swing = rng.uniform(0.03, 0.2), rng.uniform(-0.12, 0.12)
    azimuth, low, high = rng.uniform(-14, 14), rng.uniform(10, 20), rng.uniform(62, 76)
    shine, stone = metal(look.metal, 0.14), bead_stone(look.material)
    parts: list[Part] = []
    for side in (-1, 1):
        if kind == "hoop":
            made = _hoop(hoop, radius, thick, beads, shine, stone)
            x, y = side * radius * (cos(turn) + 0.12) * apart, side * 0.1
            parts += _standing(made, radius, turn + side * tilt, x, y)
        elif kind == "stud":
            made = _stud(stud, size, petals, shine, stone, gemstone("diamond"))
            place(made, turned=(pi / 2 - 0.56, 0, 0))
            parts += place(made, (side * size * 1.55 * apart, 0, 0), (0, 0, side * tilt * 1.5))
        else:
            made = _dangle(fall, size * 0.8, length, shine, stone)
            parts += place(
                made, (side * size * 1.7 * apart, side * 0.03, 0), (0, 0, swing + side * tilt)
            )
    elevation = {"hoop": low, "stud": low + 16, "drop": high}[kind]
    words = {"hoop": f"{hoop} hoop", "stud": f"{stud} stud", "drop": f"{fall} drop"}[kind]
    return Product(parts, azimuth, elevation, words=words, material=look.material)


CATEGORIES = (
    Category(
        "earrings",
        "earrings",
        earrings,
        price=(19, 260),
        looks=Looks(materials=tuple(BEADS), metals=FINE_METALS, distinct=("metal", "material")),
        title="{words} earrings in {metal} with {material}",
        trade="jewellery",
    ),
)
