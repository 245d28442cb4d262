"""A photo with the things that were found in it, each to be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.ui.components.component import mount

WHOLE = -1  # the number of the whole photo


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A part of the photo.

    Attributes
    ----------
    box : left, top, width, height, shares of the photo's sides
    name : of what it seems to show; may be empty
    """

    box: tuple[float, float, float, float]
    name: str


def show(
    src: str, ratio: float, photo_id: str, things: Sequence[Thing], chosen: int | None
) -> int | None:
    """Draw the photo with its things.

    Parameters
    ----------
    src : address of the whole photo
    ratio : of its width to its height
    photo_id : differs between any two photos
    chosen : number of the thing that is searched with, or `WHOLE`; None for another part

    Returns
    -------
    pressed : the number of a thing that was pressed just now, or `WHOLE`
    """
    answer = mount(
        "regions",
        key="regions",
        data={
            "src": src,
            "photo": photo_id,
            "ratio": ratio,
            "things": [
                {
                    "name": thing.name,
                    "label": f"Region {number} of {len(things)}"
                    + (f", {thing.name}" if thing.name else ""),
                    "box": thing.box,
                }
                for number, thing in enumerate(things, start=1)
            ],
            "chosen": chosen,
        },
        on_thing_change=lambda: None,
    )
    if answer.thing is None:
        return None
    number = int(answer.thing)
    return number if 0 <= number < len(things) else WHOLE
