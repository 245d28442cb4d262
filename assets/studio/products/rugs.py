"""Rugs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import atan2, hypot, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, upholstery
from ..palette import COLOURS, scaled
from ..shapes import box, lathe, threads
from .textiles import CLOTH_COLOURS

_RUG_PATTERNS = ("plain", "stripes", "checks", "zigzag", "bordered", "diamonds")
_STYLES = ("round", "rectangular", "runner", "scalloped", "oval", "rectangular")
_ROUND = ("round", "scalloped", "oval")


@dataclass(frozen=True)
class _Rug:
    """The shape of a rug, as drawn for its design."""

    length: float
    width: float
    thick: float
    fringe: float
    detail: float


def _draw_rug(rng: random.Random) -> _Rug:
    return _Rug(
        length=rng.uniform(1.3, 2.1),
        width=rng.uniform(0.85, 1.25),
        thick=rng.uniform(0.018, 0.045),
        fringe=rng.choice((0.0, 0.06, 0.1)),
        detail=rng.random(),
    )


def _pile(shape: _Rug, look: Look, size: tuple[float, float], is_round: bool) -> Any:
    """Wool pile in the pattern of the look; lengths are those of the rug itself."""
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    shader = Shader("pile", color=colour, rough=1.0, sheen=0.25, specular=0.1)
    pattern, count = look.pattern, (4, 6, 8)[min(2, int(shape.detail * 3))]
    across, along = shader.axis("X", "Object"), shader.axis("Y", "Object")
    half_x, half_y = size[0] / 2, size[1] / 2
    if is_round:
        shares = [shader.math("DIVIDE", across, half_x), shader.math("DIVIDE", along, half_y)]
        squares = [shader.math("MULTIPLY", share, share) for share in shares]
        edge = shader.math("SQRT", shader.math("ADD", *squares))
    else:
        wide = shader.math("SUBTRACT", shader.math("ABSOLUTE", across), half_x - half_y)
        edge = shader.math("MAXIMUM", wide, shader.math("ABSOLUTE", along))
        edge = shader.math("DIVIDE", edge, half_y)
    yarn = _yarn(shader, pattern, count, across, along, edge)
    tuft = shader.noise(105, Detail=3.0)
    wear = shader.noise(5, Detail=3.0)
    shade = shader.math("MULTIPLY_ADD", tuft, 1.1, shader.math("MULTIPLY_ADD", wear, 0.25, 0.32))
    mixed = shader.ramp(yarn, [(0, accent), (0.5, colour)], steps=True)
    scale = shader.node("ShaderNodeVectorMath", operation="SCALE")
    shader.link(mixed, scale.inputs[0])
    shader.link(shade, scale.inputs["Scale"])
    return shader.base(scale.outputs[0]).bump(tuft, 0.9, 0.02).material


def _yarn(shader: Shader, pattern: str, count: int, across: Any, along: Any, edge: Any) -> Any:
    """Where the accent is (below 0.5) and where the colour is (above)."""
    if pattern == "stripes":
        return shader.repeat(across, count * 1.1)
    if pattern == "checks":
        tiles = [
            shader.math("GREATER_THAN", shader.repeat(value, count * 0.75), 0.5)
            for value in (across, along)
        ]
        return shader.math("ABSOLUTE", shader.math("SUBTRACT", *tiles))
    if pattern == "zigzag":
        sway = shader.math("PINGPONG", across, 0.5 / count)
        return shader.repeat(shader.math("ADD", sway, along), count * 0.8)
    if pattern == "diamonds":
        folds = [shader.math("PINGPONG", value, 0.9 / count) for value in (across, along)]
        lattice = shader.math("MULTIPLY", shader.math("ADD", *folds), count / 1.8)
        near = shader.math("ABSOLUTE", shader.math("SUBTRACT", lattice, 0.5))
        return shader.math("MULTIPLY", near, 8.0)
    if pattern == "bordered":
        inner = shader.math("COMPARE", edge, 0.78, 0.06)
        outer = shader.math("GREATER_THAN", edge, 0.93)
        return shader.math("SUBTRACT", 1.0, shader.math("MAXIMUM", inner, outer))
    return shader.math("MULTIPLY_ADD", edge, 0.0, 1.0)


def _sheet(shape: _Rug, size: tuple[float, float], style: str, pile: Any) -> Any:
    """The rug itself, without its fringe."""
    depth = shape.thick
    if style not in _ROUND:
        return box(size[0], size[1], depth, pile, depth * 0.45, 3, at=(0, 0, depth / 2))
    half = size[0] / 2
    rows = [(half * step / 24, depth) for step in range(25)]
    rim = [(half + depth * 0.3, depth * 0.5), (half, 0.0), (0.0, 0.0)]
    sheet = lathe([*rows, *rim], pile, 192, y_scale=size[1] / size[0])
    if style == "scalloped":
        for vertex in sheet.data.vertices:
            turn = atan2(vertex.co.y, vertex.co.x)
            share = (hypot(vertex.co.x, vertex.co.y) / half) ** 8
            lobe = 1 - 0.09 * share * (1 - abs(sin(turn * (6 + int(shape.detail * 4)))))
            vertex.co.x *= lobe
            vertex.co.y *= lobe
    return sheet


def rug(rng: random.Random, look: Look) -> Product:
    """A flat rug: rectangular, round, oval, scalloped or a runner, some with a fringe."""
    azimuth, elevation = rng.uniform(-32, 32), rng.uniform(34, 62)
    style = rng.choice(_STYLES)
    shape = _draw_rug(rng)
    size = (shape.length, shape.width)
    if style in ("round", "scalloped"):
        size = (shape.width * 1.3,) * 2
    elif style == "runner":
        size = (1.75, shape.width * 0.6)
    pile = _pile(shape, look, size, style in _ROUND)
    parts = [_sheet(shape, size, style, pile)]
    if shape.fringe and style not in _ROUND:
        yarn = upholstery(scaled(COLOURS[look.accent], 0.95), "fabric", 300)
        parts.append(_fringe(size, shape.fringe, shape.thick, yarn))
    return Product(parts, azimuth, elevation, style, look.material, look.pattern)


def _fringe(size: tuple[float, float], reach: float, thick: float, material: Any) -> Any:
    """Knotted threads along the two short sides."""
    count, lines = int(size[1] / 0.018), []
    for side in (-1, 1):
        for step in range(count):
            y = (step / (count - 1) - 0.5) * size[1] * 0.985
            stray = 0.012 * sin(step * 2.4 + side)
            x = side * (size[0] / 2 - 0.01)
            lines.append(((x, y), (x + side * reach * (1 + 0.08 * sin(step * 5.1)), y + stray)))
    return threads(lines, min(0.007, thick * 0.4), thick * 0.4, material)


CATEGORIES = (
    Category(
        "rug",
        "rug",
        rug,
        price=(39, 390),
        looks=Looks(
            colours=CLOTH_COLOURS,
            accents=("ivory", "beige", "white", "charcoal", "navy", "terracotta"),
            materials=("wool", "wool", "cotton"),
            patterns=_RUG_PATTERNS,
        ),
        title="{pattern} {words} {material} rug, {colour}",
    ),
)
