"""Plant pots, with or without a plant."""

from __future__ import annotations

import random
from typing import Any

from ..foliage import cactus, cactus_body, rosette, rubber_plant
from ..look import Category, Look, Looks, Product
from ..materials import Shader, metal, wood
from ..palette import Colour
from ..shapes import (
    fluted,
    lathe,
    legs,
    polygonal,
    radius_at,
    reshape,
    sharp,
    shell,
    tube,
)
from .tableware import GLAZES, POTTERY, clay, glaze, smooth_outline

_SOIL: Colour = (0.13, 0.09, 0.065)

# Outsides of pots: (radius, height) in parts of the radius.
_POTS = {
    "tapered": ((0.7, 0), (0.76, 0.3), (0.88, 1.0), (1, 1.6)),
    "straight": ((0.94, 0), (1, 0.08), (1, 0.8), (1, 1.55)),
    "round": ((0.5, 0), (0.88, 0.28), (1, 0.72), (0.9, 1.15), (0.78, 1.36)),
    "egg": ((0.56, 0), (0.84, 0.4), (1, 1.0), (0.96, 1.45), (0.84, 1.75)),
    "low": ((0.8, 0), (0.94, 0.12), (1, 0.45), (0.99, 0.8)),
    "belled": ((0.56, 0), (0.62, 0.4), (0.72, 0.9), (0.9, 1.3), (1, 1.5)),
}
_PLANTS = ("none", "snake plant", "snake plant", "cactus", "ball cactus", "aloe", "rubber plant")


def _soil() -> Any:
    shader = Shader("soil", color=_SOIL, rough=0.95)
    return shader.bump(shader.noise(45, Detail=6.0), 1.0, 0.03).material


def _pot(
    style: str,
    radius: float,
    slim: float,
    surface: str,
    count: int,
    material: Any,
    planted: bool,
) -> tuple[list[Any], float, float]:
    """The pot and its soil if any, and how high and how wide the soil is."""
    height_of = radius * slim
    outline = smooth_outline([(x * radius, 0.014 + z * height_of) for x, z in _POTS[style]], 10)
    low, top = outline[0][0], outline[-1][1]
    foot = [(0, 0.012), (low * 0.84, 0.012), (low * 0.88, 0), (low * 0.98, 0)]
    wall = 0.028
    pot = lathe(shell(outline, wall, foot), material, 176)
    level = top * 0.9
    width = radius_at(outline, level) - wall + 0.004
    if surface == "fluted":
        reshape(pot, fluted(count, 0.02))
        width *= 0.985
    elif surface == "faceted":
        sharp(reshape(pot, polygonal(count // 2)), 20)
        width *= 0.97
    mound = [(width, level - 0.01), (width * 0.6, level + 0.012), (0, level + 0.016)]
    soil = [lathe(mound, _soil(), 64)] if planted else []
    return [pot, *soil], level, width


def plant_pot(rng: random.Random, look: Look) -> Product:
    """A pot, on a saucer, on a stand or on its own, empty or with one of five plants."""
    style, gloss, detail = rng.choice(sorted(_POTS)), rng.random() < 0.4, rng.random()
    radius, slim = rng.uniform(0.26, 0.34), rng.uniform(0.82, 1.15)
    surface = rng.choice(("smooth", "smooth", "smooth", "fluted", "faceted"))
    count, under = rng.choice((16, 20, 28)), rng.choice(("none", "none", "saucer", "stand"))
    plant, arms, ribs = rng.choice(_PLANTS), rng.choice((0, 1, 2)), rng.choice((11, 13, 16))
    leaves, tall = rng.randint(7, 12), rng.uniform(0.42, 0.72)
    growth = random.Random(rng.random())
    azimuth, elevation = rng.uniform(-25, 25), rng.uniform(10, 20)
    stand_kind, lift = rng.choice(("wood", "metal")), rng.uniform(0.16, 0.34)
    material = glaze(look, gloss, detail)
    if plant == "none":  # then its shape and a saucer must tell that it is for plants
        plant, under = ("aloe", under) if style == "low" else ("none", "saucer")
    planted = plant != "none"
    parts, level, width = _pot(style, radius, slim, surface, count, material, planted)
    green: list[Any] = []
    if plant in {"snake plant", "aloe"}:
        green = rosette(growth, leaves, width, tall, plant)
    elif plant == "cactus":
        green = cactus(tall, width * 0.42, ribs, arms)
    elif plant == "ball cactus":
        green = cactus_body(width * 0.82, width * 1.25, ribs + 5, 0.6)
    elif plant == "rubber plant":
        green = rubber_plant(growth, tall, leaves + 1)
    for part in green:
        part.location.z += level
    parts += green
    if not planted:
        elevation += 8
    words = f"with {plant}" if planted else ""
    if under == "saucer":
        parts.append(_saucer(radius, glaze(look, gloss, detail, trim=True)))
        _raise(parts[:-1], 0.016)
    elif under == "stand":
        bar = wood(look.wood) if stand_kind == "wood" else metal(look.metal, 0.3)
        _raise(parts, lift)
        parts += _stand(radius * 0.8, lift, bar)
    return Product(
        parts, azimuth, elevation, words=words, material=clay(gloss), pattern=look.pattern
    )


def _raise(parts: list[Any], by: float) -> None:
    for part in parts:
        part.location.z += by


def _saucer(radius: float, material: Any) -> Any:
    outline = [(radius * 0.85, 0.0), (radius * 1.02, 0.02), (radius * 1.1, 0.06)]
    return lathe(shell(smooth_outline(outline, 6), 0.016), material, 96)


def _stand(half: float, height: float, bar: Any) -> list[Any]:
    """Four legs outside the pot and a cross under it."""
    parts = legs(half, half, height * 1.35, bar, 0.022, 0.0, 0.8)
    for sign in (-1, 1):
        ends = [(-half, -sign * half, height - 0.02), (half, sign * half, height - 0.02)]
        parts.append(tube(ends, 0.018, bar, smooth=0))
    return parts


CATEGORIES = (
    Category(
        "plant pot",
        "plant pot",
        plant_pot,
        price=(14, 89),
        looks=Looks(
            colours=POTTERY,
            patterns=GLAZES,
            metals=("gold", "brass", "gunmetal"),
        ),
        title="{pattern} {material} plant pot {words}, {colour}",
    ),
)
