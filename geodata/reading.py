"""CSV files as rows that know their file and line, and what is wrong with them. Changes when the file format does."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class BadRow(NamedTuple):
    """Why a row cannot be used. `line` counts lines of the file from 1; 0 and an empty column mean the whole file."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.reason}"


class Row:
    """One row: its cells by column, without the white space around them, and its problems as they are found."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file = file
        self.line = line
        self.cells = {column: cell.strip() for column, cell in cells.items()}
        self.problems: list[BadRow] = []

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def refuse(self, column: str, reason: str) -> None:
        """Note why this row cannot be used."""
        self.problems.append(BadRow(self.file, self.line, column, reason))

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a cell; None when it is empty or wrong, which is then noted."""
        cell = self.cells[column]
        if not cell:
            return None
        try:
            return parse(cell)
        except ValueError as reason:
            self.refuse(column, str(reason))
            return None

    def need(self, column: str, parse: Callable[[str], T], otherwise: T) -> T:
        """Return the value of a cell that must not be empty; `otherwise` when it is empty or wrong, which is noted."""
        if not self.cells[column]:
            self.refuse(column, "is empty")
        found = self.read(column, parse)
        return otherwise if found is None else found

    def all(self, column: str, parse: Callable[[str], tuple[T, ...]]) -> tuple[T, ...]:
        """Return the values of a cell that may hold several; none when it is empty or wrong."""
        return self.read(column, parse) or ()


class Table(NamedTuple):
    """A file as read: its usable rows, and what was wrong before any cell was looked at."""

    rows: tuple[Row, ...]
    problems: tuple[BadRow, ...]


def read_csv(path: Path, columns: tuple[str, ...]) -> Table:
    """Return the rows of an RFC 4180 file in UTF-8 whose header has exactly `columns`, in any order.

    Rows with too few or too many cells, a wrong header, bytes that are not UTF-8 and a missing file are problems.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return Table((), (BadRow(path.name, 0, "", f"cannot be read ({error.strerror})"),))
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Table((), (BadRow(path.name, line, "", "is not UTF-8; save the file as UTF-8"),))
    rows: list[Row] = []
    problems: list[BadRow] = []
    header: list[str] = []
    for line, cells in _records(words, path.name, problems):
        if not header:
            header = [cell.strip() for cell in cells]
            problems += _header_problems(path.name, header, columns)
            if problems:
                break
        elif len(cells) != len(header):
            problems.append(BadRow(path.name, line, "", f"has {len(cells)} cells where the header has {len(header)}"))
        else:
            rows.append(Row(path.name, line, dict(zip(header, cells, strict=True))))
    if not header and not problems:
        problems.append(BadRow(path.name, 1, "", "is empty; the first line names the columns"))
    return Table(tuple(rows), tuple(problems))


def _records(words: str, file: str, problems: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record begins, and its cells; blank lines are passed over."""
    reader = csv.reader(_physical_lines(words), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(BadRow(file, begins, "", f"is not a CSV record ({error})"))
            return
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def _physical_lines(words: str) -> Iterator[str]:
    """Yield the lines as editors count them; str.splitlines would also break at form feeds and U+2028."""
    start = 0
    while start < len(words):
        end = words.find("\n", start) + 1 or len(words)
        yield words[start:end]
        start = end


def _header_problems(file: str, header: list[str], columns: tuple[str, ...]) -> list[BadRow]:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    repeated = sorted({column for column in header if header.count(column) > 1})
    return [
        *(BadRow(file, 1, column, "this column is missing") for column in missing),
        *(BadRow(file, 1, column, "this column is not known") for column in unknown),
        *(BadRow(file, 1, column, "this column is there twice") for column in repeated),
    ]
