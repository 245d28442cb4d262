"""Lipsticks, nail polish and perfume."""

from __future__ import annotations

import random
from math import cos, pi, sin, sqrt
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import Shader, glass, metal, plain
from ..palette import COLOURS, Colour, scaled
from ..shapes import ball_profile, box, catmull, lathe, lettering, loft, place, superellipse

Part = Any

LIP_COLOURS = ("red", "burgundy", "pink", "orange", "blush", "terracotta", "purple", "brown")
POLISH_COLOURS = (
    *("black", "white", "grey", "navy", "blue", "sky", "teal", "green", "sage", "mustard"),
    *("orange", "terracotta", "red", "burgundy", "pink", "blush", "lilac", "purple", "brown"),
)
SCENT_COLOURS = ("mustard", "cognac", "pink", "blush", "sky", "sage", "lilac", "ivory", "teal")
CASE_COLOURS = ("black", "white", "navy", "burgundy", "blush", "ivory")
CAP_COLOURS = ("black", "white", "charcoal", "ivory", "blush")
METALS = ("gold", "silver", "rosegold", "gunmetal")
SCENTS = (
    *("Fleur", "Nuit", "Sel", "Ambre", "Rive", "Jardin", "Brume", "Soie", "Aube"),
    *("Cedre", "Lune", "Iris"),
)


def _barrel(
    radius: float,
    low: float,
    high: float,
    material: Any,
    sides: int | None = None,
    bevel: float = 0.02,
) -> Part:
    """A solid upright cylinder, or a prism of so many sides, with rounded edges."""
    profile = [(0, low), (radius - bevel, low), (radius - bevel * 0.3, low + bevel * 0.3)]
    profile += [(radius, low + bevel), (radius, high - bevel)]
    profile += [(radius - bevel * 0.3, high - bevel * 0.3), (radius - bevel, high), (0, high)]
    if sides and sides <= 8:
        return lathe(profile, material, facet=sides, smooth=False)
    return lathe(profile, material, facet=sides, crease=50)


def _enamel(colour: Colour) -> Any:
    """Glossy lacquer of cases and caps."""
    return plain(colour, 0.14, coat=0.7, coat_rough=0.04)


def _bullet(radius: float, low: float, height: float, slant: float, point: float, wax: Any) -> Part:
    """The coloured stick: cut at a slant, its tip rounded from a part of its height on."""
    rows, count, steps = [], 48, 18
    for step in range(steps):
        t = step / (steps - 1)
        over = max(0.0, (t - point) / (1 - point))
        size = radius * sqrt(max(0.0, 1 - over**2.2 * 0.97))
        turns = [2 * pi * index / count for index in range(count)]
        rows.append(
            [
                Vector(
                    (
                        size * cos(turn),
                        size * sin(turn),
                        low + t * (height - slant * (1 + cos(turn)) * t),
                    )
                )
                for turn in turns
            ]
        )
    return loft(rows, wax, levels=1)


def _ribs(radius: float, low: float, high: float, count: int, material: Any) -> list[Part]:
    """Slim upright ribs around a barrel."""
    ribs = []
    for index in range(count):
        turn = 2 * pi * index / count
        at = (radius * cos(turn), radius * sin(turn), (low + high) / 2)
        width = radius * 2 * pi / count * 0.55
        ribs.append(box(0.02, width, high - low, material, 0.008, 2, at, (0, 0, turn)))
    return ribs


def _cap(
    radius: float, height: float, at: tuple[float, float], lying: bool, sides: int | None, case: Any
) -> list[Part]:
    """A lipstick's cap, standing or rolled over."""
    parts = [_barrel(radius, 0, height, case, sides)]
    parts.append(_barrel(radius * 0.86, -0.004, 0.02, plain((0.05, 0.05, 0.05), 0.6), sides))
    if not lying:
        return place(parts, (*at, 0.004), (0, 0, 0.3))
    place(parts, turned=(0, 0, pi / 6 if sides == 6 else 0))
    rests = radius * cos(pi / sides) if sides else radius
    return place(parts, (at[0] + 0.1, at[1] + height * 0.4, rests), (pi / 2, 0, 0.75))


