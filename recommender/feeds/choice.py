"""Which of several tables of a source is its feed: the one whose pictures are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.feeds import tables
from recommender.feeds.files import Files, spoken_path
from recommender.feeds.links import is_data, is_link
from recommender.feeds.lookup import Lookup
from recommender.feeds.rows import Row, Skipped
from recommender.feeds.tables import FEED_SUFFIXES, WORKBOOK_SUFFIXES, Feed

# A text beside pictures is more often a licence than a feed: one is read only where it is named
BESIDE_PICTURES = FEED_SUFFIXES - {".txt"}
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
MAX_FEED_BYTES = 512 * images.BYTES_PER_MB
N_TRIED = 50  # tables
N_LOOKED_UP = 200  # rows of each
UNUSED = "tables that were not read"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The tables that are read, and those that are not.

    Several are read only where they lie together and have the same columns: parts of one export.

    Attributes
    ----------
    folder : of the tables, which their pictures are relative to
    """

    feeds: tuple[Feed, ...] = ()
    folder: str = ""
    left_out: tuple[Skipped, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    path: str
    feed: Feed
    rank: tuple[float, ...]

    @property
    def folder(self) -> str:
        parent = PurePosixPath(self.path).parent.as_posix()
        return "" if parent == "." else parent


def choose(files: Files, lookup: Lookup, column_map: Mapping[str, str]) -> Choice:
    """The feed among a source's files.

    Raises
    ------
    CatalogueError : the only table is damaged, or seems to name pictures in an unknown column
    """
    paths = [path for path in files.paths() if _suffix(path) in BESIDE_PICTURES]
    paths.sort(key=lambda path: (path.count("/"), path))
    candidates: list[_Candidate] = []
    left_out: list[Skipped] = [
        _unused(path, "it is a workbook: save it as CSV UTF-8")
        for path in files.paths()
        if _suffix(path) in WORKBOOK_SUFFIXES
    ]
    errors: list[CatalogueError] = []
    for number, path in enumerate(paths):
        if number >= N_TRIED:
            left_out.append(_unused(path, f"only the first {N_TRIED} tables are looked into"))
            continue
        try:
            data = files.read(path, MAX_FEED_BYTES)
            feed = tables.parse_feed(data, PurePosixPath(spoken_path(path)).name)
        except (CatalogueError, ImageError) as error:
            left_out.append(_unused(path, str(error)))
            if isinstance(error, CatalogueError) and _suffix(path) in TABLE_SUFFIXES:
                errors.append(error)
            continue
        candidates.append(
            _Candidate(path=path, feed=feed, rank=_rank(feed, path, lookup, column_map))
        )
    usable = [each for each in candidates if each.rank[0] > 0]
    if not usable:
        if column_map and candidates:
            candidates[0].feed.check(column_map)
        if errors and len(paths) == 1:
            raise errors[0]
        left_out += [_unused(each.path, "no column of it names pictures") for each in candidates]
        return Choice(left_out=tuple(left_out))
    best = max(usable, key=lambda each: each.rank)
    parts = [
        each
        for each in usable
        if (each.folder, each.feed.table.header) == (best.folder, best.feed.table.header)
        and each.rank[0] == best.rank[0]
    ]
    names = " and ".join(spoken_path(each.path) for each in parts[:3])
    for each in candidates:
        if each not in parts:
            fits = each.rank[0] > 0
            why = "" if fits else "no column of it names pictures; "
            left_out.append(_unused(each.path, f"{why}{names} was read"))
    return Choice(
        feeds=tuple(each.feed for each in parts), folder=best.folder, left_out=tuple(left_out)
    )


def _rank(
    feed: Feed, path: str, lookup: Lookup, column_map: Mapping[str, str]
) -> tuple[float, ...]:
    """A table's worth; 0 in front where it cannot be the feed."""
    n_columns, n_rows = len(feed.table.header), len(feed.table.records)
    parent = PurePosixPath(path).parent.as_posix()
    folder = "" if parent == "." else parent
    try:
        feed.check(column_map)
    except CatalogueError:
        asks = not column_map and "image" in feed.guess()
        return (1.0 if asks else 0.0, 0.0, 0.0, n_columns, n_rows)
    found = tried = 0
    for row in feed.rows(column_map, includes_hidden=True):
        if not isinstance(row, Row):
            continue
        tried += 1
        found += (
            is_link(row.picture) or is_data(row.picture) or bool(lookup.find(row.picture, folder))
        )
        if tried >= N_LOOKED_UP:
            break
    share = found / tried if tried else 0.0
    is_there = share > 0
    return (2.0 if is_there else 1.0, float(feed.is_known), share, n_columns, n_rows)


def _unused(path: str, reason: str) -> Skipped:
    return Skipped(source=spoken_path(path), reason=reason, kind=UNUSED)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
