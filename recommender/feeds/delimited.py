"""Delimited text: its dialect, its header, and its rows with their places in the file.

A header is known by the names of columns that shop systems use, so the dialect is the one under
which the header reads best. Measured on tables with any characters in their cells against
clevercsv (van den Burg and others, 2019), which judges the shapes of cells: `docs/import.md`.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from recommender.feeds.rows import Placed, Record, Skipped, plain

DELIMITERS = ",;\t|"
LONGEST_CELL = 10_000_000  # characters; descriptions in HTML pass Python's own limit of 131,072
LONGEST_NAME = 100
SAMPLE_CHARACTERS = 100_000
N_HEADER_ROWS = 20  # rows among which the header is looked for
SPACED_SHARE = 0.2  # of cells that begin with a space where that is a habit
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
ABOVE, AGAIN = "it stands above the header", "it is the header once more"
NO_PRODUCT, MALFORMED = "rows that hold no product", "rows with too many fields"
JOINED = "a text with an unquoted separator was put together again"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Separator of cells, and whether quotation marks wrap them."""

    delimiter: str
    is_quoted: bool = True


@dataclass(frozen=True, kw_only=True)
class Cells:
    """One row; rows are counted as a spreadsheet does, lines as an editor does."""

    row: int
    line: int
    cells: tuple[str, ...]

    @property
    def place(self) -> str:
        """Its place in the file, for reports."""
        return f"row {self.row}" if self.row == self.line else f"row {self.row} (line {self.line})"

    @property
    def n_filled(self) -> int:
        """Cells that hold something."""
        return sum(bool(cell.strip()) for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table's content.

    Attributes
    ----------
    header : names of its columns; a name that comes twice is told apart by a number
    records : its rows, each with its place
    skipped : rows that hold no product, or that cannot be read
    repaired : place to what was mended there
    """

    header: tuple[str, ...]
    records: tuple[Placed, ...]
    skipped: tuple[Skipped, ...] = ()
    repaired: tuple[tuple[str, str], ...] = ()


def read_delimited(text: str, known_names: Collection[str]) -> Table:
    """Read a table.

    Parameters
    ----------
    known_names : plain names of columns that tell a header from other rows
    """
    declared = SEPARATOR_LINE.match(text)
    sign, n_before = (declared.group(1), 1) if declared else ("", 0)
    body = text[declared.end() :] if declared else text
    dialect = find_dialect(body, known_names, sign)
    rows = list(_rows(body, dialect, n_before))
    at = _find_header(rows[:N_HEADER_ROWS], known_names)
    if at is None:
        return Table(header=(), records=())
    header = _told_apart(rows[at].cells)
    skipped = [
        Skipped(source=each.place, reason=ABOVE, kind=NO_PRODUCT)
        for each in rows[:at]
        if each.n_filled
    ]
    records: list[Placed] = []
    repaired: list[tuple[str, str]] = []
    below = rows[at + 1 :]
    is_spaced = _begin_with_spaces(below[:N_HEADER_ROWS])
    for each in below:
        cells: Sequence[str] | None = each.cells
        if not each.n_filled:
            continue
        if each.cells == rows[at].cells:
            skipped.append(Skipped(source=each.place, reason=AGAIN, kind=NO_PRODUCT))
            continue
        if len(each.cells) > len(header):
            cells = _mend(each.cells, len(header), dialect.delimiter, is_spaced=is_spaced)
            if cells is None:
                skipped.append(_malformed(each, len(header), dialect.delimiter))
                continue
            if any(cell.strip() for cell in each.cells[len(header) :]):
                repaired.append((each.place, JOINED))
        records.append((each.place, _to_record(header, cells or ())))
    return Table(
        header=tuple(filter(None, header)),
        records=tuple(records),
        skipped=tuple(skipped),
        repaired=tuple(repaired),
    )


def find_dialect(text: str, known_names: Collection[str], declared: str = "") -> Dialect:
    """The dialect under which the header has the most known names and the rows its width."""
    sample = text[:SAMPLE_CHARACTERS]
    if len(sample) < len(text):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    best: tuple[tuple[float, ...], Dialect] | None = None
    for order, delimiter in enumerate(declared or DELIMITERS):
        dialect = Dialect(delimiter=delimiter, is_quoted=not _swallows_rows(sample, delimiter))
        rows = list(_rows(sample, dialect, 0))
        at = _find_header(rows[:N_HEADER_ROWS], known_names)
        if at is None:
            continue
        width = len(rows[at].cells)
        below = [each for each in rows[at + 1 :] if each.n_filled]
        share = sum(len(each.cells) == width for each in below) / len(below) if below else 1.0
        rank = (_n_known(rows[at].cells, known_names), width > 1, round(share, 2), width, -order)
        if best is None or rank > best[0]:
            best = (rank, dialect)
    return best[1] if best else Dialect(delimiter=declared or ",")


def _swallows_rows(text: str, delimiter: str) -> bool:
    """Whether quotation marks are characters like any other.

    Tab separated text often knows no quotation: there all lines have the same number of tabs,
    while a cell between two marks would take in tabs and line ends.
    """
    if delimiter != "\t" or '"' not in text:
        return False
    inner = re.findall(r'(?:^|(?<=[\r\n\t]))"((?:[^"]|"")*)"(?=[\r\n\t]|\Z)', text)
    if not any("\t" in each and re.search(r"[\r\n]", each) for each in inner):
        return False
    return len({line.count("\t") for line in _lines(text) if line.strip()}) == 1


def _rows(text: str, dialect: Dialect, n_before: int) -> Iterator[Cells]:
    """All rows but blank lines, which count all the same."""
    if dialect.is_quoted:
        try:
            yield from _quoted_rows(text, dialect.delimiter, n_before)
        except csv.Error:  # a mark that closes nothing
            yield from _lenient_rows(text, dialect.delimiter, n_before)
        return
    for number, line in enumerate(_lines(text), start=n_before + 1):
        if line.strip():
            cells = tuple(map(_unwrapped, line.split(dialect.delimiter)))
            yield Cells(row=number, line=number, cells=cells)


def _quoted_rows(text: str, delimiter: str, n_before: int) -> list[Cells]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    line = n_before + 1
    for number, cells in enumerate(reader, start=n_before + 1):
        if cells:
            rows.append(Cells(row=number, line=line, cells=tuple(cells)))
        line = n_before + reader.line_num + 1
    return rows


def _lenient_rows(text: str, delimiter: str, n_before: int) -> Iterator[Cells]:
    """Rows of a table in which some quotation marks wrap cells and others are characters."""
    wrapped = re.compile(rf'"((?:[^"]|"")*)"(?=[\r\n{re.escape(delimiter)}]|\Z)')
    bare = re.compile(rf"[^\r\n{re.escape(delimiter)}]*")
    line_end = re.compile(r"[^\r\n]*")
    position, line, row, width = 0, n_before + 1, n_before + 1, 0
    while position < len(text):
        begin, first_line = position, line
        cells: list[str] = []
        is_literal = False
        while True:
            found = None if is_literal else wrapped.match(text, position)
            if found is not None and len(_lines(found.group())) > 1:
                # a mark that takes in further lines, where the line is whole without it
                whole = line_end.match(text, begin)
                n_cells = whole.group().count(delimiter) + 1 if whole else 0
                is_literal = n_cells == width
                found = None if is_literal else found
            if found is not None:
                cells.append(found.group(1).replace('""', '"'))
                line += len(_lines(found.group())) - 1
                position = found.end()
            else:
                found = bare.match(text, position)
                cells.append(found.group() if found else "")
                position = found.end() if found else position
            if not text.startswith(delimiter, position):
                break
            position += len(delimiter)
        position += 2 if text.startswith("\r\n", position) else 1
        if any(cells) or len(cells) > 1:
            width = width or len(cells)
            yield Cells(row=row, line=first_line, cells=tuple(cells))
        line, row = line + 1, row + 1


def _lines(text: str) -> list[str]:
    """Lines by line feeds and carriage returns only: other separators are characters."""
    return re.split(r"\r\n|\n|\r", text)


def _unwrapped(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _find_header(rows: Sequence[Cells], known_names: Collection[str]) -> int | None:
    """The row with the most known names; without any, the first one that is as wide as most."""
    filled = [number for number, each in enumerate(rows) if each.n_filled]
    if not filled:
        return None
    counts = {number: _n_known(rows[number].cells, known_names) for number in filled}
    first, best = filled[0], max(counts.values())
    if best > max(counts[first], 1):
        return next(number for number in filled if counts[number] == best)
    if counts[first]:
        return first
    widths = sorted(rows[number].n_filled for number in filled)
    usual = widths[len(widths) // 2]
    return next(number for number in filled if rows[number].n_filled >= usual)


def _n_known(cells: Sequence[str], known_names: Collection[str]) -> int:
    return len({plain(cell) for cell in cells if len(cell) <= LONGEST_NAME} & set(known_names))


def _told_apart(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns; a second one of a name is "image (2)", empty ones stay empty."""
    counts: dict[str, int] = {}
    names = []
    for cell in cells:
        name = " ".join(cell.split())
        counts[name] = counts.get(name, 0) + 1
        names.append(f"{name} ({counts[name]})" if name and counts[name] > 1 else name)
    return tuple(names)


def _begin_with_spaces(rows: Sequence[Cells]) -> bool:
    """Whether cells begin with a space everywhere, so that one says nothing."""
    cells = [cell for each in rows for cell in each.cells[1:] if cell]
    return sum(cell.startswith(" ") for cell in cells) > SPACED_SHARE * len(cells)


def _mend(
    cells: Sequence[str], width: int, delimiter: str, *, is_spaced: bool
) -> Sequence[str] | None:
    """Cells put together again that a separator within a text has torn; None if it is unsure."""
    if not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    torn = [n for n, cell in enumerate(cells) if n and cell.startswith(" ") and cell.strip()]
    if is_spaced or len(torn) != len(cells) - width:
        return None
    joined: list[str] = []
    for number, cell in enumerate(cells):
        if number in torn:
            joined[-1] += delimiter + cell
        else:
            joined.append(cell)
    return joined


def _malformed(row: Cells, width: int, delimiter: str) -> Skipped:
    sign = {",": "commas", ";": "semicolons", "\t": "tabs"}.get(delimiter, f"{delimiter!r}")
    reason = (
        f"it has {len(row.cells)} fields and the header {width}: "
        f"put texts that hold {sign} in quotation marks"
    )
    return Skipped(source=row.place, reason=reason, kind=MALFORMED)


def _to_record(header: Sequence[str], cells: Sequence[str]) -> Record:
    pairs = zip(header, (cell.strip() for cell in cells), strict=False)
    return {name: cell for name, cell in pairs if name and cell}
