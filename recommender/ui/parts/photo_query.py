"""A photo as a query: decoded and rebuilt once, however often the sliders move."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from recommender import images
from recommender.ui.components import crop
from recommender.ui.parts.question import Question
from recommender.ui.parts.result import Stage
from recommender.ui.shared import pictures, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recommender.recommend import Recommender
    from recommender.search.results import Result

_SEEN = "photo.seen"  # of the latest photo, so that moving a slider does not decode it again


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture to search with.

    Attributes
    ----------
    id : differs between any two photos
    """

    id: str
    title: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A decoded photo with its reconstruction, and the answers to the queries made with it.

    Attributes
    ----------
    whole, pixels : the photo, and the part of it to search with
    """

    id: str
    whole: "NDArray[np.uint8]"
    pixels: "NDArray[np.uint8]"
    stage: Stage
    answers: "dict[Question, Result]" = field(default_factory=dict)


def latest(recommender: "Recommender") -> Seen | None:
    """Return the sample photo in the address, else this visitor's latest photo, if any."""
    chosen = st.query_params.get("sample")
    if chosen:
        return look(recommender, sample(chosen))
    known = st.session_state.get(_SEEN)
    if known is None or known[0][1:3] != _made_by(recommender):
        return None
    seen: Seen = known[1]
    return seen


def sample(sample_id: str) -> Photo:
    """Return the sample photo with this id; raises `CatalogueError` if there is none."""
    found = samples.sample(sample_id)
    return Photo(id=found.id, title=found.title, data=found.file.read_bytes())


def look(recommender: "Recommender", photo: Photo) -> Seen:
    """Decode and rebuild a photo; the latest one is remembered for this visitor."""
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


def _made_by(recommender: "Recommender") -> tuple[str, str]:
    return recommender.catalogue.fingerprint, recommender.model.fingerprint
