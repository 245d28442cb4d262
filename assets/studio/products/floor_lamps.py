"""Floor lamps."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Product
from ..materials import lacquer, marble, metal, wood
from ..palette import COLOURS
from ..shapes import ball_profile, disc, lathe, modify, trumpet, tube
from .lamps import LAMP_LOOKS, Lamp, cone, draw_lamp, opal, shade


def _standing(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A tall stem on a plate with a shade."""
    steel, high = metal(look.metal, 0.2), 1.25 + shape.neck
    parts = [disc(shape.foot + 0.06, 0.028, 0, steel, 0.008)]
    parts.append(tube([(0, 0, 0.02), (0, 0, high + 0.14)], shape.stem * 0.85, steel, smooth=0))
    return [*parts, *shade(shape, look.colour, high, 0.78)], "metal"


def _tripod(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """Three wooden legs that meet under a wide shade."""
    timber, steel, high = wood(look.wood), metal(look.metal, 0.2), 1.05 + shape.neck
    parts = [disc(0.05, 0.05, high - 0.06, steel, 0.01)]
    for index in range(3):
        turn, reach = 2 * pi * index / 3 + 0.9, shape.foot + 0.28
        line = [(0.03 * cos(turn), 0.03 * sin(turn), high - 0.02)]
        line.append((reach * cos(turn), reach * sin(turn), 0))
        parts.append(tube(line, 0.02, timber, smooth=0, radii=[1, 0.75]))
    parts.append(tube([(0, 0, high - 0.03), (0, 0, high + 0.12)], 0.012, steel, smooth=0))
    return [*parts, *shade(shape, look.colour, high + 0.02, 0.85)], "wood"


def _arc(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A long bow from a heavy foot to a dome hanging at its end."""
    steel, paint = metal(look.metal, 0.2), lacquer(COLOURS[look.colour])
    reach, high = 0.75 + shape.belly, 1.4 + shape.neck
    base = marble() if shape.gloss else steel
    parts = [disc(0.17, 0.06, 0, base, 0.01)]
    bow = [(0, 0, 0.05), (0, 0, high * 0.5), (0.08, 0, high * 0.82), (reach * 0.42, 0, high)]
    bow += [(reach * 0.8, 0, high * 0.93), (reach, 0, high * 0.76)]
    parts.append(tube(bow, 0.013, steel, smooth=14))
    radius, top = shape.shade_radius * 0.62, high * 0.77
    arc = [pi / 2 * step / 16 for step in range(17)]
    dome = lathe([(radius * cos(a), radius * (sin(a) - 1)) for a in arc], paint, 80)
    dome.location = (reach, 0, top)
    modify(dome, "SOLIDIFY", thickness=0.008, offset=-1)
    return [*parts, dome], "metal"


def _reading(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """A bent stem with a cone to read by."""
    paint, high = lacquer(COLOURS[look.colour]), 1.2 + shape.neck
    parts = [disc(shape.foot + 0.05, 0.026, 0, paint, 0.008)]
    head = (0.3 + shape.belly * 0.4, 0, high)
    bent = [(0, 0, 0.02), (0, 0, high * 0.55), (0, 0, high * 0.9), (0.1, 0, high + 0.06), head]
    parts.append(tube(bent, shape.stem * 0.8, paint, smooth=12))
    return [*parts, *cone(shape, paint, head, 1.35)], "metal"


def _column(shape: Lamp, look: Look) -> tuple[list[Any], str]:
    """Glass balls on the arms of a stem."""
    paint, high = lacquer(COLOURS[look.colour]), 1.3 + shape.neck
    glow = opal(shape.lit)
    parts = [trumpet(shape.foot + 0.05, 0.3, paint)]
    parts.append(tube([(0, 0, 0.2), (0, 0, high)], shape.stem * 0.8, paint, smooth=0))
    radius = 0.07 + shape.belly * 0.2
    parts.append(lathe(ball_profile(radius, high + radius * 0.9), glow))
    sides = ((-1, 0.62), (1, 0.8)) if shape.gloss else ((1, 0.5), (-1, 0.64), (1, 0.8))
    for side, share in sides:
        x, z = side * (radius + 0.1), high * share
        arm = [(0, 0, z - 0.1), (x * 0.6, 0, z - 0.1), (x, 0, z - 0.08), (x, 0, z + 0.02)]
        parts.append(tube(arm, shape.stem * 0.7, paint))
        ball = lathe(ball_profile(radius, 0), glow)
        ball.location = (x, 0, z + radius * 0.9)
        parts.append(ball)
    return parts, "metal"


_FLOOR_LAMPS: dict[str, Callable[[Lamp, Look], tuple[list[Any], str]]] = {
    "arc": _arc,
    "tripod": _tripod,
    "reading": _reading,
    "globe": _column,
    "standing": _standing,
}


def floor_lamp(rng: random.Random, look: Look) -> Product:
    """A floor lamp: standing straight, on three legs, in a bow or with several globes."""
    turn, elevation = rng.uniform(-25, 25), rng.uniform(3, 9)
    style = rng.choice(list(_FLOOR_LAMPS))
    shape, azimuth = draw_lamp(rng), turn + rng.choice((0, 180))
    parts, material = _FLOOR_LAMPS[style](shape, look)
    return Product(parts, azimuth, elevation, words=style, material=material)


CATEGORIES = (
    Category(
        "floor lamp",
        "floor lamp",
        floor_lamp,
        price=(79, 420),
        looks=LAMP_LOOKS,
        title="{words} floor lamp, {colour}",
    ),
)