def lipstick(rng: random.Random, look: Look) -> Product:
    """A lipstick turned out of its case, mostly with its cap beside it."""
    sides = rng.choice((None, None, 4, 6, 8))
    ribbed, enamelled = rng.random() < 0.45, rng.random() < 0.6
    capped, lying, cap_differs = rng.random() < 0.8, rng.random() < 0.55, rng.random() < 0.25
    radius, base = rng.uniform(0.16, 0.24), rng.uniform(0.34, 0.62)
    collar, out = rng.uniform(0.12, 0.3), rng.uniform(0.34, 0.5)
    slant, point = rng.choice((0.04, 0.1, 0.14, 0.18)), rng.choice((0.45, 0.62, 0.78))
    side, behind = rng.uniform(0.56, 0.68), rng.uniform(0.02, 0.2)
    satin, turn = rng.random() < 0.5, rng.uniform(0.1, 0.7)
    azimuth, elevation = rng.uniform(-22, 22), rng.uniform(8, 18)
    shine, lacquer = metal(look.metal, 0.16), _enamel(COLOURS[look.accent])
    case, other = (lacquer, shine) if enamelled else (shine, lacquer)
    wax = Shader("wax", color=COLOURS[look.colour], rough=0.28 if satin else 0.45, specular=0.55)
    wax.set(coat=0.25 if satin else 0.0, coat_rough=0.2)
    parts = [
        _barrel(radius * 1.08, 0, base, case, sides),
        _barrel(radius * 1.1, base - 0.03, base + 0.03, shine, sides, 0.008),
        _barrel(radius * 0.9, base, base + collar, shine),
        _bullet(radius * 0.78, base + collar - 0.03, out, slant, point, wax.material),
    ]
    if ribbed and sides is None:
        parts += _ribs(radius * 1.08, 0.03, base - 0.06, 30, case)
    place(parts, turned=(0, 0, turn))
    if capped:
        cover = other if cap_differs else case
        height = collar + out + 0.06
        parts += _cap(radius * 1.12, height, (side, behind), lying, sides, cover)
    return Product(parts, azimuth, elevation, words="satin" if satin else "matte")


def _lacquer(colour: Colour, shimmer: bool) -> Any:
    """Nail polish seen through the glass of its bottle."""
    shader = Shader("polish", color=colour, rough=0.1, coat=1.0, coat_rough=0.02)
    if shimmer:
        flakes = shader.noise(90, Detail=3.0)
        bright = scaled(colour, 1.25)
        shader.base(shader.ramp(flakes, [(0.4, scaled(colour, 0.9)), (0.65, bright)]))
        shader.set(metal=0.55, rough=0.22)
    return shader.material


def _brush_cap(style: str, low: float, height: float, width: float, material: Any) -> Part:
    """The cap of a polish bottle, which holds the brush."""
    high, end = low + height, width * 0.72
    profiles = {
        "taper": [(width, low + 0.03), (end, high - 0.03), (end - 0.03, high)],
        "straight": [(width, low + 0.03), (width, high - 0.03), (width - 0.03, high)],
        "waist": [(width, low + 0.03), (end * 0.8, low + height * 0.4), (end, high - 0.05)]
        + [(end * 0.6, high)],
        "flare": [(end, low + 0.03), (end, low + height * 0.3), (width, high - 0.04)]
        + [(width - 0.04, high)],
    }
    line = profiles[style]
    if style == "waist":
        line = [tuple(point) for point in catmull(line, 8)]
    return lathe([(0, low), (line[0][0] - 0.01, low), *line, (0, high)], material, crease=40)


