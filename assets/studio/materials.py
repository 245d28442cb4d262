"""The materials of the products: a small writer of shader node trees and what is made with it."""

from __future__ import annotations

from math import pi
from typing import Any

import bpy

from .palette import METALS, WOODS, Colour, linear, scaled

_INPUTS = {
    "color": "Base Color",
    "rough": "Roughness",
    "metal": "Metallic",
    "coat": "Coat Weight",
    "coat_rough": "Coat Roughness",
    "sheen": "Sheen Weight",
    "transmission": "Transmission Weight",
    "ior": "IOR",
    "specular": "Specular IOR Level",
    "subsurface": "Subsurface Weight",
    "emission": "Emission Color",
    "emission_strength": "Emission Strength",
    "anisotropic": "Anisotropic",
    "alpha": "Alpha",
}
_COLOUR_LENGTH = 3

Stops = list[tuple[float, Colour]]


class Shader:
    """A material under construction around one Principled BSDF; ``.material`` is the result."""

    def __init__(self, name: str = "material", **inputs: Any) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.bsdf = self.tree.nodes["Principled BSDF"]
        self.set(**inputs)

    def set(self, **inputs: Any) -> Shader:
        """Set inputs of the BSDF by the short names of this module; colours are sRGB."""
        for name, value in inputs.items():
            is_colour = isinstance(value, tuple) and len(value) == _COLOUR_LENGTH
            socket = self.bsdf.inputs[_INPUTS[name]]
            socket.default_value = (*linear(value), 1.0) if is_colour else value
        return self

    def node(self, kind: str, **values: Any) -> Any:
        """Add a node; values are inputs (with _ for a space) or else properties of the node."""
        node = self.tree.nodes.new(kind)
        for name, value in values.items():
            spaced = name.replace("_", " ")
            if name in node.inputs:
                node.inputs[name].default_value = value
            elif spaced in node.inputs:
                node.inputs[spaced].default_value = value
            else:
                setattr(node, name, value)
        return node

    def link(self, source: Any, target: Any) -> None:
        """Connect an output to an input."""
        self.tree.links.new(source, target)

    def coordinates(
        self,
        kind: str = "Object",
        scale: tuple[float, float, float] = (1, 1, 1),
        rotation: tuple[float, float, float] = (0, 0, 0),
    ) -> Any:
        """Texture coordinates; note that Blender scales them before it rotates them."""
        source = self.node("ShaderNodeTexCoord")
        mapping = self.node("ShaderNodeMapping")
        mapping.inputs["Scale"].default_value = scale
        mapping.inputs["Rotation"].default_value = rotation
        self.link(source.outputs[kind], mapping.inputs["Vector"])
        return mapping.outputs["Vector"]

    def noise(self, scale: float, coordinates: Any = None, **values: Any) -> Any:
        """The value of a noise texture."""
        node = self.node("ShaderNodeTexNoise", Scale=float(scale), **values)
        self.link(self.coordinates() if coordinates is None else coordinates, node.inputs["Vector"])
        return node.outputs["Fac"]

    def math(self, operation: str, first: Any, second: Any = None, third: Any = None) -> Any:
        """A mathematical operation on outputs and numbers."""
        node = self.node("ShaderNodeMath", operation=operation)
        for index, value in enumerate((first, second, third)):
            if isinstance(value, (int, float)):
                node.inputs[index].default_value = value
            elif value is not None:
                self.link(value, node.inputs[index])
        return node.outputs[0]

    def axis(self, name: str, kind: str = "Generated") -> Any:
        """One of the X, Y and Z of the coordinates."""
        node = self.node("ShaderNodeSeparateXYZ")
        self.link(self.coordinates(kind), node.inputs[0])
        return node.outputs[name]

    def repeat(self, value: Any, times: float) -> Any:
        """The value as a sawtooth from 0 to 1, so many times."""
        return self.math("FRACT", self.math("MULTIPLY", value, times))

    def ramp(self, factor: Any, stops: Stops, *, steps: bool = False) -> Any:
        """A colour ramp; ``steps`` for hard edges."""
        node = self.node("ShaderNodeValToRGB")
        elements = node.color_ramp.elements
        if steps:
            node.color_ramp.interpolation = "CONSTANT"
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=False):
            element.position = position
            element.color = (*linear(colour), 1.0)
        if len(stops) == 1:
            elements[1].color = elements[0].color
        self.link(factor, node.inputs["Fac"])
        return node.outputs["Color"]

    def base(self, colour: Any) -> Shader:
        """Use an output as the base colour."""
        self.link(colour, self.bsdf.inputs["Base Color"])
        return self

    def bump(self, height: Any, strength: float = 0.2, distance: float = 0.01) -> Shader:
        """Add a relief on top of those added before."""
        node = self.node("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance
        self.link(height, node.inputs["Height"])
        before = self.bsdf.inputs["Normal"].links
        if before:
            self.link(before[0].from_socket, node.inputs["Normal"])
        self.link(node.outputs["Normal"], self.bsdf.inputs["Normal"])
        return self


def plain(colour: Colour, rough: float = 0.5, **inputs: Any) -> Any:
    """One colour: plastic, lacquer, rubber."""
    return Shader("plain", color=colour, rough=rough, **inputs).material


def metal(name: str, rough: float = 0.15, brushed: bool = False) -> Any:
    """A metal of the palette."""
    shader = Shader("metal", color=METALS[name], rough=rough, metal=1.0)
    if brushed:
        grain = shader.noise(60, shader.coordinates("Object", (1, 1, 60)), Detail=3.0)
        shader.bump(grain, 0.08, 0.004).set(rough=max(rough, 0.28))
    return shader.material


def glass(colour: Colour = (1, 1, 1), rough: float = 0.0, ior: float = 1.45) -> Any:
    """Clear or tinted glass."""
    return Shader("glass", color=colour, rough=rough, transmission=1.0, ior=ior).material


def ceramic(
    colour: Colour,
    accent: Colour | None = None,
    gloss: bool = True,
    kind: str = "plain",
    detail: float = 0.5,
) -> Any:
    """Glazed or matt earthenware.

    Parameters
    ----------
    kind
        "plain", "dip" (another colour below), "speckle", "stripe" or "reactive" (a mottled glaze).
    detail
        From 0 to 1: the height of the dip or the number of stripes; a matter of the design.
    """
    accent = accent or scaled(colour, 0.6)
    shader = Shader(
        "ceramic",
        color=colour,
        rough=0.12 if gloss else 0.55,
        coat=0.6 if gloss else 0.0,
        coat_rough=0.05,
    )
    if kind == "dip":
        wave = shader.noise(3, shader.coordinates("Generated"))
        height = shader.math("MULTIPLY_ADD", wave, 0.06, shader.axis("Z"))
        edge = 0.35 + 0.25 * detail
        shader.base(shader.ramp(height, [(0, accent), (edge, accent), (edge + 0.012, colour)]))
    elif kind == "speckle":
        spots = shader.noise(60, Detail=2.0)
        shader.base(shader.ramp(spots, [(0, accent), (0.33, accent), (0.36, colour)]))
    elif kind == "stripe":
        rows = shader.repeat(shader.axis("Z"), (4, 6, 9)[min(2, int(detail * 3))])
        shader.base(shader.ramp(rows, [(0, accent), (0.5, colour)], steps=True))
    elif kind == "reactive":
        cloud = shader.noise(4, shader.coordinates("Object", (1, 1, 0.5)), Detail=8.0)
        light = scaled(colour, 1.3)
        shader.base(shader.ramp(cloud, [(0.3, accent), (0.55, colour), (0.8, light)]))
    if not gloss:
        shader.bump(shader.noise(80, Detail=4.0), 0.08, 0.006)
    return shader.material


def leather(colour: Colour, kind: str = "grain", scale: float = 110.0, rough: float = 0.42) -> Any:
    """Leather: "grain", "quilt" (padded lozenges) or "croc" (embossed and glossy)."""
    shader = Shader("leather", color=colour, rough=rough, specular=0.5)
    black, white = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)

    def cells(size: float, stretch: tuple[float, float, float], edge: float) -> Any:
        node = shader.node("ShaderNodeTexVoronoi", Scale=size, feature="DISTANCE_TO_EDGE")
        shader.link(shader.coordinates("Object", stretch), node.inputs["Vector"])
        return shader.ramp(node.outputs["Distance"], [(0, black), (edge, white)])

    shader.bump(cells(scale, (1, 1, 1), 0.12), 0.25, 0.004)
    cloud = shader.noise(6, Detail=5.0)
    shader.base(shader.ramp(cloud, [(0.25, scaled(colour, 0.92)), (0.75, scaled(colour, 1.05))]))
    if kind == "quilt":
        waves = []
        for angle in (pi / 4, -pi / 4):
            wave = shader.node("ShaderNodeTexWave", Scale=2.3, bands_direction="X")
            turned = shader.coordinates("Object", (1, 1, 1), (0, angle, 0))
            shader.link(turned, wave.inputs["Vector"])
            waves.append(wave.outputs["Fac"])
        shader.bump(shader.math("POWER", shader.math("MINIMUM", *waves), 0.45), 0.9, 0.03)
    elif kind == "croc":
        shader.bump(cells(14, (1, 1, 1.6), 0.16), 0.8, 0.012).set(rough=0.22, coat=0.4)
    return shader.material


