"""What one product is made of: the types that every category speaks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .palette import ALL_COLOURS, ALL_WOODS, NEUTRALS


@dataclass(frozen=True)
class Look:
    """The colourway of one variant; names from the palette, never colour values."""

    colour: str
    accent: str
    material: str
    pattern: str
    metal: str
    wood: str


@dataclass(frozen=True)
class Looks:
    """What the colourways of a category are drawn from.

    ``distinct`` names the attributes of `Look` that tell the looks of one design apart; the first
    of them is the product's colour in the catalogue, and all of them are in its id.
    """

    colours: tuple[str, ...] = ALL_COLOURS
    accents: tuple[str, ...] = NEUTRALS
    materials: tuple[str, ...] = ("",)
    patterns: tuple[str, ...] = ("plain",)
    metals: tuple[str, ...] = ("gold", "silver", "rosegold")
    woods: tuple[str, ...] = ALL_WOODS
    distinct: tuple[str, ...] = ("colour",)


@dataclass
class Product:
    """A built product: its Blender objects and what the shop says about it.

    ``words`` is a design adjective for the title ("round", "flap"). ``material`` and ``pattern``
    are as the catalogue records them; ``colour`` replaces the look's colour where that would be
    wrong (a wooden stool is "oak"). ``backdrop`` may ask for a sRGB colour behind the product.
    """

    parts: list[Any]
    azimuth_deg: float = 0.0
    elevation_deg: float = 15.0
    words: str = ""
    material: str = ""
    pattern: str = "plain"
    colour: str = ""
    backdrop: tuple[float, float, float] | None = None


Build = Callable[[random.Random, Look], Product]


@dataclass(frozen=True)
class Category:
    """One kind of product.

    ``build`` draws its shape from the random generator alone and its colours from the look alone,
    and draws the same number of values whatever the look: then the same design in two looks has
    exactly the same geometry. ``title`` may use {words}, {pattern}, {material}, {colour},
    {accent}, {metal}, {wood} and {noun}; empty ones vanish. ``trade`` is the kind of brand that
    makes it.
    """

    name: str
    noun: str
    build: Build
    price: tuple[float, float]
    looks: Looks = field(default_factory=Looks)
    title: str = "{pattern} {words} {material} {noun}, {colour}"
    samples: int = 8
    trade: str = "home"
    turn_deg: float = 6.0
