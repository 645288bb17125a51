"""Which records of a collection fulfil a condition over its published fields, and in which order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from geoalchemy2 import Geometry
from numpy.typing import NDArray
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    Subquery,
    Text,
    and_,
    cast,
    column,
    func,
    nulls_last,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import TypeEngine

from ..cql2 import Cql2Error, tree
from .cql2 import Queryable, condition
from .cql2_geometry import Crs
from .export import SOURCES, Source

GEOMETRY = "geometry"
# The kind of a published field: what it is for a condition, and its type in SQL.
_TYPES: dict[str, tuple[str, TypeEngine[Any], str]] = {
    "text": ("text", Text(), ""),
    "key": ("text", Text(), ""),
    "address": ("text", Text(), ""),
    "list": ("list", ARRAY(Text), ""),
    "integer": ("number", Integer(), ""),
    "number": ("number", Numeric(), ""),
    "boolean": ("boolean", Boolean(), ""),
    "date": ("date", Date(), ""),
    "timestamp": ("timestamp", DateTime(timezone=True), "::timestamptz"),  # published as text
    "geometry": ("geometry", Geometry(srid=4326), ""),
}
_BOUND = re.compile(r"%\((\w+)\)s")
WORLD = Crs(4326, False, True)


class Column(NamedTuple):
    """A field to ask for: its kind as in `formats.fields`, and its SQL over the aliases of `export.SOURCES`."""

    kind: str
    sql: str


class Asked(NamedTuple):
    """What is asked: conditions, each with the CRS of its coordinates, and the order as (field, descending)."""

    conditions: Sequence[tuple[tree.Expression, Crs]] = ()
    order: Sequence[tuple[str, bool]] = ()


def _frame(source: Source, columns: Mapping[str, Column], values: Mapping[str, object]) -> Subquery:
    """Return the records with their key, geometry and the columns named, joining only what those speak of."""
    spoken = " ".join([source.geometry, *(one.sql for one in columns.values())])
    joins = "".join(join for alias, join in source.joins.items() if re.search(rf"\b{alias}\.", spoken))
    listed = "".join(f', {one.sql}{_TYPES[one.kind][2]} AS "{name}"' for name, one in columns.items())
    statement = (
        f"SELECT r.{source.key} AS atlas_key, {source.geometry} AS atlas_geometry{listed} "  # noqa: S608 names from our own lists
        f"FROM {source.table} r {joins}"
    )
    named = set(_BOUND.findall(statement))
    bound = text(_BOUND.sub(r"CAST(:\1 AS text)", statement)).bindparams(**{name: values[name] for name in named})
    key = column("atlas_key", Integer() if source.key_type == "int" else Text())
    fields = [column(name, _TYPES[one.kind][1]) for name, one in columns.items()]
    return bound.columns(key, column("atlas_geometry", Geometry(srid=4326)), *fields).subquery("v")


class Found(NamedTuple):
    """The records of a collection as a table, the condition that they fulfil, and the columns to order by."""

    frame: Subquery
    where: ColumnElement[bool]
    order: list[ColumnElement[Any]]


def find(
    collection: str, columns: Mapping[str, Column], asked: Asked, values: Mapping[str, object], more: Sequence[str] = ()
) -> Found:
    """Return what is asked; `more` names columns to have in the table. Raises Cql2Error for what cannot be asked."""
    named = {name for name, _down in asked.order}.union(*(tree.properties(one) for one, _crs in asked.conditions))
    if unknown := named - columns.keys() - {GEOMETRY}:
        known = ", ".join([GEOMETRY, *columns])
        raise Cql2Error(f"there is no queryable {min(unknown)[:60]!r}; known are {known}")
    wanted = {name: one for name, one in columns.items() if name in named or name in more}
    frame = _frame(SOURCES[collection], wanted, values)
    queryables = {name: Queryable(frame.c[name], _TYPES[one.kind][0]) for name, one in wanted.items()}
    queryables[GEOMETRY] = Queryable(frame.c.atlas_geometry, "geometry")
    where = and_(true(), *(condition(one, queryables, crs) for one, crs in asked.conditions))
    return Found(frame, where, [_ordered(queryables[name], down) for name, down in asked.order])


def keys(
    connection: Connection,
    collection: str,
    columns: Mapping[str, Column],
    asked: Asked,
    values: Mapping[str, object],
) -> NDArray[np.int32] | list[str]:
    """Return the keys of the records that fulfil a condition, in the order asked for and then of the key.

    `columns` are all that may be named; `values` what their SQL needs (site, lang, licence). Whole-number keys come as
    one packed array, others as a list. Raises Cql2Error for what cannot be asked.
    """
    frame, where, order = find(collection, columns, asked, values)
    if SOURCES[collection].key_type == "int":
        packed = func.string_agg(
            func.int4send(frame.c.atlas_key, type_=LargeBinary),
            aggregate_order_by(text("''::bytea"), *order, frame.c.atlas_key),
        )
        found = connection.execute(select(packed).select_from(frame).where(where)).scalar_one()
        return np.frombuffer(bytes(found or b""), dtype=">i4").astype(np.int32)
    rows = connection.execute(select(frame.c.atlas_key).where(where).order_by(*order, frame.c.atlas_key))
    return list(rows.scalars())


@contextmanager
def hurried(connection: Connection, milliseconds: int) -> Iterator[None]:
    """Let no statement of the block take longer: PostgreSQL cancels it (psycopg's QueryCanceled)."""
    connection.exec_driver_sql(f"SET statement_timeout = {milliseconds:d}")
    try:
        yield
    finally:
        connection.exec_driver_sql("RESET statement_timeout")  # to what the connection was opened with


def _ordered(queryable: Queryable, descending: bool) -> ColumnElement[Any]:
    sql = queryable.column.collate("und-x-icu") if queryable.kind == "text" else queryable.column
    return nulls_last(sql.desc() if descending else sql.asc())


class Extent(NamedTuple):
    """Where and when the records of a collection are: degrees (EPSG:4326) and days; None where open or unknown."""

    box: tuple[float, float, float, float] | None
    start: str | None
    end: str | None


def extent(connection: Connection, collection: str, times: tuple[str, str] | None) -> Extent:
    """Return the extent of a collection; `times` is the SQL of the first and last day of a record, if it has any."""
    source = SOURCES[collection]
    columns = {"start": Column("date", times[0]), "end": Column("date", times[1])} if times else {}
    frame = _frame(source, columns, {})
    box = func.ST_Extent(frame.c.atlas_geometry)
    edges = [getattr(func, name)(box) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")]
    spans = [cast(func.min(frame.c.start), Text), cast(func.max(frame.c.end), Text)] if times else []
    west, south, east, north, *days = connection.execute(select(*edges, *spans)).one()
    start, end = (None if day == "infinity" else day for day in days or (None, None))
    return Extent(None if west is None else (west, south, east, north), start, end)
