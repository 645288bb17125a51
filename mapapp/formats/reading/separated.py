"""CSV files as people have them: which encoding, which separator, which rows. Standard library only."""

import csv
import io
import re
from typing import NamedTuple

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 20_000  # characters
_LOOKED_AT = 20  # rows, to find the separator
# What our own files put before a text that a spreadsheet would take for a formula.
_SHIELD = re.compile(r"'(?=[=+@\t\r\n-])")


class Separated(NamedTuple):
    """The rows of a file, the one with the headings first, each with the number that a spreadsheet gives it."""

    rows: list[tuple[int, list[str]]]
    encoding: str
    separator: str


class NotSeparated(ValueError):
    """No table of text; the message names the reason: encoding, broken, too_much_text."""


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding: UTF-8 (with or without a mark), UTF-16 with one, else Windows-1252.

    Raises NotSeparated.
    """
    order: tuple[str, ...]
    if data.startswith(b"\xef\xbb\xbf"):
        order = ("utf-8-sig",)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ("utf-16",)
    else:
        order = ("utf-8", "cp1252")
    for encoding in order:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise NotSeparated("broken")
        return text, encoding
    raise NotSeparated("encoding")


def separator_of(text: str) -> str:
    """Return what separates the cells: what makes the rows as long as their headings, and the most of them."""
    start = "\n".join(text.splitlines()[:_LOOKED_AT])

    def fit(separator: str) -> tuple[bool, float, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(start, newline=""), delimiter=separator) if row]
        except csv.Error:
            return (False, 0.0, 0)
        if not rows:
            return (False, 0.0, 0)
        wide = len(rows[0])
        return (wide > 1, sum(len(row) == wide for row in rows) / len(rows), wide)

    return max(SEPARATORS, key=lambda one: (*fit(one), -SEPARATORS.index(one)))


def parse(data: bytes) -> Separated:
    """Return the rows of a file; empty ones are left out and counted. Raises NotSeparated."""
    text, encoding = decode(data)
    first = text.split("\n", 1)[0].strip()
    if re.fullmatch(r"sep=.", first):  # what some programs write for the spreadsheet
        separator, text, number = first[-1], text.split("\n", 1)[1], 2
    else:
        separator, number = separator_of(text), 1
    csv.field_size_limit(LONGEST_CELL)
    found = []
    try:
        for at, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), number):
            cells = [_SHIELD.sub("", cell.strip(), count=1) if cell[:1] == "'" else cell.strip() for cell in row]
            if any(cells):
                found.append((at, cells))
    except csv.Error as error:
        raise NotSeparated("too_much_text" if "field larger" in str(error) else "broken") from error
    return Separated(found, encoding, separator)
