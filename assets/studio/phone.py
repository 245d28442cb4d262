"""Customer photos: products of the catalogue as a phone sees them (``python -m studio.phone``).

Another camera, angle and light, a room with clutter behind, and what phones and messengers do to
a picture: noise, a colour cast, cropping, JPEG damage. Each photo knows its product. The first 200
are a test set and nothing learns from them; those of ``--practice`` show other products, and teach
the model what differs between a shop's camera and a customer's.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from . import scene
from .materials import fabric, marble, plain, wood
from .palette import ALL_COLOURS, COLOURS, Colour
from .plan import Variant, seed_of, variants
from .render import build, describe, silent
from .shapes import ball_profile, box, lathe, link, mesh
from .shards import add_arguments, fan_out, part_of

log = logging.getLogger("studio")

N_PHOTOS, N_PRACTICE = 200, 167
RENDER_PX, LARGEST_PX = 320, 288
SAMPLES = 12
QUALITY = 80
FLOORS = ("wood", "wood", "wood", "cloth", "stone", "paint")
WALLS = ("white", "beige", "grey", "sage", "sky", "ivory", "terracotta", "charcoal")
CLUTTER_SHARE, CROP_SHARE, TURN_SHARE, HIDE_SHARE = 0.5, 0.25, 0.3, 0.2


@dataclass(frozen=True)
class Photo:
    """One customer photo: which product, and what happens to it."""

    id: str
    variant: Variant

    @property
    def seed(self) -> int:
        """Seeds the room, the camera and the damage."""
        return seed_of(self.id, self.variant.id)


def photos(first: int = 0, n_photos: int = N_PHOTOS) -> list[Photo]:
    """The same photos every time; the categories in turn, each time another of their products."""
    shelves: dict[str, list[Variant]] = {}
    for variant in variants():
        shelves.setdefault(variant.category, []).append(variant)
    for name, shelf in shelves.items():
        random.Random(seed_of("photos", name)).shuffle(shelf)
    names = sorted(shelves)
    return [
        Photo(f"photo-{number:03d}", shelves[names[number % len(names)]][number // len(names)])
        for number in range(first, first + n_photos)
    ]


def floor_material(kind: str, rng: random.Random) -> Any:
    """What a floor or a table is made of; draws the same number of values for every kind."""
    chosen = rng.choice(("oak", "walnut", "beech", "whitewash"))
    cloth = COLOURS[rng.choice(("beige", "grey", "navy", "sage", "charcoal"))]
    paint = COLOURS[rng.choice(("grey", "beige", "sky", "sage"))]
    made: dict[str, Callable[[], Any]] = {
        "wood": lambda: wood(chosen, "X", 0.7, 0.5),
        "cloth": lambda: fabric(cloth, scale=220),
        "stone": lambda: marble((0.62, 0.6, 0.57), (0.42, 0.4, 0.38)),
        "paint": lambda: plain(paint, 0.6),
    }
    return made[kind]()


def room(rng: random.Random) -> None:
    """A floor, a wall and one lamp or window, warm or cool."""
    material = floor_material(rng.choice(FLOORS), rng)
    ground = [(-4, -8, 0), (4, -8, 0), (4, 1.8, 0), (-4, 1.8, 0)]
    mesh("floor", ground, [(0, 1, 2, 3)], material, smooth=False)
    back = rng.uniform(0.9, 1.6)
    wall = [(-8, back, -1), (8, back, -1), (8, back, 6), (-8, back, 6)]
    mesh("wall", wall, [(0, 1, 2, 3)], plain(COLOURS[rng.choice(WALLS)], 0.8), smooth=False)
    warmth = rng.random()
    warm: Colour = (1, 0.88 - 0.08 * warmth, 0.76 - 0.2 * warmth)
    tint = warm if rng.random() < 0.6 else (0.85, 0.93, 1.0)
    scene.even_world(tint, rng.uniform(0.32, 0.55))
    side = rng.uniform(-2.6, -0.5) if rng.random() < 0.5 else rng.uniform(-0.5, 0.4)
    place = (2.2 * cos(side), 2.0 * sin(side), rng.uniform(1.3, 2.4))
    scene.area_light(place, (0, 0, 0.3), rng.uniform(0.25, 0.8), rng.uniform(75, 125), tint)


def clutter(rng: random.Random) -> None:
    """Things that stand around: books, balls and jars, beside and behind the product."""
    for _ in range(rng.randint(2, 4)):
        colour = COLOURS[rng.choice(ALL_COLOURS)]
        x = rng.choice((-1, 1)) * rng.uniform(0.55, 1.0)
        y, size = rng.uniform(0.1, 0.8), rng.uniform(0.12, 0.3)
        turn = rng.uniform(-pi, pi)
        kind = rng.choice(("book", "ball", "jar"))
        if kind == "book":
            thick = size * 0.25
            box(size * 1.2, size * 1.7, thick, plain(colour, 0.6), 0.008, at=(x, y, thick / 2),
                turned=(0, 0, turn))  # fmt: skip
        elif kind == "ball":
            ball = lathe(ball_profile(size / 2, size / 2), plain(colour, 0.5))
            ball.location = (x, y, 0)
        else:
            profile = [(0, 0), (size * 0.4, 0), (size * 0.45, size * 0.8), (size * 0.3, size),
                       (0, size)]  # fmt: skip
            jar = lathe(profile, plain(colour, 0.2))
            jar.location = (x, y, 0)


def set_up(photo: Photo, rng: random.Random) -> tuple[dict[str, Any], list[str]]:
    """Build the scene of a photo; returns the product's record, and what is hard about it."""
    product = build(photo.variant)
    record = describe(photo.variant, product)
    points = scene.stand(product.parts)
    tags = []
    before = set(bpy.context.scene.objects)
    room(rng)
    if rng.random() < CLUTTER_SHARE:
        clutter(rng)
        tags.append("clutter")
    if cos(radians(product.azimuth_deg)) < 0:  # seen from behind: the wall goes to the other side
        pivot = link(bpy.data.objects.new("pivot", None))
        for thing in set(bpy.context.scene.objects) - before - {pivot}:
            thing.parent = pivot
        pivot.rotation_euler = (0, 0, pi)
    lens, turn = rng.choice((28, 35, 50)), rng.uniform(-8, 8)
    azimuth = product.azimuth_deg + rng.uniform(-25, 25)
    elevation = min(80.0, product.elevation_deg + rng.uniform(0, 20))
    view = scene.camera(points, azimuth, elevation, rng.uniform(0.62, 0.88), lens, turn)
    view.location.x += rng.uniform(-0.06, 0.06)
    view.location.z += rng.uniform(-0.04, 0.04)
    return record, tags


