"""Where a catalogue comes from: a folder of pictures, a feed, or a zip of either."""

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.feeds import tables
from recommender.feeds.rows import Row, Rows
from recommender.feeds.tables import FEED_SUFFIXES, Overview, read_table
from recommender.images import DEFAULT_LIMITS

# A text beside pictures is more often a licence than a feed: one is read only where it is named
BESIDE_PICTURES = FEED_SUFFIXES - {".txt"}
MAX_FEED_BYTES = 512 * images.BYTES_PER_MB


@dataclass(frozen=True, kw_only=True)
class ZipLimits:
    """What a zip is refused for before anything is unpacked.

    Attributes
    ----------
    max_entries : files and folders
    max_bytes : of all entries, unpacked
    max_ratio : unpacked to packed; pictures are packed already, so theirs is about one
    """

    max_entries: int = 200_000
    max_bytes: int = 20_000 * images.BYTES_PER_MB
    max_ratio: int = 100


class Source(Protocol):
    """Rows, and the bytes of the pictures that they name."""

    name: str

    def rows(self, column_map: Mapping[str, str]) -> Rows:
        """The products; raises `CatalogueError` where there is nothing of that kind."""

    def feed(self) -> tuple[str, bytes] | None:
        """Name and content of its feed; None where every picture is a product."""

    def read(self, picture: str) -> bytes:
        """A picture's bytes; raises `ImageError` where there is none or it is too large."""


@contextmanager
def open_source(
    path: Path, *, is_confined: bool = False, limits: ZipLimits | None = None
) -> Iterator[Source]:
    """Open a folder, a feed or a zip.

    Parameters
    ----------
    is_confined : refuse pictures outside of the feed's folder, for feeds that a visitor brings; a
        zip is always confined to itself

    Raises
    ------
    CatalogueError : it is none of these, or a zip that is damaged or over a limit
    """
    if not path.exists():
        raise CatalogueError(f"there is no file or folder {path}")
    suffix = path.suffix.lower()
    if path.is_dir():
        yield _Folder(path, None, is_confined)
    elif suffix in FEED_SUFFIXES:
        yield _Folder(path.parent, path, is_confined)
    elif suffix == ".zip":
        with path.open("rb") as stream, _open_zip(stream, path.name, limits) as archive:
            yield archive
    else:
        raise _no_source(path.name)


def look_into(name: str, stream: BinaryIO) -> Overview | None:
    """What the feed in a visitor's file is; None where it is a zip without one.

    Raises
    ------
    CatalogueError : the file is neither a feed nor a zip, or cannot be read
    """
    suffix = Path(name).suffix.lower()
    if suffix in FEED_SUFFIXES:
        return tables.look_into(stream.read(), name)
    if suffix != ".zip":
        raise _no_source(name)
    with _open_zip(stream, name) as archive:
        found = archive.feed()
        return None if found is None else tables.look_into(found[1], found[0])


@contextmanager
def _open_zip(stream: BinaryIO, name: str, limits: ZipLimits | None = None) -> "Iterator[_Zip]":
    n_bytes = stream.seek(0, os.SEEK_END)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError) as error:
        raise CatalogueError(f"{name} is damaged or no zip: {error}") from error
    with archive:
        yield _Zip(archive, name, n_bytes, limits or ZipLimits())


def _no_source(name: str) -> CatalogueError:
    return CatalogueError(
        f"{name} is neither a folder nor a zip nor a feed ({', '.join(sorted(FEED_SUFFIXES))})"
    )


