"""Keeps an index up to date with its catalogue: what is new is added, what is gone passed over.

The projection of an index stays as it was fitted, so that rows of any age are comparable. What an
update costs depends on the update and not on the index: a part with the new rows is written, the
others are shared.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.errors import StaleIndex
from recommender.search import index as indexes
from recommender.search.calibration import calibrate_by_engine, calibrate_nearest
from recommender.search.engines import ExactEngine, choose_engine
from recommender.search.index import Index
from recommender.search.names import Hashes, hash_of
from recommender.search.parts import Part, merged
from recommender.types import Keys

WORTH_REFITTING = 0.25  # of the rows: a refit may change one neighbour in twenty, or more
MAX_NEW_SHARE = 0.5  # of an index's rows that came after its projection was fitted
CALIBRATED_SHARE = 0.01  # of the rows that may change before distances are measured again
MAX_REMOVED_SHARE = 0.25  # of the rows on disk
MAX_PARTS = 16


@dataclass(frozen=True, kw_only=True)
class Change:
    """Difference between a catalogue's pictures and an index's rows.

    Attributes
    ----------
    fresh : places of the pictures that the index lacks
    gone : rows whose picture is no longer there
    """

    fresh: Keys
    gone: Keys


def contents_of(pictures: Sequence[tuple[str, str]]) -> Hashes:
    """Return a hash for each picture, of its item's id and its content."""
    return np.array([hash_of(*picture) for picture in pictures], np.uint64)


def compare(base: Index, contents: Hashes) -> Change:
    """Return what an index lacks of pictures, and what it has besides them."""
    known = np.concatenate([part.contents for part in base.parts])[base.keys]
    return Change(
        fresh=np.flatnonzero(~np.isin(contents, known)),
        gone=np.flatnonzero(~np.isin(known, contents)),
    )


def new_share(index: Index) -> float:
    """Return the share of rows that came after the projection was fitted."""
    n_positions = sum(len(part) for part in index.parts)
    return (n_positions - index.n_fitted) / max(1, len(index))


def has_outgrown(base: Index, change: Change) -> bool:
    """Return whether so much of an index would be new that it had better be made from the start.

    More than half of its rows would have come after its projection was fitted, or more than a
    quarter of what is on disk would be passed over.
    """
    n_rows = len(base) + len(change.fresh) - len(change.gone)
    n_positions = sum(len(part) for part in base.parts) + len(change.fresh)
    return (
        n_positions - base.n_fitted > MAX_NEW_SHARE * n_rows
        or n_positions - n_rows > MAX_REMOVED_SHARE * n_positions
    )


def views_among(parts: Sequence[Part], covers: Hashes | None) -> Keys:
    """Return the keys of those rows of parts that are no item's cover.

    Parameters
    ----------
    covers : hashes of the covers, as `contents_of` makes them; None if every picture is one
    """
    if covers is None:
        return np.empty(0, np.int64)
    contents = np.concatenate([part.contents for part in parts])
    return np.flatnonzero(~np.isin(contents, covers))


def grown(
    base: Index,
    change: Change,
    part: Part | None,
    *,
    catalogue: str,
    engine: str,
    covers: Hashes | None = None,
) -> Index:
    """Return an index with a part more and some rows less; its base stays as it is.

    Parameters
    ----------
    part : rows for `change.fresh`; None if there are none
    catalogue : fingerprint of what the rows are now those of
    engine : its name, or "auto"
    covers : hashes of the items' covers; None if every picture is one
    """
    n_rows = len(base) + len(change.fresh) - len(change.gone)
    name = choose_engine(engine, n_rows)
    if not len(change.fresh) and not len(change.gone):
        same = dataclasses.replace(
            base, catalogue=catalogue, engine_choice=engine, views=views_among(base.parts, covers)
        )
        return (
            same
            if name == base.engine_name
            else dataclasses.replace(same, engine_name=name, engine_folder=None)
        )
    parts = [*base.parts, part] if part is not None else list(base.parts)
    if len(parts) > MAX_PARTS:  # the first is nearly all of it, and stays as it is
        parts = [parts[0], merged(parts[1:])]
    n_positions = sum(len(each) for each in base.parts)
    kept = np.delete(base.keys, change.gone)
    n_changed = base.n_changed + len(change.fresh) + len(change.gone)
    index = _with_engine(
        indexes.of_parts(
            parts,
            np.setdiff1d(np.arange(n_positions), kept, assume_unique=True),
            views=views_among(parts, covers),
            nearest_quantiles=base.nearest_quantiles,
            metric=base.metric,
            model=base.model,
            catalogue=catalogue,
            engine_name=name,
            engine_choice=engine,
            projection=base.projection,
            n_fitted=base.n_fitted,
            n_changed=n_changed,
            engine_folder=base.engine_folder if name == base.engine_name else None,
        )
    )
    return calibrated(index) if n_changed > CALIBRATED_SHARE * n_rows else index


def calibrated(index: Index) -> Index:
    """Return an index whose distances were measured; its engine is fitted on the way."""
    owners, asking = _owners(index), index.cover_rows
    if index.engine_name == ExactEngine.name:
        nearest = calibrate_nearest(np.asarray(index.embeddings), owners, asking)
    else:
        nearest = calibrate_by_engine(index.engine, index.embeddings, index.keys, owners, asking)
    # the same object: its engine may have taken minutes
    object.__setattr__(index, "nearest_quantiles", nearest)
    object.__setattr__(index, "n_changed", 0)
    return index


def _with_engine(index: Index) -> Index:
    """Return an index whose engine has taken in what an earlier state's engine saved."""
    if index.engine_name == ExactEngine.name:
        return index
    try:
        _ = index.engine
    except StaleIndex:  # what was saved is damaged or gone: made anew
        return dataclasses.replace(index, engine_folder=None)
    return index


def _owners(index: Index) -> NDArray[np.uint64]:
    """Return a number for the item that each row belongs to: the hash of its id."""
    parts = []
    for part in index.parts:
        owners = np.empty(len(part), np.uint64)
        owners[part.names.hashed] = part.names.hashes
        parts.append(owners)
    return np.concatenate(parts)[index.keys]
