"""Ids, embeddings and an engine: built once, cached on disk, checked before use.

An index is a folder. `index.json` names the generation that is in force; the arrays of a
generation lie in a sub-folder of that name. A new generation is written whole before `index.json`
is moved into place, so that a kill at any moment leaves the last good index.
"""

import json
import shutil
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import damage
from recommender.config import write_atomically, write_json
from recommender.errors import IndexNotBuilt, ModelError, StaleIndex
from recommender.inference.projection import Projection
from recommender.search.engines import Engine, make_engine

INDEX_FORMAT = 2
CALIBRATION_ROWS = 2_000  # enough for percentiles; the cost grows with the square
CALIBRATION_CELLS = 4_000_000  # distances held at a time
QUANTILES = np.linspace(0, 1, 101)

Floats = NDArray[np.float32]


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
        its cover's first
    embeddings : ndarray of shape (n_rows, n_dims), float32
    reconstruction_errors : ndarray of shape (n_rows,), float32; mean squared error of the
        decoded picture, values in [0, 1]
    nearest_quantiles : ndarray of shape (101,); percentiles of the distance from an item of
        this catalogue to its nearest other item
    metric : "euclidean" on raw latents, "cosine" on embeddings of unit length
    model, catalogue : fingerprints of what the index was made from
    engine_name : of the engine that answers
    projection : makes embeddings of features; None if features are embeddings
    """

    ids: tuple[str, ...]
    embeddings: Floats
    reconstruction_errors: Floats
    nearest_quantiles: Floats
    metric: str
    model: str
    catalogue: str
    engine_name: str = "exact"
    projection: Projection | None = None
    _rows: dict[str, list[int]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.embeddings) == len(self.reconstruction_errors):
            raise ValueError("ids, embeddings and reconstruction errors differ in length")
        for row, item_id in enumerate(self.ids):
            self._rows.setdefault(item_id, []).append(row)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, item_id: str) -> int:
        """Row of an item's cover; raises `KeyError` if the index has none."""
        return self._rows[item_id][0]

    def rows(self, item_id: str) -> list[int]:
        """Rows of all pictures of an item, in the item's order."""
        return self._rows[item_id]

    @cached_property
    def covers(self) -> "Index":
        """The index of covers only, one row an item: what compares products and no pictures."""
        if len(self._rows) == len(self):
            return self
        rows = [rows[0] for rows in self._rows.values()]
        return Index(
            ids=tuple(self._rows),
            embeddings=np.asarray(self.embeddings[rows]),
            reconstruction_errors=np.asarray(self.reconstruction_errors[rows]),
            nearest_quantiles=self.nearest_quantiles,
            metric=self.metric,
            model=self.model,
            catalogue=self.catalogue,
            engine_name=self.engine_name,
            projection=self.projection,
        )

    def embed(self, features: Floats) -> Floats:
        """Embeddings of features, both of shape (n, ...), as this index compares them."""
        return features if self.projection is None else self.projection.apply(features)

    @cached_property
    def engine(self) -> Engine:
        """The fitted engine, made at the first query."""
        return make_engine(self.engine_name).fit(self.embeddings, np.arange(len(self)))

    @cached_property
    def error_quantiles(self) -> Floats:
        """Percentiles of the reconstruction errors, shape (101,)."""
        return np.asarray(np.quantile(self.reconstruction_errors, QUANTILES))

    def query(
        self, embedding: Floats, n_neighbors: int, *, leave_out: Collection[str] = ()
    ) -> list[Neighbour]:
        """Nearest items of one embedding, each once, nearest first.

        Parameters
        ----------
        embedding : ndarray of shape (n_dims,), float32
        n_neighbors : how many; fewer come back only if the catalogue has no more
        leave_out : ids that are never returned. A query that is an item itself names its own
            id here: it is left out by identity, because the nearest row may as well be an exact
            duplicate.
        """
        excluded = set(leave_out)
        n_asked = n_neighbors + len(excluded)
        while True:
            distances, rows = self.engine.kneighbors(embedding[None], n_asked)
            nearest: dict[str, Neighbour] = {}
            for distance, row in zip(distances[0], rows[0], strict=True):
                item_id = self.ids[row]
                if item_id not in excluded and item_id not in nearest:
                    nearest[item_id] = Neighbour(
                        item_id=item_id, distance=float(distance), row=int(row)
                    )
            # several pictures of one product take several places
            if len(nearest) >= n_neighbors or n_asked >= len(self):
                return list(nearest.values())[:n_neighbors]
            n_asked = min(2 * n_asked, len(self))

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


