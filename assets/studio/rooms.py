"""Rooms and tables with several products in view: ``python -m studio.rooms --out DIR``.

What people really photograph: a furnished corner, or things that stand on a table, with true sizes
beside each other. Each picture knows its products and where they are. Every second picture is to
learn from, the others to test on; products of the 200 test photos stand in none of the first kind.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from dataclasses import dataclass
from math import radians
from pathlib import Path
from typing import Any

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from PIL import Image

from . import scene
from .phone import N_PHOTOS, floor_material, photos
from .phone import room as surroundings
from .plan import Variant, seed_of, variants
from .products import CATEGORIES
from .render import describe, silent
from .shapes import box, link
from .shards import add_arguments, fan_out, part_of

log = logging.getLogger("studio")

N_ROOMS = 150
WIDTH_PX, HEIGHT_PX = 640, 480
SAMPLES, QUALITY = 12, 82
MARGIN = 0.12  # between two neighbours on the floor, in sizes
LEAST_SEEN = 0.7  # of a product's box, inside the picture
# the longest side, in metres: what stands on the floor of a room, and what on a table
ON_THE_FLOOR = {
    "armchair": 0.95,
    "chair": 0.9,
    "floor lamp": 1.6,
    "plant pot": 0.75,
    "shelf": 1.4,
    "side table": 0.6,
    "sofa": 1.8,
    "stool": 0.6,
    "umbrella": 0.85,
}
ON_THE_TABLE = {
    "bowl": 0.22,
    "candle": 0.16,
    "handbag": 0.3,
    "hat": 0.3,
    "headphones": 0.2,
    "mug": 0.13,
    "perfume": 0.12,
    "speaker": 0.22,
    "table lamp": 0.42,
    "teapot": 0.22,
    "vase": 0.28,
    "water bottle": 0.26,
}


@dataclass(frozen=True)
class Room:
    """One picture: its number, and the products that are in it."""

    id: str
    products: tuple[Variant, ...]
    sizes: dict[str, float]

    @property
    def seed(self) -> int:
        """Seeds the places, the light and the camera."""
        return seed_of(self.id)


def rooms(n_rooms: int = N_ROOMS) -> list[Room]:
    """The same rooms every time: every third is a table; no kind comes twice in one."""
    kept_for_tests = {photo.variant.id for photo in photos(0, N_PHOTOS)}
    by_kind: dict[str, list[Variant]] = {}
    for variant in variants():
        by_kind.setdefault(variant.category, []).append(variant)
    drawn = []
    for number in range(n_rooms):
        rng = random.Random(seed_of("rooms", number))
        sizes = ON_THE_TABLE if number % 3 == 2 else ON_THE_FLOOR
        products = []
        for kind in rng.sample(sorted(sizes), rng.randint(3, 5)):
            shelf = [each for each in by_kind[kind] if number % 2 or each.id not in kept_for_tests]
            products.append(rng.choice(shelf))
        drawn.append(Room(f"room-{number:03d}", tuple(products), sizes))
    return drawn


def place(variant: Variant, size: float, rng: random.Random) -> tuple[Any, dict[str, Any], float]:
    """Build a product at the origin, turned towards the camera; root, record and half its width."""
    before = set(bpy.context.scene.objects)
    product = CATEGORIES[variant.category].build(random.Random(variant.design_seed), variant.look)
    record = describe(variant, product)
    scene.stand(product.parts)
    pivot = link(bpy.data.objects.new("pivot", None))
    for thing in set(bpy.context.scene.objects) - before - {pivot}:
        if thing.parent is None:
            thing.parent = pivot
    pivot.scale = (size, size, size)
    pivot.rotation_euler = (0, 0, -radians(product.azimuth_deg + rng.uniform(-30, 30)))
    bpy.context.view_layer.update()
    points = points_of(pivot)
    middle = (max(p.x for p in points) + min(p.x for p in points)) / 2
    pivot.location.x -= middle
    bpy.context.view_layer.update()
    return pivot, record, max(p.x for p in points) - middle


def points_of(pivot: Any) -> list[Any]:
    """Points on the surface of all that hangs on a pivot."""
    return scene.outline([thing for thing in pivot.children_recursive if thing.type != "EMPTY"])


def arrange(room: Room, rng: random.Random) -> tuple[list[tuple[Any, dict[str, Any]]], float]:
    """Stand the products side by side, every second one further back; returns them and a unit."""
    placed = [place(each, room.sizes[each.category], rng) for each in room.products]
    unit = sum(half for _, _, half in placed) / len(placed) * 2
    at = 0.0
    for number, (pivot, _, half) in enumerate(placed):
        pivot.location.x += at + half
        pivot.location.y += (
            rng.uniform(0.5, 0.9) * unit if number % 2 else rng.uniform(0, 0.3) * unit
        )
        at += 2 * half + MARGIN * unit * rng.uniform(0.2, 2)
    for pivot, _, _ in placed:
        pivot.location.x -= at / 2
    bpy.context.view_layer.update()
    return [(pivot, record) for pivot, record, _ in placed], unit


def set_up(room: Room, rng: random.Random) -> list[tuple[dict[str, Any], tuple[float, ...]]]:
    """Build the scene; returns each product's record and its box, left, top, right, bottom."""
    scene.reset()
    placed, unit = arrange(room, rng)
    points = [points_of(pivot) for pivot, _ in placed]
    everything = [point for each in points for point in each]
    before = set(bpy.context.scene.objects)
    surroundings(rng)
    # a room's walls are made for one product of size 1
    span = max(*(abs(p.x) for p in everything), *(p.z for p in everything), 2 * unit)
    pivot = link(bpy.data.objects.new("surroundings", None))
    for thing in set(bpy.context.scene.objects) - before - {pivot}:
        thing.parent = pivot
        if thing.type == "LIGHT":
            thing.data.energy *= span * span
            thing.data.size *= span
            thing.data.size_y *= span
    pivot.scale = (span, span, span)
    pivot.location.y = 0.5 * unit
    if room.sizes is ON_THE_TABLE:
        thick = 0.03
        box(2.6 * span, 2.2 * span, thick, floor_material("wood", rng), 0.004,
            at=(0, 0.4 * unit, -thick / 2 - 1e-4))  # fmt: skip
    bpy.context.view_layer.update()
    view = scene.camera(
        everything,
        rng.uniform(-14, 14),
        rng.uniform(8, 24),
        rng.uniform(0.72, 0.95),
        rng.choice((28, 35)),
        rng.uniform(-4, 4),
    )
    bpy.context.scene.render.resolution_x = WIDTH_PX
    bpy.context.scene.render.resolution_y = HEIGHT_PX
    bpy.context.view_layer.update()
    return [(record, boxed(view, mine)) for (_, record), mine in zip(placed, points, strict=True)]


