"""The visitor's latest photo, which pages bring and the photo page answers."""

import streamlit as st

from recommender import images
from recommender.errors import ImageError
from recommender.ui.components import crop, paste
from recommender.ui.parts.photo_query import Photo
from recommender.ui.shared import link, messages

UPLOAD, CAMERA, SAMPLE = "Upload", "Camera", "Sample photos"  # where it comes from
WAY = "way"  # key of the choice among them
LATEST = "photo.latest"


def forget() -> None:
    """Forget the latest photo, and the part it was cropped to."""
    st.session_state.pop(LATEST, None)
    st.query_params.pop(crop.PARAMETER, None)


def take_pasted() -> bool:
    """Draw the offer to paste, and make a pasted picture the latest photo.

    Returns
    -------
    is_taken : whether one was pasted just now
    """
    try:
        data = paste.show()
    except ImageError as error:
        messages.complain(error)
        return False
    if not data:
        return False
    forget()
    st.session_state[LATEST] = Photo(
        id=images.content_fingerprint(data), title="Your photo", data=data
    )
    return True


def offer() -> None:
    """Draw a button beside a search for words: search with a picture instead."""
    with st.popover("By picture", icon=":material/photo_camera:", key="by-picture"):
        with st.container(horizontal=True, gap="small"):
            taken = st.button("Take a picture", key="to-camera", icon=":material/photo_camera:")
            chosen = st.button("Choose a file", key="to-upload", icon=":material/upload:")
        pasted = take_pasted()
    if taken or chosen or pasted:
        st.session_state[WAY] = CAMERA if taken else UPLOAD
        if not pasted:
            forget()
        st.switch_page(link.page(link.PHOTO), query_params=link.here().kept())
