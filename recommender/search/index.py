"""Ids, embeddings and an engine: built once, cached on disk, checked before use.

An index is a folder. `index.json` names the generation that is in force and the parts that it
consists of. Parts are written once and never changed; a generation holds what is its own: which
rows were removed, the projection, the calibration, and what the engine keeps. Both are written
whole before `index.json` is moved into place, so that a kill at any moment leaves the last good
index.

Nothing here is done for every row when an index is opened or asked: arrays are mapped from their
files, and ids are looked up by a sorted table of hashes.
"""

import json
import shutil
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import damage
from recommender.config import write_json
from recommender.errors import IndexNotBuilt, ModelError, StaleIndex
from recommender.inference.projection import Projection
from recommender.search.calibration import QUANTILES
from recommender.search.engines import (
    AUTO,
    Allowed,
    Engine,
    ExactEngine,
    discard_replaced,
    make_engine,
)
from recommender.search.engines.base import is_mask
from recommender.search.names import Ids, NameColumn
from recommender.search.parts import PREFIX, Part
from recommender.search.rows import Rows
from recommender.types import Floats, Keys

INDEX_FORMAT = 3
GENERATION, ENGINE = "generation-", "engine"


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A product found by a query.

    Attributes
    ----------
    row : of the picture that is nearest, among all pictures of the product
    """

    item_id: str
    distance: float
    row: int = -1


@dataclass(frozen=True, kw_only=True)
class Index:
    """Embeddings of a catalogue's pictures, ready for queries.

    Attributes
    ----------
    ids : of the items, in the order of the rows; an item with several pictures has several rows,
        in any order and at any place
    embeddings : ndarray or `Rows` of shape (n_rows, n_dims); reading gives float32
    reconstruction_errors : ndarray or `Rows` of shape (n_rows,), float32; mean squared error of the
        decoded picture, values in [0, 1]
    nearest_quantiles : ndarray of shape (101,); percentiles of the distance from an item of
        this catalogue to its nearest other item
    metric : "euclidean" on raw latents, "cosine" on embeddings of unit length
    model, catalogue : fingerprints of what the index was made from
    engine_name : of the engine that answers
    engine_choice : what was asked for, such as "auto", and counts for updates too
    projection : makes embeddings of features; None if features are embeddings
    n_fitted : how many rows there were when the projection was fitted
    n_changed : how many rows came or went since `nearest_quantiles` were measured
    parts : what is on disk, or will be; made of the arrays above where there are none
    keys : (n_rows,), int64; the engine's key of each row, ascending: its position in the parts
    views : keys of the rows that are not their item's cover, ascending; empty if each item has one
        picture
    engine_folder : what the engine saved of these rows, or of an earlier state of them
    whole : the index that has an engine for rows of this one and others; see `covers`
    error_quantiles : ndarray of shape (101,); percentiles of the reconstruction errors, measured
        where they are not given
    """

    ids: Sequence[str]
    embeddings: Floats | Rows
    reconstruction_errors: Floats | Rows
    nearest_quantiles: Floats
    metric: str
    model: str
    catalogue: str
    engine_name: str = "exact"
    engine_choice: str = AUTO
    projection: Projection | None = None
    n_fitted: int = 0
    n_changed: int = 0
    parts: tuple[Part, ...] = field(default=(), repr=False)
    keys: Keys = field(default_factory=lambda: np.empty(0, np.int64), repr=False)
    views: Keys = field(default_factory=lambda: np.empty(0, np.int64), repr=False)
    engine_folder: Path | None = None
    whole: "Index | None" = field(default=None, repr=False)
    error_quantiles: NDArray[np.floating] = field(default_factory=lambda: np.empty(0), repr=False)

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.embeddings) == len(self.reconstruction_errors):
            raise ValueError("ids, embeddings and reconstruction errors differ in length")
        if not self.parts:
            object.__setattr__(self, "keys", np.arange(len(self.ids)))
            object.__setattr__(self, "views", _repeats(self.ids))
        if len(self.keys) != len(self.ids):
            raise ValueError("ids and keys differ in length")
        if not len(self.error_quantiles) and len(self):
            errors = np.asarray(self.reconstruction_errors)
            object.__setattr__(self, "error_quantiles", np.quantile(errors, QUANTILES))

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _ids(self) -> Ids:
        return self.ids if isinstance(self.ids, Ids) else Ids.of(self.ids)

    def row(self, item_id: str) -> int:
        """Return the row of an item's cover; raise `KeyError` if the index has none."""
        rows = self.rows(item_id)
        if not rows:
            raise KeyError(item_id)
        return rows[0]

    def rows(self, item_id: str) -> list[int]:
        """Return the rows of all pictures of an item, its cover's first."""
        rows = self._ids.rows(item_id)
        if len(rows) > 1:  # an update may have put a new cover behind older pictures
            rows.sort(key=self._is_view)
        return rows

    def _is_view(self, row: int) -> bool:
        key = self.keys[row]
        place = np.searchsorted(self.views, key)
        return bool(place < len(self.views) and self.views[place] == key)

    def content(self, row: int) -> int:
        """Return the hash of a row's item and picture; see `growth.contents_of`."""
        return int(Rows([part.contents for part in self.parts]).take(self.keys[[row]])[0])

    @cached_property
    def covers(self) -> "Index":
        """The index of covers only, one row an item: what compares products and no pictures."""
        if not len(self.views):
            return self
        parts = self.parts or (_only_part(self),)
        positions = np.arange(sum(len(part) for part in parts))
        return of_parts(
            parts,
            np.setdiff1d(positions, self.keys[self.cover_rows], assume_unique=True),
            nearest_quantiles=self.nearest_quantiles,
            metric=self.metric,
            model=self.model,
            catalogue=self.catalogue,
            engine_name=self.engine_name,
            engine_choice=self.engine_choice,
            projection=self.projection,
            whole=self,
        )

    @cached_property
    def cover_rows(self) -> Keys:
        """Rows of the items' covers, ascending."""
        return np.flatnonzero(~np.isin(self.keys, self.views))

    def embed(self, features: Floats) -> Floats:
        """Return embeddings of features, both of shape (n, ...), as this index compares them."""
        return features if self.projection is None else self.projection.apply(features)

    @cached_property
    def engine(self) -> Engine:
        """The fitted engine, made or opened at the first query; it knows rows by `keys`."""
        engine = make_engine(self.engine_name)
        if self.engine_folder is not None and self.engine_name != ExactEngine.name:
            try:
                damage.verify(self.engine_folder)
            except ValueError as error:
                raise StaleIndex(
                    f"the engine's files in {self.engine_folder} are damaged: index it again"
                ) from error
            return engine.load(self.engine_folder, self.embeddings, self.keys)
        return engine.fit(self.embeddings, self.keys)

    def kneighbors(
        self, queries: Floats, n_neighbors: int, *, allowed: Allowed | None = None
    ) -> tuple[Floats, Keys]:
        """Return distances and rows of the pictures nearest to each query, nearest first.

        Parameters
        ----------
        allowed : rows that may be found, or for each row whether it may be; None for all

        Returns
        -------
        distances, rows : of shape (n_queries, n_found); see `Engine.kneighbors`
        """
        if self.whole is not None:
            return self._kneighbors_in_whole(self.whole, queries, n_neighbors, allowed)
        has_gaps = len(self) > 0 and self.keys[-1] != len(self) - 1
        if allowed is not None and has_gaps:
            if is_mask(allowed):
                by_key = np.zeros(self.keys[-1] + 1, np.bool_)
                by_key[self.keys[allowed]] = True
                allowed = by_key
            else:
                allowed = self.keys[allowed]
        distances, found = self.engine.kneighbors(queries, n_neighbors, allowed=allowed)
        if has_gaps:
            found = np.where(found < 0, -1, np.searchsorted(self.keys, found))
        return distances, found

    def _kneighbors_in_whole(
        self, whole: "Index", queries: Floats, n_neighbors: int, allowed: Allowed | None
    ) -> tuple[Floats, Keys]:
        rows = np.searchsorted(whole.keys, self.keys)
        mask = np.zeros(len(whole), np.bool_)
        mask[rows if allowed is None else rows[allowed]] = True
        distances, found = whole.kneighbors(queries, n_neighbors, allowed=mask)
        return distances, np.where(found < 0, -1, np.searchsorted(rows, found))

    def query(
        self,
        embedding: Floats,
        n_neighbors: int,
        *,
        leave_out: Collection[str] = (),
        allowed: Allowed | None = None,
    ) -> list[Neighbour]:
        """Return the items nearest to one embedding, each once, nearest first.

        Parameters
        ----------
        embedding : ndarray of shape (n_dims,), float32
        n_neighbors : how many; fewer come back only if the catalogue has no more
        leave_out : ids that are never returned. A query that is an item itself names its own
            id here: it is left out by identity, because the nearest row may as well be an exact
            duplicate.
        allowed : rows that may be found, or for each row whether it may be; None for all
        """
        excluded = set(leave_out)
        n_asked = n_neighbors + len(excluded)
        while True:
            distances, rows = self.kneighbors(embedding[None], n_asked, allowed=allowed)
            nearest: dict[str, Neighbour] = {}
            for distance, row in zip(distances[0], rows[0], strict=True):
                item_id = self.ids[row] if row >= 0 else None
                if item_id is not None and item_id not in excluded and item_id not in nearest:
                    nearest[item_id] = Neighbour(
                        item_id=item_id, distance=float(distance), row=int(row)
                    )
            # several pictures of one product take several places
            if len(nearest) >= n_neighbors or rows.shape[1] < n_asked:
                return list(nearest.values())[:n_neighbors]
            n_asked *= 2

    def similarities(self, distances: NDArray[np.floating]) -> NDArray[np.floating]:
        """Distances as similarities in [0, 1], 1 being equal.

        The cosine for embeddings of unit length. Raw latents have no natural unit: there an item
        as far away as the catalogue's items typically are from their nearest gets one half.
        """
        if self.metric == "cosine":
            return np.clip(1 - distances**2 / 2, 0, 1)
        typical = float(self.nearest_quantiles[len(QUANTILES) // 2])
        if typical <= 0:
            return np.asarray(distances == 0, np.float64)
        return np.asarray(1 / (1 + distances / typical))

    def similarity(self, distance: float) -> float:
        """One distance as a similarity; see `similarities`."""
        return float(self.similarities(np.asarray(distance)))


def save(index: Index, folder: Path) -> None:
    """Write an index and put it in force in one move; parts that are on disk are shared."""
    # first of all: an engine that does not answer leaves nothing lying about
    engine = None if index.engine_name == ExactEngine.name else index.engine
    generation = folder / f"{GENERATION}{uuid.uuid4().hex[:12]}"
    generation.mkdir(parents=True)
    parts = [part.kept_in(folder) for part in index.parts or (_only_part(index),)]
    n_positions = sum(len(part) for part in parts)
    removed = np.setdiff1d(np.arange(n_positions), index.keys, assume_unique=True)
    np.savez(
        generation / "calibration.npz",
        nearest_quantiles=index.nearest_quantiles,
        error_quantiles=index.error_quantiles,
        removed=removed,
        views=index.views,
    )
    if index.projection is not None:
        index.projection.save(generation / "projection.npz")
    if engine is not None:
        engine.save(generation / ENGINE)
        if (generation / ENGINE).is_dir():
            damage.seal(generation / ENGINE)
    damage.seal(generation)
    write_json(
        folder / "index.json",
        {
            "format_version": INDEX_FORMAT,
            "generation": generation.name,
            "parts": [part.folder.name for part in parts if part.folder is not None],
            "model": index.model,
            "catalogue": index.catalogue,
            "metric": index.metric,
            "engine": index.engine_name,
            "engine_choice": index.engine_choice,
            "n_rows": len(index),
            "n_fitted": index.n_fitted,
            "n_changed": index.n_changed,
            "is_projected": index.projection is not None,
        },
    )
    used = {generation.name, *(part.folder.name for part in parts if part.folder is not None)}
    for old in (*folder.glob(f"{GENERATION}*"), *folder.glob(f"{PREFIX}*")):
        if old.name not in used:
            discard_replaced(old / ENGINE, generation / ENGINE)
            shutil.rmtree(old, ignore_errors=True)


def delete(folder: Path, *, successor: Path) -> None:
    """Delete an index that another one has replaced, with what its engine keeps elsewhere."""
    (kept,) = successor.glob(f"{GENERATION}*")
    for generation in folder.glob(f"{GENERATION}*"):
        discard_replaced(generation / ENGINE, kept / ENGINE)
    shutil.rmtree(folder, ignore_errors=True)


def load(folder: Path, *, model: str, catalogue: str | None) -> Index:
    """Open an index; its arrays stay on disk and are mapped into memory.

    Parameters
    ----------
    model, catalogue : fingerprints that the index must have been made from; None for any catalogue

    Raises
    ------
    IndexNotBuilt : there is none in this folder
    StaleIndex : it was made from another model, another state of the catalogue, or is damaged
    """
    described = _read_description(folder)
    if described.get("format_version") != INDEX_FORMAT:
        raise StaleIndex(f"the index in {folder} has another format: index the catalogue again")
    for what, expected in (("model", model), ("catalogue", catalogue)):
        if expected is not None and described.get(what) != expected:
            raise StaleIndex(
                f"the index in {folder} was made from another {what}: index the catalogue again"
            )
    try:
        return _opened(folder, described)
    except (OSError, ValueError, KeyError, TypeError, EOFError, ModelError) as error:
        raise StaleIndex(f"the index in {folder} is damaged: index the catalogue again") from error


def of_parts(parts: Sequence[Part], removed: Keys, **values: Any) -> Index:
    """Return an index of parts, without the rows at the positions that were removed.

    Parameters
    ----------
    values : the other attributes of `Index`
    """
    positions = np.arange(sum(len(part) for part in parts))
    keys = np.delete(positions, removed) if len(removed) else positions
    order = keys if len(removed) else None
    return Index(
        ids=Ids([part.names for part in parts], order),
        embeddings=Rows([part.embeddings for part in parts], order),
        reconstruction_errors=Rows([part.errors for part in parts], order),
        parts=tuple(parts),
        keys=keys,
        **values,
    )


def _opened(folder: Path, described: dict[str, Any]) -> Index:
    generation = folder / str(described["generation"])
    damage.verify(generation)
    calibration = damage.read_arrays(generation / "calibration.npz")
    projected = bool(described["is_projected"])
    index = of_parts(
        [Part.load(folder / str(name)) for name in described["parts"]],
        calibration["removed"],
        nearest_quantiles=calibration["nearest_quantiles"],
        error_quantiles=calibration["error_quantiles"],
        metric=str(described["metric"]),
        model=str(described["model"]),
        catalogue=str(described["catalogue"]),
        engine_name=str(described["engine"]),
        engine_choice=str(described["engine_choice"]),
        projection=Projection.load(generation / "projection.npz") if projected else None,
        n_fitted=int(described["n_fitted"]),
        n_changed=int(described["n_changed"]),
        views=calibration["views"],
        engine_folder=generation / ENGINE,
    )
    if len(index) != described["n_rows"]:
        raise ValueError(f"{len(index)} rows where {described['n_rows']} were written")
    return index


def _only_part(index: Index) -> Part:
    """Return the rows of an index that was made of arrays."""
    return Part(
        embeddings=np.asarray(index.embeddings),
        errors=np.asarray(index.reconstruction_errors, np.float32),
        names=NameColumn.of(index.ids),
        contents=np.zeros(len(index), np.uint64),
    )


def _repeats(ids: Sequence[str]) -> Keys:
    """Return the rows of ids that have come before."""
    if len(set(ids)) == len(ids):
        return np.empty(0, np.int64)
    seen: set[str] = set()
    rows = []
    for row, item_id in enumerate(ids):
        if item_id in seen:
            rows.append(row)
        seen.add(item_id)
    return np.array(rows, np.int64)


def _read_description(folder: Path) -> dict[str, Any]:
    file = folder / "index.json"
    if not file.exists():
        raise IndexNotBuilt(f"there is no index in {folder}: run python -m recommender index")
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StaleIndex(f"{file} is damaged: index the catalogue again") from error
    if not isinstance(described, dict):
        raise StaleIndex(f"{file} is damaged: index the catalogue again")
    return described
