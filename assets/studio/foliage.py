"""Plants for pots: snake plants, aloes, cacti and rubber plants; all stand at the origin."""

from __future__ import annotations

import random
from math import cos, pi, radians, sin
from typing import Any

from mathutils import Matrix, Vector

from .materials import Shader
from .palette import Colour
from .shapes import catmull, fluted, lathe, mesh, modify, radius_at, reshape, tube

_LEAF: Colour = (0.24, 0.45, 0.17)
_DEEP: Colour = (0.08, 0.24, 0.09)
_SILVER: Colour = (0.42, 0.52, 0.36)
_EDGE: Colour = (0.72, 0.68, 0.3)
_SPINE: Colour = (0.88, 0.84, 0.7)


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


def rosette(rng: random.Random, count: int, spread: float, size: float, kind: str) -> list[Any]:
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


def cactus_body(radius: float, height: float, ribs: int, round_top: float) -> list[Any]:
    """A ribbed column or ball with its spines."""
    depth = 0.09
    points = [(radius * 0.8, 0), (radius, height * 0.25), (radius, height - radius * round_top)]
    points += [(radius * 0.72, height - radius * round_top * 0.3), (radius * 0.1, height)]
    outline = catmull(points, 12)
    shader = Shader("cactus", rough=0.5, specular=0.3)
    cloud = shader.noise(6, Detail=5.0)
    shader.base(shader.ramp(cloud, [(0.3, (0.1, 0.24, 0.1)), (0.7, (0.22, 0.38, 0.17))]))
    body = lathe([(0, 0), *outline, (0, height * 0.995)], shader.material, 192)
    reshape(body, fluted(ribs, depth))
    rows = max(5, round(height / 0.055))
    return [body, _spines(outline, ribs, depth, rows)]


def cactus(height: float, radius: float, ribs: int, arms: int) -> list[Any]:
    """A column with up to two arms."""
    parts = cactus_body(radius, height, ribs, 0.9)
    for index in range(arms):
        side = 1 if index == 0 else -1
        size, rise = radius * 0.62, height * (0.36 if index == 0 else 0.48)
        reach = radius * 2.1
        arm = cactus_body(size, height * (0.42 - 0.08 * index), max(8, ribs - 4), 0.9)
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


def rubber_plant(rng: random.Random, height: float, count: int) -> list[Any]:
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