def picture_files(folder: Path) -> list[Path]:
    """Pictures below a folder by their endings, sorted by path; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if _is_shown_picture(path.relative_to(folder)) and path.is_file()
    )


class _Folder:
    """A folder, with or without a feed."""

    def __init__(self, folder: Path, feed: Path | None, is_confined: bool) -> None:
        self.name = (feed or folder).name
        self._folder, self._feed = folder, feed
        self._root = folder.resolve() if is_confined else None

    def rows(self, column_map: Mapping[str, str]) -> Rows:
        found = self.feed()
        if found is not None:
            return read_table(found[1], found[0], column_map)
        _check_no_columns(column_map, self.name)
        return (_to_row(path.relative_to(self._folder)) for path in picture_files(self._folder))

    def feed(self) -> tuple[str, bytes] | None:
        files = [self._feed] if self._feed else self._beside_pictures()
        if len(files) != 1:
            return None
        try:
            if files[0].stat().st_size > MAX_FEED_BYTES:
                raise CatalogueError(f"{files[0].name} has more than {MAX_FEED_BYTES:,} bytes")
            return files[0].name, files[0].read_bytes()
        except OSError as error:
            raise CatalogueError(f"{files[0]} cannot be read: {error.strerror}") from error

    def read(self, picture: str) -> bytes:
        path = self._folder / picture
        if self._root is not None and not path.resolve().is_relative_to(self._root):
            raise ImageError(f"{picture} lies outside of the feed's folder")
        return images.read(path)

    def _beside_pictures(self) -> list[Path]:
        files = self._folder.iterdir()
        return [file for file in files if file.suffix.lower() in BESIDE_PICTURES]


class _Zip:
    """A zip, read where it is: nothing is unpacked to a path, so no entry can escape."""

    def __init__(
        self, archive: zipfile.ZipFile, name: str, n_bytes: int, limits: ZipLimits
    ) -> None:
        self.name = name
        self._archive = archive
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > limits.max_entries:
            raise CatalogueError(
                f"{name} has {len(entries):,} entries; at most {limits.max_entries:,} are allowed"
            )
        if unpacked > min(limits.max_bytes, limits.max_ratio * n_bytes):
            raise CatalogueError(
                f"{name} would unpack to {unpacked / images.BYTES_PER_MB:,.0f} MB, at most "
                f"{limits.max_bytes / images.BYTES_PER_MB:,.0f} MB and {limits.max_ratio} times "
                "its own size are allowed"
            )
        self._entries = {
            entry.filename: entry
            for entry in entries
            if not entry.is_dir() and not _is_hidden(PurePosixPath(entry.filename))
        }
        self._root = _common_root([PurePosixPath(entry) for entry in self._entries])

    def rows(self, column_map: Mapping[str, str]) -> Rows:
        found = self.feed()
        if found is not None:
            return read_table(found[1], found[0], column_map)
        _check_no_columns(column_map, self.name)
        pictures = sorted(
            path.relative_to(self._root)
            for path in map(PurePosixPath, self._entries)
            if _is_shown_picture(path)
        )
        return map(_to_row, pictures)

    def feed(self) -> tuple[str, bytes] | None:
        paths = map(PurePosixPath, self._entries)
        feeds = [path for path in paths if path.suffix.lower() in BESIDE_PICTURES]
        if len(feeds) != 1:
            return None
        self._root = feeds[0].parent  # its pictures' paths are relative to it
        return feeds[0].name, self._unpack(self._entries[str(feeds[0])], MAX_FEED_BYTES)

    def read(self, picture: str) -> bytes:
        entry = self._entries.get(str(self._root / picture))
        if entry is None:
            raise ImageError(f"there is no picture {picture} in {self.name}")
        return self._unpack(entry, DEFAULT_LIMITS.max_bytes)

    def _unpack(self, entry: zipfile.ZipInfo, max_bytes: int) -> bytes:
        if entry.file_size > max_bytes:
            raise ImageError(
                f"{entry.filename} has {entry.file_size / images.BYTES_PER_MB:.0f} MB; "
                f"at most {max_bytes / images.BYTES_PER_MB:.0f} MB are allowed"
            )
        try:
            with self._archive.open(entry) as stream:
                return stream.read(entry.file_size)  # what is declared was counted, no byte more
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise ImageError(f"{entry.filename} is damaged in {self.name}") from error
        except (RuntimeError, NotImplementedError) as error:
            raise ImageError(f"{entry.filename} is encrypted or packed in another way") from error


def _check_no_columns(column_map: Mapping[str, str], name: str) -> None:
    if column_map:
        raise CatalogueError(f"--map names columns, but {name} does not hold exactly one feed")


def _to_row(path: Path | PurePosixPath) -> Row:
    """A picture as a product: its path is its id, its folders are its category."""
    parent = path.parent.as_posix()
    return Row(
        source=path.as_posix(),
        picture=path.as_posix(),
        item_id=path.as_posix(),
        fields={
            "title": path.stem.replace("_", " "),
            "category": "" if parent == "." else parent,
        },
    )


def _is_shown_picture(path: Path | PurePosixPath) -> bool:
    return path.suffix.lower() in images.SUFFIXES and not _is_hidden(path)


def _is_hidden(path: Path | PurePosixPath) -> bool:
    """Also what claims to lie elsewhere: no honest zip has a path from the root or upwards."""
    return any(part.startswith((".", "/", "__MACOSX")) for part in path.parts)


def _common_root(paths: list[PurePosixPath]) -> PurePosixPath:
    """The folder that a zip was made of, if all entries lie in one."""
    tops = {path.parts[0] if len(path.parts) > 1 else "" for path in paths}
    return PurePosixPath(tops.pop() if len(tops) == 1 else "")
