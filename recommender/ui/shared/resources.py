"""Opened catalogues, models and indexes, shared by all visitors."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue, catalogues_folder
from recommender.errors import CatalogueError
from recommender.memo import Memo
from recommender.serving.decoding import PhotoDecoder
from recommender.ui.shared import turns

if TYPE_CHECKING:
    from recommender.evaluation.colour_baseline import ColourRecommender
    from recommender.insights.blend import Blender
    from recommender.insights.embedding_map import EmbeddingMap
    from recommender.insights.explain import Explainer
    from recommender.insights.health import BrokenPicture, Group
    from recommender.recommend import Recommender
    from recommender.serving.computing import Computer

POLL_S = 0.1
KEPT_CATALOGUES = 8
KEPT_OPENINGS = 16
# Shared by all visitors, whose photos wait for their turn; its processes start at the first photo
DECODER = PhotoDecoder()
_catalogues: "Memo[tuple[Path, str, int], Catalogue]" = Memo(KEPT_CATALOGUES)


@cache
def computer() -> "Computer":
    """Return the processes that compute with photos; imported when first used, to start quickly."""
    from recommender.serving.computing import Computer

    return Computer()


@dataclass
class Opening:
    """Work in the background that many visitors may wait for.

    Attributes
    ----------
    n_done, n_all : items done so far and in all; 0 if there is nothing to count
    """

    future: "Future[Any]" = field(default_factory=Future)
    n_done: int = 0
    n_all: int = 0

    def report(self, n_done: int, n_all: int) -> None:
        """Record the progress."""
        self.n_done, self.n_all = n_done, n_all


OnWait = Callable[[Opening], None]
Work = Callable[[Opening, str, str], Any]


def catalogue(name: str) -> Catalogue:
    """Return an opened catalogue, opened again once it has been imported again.

    Raises
    ------
    CatalogueError : no catalogue has this name
    """
    key = catalogues_folder(), name, stamp_of(name)
    known = _catalogues.known(key)
    if known is not None:
        return known
    with turns.PAGES.left():  # a large one takes seconds, and others wait for the same
        return _catalogues.get(key, lambda: open_catalogue(name))


def recommender(catalogue_name: str, model: str, on_wait: OnWait | None = None) -> "Recommender":
    """Return an opened recommender, after waiting until its index is built.

    Parameters
    ----------
    on_wait : called again and again while there is something to wait for

    Raises
    ------
    RecommenderError : it cannot be opened; the next call tries again
    """
    opened: Recommender = _wait("recommender", catalogue_name, model, on_wait)
    return opened


def as_ready(
    wanted: Sequence[tuple[str, str]], catalogue_name: str, on_wait: Callable[[int, Opening], None]
) -> Iterator[int]:
    """Yield the places of what was wanted in the order in which it has been opened, or failed to.

    Parameters
    ----------
    wanted : of each its kind, "recommender" or "colours", and its model
    on_wait : called again and again with the place of what is still waited for
    """
    catalogue(catalogue_name)  # see `_wait`
    stamp = stamp_of(catalogue_name)
    openings = [_opening(kind, catalogue_name, model, stamp) for kind, model in wanted]
    left = set(range(len(openings)))
    while left:
        ready = sorted(place for place in left if openings[place].future.done())
        left -= set(ready)
        yield from ready
        for place in sorted(left):
            on_wait(place, openings[place])
        if left and not ready:
            waited = [openings[place].future for place in left]
            with turns.PAGES.left():
                wait(waited, timeout=POLL_S, return_when=FIRST_COMPLETED)


def embedding_map(catalogue_name: str, model: str, on_wait: OnWait | None = None) -> "EmbeddingMap":
    """Return the places of a catalogue's products on the map; waits and raises as `recommender`."""
    opened: EmbeddingMap = _wait("embedding-map", catalogue_name, model, on_wait)
    return opened


def blender(catalogue_name: str, model: str, on_wait: OnWait | None = None) -> "Blender":
    """Return what draws blends of two products; waits and raises as `recommender`."""
    opened: Blender = _wait("blender", catalogue_name, model, on_wait)
    return opened


def explainer(catalogue_name: str, model: str, on_wait: OnWait | None = None) -> "Explainer":
    """Return what explains a catalogue's answers; waits and raises as `recommender`."""
    opened: Explainer = _wait("explainer", catalogue_name, model, on_wait)
    return opened


def colours(catalogue_name: str, on_wait: OnWait | None = None) -> "ColourRecommender":
    """Return the colour baseline of a catalogue; waits and raises as `recommender`."""
    opened: ColourRecommender = _wait("colours", catalogue_name, "", on_wait)
    return opened


