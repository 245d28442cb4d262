"""What jewellery is made of: stones, pearls, chains, beads and settings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

from mathutils import Matrix, Vector

from .materials import Shader, glass
from .palette import Colour, scaled
from .shapes import Point, ball_profile, gem, lathe, mesh, modify, place, tube

Part = Any

FINE_METALS = ("gold", "silver", "rosegold")

# Cut to facets; the colour is that of the light through them.
GEMS: dict[str, Colour] = {
    "diamond": (1.0, 1.0, 1.0),
    "sapphire": (0.1, 0.2, 0.75),
    "emerald": (0.05, 0.5, 0.25),
    "ruby": (0.75, 0.03, 0.1),
    "amethyst": (0.5, 0.22, 0.75),
    "citrine": (0.95, 0.65, 0.12),
    "aquamarine": (0.62, 0.88, 0.95),
}
# Polished round.
BEADS: dict[str, Colour] = {
    "pearl": (0.93, 0.9, 0.86),
    "onyx": (0.025, 0.025, 0.03),
    "turquoise": (0.16, 0.62, 0.62),
    "jade": (0.22, 0.5, 0.3),
    "coral": (0.85, 0.3, 0.24),
    "lapis": (0.08, 0.16, 0.5),
    "rose quartz": (0.9, 0.66, 0.68),
    "tiger eye": (0.5, 0.27, 0.08),
}
_VEINED = {"turquoise": (0.3, 0.22, 0.14), "lapis": (0.55, 0.5, 0.35), "jade": (0.5, 0.7, 0.5)}


def gemstone(name: str) -> Any:
    """The material of a faceted stone."""
    return glass(GEMS[name], 0.0, 2.1)


def bead_stone(name: str) -> Any:
    """The material of a polished bead, or of a pearl."""
    colour = BEADS[name]
    if name == "pearl":
        inputs = {"coat": 1.0, "coat_rough": 0.08, "sheen": 0.2, "subsurface": 0.05}
        return Shader("pearl", color=colour, rough=0.2, **inputs).material
    shader = Shader("bead", color=colour, rough=0.16, coat=0.6, coat_rough=0.05)
    cloud = shader.noise(9, Detail=6.0, Distortion=1.0)
    if name in _VEINED:
        vein = _VEINED[name]
        shader.base(shader.ramp(cloud, [(0.3, vein), (0.38, colour), (0.7, scaled(colour, 1.15))]))
    elif name == "tiger eye":
        bands = shader.noise(5, shader.coordinates("Object", (1, 1, 6)), Detail=4.0)
        light = (0.8, 0.55, 0.2)
        shader.base(shader.ramp(bands, [(0.35, scaled(colour, 0.4)), (0.5, colour), (0.7, light)]))
    return shader.material


def ball(radius: float, material: Any, at: Point = (0, 0, 0), segments: int = 40) -> Part:
    """A bead."""
    return place([lathe(ball_profile(radius), material, segments)], at)[0]


def claws(
    size: float, base: float, at: Point, material: Any, count: int = 4, thick: float = 0.017
) -> list[Part]:
    """Prongs that hold a stone of a size, from so far below its girdle up."""
    parts = []
    x, y, z = at
    for index in range(count):
        turn = pi / count + index * 2 * pi / count
        line = [(0.15, -base), (0.72, -size * 0.42), (1.03, -size * 0.02), (0.92, size * 0.14)]
        points = [(x + size * r * cos(turn), y + size * r * sin(turn), z + up) for r, up in line]
        parts.append(tube(points, thick, material))
    return parts


def bezel(size: float, depth: float, material: Any, segments: int = 48) -> Part:
    """A cup around a stone whose girdle is at the origin, open upwards."""
    profile = [(0, -depth), (size * 0.7, -depth), (size * 1.14, -depth * 0.4), (size * 1.16, 0.02)]
    profile += [(size * 1.1, size * 0.1), (size * 0.98, size * 0.06), (size * 0.96, 0)]
    return lathe(profile, material, segments, crease=60)


def halo(radius: float, size: float, stone: Any, material: Any) -> list[Part]:
    """A ring of small stones around the origin, facing up."""
    count = max(8, round(2 * pi * radius / (size * 2.15)))
    profile = [(radius - size, -size * 0.2), (radius - size * 0.8, -size), (radius + size, -size)]
    profile += [(radius + size * 1.15, -size * 0.2), (radius + size, 0.0), (radius - size, -0.0)]
    parts = [lathe([*profile, profile[0]], material, 72, crease=40)]
    for index in range(count):
        turn = 2 * pi * index / count
        at = (radius * cos(turn), radius * sin(turn), size * 0.12)
        parts.append(gem(size, stone, at))
    return parts


def resample(path: Sequence[Point], spacing: float, closed: bool = False) -> list[tuple[Any, Any]]:
    """Places along a path at about equal distances, with the direction at each."""
    line = [Vector(point) for point in path]
    if closed:
        line.append(line[0])
    lengths = [(b - a).length for a, b in pairwise(line)]
    total = sum(lengths)
    count = max(2, round(total / spacing))
    step = total / count if closed else total / (count - 1)
    places, index, before = [], 0, 0.0
    for number in range(count):
        target = min(number * step, total)
        while index < len(lengths) - 1 and before + lengths[index] < target:
            before += lengths[index]
            index += 1
        along = (line[index + 1] - line[index]).normalized()
        places.append((line[index] + along * (target - before), along))
    return places


def _ring_points(long: float, wide: float, thick: float, round_steps: int, sides: int) -> list[Any]:
    """The points of an oval link in the plane of x (along) and y."""
    points = []
    for step in range(round_steps):
        turn = 2 * pi * step / round_steps
        middle = Vector((cos(turn) * long / 2, sin(turn) * wide / 2, 0))
        out = Vector((cos(turn) * wide, sin(turn) * long, 0)).normalized()
        for side in range(sides):
            angle = 2 * pi * side / sides
            points.append(middle + thick * (out * cos(angle) + Vector((0, 0, sin(angle)))))
    return points


def chain(
    path: Sequence[Point],
    link: float,
    thick: float,
    material: Any,
    closed: bool = False,
    wide: float = 0.62,
    twist: float = pi / 2,
    up: Point = (0, 0, 1),
    long_every: int = 0,
) -> Part:
    """A chain of oval links of a length, each turned against the one before.

    ``long_every`` makes one in so many links a small round one, as in a figaro chain.
    """
    steps, sides = 20, 8
    points: list[Any] = []
    faces: list[tuple[int, ...]] = []
    for number, (at, along) in enumerate(resample(path, link * 0.72, closed)):
        side = Vector(up).cross(along).normalized()
        frame = Matrix((along, side, along.cross(side))).transposed()
        turned = frame @ Matrix.Rotation(twist / 2 * (-1) ** number, 3, "X")
        long = link * (0.85 if long_every and number % long_every else 1.12)
        first = len(points)
        ring = _ring_points(long, link * wide, thick, steps, sides)
        points += [at + turned @ point for point in ring]
        for step in range(steps):
            for corner in range(sides):
                a, b = step * sides + corner, step * sides + (corner + 1) % sides
                c, d = (step + 1) % steps * sides, corner
                after = (corner + 1) % sides
                faces.append((first + a, first + c + d, first + c + after, first + b))
    return mesh("chain", points, faces, material)


def rope(
    path: Sequence[Point], radius: float, turns: float, material: Any, strands: int = 2
) -> list[Part]:
    """A twisted cord of metal along an open path."""
    places = resample(path, radius * 0.8)
    parts = []
    for strand in range(strands):
        line = []
        for index, (at, along) in enumerate(places):
            angle = 2 * pi * (turns * index / len(places) + strand / strands)
            side = Vector((0, 0, 1)).cross(along).normalized()
            line.append(at + radius * (side * cos(angle) + along.cross(side) * sin(angle)))
        parts.append(tube(line, radius * 1.05, material, smooth=0, resolution=4))
    return parts


def strung(
    path: Sequence[Point], radius: float, material: Any, closed: bool = False, gap: float = 1.0
) -> list[Part]:
    """Beads of one size along a path."""
    spots = resample(path, 2 * radius * gap, closed)
    return [ball(radius, material, at, 28) for at, _ in spots]


def raised(points: Sequence[Any], height: float) -> list[Vector]:
    """The points at a height above the floor."""
    return [Vector((point.x, point.y, height)) for point in points]


def plate(outline: list[tuple[float, float]], thick: float, material: Any) -> Part:
    """A flat piece of metal with softened edges, lying on the floor."""
    count = len(outline)
    points = [(x, y, z) for z in (0.0, thick) for x, y in outline]
    faces: list[tuple[int, ...]] = [tuple(range(count))[::-1], tuple(range(count, 2 * count))]
    for index in range(count):
        after = (index + 1) % count
        faces.append((index, after, after + count, index + count))
    plate = mesh("plate", points, faces, material, smooth=False)
    modify(plate, "BEVEL", width=thick * 0.3, segments=3, limit_method="ANGLE")
    return plate


def star(size: float, count: int) -> list[tuple[float, float]]:
    """A star of so many points, one of them up."""
    radii = [size if index % 2 == 0 else size * 0.46 for index in range(2 * count)]
    turns = [pi / 2 + pi * index / count for index in range(2 * count)]
    return [(r * cos(turn), r * sin(turn)) for r, turn in zip(radii, turns, strict=True)]


def cabochon(size: float, tall: float, shine: Any, stone: Any) -> list[Part]:
    """An oval dome in a rim, lying on the floor."""
    dome = lathe(ball_profile(size, 0, 0.55), stone)
    parts = place([bezel(size, size * 0.3, shine), dome], (0, 0, size * 0.3))
    for part in parts:
        part.scale = (1, tall, 1)
    return parts


def drop(size: float, stone: Any, shine: Any) -> list[Part]:
    """A drop-shaped bead with a metal cap, lying on the floor and pointing up the picture."""
    profile = []
    for index in range(33):
        t = index / 32
        radius = size * 2.7 * t**0.5 * (1 - t) ** 1.1
        profile.append((radius, size * 2.5 * t))
    cap = lathe(
        [(0.0, 0.0), (size * 0.3, 0), (size * 0.16, size * 0.24), (0, size * 0.3)], shine, 32
    )
    parts = [lathe(profile, stone, 48), *place([cap], (0, 0, size * 2.2))]
    return place(parts, (0, -size * 1.25, size * 0.92), (-pi / 2, 0, 0))
