"""The table of features that were written beforehand: reading it, and writing what it lacks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg.rows import args_row
from sqlalchemy import Connection, text

from .export import SOURCES

_READ = (
    "SELECT practice_id, line FROM practice_feature "
    "WHERE language = %(lang)s AND form = %(form)s AND practice_id = ANY(%(ids)s::text::int[])"
)
_ONE = (
    "SELECT f.line FROM practice r JOIN practice_feature f ON f.practice_id = r.id "
    "WHERE r.slug = %(slug)s AND f.language = %(lang)s AND f.form = %(form)s"
)
_STATE = text(
    "SELECT 'practice_feature'::regclass::oid::bigint, "
    "(SELECT version FROM data_version WHERE collection = 'practice'), count(*) = count(f.practice_id), "
    "string_agg(int4send(r.id), ''), string_agg(r.slug, ' ') FROM practice r "
    "LEFT JOIN practice_feature f ON f.practice_id = r.id AND f.language = :lang AND f.form = :form"
)
_SINCE = (
    "SELECT practice_id, line, number FROM practice_feature "
    "WHERE language = %(lang)s AND form = %(form)s AND number > %(number)s ORDER BY practice_id"
)
_VERSION = text("SELECT version FROM data_version WHERE collection = 'practice'")
# Whoever changes a practice holds this row until they have committed, and throws out its feature after taking it. So
# nothing is written here from a state that is about to go. One process writes at a time.
_HOLD = text("SELECT version FROM data_version WHERE collection = 'practice' FOR SHARE")
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('practice_feature'))")


def read(connection: Connection, lang: str, form: str, keys: Sequence[int]) -> dict[int, bytes]:
    """Return the features of some practices that are written in a language and form, by key."""
    driver: Any = connection.connection.driver_connection
    ids = f"{{{','.join(map(str, keys))}}}"  # a list would be taken apart number by number
    with driver.cursor(binary=True) as cursor:
        return dict(cursor.execute(_READ, {"lang": lang, "form": form, "ids": ids}).fetchall())


def one(connection: Connection, lang: str, form: str, slug: str) -> bytes | None:
    """Return the feature of a practice that is written in a language and form, or None."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        found = cursor.execute(_ONE, {"lang": lang, "form": form, "slug": slug}).fetchone()
    return found[0] if found else None


def statement(columns: Sequence[tuple[str, str]], line: str) -> str:
    """Return the SQL of the features of practices that lack theirs; see `export.copy_lines` for columns and line."""
    source = SOURCES["practice"]
    named = ", ".join(f"{sql} AS {name}" for name, sql in columns)
    return (
        f"SELECT v.key, convert_to({line}, 'UTF8') FROM (SELECT r.id AS key, r.{source.slug} AS slug, "  # noqa: S608 our own
        f"{source.geometry} AS geometry, {named} FROM (SELECT * FROM practice p WHERE p.id > %(after)s AND NOT EXISTS "
        "(SELECT FROM practice_feature f WHERE f.language = %(lang)s AND f.practice_id = p.id AND f.form = %(form)s) "
        f"ORDER BY p.id LIMIT %(most)s) r {''.join(source.joins.values())} OFFSET 0) v"
    )


def write(
    connection: Connection, columns: Sequence[tuple[str, str]], line: str, values: Mapping[str, object]
) -> list[int]:
    """Write the features of the next `most` practices behind the key `after` that lack theirs; return their keys.

    `values` also has lang, form, site and licence. Nothing is written while another process does so.
    """
    if not connection.execute(_ALONE).scalar_one():
        return []
    connection.execute(_HOLD)
    insert = (
        "INSERT INTO practice_feature (language, form, practice_id, line) "  # noqa: S608 our own
        f"SELECT %(lang)s, %(form)s, made.* FROM ({statement(columns, line)}) made "
        "ON CONFLICT (language, practice_id) DO UPDATE SET form = excluded.form, line = excluded.line, "
        "number = excluded.number "
        "RETURNING practice_id"
    )
    return [key for (key,) in connection.exec_driver_sql(insert, dict(values))]


def weigh(connection: Connection) -> None:
    """Let the planner know how many features there are now.

    PostgreSQL looks by itself once a minute. Until then it takes the table for as good as empty after many came, and
    reads all features of a language for each few that are asked for: a file took twelve times as long as its COPY.
    """
    connection.exec_driver_sql("ANALYZE practice_feature")


def version(connection: Connection) -> int:
    """Return the version of the practices."""
    return int(connection.execute(_VERSION).scalar_one())


class Row(NamedTuple):
    """A feature as it was written: the key of its practice, its line, and a number that grows with every writing."""

    key: int
    line: bytes
    number: int


class State(NamedTuple):
    """The table, the version of the practices, whether all of them are written, their keys (packed big-endian int32)
    and slugs."""

    table: int  # another one after a database was restored, whose numbers begin anew
    version: int
    whole: bool
    keys: bytes
    slugs: list[bytes]


def state(connection: Connection, lang: str, form: str) -> State:
    """Return how far the features of a language and form are written."""
    table, version, whole, keys, slugs = connection.execute(_STATE, {"lang": lang, "form": form}).one()
    return State(table, version, whole, bytes(keys or b""), (slugs or "").encode().split(b" ") if keys else [])


def since(connection: Connection, lang: str, form: str, number: int, most: int) -> Iterator[list[Row]]:
    """Give the features written after a number, in lists of at most so many."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor("features", binary=True, row_factory=args_row(Row)) as cursor:
        cursor.execute(_SINCE, {"lang": lang, "form": form, "number": number})
        while rows := cursor.fetchmany(most):
            yield rows
