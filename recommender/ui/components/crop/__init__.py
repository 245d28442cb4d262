"""A photo with a frame to crop it by finger, mouse or keyboard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import streamlit as st

from recommender.ui.components.component import mount

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARAMETER = "cut"  # in the address
WHOLE = "0.000,0.000,1.000,1.000"  # there, of a photo that has parts to choose from
LEAST_SIDE = 0.05
N_NUMBERS = 4


@dataclass(frozen=True, kw_only=True)
class Box:
    """A part of a picture, as shares of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Read what `to_text` wrote; None for anything else, and for the whole picture."""
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            return None
        if len(numbers) != N_NUMBERS:
            return None
        left, top, width, height = numbers
        if not (0 <= left <= 1 - LEAST_SIDE and 0 <= top <= 1 - LEAST_SIDE):
            return None
        box = cls(left=left, top=top, width=min(width, 1 - left), height=min(height, 1 - top))
        is_whole = box.width >= 1 and box.height >= 1
        is_enough = box.width >= LEAST_SIDE and box.height >= LEAST_SIDE
        return box if is_enough and not is_whole else None

    def to_text(self) -> str:
        """Return the part as text for the address."""
        return ",".join(f"{n:.3f}" for n in (self.left, self.top, self.width, self.height))

    def cut(self, pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
        """Cut this part, at least a pixel of it, from a picture of shape (height, width, 3)."""
        height, width = pixels.shape[:2]
        top, left = int(self.top * height), int(self.left * width)
        bottom = max(top + 1, round((self.top + self.height) * height))
        right = max(left + 1, round((self.left + self.width) * width))
        return pixels[top:bottom, left:right]


def chosen() -> Box | None:
    """Return the part that the address names; None for the whole photo."""
    return Box.from_text(st.query_params.get(PARAMETER, ""))


def show(src: str, ratio: float, photo_id: str) -> None:
    """Draw the photo with the frame on it; the part that is used goes into the address.

    Parameters
    ----------
    src : address of the whole photo
    ratio : of its width to its height
    photo_id : differs between any two photos
    """
    box = chosen()
    answer = mount(
        "crop",
        key="crop",
        data={
            "src": src,
            "photo": photo_id,
            "ratio": ratio,
            "box": [box.left, box.top, box.width, box.height] if box else None,
            "least": LEAST_SIDE,
        },
        on_box_change=lambda: None,
    )
    if answer.box is None:
        return
    wanted = Box.from_text(",".join(str(number) for number in answer.box))
    st.query_params[PARAMETER] = wanted.to_text() if wanted else WHOLE
    st.rerun()
