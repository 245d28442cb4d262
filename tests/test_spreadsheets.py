"""Cells that a spreadsheet might take for formulas."""

import csv
import io

import pytest

from recommender.spreadsheets import harmless, to_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "  ="])
def test_formulas_become_text(sign: str) -> None:
    assert harmless(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


def test_other_cells_stay_as_they_are() -> None:
    for cell in ("red mug", "", "5-piece", -3, 0.5, None):
        assert harmless(cell) is cell


def test_a_table_is_csv() -> None:
    read = list(csv.reader(io.StringIO(to_csv(("a", "b"), [("=1+1", 'x,"y"\nz'), ("ok", -2)]))))
    assert read == [["a", "b"], ["'=1+1", 'x,"y"\nz'], ["ok", "-2"]]
