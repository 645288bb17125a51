"""Geometries that people send, as points in degrees: another coordinate system and areas too. Nothing is stored."""

from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError


class Placed(NamedTuple):
    """A point in degrees (EPSG:4326); `area` says that it stands for a line or an area."""

    latitude: float
    longitude: float
    area: bool


# A point inside stands for an area: its centre may lie outside of it.
_POINTS = text("""
SELECT given.number, ST_Y(point), ST_X(point), ST_Dimension(geometry) > 0
FROM unnest(CAST(:numbers AS int[]), CAST(:texts AS text[])) AS given (number, hex),
  LATERAL (SELECT ST_Force2D(ST_SetSRID(ST_GeomFromWKB(decode(hex, 'hex')), :srid)) AS geometry) AS read,
  LATERAL (SELECT ST_Transform(
    CASE WHEN ST_GeometryType(geometry) = 'ST_Point' THEN geometry ELSE ST_PointOnSurface(geometry) END, 4326) AS point
  ) AS placed
WHERE NOT ST_IsEmpty(geometry)
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM spatial_ref_sys WHERE srid = :srid)")


def knows(connection: Connection, srid: int) -> bool:
    """Tell whether a coordinate system (EPSG number) is known."""
    return bool(connection.execute(_KNOWN, {"srid": srid}).scalar_one())


def points(connection: Connection, shapes: dict[int, str], srid: int) -> dict[int, Placed]:
    """Return the points of shapes (WKB as hexadecimal text, in the system `srid`) by number. Those that are empty or
    broken, or lie outside of their system, are left out. `connection` reads without a transaction."""
    try:
        return _ask(connection, shapes, srid)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
    found: dict[int, Placed] = {}
    for number, shape in shapes.items():  # one of them is at fault
        try:
            found |= _ask(connection, {number: shape}, srid)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
    return found


def _ask(connection: Connection, shapes: dict[int, str], srid: int) -> dict[int, Placed]:
    given = {"numbers": list(shapes), "texts": list(shapes.values()), "srid": srid}
    rows = connection.execute(_POINTS, given)
    return {number: Placed(*row) for number, *row in rows if row[0] is not None and on_earth(*row[:2])}


def on_earth(latitude: float, longitude: float) -> bool:
    """Tell whether degrees are those of a place."""
    return abs(latitude) <= 90 and abs(longitude) <= 180
