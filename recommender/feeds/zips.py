"""Files of a zip, and of the zips inside: nothing is unpacked to a path, so nothing can escape."""

import io
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.feeds.files import HEAD_BYTES, is_system_path
from recommender.feeds.rows import Skipped
from recommender.feeds.text import LETTERS, clean, guess_encoding

MAX_DEPTH = 3  # zips in zips
NESTED = "entries that cannot be read"
UTF8_NAME = 0x800  # flag of an entry
JAPANESE = "cp932"
KANA_AND_KANJI = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]")
DOS = "cp437"  # of names without the flag, says the format; few programs keep to it
# What the standard library raises on damaged archives
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    KeyError,
    IndexError,
    OverflowError,
    MemoryError,
)


@dataclass(frozen=True, kw_only=True)
class ZipLimits:
    """Limits that refuse a zip before anything is unpacked.

    Attributes
    ----------
    max_entries : files and folders, those of inner zips included
    max_bytes : of all entries, unpacked
    max_ratio : unpacked to packed, for what has more than `free_bytes` once unpacked
    free_bytes : may pack as well as it likes, as white bitmaps do
    max_inner_bytes : of a zip inside, which is held in memory
    """

    max_entries: int = 200_000
    max_bytes: int = 20_000 * images.BYTES_PER_MB
    max_ratio: int = 100
    free_bytes: int = 1_000 * images.BYTES_PER_MB
    max_inner_bytes: int = 256 * images.BYTES_PER_MB


class ZipFiles:
    """Files of a zip; use `open_zip`."""

    def __init__(
        self, archive: zipfile.ZipFile, name: str, n_bytes: int, limits: ZipLimits
    ) -> None:
        self.name = name
        self.left_out: list[Skipped] = []
        self._limits = limits
        self._n_bytes = n_bytes
        self._n_entries, self._n_unpacked = 0, 0
        self._entries: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}
        self._inner: list[zipfile.ZipFile] = []
        try:
            self._add(archive, "", 0)
        except BaseException:
            self.close()
            raise
        self._root = common_root(list(self._entries))
        if self._root:
            cut = len(self._root) + 1
            self._entries = {path[cut:]: entry for path, entry in self._entries.items()}

    def close(self) -> None:
        """Let go of the inner zips."""
        for archive in self._inner:
            archive.close()

    def paths(self) -> Sequence[str]:
        """All files, without the folder that all of them lie in."""
        return sorted(self._entries)

    def head(self, path: str) -> bytes:
        """The first bytes of a file."""
        archive, entry = self._entry(path)
        with self._explained(entry.filename), archive.open(entry) as stream:
            return stream.read(HEAD_BYTES)

    def read(self, path: str, max_bytes: int) -> bytes:
        """A file's bytes."""
        archive, entry = self._entry(path)
        return self._unpack(archive, entry, max_bytes)

    def _entry(self, path: str) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
        try:
            return self._entries[path]
        except KeyError:
            raise ImageError(f"there is no picture {path[:80]} in {self.name}") from None

    def _add(self, archive: zipfile.ZipFile, folder: str, depth: int) -> None:
        entries = archive.infolist()
        self._count(entries)
        for entry, path in zip(entries, entry_paths(entries), strict=True):
            if path is None:
                reason = "its path leads out of the zip"
                self.left_out.append(
                    Skipped(source=clean(entry.filename), reason=reason, kind=NESTED)
                )
            if not path or entry.is_dir() or is_system_path(path):
                continue
            if path.lower().endswith(".zip"):
                self._add_inner(archive, entry, folder + path, depth)
            else:
                self._entries[folder + path] = (archive, entry)  # a later one replaces an earlier

    def _add_inner(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, depth: int
    ) -> None:
        if depth + 1 >= MAX_DEPTH:
            reason = f"it lies in {depth + 1} other zips; {MAX_DEPTH - 1} are read"
            self.left_out.append(Skipped(source=path, reason=reason, kind=NESTED))
            return
        try:
            data = self._unpack(archive, entry, self._limits.max_inner_bytes)
            inner = zipfile.ZipFile(io.BytesIO(data))
        except (ImageError, *ARCHIVE_ERRORS) as error:
            reason = str(error) if isinstance(error, ImageError) else "it is damaged or no zip"
            self.left_out.append(Skipped(source=path, reason=reason, kind=NESTED))
            return
        self._inner.append(inner)
        self._add(inner, f"{path.removesuffix(path[-4:])}/", depth + 1)

    def _count(self, entries: list[zipfile.ZipInfo]) -> None:
        """Check an archive's limits by what it declares; reading takes no more than that."""
        limits = self._limits
        self._n_entries += len(entries)
        self._n_unpacked += sum(entry.file_size for entry in entries)
        if self._n_entries > limits.max_entries:
            raise CatalogueError(
                f"{self.name} has {self._n_entries:,} entries; "
                f"at most {limits.max_entries:,} are allowed"
            )
        unpacked_mb = self._n_unpacked / images.BYTES_PER_MB
        if self._n_unpacked > limits.max_bytes:
            raise CatalogueError(
                f"{self.name} would unpack to {unpacked_mb:,.0f} MB; at most "
                f"{limits.max_bytes / images.BYTES_PER_MB:,.0f} MB are allowed: split it"
            )
        ratio = self._n_unpacked / max(self._n_bytes, 1)
        if self._n_unpacked > limits.free_bytes and ratio > limits.max_ratio:
            raise CatalogueError(
                f"{self.name} would unpack to {unpacked_mb:,.0f} MB, {ratio:,.0f} times its size: "
                f"pictures do not pack so well. Above "
                f"{limits.free_bytes / images.BYTES_PER_MB:,.0f} MB at most {limits.max_ratio} "
                "times are allowed"
            )

    def _unpack(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, max_bytes: int) -> bytes:
        if entry.file_size > max_bytes:
            raise ImageError(
                f"{entry.filename} has {entry.file_size / images.BYTES_PER_MB:.0f} MB; "
                f"at most {max_bytes / images.BYTES_PER_MB:.0f} MB are allowed"
            )
        with self._explained(entry.filename), archive.open(entry) as stream:
            return stream.read(entry.file_size)  # what is declared was counted, no byte more

    @contextmanager
    def _explained(self, entry: str) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, NotImplementedError) as error:
            raise ImageError(f"{clean(entry)} is encrypted or packed in another way") from error
        except ARCHIVE_ERRORS as error:
            raise ImageError(f"{clean(entry)} is damaged in {self.name}") from error


