"""Plant pots, with or without a plant."""

from __future__ import annotations

import random
from math import cos, pi, radians, sin
from typing import Any

from mathutils import Matrix, Vector

from ..look import Category, Look, Looks, Product
from ..materials import Shader, metal, wood
from ..palette import Colour
from ..shapes import (
    fluted,
    lathe,
    legs,
    mesh,
    modify,
    polygonal,
    radius_at,
    reshape,
    sharp,
    shell,
    tube,
)
from .tableware import GLAZES, POTTERY, clay, glaze, smooth_outline

_SOIL: Colour = (0.13, 0.09, 0.065)
_LEAF: Colour = (0.24, 0.45, 0.17)
_DEEP: Colour = (0.08, 0.24, 0.09)
_SILVER: Colour = (0.42, 0.52, 0.36)
_EDGE: Colour = (0.72, 0.68, 0.3)
_SPINE: Colour = (0.88, 0.84, 0.7)

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


def _blade_material(bands: bool) -> Any:
    """A fleshy leaf: mottled green, with cross bands and pale edges for a snake plant."""
    shader = Shader("leaf", rough=0.38, specular=0.4)
    if not bands:
        cloud = shader.noise(5, Detail=5.0)
        return shader.base(shader.ramp(cloud, [(0.3, _DEEP), (0.75, _LEAF)])).material
    cloud = shader.noise(5, shader.coordinates("Object", (1, 1, 5)), Detail=4.0, Distortion=0.8)
    middle = shader.ramp(cloud, [(0.42, _DEEP), (0.5, _LEAF), (0.62, _SILVER)])
    across = shader.math("ABSOLUTE", shader.math("SUBTRACT", shader.axis("X", "UV"), 0.5))
    mix = shader.node("ShaderNodeMixRGB")
    mix.inputs[2].default_value = (*_EDGE, 1)
    shader.link(shader.math("GREATER_THAN", across, 0.39), mix.inputs[0])
    shader.link(middle, mix.inputs[1])
    return shader.base(mix.outputs[0]).material


def _blade(
    length: float, width: float, lean: float, turn: float, bend: float, fold: float, material: Any
) -> Any:
    """A pointed leaf that rises from the origin, leaning and bending outwards."""
    rows, columns = 22, 6
    points, faces, uv = [], [], []
    x, z, angle = 0.0, 0.0, lean
    for row in range(rows + 1):
        part = row / rows
        half = width / 2 * (0.55 + 0.9 * part) * max(0.0, 1 - part**3.2) ** 0.75
        for column in range(columns + 1):
            side = 2 * column / columns - 1
            lift = fold * half * side * side
            place = Vector((x - lift * cos(angle), side * half, z + lift * sin(angle)))
            points.append(Matrix.Rotation(turn, 3, "Z") @ place)
            uv.append((column / columns, part))
        x += sin(angle) * length / rows
        z += cos(angle) * length / rows
        angle += bend / rows
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            faces.append((a, a + 1, a + columns + 2, a + columns + 1))
    leaf = mesh("leaf", points, faces, material, True, uv)
    modify(leaf, "SOLIDIFY", thickness=width * 0.06, offset=0)
    return leaf


def _rosette(
    rng: random.Random, count: int, spread: float, size: float, kind: str
) -> list[Any]:
    """The blades of a snake plant (upright) or an aloe (a rosette)."""
    upright = kind == "snake plant"
    material = _blade_material(upright)
    parts = []
    for index in range(count):
        outer = index / max(1, count - 1)
        turn = index * 2.4 + rng.uniform(-0.3, 0.3)
        length = size * rng.uniform(0.75, 1.1) * (1.0 if upright else 1.0 - 0.25 * outer)
        away = spread * (0.15 + 0.6 * outer) * (1 if upright else 0.5)
        if upright:
            blade = _blade(
                length,
                0.15 * rng.uniform(0.85, 1.15),
                rng.uniform(0.02, 0.1) + 0.14 * outer,
                turn,
                rng.uniform(-0.12, 0.18),
                rng.uniform(0.25, 0.6),
                material,
            )
        else:
            lean, bend = 0.15 + 0.75 * outer, rng.uniform(-0.5, 0.1)
            blade = _blade(length * 0.62, 0.12, lean, turn, bend, rng.uniform(0.7, 1.0), material)
        blade.location = (away * cos(turn), away * sin(turn), -0.02)
        parts.append(blade)
    return parts


