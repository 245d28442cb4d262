"""Wristwatches."""

from __future__ import annotations

import random
from math import atan2, cos, pi, radians, sin
from typing import Any

from mathutils import Vector

from ..look import Category, Look, Looks, Product
from ..materials import Shader, leather, metal, plain
from ..palette import COLOURS, METALS, Colour, luminance, scaled
from ..shapes import (
    box,
    catmull,
    lathe,
    lettering,
    loft,
    place,
    ribbon,
    sharp,
    superellipse,
    tube,
)

Part = Any

DIALS = ("black", "white", "navy", "green", "ivory", "charcoal", "blue", "burgundy", "blush")
STRAPS = ("black", "brown", "cognac", "tan", "navy", "burgundy", "grey", "olive")
FINISHES = ("gold", "silver", "rosegold", "steel", "gunmetal")

_RADIUS = 0.5
_FACE = -0.034  # the dial's plane: the watch looks along -y
_TURNED = (pi / 2, 0, 0)
_EXPONENTS = {"round": 2.0, "cushion": 3.4, "square": 7.0}


def _case(exponent: float, narrow: float, rim: float, material: Any, glossy: Any) -> list[Part]:
    """The case around the dial and the dial itself, both facing the camera."""
    inner = 1 - rim
    outline = [(0.85, -0.1), (0.98, -0.07), (1.0, 0.0), (0.985, 0.055), (0.95, 0.08)]
    outline += [(inner + 0.04, 0.092), (inner, 0.085), (inner - 0.015, 0.03)]
    size = 2 * _RADIUS
    rings = [superellipse(size * s * narrow, size * s, z, exponent, 96) for s, z in outline]
    shell = sharp(loft(rings, material), 40)
    dial = [
        superellipse(size * inner * narrow * s, size * inner * s, 0.034, exponent, 96)
        for s in (0.02, 1.0)
    ]
    return place([shell, loft(dial, glossy, caps=False)], turned=_TURNED)


def _spot(turn: float, share: float, exponent: float, narrow: float) -> tuple[float, float]:
    """A place on the dial, by its clock angle and its share of the way to the edge."""
    x, z = sin(turn), cos(turn)
    reach = _RADIUS * share / (abs(x) ** exponent + abs(z) ** exponent) ** (1 / exponent)
    return reach * x * narrow, reach * z


def _bar(
    turn: float, at: tuple[float, float], wide: float, long: float, material: Any, y: float = -0.045
) -> Part:
    """A small bar on the dial that points to the centre."""
    return box(wide, 0.014, long, material, 0.003, 2, (at[0], y, at[1]), (0, turn, 0))


def _markers(style: str, edge: float, exponent: float, narrow: float, ink: Any) -> list[Part]:
    """The hours: bars, dots, arabic or roman numerals; and the minutes."""
    roman = ("XII", "I", "II", "III", "IIII", "V", "VI", "VII", "VIII", "IX", "X", "XI")
    parts = []
    for hour in range(12):
        turn = hour * pi / 6
        quarter = hour % 3 == 0
        at = _spot(turn, edge * (0.8 if style != "dots" else 0.86), exponent, narrow)
        if style in ("arabic", "roman"):
            text = str(hour or 12) if style == "arabic" else roman[hour]
            tilt = 0 if style == "arabic" else turn
            letters = lettering(text, 0.15 if style == "arabic" else 0.125, ink, relief=0.003)
            parts += place(place([letters], turned=(0, tilt, 0)), (at[0], _FACE - 0.006, at[1]))
        elif style == "dots":
            dot = lathe([(0, 0), (0.03, 0), (0.026, 0.012), (0, 0.014)], ink, 20)
            parts += place([dot], (at[0], _FACE, at[1]), _TURNED)
        else:
            wide = (0.034 if quarter else 0.022) if style == "bars" else 0.014
            parts.append(_bar(turn, at, wide, 0.13 if quarter else 0.09, ink))
    for minute in range(60):
        if minute % 5 or style in ("arabic", "roman"):
            turn = minute * pi / 30
            at = _spot(turn, edge * 0.95, exponent, narrow)
            parts.append(_bar(turn, at, 0.007, 0.022, ink, -0.04))
    return parts


def _hands(
    hour: float, minute: float, wide: float, length: float, ink: Any, second: Any
) -> list[Part]:
    """Three hands and the cap of their axle."""
    parts = []
    hands = (
        (hour, 0.56 * length, wide * 1.35, -0.055, ink),
        (minute, 0.85 * length, wide, -0.065, ink),
        (minute * 2.3, 0.88 * length, 0.007, -0.074, second),
    )
    for turn, long, across, y, material in hands:
        middle = long * 0.42
        at = (middle * sin(turn), y, middle * cos(turn))
        parts.append(box(across, 0.008, long, material, 0.003, 2, at, (0, turn, 0), taper=0.6))
    axle = lathe([(0, 0.06), (0.026, 0.06), (0.026, 0.08), (0, 0.085)], ink, 24)
    return parts + place([axle], turned=_TURNED)