def near_duplicates(
    catalogue_name: str, model: str, on_wait: OnWait | None = None
) -> "tuple[Group, ...]":
    """Return products with nearly the same picture; waits and raises as `recommender`."""
    found: tuple[Group, ...] = _wait("near-duplicates", catalogue_name, model, on_wait)
    return found


def broken_pictures(
    catalogue_name: str, on_wait: OnWait | None = None, *, again: bool = False
) -> "tuple[BrokenPicture, ...]":
    """Return pictures that cannot be read; waits and raises as `recommender`.

    Parameters
    ----------
    again : read all pictures again
    """
    if again:
        _opening.clear("broken-pictures", catalogue_name, "", stamp_of(catalogue_name))
    found: tuple[BrokenPicture, ...] = _wait("broken-pictures", catalogue_name, "", on_wait)
    return found


def _wait(kind: str, catalogue_name: str, model: str, on_wait: OnWait | None) -> Any:
    catalogue(catalogue_name)  # sets the demo up, so that the stamp below is its final one
    stamp = stamp_of(catalogue_name)
    opening = _opening(kind, catalogue_name, model, stamp)
    with turns.PAGES.left():
        while on_wait and not wait([opening.future], timeout=POLL_S).done:
            on_wait(opening)
        error = opening.future.exception()
    if error is not None:  # of any kind: the next call tries again
        _opening.clear(kind, catalogue_name, model, stamp)
        raise error.with_traceback(None)  # else it would grow with everybody who waited
    return opening.future.result()


@st.cache_resource(max_entries=KEPT_OPENINGS, show_spinner=False)
def _opening(kind: str, catalogue_name: str, model: str, stamp: int) -> Opening:
    del stamp  # only part of the key
    opening = Opening()
    threading.Thread(
        target=_run, args=(opening, WORKS[kind], catalogue_name, model), daemon=True
    ).start()
    return opening


def _run(opening: Opening, work: Work, catalogue_name: str, model: str) -> None:
    try:
        made = work(opening, catalogue_name, model)
    except BaseException as error:  # noqa: BLE001  a thread's error belongs to whoever waits
        opening.future.set_exception(error)
    else:
        opening.future.set_result(made)


def _open_recommender(opening: Opening, catalogue_name: str, model: str) -> "Recommender":
    from recommender.recommend import Recommender

    opened = Recommender.open(catalogue_name, model, progress=opening.report)
    opened.warm_up()
    # the first photo needs it, and nobody before
    threading.Thread(target=opened.photo_scale, daemon=True).start()
    return opened


def _open_map(_opening: Opening, catalogue_name: str, model: str) -> "EmbeddingMap":
    from recommender.insights.embedding_map import open_map
    from recommender.search.build import index_folders

    opened = recommender(catalogue_name, model)
    return open_map(opened.index, index_folders(opened.catalogue, opened.model))


def _open_blender(_opening: Opening, catalogue_name: str, model: str) -> "Blender":
    from recommender.insights.blend import Blender

    opened = recommender(catalogue_name, model)
    return Blender(opened.catalogue, opened.model, opened.index)


def _open_explainer(_opening: Opening, catalogue_name: str, model: str) -> "Explainer":
    from recommender.insights.explain import Explainer

    opened = recommender(catalogue_name, model)
    compare = partial(computer().compare, opened)
    return Explainer(opened.catalogue, opened.model, opened.index, compare)


def _open_colours(opening: Opening, catalogue_name: str, _model: str) -> "ColourRecommender":
    from recommender.evaluation.colour_baseline import ColourRecommender

    return ColourRecommender.open(catalogue(catalogue_name), progress=opening.report)


def _find_near_duplicates(opening: Opening, catalogue_name: str, model: str) -> "tuple[Group, ...]":
    from recommender.insights.health import find_near_duplicates

    opened = recommender(catalogue_name, model)
    return find_near_duplicates(
        opened.catalogue, opened.index, opened.grouper.is_same, progress=opening.report
    )


def _find_broken_pictures(
    opening: Opening, catalogue_name: str, _model: str
) -> "tuple[BrokenPicture, ...]":
    from recommender.insights.health import broken_pictures

    return broken_pictures(catalogue(catalogue_name), progress=opening.report)


WORKS: dict[str, Work] = {
    "recommender": _open_recommender,
    "embedding-map": _open_map,
    "blender": _open_blender,
    "explainer": _open_explainer,
    "colours": _open_colours,
    "near-duplicates": _find_near_duplicates,
    "broken-pictures": _find_broken_pictures,
}


def stamp_of(name: str) -> int:
    """Return a number that changes when a catalogue is imported again."""
    try:
        return (catalogues_folder() / name / "catalogue.db").stat().st_mtime_ns
    except OSError:
        return 0
    except ValueError as error:
        raise CatalogueError(f"{name!r} cannot be a name") from error
