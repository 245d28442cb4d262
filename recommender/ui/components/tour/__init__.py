"""A story told screen by screen: large type, few pictures, next by arrow key."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from recommender.ui.components.component import mount
from recommender.ui.shared import sheets


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture.

    Attributes
    ----------
    caption : below it; may be empty
    mark : whether it is right or wrong, where that is the point
    rings : x and y of places to ring, from 0 to 1, numbered in their order
    """

    src: str
    alt: str
    caption: str = ""
    mark: Literal["", "right", "wrong"] = ""
    rings: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pictures in a row, with what they have in common above them."""

    figures: Sequence[Figure]
    label: str = ""
    is_large: bool = False


@dataclass(frozen=True, kw_only=True)
class MapView:
    """Addresses that the map is drawn from, and ids of the products that it points at."""

    places: str
    sheets: str
    name: str
    ids: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One screen: a headline, a sentence, and pictures or the map."""

    title: str
    text: str
    groups: Sequence[Group] = ()
    map: MapView | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link that the last screen ends with."""

    label: str
    href: str


def show(slides: Sequence[Slide], ways: Sequence[Way], *, at: int) -> None:
    """Draw the story.

    Parameters
    ----------
    ways : links of the last screen
    at : number of the screen that is shown first, from 0
    """
    data = {
        "slides": [asdict(slide) for slide in slides],
        "ways": [asdict(way) for way in ways],
        "at": at,
        "tile_px": sheets.TILE_PX,
        "tiles_across": sheets.TILES_ACROSS,
    }
    mount("tour", key="tour", data=data)
