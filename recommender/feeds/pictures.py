"""Pictures as products, where no table names them."""

import re
from pathlib import PurePosixPath
from typing import Literal

from recommender import images
from recommender.errors import ImageError
from recommender.feeds.files import NO_PICTURES, Files, spoken_path
from recommender.feeds.rows import Row, Rows, Skipped

Grouping = Literal["none", "folder", "name"]
GROUPINGS: tuple[Grouping, ...] = ("none", "folder", "name")
NUMBERED = re.compile(r"^(.+?)[ _-]?(?:\(\d{1,3}\)|(?<=[ _-])\d{1,2})$")
DRAWING, WEB_PAGE = "a drawing in SVG, and only pictures of pixels can be compared", "a web page"


def rows(files: Files, grouping: Grouping) -> Rows:
    """Every picture as a product; its path is its id, its folders are its category.

    Pictures are known by their content, whatever their ending says.

    Parameters
    ----------
    grouping : pictures that are one product: those of a "folder", or those of a "name" but for a
        number at its end
    """
    found = [_look_at(files, path) for path in files.paths()]
    yield from (each for each in found if isinstance(each, Skipped))
    paths = [each for each in found if isinstance(each, str)]
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(_group_of(path, grouping), []).append(path)
    for name, group in groups.items():
        yield _to_row(name, sorted(group, key=_natural), grouping)


def _look_at(files: Files, path: str) -> str | Skipped:
    """The path of a picture, or why it is none."""
    try:
        head = files.head(path)
    except ImageError as error:
        return Skipped(source=spoken_path(path), reason=str(error), kind=NO_PICTURES)
    if images.suffix_of(head):
        return path
    return Skipped(source=spoken_path(path), reason=f"it is {_kind_of(head)}", kind=NO_PICTURES)


def _kind_of(head: bytes) -> str:
    if not head:
        return "empty (0 bytes)"
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return WEB_PAGE
    if b"<svg" in start:
        return DRAWING
    return "no picture"


def _group_of(path: str, grouping: Grouping) -> str:
    whole = PurePosixPath(path)
    if grouping == "folder" and len(whole.parts) > 1:
        return whole.parent.as_posix()
    if grouping == "name":
        numbered = NUMBERED.match(whole.stem)
        return (whole.parent / (numbered.group(1) if numbered else whole.stem)).as_posix()
    return path


def _to_row(name: str, paths: list[str], grouping: Grouping) -> Row:
    whole = PurePosixPath(spoken_path(name))
    parent = whole.parent.as_posix()
    title = whole.stem if grouping == "none" else whole.name
    return Row(
        source=spoken_path(paths[0]),
        pictures=tuple(paths),
        item_id=whole.as_posix(),
        fields={
            "title": title.replace("_", " "),
            "category": "" if parent == "." else parent,
        },
    )


def _natural(path: str) -> list[tuple[int, str]]:
    """Order in which 2 comes before 10, and a name without a number before those with one."""
    stem = PurePosixPath(path).stem
    return [
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.split(r"(\d+)", stem.casefold())
    ]
