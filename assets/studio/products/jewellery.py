"""Rings and bracelets."""

from __future__ import annotations

import random
from math import cos, pi, sin
from typing import Any

from mathutils import Vector

from ..jewels import (
    BEADS,
    FINE_METALS,
    GEMS,
    ball,
    bead_stone,
    bezel,
    chain,
    claws,
    gemstone,
    halo,
    resample,
    strung,
)
from ..look import Category, Look, Looks, Product
from ..materials import metal
from ..shapes import circle, gem, lathe, place, tube

Part = Any

_RING = 0.5


def _hoop_profile(
    radius: float, width: float, thick: float, flat: bool
) -> list[tuple[float, float]]:
    """A band's section for `lathe`: an oval or a rounded bar, flatter inside."""
    power = 0.45 if flat else 1.0
    profile = []
    for index in range(33):
        turn = 2 * pi * index / 32
        across, along = cos(turn), sin(turn)
        out = abs(across) ** power * (1 if across > 0 else -0.5)
        up = abs(along) ** power * (1 if along > 0 else -1)
        profile.append((radius + thick * out, width * up))
    return profile


def _twisted(radius: float, thick: float, turns: int, material: Any) -> list[Part]:
    """Two wires twisted into a closed band about the z axis."""
    wires = []
    for start in (0, pi):
        points = []
        for index in range(240):
            around = 2 * pi * index / 240
            angle = around * turns + start
            reach = radius + thick * 0.62 * cos(angle)
            points.append((reach * cos(around), reach * sin(around), thick * 0.62 * sin(angle)))
        wires.append(tube(points, thick * 0.62, material, closed=True))
    return wires


def _band(style: str, radius: float, width: float, thick: float, material: Any) -> list[Part]:
    """A ring or bangle about the z axis."""
    if style == "twisted":
        return _twisted(radius, max(thick, width * 0.6), 12, material)
    if style == "double":
        slim = width * 0.42
        pair = [lathe(_hoop_profile(radius, slim, thick, False), material, 128) for _ in range(2)]
        place(pair[:1], (0, 0, width * 0.75))
        return pair[:1] + place(pair[1:], (0, 0, -width * 0.75))
    if style == "beaded":
        line = circle(radius + thick * 0.3, count=160)
        beads = strung(line, max(thick, 0.035) * 1.05, material, closed=True)
        return [lathe(_hoop_profile(radius, thick * 0.6, thick * 0.5, False), material, 96), *beads]
    return [lathe(_hoop_profile(radius, width, thick, style == "flat"), material, 128)]


def _on_band(parts: list[Part], height: float, turn: float) -> list[Part]:
    """Put parts that look upwards onto a band that stands upright, so far from its top."""
    return place(place(parts, (0, 0, height)), turned=(0, turn, 0))


def _pave(size: float, height: float, first: float, count: int, stone: Any) -> list[Part]:
    """Small stones on both shoulders of a band."""
    parts = []
    for index in range(count):
        for side in (-1, 1):
            turn = side * (first + index * size * 2.1 / height)
            parts += _on_band([gem(size, stone)], height + size * 0.3, turn)
    return parts


def _head(
    style: str, size: float, count: int, top: float, stone: Any, clear: Any, shine: Any
) -> list[Part]:
    """The stones on top of a ring, by the name of the setting."""
    lift = size * 0.72
    if style == "solitaire":
        return [
            gem(size, stone, (0, 0, top + lift)),
            *claws(size, lift + 0.02, (0, 0, top + lift), shine, count),
        ]
    if style == "halo":
        small = size * 0.2
        ring = place(halo(size * 1.27, small, clear, shine), (0, 0, top + lift - small * 0.4))
        under = claws(size, lift + 0.02, (0, 0, top + lift), shine, count)
        return [gem(size, stone, (0, 0, top + lift)), *under, *ring]
    if style == "bezel":
        deep = size * 0.7
        return place([bezel(size, deep, shine), gem(size, stone)], (0, 0, top + deep - 0.02))
    if style == "trilogy":
        parts = [
            gem(size, stone, (0, 0, top + lift)),
            *claws(size, lift + 0.02, (0, 0, top + lift), shine),
        ]
        for side in (-1, 1):
            small = size * 0.66
            at = (0, 0, small * 0.72)
            setting = [gem(small, clear, at), *claws(small, small * 0.74, at, shine)]
            parts += _on_band(setting, top, side * (size + small) * 1.02 / top)
        return parts
    if style == "two-stone":
        parts = []
        for side, share in ((-1, 1.0), (1, 0.8)):
            one = size * 0.85 * share
            at = (side * size * 0.78, side * size * 0.3, top + one * 0.7)
            parts += [gem(one, stone if side < 0 else clear, at), *claws(one, one * 0.8, at, shine)]
        return parts
    middle = (0, 0, top + lift)
    parts = [gem(size * 0.62, stone, middle), *claws(size * 0.62, lift, middle, shine)]
    under = top + lift - size * 0.5
    basket = [(0, top - 0.02), (size * 0.3, top - 0.02), (size * 0.36, under - size * 0.12)]
    basket += [(size * 1.3, under), (size * 1.3, under + size * 0.07), (0, under + size * 0.07)]
    parts.append(lathe(basket, shine, crease=50))
    for index in range(count + 2):  # a cluster
        turn = 2 * pi * index / (count + 2)
        at = (size * 1.05 * cos(turn), size * 1.05 * sin(turn), top + lift - size * 0.16)
        parts += [gem(size * 0.42, clear, at), *claws(size * 0.42, size * 0.5, at, shine, 3, 0.013)]
    return parts


