"""Photos of rooms and of products that come with the demo, for visitors who have none at hand."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recommender import images
from recommender.catalogue.registry import read_feed
from recommender.config import ASSETS, read_json
from recommender.errors import CatalogueError

FEED = ASSETS / "catalogue" / "customer.csv"
ROOMS = ASSETS / "catalogue" / "rooms.json"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample photo.

    Attributes
    ----------
    title : description of the photo
    item_id, category : of the product in the photo; empty if there are several
    sha256 : of the file's content
    """

    id: str
    title: str
    item_id: str
    category: str
    file: Path
    sha256: str


@cache
def all_samples() -> tuple[Sample, ...]:
    """Return the photos to choose from, rooms first; none if their feeds are missing.

    One whose picture is gone is left out.
    """
    return (*_rooms(), *of_products())


@cache
def of_products() -> tuple[Sample, ...]:
    """Return customers' photos of one product each; none if their feed is missing."""
    rows = read_feed(FEED) if FEED.exists() else []
    return tuple(
        _sample(
            row.item_id,
            row.fields.get("title") or "A customer's photo",
            Path(row.picture),
            item_id=row.attributes.get("item_id", ""),
            category=row.fields.get("category", ""),
        )
        for row in rows
        if row.attributes.get("sample") == "1" and Path(row.picture).is_file()
    )


def _rooms() -> list[Sample]:
    return [
        _sample(room["id"], room["title"], ROOMS.parent / room["image"])
        for room in read_json(ROOMS, default=[])
        if room["title"] and (ROOMS.parent / room["image"]).is_file()
    ]


def _sample(name: str, title: str, file: Path, *, item_id: str = "", category: str = "") -> Sample:
    return Sample(
        id=name,
        title=title,
        item_id=item_id,
        category=category,
        file=file,
        sha256=images.content_fingerprint(file.read_bytes()),
    )


def sample(sample_id: str) -> Sample:
    """Return the photo with this id; raises `CatalogueError` if there is none."""
    for candidate in all_samples():
        if candidate.id == sample_id:
            return candidate
    raise CatalogueError(f"there is no sample photo {sample_id!r}")
