"""Lays a catalogue out on a plane: neighbours lie together, and no two products overlap.

A stochastic neighbour embedding says who lies beside whom; a relaxation then pushes products apart
until each has room for its picture, which turns the clusters into islands. Large catalogues are
laid out from a sample, and every other product joins its nearest ones in the sample. Laying out
takes a while, so the result is kept on disk beside the index that it was made from.

References: van der Maaten, "Accelerating t-SNE using tree-based algorithms", JMLR 2014.
"""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender import damage, storage
from recommender.config import write_atomically
from recommender.errors import IndexNotBuilt, StaleIndex
from recommender.search.index import Index
from recommender.types import Floats

MAP_FORMAT = 1
FILE = "atlas.npz"  # the name that indexes have had from the first
N_ARRANGED = 3_000  # products; more cost minutes, and a plane has no room to show the difference
N_COMPONENTS = 50
PERPLEXITY = 30.0
N_ITERATIONS = 600
N_HOSTS = 3  # arranged products that another one joins
ROOM = 2.0  # area of the plane before the relaxation, in products
LEAST_DISTANCE = 1.06
N_RELAXATIONS = 200
STIFFNESS = 0.6
SEED = 0
GRID = np.float32(1 / 16)  # places are kept to this: it keeps the file small
N_BESIDE = 8  # neighbours on the plane that are asked for their kind
REACH = 3.0  # radius in which a kind is counted to find where its name belongs


@dataclass(frozen=True, kw_only=True)
class EmbeddingMap:
    """Places of an index's products on a plane.

    Attributes
    ----------
    places : ndarray of shape (n_items, 2), float32, in the order of the index's rows; a product
        takes a square of about 0.85
    model, catalogue : fingerprints of what the index was made from
    """

    places: Floats
    model: str
    catalogue: str


@dataclass(frozen=True, kw_only=True)
class Region:
    """Place of the products of one kind.

    Attributes
    ----------
    place : x and y of the middle of most of them
    beside : the kinds that most often lie next to it, most often first
    """

    name: str
    n_items: int
    place: tuple[float, float]
    beside: tuple[str, ...]


def open_map(index: Index, folders: Sequence[Path]) -> EmbeddingMap:
    """Open the map of an index; it is laid out, and kept in the first folder, if there is none.

    Parameters
    ----------
    folders : in which the map may be
    """
    for folder in folders:
        try:
            return load(folder, index)
        except (IndexNotBuilt, StaleIndex):
            continue
    laid_out = lay_out(index)
    with storage.if_possible():  # it is laid out anew where it cannot be kept
        save(laid_out, folders[0])
    return laid_out


def lay_out(index: Index) -> EmbeddingMap:
    """Find every product's place; deterministic, and nothing is written."""
    return EmbeddingMap(
        places=spread(arrange(np.asarray(index.covers.embeddings))),
        model=index.model,
        catalogue=index.catalogue,
    )


def save(laid_out: EmbeddingMap, folder: Path) -> None:
    """Write a map in one move."""
    buffer = io.BytesIO()
    steps = np.rint(laid_out.places / GRID).astype(np.int16)
    made_from = [str(MAP_FORMAT), laid_out.model, laid_out.catalogue]
    np.savez_compressed(buffer, steps=steps.T, made_from=np.array(made_from, np.bytes_))
    write_atomically(folder / FILE, buffer.getvalue())


def load(folder: Path, index: Index) -> EmbeddingMap:
    """Read a map.

    Raises
    ------
    IndexNotBuilt : there is none in this folder
    StaleIndex : it was made from another index, or is damaged
    """
    file = folder / FILE
    if not file.exists():
        raise IndexNotBuilt(f"there is no map in {folder}: run python -m recommender map")
    try:
        arrays = damage.read_arrays(file)
        made_from = [part.decode() for part in arrays["made_from"]]
        places = arrays["steps"].T.astype(np.float32) * GRID
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise StaleIndex(f"the map in {folder} is damaged: draw it again") from error
    expected = [str(MAP_FORMAT), index.model, index.catalogue]
    if made_from != expected or len(places) != len(index.covers):
        raise StaleIndex(f"the map in {folder} was made from another index: draw it again")
    return EmbeddingMap(places=places, model=index.model, catalogue=index.catalogue)


