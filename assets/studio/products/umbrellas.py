"""Umbrellas."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import fabric, metal, wood
from ..palette import COLOURS
from ..shapes import Vector, lathe, mesh, modify, place, sharp, tube

_CANOPIES = ("classic", "dome", "pagoda", "flat")


@dataclass(frozen=True)
class _Canopy:
    """The cloth of an open umbrella between its ribs."""

    style: str
    ribs: int
    height: float
    scallop: float

    def rib(self, index: int, along: float) -> Any:
        """The point of a rib, from the top (0) to its tip (1)."""
        turn = 2 * pi * (index + 0.5) / self.ribs
        if self.style == "dome":
            radius, fall = 0.46 * sin(along * 1.55), 1 - cos(along * 1.55)
        elif self.style == "pagoda":
            radius, fall = 0.52 * along, 1 - (1 - along) ** 2 * 0.75 - 0.25 * (1 - along**4)
        else:
            radius, fall = 0.52 * sin(along * 1.15) / sin(1.15), along**1.9
        return Vector((radius * cos(turn), radius * sin(turn), -self.height * fall))

    def panel(self, index: int, cloth: Any, trim: Any, border: float) -> Any:
        """One panel, its lower edge in the material of the trim."""
        across, along = 14, 24
        points, faces, uv = [], [], []
        for row in range(along + 1):
            for column in range(across + 1):
                u, v = column / across, row / along
                hollow = 4 * u * (1 - u)
                reach = v * (1 - self.scallop * hollow * v**3)
                point = self.rib(index, reach).lerp(self.rib(index + 1, reach), u)
                points.append(point - Vector((0, 0, 0.02 * hollow * v)))
                uv.append((0.5 + (u - 0.5) * v * 5 / self.ribs, v))
        for row in range(along):
            for column in range(across):
                a = row * (across + 1) + column
                faces.append((a, a + across + 1, a + across + 2, a + 1))
        sheet = mesh("panel", points, faces, cloth, True, uv)
        sheet.data.materials.append(trim)
        for number, face in enumerate(sheet.data.polygons):
            face.material_index = int(number // across >= along * (1 - border))
        modify(sheet, "SUBSURF", levels=1)
        return sheet


def _umbrella_frame(canopy: _Canopy, hardware: Any) -> list[Any]:
    """The ribs under the cloth with their stretchers, and the tips."""
    parts = []
    slide = -canopy.height * 1.05
    for index in range(canopy.ribs):
        lower = Vector((0, 0, 0.008))
        line = [canopy.rib(index, step / 12) - lower for step in range(1, 13)]
        tip = canopy.rib(index, 1.0)
        parts.append(tube(line, 0.0035, hardware, smooth=0, resolution=2))
        stay = [Vector((0, 0, slide)), canopy.rib(index, 0.55) - lower]
        parts.append(tube(stay, 0.003, hardware, smooth=0, resolution=2))
        parts.append(
            tube([tip, tip + (tip - line[-2]).normalized() * 0.018], 0.006, hardware, smooth=0)
        )
    runner = lathe(
        [
            (0.012, slide - 0.05),
            (0.022, slide - 0.05),
            (0.022, slide + 0.02),
            (0.012, slide + 0.02),
        ],
        hardware,
        24,
    )
    return [*parts, sharp(runner)]


def _crook(style: str, foot: float, grip: Any, hardware: Any) -> list[Any]:
    """The handle: hooked, straight or a ball; and the ferrule above it."""
    ferrule = lathe(
        [(0.012, foot), (0.02, foot), (0.02, foot + 0.03), (0.012, foot + 0.035)], hardware, 32
    )
    if style == "straight":
        profile = [(0, foot - 0.2), (0.018, foot - 0.2), (0.024, foot - 0.18), (0.019, foot - 0.1)]
        return [sharp(ferrule), lathe([*profile, (0.022, foot), (0, foot)], grip, 32, levels=1)]
    if style == "knob":
        profile = [(0.02, foot), (0.016, foot - 0.08), (0.036, foot - 0.12), (0.03, foot - 0.17)]
        return [sharp(ferrule), lathe([*profile, (0, foot - 0.18)], grip, 32, levels=2)]
    bend = [pi * index / 12 for index in range(1, 14)]
    line = [(0.065 - 0.065 * cos(turn), 0, foot - 0.12 - 0.065 * sin(turn)) for turn in bend]
    return [sharp(ferrule), tube([(0, 0, foot), (0, 0, foot - 0.12), *line], 0.019, grip, smooth=4)]


def umbrella(rng: random.Random, look: Look) -> Product:
    """An open umbrella, leaning."""
    canopy = _Canopy(
        style=rng.choice(_CANOPIES),
        ribs=rng.choice((6, 8, 8, 10, 16)),
        height=rng.uniform(0.2, 0.3),
        scallop=rng.uniform(0.05, 0.16),
    )
    canopy = _Canopy(
        canopy.style,
        canopy.ribs,
        canopy.height * {"dome": 1.45, "flat": 0.62, "pagoda": 1.25}.get(canopy.style, 1.0),
        canopy.scallop,
    )
    handle, length = rng.choice(("crook", "crook", "straight", "knob")), rng.uniform(0.74, 0.86)
    lean, nod, detail = rng.uniform(10, 26), rng.uniform(-24, 8), rng.random()
    side, azimuth, elevation = rng.choice((-1, 1)), rng.uniform(-20, 20), rng.uniform(4, 14)
    colour, accent = COLOURS[look.colour], COLOURS[look.accent]
    woven = look.pattern if look.pattern in ("stripes", "dots", "checks") else "plain"
    cloth = fabric(colour, accent, woven, 320, detail, "UV", repeat=1.3, sheen=0.1)
    trim = fabric(accent, scale=320, coordinates="UV", sheen=0.1)
    hardware, grip = metal(look.metal, 0.25), wood(look.wood)
    border = 0.1 if look.pattern == "bordered" else 0.0
    parts = []
    for index in range(canopy.ribs):
        other = look.pattern == "two-tone" and index % 2
        parts.append(canopy.panel(index, trim if other else cloth, trim, border))
    parts += _umbrella_frame(canopy, hardware)
    parts.append(tube([(0, 0, 0.0), (0, 0, -length)], 0.011, hardware, smooth=0))
    tip = [(0.03, -0.012), (0.016, 0.0), (0.011, 0.01), (0.008, 0.075), (0.0, 0.08)]
    parts += [lathe(tip, hardware, 32), *_crook(handle, -length, grip, hardware)]
    parts = place(parts, turned=(radians(-nod), radians(side * lean), 0))
    words = "" if canopy.style in ("classic", "flat") else canopy.style
    return Product(parts, azimuth, elevation, words, "fabric", look.pattern)


CATEGORIES = (
    Category(
        "umbrella",
        "umbrella",
        umbrella,
        price=(25, 120),
        looks=Looks(
            patterns=("plain", "two-tone", "bordered", "stripes", "dots", "plain"),
            metals=("steel", "gunmetal", "brass"),
        ),
        title="{pattern} {words} {noun}, {colour}",
        trade="outdoor",
    ),
)
