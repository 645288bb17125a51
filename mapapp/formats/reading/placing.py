"""Where the rows of a table are, if it names the system of its coordinates: the column `crs` of our own tables."""

import math
import re
import struct
from collections.abc import Sequence
from typing import Any

SYSTEM = "crs"
_PLACES = (("wkt",), ("x", "y"), ("lon", "lat"))
_KNOWN = re.compile(r"EPSG:\d{4,6}")
_POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*", re.IGNORECASE)


def place(headings: Sequence[str], rows: list[Any]) -> tuple[list[Any], str | None]:
    """Return the rows with their points as geometries, and the system that all of them name; rows as they are, and
    None, where they name none or several, or where a point cannot be read."""
    columns = _columns(headings)
    systems = {str(row[1][headings.index(SYSTEM)]) for row in rows} if SYSTEM in headings else set()
    system = systems.pop() if len(systems) == 1 else ""
    if not columns or not _KNOWN.fullmatch(system):
        return rows, None
    try:
        placed = [(number, cells, _point([cells[at] for at in columns]), ragged) for number, cells, _, ragged in rows]
    except ValueError:
        return rows, None
    return placed, system


def _columns(headings: Sequence[str]) -> list[int]:
    names = next((names for names in _PLACES if set(names) <= set(headings)), ())
    return [headings.index(name) for name in names]


def _point(cells: list[Any]) -> str | None:
    """Return a point as well-known binary in hexadecimal text, None where the cells are empty.

    Raises ValueError where they are no point."""
    if not any(cells):
        return None
    found = _POINT.fullmatch(str(cells[0])) if len(cells) == 1 else None
    x, y = (float(str(one)) for one in (found.groups() if found else cells))
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(x, y)
    return struct.pack("<BIdd", 1, 1, x, y).hex()
