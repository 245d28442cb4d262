"""Files of a source, wherever they lie; and those of a folder.

Names that a system keeps for itself are left out everywhere: previews, resource forks, bins.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.feeds.rows import Skipped

SYSTEM_NAMES = frozenset(
    {
        *("__macosx", "@eadir", "#recycle", "#snapshot", "@tmp", "@recycle", "@recently-snapshot"),
        *("$recycle.bin", "system volume information", "lost+found", "thumbs.db", "ehthumbs.db"),
        *("desktop.ini", "icon\r", "picasa.ini", ".picasa.ini"),
    }
)
HEAD_BYTES = 512
SYSTEM_FOLDERS, LINKS, NO_PICTURES = "folders of the system", "linked folders", "other files"


class Files(Protocol):
    """Files by their paths, which are relative and have slashes.

    Attributes
    ----------
    left_out : folders and files that were not listed, and why
    """

    name: str
    left_out: list[Skipped]

    def paths(self) -> Sequence[str]:
        """All files but those that a system keeps for itself, sorted."""

    def head(self, path: str) -> bytes:
        """The first bytes of a file; raises `ImageError` if it cannot be read."""

    def read(self, path: str, max_bytes: int) -> bytes:
        """A file's bytes; raises `ImageError` if it cannot be read or has more."""


class FolderFiles:
    """Files below a folder.

    Parameters
    ----------
    is_confined : follow no link out of the folder
    """

    def __init__(self, folder: Path, *, is_confined: bool = False) -> None:
        self.name = folder.name
        self.left_out: list[Skipped] = []
        self._folder = folder
        self._root = folder.resolve() if is_confined else None
        self._paths: list[str] | None = None

    def paths(self) -> Sequence[str]:
        """All files, listed at the first call."""
        if self._paths is None:
            self._paths = sorted(self._walk())
        return self._paths

    def has(self, path: str) -> bool:
        """Whether there is such a file, without listing all."""
        return is_file(self._folder / path)

    def head(self, path: str) -> bytes:
        """The first bytes of a file."""
        with self._opened(path).open("rb") as stream:
            return stream.read(HEAD_BYTES)

    def read(self, path: str, max_bytes: int) -> bytes:
        """A file's bytes."""
        return images.read(self._opened(path), limits=images.ImageLimits(max_bytes=max_bytes))

    def _opened(self, path: str) -> Path:
        file = self._folder / path
        try:
            if self._root is not None and not file.resolve().is_relative_to(self._root):
                raise ImageError(f"{path} lies outside of the feed's folder")
            if not file.is_file():
                raise ImageError(f"there is no picture {path} in {self.name}")
        except (OSError, ValueError) as error:  # a name that no file can have
            raise ImageError(f"there is no picture {path[:80]!r} in {self.name}") from error
        return file

    def _walk(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._folder, onerror=self._note):
            here = Path(folder).relative_to(self._folder)
            for name in list(folders):
                relative = (here / name).as_posix()
                if is_system_name(name):
                    folders.remove(name)
                    reason = "a folder that a system keeps for itself"
                    self._leave_out(relative, reason, SYSTEM_FOLDERS)
                elif (Path(folder) / name).is_symlink():
                    folders.remove(name)
                    self._leave_out(relative, self._why_not_followed(Path(folder) / name), LINKS)
            for name in files:
                if not is_system_name(name):
                    yield (here / name).as_posix()

    def _why_not_followed(self, link: Path) -> str:
        try:
            is_inside = link.resolve().is_relative_to(self._folder.resolve())
        except (OSError, RuntimeError):
            is_inside = False
        if is_inside:
            return "it leads to a folder of this source, whose files come in from there"
        return "it leads out of this folder and is not followed"

    def _note(self, error: OSError) -> None:
        path = Path(error.filename or "")
        if path == self._folder:
            raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
        relative = path.relative_to(self._folder).as_posix()
        self._leave_out(relative, f"it cannot be read: {error.strerror}", "others")

    def _leave_out(self, path: str, reason: str, kind: str) -> None:
        self.left_out.append(Skipped(source=spoken_path(path), reason=reason, kind=kind))


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have names none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_system_name(name: str) -> bool:
    """Whether a system made this file or folder for itself."""
    return name.startswith(".") or name.casefold() in SYSTEM_NAMES


def is_system_path(path: str) -> bool:
    """Whether any part of a path is a system's own."""
    return any(map(is_system_name, PurePosixPath(path).parts))


def spoken_path(path: str) -> str:
    """A path as text; bytes that are no text in UTF-8 are written as numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