def ring(rng: random.Random, look: Look) -> Product:
    """A ring with one stone, several, or stones all around."""
    style = rng.choice(
        ("solitaire", "halo", "bezel", "trilogy", "two-stone", "cluster", "eternity", "eternity")
    )
    band = rng.choice(("court", "flat", "court", "twisted", "double", "beaded"))
    width, thick = rng.uniform(0.04, 0.14), rng.uniform(0.032, 0.06)
    size, count = rng.uniform(0.13, 0.25), rng.choice((4, 4, 6))
    paved, share = rng.random() < 0.4, rng.choice((0.45, 0.7, 1.0))
    azimuth, elevation = rng.uniform(18, 52), rng.uniform(10, 26)
    shine, stone, clear = metal(look.metal, 0.12), gemstone(look.material), gemstone("diamond")
    top = _RING + thick
    if style == "eternity":
        small = max(0.055, width * 0.8)
        parts = _band("flat", _RING, small * 1.05, thick, shine)
        parts = place(parts, turned=(pi / 2, 0, 0))
        around = 2 * pi * (_RING + thick)
        stones = int(around * share / (small * 2.12))
        for index in range(stones):
            turn = (index - (stones - 1) / 2) * 2 * pi * share / stones
            setting = [gem(small, stone), *claws(small, small * 0.6, (0, 0, 0), shine, 4, 0.011)]
            parts += _on_band(setting, top + small * 0.35, turn)
    else:
        parts = place(_band(band, _RING, width, thick, shine), turned=(pi / 2, 0, 0))
        parts += _head(style, size, count, top, stone, clear, shine)
        if paved and band in ("court", "flat") and style in ("solitaire", "halo", "bezel"):
            parts += _pave(0.05, top, size * 2.4 + 0.1, 5, clear)
    return Product(parts, azimuth, elevation, words=style, material=look.material)


def _oval(length: float, width: float, height: float, wobble: float) -> list[Vector]:
    """A loop lying on the floor, laid by hand."""
    points = []
    for index in range(160):
        turn = 2 * pi * index / 160
        sway = 1 + wobble * sin(3 * turn + 40 * wobble)
        points.append(Vector((length * cos(turn) * sway, width * sin(turn) * sway, height)))
    return points


def _at(turn: float, radius: float, height: float) -> tuple[float, float, float]:
    """A place on a circle about the z axis, from the front to the right."""
    return radius * sin(turn), -radius * cos(turn), height


def _bangle(
    band: str, width: float, thick: float, count: int, size: float, shine: Any, stone: Any
) -> list[Part]:
    """A stiff closed bracelet with stones set into its front."""
    parts = place(_band(band, _RING, width, thick, shine), (0, 0, max(width, thick) * 1.1))
    middle = max(width, thick) * 1.1
    for index in range(count):
        turn = (index - (count - 1) / 2) * (size * 2.5 / _RING)
        setting = place(
            [bezel(size, size * 0.8, shine), ball(size * 0.98, stone)], turned=(pi / 2, 0, turn)
        )
        parts += place(setting, _at(turn, _RING + thick + size * 0.2, middle))
    return parts


def _cuff(width: float, thick: float, size: float, shine: Any, stone: Any) -> list[Part]:
    """An open wire that ends in two beads."""
    line = [_at(turn / 40 * (2 * pi - 0.66) + 0.33, _RING, size) for turn in range(41)]
    parts = [tube(line, max(thick, width * 0.45), shine)]
    parts += [ball(size, stone, line[0]), ball(size, stone, line[-1])]
    for end, near in ((line[0], line[1]), (line[-1], line[-2])):
        collar = Vector(end).lerp(Vector(near), 0.55)
        parts.append(ball(size * 0.72, shine, collar))
    return parts


