"""Cells: what one cell may hold, and how lists, numbers, dates and addresses are read."""

import csv
import io
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata import cells
from geodata.reading import read_csv

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=";"), min_size=1).filter(
    lambda word: word.strip() and word.strip() == cells.text(word.strip())
)


@given(st.lists(WORDS, unique_by=lambda word: word.strip()), st.sampled_from([";", "; ", " ; "]))
def test_a_list_comes_back_as_it_was_joined(values, separator):
    assert cells.many(separator.join(values)) == tuple(value.strip() for value in values)


def test_a_list_has_each_value_once_and_none_empty():
    assert cells.many("a; b;;a ;") == ("a", "b")


@pytest.mark.parametrize(
    ("cell", "programmes"),
    [
        ("national (SPRAR)", ("national",)),
        ("ESF (start); own income", ("ESF", "own income")),
        ("UIA; ERDF", ("UIA", "ERDF")),
        ("ESF (start); ESF (later)", ("ESF",)),
        ("(only a note)", ()),
        ("INTERREG Europe", ("INTERREG Europe",)),
    ],
)
def test_programmes_lose_their_notes_and_keep_their_order(cell, programmes):
    assert cells.programmes(cell) == programmes


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_numbers_come_back_as_they_were_written(value):
    assert cells.number(f"{value:f}") == value


@given(st.text(max_size=12))
def test_no_cell_makes_a_reader_fail_other_than_by_saying_why(cell):
    for parse in (
        cells.number,
        cells.euros,
        cells.year,
        cells.years,
        cells.partial_date,
        cells.day,
        cells.slug,
        cells.nuts,
        cells.language,
        cells.languages,
        cells.web_address,
        cells.latitude,
        cells.programmes,
        cells.title,
    ):
        with suppress(ValueError):
            parse(cell)


def test_amounts_have_cents_at_most():
    assert cells.euros("1666663.03") == Decimal("1666663.03")
    with pytest.raises(ValueError, match="more than two decimals"):
        cells.euros("1.005")


def test_days_are_whole_days():
    assert cells.day("2016-10-14") == date(2016, 10, 14)
    with pytest.raises(ValueError, match="'2016-10' is not a day"):
        cells.day("2016-10")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c#d",
        "http://www.tt.com/netzwerk-f%C3%BCr",
        "https://issuu.com./burofurzukunftsfragen",
    ],
)
def test_web_addresses_are_kept_as_written(address):
    assert cells.web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "data:text/html,x",
        "//example.org",
        "example.org",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        "https://example.org/<script>",
        "https://[::1",
        "https://example.org:99999/",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(ValueError, match="web address"):
        cells.web_address(address)


@settings(max_examples=50)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=8),
            min_size=2,
            max_size=2,
        ),
        max_size=6,
    )
)
def test_every_rfc_4180_file_comes_back_with_the_lines_its_rows_begin_on(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    out, lines = io.StringIO(newline=""), []
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b"])
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    path.write_bytes(out.getvalue().encode())
    table = read_csv(path, ("a", "b"))
    assert not table.problems
    assert [row.line for row in table.rows] == lines
    assert [[row["a"], row["b"]] for row in table.rows] == [[cell.strip() for cell in row] for row in rows]
