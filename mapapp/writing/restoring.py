"""Fills an empty database with the public tables of an archive, in one transaction."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

from psycopg import DataError, IntegrityError
from sqlalchemy import Connection, Engine, Integer, text

from ..database import Base
from ..queries import archive
from ..queries.statistics import is_empty
from .documents import write_documents
from .incoming import IncomingPlace, IncomingTerritory, ReferenceFile
from .records import ONE_AT_A_TIME
from .reference import Progress, write_places, write_territories

BLOCK = 1024 * 1024  # bytes


class NotRestored(ValueError):
    """The archive does not fit this database; the message says why."""


def _copy_in(connection: Connection, table: str, path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines), [])
    known = archive.columns(table)
    if not header or not set(header) <= set(known):
        raise NotRestored(f"{path.name}: unknown columns {sorted(set(header) - set(known))}")
    named = ", ".join(header)  # each of them is one of our own names
    driver = connection.connection.driver_connection
    with driver.cursor() as cursor:  # type: ignore[union-attr]
        with (
            cursor.copy(f"COPY {table} ({named}) FROM STDIN WITH (FORMAT csv, HEADER)") as copy,
            path.open("rb") as file,
        ):
            while block := file.read(BLOCK):
                copy.write(block)
        return int(cursor.rowcount)


def _go_on_counting(connection: Connection, table: str) -> None:
    """Let new rows get numbers after those that were read."""
    key = Base.metadata.tables[table].columns.get("id")
    if key is not None and isinstance(key.type, Integer):
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 our own names
                f"coalesce((SELECT max(id) FROM {table}), 0) + 1, false)"
            )
        )


def restore(
    engine: Engine,
    files: Mapping[str, Path],
    territories: ReferenceFile[IncomingTerritory],
    places: ReferenceFile[IncomingPlace],
    progress: Progress,
    bring: Callable[[], None],
) -> dict[str, int]:
    """Read the tables of an archive (CSV files by table) into an empty migrated database; return the rows of each.

    `bring` is called once the database was found to be empty: what rows name is there before they are. Raises
    NotRestored where the database holds records already or a table does not fit; then no row was written.
    """
    missing = [table for table in archive.PUBLIC if table not in files]
    if missing:
        raise NotRestored(f"the archive lacks {', '.join(missing)}")
    try:
        return _fill(engine, files, territories, places, progress, bring)
    except (DataError, IntegrityError) as error:
        where = (error.diag.context or "").partition(":")[0].removeprefix("COPY ")  # "practice, line 6"
        raise NotRestored(f"a row does not fit{where and f' ({where})'}: {str(error).splitlines()[0]}") from error


def _fill(
    engine: Engine,
    files: Mapping[str, Path],
    territories: ReferenceFile[IncomingTerritory],
    places: ReferenceFile[IncomingPlace],
    progress: Progress,
    bring: Callable[[], None],
) -> dict[str, int]:
    found: dict[str, int] = {}
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        if not is_empty(connection):
            raise NotRestored("the database holds records already; an archive is read into an empty one")
        bring()
        write_territories(connection, territories, progress)
        write_places(connection, places, progress)
        for table in archive.PUBLIC:
            found[table] = _copy_in(connection, table, files[table])
            progress(table, found[table], found[table])
            _go_on_counting(connection, table)
        for collection in ("practice", "service"):
            write_documents(connection, collection)
    return found