def damage(picture: Image.Image, rng: random.Random) -> tuple[Image.Image, list[str]]:
    """What happens to a photo on its way: turned, cut, partly covered, noisy, compressed."""
    tags = []
    if rng.random() < TURN_SHARE:
        angle = rng.choice((-1, 1)) * rng.uniform(8, 20)
        size = picture.width
        turned = picture.rotate(angle, Image.Resampling.BICUBIC)
        inner = int(size * 0.78)
        low = (size - inner) // 2
        picture = turned.crop((low, low, low + inner, low + inner))
        tags.append("rotated")
    if rng.random() < CROP_SHARE:
        width, height = picture.size
        cut = [rng.uniform(0, 0.16) for _ in range(4)]
        edges = (cut[0] * width, cut[1] * height, width * (1 - cut[2]), height * (1 - cut[3]))
        picture = picture.crop(tuple(int(edge) for edge in edges))
        tags.append("cropped")
    if rng.random() < HIDE_SHARE:
        cover(picture, rng)
        tags.append("half hidden")
    values = np.asarray(picture, np.float32)
    noise = np.random.default_rng(rng.getrandbits(32))
    cast = noise.uniform(0.93, 1.07, 3)
    values = values * cast * rng.uniform(0.85, 1.12) + noise.normal(
        0, rng.uniform(2, 8), values.shape
    )
    picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=rng.randint(28, 70))
    picture = Image.open(buffer).convert("RGB")
    picture.thumbnail((LARGEST_PX, LARGEST_PX), Image.Resampling.LANCZOS)
    return picture, tags


def cover(picture: Image.Image, rng: random.Random) -> None:
    """Something out of focus in the foreground hides one side of the picture."""
    width, height = picture.size
    share, slant = rng.uniform(0.2, 0.34) * width, rng.uniform(-0.12, 0.12) * width
    corners = [(-20, -20), (share + slant, -20), (share - slant, height + 20), (-20, height + 20)]
    if rng.random() < 0.5:
        corners = [(width - x, y) for x, y in corners]
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    colour = tuple(int(255 * value) for value in COLOURS[rng.choice(ALL_COLOURS)])
    shade = Image.linear_gradient("L").resize(picture.size).point(lambda v: 150 + v * 2 // 5)
    thing = ImageChops.multiply(Image.new("RGB", picture.size, colour), shade.convert("RGB"))
    picture.paste(thing, (0, 0), mask.filter(ImageFilter.GaussianBlur(3)))


def take(photo: Photo, out: Path) -> None:
    """Render one photo to its WebP and JSON files."""
    rng = random.Random(photo.seed)
    raw, packed = out / f".{photo.id}.png", out / f".{photo.id}.webp"
    with silent():
        record, tags = set_up(photo, rng)
        scene.render(raw, RENDER_PX, SAMPLES, photo.seed)
    with Image.open(raw) as rendered:
        picture, more = damage(rendered.convert("RGB"), rng)
    picture.save(packed, "WEBP", quality=QUALITY, method=6)
    raw.unlink()
    document = {
        "id": photo.id,
        "item_id": photo.variant.id,
        "title": record["title"],
        "category": record["category"],
        "design": record["design"],
        "tags": tags + more,
        "seed": photo.seed,
    }
    (out / f"{photo.id}.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
    packed.replace(out / f"{photo.id}.webp")


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line; run again, it goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--practice", action="store_true", help="photos to learn from")
    options = parser.parse_args(arguments)
    if options.workers > 1:
        fan_out("studio.phone", arguments, options.workers)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = photos(N_PHOTOS, N_PRACTICE) if options.practice else photos()
    for photo in part_of(wanted, options):
        if not (options.out / f"{photo.id}.webp").exists():
            take(photo, options.out)
            log.info("%s of %s", photo.id, photo.variant.id)


if __name__ == "__main__":
    main()