def nail_polish(rng: random.Random, look: Look) -> Product:
    """A bottle of nail polish: round, square or flat, with one of four caps."""
    exponent, depth_share = rng.choice((2, 2, 4, 8)), rng.choice((1.0, 1.0, 0.7))
    width, height = rng.uniform(0.42, 0.62), rng.uniform(0.36, 0.72)
    shoulder, belly = rng.uniform(0.04, 0.2), rng.choice((0.0, 0.0, 0.12, -0.1))
    style = rng.choice(("taper", "straight", "waist", "flare"))
    cap_height, cap_width = rng.uniform(0.5, 0.92), rng.uniform(0.15, 0.19)
    metallic, collared, labelled = rng.random() < 0.4, rng.random() < 0.5, rng.random() < 0.7
    name = rng.choice(SCENTS)
    azimuth, elevation = rng.uniform(-22, 22), rng.uniform(6, 15)
    colour, depth = COLOURS[look.colour], width * depth_share
    paint = _lacquer(colour, look.pattern == "shimmer")
    shine = metal(look.metal, 0.16)
    cover = shine if metallic else plain(COLOURS[look.accent], 0.25, coat=0.3)
    outline = [(0.9, 0.0), (0.97, 0.015), (1.0, 0.05), (1 + belly, height * 0.5)]
    outline += [(1.0, height - shoulder - 0.02), (0.95, height - shoulder * 0.6)]
    outline += [(0.7, height - 0.01), (0.36, height + 0.02), (0.34, height + 0.08)]
    rings = [superellipse(width * s, depth * s, z, exponent) for s, z in outline]
    parts = [loft(rings, paint, levels=2)]
    low = height + 0.05
    parts.append(_brush_cap(style, low + 0.02, cap_height, cap_width, cover))
    if collared:
        parts.append(_barrel(cap_width * 1.04, low, low + 0.06, shine, bevel=0.01))
    if labelled and exponent > 2 and belly == 0:
        ink = plain((0.93, 0.92, 0.9) if sum(colour) < 1.3 else (0.06, 0.06, 0.06), 0.4)
        at = (0, -depth / 2 - 0.001, height * 0.42)
        parts.append(lettering(name.lower(), width * 0.2, ink, at, spacing=1.1))
    return Product(parts, azimuth, elevation, material="glass", pattern=look.pattern)


def _cover(style: str, low: float, size: float, height: float, depth: float, material: Any) -> Part:
    """The cap of a perfume bottle."""
    high = low + height
    if style == "ball":
        return lathe(ball_profile(size * 1.2, low + size * 1.1), material)
    if style == "block":
        wide = (size * 2, min(depth * 0.9, size * 2), height)
        return box(*wide, material, 0.02, at=(0, 0, low + height / 2))
    if style == "slab":
        wide = (size * 3.4, min(depth * 0.8, size * 2), height * 0.75)
        return box(*wide, material, 0.015, at=(0, 0, low + height * 0.375))
    if style == "facet":
        return _barrel(size * 1.1, low, high, material, 8)
    if style == "cone":
        profile = [(0, low), (size * 1.25, low), (size * 1.25, low + 0.03), (size * 0.7, high)]
        return lathe([*profile, (0, high + 0.02)], material, crease=40)
    return _barrel(size * 1.1, low, high, material)


def _flacon(
    width: float,
    depth: float,
    height: float,
    exponent: float,
    waist: float,
    inset: float,
    top: float,
) -> list[list[Vector]]:
    """The sections of a bottle, or of what is in it: inset on all sides, up to a height."""
    outline = [(0.9, 0.0), (1.0, 0.03), (1 + waist * 0.6, 0.25), (1 + waist, 0.5)]
    outline += [(1 + waist * 0.6, 0.75), (1.0, 0.93), (0.95, 0.985), (0.84, 1.0)]
    sections = []
    for scale, share in outline:
        z = inset * 0.9 + share * (top - inset * 0.9)
        wide, deep = width * scale - inset, depth * scale - inset
        sections.append(superellipse(wide, deep, z, exponent))
    return sections