def _subdials(count: int, radius: float, reach: float, rim: Any, ink: Any, face: Any) -> list[Part]:
    """The small dials of a chronograph."""
    parts = []
    for turn in [(pi / 2, -pi / 2, pi)[index] for index in range(count)]:
        at = (reach * sin(turn), _FACE - 0.004, reach * cos(turn))
        ring = lathe([(radius * 0.9, 0), (radius * 0.92, 0.01), (radius, 0.008), (radius, 0)], rim)
        disc = lathe([(0, 0.002), (radius * 0.9, 0.002)], face)
        parts += place([ring, disc], at, _TURNED)
        hand = box(0.012, 0.006, radius * 0.7, ink, 0.002, 2, (0, 0, radius * 0.3))
        parts += place([hand], (at[0], at[1] - 0.012, at[2]), (0, turn + 0.9, 0))
    return parts


def _bezel(material: Any, ink: Any) -> list[Part]:
    """A diver's turning ring with its minutes."""
    profile = [(0.425, 0.07), (0.43, 0.1), (0.5, 0.095), (0.525, 0.075), (0.53, 0.04), (0.5, 0.03)]
    parts = place([lathe(profile, material, 96, crease=30)], turned=_TURNED)
    for index in range(12):
        turn = index * pi / 6
        long = 0.05 if index % 3 else 0.06
        at = (0.465 * sin(turn), -0.099, 0.465 * cos(turn))
        parts.append(
            box(0.03 if index == 0 else 0.013, 0.008, long, ink, 0.002, 2, at, (0, turn, 0))
        )
    return parts


def _crown(edge: float, radius: float, pushers: bool, material: Any) -> list[Part]:
    """The crown at three o'clock, between two pushers on a chronograph."""
    profile = [(0, 0), (radius, 0), (radius * 1.1, 0.012), (radius * 1.1, 0.07)]
    profile += [(radius, 0.085), (0, 0.085)]
    parts = place([lathe(profile, material, 24, crease=30)], (edge - 0.01, 0, 0), (0, pi / 2, 0))
    if pushers:
        for turn in (radians(58), radians(122)):
            stem = lathe(
                [(0, 0), (0.03, 0), (0.03, 0.07), (0.045, 0.07), (0.045, 0.1), (0, 0.1)],
                material,
                20,
                crease=30,
            )
            at = ((edge - 0.02) * sin(turn), 0, (edge - 0.02) * cos(turn))
            parts += place([stem], at, (0, turn, 0))
    return parts


def _lugs(width: float, reach: float, thick: float, material: Any) -> list[Part]:
    """The four horns that hold the strap."""
    parts = []
    for side in (-1, 1):
        for across in (-1, 1):
            x = across * (width / 2 + 0.03)
            line = [
                (x, -0.02, side * reach * 0.8),
                (x * 1.01, 0, side * (reach + 0.015)),
                (x, 0.07, side * (reach + 0.08)),
            ]
            parts.append(tube(line, thick, material, radii=[1.1, 1, 0.75]))
    return parts


def _loop(reach: float) -> list[Vector]:
    """The path of the strap, from the upper lugs around the wrist to the lower ones."""
    half = [(0.04, reach + 0.015), (0.2, 0.7), (0.55, 0.86), (0.95, 0.72), (1.15, 0.3)]
    upper = [(0, y, z) for y, z in half]
    lower = [(0, y, -z) for y, z in reversed(half)]
    return catmull([*upper, (0, 1.18, 0), *lower], 10)


def _links(path: list[Vector], width: float, outer: Any, inner: Any) -> list[Part]:
    """A bracelet of three rows of links."""
    parts = []
    for index in range(1, len(path) - 1, 2):
        at, along = path[index], path[index + 1] - path[index - 1]
        turned = (-atan2(along.y, along.z), 0, 0)
        long = along.length * 0.94
        for x, share, material in ((-0.34, 0.32, outer), (0, 0.34, inner), (0.34, 0.32, outer)):
            wide = width * share
            parts.append(box(wide, 0.06, long, material, 0.014, 3, (x * width, at.y, at.z), turned))
    return parts


def _mesh_steel(name: str) -> Any:
    """Woven metal."""
    shader = Shader("milanese", color=METALS[name], rough=0.28, metal=1.0)
    weave = shader.node("ShaderNodeTexWave", Scale=14.0, bands_direction="Z", Distortion=0.0)
    shader.link(shader.coordinates(), weave.inputs["Vector"])
    return shader.bump(weave.outputs["Fac"], 0.6, 0.01).material


