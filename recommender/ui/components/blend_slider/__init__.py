"""A slider from one product to another.

The pictures and products of every step are sent at once, so that moving the slider asks the
server nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from recommender.ui.components.component import mount


@dataclass(frozen=True, kw_only=True)
class End:
    """A product at one end of the slider."""

    title: str
    alt: str
    src: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A real product near a step; `similarity` is a percentage in words."""

    href: str
    src: str
    alt: str
    title: str
    price: str
    similarity: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A picture between the two products, its name for a screen reader, and what is near it."""

    src: str
    name: str
    cards: Sequence[Card]


def show(
    first: End, second: End, steps: Sequence[Step], *, at: int, view: str, is_drawn: bool
) -> None:
    """Draw the slider.

    Parameters
    ----------
    steps : from the first product to the second
    at : where the slider starts, in percent of the way
    view : differs between any two pairs of products
    is_drawn : whether the pictures between were drawn; else they show real products, which do not
        fade into each other
    """
    data = {
        "ends": [asdict(first), asdict(second)],
        "steps": [asdict(step) for step in steps],
        "at": at,
        "view": view,
        "is_drawn": is_drawn,
    }
    mount("blend_slider", key="blend", data=data)
