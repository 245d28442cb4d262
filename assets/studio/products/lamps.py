"""Table lamps, and the parts that floor lamps are made of too."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import Shader, ceramic, lacquer, marble, metal, plain, wood
from ..palette import COLOURS, Colour, luminance
from ..shapes import ball_profile, catmull, circle, disc, lathe, modify, tube

LAMP_COLOURS = (
    "white",
    "ivory",
    "beige",
    "grey",
    "black",
    "navy",
    "sky",
    "teal",
    "green",
    "sage",
    "olive",
    "mustard",
    "orange",
    "terracotta",
    "red",
    "blush",
    "lilac",
)
_METALS = ("brass", "gunmetal", "steel", "copper")
LAMP_LOOKS = Looks(colours=LAMP_COLOURS, accents=("white", "ivory", "beige"), metals=_METALS)
_WARM: Colour = (1.0, 0.83, 0.6)
_DARK = 0.25


@dataclass(frozen=True)
class Lamp:
    """The shape of a lamp, as drawn for its design."""

    height: float
    foot: float
    belly: float
    neck: float
    shade_radius: float
    shade_top: float
    shade_height: float
    pleats: int
    lit: float
    stem: float
    glaze: str
    gloss: bool


def draw_lamp(rng: random.Random) -> Lamp:
    """The shape of a lamp."""
    return Lamp(
        height=rng.uniform(0.42, 0.75),
        foot=rng.uniform(0.1, 0.2),
        belly=rng.uniform(0.13, 0.28),
        neck=rng.uniform(0.07, 0.2),
        shade_radius=rng.uniform(0.24, 0.4),
        shade_top=rng.choice((0.45, 0.65, 0.85, 1.0)),
        shade_height=rng.uniform(0.24, 0.42),
        pleats=rng.choice((0, 0, 40)),
        lit=rng.choice((0.25, 0.4, 0.5)),
        stem=rng.uniform(0.011, 0.019),
        glaze=rng.choice(("plain", "plain", "reactive", "speckle")),
        gloss=rng.random() < 0.6,
    )


def _shade_cloth(colour: Colour, lit: float) -> Any:
    """Cloth of a lampshade, glowing if it is light enough to let light through."""
    shader = Shader("shade", color=colour, rough=0.9, sheen=0.2)
    if luminance(colour) > _DARK:
        pairs = zip(_WARM, colour, strict=True)
        glow = tuple(warm * (0.35 + 0.65 * own) for warm, own in pairs)
        shader.set(emission=glow, emission_strength=lit)
    weave = shader.noise(90, shader.coordinates("Object", (1, 1, 6)), Detail=2.0)
    return shader.bump(weave, 0.15, 0.004).material


def shade(shape: Lamp, colour: str, z: float, size: float = 1.0) -> list[Any]:
    """A drum or cone of cloth, smooth or pleated, with hemmed edges."""
    cloth = _shade_cloth(COLOURS[colour], shape.lit)
    low, high = shape.shade_radius * size, shape.shade_radius * shape.shade_top * size
    tall = shape.shade_height * size
    skin = lathe([(low, z), ((low + high) / 2, z + tall / 2), (high, z + tall)], cloth, 160)
    if shape.pleats:
        for index, vertex in enumerate(skin.data.vertices):
            fold = 1 + 0.02 * (-1) ** (index % 2)
            vertex.co.x *= fold
            vertex.co.y *= fold
    modify(skin, "SOLIDIFY", thickness=0.006)
    rims = (circle(low, z, 80), circle(high, z + tall, 80))
    return [skin, *(tube(rim, 0.007, cloth, closed=True) for rim in rims)]


def _flex(start: tuple[float, float], dark: bool) -> Any:
    """The cable, lying on the floor behind the lamp."""
    x, y = start
    line = [(x, y, 0.008), (x + 0.08, y + 0.12, 0.007), (x + 0.22, y + 0.16, 0.007)]
    colour = (0.05, 0.05, 0.05) if dark else (0.85, 0.84, 0.82)
    return tube([*line, (x + 0.3, y + 0.3, 0.007)], 0.006, plain(colour, 0.5))


def _pot(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A ceramic body under a pale shade."""
    clay = ceramic(COLOURS[look.colour], COLOURS[look.accent], shape.gloss, shape.glaze)
    tall = shape.height * 0.85
    curve = [(shape.foot, 0.0), (shape.belly, tall * 0.35), (shape.neck, tall * 0.72)]
    curve.append((0.035, tall))
    profile = [tuple(point) for point in catmull(curve, 12)]
    parts = [lathe([(0, 0), *profile, (0, tall)], clay)]
    parts.append(tube([(0, 0, tall - 0.02), (0, 0, tall + 0.14)], 0.014, metal(look.metal, 0.2)))
    return [*parts, *shade(shape, look.accent, tall + 0.03)], "ceramic"


