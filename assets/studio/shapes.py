"""The shapes products are made of: lathes, tubes, ribbons, lofts, boxes, gems and cushions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import atan2, copysign, cos, hypot, pi, radians, sin
from typing import Any

import bmesh
import bpy
from mathutils import Euler, Matrix, Vector, noise

Point = Sequence[float]


def link(thing: Any) -> Any:
    """Put an object into the scene."""
    bpy.context.scene.collection.objects.link(thing)
    return thing


def mesh(
    name: str,
    points: Sequence[Point],
    faces: Sequence[Sequence[int]],
    material: Any = None,
    smooth: bool = True,
    uv: Sequence[Point] | None = None,
) -> Any:
    """An object of points and faces, with UV coordinates for each point if given."""
    data = bpy.data.meshes.new(name)
    data.from_pydata([tuple(point) for point in points], [], faces)
    data.validate()
    data.update()
    if smooth:
        data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    if uv is not None:
        layer = data.uv_layers.new(name="UV")
        for loop in data.loops:
            layer.data[loop.index].uv = uv[loop.vertex_index]
    thing = link(bpy.data.objects.new(name, data))
    if material:
        data.materials.append(material)
    return thing


def modify(thing: Any, kind: str, **values: Any) -> Any:
    """Add a modifier; a subdivision may be given as ``levels`` alone."""
    modifier = thing.modifiers.new(kind, kind)
    if kind == "SUBSURF":
        values.setdefault("render_levels", values.get("levels", 1))
    for name, value in values.items():
        setattr(modifier, name, value)
    return modifier


def sharp(thing: Any, degrees: float = 35) -> Any:
    """Shade edges steeper than the angle as creases."""
    thing.data.set_sharp_from_angle(angle=radians(degrees))
    return thing


def ripple(thing: Any, strength: float = 0.03, scale: float = 0.35) -> Any:
    """Displace the surface by soft clouds, as upholstery and cloth do."""
    texture = bpy.data.textures.new("ripple", "CLOUDS")
    texture.noise_scale = scale
    modify(
        thing,
        "DISPLACE",
        texture=texture,
        strength=strength,
        mid_level=0.5,
        texture_coords="GLOBAL",
    )
    return thing


def clean(thing: Any, distance: float = 2e-4) -> Any:
    """Weld coinciding points and turn all faces outwards."""
    work = bmesh.new()
    work.from_mesh(thing.data)
    bmesh.ops.remove_doubles(work, verts=work.verts, dist=distance)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(thing.data)
    work.free()
    return thing


def catmull(points: Sequence[Point], steps: int) -> list[Any]:
    """A smooth line through the points (a Catmull-Rom spline), ``steps`` for each stretch."""
    given = [Vector(point) for point in points]
    knots = [given[0] * 2 - given[1], *given, given[-1] * 2 - given[-2]]
    line = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        for step in range(steps):
            t = step / steps
            cubic = (3 * b - a - 3 * c + d) * t**3
            line.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + cubic))
    return [*line, knots[-2]]


def circle(radius: float, z: float = 0.0, count: int = 48, y_scale: float = 1.0) -> list[Any]:
    """Points around the z axis."""
    turns = [2 * pi * index / count for index in range(count)]
    return [Vector((radius * cos(turn), radius * sin(turn) * y_scale, z)) for turn in turns]


def ball_profile(radius: float, z: float = 0.0, squash: float = 1.0) -> list[tuple[float, float]]:
    """The profile of a ball (or of a squashed one) for `lathe`."""
    angles = [-pi / 2 + pi * index / 24 for index in range(25)]
    return [(radius * cos(angle), z + radius * squash * sin(angle)) for angle in angles]


def lathe(
    profile: Sequence[Point],
    material: Any,
    segments: int = 72,
    smooth: bool = True,
    levels: int = 0,
    crease: float | None = None,
    x_scale: float = 1.0,
    y_scale: float = 1.0,
    facet: int | None = None,
) -> Any:
    """Revolve (radius, height) points about the z axis; a radius of 0 closes an end.

    ``facet`` makes a prism of so many sides instead; ``crease`` is the angle of `sharp`.
    """
    count = facet or segments
    points, faces, uv = [], [], []
    last = max(1, len(profile) - 1)
    for row, (radius, z) in enumerate(profile):
        size = max(radius, 1e-4)
        for index in range(count + 1):
            turn = 2 * pi * index / count + (pi / count if facet else 0)
            points.append((size * cos(turn) * x_scale, size * sin(turn) * y_scale, z))
            uv.append((index / count, row / last))
    for row in range(len(profile) - 1):
        for index in range(count):
            a = row * (count + 1) + index
            faces.append((a, a + 1, a + count + 2, a + count + 1))
    thing = clean(mesh("lathe", points, faces, material, smooth, uv))
    if levels:
        modify(thing, "SUBSURF", levels=levels)
    if crease:
        sharp(thing, crease)
    return thing


def box(
    width: float,
    depth: float,
    height: float,
    material: Any,
    bevel: float = 0.02,
    segments: int = 4,
    at: Point = (0, 0, 0),
    turned: Point = (0, 0, 0),
    taper: float = 1.0,
    levels: int = 0,
) -> Any:
    """A box with rounded edges, centred at a point; ``taper`` scales its top."""
    points = []
    for z in (-1, 1):
        size = taper if z > 0 else 1
        points += [
            (x * width / 2 * size, y * depth / 2 * size, z * height / 2)
            for y in (-1, 1)
            for x in (-1, 1)
        ]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    thing = mesh("box", points, faces, material)
    thing.location = at
    thing.rotation_euler = turned
    if bevel:
        modify(
            thing,
            "BEVEL",
            width=bevel,
            segments=segments,
            limit_method="NONE",
            harden_normals=True,
        )
    else:
        thing.data.polygons.foreach_set("use_smooth", [False] * len(thing.data.polygons))
    if levels:
        modify(thing, "SUBSURF", levels=levels)
    return thing


def tube(
    points: Sequence[Point],
    radius: float,
    material: Any,
    closed: bool = False,
    smooth: int = 8,
    resolution: int = 6,
    radii: Sequence[float] | None = None,
) -> Any:
    """A round bar along points; ``smooth`` 0 keeps its corners, ``radii`` vary its thickness."""
    line = catmull(points, smooth) if smooth and not closed else [Vector(p) for p in points]
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = radius
    curve.bevel_resolution = resolution
    curve.use_fill_caps = True
    spline = curve.splines.new("POLY")
    spline.points.add(len(line) - 1)
    for index, point in enumerate(line):
        spline.points[index].co = (*point, 1)
        if radii:
            place = index / (len(line) - 1) * (len(radii) - 1)
            before = min(int(place), len(radii) - 2)
            step = radii[before + 1] - radii[before]
            spline.points[index].radius = radii[before] + step * (place - before)
    spline.use_cyclic_u = closed
    spline.use_smooth = True
    thing = link(bpy.data.objects.new("tube", curve))
    curve.materials.append(material)
    return thing


def ribbon(
    path: Sequence[Point],
    width: float,
    thickness: float,
    material: Any,
    axis: Point = (1, 0, 0),
    bevel: float = 0.006,
    shape: Callable[[float], float] | None = None,
) -> Any:
    """A flat strap along a path in the plane across ``axis``; ``shape`` scales its width."""
    line, side = [Vector(point) for point in path], Vector(axis)
    points, faces, uv = [], [], []
    last = len(line) - 1
    for index, point in enumerate(line):
        along = (line[min(index + 1, last)] - line[max(index - 1, 0)]).normalized()
        normal = along.cross(side).normalized()
        size = width * (shape(index / last) if shape else 1)
        for corner, (a, b) in enumerate(((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))):
            points.append(point + side * size * a + normal * thickness * b)
            uv.append((index / last * 8, corner / 4))
    for index in range(last):
        for corner in range(4):
            a, b = index * 4 + corner, index * 4 + (corner + 1) % 4
            faces.append((a, b, b + 4, a + 4))
    faces += [(3, 2, 1, 0), tuple(len(points) - 4 + corner for corner in range(4))]
    thing = mesh("ribbon", points, faces, material, True, uv)
    modify(thing, "BEVEL", width=bevel, segments=3, limit_method="ANGLE")
    return thing


def loft(
    sections: Sequence[Sequence[Point]],
    material: Any,
    closed: bool = True,
    caps: bool = True,
    levels: int = 0,
) -> Any:
    """A skin over sections with the same number of points each; ``closed`` if they are rings."""
    count, rows = len(sections[0]), len(sections)
    points = [point for section in sections for point in section]
    uv = [(i / (count - 1), row / (rows - 1)) for row in range(rows) for i in range(count)]
    faces: list[tuple[int, ...]] = []
    for row in range(rows - 1):
        for index in range(count if closed else count - 1):
            a, b = row * count + index, row * count + (index + 1) % count
            faces.append((a, b, b + count, a + count))
    if caps and closed:
        faces.append(tuple(range(count))[::-1])
        faces.append(tuple((rows - 1) * count + index for index in range(count)))
    thing = mesh("loft", points, faces, material, True, uv)
    if levels:
        modify(thing, "SUBSURF", levels=levels)
    return thing


def superellipse(
    width: float, depth: float, z: float, exponent: float = 5, count: int = 48
) -> list[Any]:
    """A section for `loft`: an ellipse at exponent 2, a rounded rectangle above 4."""
    points = []
    for index in range(count):
        turn = 2 * pi * index / count
        x = copysign(abs(cos(turn)) ** (2 / exponent), cos(turn)) * width / 2
        y = copysign(abs(sin(turn)) ** (2 / exponent), sin(turn)) * depth / 2
        points.append(Vector((x, y, z)))
    return points


def gem(size: float, material: Any, at: Point = (0, 0, 0)) -> Any:
    """A brilliant-cut stone, its girdle at the point."""
    sides = 16
    rings = ((0.56, 0.34, 0), (0.85, 0.2, 0.5), (1, 0.02, 0), (1, -0.02, 0), (0.5, -0.45, 0.5))
    points, faces = [], []
    for radius, z, offset in rings:
        turns = [2 * pi * (index + offset) / sides for index in range(sides)]
        points += [(size * radius * cos(t), size * radius * sin(t), size * z) for t in turns]
    for row in range(len(rings) - 1):
        for index in range(sides):
            a, b = row * sides + index, row * sides + (index + 1) % sides
            faces += [(a, a + sides, b), (b, a + sides, b + sides)]
    points.append((0, 0, -size * 0.85))
    lowest = (len(rings) - 1) * sides
    for index in range(sides):
        faces.append((lowest + index, len(points) - 1, lowest + (index + 1) % sides))
    faces.append(tuple(range(sides)))
    thing = clean(mesh("gem", points, faces, material, smooth=False), 1e-6)
    thing.location = at
    return thing


def cushion(
    material: Any,
    size: float = 0.5,
    at: Point = (0, 0, 0),
    turned: Point = (0, 0, 0),
    aspect: float = 1.0,
    seed: float = 0.0,
    plumpness: float = 0.62,
) -> Any:
    """A stuffed cushion lying flat, with softly rounded corners and creased seams."""
    steps = 40
    points, faces, uv = [], [], []
    for side in (1, -1):
        for row in range(steps + 1):
            for column in range(steps + 1):
                u, v = column / steps * 2 - 1, row / steps * 2 - 1
                pinch = 1 - 0.1 * (u * v) ** 4  # rounds the corners
                x = u * (1 - 0.06 * (1 - v * v) * abs(u) ** 3) * pinch
                y = v * (1 - 0.06 * (1 - u * u) * abs(v) ** 3) * pinch
                inside = max(0.0, (1 - u**4) * (1 - v**4))
                cloud = noise.noise(Vector((u * 2.2, v * 2.2, seed + side)))
                fold = noise.noise(Vector((u * 7, v * 7, seed - side))) * max(abs(u), abs(v)) ** 3
                bulge = 0.3 * inside**0.5 + 0.05 * cloud * inside + 0.035 * fold * inside**0.4
                height = side * bulge * size * plumpness
                points.append((x * size / 2 * aspect, y * size / 2, height))
                uv.append((column / steps * aspect, row / steps))
    sheet = (steps + 1) ** 2
    for side in (0, 1):
        for row in range(steps):
            for column in range(steps):
                a = side * sheet + row * (steps + 1) + column
                face = (a, a + 1, a + steps + 2, a + steps + 1)
                faces.append(face if side == 0 else face[::-1])
    thing = mesh("cushion", points, faces, material, True, uv)
    clean(thing, 1e-4)
    modify(thing, "SUBSURF", levels=1)
    thing.location = at
    thing.rotation_euler = turned
    return thing


def lettering(
    text: str,
    height: float,
    material: Any,
    at: Point = (0, 0, 0),
    turned: Point = (pi / 2, 0, 0),
    relief: float = 0.002,
    spacing: float = 1.0,
) -> Any:
    """Raised letters centred at a point, upright and facing the camera unless turned."""
    curve = bpy.data.curves.new("lettering", "FONT")
    curve.body, curve.size = text, height
    curve.align_x, curve.align_y = "CENTER", "CENTER"
    curve.extrude, curve.space_character = relief, spacing
    curve.resolution_u = 3
    curve.materials.append(material)
    thing = link(bpy.data.objects.new("lettering", curve))
    thing.location, thing.rotation_euler = at, turned
    return thing


def place(parts: Sequence[Any], at: Point = (0, 0, 0), turned: Point = (0, 0, 0)) -> list[Any]:
    """Turn parts together about the origin and then move them there."""
    matrix = Matrix.Translation(Vector(at)) @ Euler(turned).to_matrix().to_4x4()
    for part in parts:
        part.matrix_basis = matrix @ part.matrix_basis
    return list(parts)


def disc(
    radius: float,
    thickness: float,
    z: float,
    material: Any,
    edge: float | None = None,
    y_scale: float = 1.0,
) -> Any:
    """A round plate whose underside is at ``z``, its rim rounded by ``edge``."""
    round_by = min(thickness / 2, edge if edge is not None else thickness * 0.4)
    top = z + thickness
    profile = [(0.0, z), (radius - round_by, z)]
    for low, turns in ((z + round_by, (-60, -30, 0)), (top - round_by, (0, 30, 60))):
        for turn in turns:
            out = radius - round_by * (1 - cos(radians(turn)))
            profile.append((out, low + round_by * sin(radians(turn))))
    profile += [(radius - round_by, top), (0.0, top)]
    return lathe(profile, material, 96, crease=40, y_scale=y_scale)


def fillet(points: Sequence[Point], radius: float, steps: int = 6) -> list[Any]:
    """The points of a bent bar: straight runs whose corners are rounded."""
    knots = [Vector(point) for point in points]
    line = [knots[0]]
    for before, corner, after in zip(knots, knots[1:], knots[2:], strict=False):
        inward, outward = before - corner, after - corner
        reach = min(radius, inward.length / 2, outward.length / 2)
        start = corner + inward.normalized() * reach
        end = corner + outward.normalized() * reach
        for step in range(steps + 1):
            t = step / steps
            line.append(start * (1 - t) ** 2 + corner * 2 * t * (1 - t) + end * t * t)
    return [*line, knots[-1]]


def legs(
    half_width: float,
    half_depth: float,
    height: float,
    material: Any,
    radius: float = 0.02,
    splay: float = 0.05,
    taper: float = 0.6,
    z: float = 0.0,
) -> list[Any]:
    """Four straight round legs from a rectangle at ``height`` down to ``z``, splayed outwards."""
    return [
        tube(
            [
                (x * half_width, y * half_depth, height),
                (x * (half_width + splay), y * (half_depth + splay), z),
            ],
            radius,
            material,
            smooth=0,
            radii=[1, taper],
        )
        for x in (-1, 1)
        for y in (-1, 1)
    ]


def shell(outline: Sequence[Point], wall: float, foot: Sequence[Point] = ()) -> list[Point]:
    """The `lathe` profile of a vessel: its foot, its outside up to the rim and, a wall in, back."""
    line = [Vector((point[0], point[1])) for point in outline]
    inside = []
    for index, point in enumerate(line):
        along = line[min(index + 1, len(line) - 1)] - line[max(index - 1, 0)]
        along.normalize()
        inside.append((max(0.0, point.x - along.y * wall), point.y + along.x * wall))
    top, inner = line[-1], inside[-1]
    rise = (line[-1] - line[-2]).normalized() * wall * 0.4
    rim = [
        (top.x + (inner[0] - top.x) * part + rise.x, top.y + (inner[1] - top.y) * part + rise.y)
        for part in (0.3, 0.7)
    ]
    floor = inside[0][1]
    start = list(foot) or [(0.0, line[0].y)]
    outside = [(point.x, point.y) for point in line]
    return [*start, *outside, *rim, *inside[::-1], (inside[0][0] * 0.5, floor), (0.0, floor)]


def radius_at(outline: Sequence[Point], height: float) -> float:
    """How wide an outline of rising (radius, height) points is at a height."""
    for (low_radius, low), (high_radius, high) in pairwise(outline):
        if low <= height <= high and high > low:
            return low_radius + (high_radius - low_radius) * (height - low) / (high - low)
    return outline[0][0] if height < outline[0][1] else outline[-1][0]


def reshape(thing: Any, scale_at: Callable[[float], float]) -> Any:
    """Scale a mesh about the z axis by a function of the angle: flutes, scallops, squares."""
    for vertex in thing.data.vertices:
        scale = scale_at(atan2(vertex.co.y, vertex.co.x))
        vertex.co.x *= scale
        vertex.co.y *= scale
    return thing


def fluted(count: int, depth: float) -> Callable[[float], float]:
    """For `reshape`: soft ribs all around."""
    return lambda turn: 1 + depth * cos(count * turn)


def squared(power: float) -> Callable[[float], float]:
    """For `reshape`: a square around the circle, its corners sharper the higher the power."""
    return lambda turn: (abs(cos(turn)) ** power + abs(sin(turn)) ** power) ** (-1 / power)


def polygonal(sides: int) -> Callable[[float], float]:
    """For `reshape`: a regular polygon inside the circle, standing on a side if that is even."""
    half = pi / sides
    return lambda turn: cos(half) / cos((turn + half) % (2 * half) - half)


def wrap(thing: Any, radius_of: Callable[[float], float]) -> Any:
    """Bend a flat thing in the xz plane around the z axis, onto a body of that radius.

    What is given is replaced by a mesh; ``radius_of`` tells the radius at a height, and what
    stands out to the front (-y) stands out from the body.
    """
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    data = bpy.data.meshes.new_from_object(thing.evaluated_get(graph))
    data.transform(thing.matrix_world)
    bpy.data.objects.remove(thing)
    for vertex in data.vertices:
        radius = radius_of(vertex.co.z)
        turn, reach = vertex.co.x / radius, radius - vertex.co.y
        vertex.co.x, vertex.co.y = reach * sin(turn), -reach * cos(turn)
    return link(bpy.data.objects.new("wrapped", data))


def resample(points: Sequence[Point], count: int) -> list[Any]:
    """``count`` points at equal distances along a line."""
    line = [Vector(point) for point in points]
    reached = [0.0]
    for before, after in pairwise(line):
        reached.append(reached[-1] + (after - before).length)
    found, place = [], 0
    for index in range(count):
        target = reached[-1] * index / (count - 1)
        while place < len(line) - 2 and reached[place + 1] < target:
            place += 1
        step = (target - reached[place]) / max(1e-9, reached[place + 1] - reached[place])
        found.append(line[place].lerp(line[place + 1], step))
    return found


def stitches(
    points: Sequence[Point],
    material: Any,
    length: float = 0.022,
    gap: float = 0.012,
    radius: float = 0.004,
) -> Any:
    """A seam of stitches along a line, or the teeth of a zip; one object."""
    total = sum((Vector(b) - Vector(a)).length for a, b in pairwise(points))
    line = resample(points, max(2, round(total / (length + gap)) + 1))
    share, sides = length / (length + gap), 6
    vertices: list[Any] = []
    faces: list[tuple[int, ...]] = []
    for start, after in pairwise(line):
        step = (after - start) * share
        aside = step.orthogonal().normalized()
        around = step.normalized().cross(aside)
        first = len(vertices)
        for along, size in ((0.0, 0.5), (0.15, 1.0), (0.85, 1.0), (1.0, 0.5)):
            for turn in (2 * pi * side / sides for side in range(sides)):
                offset = aside * cos(turn) + around * sin(turn)
                vertices.append(start + step * along + offset * radius * size)
        for row in range(3):
            for side in range(sides):
                a, b = first + row * sides + side, first + row * sides + (side + 1) % sides
                faces.append((a, b, b + sides, a + sides))
        faces.append(tuple(range(first, first + sides))[::-1])
        faces.append(tuple(range(first + 3 * sides, first + 4 * sides)))
    return mesh("stitches", vertices, faces, material)


def chain(
    points: Sequence[Point], material: Any, length: float = 0.05, wire: float = 0.0075
) -> list[Any]:
    """A chain of oval links along a line, every other link turned on its side."""
    total = sum((Vector(b) - Vector(a)).length for a, b in pairwise(points))
    line = resample(points, max(3, round(total / length) + 1))
    spacing = (line[1] - line[0]).length
    oval = [(p.x, p.y, 0) for p in circle(spacing * 0.72, count=20, y_scale=0.62)]
    first = tube(oval, wire, material, closed=True, resolution=3)
    links = [first, *(link(first.copy()) for _ in line[2:])]
    for index, (start, after) in enumerate(pairwise(line)):
        links[index].location = (start + after) / 2
        links[index].rotation_euler = (after - start).to_track_quat("X", "Z").to_euler()
        if index % 2:
            links[index].rotation_euler.rotate_axis("X", pi / 2)
    return links


def trumpet(radius: float, height: float, material: Any) -> Any:
    """A pedestal: a round foot that narrows into a slim column and widens under the top."""
    curve = [(radius, 0.012), (radius * 0.8, 0.02), (radius * 0.25, 0.06), (0.03, 0.16)]
    curve += [(0.026, height * 0.6), (0.035, height * 0.85), (radius * 0.4, height)]
    smooth = [tuple(point) for point in catmull(curve, 6)]
    return lathe([(0, 0), (radius, 0), *smooth, (0, height)], material)


def threads(
    lines: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    radius: float,
    z: float,
    material: Any,
) -> Any:
    """A fringe: many straight threads in one mesh, lying at a height from (x, y) to (x, y)."""
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
