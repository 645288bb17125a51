"""Which rows a search asks for, field by field. A new filter is one entry here and one column beside."""

import numpy as np
from numpy.typing import NDArray

from ..search import SETS, Search
from . import covering
from .columns import Bitmap, Columns, bitmap_of, pack
from .covering import EDGE
from .distance import metres

#: How far a degree of latitude reaches at least, in metres: what lies further off needs no exact measuring.
DEGREE = 110_500.0
MANY = 20_000  # records from which on it pays to find those near a box first
TILES = 16  # tiles across a box


def _any_of(columns: Columns, name: str, values: tuple[str, ...]) -> Bitmap:
    field = columns.fields[name]
    wanted = [field.place[value] for value in values if value in field.place]
    if not wanted:
        return np.zeros_like(columns.everything)
    return np.bitwise_or.reduce(field.bits[wanted], axis=0)


def _region(columns: Columns, codes: tuple[str, ...]) -> Bitmap:
    """Records whose own or covered territory lies in one of the territories."""
    rows = [columns.regions.rows_under(code) for code in codes]
    return bitmap_of(np.concatenate(rows), columns.size)


def _years(columns: Columns, year_from: int | None, year_to: int | None) -> Bitmap:
    """Records known to have run at some time in the span. With no end year they still run; with an end year alone they
    ran in that year; with neither year nothing is known, and they do not match."""
    start, end = columns.start_year, columns.end_year
    flags = (start >= 0) | (end >= 0)
    if year_from is not None:
        flags &= (end < 0) | (end >= year_from)
    if year_to is not None:
        flags &= np.where(start >= 0, start, end) <= year_to
    return pack(flags)


def _in_box(columns: Columns, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Return which rows lie in a box. Of many, only those near it are compared with its edges."""
    west, south, east, north = box
    flags = np.zeros(columns.size, np.bool_)
    for first, last in _near_box(columns, box) if columns.located > MANY else [(0, columns.located)]:
        lon, lat = columns.lon[first:last], columns.lat[first:last]
        inside = (lat >= south) & (lat <= north)
        inside &= (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        flags[first:last] = inside
    return flags


def _near_box(columns: Columns, box: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    """Return the rows (first, behind the last) of tiles that cover a box; repeats possible."""
    found = []
    for left, top, right, bottom in covering.squares(*box):
        # Wider by less than a metre: rounding of sines must leave nobody out who stands on the edge.
        wider = (left - EDGE, top - EDGE, right + EDGE, bottom + EDGE)
        found += covering.ranges(columns, wider, covering.zoom_of(wider, TILES))
    return found


def _bbox(columns: Columns, box: tuple[float, float, float, float]) -> Bitmap:
    return pack(_in_box(columns, box))


def in_box_or_nowhere(columns: Columns, box: tuple[float, float, float, float]) -> Bitmap:
    """Return the records in a box (west, south, east, north in degrees) and those without a point.

    That is what the box of the OGC API asks for; the page's own box leaves out what has no point.
    """
    flags = _in_box(columns, box)
    flags[columns.located :] = True  # those without a point come last
    return pack(flags)


def of_ids(columns: Columns, ids: NDArray[np.int32]) -> Bitmap:
    """Return the records with some ids; ids that came after the columns were read are left out."""
    known = ids[ids < len(columns.row_of)]
    rows = columns.row_of[known]
    return bitmap_of(rows[rows >= 0], columns.size)


def _within(columns: Columns, near: tuple[float, float], km: float) -> Bitmap:
    lat, lon = near
    reach = km * 1000
    # Only latitudes that can be near enough are measured; longitudes shrink towards the poles and wrap.
    flags: NDArray[np.bool_] = np.abs(columns.lat - lat) <= reach / DEGREE
    rows = np.flatnonzero(flags)
    flags[rows] = metres(lat, lon, columns.lat[rows], columns.lon[rows]) <= reach
    return pack(flags)


def masks(columns: Columns, search: Search) -> dict[str, Bitmap]:
    """Return one bitmap for each field that the search restricts (words are not in here: they need PostgreSQL)."""
    found: dict[str, Bitmap] = {}
    for name in SETS:
        values = getattr(search, name)
        if values and name == "region":
            found[name] = _region(columns, values)
        elif values and name in columns.fields:
            found[name] = _any_of(columns, name, values)
    if search.year_from is not None or search.year_to is not None:
        found["year"] = _years(columns, search.year_from, search.year_to)
    if search.bbox is not None:
        found["bbox"] = _bbox(columns, search.bbox)
    if search.near is not None and search.within_km is not None:
        found["near"] = _within(columns, search.near, search.within_km)
    return found
