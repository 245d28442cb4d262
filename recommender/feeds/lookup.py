"""Finds the file that a feed means by a picture's name, however that name is written."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from recommender.images import SUFFIXES

DRIVE = re.compile(r"^[A-Za-z]:")


class Lookup:
    """Files by the ends of their paths.

    A path from another system names its file by other slashes, another case, composed or
    decomposed letters, a drive or a folder that is not here, or without its ending.

    Parameters
    ----------
    paths : of files, relative, with slashes
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._by_name: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._by_stem: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for path in paths:
            self._paths.add(path)
            parts = _key(path)
            self._by_name.setdefault(parts[-1], []).append((parts, path))
            name = PurePosixPath(parts[-1])
            if name.suffix in SUFFIXES:
                self._by_stem.setdefault(name.stem, []).append(((*parts[:-1], name.stem), path))

    def find(self, picture: str, folder: str = "") -> str | None:
        """The path that a name means; None where there is none, or more than one.

        Parameters
        ----------
        folder : of the feed, which its names are relative to
        """
        for written in dict.fromkeys((picture, unquote(picture))):
            relative = normalise(written)
            below = f"{folder}/{relative}" if folder else relative
            if below in self._paths:
                return below
            found = self._find_alike(below, relative, is_elsewhere=_is_absolute(written))
            if found is not None:
                return found
        return None

    def _find_alike(self, below: str, relative: str, *, is_elsewhere: bool) -> str | None:
        key = _key(relative)
        known = self._by_name.get(key[-1]) or self._by_stem.get(key[-1]) or []
        exact = [path for parts, path in known if parts == _key(below)]
        if exact:
            return exact[0] if len(exact) == 1 else None
        fitting = [
            (n_common, path)
            for parts, path in known
            if (n_common := _n_common(parts, key)) == len(key)
            or (is_elsewhere and n_common == len(parts))
        ]
        longest = max((n_common for n_common, _ in fitting), default=0)
        best = [path for n_common, path in fitting if n_common == longest]
        return best[0] if len(best) == 1 else None


def normalise(picture: str) -> str:
    """A relative path with slashes, of a path that any system has written."""
    parts: list[str] = []
    for part in DRIVE.sub("", picture.replace("\\", "/")).split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _is_absolute(picture: str) -> bool:
    return bool(DRIVE.match(picture)) or picture.startswith(("/", "\\"))


def _key(path: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFC", path).casefold()
    return tuple(folded.split("/"))


def _n_common(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Parts that two paths share at their ends."""
    n_common = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one != other:
            break
        n_common += 1
    return n_common
