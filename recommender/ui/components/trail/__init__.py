"""Breadcrumbs: links to the pages and products that led here, and onward from here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from recommender.ui.components.component import mount
from recommender.ui.shared import link


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link and its label."""

    label: str
    href: str


def show(steps: Sequence[Way], here: str, onward: Sequence[Way] = ()) -> None:
    """Draw the breadcrumbs.

    Parameters
    ----------
    steps : oldest first
    here : label of this page
    onward : links to pages that take up what this one shows
    """
    mount(
        "trail",
        key="trail",
        data={
            "steps": [asdict(step) for step in steps],
            "here": here,
            "onward": [asdict(way) for way in onward],
        },
    )


def way_out() -> Way:
    """Return the link to where the trail starts: the gallery, or the visitor's photo."""
    here = link.here()
    asked_with_photo = "item" not in here.parameters
    if asked_with_photo or here.get("start") == link.PHOTO:
        photo = here.kept(**here.photo())
        return Way(label="Your photo", href=link.address(link.PHOTO, photo))
    return Way(label="Browse", href=link.address(link.BROWSE, here.to_shelf()))
