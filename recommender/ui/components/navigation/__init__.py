"""The wordmark and the links to the pages: a row of them, on a phone a menu.

It is on every page and stays, so it also keeps the steps of the browser's history.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from recommender.ui.components.component import mount


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link to a page.

    Attributes
    ----------
    is_current : whether the page is the one shown
    manages : whether the page changes a catalogue; such links stand apart
    """

    label: str
    href: str
    is_current: bool = False
    manages: bool = False


def show(ways: Sequence[Way], *, home: str, steps: Sequence[str]) -> None:
    """Draw the links.

    Parameters
    ----------
    home : address that the wordmark leads to
    steps : parameters of the address whose changes Back undoes one by one
    """
    data = {"home": home, "ways": [asdict(way) for way in ways], "steps": list(steps)}
    mount("navigation", key="navigation", data=data)
