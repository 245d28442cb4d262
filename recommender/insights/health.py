"""Finds duplicates, bad photos, broken pictures and gaps in a catalogue."""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender import images, spreadsheets
from recommender.catalogue.store import Catalogue
from recommender.config import read_json, write_json
from recommender.errors import CatalogueError, ImageError, ModelError
from recommender.items import Item
from recommender.search import near_duplicates
from recommender.search.index import Index
from recommender.types import Progress

DISMISSED = "dismissed.json"  # in the catalogue's folder, which an import leaves in place
N_PROPOSED = 8  # nearest neighbours of a product whose pictures are compared
BLOCK = 512
BATCH = 64  # pictures in flight
FAR_OUT = 3.0  # Tukey: this many times the quartiles' distance above the upper one
LEAST_PRODUCTS = 20  # fewer say nothing about what is usual

Kind = Literal["same", "nearly the same", "hardly rebuilt", "broken", "missing"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Products whose pictures are the same, or nearly so.

    Attributes
    ----------
    key : names the group by its pictures' contents; holds as long as they do
    is_exact : whether the files are equal byte for byte
    """

    key: str
    items: tuple[Item, ...]
    is_exact: bool


@dataclass(frozen=True, kw_only=True)
class HardPicture:
    """A picture that the model can hardly rebuild, for this catalogue.

    Attributes
    ----------
    times_usual : its reconstruction error over the catalogue's median
    """

    item: Item
    times_usual: float

    @property
    def key(self) -> str:
        """Names the finding by the picture's content."""
        return f"hard-{self.item.image_sha256}"


@dataclass(frozen=True, kw_only=True)
class BrokenPicture:
    """A picture that is missing, damaged, or not the one that was imported."""

    item: Item
    reason: str


@dataclass(frozen=True, kw_only=True)
class CategoryCount:
    """A category, and one of its products to show what it is."""

    name: str
    n_items: int
    example: Item


class Finding(NamedTuple):
    """A row of the table to download; `other_ids` are separated by blanks."""

    kind: Kind
    item_id: str
    other_ids: str
    detail: str


def exact_duplicates(catalogue: Catalogue) -> tuple[Group, ...]:
    """Products that share one and the same picture file, in the catalogue's order."""
    by_hash: dict[str, list[Item]] = defaultdict(list)
    for item in catalogue:
        by_hash[item.image_sha256].append(item)
    return tuple(
        Group(key=sha256, items=tuple(items), is_exact=True)
        for sha256, items in by_hash.items()
        if len(items) > 1
    )


def find_near_duplicates(
    catalogue: Catalogue,
    index: Index,
    is_same: Callable[[str, str], bool],
    *,
    progress: Progress | None = None,
) -> tuple[Group, ...]:
    """Pairs of products whose pictures differ, but hardly; the nearest first.

    Parameters
    ----------
    is_same : confirms a pair of ids that the embeddings propose; see `DuplicateGrouper.is_same`
    progress : called with the number of pairs compared and the number of pairs
    """
    proposed = sorted(_proposed_pairs(catalogue, index.covers))
    found = []
    for n_done, (_, first_id, second_id) in enumerate(proposed, start=1):
        if is_same(first_id, second_id):
            items = catalogue.get(first_id), catalogue.get(second_id)
            key = "-".join(sorted(item.image_sha256 for item in items))
            found.append(Group(key=key, items=items, is_exact=False))
        if progress is not None:
            progress(n_done, len(proposed))
    return tuple(found)


def hard_pictures(catalogue: Catalogue, index: Index) -> tuple[HardPicture, ...]:
    """Pictures whose reconstruction error is an outlier in this catalogue, the worst first.

    References
    ----------
    Tukey, "Exploratory data analysis" (1977): the outer fence.
    """
    index = index.covers
    if len(index) < LEAST_PRODUCTS:
        return ()
    errors = np.asarray(index.reconstruction_errors, np.float64)
    lower, median, upper = np.quantile(errors, (0.25, 0.5, 0.75))
    rows = np.flatnonzero(errors > upper + FAR_OUT * (upper - lower))
    found: dict[str, HardPicture] = {}  # by content: products that share a picture are one finding
    for row in rows[np.argsort(-errors[rows])]:
        item = catalogue.get(index.ids[row])
        times_usual = float(errors[row] / median)
        found.setdefault(item.image_sha256, HardPicture(item=item, times_usual=times_usual))
    return tuple(found.values())


def broken_pictures(
    catalogue: Catalogue, *, progress: Progress | None = None
) -> tuple[BrokenPicture, ...]:
    """Read every picture, and name those that are missing, damaged or changed since the import.

    Parameters
    ----------
    progress : called with the number of pictures read and the number of pictures
    """

    def check(item: Item) -> str:
        path = catalogue.image_path(item)
        try:
            images.load(path)
            if images.content_fingerprint(path.read_bytes()) != item.image_sha256:
                return f"{path.name} has changed since it was imported"
        except (ImageError, OSError) as error:
            return str(error)
        return ""

    found = []
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(catalogue), BATCH):
            batch = catalogue.items[start : start + BATCH]
            for item, reason in zip(batch, pool.map(check, batch), strict=True):
                if reason:
                    found.append(BrokenPicture(item=item, reason=reason))
            if progress is not None:
                progress(start + len(batch), len(catalogue))
    return tuple(found)