def fabric(
    colour: Colour,
    accent: Colour | None = None,
    pattern: str = "plain",
    scale: float = 90.0,
    detail: float = 0.5,
    coordinates: str = "Object",
    repeat: float = 1.0,
    sheen: float = 0.35,
) -> Any:
    """Woven cloth; the patterns follow the UV map of the shape.

    Parameters
    ----------
    pattern
        "plain", "stripes", "checks", "dots" or "zigzag" of the colour and the accent.
    scale
        How fine the weave is.
    detail
        From 0 to 1: how many repeats the pattern has; a matter of the design.
    repeat
        Multiplies the repeats, for shapes much longer than others.
    """
    accent = accent or scaled(colour, 0.6)
    shader = Shader("fabric", color=colour, rough=0.9, sheen=sheen, specular=0.2)
    threads = []
    for direction in ("X", "Z"):
        wave = shader.node(
            "ShaderNodeTexWave", Scale=scale / 6, Distortion=0.6, bands_direction=direction
        )
        wave.inputs["Detail Scale"].default_value = 2.0
        shader.link(shader.coordinates(coordinates), wave.inputs["Vector"])
        threads.append(wave.outputs["Fac"])
    shader.bump(shader.math("MULTIPLY", *threads), 0.35, 0.006)
    if pattern == "plain":
        fuzz = shader.noise(scale * 2, shader.coordinates(coordinates), Detail=2.0)
        shader.base(shader.ramp(fuzz, [(0.2, scaled(colour, 0.72)), (0.8, scaled(colour, 1.15))]))
        return shader.material
    count = (5, 7, 9)[min(2, int(detail * 3))] * repeat
    across, along = shader.axis("X", "UV"), shader.axis("Y", "UV")
    halves: Stops = [(0, accent), (0.5, colour)]
    if pattern == "stripes":
        width = (0.3, 0.5, 0.15)[int(detail * 30) % 3]
        edges: Stops = [(0, accent), (width, colour)]
        shader.base(shader.ramp(shader.repeat(across, count), edges, steps=True))
    elif pattern == "checks":
        mix = shader.node("ShaderNodeMix", data_type="RGBA")
        mix.inputs["Factor"].default_value = 0.5
        for name, value in (("A", across), ("B", along)):
            # A mix node has one "A" for each type; those of the colours come third.
            socket = next(i for i in mix.inputs if i.name == name and i.type == "RGBA")
            shader.link(shader.ramp(shader.repeat(value, count), halves, steps=True), socket)
        shader.base(next(o for o in mix.outputs if o.type == "RGBA"))
    elif pattern == "dots":
        dots = shader.node("ShaderNodeTexVoronoi", Scale=count * 1.3, Randomness=0.0)
        dots.voronoi_dimensions = "2D"
        shader.link(shader.coordinates("UV"), dots.inputs["Vector"])
        spots: Stops = [(0, accent), (0.25, colour)]
        shader.base(shader.ramp(dots.outputs["Distance"], spots, steps=True))
    elif pattern == "zigzag":
        sway = shader.math("PINGPONG", across, 1 / (2 * count))
        rows = shader.repeat(shader.math("ADD", sway, along), count)
        shader.base(shader.ramp(rows, halves, steps=True))
    return shader.material


