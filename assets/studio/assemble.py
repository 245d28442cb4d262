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

ENDING = "_2"  # of a second view's name

ITEM_COLUMNS = (
    "id", "image", "additional_images", "title", "category", "brand", "design", "colour",
    "material", "pattern", "price", "currency", "seed",
)  # fmt: skip
PHOTO_COLUMNS = ("id", "image", "item_id", "title", "category", "design", "tags", "sample")
N_SAMPLES = 24
SAMPLE_ROOMS = {  # those to test on that the page offers
    "room-017": "Five things on a marble table",
    "room-025": "A corner with shelf and lamp",
    "room-033": "A chair, a stool and a plant",
    "room-053": "A lamp and a radio",
}
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


def take_items(renders: Path, out: Path) -> int:
    """Pictures and feed of the products; returns the pictures' bytes."""
    items = read(renders)
    for item in items:
        category, design = CATEGORIES[item["category"]], int(item["design"].rsplit("-", 1)[1])
        item["brand"] = brand(category, design)
        item["image"], item["currency"] = f"images/{item['id']}.webp", CURRENCY
        item["price"] = f"{item['price']:.2f}"
    write(out / "items.csv", ITEM_COLUMNS, items)
    for name, count in sorted(Counter(item["category"] for item in items).items()):
        print(f"{name:14} {count}")
    return copy(items, renders, out / "images")


def take_views(source: Path, out: Path) -> int:
    """Second views of products that the feed has; returns their bytes."""
    with (out / "items.csv").open(newline="", encoding="utf-8") as stream:
        items: list[Record] = list(csv.DictReader(stream))
    target, size = out / "views", 0
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for item in items:
        name = f"{item['id']}{ENDING}.webp"
        item["additional_images"] = ""
        if (source / name).exists():
            item["additional_images"] = f"views/{name}"
            size += Path(shutil.copy(source / name, target)).stat().st_size
    write(out / "items.csv", ITEM_COLUMNS, items)
    print(f"{sum(bool(item['additional_images']) for item in items)} second views")
    return size


def take_photos(source: Path, out: Path, feed: str, folder: str, n_samples: int) -> int:
    """Pictures and feed of photos whose product is in the catalogue; returns their bytes."""
    with (out / "items.csv").open(newline="", encoding="utf-8") as stream:
        known = {row["id"] for row in csv.DictReader(stream)}
    photos = [photo for photo in read(source) if photo["item_id"] in known]
    step = max(1, len(photos) // max(n_samples, 1))
    for number, photo in enumerate(photos):
        is_sample = number % step == 0 and number // step < n_samples
        photo["sample"] = "1" if is_sample else ""
        photo["image"], photo["tags"] = f"{folder}/{photo['id']}.webp", ", ".join(photo["tags"])
    write(out / feed, PHOTO_COLUMNS, photos)
    print(f"{feed}: {len(photos)} photos")
    return copy(photos, source, out / folder)


def take_rooms(source: Path, out: Path) -> int:
    """Pictures and description of rooms all of whose products are known; returns their bytes."""
    with (out / "items.csv").open(newline="", encoding="utf-8") as stream:
        known = {row["id"] for row in csv.DictReader(stream)}
    rooms = [
        room
        for room in read(source)
        if room["products"] and all(each["item_id"] in known for each in room["products"])
    ]
    for room in rooms:
        room["image"] = f"rooms/{room['id']}.webp"
        room["title"] = SAMPLE_ROOMS.get(room["id"], "")
    text = ",\n".join(json.dumps(room) for room in rooms)
    (out / "rooms.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
    print(f"rooms.json: {len(rooms)} rooms")
    return copy(rooms, source, out / "rooms")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path)
    parser.add_argument("--views", type=Path, help="second views, see `studio.views`")
    parser.add_argument("--photos", type=Path, help="the test set")
    parser.add_argument("--practice", type=Path, help="photos to learn from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rooms", type=Path, help="photos of several products")
    options = parser.parse_args()
    size = 0
    if options.renders:
        size += take_items(options.renders, options.out)
    if options.views:
        size += take_views(options.views, options.out)
    if options.photos:
        size += take_photos(options.photos, options.out, "customer.csv", "photos", N_SAMPLES)
    if options.practice:
        size += take_photos(options.practice, options.out, "practice.csv", "practice", 0)
    if options.rooms:
        size += take_rooms(options.rooms, options.out)
    print(f"{size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