def categories(catalogue: Catalogue) -> tuple[CategoryCount, ...]:
    """Categories with their sizes, the largest first; products without one are under ""."""
    members: dict[str, list[Item]] = defaultdict(list)
    for item in catalogue:
        members[item.category].append(item)
    counted = [
        CategoryCount(name=name, n_items=len(items), example=items[0])
        for name, items in members.items()
    ]
    return tuple(sorted(counted, key=lambda each: (-each.n_items, each.name)))


def without(catalogue: Catalogue) -> dict[str, tuple[Item, ...]]:
    """Find the products that lack a title, a category or a price, by the field that is empty."""
    gaps = {
        "title": tuple(item for item in catalogue if not item.title),
        "category": tuple(item for item in catalogue if not item.category),
        "price": tuple(item for item in catalogue if item.price is None),
    }
    return {name: items for name, items in gaps.items() if items}


class Dismissals:
    """Groups that a person has looked at and found right, remembered beside the catalogue.

    They are kept by the pictures' contents: a new import forgets none of them, and a new picture
    is looked at anew.
    """

    _writing = threading.Lock()

    def __init__(self, catalogue: Catalogue) -> None:
        self._file = catalogue.folder / DISMISSED

    def keys(self) -> frozenset[str]:
        """Keys of the dismissed groups; raises `CatalogueError` if they cannot be read."""
        try:
            known = read_json(self._file, default=[])
        except ModelError as error:
            raise CatalogueError(str(error)) from error
        if not isinstance(known, list) or not all(isinstance(key, str) for key in known):
            raise CatalogueError(f"{self._file} is damaged: delete it to start again")
        return frozenset(known)

    def dismiss(self, key: str) -> None:
        """Remember that a group is as it should be."""
        with self._writing:
            self._write({*self.keys(), key})

    def restore(self, key: str) -> None:
        """Forget that a group was dismissed."""
        with self._writing:
            self._write(self.keys() - {key})

    def _write(self, keys: Collection[str]) -> None:
        write_json(self._file, sorted(keys))


def findings(
    groups: Iterable[Group],
    hard: Iterable[HardPicture] = (),
    broken: Iterable[BrokenPicture] = (),
    gaps: dict[str, tuple[Item, ...]] | None = None,
) -> Iterator[Finding]:
    """Convert findings to rows of one table."""
    for group in groups:
        first, *others = (item.item_id for item in group.items)
        yield Finding("same" if group.is_exact else "nearly the same", first, " ".join(others), "")
    for each in hard:
        detail = f"{each.times_usual:.1f} times the usual error"
        yield Finding("hardly rebuilt", each.item.item_id, "", detail)
    for bad in broken:
        yield Finding("broken", bad.item.item_id, "", bad.reason)
    for name, items in (gaps or {}).items():
        for item in items:
            yield Finding("missing", item.item_id, "", name)


def to_csv(rows: Iterable[Finding]) -> bytes:
    """Rows as a CSV file."""
    return spreadsheets.to_csv(Finding._fields, rows).encode()


def _proposed_pairs(catalogue: Catalogue, index: Index) -> set[tuple[float, str, str]]:
    """Distances and ids of pairs that are worth a look; the same picture is proposed once."""
    most = near_duplicates.proposal_distance(index)
    first_of = {item.image_sha256: item.item_id for item in reversed(catalogue.items)}
    rows = [index.row(item_id) for item_id in first_of.values()]
    firsts = set(rows)
    pairs: dict[tuple[int, int], float] = {}
    for part in _blocks(np.array(rows, np.int64)):
        distances, keys = index.kneighbors(np.asarray(index.embeddings[part]), N_PROPOSED + 1)
        for row, near, found in zip(part, distances, keys, strict=True):
            for distance, key in zip(near, found, strict=True):
                if key != row and key in firsts and distance <= most:
                    pairs[min(int(row), int(key)), max(int(row), int(key))] = float(distance)
    return {(distance, index.ids[a], index.ids[b]) for (a, b), distance in pairs.items()}


def _blocks(rows: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
