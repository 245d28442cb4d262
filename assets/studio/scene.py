"""The photo studio: the product on a floor, the lights, the camera and the render settings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector

from .look import Product
from .materials import Shader
from .palette import COLOURS, Colour, linear, luminance
from .shapes import lathe, link

WHITE: Colour = (1.0, 1.0, 1.0)
# What shops photograph on; white more often than the rest.
BACKDROPS: tuple[Colour, ...] = (
    *[WHITE] * 6,
    (0.9, 0.9, 0.9),
    (0.82, 0.82, 0.83),
    (0.97, 0.95, 0.92),
    (0.93, 0.95, 0.97),
    (0.92, 0.88, 0.82),
    (0.93, 0.86, 0.84),
    (0.85, 0.88, 0.84),
    (0.82, 0.86, 0.9),
)
# Behind products so light that they would vanish on white.
DARKER_BACKDROPS: tuple[Colour, ...] = BACKDROPS[7:8] * 2 + BACKDROPS[10:]
_PALE = 0.72


def reset() -> None:
    """Start from an empty scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def area_light(
    at: Sequence[float],
    target: Sequence[float],
    width: float,
    power: float,
    colour: Colour = WHITE,
    height: float | None = None,
) -> Any:
    """A rectangular light that faces a point."""
    light = bpy.data.lights.new("area", "AREA")
    light.energy, light.color, light.shape = power, colour, "RECTANGLE"
    light.size, light.size_y = width, height or width
    thing = link(bpy.data.objects.new("area", light))
    thing.location = at
    direction = Vector(target) - Vector(at)
    thing.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()
    return thing


def outline(parts: Sequence[Any]) -> list[Any]:
    """Points on the surface of the parts, at most some 1,500 each."""
    graph = bpy.context.evaluated_depsgraph_get()
    points = []
    for part in parts:
        evaluated = part.evaluated_get(graph)
        data = evaluated.to_mesh()
        if data is None:
            continue
        vertices, place = data.vertices, part.matrix_world
        step = max(1, len(vertices) // 1500)
        points += [place @ vertices[i].co for i in range(0, len(vertices), step)]
        evaluated.to_mesh_clear()
    return points


def stand(parts: Sequence[Any]) -> list[Any]:
    """Scale a product to a longest side of 1, stand it on the floor and return its outline."""
    root = link(bpy.data.objects.new("root", None))
    for part in parts:
        if part.parent is None:
            part.parent = root
    bpy.context.view_layer.update()
    points = outline(parts)
    low = [min(point[axis] for point in points) for axis in range(3)]
    high = [max(point[axis] for point in points) for axis in range(3)]
    scale = 1 / max(top - bottom for top, bottom in zip(high, low, strict=True))
    root.scale = (scale, scale, scale)
    middle = [-(top + bottom) / 2 * scale for top, bottom in zip(high, low, strict=True)]
    root.location = (middle[0], middle[1], -low[2] * scale)
    bpy.context.view_layer.update()
    return outline(parts)


def camera(
    points: Sequence[Any],
    azimuth_deg: float,
    elevation_deg: float,
    fill: float,
    lens: float = 85,
    roll_deg: float = 0,
) -> Any:
    """A camera that sees all the points, filling so much of a square picture."""
    scene = bpy.context.scene
    scene.render.resolution_x = scene.render.resolution_y = 256  # camera_fit_coords reads it
    data = bpy.data.cameras.new("camera")
    data.lens = lens
    thing = link(bpy.data.objects.new("camera", data))
    scene.camera = thing
    azimuth, elevation = radians(azimuth_deg), radians(elevation_deg)
    direction = Vector(
        (sin(azimuth) * cos(elevation), -cos(azimuth) * cos(elevation), sin(elevation))
    )
    thing.rotation_euler = (-direction).to_track_quat("-Z", "Y").to_euler()
    if roll_deg:
        thing.rotation_euler.rotate_axis("Z", radians(roll_deg))
    bpy.context.view_layer.update()
    flat = [value for point in points for value in point]
    graph = bpy.context.evaluated_depsgraph_get()
    place, _ = thing.camera_fit_coords(graph, flat)
    middle = Vector((0, 0, max(point.z for point in points) / 2))
    thing.location = place + direction * (place - middle).length * (1 / fill - 1)
    return thing


def _backdrop_floor(colour: Colour, brightness: float, rough: float) -> None:
    """A floor that takes shadows and reflections and fades into the backdrop."""
    shader = Shader("floor", color=colour, rough=rough, specular=0.25)
    shader.material.cycles.emission_sampling = "NONE"
    place = shader.node("ShaderNodeNewGeometry")
    length = shader.node("ShaderNodeVectorMath", operation="LENGTH")
    shader.link(place.outputs["Position"], length.inputs[0])
    fade = shader.node("ShaderNodeMapRange", interpolation_type="SMOOTHERSTEP")
    fade.inputs["From Min"].default_value = 0.55
    fade.inputs["From Max"].default_value = 2.2
    shader.link(length.outputs["Value"], fade.inputs["Value"])
    glow = shader.node("ShaderNodeEmission")
    glow.inputs[0].default_value = (*linear(colour), 1)
    # The camera sees the backdrop's brightness; the product is lit by less of it.
    seen = shader.node("ShaderNodeMapRange")
    seen.inputs["To Min"].default_value = 0.42
    seen.inputs["To Max"].default_value = brightness
    path = shader.node("ShaderNodeLightPath")
    shader.link(path.outputs["Is Camera Ray"], seen.inputs["Value"])
    shader.link(seen.outputs["Result"], glow.inputs[1])
    mix = shader.node("ShaderNodeMixShader")
    shader.link(fade.outputs["Result"], mix.inputs[0])
    shader.link(shader.bsdf.outputs[0], mix.inputs[1])
    shader.link(glow.outputs[0], mix.inputs[2])
    shader.link(mix.outputs[0], shader.tree.nodes["Material Output"].inputs[0])
    lathe([(0, 0), (0.5, 0), (1, 0), (3, 0), (60, 0)], shader.material, 48)


def _studio_world(colour: Colour, brightness: float) -> None:
    """Soft strips of light and dark for reflections; the camera sees an even backdrop."""
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    strips = tree.nodes["Background"]
    strips.inputs[1].default_value = 0.62
    source = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(source.outputs["Generated"], split.inputs[0])
    half = tree.nodes.new("ShaderNodeMath")
    half.operation = "MULTIPLY_ADD"
    half.inputs[1].default_value = half.inputs[2].default_value = 0.5
    tree.links.new(split.outputs["X"], half.inputs[0])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(half.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], strips.inputs[0])
    stops = (0, 0.75), (0.2, 0.75), (0.3, 0.06), (0.4, 0.06), (0.48, 0.55)
    stops += (0.62, 0.55), (0.7, 0.05), (0.8, 0.05), (0.86, 0.6), (1, 0.6)
    elements = ramp.color_ramp.elements
    while len(elements) < len(stops):
        elements.new(0.5)
    for element, (position, value) in zip(elements, stops, strict=True):
        element.position, element.color = position, (value, value, value, 1)
    even = tree.nodes.new("ShaderNodeBackground")
    even.inputs[0].default_value = (*linear(colour), 1)
    even.inputs[1].default_value = brightness
    path = tree.nodes.new("ShaderNodeLightPath")
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
    tree.links.new(strips.outputs[0], mix.inputs[1])
    tree.links.new(even.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], tree.nodes["World Output"].inputs[0])


