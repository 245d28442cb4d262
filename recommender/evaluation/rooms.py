"""Measures what is found in photos that show several products.

Three ways answer the same photos in one run: the whole picture, the regions that the page and the
API show, and cut-outs by force, each encoded: what a product costs that needs no detector either.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender import images
from recommender.errors import CatalogueError
from recommender.inference.box_pooling import Boxes
from recommender.recommend import Recommender
from recommender.search.query import EncodedQuery
from recommender.search.regions import Region, candidate_boxes, overlaps
from recommender.types import Floats, Pixels

HIT_AT, RECALL_AT = 10, 20
LEAST_OVERLAP = 0.5  # intersection over union, from which a product counts as found in its place
FORCED_ASPECT = 1.0  # cut-outs by force are squares


@dataclass(frozen=True, kw_only=True)
class Room:
    """A photo and the products in it.

    Attributes
    ----------
    item_ids : of the products
    boxes : (n, 4), where they are: left, top, right, bottom, shares of the photo's sides
    """

    file: Path
    item_ids: tuple[str, ...]
    boxes: Boxes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of one way to one photo.

    Attributes
    ----------
    boxes : (n, 4)
    embeddings : (n, n_dims), of what is in each box
    ms : that it took, the decoding of the file left out
    """

    boxes: Boxes
    embeddings: Floats
    ms: float


def read_rooms(file: Path, *, learns: bool = False) -> list[Room]:
    """Read the photos to test on, or those to learn from.

    Raises
    ------
    CatalogueError : the file cannot be read
    """
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
        return [
            Room(
                file=file.parent / each["image"],
                item_ids=tuple(product["item_id"] for product in each["products"]),
                boxes=np.array([product["box"] for product in each["products"]], np.float32),
            )
            for each in described
            if each["learns"] is learns
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"{file} holds no photos of rooms: {error}") from error


def evaluate_rooms(recommender: Recommender, rooms: Sequence[Room]) -> dict[str, Any]:
    """Measure the ways on rooms whose products are in the catalogue.

    Returns
    -------
    figures : for each way the share of rooms with a true product among the first ten of the part
        that is nearest to a product ("hit_at_10"), the share of products among the first twenty
        of any part ("recall_at_20") and first in one ("recall_at_1"), and milliseconds a photo;
        for regions also the share of products that a region overlaps by half ("found"), and the
        share of regions that overlap a product by half ("right")

    Raises
    ------
    CatalogueError : the catalogue has none of the products
    """
    known = set(recommender.index.ids)
    rooms = [room for room in rooms if set(room.item_ids) <= known]
    if not rooms:
        raise CatalogueError(f"{recommender.catalogue.name!r} has no products of these rooms")
    ways: dict[str, Callable[[Recommender, EncodedQuery, Pixels], tuple[Boxes, Floats]]] = {
        "whole": _whole,
        "regions": _regions,
        "forced": _forced,
    }
    figures: dict[str, Any] = {
        "catalogue": recommender.catalogue.name,
        "queries": "rooms",
        "model": recommender.model.name,
        "fitted_on": recommender.catalogue.name,
        "n_rooms": len(rooms),
        "n_products": sum(len(room.item_ids) for room in rooms),
    }
    pictures = [images.load(room.file) for room in rooms]
    for name, way in ways.items():
        answers = [_timed(way, recommender, pixels) for pixels in pictures]
        figures[name] = _score(recommender, rooms, answers)
    return figures


def describe(figures: dict[str, Any]) -> list[str]:
    """Return the figures as lines of a table."""
    names = ("hit_at_10", "recall_at_1", "recall_at_20", "found", "right", "n_parts", "ms")
    lines = [f"{figures['n_rooms']} photos of rooms, {figures['n_products']} products in them"]
    lines.append(f"{'':10}" + "".join(f"{name:>14}" for name in names))
    for way in ("whole", "regions", "forced"):
        lines.append(f"{way:10}" + "".join(f"{figures[way][name]:14.3f}" for name in names))
    return lines


def _timed(
    way: Callable[[Recommender, EncodedQuery, Pixels], tuple[Boxes, Floats]],
    recommender: Recommender,
    pixels: Pixels,
) -> Answer:
    started = time.perf_counter()
    boxes, embeddings = way(recommender, recommender.encode_pixels(pixels), pixels)
    ms = (time.perf_counter() - started) * 1e3
    return Answer(boxes=boxes, embeddings=embeddings, ms=ms)


def _whole(_: Recommender, encoded: EncodedQuery, __: Pixels) -> tuple[Boxes, Floats]:
    return np.array([[0, 0, 1, 1]], np.float32), encoded.embedding[None]


def _regions(
    recommender: Recommender, encoded: EncodedQuery, pixels: Pixels
) -> tuple[Boxes, Floats]:
    found = recommender.regions(encoded)
    boxes = np.array([region.box for region in found], np.float32)
    return boxes, _cut_out(recommender, pixels, found)


def _forced(recommender: Recommender, _: EncodedQuery, pixels: Pixels) -> tuple[Boxes, Floats]:
    boxes = candidate_boxes(pixels.shape[1] / pixels.shape[0], aspects=(FORCED_ASPECT,))
    regions = [
        Region(box=tuple(map(float, box)), item_id="", similarity=0.0, contrast=0.0)  # type: ignore[arg-type]
        for box in boxes
    ]
    return boxes, _cut_out(recommender, pixels, regions)


def _cut_out(recommender: Recommender, pixels: Pixels, regions: Sequence[Region]) -> Floats:
    parts = [recommender.encode_pixels(region.cut(pixels), whole=pixels) for region in regions]
    return np.stack([part.embedding for part in parts])


def _score(
    recommender: Recommender, rooms: Sequence[Room], answers: Sequence[Answer]
) -> dict[str, Any]:
    hits, first, among, found, right, n_parts = [], [], [], [], [], []
    for room, answer in zip(rooms, answers, strict=True):
        rankings = [
            recommender.index.query(embedding, RECALL_AT) for embedding in answer.embeddings
        ]
        nearest = min(rankings, key=lambda ranked: ranked[0].distance)
        hits.append(any(near.item_id in room.item_ids for near in nearest[:HIT_AT]))
        ids = [[near.item_id for near in ranked] for ranked in rankings]
        for item_id in room.item_ids:
            first.append(any(ranked[0] == item_id for ranked in ids))
            among.append(any(item_id in ranked for ranked in ids))
        shared = np.stack([overlaps(answer.boxes, box) for box in room.boxes], axis=1)
        found += list(shared.max(axis=0) >= LEAST_OVERLAP)
        right += list(shared.max(axis=1) >= LEAST_OVERLAP)
        n_parts.append(len(answer.boxes))
    return {
        "hit_at_10": float(np.mean(hits)),
        "recall_at_1": float(np.mean(first)),
        "recall_at_20": float(np.mean(among)),
        "found": float(np.mean(found)),
        "right": float(np.mean(right)),
        "n_parts": float(np.mean(n_parts)),
        "ms": float(np.median([answer.ms for answer in answers])),
    }
