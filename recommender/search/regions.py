"""Finds the things in a photo that a catalogue could answer, without a detector.

Most photos show one thing, and two cheap looks tell: `sure_of_one` by how near the whole photo is
to a product, `seems_one` by a glance at a few parts of it. For the others the network looks once at
a larger picture. Every box of a coarse set is described from its maps
and asked for the nearest product; a box is good where a product is near, and where the network is
excited inside and not around. The best boxes that do not overlap are then moved and resized as
long as that makes them better. Nothing here was trained on boxes: what counts as a thing is what
the catalogue has.

References: Tolias, Sicre & Jégou, "Particular object retrieval with integral max-pooling of CNN
activations", ICLR 2016 (object search in one map, with refinement of the box); Alexe, Deselaers &
Ferrari, "Measuring the objectness of image windows", TPAMI 2012 (centre against surround).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.inference.box_pooling import Boxes, PictureMaps, means_over, pool_boxes
from recommender.search.index import Index
from recommender.types import Floats, Pixels

MAX_REGIONS = 8
SIDES = (1.0, 0.7, 0.5, 0.35, 0.25)  # of boxes, in longer sides of the picture
ASPECTS = (1.0, 0.5, 2.0)  # width over height
STEP = 0.5  # of a box's side, to the next one
AROUND = 0.25  # of a box's sides, that its surroundings reach out
CONTRAST_WEIGHT = 0.5
MAX_IOU, MAX_INSIDE = 0.2, 0.4  # of two regions: intersection over union, and over the smaller
# A photo of one thing is as near to a product as its best part, one of several things is not: of
# 38 practice photos with several candidates 95 in 100 were nearer as a whole by 0.04 and more, of
# 31 rendered rooms 95 in 100 less near by 0.2 and more.
ONE_THING = 0.1
# A photo that is nearer to a product than this percentile of the catalogue's own altered pictures
# shows one thing: so near are 155 of 160 practice photos of one product, all of which have it among
# their first four matches, and none of 71 rendered rooms.
SURE_PERCENTILE, SURE_CHANCE = 90, 0.98
# At a glance the best of a few boxes is nearer to a product than the whole by at most this in 155
# of those 160 photos, in none of the 71 rooms (by 0.03 and more), and in 1 of 33 photos of people
# that show several things. It was 0.03 until the rooms to test on had been seen once.
GLANCED_ONE, GLANCED_SIDES = 0.02, (0.7, 0.5, 0.35)
WORSE = 0.4  # than the best region's score: what is left is wall and floor
ROUNDS = 3
WHOLE_BOX = (0.0, 0.0, 1.0, 1.0)
WHOLE = np.array(WHOLE_BOX, np.float32)
CHANCE = (4.34, 8.77, -3.24)  # weights of similarity and contrast, and a constant
MOVED = 0.2  # of a box's side
# A box's neighbours: shifts of its middle, in its sides, and factors of its sides. Each edge moves
# out or in by itself, and all of them together.
MOVES = np.array(
    [
        (0, 0, 1, 1),
        *((sign * by / 2, 0, 1 + by, 1) for by in (-MOVED, MOVED) for sign in (-1, 1)),
        *((0, sign * by / 2, 1, 1 + by) for by in (-MOVED, MOVED) for sign in (-1, 1)),
        (0, 0, 1 - MOVED, 1 - MOVED),
        (0, 0, 1 + MOVED, 1 + MOVED),
    ],
    np.float32,
)


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of a photo that shows one thing.

    Attributes
    ----------
    box : left, top, right, bottom, shares of the photo's width and height
    item_id : of the nearest product
    similarity : to it
    contrast : how much more the network is excited in the box than around it, in [-1, 1]; None of
        a whole photo that is near enough to a product without a closer look
    """

    box: tuple[float, float, float, float]
    item_id: str
    similarity: float
    contrast: float | None

    @property
    def score(self) -> float:
        """By which regions are chosen and ordered."""
        return self.similarity + CONTRAST_WEIGHT * (self.contrast or 0.0)

    @property
    def confidence(self) -> float:
        """Chance in [0, 1] that it shows a product which is among its first four matches.

        A logistic regression on the rooms to learn from, see `python -m tools.regions`.
        """
        if self.contrast is None:
            return SURE_CHANCE
        evidence = sum(
            weight * value
            for weight, value in zip(CHANCE, (self.similarity, self.contrast, 1.0), strict=True)
        )
        return float(1 / (1 + np.exp(-evidence)))

    def cut(self, pixels: Pixels) -> Pixels:
        """Cut the part, at least a pixel of it, from the photo (height, width, 3)."""
        height, width = pixels.shape[:2]
        left, top, right, bottom = self.box
        first_row, first_column = int(top * height), int(left * width)
        last_row = max(first_row + 1, round(bottom * height))
        last_column = max(first_column + 1, round(right * width))
        return pixels[first_row:last_row, first_column:last_column]


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """Boxes (n, 4), the row of the product nearest to each, and what their scores are made of."""

    boxes: Boxes
    nearest: NDArray[np.integer]
    similarity: Floats
    contrast: Floats

    @property
    def score(self) -> Floats:
        return np.asarray(self.similarity + CONTRAST_WEIGHT * self.contrast)

    def __getitem__(self, chosen: NDArray[np.integer]) -> "_Scored":
        return _Scored(
            boxes=self.boxes[chosen],
            nearest=self.nearest[chosen],
            similarity=self.similarity[chosen],
            contrast=self.contrast[chosen],
        )