def boxed(view: Any, points: list[Any]) -> tuple[float, ...]:
    """Where points lie in the picture: left, top, right, bottom, from 0 to 1."""
    seen = [world_to_camera_view(bpy.context.scene, view, Vector(point)) for point in points]
    across, up = [each.x for each in seen], [each.y for each in seen]
    return (min(across), 1 - max(up), max(across), 1 - min(up))


def visible(boxes: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Boxes cut to the picture; a box that the picture cuts to less than `LEAST_SEEN` is empty."""
    cut = []
    for left, top, right, bottom in boxes:
        inside = (max(left, 0.0), max(top, 0.0), min(right, 1.0), min(bottom, 1.0))
        whole = (right - left) * (bottom - top)
        seen = max(inside[2] - inside[0], 0) * max(inside[3] - inside[1], 0)
        cut.append(inside if seen >= LEAST_SEEN * whole else ())
    return cut


def take(room: Room, out: Path) -> None:
    """Render one room to its WebP and JSON files."""
    rng = random.Random(room.seed)
    raw, packed = out / f".{room.id}.png", out / f".{room.id}.webp"
    with silent():
        records, boxes = zip(*set_up(room, rng), strict=True)
        scene.render(raw, WIDTH_PX, SAMPLES, room.seed, height=HEIGHT_PX)
    with Image.open(raw) as picture:
        picture.convert("RGB").save(packed, "WEBP", quality=QUALITY, method=6)
    raw.unlink()
    products = [
        {"item_id": record["id"], "category": record["category"], "design": record["design"],
         "box": [round(value, 4) for value in box]}
        for record, box in zip(records, visible(list(boxes)), strict=True)
        if box
    ]  # fmt: skip
    learns = int(room.id.rpartition("-")[2]) % 2 == 0
    document = {"id": room.id, "learns": learns, "products": products, "seed": room.seed}
    (out / f"{room.id}.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
    packed.replace(out / f"{room.id}.webp")


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line; run again, it goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    if options.workers > 1:
        fan_out("studio.rooms", arguments, options.workers)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    for room in part_of(rooms(), options):
        if not (options.out / f"{room.id}.webp").exists():
            take(room, options.out)
            log.info("%s", room.id)


if __name__ == "__main__":
    main()