@contextmanager
def open_zip(stream: BinaryIO, name: str, limits: ZipLimits | None = None) -> Iterator[ZipFiles]:
    """Open a zip.

    Raises
    ------
    CatalogueError : it is damaged, or over a limit
    """
    n_bytes = stream.seek(0, os.SEEK_END)
    try:
        archive = zipfile.ZipFile(stream)
    except ARCHIVE_ERRORS as error:
        raise CatalogueError(f"{name} is damaged or no zip") from error
    with archive:
        files = ZipFiles(archive, name, n_bytes, limits or ZipLimits())
        try:
            yield files
        finally:
            files.close()


def entry_paths(entries: Sequence[zipfile.ZipInfo]) -> list[str | None]:
    """Paths of entries, with slashes; None for one that claims to lie elsewhere."""
    raw = [
        b"" if entry.flag_bits & UTF8_NAME else entry.orig_filename.encode(DOS, "replace")
        for entry in entries
    ]
    encoding = _name_encoding([name for name in raw if not name.isascii()])
    return [
        _tidy(name.decode(encoding, "replace") if name else entry.orig_filename)
        for entry, name in zip(entries, raw, strict=True)
    ]


def common_root(paths: Sequence[str]) -> str:
    """The folder that a zip was made of, if all entries lie in one."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths}
    return tops.pop() if len(tops) == 1 else ""


def _name_encoding(names: Sequence[bytes]) -> str:
    """UTF-8 where all names are; else DOS where its letters read well; else by the letters."""
    joined = b"\n".join(names)
    try:
        joined.decode("utf-8")
    except UnicodeDecodeError:
        if _is_japanese(joined):
            return JAPANESE
        is_dos = all(c in LETTERS for c in joined.decode(DOS) if not c.isascii())
        return DOS if is_dos else guess_encoding(joined)
    return "utf-8"


def _is_japanese(names: bytes) -> bool:
    """Whether all letters beyond ASCII are kana and kanji, as no other names read."""
    try:
        text = names.decode(JAPANESE)
    except UnicodeDecodeError:
        return False
    return all(c.isascii() or KANA_AND_KANJI.match(c) for c in text)


def _tidy(name: str) -> str | None:
    name = clean(name.partition("\0")[0])
    parts = name.replace("\\", "/").split("/")
    # no honest zip has a path from the root or upwards
    if parts[0] == "" or ".." in parts or (len(parts[0]) == len("C:") and parts[0][1] == ":"):
        return None
    return PurePosixPath(*parts).as_posix() if any(parts) else ""
