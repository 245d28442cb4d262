"""Sources of a catalogue: a folder of pictures, a feed, or a zip of either."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.feeds import pictures, tables
from recommender.feeds.choice import Choice, choose
from recommender.feeds.files import Files, FolderFiles, is_file
from recommender.feeds.links import is_data, read_data, shortened
from recommender.feeds.lookup import Lookup, normalise
from recommender.feeds.pictures import Grouping
from recommender.feeds.rows import Row, Rows, Skipped
from recommender.feeds.tables import FEED_SUFFIXES, WORKBOOK_SUFFIXES, Feed, Overview
from recommender.feeds.zips import ZipLimits, open_zip
from recommender.images import DEFAULT_LIMITS

MAX_FEED_BYTES = 512 * images.BYTES_PER_MB

__all__ = ["Source", "ZipLimits", "look_into", "open_source", "picture_files"]


class Source(Protocol):
    """Rows, and the bytes of the pictures that they name."""

    name: str

    def rows(
        self,
        column_map: Mapping[str, str],
        *,
        includes_hidden: bool = False,
        grouping: Grouping = "none",
    ) -> Rows:
        """Products, and what is none; raises `CatalogueError` where there is no feed to map."""

    def feed(self) -> Feed | None:
        """The table that is read; None where every picture is a product."""

    def read(self, picture: str) -> bytes:
        """A picture's bytes; raises `ImageError` where there is none or it is too large."""


@contextmanager
def open_source(
    path: Path, *, is_confined: bool = False, limits: ZipLimits | None = None, name: str = ""
) -> Iterator[Source]:
    """Open a folder, a feed or a zip.

    Parameters
    ----------
    is_confined : refuse pictures outside of the feed's folder, for feeds that a visitor brings; a
        zip is always confined to itself
    name : to call it in messages, where the file has another one than its owner gave it

    Raises
    ------
    CatalogueError : it is none of these, or a zip that is damaged or over a limit
    """
    name = name or path.name
    if not path.exists():
        raise CatalogueError(f"there is no file or folder {path}")
    suffix = path.suffix.lower()
    if path.is_dir():
        files = FolderFiles(path, is_confined=is_confined)
        yield _Source(files, path.name, outer=None if is_confined else path)
    elif suffix == ".zip":
        try:
            with path.open("rb") as stream, open_zip(stream, name, limits) as entries:
                yield _Source(entries, name)
        except OSError as error:
            raise CatalogueError(f"{name} cannot be read: {error.strerror}") from error
    elif suffix in FEED_SUFFIXES:
        feed = tables.parse_feed(_read_feed(path, name), name)
        beside = FolderFiles(path.parent, is_confined=is_confined)
        outer = None if is_confined else path.parent
        yield _Source(beside, name, Choice(feeds=(feed,)), outer=outer)
    else:
        raise _no_source(name)


def look_into(name: str, stream: BinaryIO) -> Overview | None:
    """Read the feed in a visitor's file; None where it is a zip without one.

    Raises
    ------
    CatalogueError : the file is neither a feed nor a zip, or cannot be read
    """
    suffix = Path(name).suffix.lower()
    if suffix in FEED_SUFFIXES:
        return tables.look_into(stream.read(), name)
    if suffix != ".zip":
        raise _no_source(name)
    with open_zip(stream, name) as files:
        found = _Source(files, name).feed()
        return None if found is None else found.overview()


def picture_files(folder: Path) -> list[Path]:
    """Pictures below a folder by their content or their ending, sorted; none of the system's."""
    found = (
        each.picture if isinstance(each, Row) else each.source
        for each in pictures.rows(FolderFiles(folder), "none")
        if isinstance(each, Row) or Path(each.source).suffix.lower() in images.SUFFIXES
    )
    return sorted(folder / path for path in found)


