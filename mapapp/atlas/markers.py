"""What the map draws of an answer: single records, and rings that stand for several.

Records are gathered in the cells of one grid that is fixed on the globe for each zoom level, then rings that would
overlap are merged. Both depend on the neighbourhood only, so that a ring is the same whatever part of the map is asked
for. Everything is read off columns in Morton order, where the rows of a cell are neighbours.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..models.columns import LOCATION_KINDS
from . import covering
from .columns import MORTON_BITS, morton_of
from .merging import RADIUS, Rings, merge

if TYPE_CHECKING:
    from .answer import Answer

CELLS_A_TILE = 2  # as a power of two: a tile of 256 px holds 4 x 4 cells of 64 px
MARGIN = 6  # cells around the view that may still have a part in merging inside it
MOST_CELLS = 64  # cells across a view; a larger one is answered as if from further away
HIGHEST_ZOOM = 20
FAN = 60  # records of one point whose slugs come along
MIXED = {"practice": "theme", "service": "category"}


class Marker(NamedTuple):
    """One record or one ring. lon, lat and extent (west, south, east, north) are degrees (EPSG:4326).

    `mix` counts themes (categories for services), the most frequent first. `slugs` names the records where a click
    cannot part them: the one record, or those that share one point. `kind` is their location kind where all share it.
    """

    lon: float
    lat: float
    n: int
    slugs: tuple[str, ...]
    ids: tuple[int, ...]
    kind: str
    mix: tuple[tuple[str, int], ...]
    same_point: bool
    extent: tuple[float, float, float, float]
    place: str


class _Cells(NamedTuple):
    """The cells of one view that hold records of the answer; one entry a cell, in Morton order.

    `first` and `last` (exclusive) delimit the answer's rows; `middle` is a row near the mean point, which names the
    place; the others are Web Mercator parts of the world (0 to 1).
    """

    middle: NDArray[np.integer]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    west: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    south: NDArray[np.float64]


View = tuple[float, float, float, float]


def _square(view: View, zoom: int) -> tuple[list[View], int]:
    """Return a view (degrees) as boxes of the world's square (left, top, right, bottom), and the zoom to draw it at."""
    boxes = covering.squares(*view)
    widest = max(max(right - left, bottom - top) for left, top, right, bottom in boxes)
    zoom = min(max(zoom, 0), HIGHEST_ZOOM)
    while zoom > 0 and widest * 2 ** (zoom + CELLS_A_TILE) > MOST_CELLS:
        zoom -= 1
    return boxes, zoom


def _rows_near(answer: "Answer", box: View, level: int) -> NDArray[np.integer]:
    """Return the answer's rows in the tiles that cover a box, in order; tiles are whole cells of `level`."""
    rows = answer.rows
    found = np.array(covering.ranges(answer.snapshot.columns, box, covering.zoom_of(box, 3, level)), np.intp)
    places = np.searchsorted(rows, found.reshape(-1, 2)).tolist()
    return np.concatenate([rows[:0], *(rows[first:last] for first, last in places)])


def _gather(answer: "Answer", rows: NDArray[np.integer], level: int) -> _Cells:
    columns = answer.snapshot.columns
    morton = columns.morton.take(rows)
    codes = morton >> np.uint64(2 * (MORTON_BITS - level))
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    ends = np.append(starts[1:], len(rows))
    x, y, counts = columns.x.take(rows), columns.y.take(rows), ends - starts
    mean_x, mean_y = np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts
    # Nearest along the Morton curve: near enough to name the place.
    middle = rows[np.clip(np.searchsorted(morton, morton_of(mean_x, mean_y)), starts, ends - 1)]
    first = np.searchsorted(answer.rows, rows[starts])
    return _Cells(
        middle=middle,
        first=first,
        last=first + counts,
        x=mean_x,
        y=mean_y,
        west=np.minimum.reduceat(x, starts),
        east=np.maximum.reduceat(x, starts),
        north=np.minimum.reduceat(y, starts),
        south=np.maximum.reduceat(y, starts),
    )


def _inside(cells: _Cells, box: View, margin: float) -> _Cells:
    left, top, right, bottom = box
    kept = (cells.x >= left - margin) & (cells.x <= right + margin)
    kept &= (cells.y >= top - margin) & (cells.y <= bottom + margin)
    return _Cells._make(column[kept] for column in cells)


