"""Water bottles."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, metal, plain, wood
from ..palette import COLOURS
from ..shapes import box, catmull, lathe, radius_at, ribbon, sharp, tube
from .tableware import smooth_outline

# Bottles: (radius, height) of the outside as parts of the body, up to the neck.
_BOTTLES = {
    "slim": ((1, 0.03), (1, 0.8), (0.98, 0.84), (0.62, 0.97), (0.58, 1)),
    "wide-mouth": ((1, 0.03), (1, 0.9), (0.97, 0.94), (0.86, 0.985), (0.84, 1)),
    "tapered": ((0.74, 0.03), (0.82, 0.3), (1, 0.93), (0.97, 0.97), (0.9, 1)),
    "cola": ((0.92, 0.03), (1, 0.25), (1, 0.5), (0.72, 0.74), (0.44, 0.94), (0.42, 1)),
    "tumbler": ((0.72, 0.03), (0.74, 0.4), (0.78, 0.48), (1, 0.56), (1, 0.97), (0.98, 1)),
}
_SLIMNESS = {"slim": 4.4, "wide-mouth": 3.3, "tapered": 3.4, "cola": 4.3, "tumbler": 2.8}
# The tumbler and the tapered one less often than the rest.
_STYLES = ("tumbler", "cola", "wide-mouth", "slim", "cola", "wide-mouth", "tapered", "slim")
_CAPS = ("screw", "screw", "loop", "handle", "straw")


def _evened(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """The outline with steep stretches cut short: then its curve does not bulge at a shoulder."""
    line = [points[0]]
    for (radius, z), (wider, top) in pairwise(points):
        steep = abs(wider - radius) < 0.35 * (top - z)
        steps = max(1, round((top - z) / 0.05)) if steep else 1
        for step in range(1, steps + 1):
            part = step / steps
            line.append((radius + (wider - radius) * part, z + (top - z) * part))
    return line


def _bottle_finish(finish: str, look: Look) -> Any:
    """Powder-coated, lacquered or anodised steel in the colour of the look."""
    colour = COLOURS[look.colour]
    if finish == "glossy":
        return plain(colour, 0.1, coat=0.8)
    if finish == "anodised":
        return Shader("anodised", color=colour, rough=0.28, metal=0.85).material
    shader = Shader("powder", color=colour, rough=0.48, specular=0.4)
    return shader.bump(shader.noise(170, Detail=1.0), 0.15, 0.003).material


def _cap(style: str, neck: float, z: float, tall: float, material: Any, dark: Any) -> list[Any]:
    """A lid on the neck, with what it is carried or drunk by."""
    edge = neck + 0.012
    profile = [(0, z), (edge, z), (edge + 0.005, z + 0.012), (edge + 0.005, z + tall - 0.015)]
    cap = lathe([*profile, (edge * 0.98, z + tall), (0, z + tall)], material, 96, crease=50)
    top, parts = z + tall, [cap]
    if style == "loop":
        line = [(-0.85, -0.3), (-0.8, 0.4), (-0.45, 0.85), (0.45, 0.85), (0.8, 0.4), (0.85, -0.3)]
        points = [(x * edge, 0, top + y * edge) for x, y in line]
        parts.append(tube(points, 0.022, dark, smooth=10))
    elif style == "handle":
        line = [(-1.06, -0.25), (-1.0, 0.35), (-0.6, 0.62), (0.6, 0.62), (1.0, 0.35), (1.06, -0.25)]
        path = catmull([(x * edge, 0, top + y * edge) for x, y in line], 8)
        parts.append(ribbon(path, 0.075, 0.025, dark, axis=(0, 1, 0)))
    elif style == "straw":
        parts.append(box(edge * 0.9, 0.06, 0.06, dark, 0.018, at=(0, 0, top + 0.025)))
        tip = [(edge * 0.4, 0, top + 0.02), (edge * 0.4, 0, top + 0.1), (0, 0, top + 0.2)]
        parts.append(tube(tip, 0.026, dark, smooth=8))
    return parts


def water_bottle(rng: random.Random, look: Look) -> Product:
    """A steel bottle: five bodies, four kinds of cap, plain or with a bare or rubber base."""
    style, cap_style = rng.choice(_STYLES), rng.choice(_CAPS)
    finish = rng.choice(("powder", "powder", "glossy", "anodised"))
    cap_kind = rng.choice(("wood", "steel", "plastic", "same"))
    base_kind = rng.choice(("steel", "rubber", "none"))
    radius, slim = rng.uniform(0.17, 0.21), rng.uniform(0.88, 1.12)
    cap_height, grooved = rng.uniform(0.09, 0.17), rng.random() < 0.25
    azimuth, elevation = rng.uniform(-35, 35), rng.uniform(4, 14)
    body = _bottle_finish(finish, look)
    steel, dark = metal("steel", 0.22), plain(COLOURS[look.accent], 0.45)
    height = radius * _SLIMNESS[style] * slim
    outline = smooth_outline([(x * radius, z * height) for x, z in _evened(_BOTTLES[style])], 6)
    bottom, neck = outline[0][0], outline[-1][0]
    start = [(0, 0), (bottom * 0.94, 0), (bottom * 0.99, 0.008)]
    parts = [lathe([*start, *outline, (neck, height + 0.01), (0, height + 0.01)], body, 96)]
    sharp(parts[0], 50)
    collar = [(0, height), (neck * 0.97, height), (neck * 0.97, height + 0.03), (0, height + 0.03)]
    parts.append(lathe(collar, steel, 96, crease=40))
    if base_kind != "none":
        rise = 0.035 if base_kind == "steel" else 0.1
        low = bottom * 1.012
        high = radius_at(outline, rise) * 1.012
        ring = [(0, -0.002), (low * 0.95, -0.002), (low, 0.008), (high, rise), (high * 0.98, rise)]
        parts.append(lathe(ring, steel if base_kind == "steel" else dark, 96, crease=50))
    caps = {"wood": wood(look.wood, scale=2), "steel": steel, "plastic": dark, "same": body}
    parts += _cap(cap_style, neck, height + 0.025, cap_height, caps[cap_kind], dark)
    if grooved:
        grip = [0.3 * height + step * 0.03 for step in range(5)]
        for z in grip:
            wide = radius_at(outline, z)
            line = [(wide * 0.99, z - 0.007), (wide * 1.015, z), (wide * 0.99, z + 0.007)]
            parts.append(lathe(line, dark, 96))
    return Product(parts, azimuth, elevation, words=style, material="steel", pattern="plain")


CATEGORIES = (
    Category(
        "water bottle",
        "water bottle",
        water_bottle,
        price=(18, 49),
        looks=Looks(
            accents=("black", "charcoal", "white", "grey"), woods=("oak", "beech", "walnut")
        ),
        title="{words} {material} water bottle, {colour}",
        trade="outdoor",
    ),
)
