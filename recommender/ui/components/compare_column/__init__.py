"""One system's answer as a column of pictures, each with a mark in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from recommender.ui.components.component import mount


@dataclass(frozen=True, kw_only=True)
class Found:
    """A product that a system found.

    Attributes
    ----------
    mark : whether it is of the kind asked for
    text : the mark in words; empty where nothing is known
    """

    href: str
    src: str
    alt: str
    title: str
    mark: Literal["right", "wrong", "unknown"]
    text: str


def show(found: Sequence[Found], *, key: str, name: str) -> None:
    """Draw the column.

    Parameters
    ----------
    name : of the list, for a screen reader
    """
    data = {"name": name, "matches": [asdict(each) for each in found]}
    mount("compare_column", key=key, data=data)