def _beaded(size: float, spaced: int, oval: list[Vector], shine: Any, stone: Any) -> list[Part]:
    """Beads on an elastic with metal ones between."""
    parts = []
    for index, (at, along) in enumerate(resample(oval, size * 2.02, closed=True)):
        metallic = index % spaced == 0
        parts.append(ball(size * (0.97 if metallic else 1), shine if metallic else stone, at))
        turned = along.to_track_quat("Z", "Y").to_euler()
        disc = lathe(
            [(0, -0.004), (size * 0.4, -0.004), (size * 0.4, 0.004), (0, 0.004)], shine, 20
        )
        parts += place([disc], at + along * size, turned)
    return parts


def _tennis(size: float, spaced: int, oval: list[Vector], shine: Any, stone: Any) -> list[Part]:
    """A row of round stones in cups, with metal beads between."""
    parts = []
    for index, (at, along) in enumerate(resample(oval, size * 2.5, closed=True)):
        if index % spaced == spaced - 1:
            parts.append(ball(size * 1.15, shine, at, 24))
            continue
        out = Vector((along.y, -along.x, 0.9)).normalized()
        turned = out.to_track_quat("Z", "Y").to_euler()
        parts += place(
            [bezel(size, size * 0.9, shine, 24), ball(size * 0.98, stone, segments=24)], at, turned
        )
    return parts


def _charmed(
    link: float, wide: float, oval: list[Vector], size: float, count: int, shine: Any, stone: Any
) -> list[Part]:
    """A chain of links with beads hanging from its front."""
    parts = [chain(oval, link, link * 0.11, shine, closed=True, wide=wide)]
    for index in range(count):
        at = oval[(120 + (2 * index - count + 1) * 9) % 160]
        out = Vector((at.x, at.y, 0)).normalized()
        middle = at + out * (size * 1.5 + link * 0.5)
        middle.z = size
        parts += [ball(size, stone, middle), tube([at, middle], link * 0.09, shine, smooth=0)]
        parts.append(ball(size * 0.4, shine, middle - out * size * 0.9))
    return parts


def bracelet(rng: random.Random, look: Look) -> Product:
    """A bangle, a cuff, a string of beads, a row of stones or a chain with charms."""
    style = rng.choice(("charm", "bangle", "cuff", "beaded", "tennis", "bangle", "beaded", "charm"))
    band = rng.choice(("court", "flat", "twisted", "double"))
    width, thick = rng.uniform(0.03, 0.13), rng.uniform(0.022, 0.04)
    bead, count, spaced = rng.uniform(0.045, 0.1), rng.choice((1, 3, 5)), rng.choice((3, 5, 9, 40))
    link, wide = rng.uniform(0.07, 0.15), rng.choice((0.45, 0.62, 0.8))
    squash, wobble = rng.uniform(0.72, 0.98), rng.uniform(0.005, 0.03)
    azimuth, elevation = rng.uniform(-25, 25), rng.uniform(24, 42)
    shine, stone = metal(look.metal, 0.14), bead_stone(look.material)
    if style == "bangle":
        size = min(0.065, max(0.035, width * 0.62))
        parts = _bangle(band, width, thick, count, size, shine, stone)
    elif style == "cuff":
        parts = _cuff(width, thick, bead * 0.9, shine, stone)
    elif style == "beaded":
        oval = _oval(_RING, _RING * squash, bead, wobble * 0.5)
        parts = _beaded(bead, spaced, oval, shine, stone)
    elif style == "tennis":
        size = bead * 0.75
        oval = _oval(_RING, _RING * squash, size, wobble)
        parts = _tennis(size, spaced, oval, shine, stone)
    else:
        oval = _oval(_RING, _RING * squash, link * wide * 0.42, wobble)
        parts = _charmed(link, wide, oval, bead * 0.8, count, shine, stone)
    return Product(parts, azimuth, elevation, words=style, material=look.material)


CATEGORIES = (
    Category(
        "ring",
        "ring",
        ring,
        price=(49, 890),
        looks=Looks(materials=tuple(GEMS), metals=FINE_METALS, distinct=("metal", "material")),
        title="{words} ring in {metal} with {material}",
        samples=24,
        trade="jewellery",
    ),
    Category(
        "bracelet",
        "bracelet",
        bracelet,
        price=(25, 290),
        looks=Looks(materials=tuple(BEADS), metals=FINE_METALS, distinct=("metal", "material")),
        title="{words} bracelet in {metal} with {material}",
        trade="jewellery",
    ),
)