def _stem(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A slim stem on a plate, under a shade in the lamp's colour."""
    steel, top = metal(look.metal, 0.2), shape.height
    base = marble() if shape.gloss else steel
    parts = [disc(shape.foot + 0.04, 0.03, 0, base, 0.008)]
    parts.append(tube([(0, 0, 0.02), (0, 0, top + 0.12)], shape.stem, steel, smooth=0))
    return [*parts, *shade(shape, look.colour, top)], "metal"


def _turned(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """Stacked wooden balls under a shade in the lamp's colour."""
    timber = wood(look.wood)
    parts, z = [disc(shape.foot + 0.02, 0.035, 0, timber, 0.012)], 0.03
    for size in (shape.belly * 0.62, shape.neck * 0.6 + 0.02, shape.belly * 0.45):
        parts.append(lathe(ball_profile(size, z + size * 0.85, 0.9), timber))
        z += size * 1.72
    parts.append(tube([(0, 0, z - 0.03), (0, 0, z + 0.12)], 0.012, metal(look.metal, 0.2)))
    return [*parts, *shade(shape, look.colour, z + 0.02, 0.85)], "wood"


def _mushroom(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A lacquered dome over a waisted foot."""
    paint = lacquer(COLOURS[look.colour])
    radius, top = shape.shade_radius * 0.85, shape.height * 0.62
    foot = [(shape.foot + 0.03, 0.0), (shape.foot * 0.8, 0.05), (0.05, top * 0.55)]
    foot.append((0.06, top + 0.05))
    parts = [lathe([(0, 0), *(tuple(point) for point in catmull(foot, 10))], paint)]
    tall = radius * (0.6 + 0.3 * shape.shade_top)
    arc = [pi / 2 * step / 20 for step in range(21)]
    dome = lathe([(radius * cos(a), top + tall * sin(a)) for a in arc], paint, 96)
    modify(dome, "SOLIDIFY", thickness=0.012, offset=-1)
    glow = Shader("bulb", color=(1, 0.95, 0.85), emission=_WARM, emission_strength=shape.lit * 4)
    bulb = lathe(ball_profile(0.07, top + 0.06), glow.material)
    knob = disc(0.02, 0.025, top + tall - 0.004, metal(look.metal, 0.2))
    return [*parts, dome, bulb, knob], "metal"


def opal(lit: float) -> Any:
    """Milky glass with a light inside."""
    shader = Shader("opal", color=(0.95, 0.93, 0.9), rough=0.15, coat=0.6, emission=_WARM)
    return shader.set(emission_strength=0.35 + 0.5 * lit).material


def _globe(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A ball of opal glass on a lacquered foot."""
    paint, steel = lacquer(COLOURS[look.colour]), metal(look.metal, 0.2)
    radius, rise = shape.belly * 0.85, shape.height * 0.3
    parts = [disc(shape.foot + 0.02, 0.03, 0, paint, 0.01)]
    parts.append(lathe([(0.05, 0.02), (0.04, rise * 0.5), (0.055, rise + 0.02)], paint))
    parts.append(disc(radius * 0.5, 0.03, rise, steel, 0.008))
    return [*parts, lathe(ball_profile(radius, rise + radius * 0.9), opal(shape.lit))], "glass"


def _desk(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A jointed arm with a metal cone at its end."""
    paint, steel = lacquer(COLOURS[look.colour]), metal(look.metal, 0.2)
    elbow = (-0.16 - shape.neck * 0.5, 0, shape.height * 0.62)
    head = (0.2 + shape.belly * 0.3, 0, shape.height * 0.95)
    parts = [disc(shape.foot + 0.03, 0.035, 0, paint, 0.012)]
    parts.append(tube([(0, 0, 0.03), elbow], shape.stem * 0.8, steel, smooth=0))
    parts.append(tube([elbow, head], shape.stem * 0.8, steel, smooth=0))
    for x, y, z in ((0, 0, 0.04), elbow, head):
        joint = disc(0.026, 0.05, -0.025, paint, 0.006)
        joint.location, joint.rotation_euler = (x, y, z), (pi / 2, 0, 0)
        parts.append(joint)
    return [*parts, *cone(shape, paint, head)], "metal"


def cone(shape: Lamp, paint: Any, at: tuple[float, float, float], size: float = 1.0) -> list[Any]:
    """A spotlight head that hangs from a point, tilted outwards."""
    wide, tall = (0.09 + 0.1 * shape.belly) * size, (0.17 + 0.1 * shape.neck) * size
    profile = [(0.03, 0.0), (0.042, -0.02), (0.05, -tall * 0.35), (wide, -tall)]
    head = lathe([(0, 0), *profile], paint, 64)
    modify(head, "SOLIDIFY", thickness=0.006, offset=-1)
    glow = Shader("bulb", color=(1, 0.95, 0.85), emission=_WARM, emission_strength=2.0)
    bulb = lathe(ball_profile(0.035 * size, -tall * 0.75), glow.material)
    for thing in (head, bulb):
        thing.location, thing.rotation_euler = at, (0, -0.35, 0)
    return [head, bulb]


_TABLE_LAMPS: dict[str, Callable[[Lamp, Look], tuple[list[Any], str]]] = {
    "pot": _pot,
    "slim": _stem,
    "mushroom": _mushroom,
    "desk": _desk,
    "globe": _globe,
    "turned": _turned,
}


def table_lamp(rng: random.Random, look: Look) -> Product:
    """A table lamp with a shade, a dome, a glass ball or a jointed arm."""
    azimuth, elevation = rng.uniform(-25, 25), rng.uniform(3, 10)
    style = rng.choice(list(_TABLE_LAMPS))
    shape = draw_lamp(rng)
    parts, material = _TABLE_LAMPS[style](shape, look)
    parts.append(_flex((0.05, shape.foot * 0.7), dark=shape.gloss))
    words = "ceramic" if style == "pot" else style
    return Product(parts, azimuth, elevation, words=words, material=material)


CATEGORIES = (
    Category(
        "table lamp",
        "table lamp",
        table_lamp,
        price=(35, 240),
        looks=LAMP_LOOKS,
        title="{words} table lamp, {colour}",
    ),
)