def _liquid(colour: Colour) -> Any:
    """A scent, lighter than the colour as the light passes through it twice."""
    red, green, blue = (value**0.6 for value in colour)
    tint = (red, green, blue)
    shader = Shader("liquid", color=tint, rough=0.05, transmission=0.75, ior=1.34)
    return shader.set(emission=tint, emission_strength=0.16).material


def _label(
    name: str, width: float, front: float, height: float, ink: Any, paper: Any
) -> list[Part]:
    """The name and a line below it, on paper if there is any."""
    parts = []
    if paper:
        parts.append(box(width, 0.006, width * 0.62, paper, 0, at=(0, front, height)))
    size = width * 1.25 / max(5, len(name))
    at = (0, front - 0.004, height + width * 0.07)
    parts.append(lettering(name.upper(), size, ink, at, relief=0.001, spacing=1.1))
    below = (0, front - 0.004, height - width * 0.14)
    parts.append(lettering("eau de parfum", width * 0.105, ink, below, relief=0.001))
    return parts


def perfume(rng: random.Random, look: Look) -> Product:
    """A bottle of perfume with its scent's name; the colour is that of the liquid."""
    exponent, full = rng.choice((2, 3, 8, 14)), rng.uniform(0.62, 0.9)
    width, height = rng.uniform(0.5, 0.95), rng.uniform(0.5, 1.05)
    slim, waist = rng.uniform(0.3, 0.6), rng.choice((0.0, 0.0, 0.0, 0.14, -0.12))
    style = rng.choice(("drum", "block", "ball", "slab", "facet", "cone"))
    cap_size, cap_height = rng.uniform(0.14, 0.2), rng.uniform(0.18, 0.42)
    metallic, papered = rng.random() < 0.55, rng.random() < 0.5
    name, label_width = rng.choice(SCENTS), rng.uniform(0.45, 0.62)
    azimuth, elevation = rng.uniform(-20, 20), rng.uniform(5, 12)
    depth = width if exponent == 2 else max(0.26, width * slim)
    shine = metal(look.metal, 0.16)
    cover = shine if metallic else _enamel(COLOURS[look.accent])
    liquid = _liquid(COLOURS[look.colour])
    bottle = loft(_flacon(width, depth, height, exponent, waist, 0, height), glass(), levels=2)
    inside = _flacon(width, depth, height, exponent, waist, 0.09, height * full)
    parts = [bottle, loft(inside, liquid, levels=1)]
    parts.append(_barrel(0.13, height - 0.01, height + 0.08, shine, bevel=0.01))
    parts.append(_cover(style, height + 0.06, cap_size, cap_height, depth, cover))
    ink = plain((0.06, 0.06, 0.07), 0.4)
    paper = plain((0.95, 0.94, 0.9), 0.5)
    if exponent > 2:
        front = -depth / 2 * (1 + max(0.0, waist)) - 0.004
        parts += _label(
            name, width * label_width, front, height * 0.42, ink, paper if papered else None
        )
    return Product(parts, azimuth, elevation, words=name, material="glass")


CATEGORIES = (
    Category(
        "lipstick",
        "lipstick",
        lipstick,
        price=(8, 42),
        looks=Looks(colours=LIP_COLOURS, accents=CASE_COLOURS, metals=METALS),
        title="{words} lipstick, {colour}",
        trade="beauty",
    ),
    Category(
        "nail polish",
        "nail polish",
        nail_polish,
        price=(5, 24),
        looks=Looks(
            colours=POLISH_COLOURS,
            accents=CAP_COLOURS,
            patterns=("plain", "plain", "shimmer"),
            metals=("gold", "silver", "rosegold"),
        ),
        title="{pattern} nail polish, {colour}",
        trade="beauty",
    ),
    Category(
        "perfume",
        "eau de parfum",
        perfume,
        price=(29, 160),
        looks=Looks(
            colours=SCENT_COLOURS,
            accents=CAP_COLOURS,
            metals=METALS,
            distinct=("colour", "metal"),
        ),
        title="{words} eau de parfum, {colour}",
        samples=24,
        trade="beauty",
    ),
)
