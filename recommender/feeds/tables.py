"""A feed's rows: CSV, tab separated text or JSON Lines, as shops export them."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from recommender.errors import CatalogueError
from recommender.feeds.formats import (
    LAYOUTS,
    PLAIN,
    SHOPIFY,
    WOOCOMMERCE,
    Layout,
    plain,
    read_shopify,
    read_woocommerce,
)
from recommender.feeds.rows import TARGETS, Columns, Numbered, Record, RowMaker, Rows

FEED_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson"})
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson"})
LONGEST_CELL = 10_000_000  # characters; descriptions in HTML pass Python's own limit of 131,072
FIRST_ROW = 2  # of a table, counted as a spreadsheet does
N_EXAMPLES = 50  # rows


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a feed is, as far as its first rows say.

    Attributes
    ----------
    layout : name of the shop system's export that it is, or empty
    header : names of its columns
    columns : target to the column that is taken if nobody says otherwise
    examples : its first rows
    """

    layout: str
    n_rows: int
    header: tuple[str, ...]
    columns: dict[str, str]
    examples: tuple[Record, ...]


def read_table(data: bytes, name: str, column_map: Mapping[str, str]) -> Rows:
    """Rows of a feed, and those that name no picture as skipped.

    Parameters
    ----------
    data : the file's bytes: UTF-8, or UTF-16 with its mark
    name : of the file; its ending tells JSON Lines from tables
    column_map : target to column, for columns that are not named as usual

    Raises
    ------
    CatalogueError : it cannot be read, has no picture column, or lacks a mapped column
    """
    header, records = _read_records(data, name)
    names = {plain(column): column for column in reversed(header)}
    layout = _recognise(names)
    columns = _resolve_columns(header, names, layout, column_map, name)
    maker = RowMaker(columns, {names[each] for each in layout.left_out & set(names)})
    if layout is SHOPIFY:
        return read_shopify(maker, records, names)
    if layout is WOOCOMMERCE:
        return read_woocommerce(maker, records, names)
    return (maker.to_row(number, record) for number, record in records)


def look_into(data: bytes, name: str) -> Overview:
    """What a feed is, before anything is made of it; raises `CatalogueError` as `read_table`."""
    header, records = _read_records(data, name)
    names = {plain(column): column for column in reversed(header)}
    layout = _recognise(names)
    columns = {
        target: next(names[each] for each in known if each in names)
        for target, known in layout.columns.items()
        if any(each in names for each in known)
    }
    return Overview(
        layout="" if layout is PLAIN else layout.name,
        n_rows=len(records),
        header=tuple(header),
        columns=columns,
        examples=tuple(record for _, record in records[:N_EXAMPLES]),
    )


def _read_records(data: bytes, name: str) -> tuple[list[str], list[Numbered]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        is_json = PurePath(name).suffix.lower() in JSON_SUFFIXES
        return _read_json(text) if is_json else _read_cells(text)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise CatalogueError(
            f"{name} cannot be read as CSV, tab separated text or JSON Lines in UTF-8: {error}"
        ) from error


def _recognise(names: Mapping[str, str]) -> Layout:
    return next(each for each in LAYOUTS if any(sign <= set(names) for sign in each.signs))


def _read_cells(text: str) -> tuple[list[str], list[Numbered]]:
    csv.field_size_limit(LONGEST_CELL)
    first_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=first_line.count)  # a comma where there is none of them
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    records = [
        (number, {key: value.strip() for key, value in record.items() if key and value})
        for number, record in enumerate(_with_text(reader), start=FIRST_ROW)
    ]
    return list(reader.fieldnames or ()), records


def _with_text(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    """Records without what stands right of the last column."""
    for record in reader:
        yield {key: value for key, value in record.items() if isinstance(value, str)}


def _read_json(text: str) -> tuple[list[str], list[Numbered]]:
    header: dict[str, None] = {}
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        values = json.loads(line)
        if not isinstance(values, dict):
            raise ValueError(f"line {number} is not an object")
        record = {str(key): _to_text(value) for key, value in values.items()}
        header |= dict.fromkeys(record)
        records.append((number, {key: text for key, text in record.items() if text}))
    return list(header), records


def _to_text(value: Any) -> str:
    """A JSON value as a table's cell would have it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_to_text, value)))
    if isinstance(value, dict):
        address = value.get("src") or value.get("url")
        return str(address) if address else json.dumps(value, ensure_ascii=False)
    return str(value).strip()


def _resolve_columns(
    header: Sequence[str],
    names: Mapping[str, str],
    layout: Layout,
    column_map: Mapping[str, str],
    feed: str,
) -> Columns:
    """Target to columns: what was asked for, else what is named as usual."""
    unknown = sorted(set(column_map) - set(TARGETS))
    if unknown:
        raise CatalogueError(f"--map knows {', '.join(TARGETS)}, not {', '.join(unknown)}")
    missing = sorted(set(column_map.values()) - set(header))
    if missing:
        raise CatalogueError(
            f"{feed} has no column {', '.join(missing)}; it has {', '.join(header)}"
        )
    columns: Columns = {target: (column,) for target, column in column_map.items()}
    for target, known in layout.columns.items():
        found = tuple(names[name] for name in known if name in names)
        if found:
            columns.setdefault(target, found)
    if "image" not in columns:
        raise CatalogueError(
            f"{feed} has no picture column; name it with --map image=COLUMN "
            f"(it has {', '.join(header)})"
        )
    return columns