def arrange(embeddings: Floats) -> Floats:
    """Places of shape (n_items, 2) at which near neighbours are near, in no particular unit."""
    n_items = len(embeddings)
    if n_items < 4:  # noqa: PLR2004  nothing to arrange
        return np.asarray(np.stack([np.arange(n_items), np.zeros(n_items)], axis=1), np.float32)
    rows = np.sort(np.random.default_rng(SEED).permutation(n_items)[:N_ARRANGED])
    arranged = _arrange_all(embeddings[rows])
    if len(rows) == n_items:
        return arranged
    from sklearn.neighbors import NearestNeighbors

    hosts = NearestNeighbors(n_neighbors=N_HOSTS).fit(embeddings[rows])
    distances, nearest = hosts.kneighbors(embeddings)
    weights = 1 / np.maximum(distances, 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    places = (arranged[nearest] * weights[..., None]).sum(axis=1)
    places[rows] = arranged
    return np.asarray(places, np.float32)


def spread(places: Floats) -> Floats:
    """Push places apart until neighbours have room, the long side lying flat; around (0, 0)."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(SEED)
    at = places.astype(np.float64) - places.mean(axis=0)
    if len(at) > 1:
        at = at @ np.linalg.svd(at, full_matrices=False)[2].T
    area = float(np.prod(np.maximum(np.ptp(at, axis=0), 1e-3)))
    at *= np.sqrt(len(at) * ROOM / area)
    at += rng.normal(0, 1e-3, at.shape)  # duplicates must not stay upon each other
    for _ in range(N_RELAXATIONS):
        pairs = cKDTree(at).query_pairs(LEAST_DISTANCE, output_type="ndarray")
        if not len(pairs):
            break
        apart = at[pairs[:, 0]] - at[pairs[:, 1]]
        distance = np.linalg.norm(apart, axis=1, keepdims=True)
        push = apart / np.maximum(distance, 1e-6) * (LEAST_DISTANCE - distance) / 2 * STIFFNESS
        for column in (0, 1):
            for end, sign in ((0, 1), (1, -1)):
                at[:, column] += sign * np.bincount(
                    pairs[:, end], weights=push[:, column], minlength=len(at)
                )
    return np.asarray(at - (at.max(axis=0) + at.min(axis=0)) / 2, np.float32)


def regions(places: Floats, kinds: Sequence[str]) -> list[Region]:
    """Find the region of each kind, by name; products without a kind belong to none.

    Parameters
    ----------
    places : ndarray of shape (n_items, 2)
    kinds : of the items, empty where unknown
    """
    from scipy.spatial import cKDTree

    labels = np.array(kinds, dtype=object)
    _, nearest = cKDTree(places).query(places, min(N_BESIDE + 1, len(places)))
    nearest = nearest.reshape(len(places), -1)
    found = []
    for name in sorted(set(kinds) - {""}):
        rows = np.flatnonzero(labels == name)
        own = places[rows]
        close = cKDTree(own).query_ball_point(own, REACH)
        middle = own[max(close, key=len)].mean(axis=0)
        found.append(
            Region(
                name=name,
                n_items=len(rows),
                place=(float(middle[0]), float(middle[1])),
                beside=_most_frequent(labels[nearest[rows]].ravel(), without={name, ""}),
            )
        )
    return found


def _arrange_all(embeddings: Floats) -> Floats:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    centred = embeddings - embeddings.mean(axis=0)
    left, scale, _ = np.linalg.svd(centred, full_matrices=False)
    reduced = np.asarray((left * scale)[:, :N_COMPONENTS], np.float32)
    projection = TSNE(
        init=reduced[:, :2] / max(float(reduced[:, 0].std()), 1e-6) * np.float32(1e-4),
        perplexity=min(PERPLEXITY, (len(embeddings) - 1) / 3),
        max_iter=N_ITERATIONS,
        random_state=SEED,
    )
    # threads that wait for each other at every step of the descent lose to one on busy cores
    with threadpool_limits(1):
        return np.asarray(projection.fit_transform(reduced), np.float32)


def _most_frequent(names: Iterable[str], *, without: set[str], n: int = 2) -> tuple[str, ...]:
    counts = Counter(name for name in names if name not in without)
    return tuple(name for name, _ in counts.most_common(n))