def wood(name: str = "oak", axis: str = "Z", scale: float = 1.0, gloss: float = 0.4) -> Any:
    """A wood of the palette, its grain along an axis of the object."""
    light, dark = WOODS[name]
    shader = Shader("wood", rough=gloss, coat=0.15, coat_rough=0.2)
    along = "XYZ".index(axis)
    coarse, fine = [scale * 9] * 3, [scale * 12] * 3
    coarse[along], fine[along] = scale * 0.8, scale * 0.4
    rings = shader.noise(
        2.2,
        shader.coordinates("Object", tuple(coarse)),
        Detail=7.0,
        Roughness=0.6,
        Distortion=0.6,
    )
    pores = shader.noise(14, shader.coordinates("Object", tuple(fine)), Detail=3.0)
    grain = shader.math("MULTIPLY_ADD", pores, 0.35, rings)
    stops: Stops = [(0.42, dark), (0.62, light), (0.85, scaled(light, 1.12))]
    return shader.base(shader.ramp(grain, stops)).bump(grain, 0.06, 0.004).material


def marble(colour: Colour = (0.9, 0.89, 0.87), vein: Colour = (0.35, 0.34, 0.35)) -> Any:
    """Polished marble."""
    shader = Shader("marble", rough=0.12, coat=0.3)
    cloud = shader.noise(2.2, Detail=9.0, Distortion=1.4)
    veins = shader.math("ABSOLUTE", shader.math("SUBTRACT", cloud, 0.5))
    between = tuple((one + 2 * other) / 3 for one, other in zip(vein, colour, strict=True))
    return shader.base(shader.ramp(veins, [(0, vein), (0.03, between), (0.12, colour)])).material


