"""Candles."""

from __future__ import annotations

import random
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, metal, plain, tinted_glass, wood
from ..palette import COLOURS, Colour, luminance
from ..shapes import (
    ball_profile,
    catmull,
    disc,
    fluted,
    lathe,
    lettering,
    mesh,
    radius_at,
    reshape,
    sharp,
    shell,
    tube,
    wrap,
)
from .tableware import POTTERY, glaze, smooth_outline

INK: Colour = (0.06, 0.06, 0.065)
PAPER: Colour = (0.93, 0.91, 0.87)
_WAX: Colour = (0.92, 0.87, 0.77)
_PALE = 0.5


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever is readable on a colour."""
    return INK if luminance(colour) > _PALE else PAPER


# Jars: (radius, height) in parts of the radius.
_JARS = {
    "tumbler": ((0.9, 0), (0.98, 0.04), (1, 0.2), (1, 1.2), (1, 2.1)),
    "tapered": ((0.7, 0), (0.78, 0.06), (0.85, 0.7), (0.94, 1.5), (1, 2.0)),
    "bowl": ((0.6, 0), (0.86, 0.14), (0.98, 0.42), (1, 0.7), (0.95, 0.98)),
    "barrel": ((0.74, 0), (0.9, 0.3), (1, 0.9), (0.96, 1.4), (0.84, 1.8)),
    "apothecary": ((0.94, 0), (1, 0.08), (1, 0.8), (0.98, 1.5), (0.8, 1.68), (0.8, 1.86)),
}
_SCENTS = ("FIG", "CEDAR", "AMBER", "SEA SALT", "VETIVER", "NEROLI", "SMOKE", "MOSS", "ROSE")
_CANDLES = (*sorted(_JARS), "tumbler", "pillar", "ribbed pillar", "bubble")


def _patch(width: float, height: float, z: float, lift: float, power: float, paper: Any) -> Any:
    """A flat label: an ellipse at power 2, a rectangle with rounded corners above."""
    rows, columns = 24, 24
    points, faces = [], []
    for row in range(rows + 1):
        rise = -cos(pi * row / rows)
        half = width / 2 * max(0.0, 1 - abs(rise) ** power) ** (1 / power)
        for column in range(columns + 1):
            across = half * (2 * column / columns - 1)
            points.append((across, -lift, z + rise * height / 2))
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            faces.append((a, a + 1, a + columns + 2, a + columns + 1))
    return mesh("label", points, faces, paper)


def _label(
    style: str, words: str, number: int, outline: list[Any], z: float, size: float, colour: Colour
) -> list[Any]:
    """A printed label around the front of a body."""
    paper, ink = plain(colour, 0.6), plain(ink_on(colour), 0.6)
    width = {"oval": 1.35, "square": 1.1, "wide": 1.7, "small": 0.75}[style] * size
    height = {"oval": 1.0, "square": 1.1, "wide": 0.75, "small": 0.5}[style] * size
    power = 2.0 if style == "oval" else 24.0
    flat = [_patch(width, height, z, 0.002, power, paper)]
    flat.append(_patch(width * 0.92, height * 0.89, z, 0.003, power, ink))
    flat.append(_patch(width * 0.92 - 0.016, height * 0.89 - 0.016, z, 0.004, power, paper))
    letter = min(0.34 * height, width * 0.95 / max(4, len(words)))
    flat.append(lettering(words, letter, ink, (0, -0.0055, z + 0.06 * height), relief=0.001))
    small = f"No. {number}" if style == "small" else "SCENTED CANDLE"
    fine = 0.55 * letter if style == "small" else min(0.3 * letter, width * 0.06)
    flat.append(
        lettering(small, fine, ink, (0, -0.0055, z - 0.24 * height), relief=0.001, spacing=1.1)
    )
    return [wrap(part, lambda height_: radius_at(outline, height_)) for part in flat]


def _flame(x: float, y: float, z: float, lit: bool) -> list[Any]:
    """A wick, and its flame if lit."""
    wick = [(x, y, z - 0.01), (x + 0.004, y, z + 0.035), (x + 0.012, y, z + 0.06)]
    parts = [tube(wick, 0.008, plain((0.1, 0.09, 0.08) if lit else PAPER, 0.9), smooth=4)]
    if lit:
        shader = Shader("flame", color=(0, 0, 0), emission_strength=3.5)
        glow = shader.ramp(
            shader.axis("Z"),
            [(0, (0.9, 0.35, 0.06)), (0.35, (1, 0.62, 0.2)), (0.8, (1, 0.85, 0.5))],
        )
        shader.link(glow, shader.bsdf.inputs["Emission Color"])
        drop = [(0, 0), (0.018, 0.015), (0.028, 0.045), (0.022, 0.085), (0.008, 0.135), (0, 0.155)]
        flame = lathe(catmull(drop, 6), shader.material, 32)
        flame.location = (x + 0.01, y, z + 0.03)
        parts.append(flame)
    return parts


def _wax(colour: Colour) -> Any:
    return plain(colour, 0.45, subsurface=0.15, specular=0.4)


def _jar_candle(
    outline: list[Any], wall: float, level: float, jar: Any, wax: Any, size: float
) -> list[Any]:
    """A jar and the wax in it."""
    low = outline[0][0]
    foot = [(0, 0.012), (low * 0.86, 0.012), (low * 0.9, 0), (low * 0.98, 0)]
    body = lathe(shell(outline, wall, foot), jar, 144)
    bottom = outline[0][1] + wall + 0.012
    heights = [bottom + (level - bottom) * step / 12 for step in range(13)]
    side = [(radius_at(outline, z) - wall - 0.003, z) for z in heights]
    top = [(side[-1][0] * 0.97, level - 0.012), (size * 0.5, level - 0.016), (0, level - 0.014)]
    return [body, lathe([(0, bottom), *side, *top], wax, 96, crease=60)]


def _jar_look(look: Look, detail: float) -> tuple[Any, Any, str]:
    """The jar, its wax, and what the jar is made of."""
    colour = COLOURS[look.colour]
    if look.material == "tinted":
        return tinted_glass(colour, 0.8), _wax(_WAX), "glass"
    if look.material == "clear":
        return tinted_glass(), _wax(colour), "glass"
    gloss = look.material == "glazed"
    return glaze(look, gloss, detail), _wax(_WAX), "ceramic" if gloss else "stoneware"


def _bubbles(size: float, wax: Any) -> list[Any]:
    """A cube of wax balls."""
    parts = []
    for index in range(27):
        ball = lathe(ball_profile(size * 0.58), wax, 32)
        ball.location = tuple((index // 3**axis % 3 - 1) * size for axis in range(3))
        ball.location.z += size * 1.58
        parts.append(ball)
    return parts


def candle(rng: random.Random, look: Look) -> Product:
    """A candle in a jar with a label, a pillar, or a cube of balls."""
    style, detail = rng.choice(_CANDLES), rng.random()
    size, slim = rng.uniform(0.3, 0.42), rng.uniform(0.85, 1.2)
    label, scent = rng.choice(("oval", "square", "wide", "small")), rng.choice(_SCENTS)
    number, wicks = rng.randint(1, 48), rng.choice((1, 1, 3))
    lidded, lid_kind = rng.random() < 0.3, rng.choice(("wood", "metal"))
    lit, ribs = rng.random() < 0.4, rng.choice((14, 20, 28))
    filled, label_height = rng.uniform(0.86, 0.93), rng.uniform(0.44, 0.52)
    azimuth, elevation = rng.uniform(-12, 12), rng.uniform(14, 27)
    jar, wax, made_of = _jar_look(look, detail)
    words, paper = style, COLOURS[look.accent]
    if style == "bubble":
        solid = _wax(COLOURS[look.colour])
        parts = _bubbles(0.26, solid) + _flame(0, 0, 0.26 * 3.16, lit)
        return Product(parts, azimuth + 30, elevation + 8, words=words, material="wax")
    if "pillar" in style:
        solid, radius, height = _wax(COLOURS[look.colour]), size * 0.8, size * 2.6 * slim
        outline = [(radius, 0.03), (radius, height - 0.03)]
        rim = [
            (radius * 0.97, height - 0.006),
            (radius * 0.88, height),
            (radius * 0.6, height - 0.02),
        ]
        body = lathe([(0, 0), (radius * 0.95, 0), *outline, *rim, (0, height - 0.03)], solid, 168)
        parts = [sharp(body, 40), *_flame(0, 0, height - 0.03, lit)]
        if style == "pillar":
            parts += _label(label, scent, number, outline, height * label_height, radius, paper)
        else:
            reshape(body, fluted(ribs, 0.035))
        return Product(parts, azimuth, elevation, words=words, material="wax")
    outline = smooth_outline([(x * size, 0.015 + z * size * slim) for x, z in _JARS[style]], 10)
    top = outline[-1][1]
    level = top * filled
    parts = _jar_candle(outline, 0.022, level, jar, wax, size)
    parts += _label(label, scent, number, outline, top * label_height, size * 0.85 * slim, paper)
    if lidded:
        parts += _lid(outline[-1][0], top, wood(look.wood, "X"), metal(look.metal), lid_kind)
    else:
        turns = [2 * pi * index / wicks + 0.4 for index in range(wicks)]
        apart = 0.0 if wicks == 1 else size * 0.42
        for turn in turns:
            parts += _flame(apart * cos(turn), apart * sin(turn), level - 0.014, lit)
    pattern = look.pattern if made_of != "glass" else "plain"
    return Product(parts, azimuth, elevation, words=words, material=made_of, pattern=pattern)


def _lid(radius: float, z: float, timber: Any, bright: Any, kind: str) -> list[Any]:
    """A flat wooden lid or a metal one with a knob."""
    parts = [disc(radius * 1.02, 0.05, z + 0.008, timber if kind == "wood" else bright)]
    if kind == "metal":
        knob = lathe(ball_profile(0.045), bright, 32)
        knob.location = (0, 0, z + 0.09)
        parts.append(knob)
    return parts


CATEGORIES = (
    Category(
        "candle",
        "candle",
        candle,
        price=(12, 64),
        looks=Looks(
            colours=(*POTTERY, "green", "burgundy", "pink", "cognac"),
            materials=("tinted", "clear", "glazed", "matt"),
            patterns=("plain", "plain", "plain", "speckle", "reactive"),
            metals=("gold", "steel", "copper"),
        ),
        title="{pattern} {words} candle in {colour} {material}",
    ),
)