def _spines(outline: list[Any], ribs: int, depth: float, rows: int) -> Any:
    """Small stars of spines along the ribs of a cactus, as one mesh."""
    points: list[Any] = []
    faces = []
    low, high = outline[0][1], outline[-1][1]
    for rib in range(ribs):
        turn = 2 * pi * rib / ribs
        for row in range(rows):
            z = low + (high - low) * (0.08 + 0.88 * row / rows)
            radius = radius_at(outline, z) * (1 + depth)
            at = Vector((radius * cos(turn), radius * sin(turn), z))
            out = Vector((cos(turn), sin(turn), 0.15))
            aside = Vector((-sin(turn), cos(turn), 0))
            for ray in range(6):
                around = ray * pi / 3
                tip = at + out * 0.016 + (aside * cos(around) + Vector((0, 0, sin(around)))) * 0.026
                across = (tip - at).cross(out).normalized() * 0.0022
                first = len(points)
                points += [at - across, at + across, tip]
                faces.append((first, first + 1, first + 2))
    shader = Shader("spines", color=_SPINE, rough=0.6)
    return mesh("spines", points, faces, shader.material, smooth=False)


def _cactus_body(radius: float, height: float, ribs: int, round_top: float) -> list[Any]:
    """A ribbed column or ball with its spines."""
    depth = 0.09
    points = [(radius * 0.8, 0), (radius, height * 0.25), (radius, height - radius * round_top)]
    points += [(radius * 0.72, height - radius * round_top * 0.3), (radius * 0.1, height)]
    outline = smooth_outline(points, 12)
    shader = Shader("cactus", rough=0.5, specular=0.3)
    cloud = shader.noise(6, Detail=5.0)
    shader.base(shader.ramp(cloud, [(0.3, (0.1, 0.24, 0.1)), (0.7, (0.22, 0.38, 0.17))]))
    body = lathe([(0, 0), *outline, (0, height * 0.995)], shader.material, 192)
    reshape(body, fluted(ribs, depth))
    rows = max(5, round(height / 0.055))
    return [body, _spines(outline, ribs, depth, rows)]


def _cactus(height: float, radius: float, ribs: int, arms: int) -> list[Any]:
    """A column with up to two arms."""
    parts = _cactus_body(radius, height, ribs, 0.9)
    for index in range(arms):
        side = 1 if index == 0 else -1
        size, rise = radius * 0.62, height * (0.36 if index == 0 else 0.48)
        reach = radius * 2.1
        arm = _cactus_body(size, height * (0.42 - 0.08 * index), max(8, ribs - 4), 0.9)
        for part in arm:
            part.location = (side * reach, 0, rise + size * 0.6)
        elbow = [(0, 0, rise), (side * reach * 0.6, 0, rise - size * 0.1)]
        elbow += [(side * reach * 0.95, 0, rise + size * 0.35), (side * reach, 0, rise + size)]
        arm.append(tube(elbow, size * 0.82, parts[0].data.materials[0], smooth=8))
        parts += arm
    return parts


def _oval_leaf(length: float, droop: float, material: Any) -> Any:
    """A broad glossy leaf along x, folded a little along its middle."""
    rows, columns = 14, 6
    points, faces = [], []
    for row in range(rows + 1):
        part = row / rows
        half = length * 0.34 * sin(pi * part**0.85) ** 0.8 if 0 < row < rows else 0.0
        for column in range(columns + 1):
            side = 2 * column / columns - 1
            z = 0.35 * half * side * side - droop * length * part * part
            points.append((length * part, side * half, z))
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            faces.append((a, a + 1, a + columns + 2, a + columns + 1))
    leaf = mesh("leaf", points, faces, material)
    modify(leaf, "SOLIDIFY", thickness=0.006, offset=0)
    return leaf


def _rubber_plant(rng: random.Random, height: float, count: int) -> list[Any]:
    """A stem with broad leaves in a spiral, smaller towards the top."""
    bark = Shader("stem", color=(0.24, 0.2, 0.11), rough=0.8).material
    material = _blade_material(bands=False)
    sway = rng.uniform(-0.05, 0.05)
    parts = [tube([(0, 0, -0.03), (sway, 0, height * 0.5), (0, 0, height)], 0.016, bark)]
    for index in range(count):
        part = index / (count - 1)
        z = height * (0.22 + 0.78 * part)
        leaf = _oval_leaf(rng.uniform(0.36, 0.44) * (1.1 - 0.4 * part), 0.25, material)
        leaf.location = (sway * sin(pi * z / height), 0, z)
        pitch = -radians(rng.uniform(15, 35) + 40 * part)
        leaf.rotation_euler = (rng.uniform(-0.2, 0.2), pitch, index * 2.4 + rng.uniform(-0.2, 0.2))
        parts.append(leaf)
    return parts


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
        green = _rosette(growth, leaves, width, tall, plant)
    elif plant == "cactus":
        green = _cactus(tall, width * 0.42, ribs, arms)
    elif plant == "ball cactus":
        green = _cactus_body(width * 0.82, width * 1.25, ribs + 5, 0.6)
    elif plant == "rubber plant":
        green = _rubber_plant(growth, tall, leaves + 1)
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
