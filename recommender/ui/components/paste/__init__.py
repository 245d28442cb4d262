"""A button that takes a picture from the clipboard, which Streamlit cannot read."""

import base64
import binascii

from recommender.errors import ImageError
from recommender.ui.components.component import mount

MOST_SIDE_PX = 1_600  # the browser shrinks larger pictures to this


def show() -> bytes | None:
    """Draw the button and return a picture file in the run after it was pasted, else None.

    Raises
    ------
    ImageError : the clipboard holds something else
    """
    answer = mount(
        "paste", key="paste", data={"most": MOST_SIDE_PX}, on_picture_change=lambda: None
    )
    if answer.picture is None:
        return None
    head, _, body = str(answer.picture).partition(",")
    if not head.startswith("data:image/"):
        raise ImageError("the clipboard holds no picture")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ImageError("the picture in the clipboard cannot be read") from error
