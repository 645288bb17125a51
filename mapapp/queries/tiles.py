"""Vector tiles of the records that fulfil a condition, written by PostGIS: what a tile shows of them, and where."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    select,
    text,
)

from .export import SOURCES
from .matching import Asked, Column, find

CLUSTERED = 10  # zooms below it show cells with the number of their records, where each record is one point
CELLS = 4  # as a power of two: 16 cells across a tile
LAT_LIMIT = 85.0511287798066  # degrees: where the square of Web Mercator ends
EXTENT = 4096
BESIDE = 0.1  # how much of a tile is drawn beyond its edges, of its own width; of points nothing is
LIGHTER = 7  # the highest zoom of tiles that are drawn from lighter geometries
SKETCH = "atlas_sketch"
_SLACK = 1e-6  # degrees around a tile that its index reads too: which tile has a point is told by its place alone
# The whole of Web Mercator, as PostGIS has it by default: named only because the margin comes after it.
_WEB_SQUARE = text("ST_MakeEnvelope(-20037508.342789, -20037508.342789, 20037508.342789, 20037508.342789, 3857)")
_ZOOM, _COLUMN, _ROW = (bindparam(name, type_=Integer()) for name in ("zoom", "column", "row"))


class Tile(NamedTuple):
    """A tile of the Web Mercator square, the row counted from the north."""

    zoom: int
    row: int
    column: int


def tile(
    connection: Connection,
    collection: str,
    columns: Mapping[str, Column],
    asked: Asked,
    values: Mapping[str, object],
    where_to: Tile,
    layer: str,
    shown: Sequence[str],
) -> bytes:
    """Return a vector tile of the records that fulfil a condition, with the columns `shown`.

    Points have `point_count` too, and below zoom `CLUSTERED` one stands for close ones, then without the columns: the
    counts of all tiles of a zoom add up to the records with a place. Raises Cql2Error for what cannot be asked.
    """
    source = SOURCES[collection]
    far = where_to.zoom < CLUSTERED if source.kind == "point" else bool(where_to.zoom <= LIGHTER and source.lighter)
    if asked.conditions:
        made = _sql(collection, columns, asked, values, layer, shown, far)
    else:
        made = _plain_sql(collection, tuple(columns.items()), tuple(values.items()), layer, tuple(shown), far)
    return bytes(connection.execute(made, where_to._asdict()).scalar_one() or b"")


@lru_cache(maxsize=64)
def _plain_sql(
    collection: str,
    columns: tuple[tuple[str, Column], ...],
    values: tuple[tuple[str, object], ...],
    layer: str,
    shown: tuple[str, ...],
    far: bool,
) -> Select[Any]:
    """Return the statement of tiles without conditions, which is always the same: making it costs more than a tile."""
    return _sql(collection, dict(columns), Asked(), dict(values), layer, shown, far)


def _sql(
    collection: str,
    columns: Mapping[str, Column],
    asked: Asked,
    values: Mapping[str, object],
    layer: str,
    shown: Sequence[str],
    far: bool,
) -> Select[Any]:
    source = SOURCES[collection]
    sketch = {SKETCH: Column("geometry", source.lighter)} if far and source.lighter else {}
    frame, where, _order = find(collection, {**columns, **sketch}, asked, values, (*shown, *sketch))
    if source.kind == "point":
        rows = _points(frame, where, shown, far)
    else:
        rows = _shapes(frame, where, shown, SKETCH if sketch else "atlas_geometry", bool(source.lighter))
    drawn = rows.subquery("rows")
    return select(func.ST_AsMVT(text("rows.*"), layer, EXTENT, "drawn", type_=LargeBinary)).select_from(drawn)


def _points(frame: Subquery, where: ColumnElement[bool], shown: Sequence[str], gathered: bool) -> Select[Any]:
    """Return the points of the one tile that has each: `gathered` in cells, or every record."""
    square = func.ST_Transform(func.ST_TileEnvelope(_ZOOM, _COLUMN, _ROW), 4326)
    tiles = func.power(cast(2, Double), _ZOOM, type_=Double)
    # What lies beyond the square is on its edge, as in the tiles of what is searched in memory.
    north = case((_ROW == 0, 90), else_=func.ST_YMax(square, type_=Double) + _SLACK)
    south = case((tiles == _ROW + 1, -90), else_=func.ST_YMin(square, type_=Double) - _SLACK)
    west, east = func.ST_XMin(square, type_=Double) - _SLACK, func.ST_XMax(square, type_=Double) + _SLACK
    near = frame.c.atlas_geometry.op("&&")(func.ST_MakeEnvelope(west, south, east, north, 4326))
    lon, lat = (getattr(func, name)(frame.c.atlas_geometry, type_=Double) for name in ("ST_X", "ST_Y"))
    sine = func.sin(func.radians(func.least(func.greatest(lat, -LAT_LIMIT), LAT_LIMIT)), type_=Double)
    x = (lon / 360.0 + 0.5) * tiles
    y = (0.5 - func.ln((1 + sine) / (1 - sine), type_=Double) / (4 * func.pi(type_=Double))) * tiles
    named = [frame.c[name] for name in shown]
    # Reckoned once for each record, not each time that it is spoken of.
    placed = select(frame.c.atlas_key, *named, x.label("x"), y.label("y")).where(where, near).offset(0).subquery("p")
    here = _whole(placed.c.x, tiles) == _COLUMN, _whole(placed.c.y, tiles) == _ROW
    right, down = placed.c.x - _COLUMN, placed.c.y - _ROW
    cells = [_whole(part * 2**CELLS, 2**CELLS) for part in (right, down)] if gathered else [placed.c.atlas_key]
    alone = [case((func.count() == 1, func.min(placed.c[name]))).label(name) for name in shown]
    place = [func.floor(func.avg(part) * EXTENT) for part in (right, down)]
    return (
        select(func.count().label("point_count"), *alone, func.ST_MakePoint(*place).label("drawn"))
        .where(*here)
        .group_by(*cells)
        .order_by(func.min(placed.c.atlas_key))
    )


def _whole(place: ColumnElement[float], number: ColumnElement[float] | int) -> ColumnElement[float]:
    """Return which one of a number of equal parts a place lies in; the last edge belongs to the last part."""
    return func.greatest(func.least(func.floor(place), number - 1), 0)


def _shapes(
    frame: Subquery, where: ColumnElement[bool], shown: Sequence[str], geometry: str, outlines: bool
) -> Select[Any]:
    """Return every record whose geometry reaches into a tile; of `outlines`, the part near it."""
    edges = func.ST_TileEnvelope(_ZOOM, _COLUMN, _ROW)
    # Edges of a tile are meridians and parallels in both systems, so the box needs no more corners.
    near = frame.c.atlas_geometry.op("&&")(func.ST_Transform(edges, 4326))
    shape = _inside(frame.c[geometry])
    if outlines:  # what lies far outside is not projected
        around = func.ST_TileEnvelope(_ZOOM, _COLUMN, _ROW, _WEB_SQUARE, BESIDE)
        shape = func.ST_ClipByBox2D(shape, func.ST_Transform(around, 4326))
    drawn = func.ST_AsMVTGeom(func.ST_Transform(shape, 3857), edges)
    return select(*(frame.c[name] for name in shown), drawn.label("drawn")).where(where, near)


def _inside(geometry: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a geometry without what Web Mercator cannot show."""
    square = func.ST_MakeEnvelope(-180, -85.06, 180, 85.06, 4326)
    # The boxes that geometries carry are compared: nothing else of an outline needs to be read for it.
    return case((geometry.op("@")(square), geometry), else_=func.ST_Intersection(geometry, square))
