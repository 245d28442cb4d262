"""A photo as a query: decoded and encoded once, however often the sliders move."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from recommender.images import ENOUGH_PX
from recommender.memo import Memo
from recommender.ui.components import crop, regions
from recommender.ui.components.crop import Box
from recommender.ui.components.regions import Thing
from recommender.ui.parts.result import Stage
from recommender.ui.shared import pictures, resources, samples, turns, words
from recommender.ui.shared.photo_drawings import Rebuilding

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.options import SearchOptions
    from recommender.search.query import EncodedQuery
    from recommender.search.regions import Region
    from recommender.search.results import Result

KEPT_ANSWERS = 32
_THINGS = "photo.things"  # in the latest photo, whichever part of it counts
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
    """An encoded photo, and the answers to the queries made with it.

    Each visitor has one for as long as they stay, so it holds compressed pictures and none of the
    size that the photo came in.

    Attributes
    ----------
    whole, ratio : address of the whole photo, and its width over its height
    things : found in it; one at most if it shows one thing
    encoded : the part of it that counts
    rebuilding : held for as long as its addresses are to lead somewhere
    """

    id: str
    whole: str
    ratio: float
    things: Sequence[Thing]
    encoded: "EncodedQuery"
    rebuilding: Rebuilding
    stage: Stage
    answers: "Memo[tuple[SearchOptions, int], Result]" = field(
        default_factory=lambda: Memo(KEPT_ANSWERS)
    )


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
    """Decode and encode a photo; the latest one is remembered for this visitor.

    Of a photo that shows several things the likeliest is chosen, unless the address names a part.
    """
    box, made_by = crop.chosen(), _made_by(recommender)
    known = st.session_state.get(_SEEN)
    if known is not None and known[0] == (photo.id, *made_by, _part()):
        seen: Seen = known[1]
        return seen
    with turns.PAGES.left():
        seen = _look(recommender, photo, box)
    st.session_state[_SEEN] = (photo.id, *made_by, _part()), seen
    return seen


def _look(recommender: "Recommender", photo: Photo, box: Box | None) -> Seen:
    made_by = _made_by(recommender)
    computer = resources.computer()
    whole = resources.DECODER.load(photo.data, enough_px=ENOUGH_PX)
    light = recommender.light(whole)
    encoded = None
    found = st.session_state.get(_THINGS)
    if found is None or found[0] != (photo.id, *made_by):
        encoded, parts = computer.encode(recommender, whole, light, finds_regions=True)
        found = (photo.id, *made_by), _things(recommender, parts)
        st.session_state[_THINGS] = found
    things: tuple[Thing, ...] = found[1]
    if not _part() and len(things) > 1:
        box = _box(things[0])
        st.query_params[crop.PARAMETER] = box.to_text()
    pixels = box.cut(whole) if box else whole
    if box or encoded is None:
        encoded, _ = computer.encode(recommender, pixels, light, finds_regions=False)
    rebuilding = Rebuilding(recommender, encoded)
    whole_url = pictures.data_url(whole)
    height, width = whole.shape[:2]
    return Seen(
        id=photo.id,
        whole=whole_url,
        ratio=width / height,
        things=things,
        encoded=encoded,
        rebuilding=rebuilding,
        stage=Stage(
            title=photo.title,
            original=pictures.data_url(pixels) if box else whole_url,
            kept=rebuilding.kept,
            lost=rebuilding.lost,
            alt=photo.title,
            code=words.code(recommender.model),
            loss=words.loss(encoded.reconstruction_error),
            heading="h2",
        ),
    )


def _part() -> str:
    return str(st.query_params.get(crop.PARAMETER, ""))


def _things(recommender: "Recommender", parts: Sequence["Region"]) -> tuple[Thing, ...]:
    """The things in a photo, each named by the nearest product's category."""
    things = []
    for region in parts:
        left, top, right, bottom = region.box
        name = recommender.catalogue.get(region.item_id).category or ""
        things.append(Thing(box=(left, top, right - left, bottom - top), name=name))
    return tuple(things)


def choose_thing(seen: Seen) -> None:
    """Draw the photo with the things in it; the one that is pressed goes into the address."""
    boxes = [_box(thing).to_text() for thing in seen.things]
    chosen = boxes.index(_part()) if _part() in boxes else None
    if chosen is None and crop.chosen() is None:
        chosen = regions.WHOLE
    pressed = regions.show(seen.whole, seen.ratio, seen.id, seen.things, chosen)
    if pressed is not None:
        is_whole = pressed == regions.WHOLE
        st.query_params[crop.PARAMETER] = crop.WHOLE if is_whole else boxes[pressed]
        st.rerun()


def _box(thing: Thing) -> Box:
    left, top, width, height = thing.box
    return Box(left=left, top=top, width=width, height=height)


def _made_by(recommender: "Recommender") -> tuple[str, str]:
    return recommender.catalogue.fingerprint, recommender.model.fingerprint