def even_world(tint: Colour, strength: float) -> None:
    """The same faint light from everywhere."""
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (*tint, 1)
    background.inputs[1].default_value = strength


def studio(
    product: Product,
    colour: str,
    view: random.Random,
    turn_deg: float = 6.0,
    moved_deg: tuple[float, float] = (0, 0),
) -> None:
    """Set up the shop's picture: an even backdrop and three soft lights.

    The camera is moved by `moved_deg`, around the product and upwards; all else stays as it is.
    """
    turn, tilt = view.uniform(-turn_deg, turn_deg), view.uniform(-2, 2)
    pale = luminance(COLOURS.get(colour, (0.5, 0.5, 0.5))) > _PALE
    drawn = view.choice(DARKER_BACKDROPS if pale else BACKDROPS)
    rough, fill = view.choice((0.35, 0.6, 0.8)), view.uniform(0.82, 0.9)
    backdrop = product.backdrop or drawn
    brightness = 1.7 if backdrop == WHITE else 1.0
    points = stand(product.parts)
    _studio_world(backdrop, brightness)
    _backdrop_floor(backdrop, brightness, rough)
    area_light((-1.9, -1.6, 2.3), (0, 0, 0.35), 1.3, 66)
    area_light((2.1, -0.9, 1.3), (0, 0, 0.4), 0.6, 13, height=1.9)
    area_light((0.2, 1.4, 2.6), (0, 0.1, 0.2), 1.5, 40)
    azimuth, elevation = product.azimuth_deg + turn, product.elevation_deg + tilt
    camera(points, azimuth + moved_deg[0], min(80.0, elevation + moved_deg[1]), fill)


def render(
    path: Path,
    size: int = 256,
    samples: int = 8,
    seed: int = 0,
    threads: int = 1,
    *,
    height: int | None = None,
) -> None:
    """Trace the scene into a PNG file, square unless a height is given."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, seed
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter, cycles.denoising_quality = "ACCURATE", "HIGH"
    cycles.use_adaptive_sampling = False
    cycles.max_bounces = cycles.transmission_bounces = 6
    cycles.diffuse_bounces, cycles.glossy_bounces = 2, 4
    cycles.transparent_max_bounces = 8
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect, cycles.blur_glossy = 4, 0.5
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = size, height or size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
