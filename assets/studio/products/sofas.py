"""Sofas."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import pi
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import fabric, metal, upholstery, wood
from ..palette import COLOURS
from ..shapes import box, cushion, disc, fillet, legs, modify, ripple, tube

SOFA_COLOURS = (
    "white",
    "ivory",
    "grey",
    "charcoal",
    "black",
    "navy",
    "blue",
    "sky",
    "teal",
    "green",
    "sage",
    "olive",
    "mustard",
    "terracotta",
    "burgundy",
    "blush",
    "lilac",
    "tan",
    "cognac",
    "brown",
    "beige",
)
COVERS = ("fabric", "fabric", "velvet", "boucle", "leather")
FOOT_METALS = ("gunmetal", "brass", "steel")
SOFA_LOOKS = Looks(colours=SOFA_COLOURS, materials=COVERS, metals=FOOT_METALS)


@dataclass(frozen=True)
class Sofa:
    """The shape of a sofa or armchair, as drawn for its design."""

    seats: int
    width: float
    depth: float
    arms: str
    arm_width: float
    arm_height: float
    back_height: float
    foot: str
    foot_height: float
    metal_feet: bool
    plump: float
    tufted: bool


def draw_sofa(rng: random.Random, seats: int, pitch: tuple[float, float]) -> Sofa:
    """The shape of a sofa or an armchair."""
    foot = rng.choice(("tapered", "tapered", "block", "runner", "plinth"))
    height = rng.uniform(0.09, 0.19)
    return Sofa(
        seats=seats,
        width=seats * rng.uniform(*pitch),
        depth=rng.uniform(0.8, 0.95),
        arms=rng.choice(("track", "round", "low", "sloped", "none")),
        arm_width=rng.uniform(0.09, 0.22),
        arm_height=rng.uniform(0.5, 0.64),
        back_height=rng.uniform(0.66, 0.84),
        foot=foot,
        foot_height={"block": 0.08, "plinth": 0.05}.get(foot, height),
        metal_feet=rng.random() < 0.4,
        plump=rng.uniform(0.14, 0.19),
        tufted=rng.random() < 0.3,
    )


def padded(
    size: tuple[float, float, float],
    at: tuple[float, float, float],
    cover: Any,
    tilt: float = 0.0,
    roundness: float = 0.28,
) -> Any:
    """A stuffed seat or back cushion."""
    bevel = min(size) * roundness
    thing = box(*size, cover, bevel, 5, at=at, turned=(tilt, 0, 0))
    modify(thing, "SUBSURF", levels=2)
    return ripple(thing, 0.022)


def _feet(shape: Sofa, look: Look, half: float) -> list[Any]:
    """What a sofa stands on, under a frame of that half width."""
    material = metal(look.metal, 0.28) if shape.metal_feet else wood(look.wood)
    x, y, top = half - 0.08, shape.depth / 2 - 0.09, shape.foot_height + 0.01
    if shape.foot == "plinth":
        size = (2 * half - 0.06, shape.depth - 0.1, top)
        return [box(*size, material, 0.006, at=(0, 0, top / 2))]
    if shape.foot == "block":
        places = [(a * x, b * y) for a in (-1, 1) for b in (-1, 1)]
        return [box(0.07, 0.07, top, material, 0.006, at=(*at, top / 2)) for at in places]
    if shape.foot == "runner":
        parts = []
        for side in (-1, 1):
            loop = [(side * x, -y, top), (side * x, -y, 0.012), (side * x, y, 0.012)]
            bent = fillet([*loop, (side * x, y, top)], 0.03)
            parts.append(tube(bent, 0.012, material, smooth=0))
        return parts
    return legs(x, y, top, material, 0.026, 0.03, 0.55)


def _arm(shape: Sofa, side: int, cover: Any) -> list[Any]:
    """One arm of a sofa, if it has any."""
    if shape.arms == "none":
        return []
    low, wide = shape.foot_height, shape.arm_width
    high = shape.arm_height - (0.12 if shape.arms == "low" else 0)
    x = side * (shape.width / 2 + wide / 2)
    size = (wide, shape.depth, high - low)
    at = (x, 0, (high + low) / 2)
    if shape.arms == "round":
        radius = wide * 0.62
        roll = disc(radius, shape.depth - 0.01, 0, cover, 0.03)
        roll.location = (x + side * radius * 0.2, shape.depth / 2 - 0.005, high - radius * 0.55)
        roll.rotation_euler = (pi / 2, 0, 0)
        body = (wide * 0.9, shape.depth, high - low - radius * 0.4)
        return [box(*body, cover, 0.03, 6, at=(x, 0, low + body[2] / 2)), roll]
    arm = box(*size, cover, min(0.045, wide * 0.3), 6, at=at)
    if shape.arms == "sloped":
        for vertex in arm.data.vertices:
            if vertex.co.z > 0:
                vertex.co.z += 0.09 if vertex.co.y > 0 else -0.06
                vertex.co.x += side * 0.035
    return [arm]


def _buttons(shape: Sofa, cover: Any, at: tuple[float, float, float], width: float) -> list[Any]:
    """Covered buttons on the front of a back cushion, if the design is tufted."""
    if not shape.tufted:
        return []
    parts = []
    for column in (-0.25, 0.25):
        for row in (-0.07, 0.09):
            button = disc(0.016, 0.014, 0, cover, 0.006)
            button.location = (at[0] + column * width, at[1] - 0.1 - row * 0.2, at[2] + row)
            button.rotation_euler = (pi / 2, 0, 0)
            parts.append(button)
    return parts


def upholstered(shape: Sofa, look: Look, cover: Any, chaise: int = 0) -> list[Any]:
    """A frame with arms, a seat cushion for each seat and cushions leaning at the back."""
    width, depth, low = shape.width, shape.depth, shape.foot_height
    arms = 0.0 if shape.arms == "none" else shape.arm_width
    back = shape.back_height - 0.05
    parts = _feet(shape, look, width / 2 + arms)
    parts.append(box(width, depth - 0.02, 0.2, cover, 0.03, 6, at=(0, 0, low + 0.1)))
    size = (width + (0.0 if arms else 0.02), 0.17, back - low)
    parts.append(box(*size, cover, 0.055, 6, at=(0, depth / 2 - 0.085, (back + low) / 2)))
    for side in (-1, 1):
        parts += _arm(shape, side, cover)
    pitch = width / shape.seats
    seat_top, rise = low + 0.19 + shape.plump, shape.back_height - low - 0.17 - shape.plump
    for index in range(shape.seats):
        x = -width / 2 + pitch * (index + 0.5)
        long = 0.55 if chaise and index == (0 if chaise < 0 else shape.seats - 1) else 0.0
        if long:
            at = (x, -depth / 2 - long / 2 + 0.02, low + 0.1)
            parts.append(box(pitch - 0.01, long + 0.04, 0.2, cover, 0.03, 6, at=at))
            parts += legs(pitch / 2 - 0.08, 0, low + 0.01, wood(look.wood), 0.024, 0.0, 0.6)[::2]
            for foot in parts[-2:]:
                foot.location = (x, -depth / 2 - long + 0.09, 0)
        seat = (pitch - 0.004, depth - 0.17 + long, shape.plump)
        parts.append(padded(seat, (x, -0.085 - long / 2, low + 0.19 + shape.plump / 2), cover))
        at = (x, depth / 2 - 0.25, seat_top + rise / 2)
        parts.append(padded((pitch - 0.01, 0.2, rise + 0.06), at, cover, -0.16, 0.4))
        parts += _buttons(shape, cover, at, pitch)
    return parts


def _scatter(look: Look, shape: Sofa, pattern: str, at_left: bool) -> Any:
    """A small cushion in the corner of a sofa."""
    cloth = fabric(COLOURS[look.accent], COLOURS[look.colour], pattern, scale=420)
    side = -1 if at_left else 1
    place = (side * (shape.width / 2 - 0.2), -0.06, shape.foot_height + shape.plump + 0.39)
    return cushion(cloth, 0.42, place, (1.2, 0, side * 0.25))


def sofa(rng: random.Random, look: Look) -> Product:
    """A sofa of two or three seats, sometimes with a chaise longue at one end."""
    seats = rng.choice((2, 3))
    shape = draw_sofa(rng, seats, (0.62, 0.82))
    chaise = rng.choice((-1, 0, 0, 1)) if seats == 3 else rng.choice((0,))
    pattern = rng.choice(("plain", "stripes", "zigzag"))
    scattered, at_left = rng.random() < 0.45, rng.random() < 0.5
    azimuth, elevation = rng.choice((-1, 1)) * rng.uniform(12, 36), rng.uniform(11, 19)
    cover = upholstery(COLOURS[look.colour], look.material)
    parts = upholstered(shape, look, cover, chaise)
    if scattered:
        parts.append(_scatter(look, shape, pattern, at_left))
    words = "corner" if chaise else ("two-seater" if seats == 2 else "three-seater")
    return Product(parts, azimuth, elevation, words=words, material=look.material)


CATEGORIES = (
    Category(
        "sofa",
        "sofa",
        sofa,
        price=(490, 2600),
        looks=SOFA_LOOKS,
        title="{words} sofa in {colour} {material}",
        trade="furniture",
    ),
)
