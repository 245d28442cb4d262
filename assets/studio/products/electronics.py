"""Headphones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import leather, metal, plain
from ..palette import COLOURS, Colour
from ..shapes import disc, lathe, place, tube

GADGET_COLOURS = (
    "black",
    "white",
    "grey",
    "charcoal",
    "navy",
    "blue",
    "sky",
    "teal",
    "sage",
    "mustard",
    "orange",
    "red",
    "pink",
    "blush",
    "lilac",
    "beige",
)
GADGET_METALS = ("steel", "gunmetal", "gold", "rosegold", "copper")
_PADS = ("black", "brown", "grey", "tan", "white")
INK: Colour = (0.03, 0.03, 0.03)


@dataclass(frozen=True)
class _Headphones:
    """The shape of headphones, as drawn for their design."""

    span: float
    rise: float
    band: float
    band_width: float
    cup: float
    oval: float
    deep: float
    rough: float
    wire_band: bool
    cap: str


def _draw_headphones(rng: random.Random) -> _Headphones:
    return _Headphones(
        span=rng.uniform(0.37, 0.45),
        rise=rng.uniform(0.42, 0.56),
        band=rng.uniform(0.022, 0.04),
        band_width=rng.uniform(1.4, 2.6),
        cup=rng.uniform(0.14, 0.22),
        oval=rng.choice((1.0, 1.0, 1.2, 1.35)),
        deep=rng.uniform(0.7, 1.3),
        rough=rng.choice((0.12, 0.4, 0.6)),
        wire_band=rng.random() < 0.35,
        cap=rng.choice(("ring", "plate", "plain", "dish")),
    )


def _bow(shape: _Headphones, size: float = 1.0, cut: int = 0) -> list[tuple[float, float, float]]:
    """The headband, from one side to the other."""
    turns = [pi * step / 24 for step in range(cut, 25 - cut)]
    return [
        (shape.span * size * cos(turn), 0, 0.55 + shape.rise * size * sin(turn)) for turn in turns
    ]


def _cap(shape: _Headphones, steel: Any, body: Any) -> list[Any]:
    """The outside of a cup."""
    out, radius = 0.1 * shape.deep, shape.cup
    if shape.cap == "ring":
        profile = [(radius * 0.6, out + 0.005), (radius * 0.62, out + 0.012)]
        profile += [(radius * 0.66, out + 0.012), (radius * 0.68, out)]
        return [lathe(profile, steel, y_scale=shape.oval)]
    if shape.cap == "plate":
        return [disc(radius * 0.7, 0.012, out - 0.002, steel, 0.004, shape.oval)]
    if shape.cap == "dish":
        rim = disc(radius * 0.74, 0.02, out - 0.002, body, 0.008, shape.oval)
        return [rim, disc(radius * 0.5, 0.006, out + 0.017, steel, 0.002, shape.oval)]
    return []


def _cup(shape: _Headphones, side: int, body: Any, pad: Any, steel: Any) -> list[Any]:
    """One ear cup with its cushion, facing inwards."""
    radius, out, oval = shape.cup, 0.1 * shape.deep, shape.oval
    shell = [(0, out), (radius * 0.75, out), (radius * 0.93, out * 0.8), (radius, out * 0.4)]
    shell += [(radius, 0.0), (0, 0)]
    soft = [(radius * 0.5, 0), (radius * 0.55, -0.07), (radius * 0.75, -0.1)]
    soft += [(radius * 0.95, -0.08), (radius, -0.03), (radius * 0.95, 0)]
    inside = disc(radius * 0.6, 0.01, -0.02, plain(INK, 0.9), 0.003, oval)
    parts = [lathe(shell, body, crease=50, y_scale=oval), lathe(soft, pad, y_scale=oval), inside]
    parts += _cap(shape, steel, body)
    # Upright first, so that an oval cup is higher than it is wide.
    parts = place(parts, turned=(0, 0, pi / 2))
    return place(parts, (side * shape.span * 0.96, 0, 0.24), (0, side * pi / 2, 0))


def headphones(rng: random.Random, look: Look) -> Product:
    """Headphones with round or oval cups and a padded band or a thin one of metal."""
    azimuth, elevation = rng.uniform(26, 52), rng.uniform(8, 18)
    shape, side = _draw_headphones(rng), rng.choice((-1, 1))
    colour = COLOURS[look.colour]
    body, steel = plain(colour, shape.rough, coat=0.3), metal(look.metal, 0.2)
    pad = leather(COLOURS[look.accent], "grain", 90)
    span, parts = shape.span, []
    if shape.wire_band:
        for y in (-0.035, 0.035):
            line = [(x, y, z) for x, _, z in _bow(shape)]
            line = [(span, y * 0.4, 0.36), *line, (-span, y * 0.4, 0.36)]
            parts.append(tube(line, 0.011, steel, smooth=2))
        low = tube(_bow(shape, 0.95, 3), 0.022, pad, smooth=2)
        low.scale = (1, 2.6, 1)
        parts.append(low)
    else:
        line = [(span * 1.02, 0, 0.34), *_bow(shape), (-span * 1.02, 0, 0.34)]
        for path, size, material in (
            (line, shape.band, body),
            (_bow(shape, 0.93, 4), shape.band * 0.85, pad),
        ):
            bar = tube(path, size, material, smooth=2)
            bar.scale = (1, shape.band_width, 1)
            parts.append(bar)
    for end in (-1, 1):
        slider = [(end * span * 1.02, 0, 0.48), (end * span * 1.03, 0, 0.28)]
        parts.append(tube(slider, 0.022, steel, smooth=0))
        parts += _cup(shape, end, body, pad, steel)
    return Product(parts, side * azimuth, elevation, material="plastic")


CATEGORIES = (
    Category(
        "headphones",
        "headphones",
        headphones,
        price=(39, 349),
        looks=Looks(colours=GADGET_COLOURS, accents=_PADS, metals=GADGET_METALS),
        title="wireless headphones, {colour}",
        trade="electronics",
    ),
)
