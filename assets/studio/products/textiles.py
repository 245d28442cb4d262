"""Cushions and rugs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians, sin
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import Shader, fabric, upholstery
from ..palette import COLOURS, scaled
from ..shapes import box, catmull, circle, clean, cushion, disc, lathe, mesh, place, ripple, tube

CLOTH_COLOURS = (
    "white",
    "ivory",
    "beige",
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
    "orange",
    "terracotta",
    "red",
    "burgundy",
    "pink",
    "blush",
    "lilac",
    "purple",
)
_CUSHION_PATTERNS = ("plain", "stripes", "checks", "dots", "zigzag")
_RUG_PATTERNS = ("plain", "stripes", "checks", "zigzag", "bordered", "diamonds")


@dataclass(frozen=True)
class _Cushion:
    """The shape of a cushion, as drawn for its design."""

    aspect: float
    plumpness: float
    seed: float
    trim: str
    detail: float
    fold: float


def _draw_cushion(rng: random.Random) -> _Cushion:
    return _Cushion(
        aspect=rng.choice((1.0, 1.0, 1.35, 1.6)),
        plumpness=rng.uniform(0.45, 0.8),
        seed=rng.uniform(0, 50),
        trim=rng.choice(("none", "piping", "tassels", "fringe")),
        detail=rng.random(),
        fold=rng.uniform(-0.05, 0.05),
    )


def _cloth(shape: _Cushion, look: Look) -> Any:
    """The cover: patterned cloth, or plain cloth of some kind."""
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    if look.pattern == "plain":
        return upholstery(colour, look.material, 260)
    return fabric(colour, accent, look.pattern, scale=300, detail=shape.detail, sheen=0.15)


def _seam(aspect: float) -> list[Any]:
    """The outline of a cushion of size 1, as `shapes.cushion` has it."""
    points = []
    for step in range(160):
        turn = 2 * pi * step / 160
        reach = 1 / max(abs(cos(turn)), abs(sin(turn)))
        u, v = cos(turn) * reach, sin(turn) * reach
        pinch = 1 - 0.1 * (u * v) ** 4
        x = u * (1 - 0.06 * (1 - v * v) * abs(u) ** 3) * pinch
        y = v * (1 - 0.06 * (1 - u * u) * abs(v) ** 3) * pinch
        points.append(Vector((x / 2 * aspect, y / 2, 0)))
    return points


def _tassel(at: Vector, material: Any, size: float = 0.1) -> list[Any]:
    """A bundle of threads that points away from the middle."""
    out = Vector((at.x, at.y, 0)).normalized()
    parts = [tube([at, at + out * size * 0.4], 0.016, material, smooth=0)]
    for index in range(9):
        turn = 2 * pi * index / 9
        side = Vector((-out.y, out.x, 0)) * cos(turn) + Vector((0, 0, 1)) * sin(turn)
        line = [at + out * size * 0.3, at + out * size + side * size * 0.22]
        parts.append(tube(line, 0.008, material, smooth=0, resolution=2))
    return parts


def _trim(shape: _Cushion, material: Any) -> list[Any]:
    """Piping, tassels at the corners or a fringe along the short sides."""
    seam = _seam(shape.aspect)
    if shape.trim == "piping":
        return [tube(seam, 0.011, material, closed=True)]
    if shape.trim == "tassels":
        corners = [max(seam, key=lambda p: a * p.x + b * p.y) for a in (-1, 1) for b in (-1, 1)]
        return [part for corner in corners for part in _tassel(corner * 0.985, material)]
    if shape.trim == "fringe":
        half = 0.5 * shape.aspect * 0.96
        lines = []
        for side in (-1, 1):
            for step in range(46):
                y = (step / 45 - 0.5) * 0.9
                lines.append(((side * half, y), (side * (half + 0.07), y + 0.01 * sin(step * 5))))
        return [_threads(lines, 0.008, 0.0, material)]
    return []


def _threads(lines: list[Any], radius: float, z: float, material: Any) -> Any:
    """Many straight threads in one mesh, from point to point at a height."""
    points, faces = [], []
    for (x0, y0), (x1, y1) in lines:
        length = hypot(x1 - x0, y1 - y0) or 1.0
        across = (-(y1 - y0) / length * radius, (x1 - x0) / length * radius)
        first = len(points)
        for x, y, size in ((x0, y0, 1.0), (x1, y1, 0.6)):
            points += [
                (x + across[0] * size, y + across[1] * size, z),
                (x, y, z + radius * size),
                (x - across[0] * size, y - across[1] * size, z),
                (x, y, z - radius * size),
            ]
        faces += [
            (first + i, first + (i + 1) % 4, first + 4 + (i + 1) % 4, first + 4 + i)
            for i in range(4)
        ]
        faces.append((first + 4, first + 5, first + 6, first + 7))
    return clean(mesh("threads", points, faces, material), 1e-6)


def _round_cushion(shape: _Cushion, cover: Any, material: Any) -> list[Any]:
    """A round cushion with a covered button and radial folds."""
    high = 0.12 + 0.1 * shape.plumpness
    folds = 14 + 4 * int(shape.detail * 3)
    profile = [(0.0, -high)]
    for step in range(25):
        turn = -pi / 2 + pi * step / 24
        profile.append((0.34 + 0.16 * cos(turn), high * sin(turn)))
    profile += [(0.25, high * 0.99), (0.16, high * 0.93), (0.09, high * 0.8), (0.0, high * 0.6)]
    body = lathe([tuple(point) for point in catmull(profile, 3)], cover, 128)
    for vertex in body.data.vertices:
        near = max(0.0, 1 - hypot(vertex.co.x, vertex.co.y) / 0.5)
        dent = 0.5 + 0.5 * cos(folds * atan2(vertex.co.y, vertex.co.x))
        vertex.co.z *= 1 - 0.25 * dent * near**1.3
    button = disc(0.04, 0.035, high * 0.58, material, 0.015)
    return [ripple(body, 0.012), button, tube(circle(0.5, 0.0, 96), 0.011, material, closed=True)]


def _bolster(shape: _Cushion, cover: Any, material: Any) -> list[Any]:
    """A roll with piped ends."""
    radius, half = 0.14 + 0.05 * shape.plumpness, 0.4 + 0.15 * shape.detail
    profile = [(0.0, -half), (radius * 0.8, -half), (radius, -half + 0.03)]
    profile += [(radius * 1.02, half * (step / 6)) for step in range(-5, 6)]
    profile += [(radius, half - 0.03), (radius * 0.8, half), (0.0, half)]
    parts = [ripple(lathe(profile, cover, 96), 0.014)]
    for end in (-1, 1):
        rim = circle(radius * 0.97, end * (half - 0.012), 64)
        parts.append(tube(rim, 0.01, material, closed=True))
        parts.append(disc(0.03, 0.02, end * half - 0.01, material, 0.009))
    return parts


def throw_cushion(rng: random.Random, look: Look) -> Product:
    """A scatter cushion: square, oblong, round or a roll."""
    style = rng.choice(("square", "round", "square", "bolster", "square"))
    shape = _draw_cushion(rng)
    azimuth, elevation = rng.uniform(-28, 28), rng.uniform(8, 18)
    tilt, turn = rng.uniform(62, 80), rng.uniform(-25, 25)
    trim = upholstery(COLOURS[look.accent], "fabric", 300)
    words, cover = style, _cloth(shape, look)
    if style == "round":
        parts = place(_round_cushion(shape, cover, trim), turned=(radians(tilt - 12), 0, 0))
    elif style == "bolster":
        parts = place(_bolster(shape, cover, trim), turned=(0, pi / 2, radians(turn)))
    else:
        pillow = cushion(cover, 1, (0, 0, 0), (0, 0, 0), shape.aspect, shape.seed, shape.plumpness)
        parts = place([pillow, *_trim(shape, trim)], turned=(radians(tilt), shape.fold, 0))
        words = "square" if shape.aspect == 1 else "oblong"
    material = look.material if look.pattern == "plain" else "cotton"
    return Product(parts, azimuth, elevation, words, material, look.pattern)


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
    if is_round:
        flat = shader.math("MULTIPLY_ADD", across, across, shader.math("MULTIPLY", along, along))
        edge = shader.math("DIVIDE", shader.math("SQRT", flat), size[0] / 2)
    else:
        half_x, half_y = size[0] / 2, size[1] / 2
        wide = shader.math("SUBTRACT", shader.math("ABSOLUTE", across), half_x - half_y)
        edge = shader.math("MAXIMUM", wide, shader.math("ABSOLUTE", along))
        edge = shader.math("DIVIDE", edge, half_y)
    yarn = _yarn(shader, pattern, count, across, along, edge)
    tuft = shader.noise(260, Detail=2.0)
    wear = shader.noise(5, Detail=3.0)
    shade = shader.math("MULTIPLY_ADD", tuft, 0.5, shader.math("MULTIPLY_ADD", wear, 0.25, 0.62))
    mixed = shader.ramp(yarn, [(0, accent), (0.5, colour)], steps=True)
    scale = shader.node("ShaderNodeVectorMath", operation="SCALE")
    shader.link(mixed, scale.inputs[0])
    shader.link(shade, scale.inputs["Scale"])
    return shader.base(scale.outputs[0]).bump(tuft, 0.6, 0.01).material


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


def _sheet(shape: _Rug, size: tuple[float, float], is_round: bool, pile: Any, depth: float) -> Any:
    """The rug itself, slightly uneven."""
    if is_round:
        rows = [(size[0] / 2 * step / 24, depth) for step in range(25)]
        rim = [(size[0] / 2 + depth * 0.3, depth * 0.5), (size[0] / 2, 0.0), (0.0, 0.0)]
        thing = lathe([*rows, *rim], pile, 128)
    else:
        thing = box(size[0], size[1], depth, pile, depth * 0.45, 3, at=(0, 0, depth / 2))
    return thing


def rug(rng: random.Random, look: Look) -> Product:
    """A flat rug, rectangular, round or a runner, some with a fringe."""
    style = rng.choice(("rectangular", "round", "runner", "rectangular"))
    shape = _draw_rug(rng)
    azimuth, elevation = rng.uniform(-32, 32), rng.uniform(34, 62)
    size = (shape.length, shape.width)
    if style == "round":
        size = (shape.width * 1.3,) * 2
    elif style == "runner":
        size = (2.2, shape.width * 0.62)
    pile = _pile(shape, look, size, style == "round")
    parts = [_sheet(shape, size, style == "round", pile, shape.thick)]
    if shape.fringe and style != "round":
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
    return _threads(lines, min(0.007, thick * 0.4), thick * 0.4, material)


CATEGORIES = (
    Category(
        "cushion",
        "cushion",
        throw_cushion,
        price=(15, 69),
        looks=Looks(
            colours=CLOTH_COLOURS,
            materials=("linen", "velvet", "boucle", "cotton"),
            patterns=_CUSHION_PATTERNS,
        ),
        title="{pattern} {words} {material} cushion, {colour}",
    ),
    Category(
        "rug",
        "rug",
        rug,
        price=(39, 390),
        looks=Looks(
            colours=CLOTH_COLOURS,
            accents=("ivory", "beige", "white", "charcoal", "navy", "terracotta"),
            materials=("wool", "wool", "cotton", "jute"),
            patterns=_RUG_PATTERNS,
        ),
        title="{pattern} {words} {material} rug, {colour}",
    ),
)
