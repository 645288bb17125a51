"""Rows of a collection for taking away, written by PostgreSQL itself: ids in, one finished line a record out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, column, func, literal, select, table

from ..database import Base


class Source(NamedTuple):
    """Where the aliases of a collection come from: r the record, t and d its texts, j what it belongs to.

    `joins` has the SQL that makes each alias but r. Records are told apart by `key` (of SQL type `key_type`) here and
    by `slug` in addresses.
    """

    table: str
    joins: dict[str, str]
    geometry: str = "r.location"
    key: str = "id"
    key_type: str = "int"
    slug: str = "slug"
    lighter: str = ""  # a geometry with fewer points, for tiles from far away
    kind: str = "point"  # of the geometry, in small letters


_FALLBACK = "x.language = 'en' DESC, x.is_source DESC"


def _texts(table: str, *longer: str) -> dict[str, str]:
    """Return the joins with a record's texts: t has the title, d the longer texts, which may not be translated yet."""
    wanted = {"t": "true"}
    if longer:
        wanted["d"] = f"coalesce({', '.join('x.' + name for name in longer)}) IS NOT NULL"
    return {
        alias: f"LEFT JOIN LATERAL (SELECT * FROM {table}_text x WHERE x.{table}_id = r.id AND {needed} "  # noqa: S608 our own
        f"ORDER BY x.language = %(lang)s DESC, {_FALLBACK}, x.language LIMIT 1) {alias} ON true "
        for alias, needed in wanted.items()
    }


_BY_PROJECT = {"j": "LEFT JOIN project j ON j.id = r.project_id "}
_BY_REGION = {"j": "LEFT JOIN region j ON j.id = r.region_id "}
SOURCES = {
    "practice": Source("practice", _texts("practice", "description", "lessons") | _BY_PROJECT),
    "service": Source("service", _texts("service", "description", "eligibility", "cost", "documents") | _BY_REGION),
    "region": Source("region", _texts("region", "authority_role")),
    "project": Source(
        "project",
        _texts("project", "aims", "measures", "benefits", "location"),
        "(SELECT ST_Multi(ST_Union(g.location)) FROM membership m JOIN region g ON g.id = m.region_id "
        "WHERE m.project_id = r.id AND g.location IS NOT NULL)",
        kind="multipoint",
    ),
    "event": Source("event", _texts("event") | _BY_PROJECT),
    "need": Source("need", _texts("need") | _BY_REGION, "j.location"),
    "territory": Source("territory", {}, "r.outline", "code", "text", "code", "r.sketch", "multipolygon"),
}
PAGES = ("practice", "service", "region", "project")  # the collections whose records have pages


def copy_lines(
    connection: Connection,
    collection: str,
    columns: Sequence[tuple[str, str]],
    line: str,
    options: str,
    values: dict[str, object],
) -> Iterator[bytes]:
    """Give one finished line (newline included) a record, in the order of the ids.

    `columns` are (name, SQL) of the published fields, which `line` (SQL over the alias v) makes one or more output
    columns of; v also has `slug` and `geometry` (EPSG:4326). `options` are those of COPY. `values` are bound: `ids`
    (array of keys), `lang`, and whatever the columns name. Records that are gone by now are left out.
    """
    source = SOURCES[collection]
    named = ", ".join(f"{sql} AS {name}" for name, sql in columns)
    statement = (
        f"COPY (SELECT {line} FROM (SELECT asked.nth, r.{source.slug} AS slug, {source.geometry} AS geometry, {named} "  # noqa: S608 names from our own lists
        f"FROM unnest(%(ids)s::{source.key_type}[]) WITH ORDINALITY AS asked(id, nth) "
        f"JOIN {source.table} r ON r.{source.key} = asked.id "
        # OFFSET 0: what a column costs is paid once, however often the line speaks of it.
        f"{''.join(source.joins.values())} OFFSET 0) v ORDER BY v.nth) TO STDOUT WITH ({options})"
    )
    driver = connection.connection.driver_connection
    # libpq hands out COPY data one row at a time, never a part of one, so a line is a line.
    with driver.cursor() as cursor, cursor.copy(statement, values) as copy:  # type: ignore[union-attr]
        for row in copy:
            yield bytes(row)


def all_ids(connection: Connection, collection: str) -> list[int]:
    """Return the ids of a whole collection in the order of its slugs."""
    records = Base.metadata.tables[SOURCES[collection].table]
    return list(connection.execute(select(records.c.id).order_by(records.c.slug)).scalars())


def id_of(connection: Connection, collection: str, slug: str) -> Any:
    """Return the key of a record, or None where there is none of that slug."""
    source = SOURCES[collection]
    records = table(source.table, column(source.key), column(source.slug))
    return connection.execute(select(records.c[source.key]).where(records.c[source.slug] == slug)).scalar_one_or_none()


def text_languages(connection: Connection, collection: str) -> tuple[str, ...]:
    """Return the languages that a collection has texts in, in alphabetical order."""
    texts = Base.metadata.tables[f"{SOURCES[collection].table}_text"]
    return tuple(connection.execute(select(texts.c.language).distinct().order_by(texts.c.language)).scalars())


def last_change(connection: Connection, collection: str) -> datetime | None:
    """Return when a record of the collection last changed, or None for an empty one."""
    records = Base.metadata.tables[SOURCES[collection].table]
    return connection.execute(select(func.max(records.c.updated_at))).scalar_one()


class Overview(NamedTuple):
    """A collection as a whole: how many records, how many of them confirmed by their owners, the last change."""

    collection: str
    size: int
    confirmed: int
    changed: datetime | None


def overview(connection: Connection) -> list[Overview]:
    """Return how large and how fresh each collection is."""
    found = []
    for name in (*PAGES, "event", "need"):
        records = Base.metadata.tables[name]
        confirmed = func.count(records.c.confirmed_on) if "confirmed_on" in records.c else literal(0)
        found.append(
            Overview(name, *connection.execute(select(func.count(), confirmed, func.max(records.c.updated_at))).one())
        )
    return found


def slugs(connection: Connection) -> list[tuple[str, str, datetime]]:
    """Return (collection, slug, last change) of every published record, for the site map."""
    found: list[tuple[str, str, datetime]] = []
    for name in PAGES:
        records = Base.metadata.tables[name]
        rows = connection.execute(select(records.c.slug, records.c.updated_at).order_by(records.c.slug))
        found += [(name, slug, changed) for slug, changed in rows]
    return found