class _Source:
    """Files, and the table among them that is read, if there is one.

    Parameters
    ----------
    choice : of the table; made among the files if None
    outer : folder that a feed's paths may lead out of
    """

    def __init__(
        self, files: Files, name: str, choice: Choice | None = None, outer: Path | None = None
    ) -> None:
        self.name = name
        self._files = files
        self._choice = choice
        self._outer = outer
        self._lookup: Lookup | None = None
        self._folder = ""

    def rows(
        self,
        column_map: Mapping[str, str],
        *,
        includes_hidden: bool = False,
        grouping: Grouping = "none",
    ) -> Rows:
        """Products, and what is none."""
        choice = self._chosen(column_map)
        if not choice.feeds:
            if column_map:
                raise CatalogueError(f"--map names columns, but {self.name} holds no feed")
            return self._picture_rows(choice, grouping)
        for feed in choice.feeds:
            feed.check(column_map)
        self._folder = choice.folder
        return self._feed_rows(choice, column_map, includes_hidden)

    def feed(self) -> Feed | None:
        """The table that is read."""
        feeds = self._chosen({}).feeds
        return feeds[0] if feeds else None

    def read(self, picture: str) -> bytes:
        """A picture's bytes."""
        if is_data(picture):
            return read_data(picture)
        if self._outer is not None and is_file(self._outer / self._folder / picture):
            # its owner may name any folder
            return images.read(self._outer / self._folder / picture)
        below = normalise(picture)
        path = f"{self._folder}/{below}" if self._folder else below
        is_folder = isinstance(self._files, FolderFiles)
        if not (isinstance(self._files, FolderFiles) and self._files.has(path)):
            found = self._found(picture)
            if found is None and ".." in Path(picture).parts and is_folder:
                raise ImageError(f"{shortened(picture)} lies outside of the feed's folder")
            if found is None:
                where = self._files.name if self._folder == "" else f"{self.name}/{self._folder}"
                hint = "; a link begins with https://" if _reads_like_link(picture) else ""
                raise ImageError(f"there is no picture {shortened(picture)} in {where}{hint}")
            path = found
        return self._files.read(path, DEFAULT_LIMITS.max_bytes)

    def _chosen(self, column_map: Mapping[str, str]) -> Choice:
        if self._choice is None:
            self._choice = choose(self._files, self._found_lookup(), column_map)
        return self._choice

    def _found(self, picture: str) -> str | None:
        return self._found_lookup().find(picture, self._folder)

    def _found_lookup(self) -> Lookup:
        if self._lookup is None:
            self._lookup = Lookup(self._files.paths())
        return self._lookup

    def _picture_rows(self, choice: Choice, grouping: Grouping) -> Rows:
        yield from choice.left_out
        tables_left_out = {each.source for each in choice.left_out}
        for row in pictures.rows(self._files, grouping):
            if row.source not in tables_left_out:
                yield row
        yield from self._files.left_out

    def _feed_rows(
        self, choice: Choice, column_map: Mapping[str, str], includes_hidden: bool
    ) -> Rows:
        yield from choice.left_out
        for feed in choice.feeds:
            for row in feed.rows(column_map, includes_hidden=includes_hidden):
                yield row if len(choice.feeds) == 1 else _placed_in(row, feed.name)


def _placed_in(row: Row | Skipped, feed: str) -> Row | Skipped:
    return replace(row, source=f"{feed} {row.source}")


def _read_feed(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MAX_FEED_BYTES:
            raise CatalogueError(
                f"{name} has more than {MAX_FEED_BYTES // images.BYTES_PER_MB} MB: split it"
            )
        return path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{name} cannot be read: {error.strerror}") from error


def _reads_like_link(picture: str) -> bool:
    host, slash, _ = picture.partition("/")
    return bool(slash) and "." in host.strip(".") and not host.startswith(".")


def _no_source(name: str) -> CatalogueError:
    if Path(name).suffix.lower() in WORKBOOK_SUFFIXES:
        return CatalogueError(f"{name} is a workbook: save it as CSV UTF-8 and import that")
    return CatalogueError(
        f"{name} is neither a folder nor a zip nor a feed ({', '.join(sorted(FEED_SUFFIXES))})"
    )
