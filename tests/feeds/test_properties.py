"""Any table that Python's csv module writes comes back whole, in every dialect and encoding."""

import csv
import io
from typing import Literal, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.feeds.delimited import read_delimited
from recommender.feeds.formats import known_names
from recommender.feeds.tables import parse_feed

HEADER = ["id", "image", "title", "price", "category"]
WESTERN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,;|\"'äöüéèàçñß€–-.&\n"
# what no text holds is taken out on purpose; what stands around a cell is no part of it
SIGNS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff")
ANY = st.text(SIGNS | st.sampled_from(list(",;|\"'\n\r\u2028\x85")), max_size=30)


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(cells.map(str.strip), min_size=len(HEADER) - 1, max_size=len(HEADER) - 1)
    rows = st.lists(row, min_size=1, max_size=8)
    # an id that tells a row from the header and from a blank one
    return rows.map(lambda found: [[f"P{n}", *each] for n, each in enumerate(found)])


Quoting: TypeAlias = Literal[0, 1, 2, 3]


def written(rows: list[list[str]], delimiter: str, quoting: Quoting, end: str) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([HEADER, *rows])
    return buffer.getvalue()


def assert_whole(data: bytes, rows: list[list[str]]) -> None:
    table = parse_feed(data, "feed.csv").table
    found = [[record.get(name, "") for name in HEADER] for _, record in table.records]
    assert found == rows
    assert (table.header, table.skipped, table.repaired) == (tuple(HEADER), (), ())


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@given(
    rows=tables(ANY),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_in_every_dialect(
    delimiter: str, rows: list[list[str]], quoting: Quoting, end: str, encoding: str
) -> None:
    # csv itself leaves a line end that is not the table's own unquoted, and cannot read it back
    own = [[cell.translate(_other_ends(end)) for cell in row] for row in rows]
    assert_whole(written(own, delimiter, quoting, end).encode(encoding), own)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
@given(
    rows=tables(st.text(WESTERN, max_size=30)),
    delimiter=st.sampled_from([",", ";", "|", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=40, deadline=None)
def test_western_text_comes_back_without_a_mark(
    encoding: str, rows: list[list[str]], delimiter: str, quoting: Quoting
) -> None:
    # single letters beyond ASCII, as words have them
    calm = [[_calm(cell) for cell in row] for row in rows]
    assert_whole(written(calm, delimiter, quoting, "\r\n").encode(encoding), calm)


@given(text=st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_text_at_all_ends_in_an_unexpected_error(text: str) -> None:
    table = read_delimited(text, known_names())
    assert len(table.records) + len(table.skipped) <= text.count("\n") + text.count("\r") + 1


def _other_ends(end: str) -> dict[int, None]:
    return {ord(sign): None for sign in "\r\n" if sign not in end}


def _calm(cell: str) -> str:
    kept = ""
    for character in cell:
        if character.isascii() or (kept and kept[-1].isascii()):
            kept += character
    return kept.strip()
