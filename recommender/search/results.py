"""Answers of the recommender, and their JSON document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recommender import metrics
from recommender.catalogue.store import Catalogue
from recommender.items import Item, Picture
from recommender.search.index import Index, Neighbour
from recommender.search.names import hash_of

HALF = 0.5
ConfidenceLevel = Literal["close", "loose", "unlike"]


@dataclass(frozen=True, kw_only=True)
class Match:
    """A recommended product.

    Attributes
    ----------
    distance : Euclidean, between the embeddings; small is close
    similarity : in [0, 1]; large is close
    near_identical : products that this one stands for, where near-identical ones were grouped
    n_image : which of the product's pictures matched best, 0 being its cover
    """

    item: Item
    distance: float
    similarity: float
    near_identical: tuple[Item, ...] = ()
    n_image: int = 0

    @property
    def image(self) -> Picture:
        """The product's picture that matched best."""
        return self.item.images[self.n_image]


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Confidence in an answer, measured by the catalogue's own items.

    Attributes
    ----------
    level : "close", "loose" or "unlike"
    nearest_percentile : share in % of the items that are nearer to their nearest other item than
        the query is to its own
    reconstruction_percentile : share in % of the items that are decoded with less error
    of_photo : whether a photo asked; `nearest_percentile` is then among held-out items that were
        altered as another camera might have taken them
    """

    level: ConfidenceLevel
    nearest_percentile: float
    reconstruction_percentile: float
    of_photo: bool = False


@dataclass(frozen=True, kw_only=True)
class Reconstruction:
    """A picture beside what its code keeps of it.

    Attributes
    ----------
    original, decoded : ndarray of shape (size, size, 3), uint8
    n_numbers : numbers in the code; of a code in bytes, those that are not zero
    n_bytes : of the code
    ratio : width of the picture over its height; in the squares it stands on white
    """

    original: NDArray[np.uint8]
    decoded: NDArray[np.uint8]
    n_numbers: int
    n_bytes: int
    ratio: float = 1.0

    @cached_property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio of `decoded` against `original`, in decibels."""
        return metrics.psnr(*map(metrics.to_unit_range, (self.original, self.decoded)))

    @cached_property
    def ssim(self) -> float:
        """Structural similarity of `decoded` and `original`, at most 1."""
        return metrics.ssim(*map(metrics.to_unit_range, (self.original, self.decoded)))


@dataclass(frozen=True, kw_only=True)
class Result:
    """The answer to one query.

    Attributes
    ----------
    item : the product that was asked with, or None for a picture
    matches : nearest first
    is_cut : whether products were left out because they are hardly alike, see `only_alike`
    """

    item: Item | None
    matches: tuple[Match, ...]
    confidence: Confidence
    elapsed_ms: float
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class RegionResult:
    """The answer to one part of a photo that shows several things.

    Attributes
    ----------
    box : left, top, right, bottom, shares of the photo's width and height
    confidence : chance in [0, 1] that the part shows one of its first four matches
    """

    box: tuple[float, float, float, float]
    confidence: float
    result: Result

    @property
    def name(self) -> str:
        """Category of the nearest product; empty if it has none."""
        return next((match.item.category for match in self.result.matches), "") or ""


def to_matches(
    catalogue: Catalogue,
    index: Index,
    groups: Iterable[Sequence[Neighbour]],
    scale: float = 1.0,
) -> tuple[Match, ...]:
    """Matches of groups of rows, each group led by the item that stands for it.

    Parameters
    ----------
    scale : factor of the similarities, see `Projection.rebalance`
    """
    return tuple(
        Match(
            item=catalogue.get(head.item_id),
            distance=head.distance,
            similarity=min(1.0, scale * index.similarity(head.distance)),
            near_identical=tuple(catalogue.get(each.item_id) for each in others),
            n_image=n_image(catalogue.get(head.item_id), index, head.row),
        )
        for head, *others in groups
    )


def alike(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return the matches that are at least half as alike as the one that is most alike."""
    least = HALF * max((match.similarity for match in matches), default=0.0)
    return tuple(match for match in matches if match.similarity >= least)


def n_image(item: Item, index: Index, row: int) -> int:
    """Return which of an item's pictures a row is; updates leave the rows in another order."""
    if len(item.images) == 1 or row < 0:
        return 0
    contents = [hash_of(item.item_id, picture.sha256) for picture in item.images]
    return contents.index(index.content(row))


def to_dict(
    result: Result, catalogue: Catalogue, *, model: str, query: str, n_neighbors: int
) -> dict[str, Any]:
    """Convert a result to the JSON document that the command line and the page hand out.

    Parameters
    ----------
    catalogue, model : that answered; the model by its name
    query, n_neighbors : what was asked

    Returns
    -------
    document : a match names its near-identical products only if there are some
    """
    return {
        "query": query,
        "catalogue": catalogue.name,
        "model": model,
        "n_neighbors": n_neighbors,
        **_answer(result, catalogue),
        "elapsed_ms": round(result.elapsed_ms, 2),
    }


def regions_to_dicts(regions: Sequence[RegionResult], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Convert the answers to the parts of a photo; boxes are left, top, right and bottom."""
    return [
        {
            "box": [round(edge, 4) for edge in region.box],
            "confidence": round(region.confidence, 4),
            **_answer(region.result, catalogue),
        }
        for region in regions
    ]


def _answer(result: Result, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "matches": [
            {
                "item_id": match.item.item_id,
                "title": match.item.title,
                "category": match.item.category,
                "distance": round(match.distance, 6),
                "similarity": round(match.similarity, 4),
                "image": str(catalogue.picture_path(match.image)),
                **(
                    {"near_identical": [item.item_id for item in match.near_identical]}
                    if match.near_identical
                    else {}
                ),
            }
            for match in result.matches
        ],
        "trust": {
            "level": result.confidence.level,
            "nearest_percentile": round(result.confidence.nearest_percentile, 1),
            "reconstruction_percentile": round(result.confidence.reconstruction_percentile, 1),
        },
    }
