"""The photo page: a visitor's own picture, and the products that look like it."""

from typing import TYPE_CHECKING

import streamlit as st

from recommender import images
from recommender.catalogue import rules
from recommender.errors import ImageError
from recommender.ui.components import crop, gallery
from recommender.ui.components.gallery import Card
from recommender.ui.parts import latest_photo, photo_query, result
from recommender.ui.parts.latest_photo import CAMERA, LATEST, SAMPLE, UPLOAD, WAY
from recommender.ui.parts.photo_query import Photo
from recommender.ui.shared import choice, link, messages, pictures, samples
from recommender.ui.shared.sizes import MAX_PHOTO_MB

if TYPE_CHECKING:
    from recommender.search.options import SearchOptions
    from recommender.search.results import Result

TYPES = ["image/*", *sorted(images.SUFFIXES)]
N_TASTERS = 6
MATCHES, SAMPLES = "photo-matches", "photo-samples"


def show() -> None:
    """Draw the page."""
    heading = st.empty()
    photo = _ask()
    heading.html(
        f'<header class="hero{"" if photo is None else " small"}"><h1>Bring your own photo.</h1>'
        "<p>A picture from a shop, a magazine or your phone: one product, or a room with "
        "several.</p></header>"
    )
    if photo is None:
        return
    recommender = choice.recommender()
    try:
        seen = photo_query.look(recommender, photo)
    except ImageError as error:
        messages.complain(error)
        return
    if st.toggle(
        "Crop to the product", key="cutting", help="For photos that show more than the product"
    ):
        crop.show(seen.whole, seen.ratio, photo.id)

    def answer(asked: "SearchOptions") -> "Result":
        def search() -> "Result":
            with st.spinner("Finding lookalikes"):
                return recommender.search(seen.encoded, asked)

        return seen.answers.get((asked, rules.stamp(recommender.catalogue.folder)), search)

    result.draw(
        recommender,
        seen.stage,
        answer,
        key=MATCHES,
        view=f"{photo.id}/{st.query_params.get(crop.PARAMETER, '')}",
        start=link.PHOTO,
        is_private="sample" not in st.query_params,
        beside=(lambda: photo_query.choose_thing(seen)) if len(seen.things) > 1 else None,
    )
    if "sample" in st.query_params:
        with st.expander("Choose another sample photo"):
            _draw_samples()


def _ask() -> Photo | None:
    ways = [UPLOAD, CAMERA, *([SAMPLE] if samples.all_samples() else [])]
    if SAMPLE in ways and st.query_params.get("sample"):
        st.session_state[WAY] = SAMPLE
    st.session_state.setdefault(WAY, UPLOAD)
    way = st.segmented_control(
        "Where the photo comes from",
        ways,
        required=True,
        key=WAY,
        label_visibility="collapsed",
        on_change=_forget_sample,
    )
    if way == SAMPLE:
        return _ask_sample()
    if way == CAMERA:  # the camera opens only when a visitor asks for it
        taken = st.camera_input(
            "Take a picture", key="camera", width=480, on_change=latest_photo.forget
        )
    else:
        taken = st.file_uploader(
            "Drop a picture here, or choose a file",
            type=TYPES,
            max_upload_size=MAX_PHOTO_MB,
            key="upload",
            on_change=latest_photo.forget,
        )
        latest_photo.take_pasted()
    if taken is not None and LATEST not in st.session_state:
        st.session_state[LATEST] = Photo(
            id=taken.file_id, title="Your photo", data=taken.getvalue()
        )
    # an upload is still there for a visitor who comes back from another page
    photo: Photo | None = st.session_state.get(LATEST)
    if photo is None and way == UPLOAD and samples.all_samples():
        st.html('<h2 class="bar">No photo at hand? Try one of these.</h2>')
        _draw_samples(N_TASTERS)
    return photo


def _ask_sample() -> Photo | None:
    chosen = st.query_params.get("sample")
    if not chosen:
        _draw_samples()
        return None
    return photo_query.sample(chosen)


def _draw_samples(most: int | None = None) -> None:
    here = link.here()
    gallery.show(
        [
            Card(
                id=sample.id,
                href=link.address(link.PHOTO, here.kept(sample=sample.id)),
                label=f"{sample.title}, use this photo",
                alt=f"Sample photo: {sample.title}",
                src=pictures.sample_url(sample),
                title=sample.title,
                facts="",
                price="",
            )
            for sample in samples.all_samples()[:most]
        ],
        key=SAMPLES,
        name="Sample photos",
        view="samples",
    )


def _forget_sample() -> None:
    st.query_params.pop("sample", None)
    latest_photo.forget()
