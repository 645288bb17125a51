"""Geometries of a CQL2 expression in PostGIS: constants in the columns' CRS, and how two geometries lie."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Double, Integer, Text, bindparam, case, cast, func, not_

from ..cql2 import Cql2Error, tree

DENSER = 200  # parts that the edges of a constant are cut into before its CRS changes: straight lines become curves
#: Boxes inside of these (metres: west, south, east, north) keep clear of the poles, of the antimeridian and of where
#: their system ends: their edges can be brought into degrees. Around others, the records are brought to the box.
HOMES = {3857: (-20037508.0, -2e7, 20037508.0, 2e7), 3035: (0.0, 0.0, 8e6, 7e6), 3034: (0.0, -1e6, 8e6, 6e6)}
UTM = (-3e6, -1e6, 4e6, 9.3e6)
FARTHEST = 1e9  # metres; farther edges are as far, and PostGIS calculates with them
_FUNCTIONS = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}


class Crs(NamedTuple):
    """A CRS as PostGIS knows it (SRID), whether its authority puts the second axis first, and whether it wraps."""

    srid: int
    swapped: bool
    degrees: bool


def constant(node: tree.Geometry | tree.Box, crs: Crs) -> ColumnElement[Any]:
    """Return a geometry of an expression in EPSG:4326."""
    text = _box(node, crs) if isinstance(node, tree.Box) else _wkt(node, crs.swapped)
    sql: ColumnElement[Any] = func.ST_GeomFromText(
        bindparam(None, text, Text), cast(bindparam(None, crs.srid), Integer)
    )
    if crs.srid == 4326:
        return sql
    if crs.degrees:  # another datum: the edges stay where they are
        return func.ST_Transform(sql, 4326)
    longest = func.greatest(func.ST_XMax(sql) - func.ST_XMin(sql), func.ST_YMax(sql) - func.ST_YMin(sql))
    step = cast(longest / DENSER, Double)
    return func.ST_Transform(case((longest > 0, func.ST_Segmentize(sql, step)), else_=sql), 4326)


def related(
    name: str,
    one: tuple[tree.Expression, ColumnElement[Any]],
    other: tuple[tree.Expression, ColumnElement[Any]],
    crs: Crs,
) -> ColumnElement[bool]:
    """Return how two geometries (the node and its SQL) lie to one another; raises Cql2Error."""
    if any(isinstance(node, tree.Box) and not _at_home(node, crs) for node, _sql in (one, other)):
        one, other = ((node, _in_system(node, sql, crs)) for node, sql in (one, other))
    several = any(isinstance(node, tree.Geometry) and node.members for node, _sql in (one, other))
    if name == "s_disjoint":  # so that the index serves, and collections too
        return not_(func.ST_Intersects(one[1], other[1]))
    if several and name != "s_intersects":
        raise Cql2Error(f"{name} does not take a geometry collection")
    return getattr(func, _FUNCTIONS[name])(one[1], other[1])


def _position(position: tuple[float, float], swapped: bool) -> str:
    first, second = reversed(position) if swapped else position
    return f"{first!r} {second!r}"


def _nested(coordinates: Any, swapped: bool) -> str:
    if isinstance(coordinates[0], float):
        return _position(coordinates, swapped)
    return f"({', '.join(_nested(one, swapped) for one in coordinates)})"


def _wkt(node: tree.Geometry, swapped: bool) -> str:
    if node.members:
        return f"GEOMETRYCOLLECTION({', '.join(_wkt(one, swapped) for one in node.members)})"
    nested = _nested(node.coordinates, swapped)
    return f"{node.kind.upper()}({nested})" if node.kind == "Point" else f"{node.kind.upper()}{nested}"


def _at_home(node: tree.Box, crs: Crs) -> bool:
    if crs.degrees:
        return True
    west, south, east, north = _edges(node, crs)
    low_x, low_y, high_x, high_y = HOMES.get(crs.srid, UTM)
    return low_x <= west and low_y <= south and east <= high_x and north <= high_y


def _in_system(node: tree.Expression, sql: ColumnElement[Any], crs: Crs) -> ColumnElement[Any]:
    srid = cast(bindparam(None, crs.srid), Integer)
    if isinstance(node, tree.Box):
        edges = (max(-FARTHEST, min(FARTHEST, edge)) for edge in _edges(node, crs))
        return func.ST_MakeEnvelope(*(cast(bindparam(None, edge), Double) for edge in edges), srid)
    return func.ST_Transform(sql, srid)


def _edges(node: tree.Box, crs: Crs) -> tuple[float, float, float, float]:
    """Return west, south, east, north; west lies beyond east across the antimeridian. Raises Cql2Error."""
    west, south, east, north = node.edges
    if crs.swapped:
        south, west, north, east = node.edges
    if south > north:
        raise Cql2Error("the box is upside down: its lower edge lies above its upper edge")
    if crs.degrees and (not -180 <= min(west, east) <= max(west, east) <= 180 or not -90 <= south <= north <= 90):
        raise Cql2Error("the box lies outside the world")
    if west > east and not crs.degrees:
        raise Cql2Error("the box runs backwards: only degrees wrap around the world")
    return west, south, east, north


def _box(node: tree.Box, crs: Crs) -> str:
    """Return a box as WKT; across the antimeridian, as its two halves."""
    west, south, east, north = _edges(node, crs)
    if west <= east:
        return f"POLYGON({_ring(west, south, east, north)})"
    return f"MULTIPOLYGON(({_ring(west, south, 180.0, north)}), ({_ring(-180.0, south, east, north)}))"


def _ring(west: float, south: float, east: float, north: float) -> str:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return f"({', '.join(f'{x!r} {y!r}' for x, y in corners)})"