def _stitches(path: list[Vector], width: float, colour: Colour) -> list[Part]:
    """Seams along both edges of a leather strap."""
    thread = plain(scaled((colour[0] + 0.08, colour[1] + 0.08, colour[2] + 0.08), 1.5), 0.8)
    parts = []
    for index in (*range(2, 26), *range(len(path) - 28, len(path) - 3)):
        start, along = path[index], path[index + 1] - path[index]
        out = along.normalized().cross(Vector((1, 0, 0))) * 0.033
        for side in (-1, 1):
            across = Vector((side * width * 0.4, 0, 0))
            for normal in (out, -out):
                ends = [start + across + normal, start + along * 0.6 + across + normal]
                parts.append(tube(ends, 0.006, thread, smooth=0, resolution=1))
    return parts


def _strap(kind: str, width: float, reach: float, look: Look, shine: Any) -> list[Part]:
    """The strap or bracelet."""
    path, colour = _loop(reach), COLOURS[look.accent]
    if kind == "bracelet":
        return _links(path, width, metal(look.metal, 0.3), shine)
    if kind == "mesh":
        return [ribbon(path, width, 0.05, _mesh_steel(look.metal))]
    if kind == "rubber":
        return [ribbon(path, width * 1.04, 0.075, plain(colour, 0.55))]
    skin = leather(colour, "croc" if kind == "croc" else "grain")
    strap = ribbon(path, width, 0.06, skin, shape=lambda t: 1 - 0.22 * (1 - abs(2 * t - 1)))
    return [strap, *_stitches(path, width, colour)]


MATERIALS = {"croc": "croc-embossed leather", "mesh": "steel mesh", "bracelet": "steel"}


def watch(rng: random.Random, look: Look) -> Product:
    """A wristwatch: plain, with small dials or a diver's bezel, on one of five straps."""
    shape = rng.choice(("round", "round", "round", "cushion", "square"))
    kind = rng.choice(("leather", "leather", "croc", "rubber", "bracelet", "mesh"))
    style = rng.choice(("bars", "thin", "dots", "arabic", "roman"))
    feature = rng.choice(("plain", "plain", "chronograph", "diver"))
    narrow, rim = rng.uniform(0.72, 0.95), rng.uniform(0.1, 0.24)
    strap, thick = rng.uniform(0.36, 0.56), rng.uniform(0.034, 0.05)
    hour, minute = rng.uniform(-1.3, -0.8), rng.uniform(0.7, 1.2)
    hand, length, subdials = rng.uniform(0.02, 0.042), rng.uniform(0.36, 0.44), rng.choice((2, 3))
    metallic, sunray = rng.random() < 0.6, rng.random() < 0.5
    azimuth, elevation = rng.uniform(-32, 32), rng.uniform(6, 14)
    if shape != "round":
        feature = "plain"
    if feature == "chronograph" and style in ("arabic", "roman"):
        style = "thin"  # numerals would collide with the small dials
    narrow = 1.0 if shape != "square" else narrow
    exponent = _EXPONENTS[shape]
    rim = 0.17 if feature == "diver" else rim
    colour, shine = COLOURS[look.colour], metal(look.metal, 0.14)
    dark = luminance(colour) < 0.5
    dial = Shader("dial", color=colour, rough=0.32, coat=0.3, metal=0.3 if sunray else 0.0).material
    print_ink = plain((0.9, 0.9, 0.88) if dark else (0.05, 0.05, 0.05), 0.3)
    hand_ink = plain((0.06, 0.06, 0.07), 0.3)
    if dark:
        hand_ink = print_ink if look.metal == "gunmetal" else shine
    edge = 1 - rim
    parts = _case(exponent, narrow, rim, shine, dial)
    parts += _markers(style, edge, exponent, narrow, hand_ink if metallic and dark else print_ink)
    if feature == "chronograph":
        face = plain(scaled(colour, 1.5 if dark else 0.85), 0.4)
        reach = _RADIUS * edge * 0.45
        parts += _subdials(subdials, reach * 0.48, reach, shine, hand_ink, face)
    if feature == "diver":
        parts += _bezel(plain(scaled(colour, 0.7), 0.15, coat=0.6), plain((0.9, 0.9, 0.88), 0.4))
    second = plain(COLOURS["red"], 0.3) if not metallic else hand_ink
    parts += _hands(hour, minute, hand, length * edge / 0.84, hand_ink, second)
    parts += _crown(_RADIUS * narrow, 0.05, feature == "chronograph", shine)
    parts += _lugs(strap, _RADIUS, thick, shine) + _strap(kind, strap, _RADIUS, look, shine)
    words = feature if feature != "plain" else {"round": "", "square": "square"}.get(shape, shape)
    return Product(parts, azimuth, elevation, words=words, material=MATERIALS.get(kind, kind))


CATEGORIES = (
    Category(
        "watch",
        "watch",
        watch,
        price=(59, 690),
        looks=Looks(colours=DIALS, accents=STRAPS, metals=FINISHES, distinct=("colour", "metal")),
        title="{words} watch in {metal}, {colour} dial, {material} strap",
        trade="jewellery",
    ),
)
