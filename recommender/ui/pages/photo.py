"""A visitor's own picture, and the products that look like it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from recommender import images
from recommender.errors import ImageError
from recommender.ui.components import crop, gallery, paste
from recommender.ui.components.gallery import Card
from recommender.ui.parts import result
from recommender.ui.parts.question import Question
from recommender.ui.parts.result import Stage
from recommender.ui.shared import link, pictures, resources, samples
from recommender.ui.shell import layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recommender.recommend import Recommender
    from recommender.search.results import Result

UPLOAD, CAMERA, SAMPLE = "Upload", "Camera", "Sample photos"
TYPES = ["image/*", *sorted(images.SUFFIXES)]
N_TASTERS = 6
MATCHES, SAMPLES = "photo-matches", "photo-samples"
_LATEST = "photo.latest"
_SEEN = "photo.seen"  # of the latest photo, so that moving a slider does not look at it again


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture to ask with.

    Attributes
    ----------
    id : differs between any two photos
    """

    id: str
    title: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A decoded photo, what stands above its neighbours, and the answers to questions about it.

    Attributes
    ----------
    whole, pixels : the photo, and the part of it that counts
    """

    id: str
    whole: "NDArray[np.uint8]"
    pixels: "NDArray[np.uint8]"
    stage: Stage
    answers: "dict[Question, Result]" = field(default_factory=dict)


def show() -> None:
    """Draw the page."""
    st.html(
        '<header class="hero"><h1>Bring your own photo.</h1>'
        "<p>A picture from a shop, a magazine or your phone. One product, well in view, "
        "works best.</p></header>"
    )
    photo = _ask()
    if photo is None:
        return
    progress = layout.Progress()
    recommender = resources.recommender(
        layout.chosen_catalogue(), layout.chosen_model(), on_wait=progress
    )
    progress.done()
    try:
        seen = _look(recommender, photo)
    except ImageError as error:
        layout.complain(error)
        return
    if st.toggle("Cut to the product", key="cutting", help="When the photo shows more than it"):
        crop.show(seen.whole, photo.id)

    def answer(asked: Question) -> "Result":
        if asked not in seen.answers:
            with st.spinner("Looking for what is like it"):
                seen.answers[asked] = recommender.similar_to_pixels(seen.pixels, **asked.wanted)
        return seen.answers[asked]

    result.draw(
        recommender,
        seen.stage,
        answer,
        key=MATCHES,
        view=f"{photo.id}/{st.query_params.get(crop.PARAMETER, '')}",
        start=link.PHOTO,
        is_private="sample" not in st.query_params,
    )


def latest(recommender: "Recommender") -> Seen | None:
    """What was seen in the sample of the address, or in this visitor's latest photo."""
    chosen = st.query_params.get("sample")
    if chosen:
        return _look(recommender, _sample(chosen))
    known = st.session_state.get(_SEEN)
    if known is None or known[0][1:3] != _made_by(recommender):
        return None
    seen: Seen = known[1]
    return seen


def _ask() -> Photo | None:
    ways = [UPLOAD, CAMERA, *([SAMPLE] if samples.all_samples() else [])]
    if SAMPLE in ways and st.query_params.get("sample"):
        st.session_state["way"] = SAMPLE
    st.session_state.setdefault("way", UPLOAD)
    way = st.segmented_control(
        "Where the photo comes from",
        ways,
        required=True,
        key="way",
        label_visibility="collapsed",
        on_change=_forget_sample,
    )
    if way == SAMPLE:
        return _ask_sample()
    if way == CAMERA:  # asked for: a camera never opens by itself
        taken = st.camera_input("Take a picture", key="camera", width=480, on_change=_forget_photo)
    else:
        taken = st.file_uploader(
            "Drop a picture here, or choose a file",
            type=TYPES,
            key="upload",
            on_change=_forget_photo,
        )
        _take_pasted()
    if taken is not None and _LATEST not in st.session_state:
        st.session_state[_LATEST] = Photo(
            id=taken.file_id, title="Your photo", data=taken.getvalue()
        )
    # what was uploaded is still there for a visitor who comes back from another page
    photo: Photo | None = st.session_state.get(_LATEST)
    if photo is None and way == UPLOAD and samples.all_samples():
        st.html('<h2 class="bar">No photo at hand? Try one of these.</h2>')
        _draw_samples(N_TASTERS)
    return photo


def _take_pasted() -> None:
    """Let a picture that was pasted be the latest photo."""
    try:
        data = paste.show()
    except ImageError as error:
        layout.complain(error)
        return
    if data:
        _forget_photo()
        st.session_state[_LATEST] = Photo(
            id=images.content_fingerprint(data), title="Your photo", data=data
        )


def _ask_sample() -> Photo | None:
    chosen = st.query_params.get("sample")
    if not chosen:
        _draw_samples()
        return None
    with st.expander("Choose another sample photo"):
        _draw_samples()
    return _sample(chosen)


def _sample(sample_id: str) -> Photo:
    sample = samples.sample(sample_id)
    return Photo(id=sample.id, title=sample.title, data=sample.file.read_bytes())


def _made_by(recommender: "Recommender") -> tuple[str, str]:
    return recommender.catalogue.fingerprint, recommender.model.fingerprint


def _draw_samples(most: int | None = None) -> None:
    gallery.show(
        [
            Card(
                id=sample.id,
                href=link.address(link.PHOTO, link.kept(sample=sample.id)),
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


def _look(recommender: "Recommender", photo: Photo) -> Seen:
    """What was seen in a photo; the latest one is remembered for this visitor."""
    box = crop.chosen()
    key = (photo.id, *_made_by(recommender), box)
    known = st.session_state.get(_SEEN)
    if known is not None and known[0] == key:
        seen: Seen = known[1]
        return seen
    from recommender.recommend import reconstruct

    whole = images.load(photo.data)
    pixels = box.cut(whole) if box else whole
    rebuilt = reconstruct(recommender.model, pixels)
    seen = Seen(
        id=photo.id,
        whole=whole,
        pixels=pixels,
        stage=Stage(
            title=photo.title,
            original=pictures.data_url(pixels),
            kept=pictures.data_url(rebuilt.decoded),
            lost=pictures.data_url(pictures.lost(rebuilt)),
            alt=photo.title,
            n_numbers=rebuilt.n_numbers,
            heading="h2",
        ),
    )
    st.session_state[_SEEN] = (key, seen)
    return seen


def _forget_photo() -> None:
    """Another photo has no part that counts yet."""
    st.session_state.pop(_LATEST, None)
    st.query_params.pop(crop.PARAMETER, None)


def _forget_sample() -> None:
    st.query_params.pop("sample", None)
    _forget_photo()
