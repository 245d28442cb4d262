"""Reads all pictures that the fine-tuning learns from or is chosen by, and says which are which.

A quarter of the rows of `style` and the practice photos of three in eight designs are never learned
from: how well they are found is part of what chooses the weights. The held-out pictures of
`style`, the test pictures of `clothing` and the customers' photos are not read at all.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.augmentation import FOR_TRAINING, augment
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.config import MODELS, read_json
from recommender.items import Item
from recommender.models import PERCEPTUAL
from recommender.types import Pixels

SIDE_PX, ALTERED_PX = 320, 224
N_ALTERED, N_VIEWS = 500, 500
N_UNSEEN = 3  # in eight designs, whose photos are not learned from
GALLERIES = ("style", "clothing-train", "demo")
QUERIES, PHOTOS = "clothing-validation", "practice"

Labels = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Pictures one after the other: the galleries, photos, queries, altered pictures, views.

    Attributes
    ----------
    pixels : (n, 320, 320, 3), uint8
    at : where each catalogue's pictures are, by its name; and "altered" and "views"
    is_learned : (n_gallery,), rows that anything may be learned from
    photo_items : (n_photos,), gallery rows of the items that the photos show
    is_learned_photo : (n_photos,)
    altered_rows, view_rows : gallery rows of the altered pictures and views
    types, brands, designs, clothes : labels, by catalogue where it has any; for scoring, but that
        looks of one design of the demo, which this project drew, may be learned to be alike
    """

    pixels: Pixels
    at: dict[str, slice]
    is_learned: NDArray[np.bool_]
    photo_items: NDArray[np.intp]
    is_learned_photo: NDArray[np.bool_]
    altered_rows: NDArray[np.intp]
    view_rows: NDArray[np.intp]
    types: Labels
    brands: Labels
    designs: Labels
    clothes: dict[str, Labels]

    @property
    def n_gallery(self) -> int:
        """Pictures of the galleries, which come first."""
        return len(self.is_learned)


def read_pictures(limit: int | None = None) -> Pictures:
    """Read the catalogues; `limit` keeps so many of each, to try the recipe out."""
    held_out = set(read_json(MODELS / PERCEPTUAL / "held_out.json", default=[]))
    chosen = {
        name: _some([item for item in each if item.item_id not in held_out], limit)
        for name in (*GALLERIES, QUERIES)
        for each in [open_catalogue(name)]
    }
    demo_ids = {item.item_id: row for row, item in enumerate(chosen["demo"])}
    photos = [item for item in open_catalogue(PHOTOS) if item.attributes.get("item_id") in demo_ids]
    chosen[PHOTOS] = photos
    at, squares = {}, []
    for name in (*GALLERIES, PHOTOS, QUERIES):
        read = _squares(open_catalogue(name), chosen[name])
        at[name] = slice(len(squares), len(squares) + len(read))
        squares += read
    style, demo = at["style"], at["demo"]
    is_learned = np.ones(demo.stop, bool)
    is_learned[style] = [_bucket(item.item_id, 4) > 0 for item in chosen["style"]]
    unseen_first = np.argsort(is_learned[style], kind="stable")
    altered_rows = style.start + unseen_first[:N_ALTERED]
    rng = np.random.default_rng(0)
    n_views = min(N_VIEWS, limit or N_VIEWS)
    view_rows = np.concatenate(
        [at[name].start + rng.permutation(len(chosen[name]))[:n_views] for name in GALLERIES]
    )
    n_read = len(squares)
    squares += [_altered(squares[row], np.random.default_rng(7 + row)) for row in altered_rows]
    at["altered"] = slice(n_read, len(squares))
    squares += [
        augment(squares[row], np.random.default_rng(row), FOR_TRAINING) for row in view_rows
    ]
    at["views"] = slice(at["altered"].stop, len(squares))
    items = [demo_ids[item.attributes["item_id"]] for item in photos]
    designs = _labels(chosen["demo"], "design")
    return Pictures(
        pixels=np.stack(squares),
        at=at,
        is_learned=is_learned,
        photo_items=demo.start + np.array(items, np.intp),
        is_learned_photo=np.array([_bucket(designs[row], 8) >= N_UNSEEN for row in items], bool),
        altered_rows=altered_rows,
        view_rows=view_rows,
        types=_labels(chosen["style"], "category"),
        brands=_labels(chosen["style"], "brand"),
        designs=designs,
        clothes={name: _labels(chosen[name], "category") for name in (GALLERIES[1], QUERIES)},
    )


def _some(items: list[Item], limit: int | None) -> list[Item]:
    return items if limit is None else items[:: max(1, len(items) // limit)][:limit]


def _bucket(text: str, n_buckets: int) -> int:
    """Draw a bucket by a name, the same on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % n_buckets


def _squares(catalogue: Catalogue, items: list[Item]) -> list[Pixels]:
    def read(item: Item) -> Pixels:
        return images.letterbox(images.load(catalogue.image_path(item)), SIDE_PX)

    with ThreadPoolExecutor() as pool:
        return list(pool.map(read, items))


def _altered(square: Pixels, rng: np.random.Generator) -> Pixels:
    """A picture as `evaluate --altered` changes it."""
    return images.letterbox(augment(images.letterbox(square, ALTERED_PX), rng), SIDE_PX)


def _labels(items: list[Item], name: str) -> Labels:
    return np.array([item.label(name) for item in items], dtype=object)
