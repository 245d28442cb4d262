"""A picture out of the clipboard, as a component of its own: Streamlit offers none."""

import base64
import binascii

from recommender.errors import ImageError
from recommender.ui.components.component import mount

MOST_SIDE_PX = 1_600  # what the browser sends is shrunk to this


def show() -> bytes | None:
    """Draw the offer; returns a picture file in the run after it was pasted, else None.

    Raises
    ------
    ImageError : what was pasted is no picture
    """
    answer = mount(
        "paste", key="paste", data={"most": MOST_SIDE_PX}, on_picture_change=lambda: None
    )
    if answer.picture is None:
        return None
    head, _, body = str(answer.picture).partition(",")
    if not head.startswith("data:image/"):
        raise ImageError("there is no picture in the clipboard")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ImageError("the picture in the clipboard cannot be read") from error
