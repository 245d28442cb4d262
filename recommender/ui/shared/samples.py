"""Customer photos that come with the demo, for visitors who have none at hand."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recommender import images
from recommender.catalogue.registry import read_feed
from recommender.config import ASSETS
from recommender.errors import CatalogueError

FEED = ASSETS / "catalogue" / "customer.csv"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample photo.

    Attributes
    ----------
    title : description of the photo
    item_id, category : of the product in the photo
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
    """Return the photos to choose from; none if their feed is missing.

    One whose picture is gone is left out.
    """
    if not FEED.exists():
        return ()
    return tuple(
        Sample(
            id=row.item_id,
            title=row.fields.get("title") or "A customer's photo",
            item_id=row.attributes.get("item_id", ""),
            category=row.fields.get("category", ""),
            file=Path(row.picture),
            sha256=images.content_fingerprint(Path(row.picture).read_bytes()),
        )
        for row in read_feed(FEED)
        if row.attributes.get("sample") == "1" and Path(row.picture).is_file()
    )


def sample(sample_id: str) -> Sample:
    """Return the photo with this id; raises `CatalogueError` if there is none."""
    for candidate in all_samples():
        if candidate.id == sample_id:
            return candidate
    raise CatalogueError(f"there is no sample photo {sample_id!r}")
