"""Rendered products and photos into the demo catalogue (``python -m studio.assemble``)."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from .products import CATEGORIES
from .titles import brand

ITEM_COLUMNS = (
    "id", "image", "title", "category", "brand", "design", "colour", "material", "pattern",
    "price", "currency", "seed",
)  # fmt: skip
PHOTO_COLUMNS = ("id", "image", "item_id", "title", "category", "design", "tags", "sample")
N_SAMPLES = 24
CURRENCY = "EUR"

Record = dict[str, Any]


def read(folder: Path) -> list[Record]:
    """The records of all complete pictures in a folder."""
    files = sorted(folder.glob("*.json"))
    records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [record for record in records if (folder / f"{record['id']}.webp").exists()]


def copy(records: list[Record], source: Path, target: Path) -> int:
    """Copy the pictures of the records into an empty folder; returns their bytes."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    size = 0
    for record in records:
        file = shutil.copy(source / f"{record['id']}.webp", target)
        size += Path(file).stat().st_size
    return size


def write(file: Path, columns: tuple[str, ...], rows: list[Record]) -> None:
    """Write a feed."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path, required=True)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    items = read(options.renders)
    for item in items:
        category, design = CATEGORIES[item["category"]], int(item["design"].rsplit("-", 1)[1])
        item["brand"] = brand(category, design)
        item["image"], item["currency"] = f"images/{item['id']}.webp", CURRENCY
        item["price"] = f"{item['price']:.2f}"
    size = copy(items, options.renders, options.out / "images")
    write(options.out / "items.csv", ITEM_COLUMNS, items)
    photos = read(options.photos) if options.photos else []
    known = {item["id"] for item in items}
    photos = [photo for photo in photos if photo["item_id"] in known]
    step = max(1, len(photos) // N_SAMPLES)
    for number, photo in enumerate(photos):
        is_sample = number % step == 0 and number // step < N_SAMPLES
        photo["sample"] = "1" if is_sample else ""
        photo["image"], photo["tags"] = f"photos/{photo['id']}.webp", ", ".join(photo["tags"])
    if photos:
        size += copy(photos, options.photos, options.out / "photos")
        write(options.out / "customer.csv", PHOTO_COLUMNS, photos)
    for name, count in sorted(Counter(item["category"] for item in items).items()):
        print(f"{name:14} {count}")
    print(f"{len(items)} products, {len(photos)} photos, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
