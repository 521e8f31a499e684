"""Lists for spreadsheets: what people typed stays text, amounts stay numbers."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import csv_text, plain_dollars
from marketplace.kernel.csv.writing import FORMULA_STARTS, cell_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-cmd|' /C calc'!A0"])
def test_what_a_spreadsheet_would_reckon_is_told_to_be_text(text):
    assert cell_text(text) == "'" + text


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123450, "1234.50"), (-1200, "-12.00")]
)
def test_amounts_stay_numbers(cents, text):
    assert plain_dollars(cents) == text
    assert cell_text(text) == text


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n")), min_size=1, max_size=4)
)
def test_every_cell_comes_back_and_none_is_a_formula(cells):
    [head, row] = csv.reader(io.StringIO(csv_text(["h"] * len(cells), [cells]), newline=""))
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]
    assert not [cell for cell in row if cell.startswith(FORMULA_STARTS) and not cell[1:].replace(".", "", 1).isdigit()]
    assert len(head) == len(row)