def _rank(bits: NDArray[np.uint64], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return how many bits are set before each row in bitmaps of shape (options, words): shape (options, rows)."""
    before = np.zeros((bits.shape[0], bits.shape[1] + 1), np.int64)
    np.cumsum(np.bitwise_count(bits), axis=1, out=before[:, 1:])
    word, bit = rows >> 6, (rows & 63).astype(np.uint64)
    padded = np.concatenate([bits, np.zeros((bits.shape[0], 1), np.uint64)], axis=1)
    rest = padded[:, word] & ((np.uint64(1) << bit) - np.uint64(1))
    return before[:, word] + np.bitwise_count(rest)


def _mix(answer: "Answer", cells: _Cells, rings: Rings) -> list[tuple[tuple[str, int], ...]]:
    """Return for each ring the options of the mixed field with how many of its records have them, most first."""
    field = answer.snapshot.columns.fields[MIXED[answer.snapshot.collection]]
    rows = answer.rows
    of_cells = _rank(field.bits & answer.bitmap, np.concatenate([rows[cells.last - 1] + 1, rows[cells.first]]))
    counts = of_cells[:, : len(cells.last)] - of_cells[:, len(cells.last) :]
    found = np.add.reduceat(counts[:, rings.members], rings.starts, axis=1).T
    order = np.argsort(-found, axis=1, kind="stable")
    names = np.array(field.options, object)[order].tolist()
    numbers = np.take_along_axis(found, order, axis=1).tolist()
    some = np.count_nonzero(found, axis=1).tolist()
    return [tuple(zip(names[i][:n], numbers[i][:n], strict=True)) for i, n in enumerate(some)]


def _degrees(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Return longitudes and latitudes of points of the world's square, to a tenth of a metre."""
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))
    return np.round((x - 0.5) * 360, 6).tolist(), np.round(lat, 6).tolist()


def _extents(cells: _Cells, rings: Rings) -> list[View]:
    """Return west, south, east, north of each ring's records in degrees."""
    members, starts = rings.members, rings.starts
    west, south = _degrees(
        np.minimum.reduceat(cells.west[members], starts), np.maximum.reduceat(cells.south[members], starts)
    )
    east, north = _degrees(
        np.maximum.reduceat(cells.east[members], starts), np.minimum.reduceat(cells.north[members], starts)
    )
    return list(zip(west, south, east, north, strict=True))


def _draw(answer: "Answer", cells: _Cells, rings: Rings, pixel: float) -> list[Marker]:
    """Return the markers of rings in pixels whose members are indices of `cells`."""
    columns = answer.snapshot.columns
    first = rings.members[rings.starts]  # the cell with most records
    places = columns.place[cells.middle[first]].tolist()
    lons, lats = _degrees(rings.x * pixel, rings.y * pixel)
    one_point = (cells.west[first] == cells.east[first]) & (cells.north[first] == cells.south[first])
    known: dict[int, list[int]] = {}
    for index in np.flatnonzero(one_point & (rings.sizes == 1)).tolist():
        cell = first[index]
        rows = known[index] = answer.rows[cells.first[cell] : cells.last[cell]][:FAN].tolist()
        lons[index], lats[index] = float(columns.lon[rows[0]]), float(columns.lat[rows[0]])
    numbers = rings.n.tolist()
    drawn = []
    for index, (extent, mix) in enumerate(zip(_extents(cells, rings), _mix(answer, cells, rings), strict=True)):
        rows = known.get(index, [])
        kinds = {int(columns.kind[row]) for row in rows}
        drawn.append(
            Marker(
                lon=lons[index],
                lat=lats[index],
                n=numbers[index],
                slugs=tuple([columns.slug(row) for row in rows]),
                ids=tuple([int(columns.ids[row]) for row in rows]),
                kind=LOCATION_KINDS[kinds.pop() - 1] if len(kinds) == 1 else "",
                mix=mix,
                same_point=bool(rows) and numbers[index] > 1,
                extent=extent,
                place=columns.place_names[places[index]] if places[index] >= 0 else "",
            )
        )
    return drawn


def markers(answer: "Answer", view: View, zoom: int) -> list[Marker]:
    """Return the markers of a view (west, south, east, north in degrees; west > east across the antimeridian).

    `zoom` is that of 256-pixel Web Mercator tiles. Markers whose symbol reaches into the view are included; the
    largest come first, so that the smaller are drawn over them.
    """
    boxes, zoom = _square(view, zoom)
    level = min(zoom + CELLS_A_TILE, MORTON_BITS)
    cell, pixel = 2.0**-level, 2.0 ** -(zoom + 8)
    found: list[Marker] = []
    for box in boxes:
        left, top, right, bottom = box
        margin = MARGIN * cell
        rows = _rows_near(answer, (left - margin, top - margin, right + margin, bottom + margin), level)
        if not len(rows):
            continue
        cells = _inside(_gather(answer, rows, level), box, margin)
        rings = merge(cells.x / pixel, cells.y / pixel, cells.last - cells.first)
        x, y, reach = rings.x * pixel, rings.y * pixel, RADIUS * pixel
        rings = rings.where((left - reach <= x) & (x <= right + reach) & (top - reach <= y) & (y <= bottom + reach))
        if len(rings.n):
            found += _draw(answer, cells, rings, pixel)
    return sorted(found, key=lambda marker: (-marker.n, marker.lon, marker.lat))
