"""Render the catalogue: ``python -m studio.render --out DIR``; run again, it goes on."""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from . import scene
from .look import Product
from .plan import DESIGNS, LOOKS, Variant, variants
from .products import CATEGORIES
from .shards import add_arguments, fan_out, part_of
from .titles import price, title

log = logging.getLogger("studio")

SIZE = 256
QUALITY = 85


@contextmanager
def silent() -> Iterator[None]:
    """Without what Blender prints for every picture."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def build(variant: Variant) -> Product:
    """The product of a variant, in an empty scene."""
    scene.reset()
    rng = random.Random(variant.design_seed)
    return CATEGORIES[variant.category].build(rng, variant.look)


def shown_colour(variant: Variant, product: Product) -> str:
    """The colour as the catalogue records it."""
    first = CATEGORIES[variant.category].looks.distinct[0]
    return product.colour or getattr(variant.look, first)


def describe(variant: Variant, product: Product) -> dict[str, Any]:
    """What is written next to the picture."""
    category = CATEGORIES[variant.category]
    return {
        "id": variant.id,
        "title": title(category, variant.look, product),
        "category": category.name,
        "design": f"{category.name.replace(' ', '-')}-{variant.design:02d}",
        "colour": shown_colour(variant, product),
        "material": product.material,
        "pattern": product.pattern,
        "price": price(category, variant.design, variant.id),
        "seed": variant.seed,
        "words": product.words,
        "look": asdict(variant.look),
    }


def photograph(
    variant: Variant,
    packed: Path,
    samples: int | None = None,
    moved_deg: tuple[float, float] = (0, 0),
) -> Product:
    """Render one product to a WebP file, from a camera moved around and upwards."""
    category = CATEGORIES[variant.category]
    raw = packed.with_suffix(".png")
    with silent():
        product = build(variant)
        view = random.Random(variant.seed)
        colour = shown_colour(variant, product)
        scene.studio(product, colour, view, category.turn_deg, moved_deg)
        scene.render(raw, SIZE, samples or category.samples, variant.seed)
    with Image.open(raw) as picture:
        picture.convert("RGB").save(packed, "WEBP", quality=QUALITY, method=6)
    raw.unlink()
    return product


def render_variant(variant: Variant, out: Path, samples: int | None = None) -> float:
    """Render one product to its WebP and JSON files and return the seconds it took."""
    start = time.perf_counter()
    packed = out / f".{variant.id}.webp"
    product = photograph(variant, packed, samples)
    seconds = round(time.perf_counter() - start, 2)
    record = describe(variant, product) | {"seconds": seconds}
    text = json.dumps(record, ensure_ascii=False) + "\n"
    (out / f"{variant.id}.json").write_text(text, encoding="utf-8")
    packed.replace(out / f"{variant.id}.webp")  # last: what has a picture is complete
    return seconds


def render_all(queue: list[Variant], out: Path, samples: int | None) -> None:
    """Render what has no picture yet; a product that fails is logged and left out."""
    out.mkdir(parents=True, exist_ok=True)
    for index, variant in enumerate(queue, 1):
        if (out / f"{variant.id}.webp").exists():
            continue
        try:
            seconds = render_variant(variant, out, samples)
        except Exception:
            log.exception("%s failed", variant.id)
            continue
        log.info("%d/%d %s %.1f s", index, len(queue), variant.id, seconds)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--only", default="", help="categories, separated by commas")
    parser.add_argument("--ids", nargs="*", default=[], help="only these products")
    parser.add_argument("--designs", type=int, default=DESIGNS)
    parser.add_argument("--looks", type=int, default=LOOKS)
    parser.add_argument("--samples", type=int, help="instead of those of each category")
    options = parser.parse_args(arguments)
    if options.workers > 1:
        fan_out("studio.render", arguments, options.workers)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    only = [name for name in options.only.split(",") if name] or None
    queue = variants(only, options.designs, options.looks)
    if options.ids:
        queue = [variant for variant in queue if variant.id in set(options.ids)]
    render_all(part_of(queue, options), options.out, options.samples)


if __name__ == "__main__":
    main()