def upholstery(colour: Colour, kind: str = "fabric", weave: float = 420.0) -> Any:
    """What seats are covered with: "fabric", "velvet", "boucle" or "leather"."""
    if kind == "leather":
        return leather(colour, "grain", weave * 0.6, 0.4)
    if kind == "boucle":
        shader = Shader("boucle", color=colour, rough=1.0, sheen=0.2, specular=0.1)
        curl = shader.noise(weave * 0.26, Detail=3.0, Distortion=1.5)
        shade: Stops = [(0.3, scaled(colour, 0.8)), (0.6, scaled(colour, 1.05))]
        return shader.base(shader.ramp(curl, shade)).bump(curl, 0.6, 0.008).material
    if kind == "velvet":
        shader = Shader("velvet", rough=0.75, sheen=0.3, specular=0.2)
        nap = shader.noise(3.5, Detail=4.0, Distortion=0.8)
        stops: Stops = [(0.3, scaled(colour, 0.9)), (0.7, scaled(colour, 1.06))]
        return shader.base(shader.ramp(nap, stops)).bump(shader.noise(weave), 0.1, 0.003).material
    return fabric(colour, scale=weave, sheen=0.12)


def ringed_ceramic(
    colour: Colour,
    accent: Colour | None = None,
    gloss: bool = True,
    kind: str = "rimmed",
    detail: float = 0.5,
    square: bool = False,
) -> Any:
    """Earthenware seen from above: "rimmed" (an edge in the accent) or "stripe" (rings there)."""
    accent = accent or scaled(colour, 0.6)
    coat = 0.6 if gloss else 0.0
    shader = Shader("ceramic", rough=0.12 if gloss else 0.55, coat=coat, coat_rough=0.05)
    across = shader.math("SUBTRACT", shader.axis("X"), 0.5)
    along = shader.math("SUBTRACT", shader.axis("Y"), 0.5)
    if square:
        sides = (shader.math("ABSOLUTE", value) for value in (across, along))
        radius = shader.math("MULTIPLY", shader.math("MAXIMUM", *sides), 2.0)
    else:
        squares = shader.math("MULTIPLY", along, along)
        squares = shader.math("MULTIPLY_ADD", across, across, squares)
        radius = shader.math("MULTIPLY", shader.math("SQRT", squares), 2.0)
    if kind == "rimmed":
        edge = 0.97 - 0.3 * detail * detail
        return shader.base(
            shader.ramp(radius, [(0, colour), (edge, colour), (edge + 0.008, accent)])
        ).material
    rows = shader.repeat(radius, (8, 12, 18)[min(2, int(detail * 3))])
    rows = shader.math("MAXIMUM", rows, shader.math("LESS_THAN", radius, 0.6))
    return shader.base(shader.ramp(rows, [(0, accent), (0.3, colour)], steps=True)).material


def tinted_glass(colour: Colour = (1, 1, 1), depth: float = 0.75) -> Any:
    """Glass around something: it lets the light of the lamps through to what is inside.

    ``depth`` is how strong the colour is.
    """
    red, green, blue = (1 - depth + depth * value for value in colour)
    shader = Shader("glass", color=(red, green, blue), rough=0.0, transmission=1.0, ior=1.45)
    path = shader.node("ShaderNodeLightPath")
    unseen = shader.math("MAXIMUM", path.outputs["Is Shadow Ray"], path.outputs["Is Diffuse Ray"])
    through = shader.node("ShaderNodeBsdfTransparent")
    through.inputs[0].default_value = (*linear((red, green, blue)), 1.0)
    mix = shader.node("ShaderNodeMixShader")
    shader.link(unseen, mix.inputs[0])
    shader.link(shader.bsdf.outputs[0], mix.inputs[1])
    shader.link(through.outputs[0], mix.inputs[2])
    shader.link(mix.outputs[0], shader.tree.nodes["Material Output"].inputs[0])
    return shader.material


def thread(colour: Colour) -> Any:
    """Sewing thread for seams on a colour: somewhat lighter than it."""
    red, green, blue = (min(1.0, value * 1.15 + 0.07) for value in colour)
    return plain((red, green, blue), 0.8)


def lacquer(colour: Colour) -> Any:
    """Painted wood or metal, with a soft shine."""
    return plain(colour, 0.38, coat=0.25, coat_rough=0.2)
