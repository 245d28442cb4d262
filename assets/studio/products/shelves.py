"""Shelves: bookcases, industrial and ladder shelves, and cubes for the wall."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

from ..look import Category, Look, Looks, Product
from ..materials import metal
from ..shapes import box, disc, tube
from .furniture import FRAME_METALS, FURNITURE_COLOURS, board


@dataclass(frozen=True)
class _Shelf:
    """The shape of a shelf, as drawn for its design."""

    width: float
    depth: float
    height: float
    boards: int
    thick: float
    uneven: tuple[float, ...]
    backed: bool
    lean: float


def _draw_shelf(rng: random.Random) -> _Shelf:
    return _Shelf(
        width=rng.uniform(0.5, 1.15),
        depth=rng.uniform(0.24, 0.36),
        height=rng.uniform(0.75, 1.9),
        boards=rng.choice((3, 4, 5, 6)),
        thick=rng.uniform(0.018, 0.032),
        uneven=tuple(rng.uniform(0.25, 0.75) for _ in range(6)),
        backed=rng.random() < 0.5,
        lean=rng.uniform(0.15, 0.3),
    )


def _levels(shape: _Shelf, low: float = 0.07) -> list[float]:
    """The heights of the boards."""
    step = (shape.height - low) / (shape.boards - 1)
    return [low + step * index for index in range(shape.boards)]


def _bookcase(shape: _Shelf, look: Look) -> list[Any]:
    """Boards between two sides, with uprights here and there."""
    plank, upright = board(look, "X")[0], board(look, "Z")[0]
    width, depth, thick = shape.width, shape.depth, shape.thick
    levels, parts = _levels(shape), []
    for side in (-1, 1):
        at = (side * width / 2, 0, shape.height / 2)
        parts.append(box(thick, depth, shape.height + thick, upright, 0.003, at=at))
    for z in levels:
        parts.append(box(width - thick, depth - 0.004, thick, plank, 0.003, at=(0, -0.001, z)))
    for index, (low, high) in enumerate(pairwise(levels)):
        if shape.uneven[index] > 0.6:
            continue
        x = (shape.uneven[index] - 0.5) * width
        at = (x, 0, (low + high) / 2)
        parts.append(box(thick * 0.8, depth - 0.01, high - low, upright, 0.002, at=at))
    if shape.backed:
        size = (width, 0.008, shape.height - 0.06)
        parts.append(box(*size, plank, 0.001, at=(0, depth / 2 - 0.004, shape.height / 2 + 0.035)))
    return parts


def _industrial(shape: _Shelf, look: Look) -> list[Any]:
    """Boards in a frame of metal bars."""
    plank, frame = board(look, "X")[0], metal(look.metal, 0.3)
    x, y, parts = shape.width / 2, shape.depth / 2, []
    for side in (-1, 1):
        for end in (-1, 1):
            at = (side * x, end * y, shape.height / 2)
            parts.append(box(0.022, 0.022, shape.height, frame, 0.003, at=at))
        for z in (*_levels(shape), shape.height - 0.011):
            at = (side * x, 0, z - shape.thick / 2)
            parts.append(box(0.018, shape.depth, 0.018, frame, 0.002, at=at))
    for z in _levels(shape)[: None if shape.backed else -1]:
        size = (shape.width - 0.02, shape.depth + 0.01, shape.thick)
        parts.append(box(*size, plank, 0.003, at=(0, 0, z)))
    if not shape.backed:
        cross = [(-x, y, shape.height * 0.07), (x, y, shape.height * 0.93)]
        parts.append(tube(cross, 0.006, frame, smooth=0))
        parts.append(tube([(-a, b, c) for a, b, c in cross], 0.006, frame, smooth=0))
    return parts


def _ladder(shape: _Shelf, look: Look) -> list[Any]:
    """Boards that become narrower towards the top of two leaning rails."""
    plank, rail = board(look, "X")[0], board(look, "Z")[0]
    width, deep = shape.width * 0.8, shape.depth + shape.lean
    high, rear, parts = max(1.1, shape.height), shape.depth / 2, []
    for side in (-1, 1):
        x = side * width / 2
        front = [(x, rear - deep, 0), (x, rear - 0.08, high)]
        parts.append(tube(front, 0.016, rail, smooth=0))
        parts.append(tube([(x, rear, 0), (x, rear, high)], 0.016, rail, smooth=0))
    for index in range(shape.boards):
        z = high * (0.12 + 0.84 * index / (shape.boards - 1))
        depth = 0.09 + (deep - 0.09) * (1 - z / high)
        parts.append(box(width, depth, shape.thick, plank, 0.003, at=(0, rear - depth / 2, z)))
    return parts


def _cubes(shape: _Shelf, look: Look) -> list[Any]:
    """A wall shelf of open boxes, stacked in columns of different heights."""
    plank, size, parts = board(look, "X")[0], 0.34, []
    width = size * (0.8 + 0.9 * shape.uneven[0])
    for column in range(2 + shape.boards % 2):
        for row in range(1 + int(shape.uneven[column] * 12) % 3):
            parts += _cube(width, size, shape, plank, column * width, (row + 0.5) * size)
    return parts


def _cube(width: float, size: float, shape: _Shelf, plank: Any, x: float, z: float) -> list[Any]:
    thick, depth = shape.thick * 0.8, shape.depth * 0.8
    parts = []
    for side in (-1, 1):
        at = (x + side * (width - thick) / 2, 0, z)
        parts.append(box(thick, depth, size, plank, 0.002, at=at))
        at = (x, 0, z + side * (size - thick) / 2)
        parts.append(box(width - thick, depth, thick, plank, 0.002, at=at))
    if shape.backed:
        parts.append(box(width, 0.006, size, plank, 0.001, at=(x, depth / 2, z)))
    return parts


def _etagere(shape: _Shelf, look: Look) -> list[Any]:
    """Round boards between three metal posts."""
    plank, frame = board(look, "X")[0], metal(look.metal, 0.3)
    radius, high = shape.width * 0.27 + 0.06, max(0.9, shape.height * 0.85)
    thick = shape.thick * 0.8
    step = (high - 0.1) / (shape.boards - 1)
    parts = [disc(radius, thick, 0.1 + step * i, plank, 0.004) for i in range(shape.boards)]
    for index in range(3):
        turn = 2 * pi * index / 3 + 0.5
        x, y = (radius + 0.008) * cos(turn), (radius + 0.008) * sin(turn)
        parts.append(tube([(x, y, 0), (x, y, high + 0.05)], 0.01, frame, smooth=0))
    return parts


_SHELVES: dict[str, Callable[[_Shelf, Look], list[Any]]] = {
    "industrial": _industrial,
    "bookcase": _bookcase,
    "cube": _cubes,
    "ladder": _ladder,
    "round": _etagere,
}


def shelf(rng: random.Random, look: Look) -> Product:
    """An open shelf to stand on the floor or to hang on a wall."""
    turn, elevation = rng.uniform(14, 36), rng.uniform(6, 16)
    style = rng.choice(list(_SHELVES))
    shape, azimuth = _draw_shelf(rng), rng.choice((-1, 1)) * turn
    parts = _SHELVES[style](shape, look)
    words = "" if style == "bookcase" else style
    return Product(parts, azimuth, elevation, words=words, material=board(look)[1])


CATEGORIES = (
    Category(
        "shelf",
        "shelf",
        shelf,
        price=(59, 540),
        looks=Looks(colours=FURNITURE_COLOURS, metals=FRAME_METALS),
        title="{words} shelf in {colour} {material}",
        trade="furniture",
    ),
)
