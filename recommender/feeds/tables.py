"""A feed's rows: delimited text, JSON or XML, in whatever encoding and format a shop exports it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath

from recommender.errors import CatalogueError
from recommender.feeds.delimited import Table, read_delimited
from recommender.feeds.documents import read_json, read_json_lines, read_xml
from recommender.feeds.formats import PLAIN, known_names, recognise
from recommender.feeds.formats.base import Format, Sheet
from recommender.feeds.guess import guess_columns, spoken_header, spoken_map
from recommender.feeds.prices import decimal_sign
from recommender.feeds.rows import TARGETS, Columns, Record, Row, RowMaker, Rows, plain
from recommender.feeds.text import decode

JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
DOCUMENT_SUFFIXES = frozenset({".json", ".xml", ".rss", ".atom"})
FEED_SUFFIXES = frozenset({".csv", ".tsv", ".txt"}) | JSON_LINES_SUFFIXES | DOCUMENT_SUFFIXES
WORKBOOK_SUFFIXES = frozenset({".xls", ".xlsx", ".xlsm", ".ods", ".numbers"})
N_EXAMPLES = 50  # rows


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A feed, as far as its first rows tell.

    Attributes
    ----------
    layout : name of the shop system's export, or empty
    header : names of its columns
    columns : target to the column that is taken if nobody says otherwise
    examples : its first rows
    encoding : as a person calls it
    """

    layout: str
    n_rows: int
    header: tuple[str, ...]
    columns: dict[str, str]
    examples: tuple[Record, ...]
    encoding: str = "UTF-8"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A table that was read, its columns not yet chosen.

    Attributes
    ----------
    encoding : of its text, as a person calls it
    """

    name: str
    table: Table
    encoding: str = "UTF-8"

    @cached_property
    def layout(self) -> Format:
        """Its format."""
        return recognise(self.table.header)

    @property
    def has_pictures(self) -> bool:
        """Whether its format says where its pictures are."""
        names = self.layout.names(self.table.header)
        known = (*self.layout.columns.get("image", ()), *self.layout.columns.get("images", ()))
        return self.layout.name.startswith("Kaggle") or any(name in names for name in known)

    @property
    def is_known(self) -> bool:
        """Whether a shop system made it."""
        return self.layout is not PLAIN

    def guess(self) -> dict[str, str]:
        """Target to column, for a person to correct."""
        return guess_columns(self.table.header, self.table.records, self.layout)

    def rows(self, column_map: Mapping[str, str], *, includes_hidden: bool = False) -> Rows:
        """Its products, and the rows that hold none.

        Parameters
        ----------
        column_map : target to column, for columns that are not named as usual

        Raises
        ------
        CatalogueError : it has no picture column, or lacks a mapped one
        """
        columns = self._columns(column_map)
        names = self.layout.names(self.table.header)
        left_out = {column for name in self.layout.left_out for column in names.get(name, ())}
        prices = [name for target in ("price", "sale_price") for name in columns.get(target, ())]
        maker = RowMaker(
            columns,
            left_out,
            decimal_sign=decimal_sign(
                record[name]
                for _, record in self.table.records
                for name in prices
                if name in record
            ),
            includes_hidden=includes_hidden,
        )
        sheet = Sheet(maker=maker, records=self.table.records, names=names)
        repaired = dict(self.table.repaired)
        yield from self.table.skipped
        for made in self.layout.read(sheet):
            note = repaired.get(made.source, "")
            yield replace(made, note=note) if note and isinstance(made, Row) else made

    def overview(self) -> Overview:
        """First rows, for a page."""
        return Overview(
            layout=self.layout.name if self.is_known else "",
            n_rows=len(self.table.records),
            header=self.table.header,
            columns=self.guess(),
            examples=tuple(record for _, record in self.table.records[:N_EXAMPLES]),
            encoding=self.encoding,
        )

    def check(self, column_map: Mapping[str, str]) -> None:
        """Raise the errors of `rows` now, and not at the first row."""
        self._columns(column_map)

    def _columns(self, column_map: Mapping[str, str]) -> Columns:
        """Target to columns: what was asked for, else what is named as usual."""
        header = self.table.header
        unknown = sorted(set(column_map) - set(TARGETS))
        if unknown:
            raise CatalogueError(f"--map knows {', '.join(TARGETS)}, not {', '.join(unknown)}")
        mapped = {target: _find_column(column, header) for target, column in column_map.items()}
        missing = sorted(column_map[target] for target, column in mapped.items() if not column)
        if missing:
            raise CatalogueError(
                f"{self.name} has no column {', '.join(missing)}; it has {spoken_header(header)}"
            )
        columns: Columns = {target: (column,) for target, column in mapped.items()}
        names = self.layout.names(header)
        for target, known in self.layout.columns.items():
            found = tuple(column for name in known for column in names.get(name, ()))
            if found:
                columns.setdefault(target, found)
        if "image" not in columns and not self.has_pictures:
            raise CatalogueError(self._ask_for_pictures())
        return columns

    def _ask_for_pictures(self) -> str:
        guessed = self.guess()
        if "image" in guessed:
            return (
                f"{self.name} has no picture column of a known name; "
                f"if this is right, say {spoken_map(guessed)}"
            )
        return (
            f"{self.name} has no picture column; name it with --map image=COLUMN "
            f"(it has {spoken_header(self.table.header)})"
        )


def parse_feed(data: bytes, name: str) -> Feed:
    """Read a table, a JSON document or an XML feed.

    Parameters
    ----------
    name : of the file; its ending tells JSON and XML from delimited text

    Raises
    ------
    CatalogueError : it is damaged or no text
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in {".xml", ".rss", ".atom"} or data[:5] == b"<?xml":
        return Feed(name=name, table=read_xml(data, name), encoding="XML")
    text, encoding = decode(data, name)
    if suffix == ".json":
        table = read_json(text, name)
    elif suffix in JSON_LINES_SUFFIXES:
        table = read_json_lines(text, name)
    else:
        table = read_delimited(text, known_names())
        if not table.header:
            raise CatalogueError(f"{name} is empty: it has no row that names columns")
    return Feed(name=name, table=table, encoding=encoding)


def read_table(
    data: bytes, name: str, column_map: Mapping[str, str], *, includes_hidden: bool = False
) -> Rows:
    """Products of a feed, and the rows that hold none; errors as `parse_feed` and `Feed.rows`."""
    feed = parse_feed(data, name)
    feed.check(column_map)
    return feed.rows(column_map, includes_hidden=includes_hidden)


def look_into(data: bytes, name: str) -> Overview:
    """A feed's columns and first rows; raises `CatalogueError` as `parse_feed` does."""
    return parse_feed(data, name).overview()


def _find_column(wanted: str, header: Sequence[str]) -> str:
    """The column of this name, or the only one whose plain name is the same."""
    if wanted in header:
        return wanted
    alike = [column for column in header if plain(column) == plain(wanted)]
    return alike[0] if len(alike) == 1 else ""