def calibrate_nearest(embeddings: Floats) -> Floats:
    """Percentiles of the distance between an item and its nearest other item.

    Parameters
    ----------
    embeddings : ndarray of shape (n_items, n_dims)
    """
    n_items = len(embeddings)
    if n_items <= 1:
        return np.zeros(len(QUANTILES), np.float32)
    rows = np.arange(0, n_items, -(-n_items // CALIBRATION_ROWS))
    squares = np.einsum("ij,ij->i", embeddings, embeddings)
    nearest = []
    for part in np.array_split(rows, -(-len(rows) * n_items // CALIBRATION_CELLS)):
        coarse = squares - 2 * (embeddings[part] @ embeddings.T)
        coarse[np.arange(len(part)), part] = np.inf
        # what was expanded above loses the last digits of small distances
        differences = embeddings[part] - embeddings[coarse.argmin(axis=1)]
        nearest.append(np.linalg.norm(differences, axis=1))
    return np.asarray(np.quantile(np.concatenate(nearest), QUANTILES), np.float32)


def save(index: Index, folder: Path) -> None:
    """Write an index and put it in force in one move."""
    generation = f"generation-{uuid.uuid4().hex[:12]}"
    fresh = folder / generation
    fresh.mkdir(parents=True)
    np.save(fresh / "embeddings.npy", index.embeddings)
    np.savez(
        fresh / "calibration.npz",
        reconstruction_errors=index.reconstruction_errors,
        nearest_quantiles=index.nearest_quantiles,
    )
    if index.projection is not None:
        index.projection.save(fresh / "projection.npz")
    ids = json.dumps(index.ids, ensure_ascii=False, separators=(",", ":"))
    write_atomically(fresh / "ids.json", ids.encode())
    damage.seal(fresh)
    write_json(
        folder / "index.json",
        {
            "format_version": INDEX_FORMAT,
            "generation": generation,
            "model": index.model,
            "catalogue": index.catalogue,
            "metric": index.metric,
            "engine": index.engine_name,
            "n_items": len(index),
            "is_projected": index.projection is not None,
        },
    )
    for old in folder.glob("generation-*"):
        if old.name != generation:
            shutil.rmtree(old, ignore_errors=True)


def load(folder: Path, *, model: str, catalogue: str) -> Index:
    """Open an index; its embeddings stay on disk and are mapped into memory.

    Parameters
    ----------
    model, catalogue : fingerprints that the index must have been made from

    Raises
    ------
    IndexNotBuilt : there is none in this folder
    StaleIndex : it was made from another model, another state of the catalogue, or is damaged
    """
    described = _read_description(folder)
    if described.get("format_version") != INDEX_FORMAT:
        raise StaleIndex(f"the index in {folder} has another format: index the catalogue again")
    for what, expected in (("model", model), ("catalogue", catalogue)):
        if described.get(what) != expected:
            raise StaleIndex(
                f"the index in {folder} was made from another {what}: index the catalogue again"
            )
    generation = folder / str(described["generation"])
    try:
        damage.verify(generation)
        calibration = damage.read_arrays(generation / "calibration.npz")
        errors, nearest = calibration["reconstruction_errors"], calibration["nearest_quantiles"]
        projected = bool(described["is_projected"])
        return Index(
            projection=Projection.load(generation / "projection.npz") if projected else None,
            ids=tuple(json.loads((generation / "ids.json").read_text(encoding="utf-8"))),
            embeddings=np.load(generation / "embeddings.npy", mmap_mode="r"),
            reconstruction_errors=errors,
            nearest_quantiles=nearest,
            metric=str(described["metric"]),
            model=model,
            catalogue=catalogue,
            engine_name=str(described["engine"]),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, ModelError) as error:
        raise StaleIndex(f"the index in {folder} is damaged: index the catalogue again") from error


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
