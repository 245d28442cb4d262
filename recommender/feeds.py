"""Into a catalogue: a folder of pictures, or a CSV feed with a picture column."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recommender import images
from recommender.catalogue import FIELDS, Item, catalogues_folder, replace, store_image
from recommender.config import DEMO, check_name
from recommender.errors import CatalogueError, ImageError

TARGETS = ("id", "image", *FIELDS, "price")
# Column names that need no --map, in the order of preference
KNOWN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "item_id", "sku"),
    "image": ("image", "file", "filename", "path"),
    "title": ("title", "name"),
    "category": ("category", "product_type"),
    "brand": ("brand", "vendor"),
    "colour": ("colour", "color"),
    "material": ("material",),
    "price": ("price",),
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row or a file that did not come in, and why."""

    source: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What came in and what did not."""

    catalogue: str
    n_items: int
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One product of a feed, its picture not yet read."""

    source: str
    picture: Path
    item_id: str
    fields: dict[str, str] = field(default_factory=dict)
    price: float | None = None
    attributes: dict[str, str] = field(default_factory=dict)


def import_source(
    source: Path,
    name: str,
    *,
    column_map: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Make a catalogue from a folder of pictures or from a CSV feed.

    A folder that holds exactly one CSV file is read as that feed; in any other folder every
    picture is an item, and its sub-folders are its category. An unreadable picture is skipped
    and reported; it never stops the import.

    Parameters
    ----------
    source : folder or CSV file; picture paths in a feed are relative to the feed
    name : of the catalogue, replaced if it exists
    column_map : target to column, for columns that are not named as usual
    progress : called with the number of rows done and the number of rows

    Raises
    ------
    CatalogueError : nothing usable in `source`, or a column that is not there
    """
    folder = catalogues_folder() / check_name(name)
    if name == DEMO:
        raise CatalogueError(f"{DEMO!r} is the built-in catalogue: choose another name")
    rows = _read_rows(source, dict(column_map or {}))
    items: list[Item] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if progress is not None:
            progress(number, len(rows))
        if row.item_id in seen:
            skipped.append(Skipped(source=row.source, reason=f"id {row.item_id!r} comes twice"))
            continue
        try:
            images.load(row.picture)
        except ImageError as error:
            skipped.append(Skipped(source=row.source, reason=str(error)))
            continue
        image, digest = store_image(folder, row.picture.read_bytes(), row.picture.suffix)
        seen.add(row.item_id)
        items.append(
            Item(
                item_id=row.item_id,
                image=image,
                image_sha256=digest,
                price=row.price,
                attributes=row.attributes,
                **row.fields,
            )
        )
    if not items:
        reason = f": {skipped[0].source}: {skipped[0].reason}" if skipped else ""
        raise CatalogueError(f"no picture could be read from {source}{reason}")
    replace(folder, items, {"source": source.name})
    return ImportReport(catalogue=name, n_items=len(items), skipped=tuple(skipped))


def picture_files(folder: Path) -> list[Path]:
    """Pictures below a folder by their endings, sorted by path; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in images.SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_csv(feed: Path, column_map: Mapping[str, str]) -> Iterator[Row]:
    """Rows of a CSV feed (UTF-8) that name a picture.

    Raises
    ------
    CatalogueError : not CSV in UTF-8, no picture column, or a mapped column that is not there
    """
    try:
        with feed.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = _resolve_columns(reader.fieldnames or (), column_map, feed)
            for number, record in enumerate(reader, start=2):
                row = _to_row(record, columns, feed, number)
                if row is not None:
                    yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"{feed} cannot be read as CSV in UTF-8: {error}") from error


def _read_rows(source: Path, column_map: dict[str, str]) -> list[Row]:
    if not source.exists():
        raise CatalogueError(f"there is no file or folder {source}")
    if source.is_file():
        if source.suffix.lower() != ".csv":
            raise CatalogueError(f"{source} is neither a folder nor a CSV file")
        return list(read_csv(source, column_map))
    feeds = sorted(source.glob("*.csv"))
    if len(feeds) == 1:
        return list(read_csv(feeds[0], column_map))
    if column_map:
        raise CatalogueError(
            f"--map names columns, but {source} holds {len(feeds)} CSV files instead of one"
        )
    return list(_read_folder(source))


def _read_folder(folder: Path) -> Iterator[Row]:
    for path in picture_files(folder):
        relative = path.relative_to(folder)
        yield Row(
            source=relative.as_posix(),
            picture=path,
            item_id=relative.as_posix(),
            fields={
                "title": path.stem.replace("_", " "),
                "category": relative.parent.as_posix() if relative.parent != Path() else "",
            },
        )


def _resolve_columns(
    header: Sequence[str], column_map: Mapping[str, str], feed: Path
) -> dict[str, str]:
    """Target to column: what was asked for, then what is named as usual."""
    unknown = sorted(set(column_map) - set(TARGETS))
    if unknown:
        raise CatalogueError(f"--map knows {', '.join(TARGETS)}, not {', '.join(unknown)}")
    missing = sorted(set(column_map.values()) - set(header))
    if missing:
        raise CatalogueError(
            f"{feed.name} has no column {', '.join(missing)}; it has {', '.join(header)}"
        )
    lowered = {column.lower(): column for column in reversed(header)}
    columns = dict(column_map)
    for target, names in KNOWN_COLUMNS.items():
        found = next((lowered[name] for name in names if name in lowered), None)
        if found is not None:
            columns.setdefault(target, found)
    if "image" not in columns:
        raise CatalogueError(
            f"{feed.name} has no picture column; name it with --map image=COLUMN "
            f"(it has {', '.join(header)})"
        )
    return columns


def _to_row(record: dict[str, str], columns: dict[str, str], feed: Path, number: int) -> Row | None:
    values = {target: (record.get(column) or "").strip() for target, column in columns.items()}
    if not values["image"]:
        return None
    used = set(columns.values())
    attributes = {
        key: value.strip()
        for key, value in record.items()
        if key and key not in used and isinstance(value, str) and value.strip()
    }
    fields = {name: values.get(name, "") for name in FIELDS}
    if not fields["title"]:
        fields["title"] = " ".join(filter(None, (fields["brand"], fields["category"])))
    return Row(
        source=f"row {number}",
        picture=feed.parent / values["image"],
        item_id=values.get("id") or values["image"],
        fields=fields,
        price=_to_price(values.get("price", "")),
        attributes=attributes,
    )


def _to_price(text: str) -> float | None:
    """The number in "1,299.00 EUR" or "19.90"; None where there is none."""
    digits = "".join(character for character in text if character.isdigit() or character == ".")
    try:
        price = float(digits)
    except ValueError:
        return None
    return price if math.isfinite(price) else None