def sure_of_one(index: Index, whole: Floats, close: float) -> Region | None:
    """The whole photo, if it is so near to a product that it shows this one thing.

    Parameters
    ----------
    whole : (n_dims,), the embedding of the whole photo
    close : distance up to which a photo is so near: at `SURE_PERCENTILE` of those usual for photos
    """
    nearest = index.query(whole, 1)
    if not nearest or nearest[0].distance > close:
        return None
    similarity = index.similarity(nearest[0].distance)
    return Region(box=WHOLE_BOX, item_id=nearest[0].item_id, similarity=similarity, contrast=None)


def seems_one(index: Index, maps: PictureMaps, whole: Floats) -> Region | None:
    """The whole photo, if a glance at it finds no part that is much nearer to a product.

    Parameters
    ----------
    maps : what the network sees in the photo at the encoder's own size
    whole : (n_dims,), the embedding of the whole photo
    """
    as_whole = _as_whole(index, maps, whole)
    boxes = candidate_boxes(maps.ratio, sides=GLANCED_SIDES, aspects=(1.0,))
    distances, _ = index.kneighbors(index.embed(pool_boxes(maps, boxes)), 1)
    best = float(index.similarities(distances).max())
    return as_whole if as_whole.similarity >= best - GLANCED_ONE else None


def find_regions(index: Index, maps: PictureMaps, whole: Floats) -> list[Region]:
    """Find at most `MAX_REGIONS` parts of a photo that do not overlap, the best first.

    Parameters
    ----------
    maps : what the network sees in the photo, as `Autoencoder.look` gives it
    whole : (n_dims,), the embedding of the whole photo

    Returns
    -------
    regions : at least one, if the index is not empty; of a photo of one thing the whole photo
    """
    if not len(index):
        return []
    as_whole = _as_whole(index, maps, whole)
    energy = _energy(maps)
    found = _scored(index, maps, energy, candidate_boxes(maps.ratio))
    chosen = found[_apart(found)]
    if as_whole.similarity >= float(chosen.similarity[0]) - ONE_THING / 2:  # moving changes little
        return [as_whole]
    for _ in range(ROUNDS):
        moved = _scored(index, maps, energy, _moved(chosen.boxes))
        best = moved.score.reshape(-1, len(MOVES)).argmax(axis=1)
        chosen = moved[np.arange(len(best)) * len(MOVES) + best]
    chosen = chosen[_apart(chosen)]
    chosen = chosen[np.flatnonzero(chosen.score >= chosen.score[0] - WORSE)]
    if as_whole.similarity >= float(chosen.similarity[0]) - ONE_THING:
        return [as_whole]
    return [
        Region(
            box=tuple(float(edge) for edge in box),  # type: ignore[arg-type]
            item_id=index.ids[row],
            similarity=float(similarity),
            contrast=float(contrast),
        )
        for box, row, similarity, contrast in zip(
            chosen.boxes, chosen.nearest, chosen.similarity, chosen.contrast, strict=True
        )
    ]


def _as_whole(index: Index, maps: PictureMaps, whole: Floats) -> Region:
    distances, rows = index.kneighbors(whole[None], 1)
    return Region(
        box=WHOLE_BOX,
        item_id=index.ids[rows[0, 0]],
        similarity=float(index.similarities(distances)[0, 0]),
        contrast=float(_contrast(_energy(maps), WHOLE[None])[0]),
    )


