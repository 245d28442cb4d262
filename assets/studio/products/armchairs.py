"""Armchairs: club, tub, wing and lounge chairs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from math import cos, pi, sin
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Product
from ..materials import metal, upholstery, wood
from ..palette import COLOURS
from ..shapes import box, disc, fillet, legs, loft, ripple, tube
from .sofas import SOFA_LOOKS, Sofa, draw_sofa, padded, upholstered


def _tub(shape: Sofa, look: Look, cover: Any) -> list[Any]:
    """A round armchair whose back runs into its arms."""
    low, reach = shape.foot_height, shape.width * 0.58
    sections = []
    for step in range(33):
        share = step / 16 - 1
        turn = pi / 2 + share * pi * 0.72
        fall = abs(share) ** 2.2
        high = shape.back_height - fall * (shape.back_height - shape.arm_height)
        thick = shape.arm_width * 0.5 + 0.05
        row = []
        for corner in range(20):
            angle = 2 * pi * corner / 20
            across = max(-1.0, min(1.0, cos(angle) * 1.25)) * thick / 2
            up = max(-1.0, min(1.0, sin(angle) * 1.08))
            out = reach - thick / 2 + across + 0.05 * (1 - fall) * max(0.0, up)
            z = low + (up + 1) / 2 * (high - low)
            row.append(Vector((out * cos(turn), out * sin(turn), z)))
        sections.append(row)
    wall = loft(sections, cover, levels=1)
    inner = reach - 0.02
    base = disc(inner, 0.2, low, cover, 0.03)
    seat = disc(inner - shape.arm_width * 0.4, shape.plump, low + 0.19, cover, 0.06)
    seat.location = (0, -0.03, 0)
    place = inner * 0.62
    material = metal(look.metal, 0.28) if shape.metal_feet else wood(look.wood)
    feet = legs(place, place, low + 0.01, material, 0.024, 0.03, 0.55)
    return [ripple(wall, 0.012), base, ripple(seat, 0.015), *feet]


def _lounge(shape: Sofa, look: Look, cover: Any) -> list[Any]:
    """A frame of wood or metal with two loose cushions."""
    frame = metal(look.metal, 0.28) if shape.metal_feet else wood(look.wood)
    radius = 0.014 if shape.metal_feet else 0.024
    half, arm, front, rear = shape.width / 2 + 0.03, shape.arm_height, -0.38, 0.36
    top, parts = shape.back_height, []
    for side in (-1, 1):
        x = side * half
        loop = [(x, front - 0.03, 0), (x, front, arm), (x, rear, arm - 0.03), (x, rear + 0.1, 0)]
        parts.append(tube(fillet(loop, 0.06), radius, frame, smooth=0))
        rail = [(x * 0.97, front + 0.01, 0.31), (x * 0.97, rear - 0.05, 0.22)]
        post = [(x * 0.97, rear - 0.06, 0.2), (x * 0.97, rear + 0.17, top)]
        parts += [tube(line, radius * 0.8, frame, smooth=0) for line in (rail, post)]
    bars = [(front + 0.01, 0.31), (rear - 0.05, 0.22), (rear + 0.165, top - 0.02)]
    bars += [(rear + 0.02, 0.2 + (top - 0.2) * 0.36), (rear + 0.09, 0.2 + (top - 0.2) * 0.68)]
    for y, z in bars:
        bar = [(-half * 0.97, y, z), (half * 0.97, y, z)]
        parts.append(tube(bar, radius * 0.75, frame, smooth=0))
    wide = 2 * half - 0.07
    seat = padded((wide, 0.68, shape.plump), (0, -0.05, 0.29 + shape.plump / 2), cover, -0.13)
    tall = top - 0.2
    at = (0, rear - 0.01, 0.3 + shape.plump / 2 + tall / 2)
    return [*parts, seat, padded((wide, 0.15, tall), at, cover, -0.3, 0.4)]


def _wing(shape: Sofa, look: Look, cover: Any) -> list[Any]:
    """A high-backed chair with wings beside the head."""
    tall = shape.back_height + 0.27
    arms = shape.arms if shape.arms in ("track", "round") else "track"
    shape = replace(shape, back_height=tall, arms=arms, arm_width=min(0.13, shape.arm_width))
    parts = upholstered(shape, look, cover)
    low, rear = shape.arm_height - 0.05, shape.depth / 2
    for side in (-1, 1):
        size = (0.075, 0.34, tall - low - 0.05)
        at = (side * (shape.width / 2 + 0.03), rear - 0.19, (tall + low) / 2 - 0.025)
        wing = box(*size, cover, 0.032, 5, at=at)
        for vertex in wing.data.vertices:
            if vertex.co.y < 0:
                vertex.co.x += side * 0.05
                vertex.co.y += 0.1 if vertex.co.z > 0 else 0.0
        parts.append(ripple(wing, 0.008))
    return parts


_ARMCHAIRS: dict[str, Callable[[Sofa, Look, Any], list[Any]]] = {
    "tub": _tub,
    "lounge": _lounge,
    "club": upholstered,
    "wing": _wing,
}


def armchair(rng: random.Random, look: Look) -> Product:
    """An armchair: a small sofa, a round tub, a wing chair or cushions in a frame."""
    shape = draw_sofa(rng, 1, (0.56, 0.68))
    style = rng.choice(list(_ARMCHAIRS))
    azimuth, elevation = rng.choice((-1, 1)) * rng.uniform(18, 40), rng.uniform(10, 18)
    cover = upholstery(COLOURS[look.colour], look.material)
    parts = _ARMCHAIRS[style](shape, look, cover)
    return Product(parts, azimuth, elevation, words=style, material=look.material)


CATEGORIES = (
    Category(
        "armchair",
        "armchair",
        armchair,
        price=(190, 980),
        looks=SOFA_LOOKS,
        title="{words} armchair in {colour} {material}",
        trade="furniture",
    ),
)
