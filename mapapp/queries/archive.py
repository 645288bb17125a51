"""The public tables, whole: every column that speaks of nothing but public records, as CSV that can be read back."""

from collections.abc import Iterator

from sqlalchemy import Connection

from ..database import Base

#: In the order in which they can be filled again: what is referred to comes first.
PUBLIC = (
    "term",
    "term_label",
    "term_synonym",
    "project",
    "project_text",
    "region",
    "region_text",
    "region_indicator",
    "membership",
    "practice",
    "practice_text",
    "practice_term",
    "practice_territory",
    "evaluation",
    "evaluation_text",
    "service",
    "service_text",
    "event",
    "event_text",
    "media_report",
    "need",
    "need_text",
)
REFERENCE = ("territory", "place")  # not ours to give away; the program brings them along


def columns(table: str) -> list[str]:
    """Return the columns of a table that an archive holds: none that is computed or leads to what is not public."""
    return [
        column.name
        for column in Base.metadata.tables[table].columns
        if column.computed is None
        and all(key.column.table.name in (*PUBLIC, *REFERENCE) for key in column.foreign_keys)
    ]


def copy_out(connection: Connection, table: str) -> Iterator[bytes]:
    """Give a table as CSV with a header, in the order of its key."""
    key = ", ".join(column.name for column in Base.metadata.tables[table].primary_key)
    named = ", ".join(columns(table))
    statement = f"COPY (SELECT {named} FROM {table} ORDER BY {key}) TO STDOUT WITH (FORMAT csv, HEADER)"  # noqa: S608 our own names
    driver = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[union-attr]
        for part in copy:
            yield bytes(part)