def candidate_boxes(
    ratio: float, aspects: Sequence[float] = ASPECTS, sides: Sequence[float] = SIDES
) -> Boxes:
    """Boxes of several sizes and shapes that cover a picture, and the whole of it; (n, 4).

    Parameters
    ----------
    ratio : of the picture's width to its height
    aspects : of the boxes
    sides : of the boxes, in longer sides of the picture
    """
    width, height = min(1.0, ratio), min(1.0, 1 / ratio)  # in longer sides
    boxes = [(0.0, 0.0, 1.0, 1.0)]
    for side in sides:
        for aspect in aspects:
            wide = min(side * aspect**0.5, width)
            high = min(side / aspect**0.5, height)
            boxes += [
                (left / width, top / height, (left + wide) / width, (top + high) / height)
                for left in _places(width, wide)
                for top in _places(height, high)
            ]
    return np.unique(np.round(np.array(boxes, np.float32), 4), axis=0)


def overlaps(boxes: Boxes, one: Floats) -> Floats:
    """Intersection over union of boxes (n, 4) with one (4,)."""
    shared = _shared(boxes, one)
    return np.asarray(shared / (_areas(boxes) + _areas(one[None]) - shared))


def _places(whole: float, side: float) -> NDArray[np.float64]:
    gap = max(0.0, whole - side)
    return np.linspace(0, gap, int(np.ceil(gap / (side * STEP) - 1e-9)) + 1 if gap else 1)


def _energy(maps: PictureMaps) -> Floats:
    """Excitement of the last map in each cell, from 0 to 1; background excites little of it."""
    energy = maps.energy
    low, high = float(energy.min()), float(energy.max())
    return np.asarray(np.sqrt((energy - low) / max(high - low, 1e-6)), np.float32)


def _scored(index: Index, maps: PictureMaps, energy: Floats, boxes: Boxes) -> _Scored:
    embeddings = index.embed(pool_boxes(maps, boxes))
    distances, rows = index.kneighbors(embeddings, 1)
    owners = {index.ids[row]: int(row) for row in np.unique(rows)}  # several pictures, one product
    nearest = np.array([owners[index.ids[row]] for row in rows[:, 0]])
    return _Scored(
        boxes=boxes,
        nearest=nearest,
        similarity=np.asarray(index.similarities(distances[:, 0]), np.float32),
        contrast=_contrast(energy, boxes),
    )


def _contrast(energy: Floats, boxes: Boxes) -> Floats:
    """Mean energy in each box, less the mean around it."""
    reach = AROUND * (boxes[:, 2:] - boxes[:, :2])
    wider = np.clip(np.concatenate([boxes[:, :2] - reach, boxes[:, 2:] + reach], axis=1), 0, 1)
    inside, all_of_it = (means_over(energy, each) for each in (boxes, wider))
    area, whole_area = _areas(boxes), _areas(wider)
    rest = whole_area - area
    around = (all_of_it * whole_area - inside * area) / np.maximum(rest, 1e-3)
    return np.asarray(inside - np.where(rest > 1e-3, around, 0), np.float32)  # noqa: PLR2004


def _apart(found: _Scored) -> NDArray[np.integer]:
    """The best boxes that neither overlap much nor show parts of one product."""
    score = np.array(found.score)
    chosen: list[int] = []
    while len(chosen) < MAX_REGIONS and np.isfinite(score).any():
        best = int(score.argmax())
        chosen.append(best)
        areas = _areas(found.boxes)
        inside = _shared(found.boxes, found.boxes[best]) / np.minimum(areas, areas[best])
        is_same = (found.nearest == found.nearest[best]) & (inside > 0)
        is_covered = overlaps(found.boxes, found.boxes[best]) > MAX_IOU
        score[is_covered | (inside > MAX_INSIDE) | is_same] = -np.inf
        score[best] = -np.inf
    return np.array(chosen, np.intp)


def _moved(boxes: Boxes) -> Boxes:
    """Each box's neighbours, one box after the other, (n * moves, 4)."""
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    middles = middles[:, None] + MOVES[:, :2] * sizes[:, None]
    halves = sizes[:, None] * MOVES[:, 2:] / 2
    moved = np.clip(np.concatenate([middles - halves, middles + halves], axis=2), 0, 1)
    return np.asarray(moved.reshape(-1, 4), np.float32)


def _areas(boxes: Boxes) -> Floats:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _shared(boxes: Boxes, one: Floats) -> Floats:
    """Area that each box shares with one."""
    low, high = np.maximum(boxes[:, :2], one[:2]), np.minimum(boxes[:, 2:], one[2:])
    return np.asarray(np.maximum(high - low, 0).prod(axis=1))
