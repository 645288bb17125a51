"""How many records of each kind there are."""

from sqlalchemy import Connection, func, select

from ..database import Base

COUNTED = (
    "practice",
    "region",
    "project",
    "service",
    "event",
    "media_report",
    "evaluation",
    "need",
    "territory",
    "place",
)


def counts(connection: Connection) -> list[tuple[str, int]]:
    """Return (table, number of rows) for what the public can see and for the reference data."""
    tables = Base.metadata.tables
    return [(name, connection.execute(select(func.count()).select_from(tables[name])).scalar_one()) for name in COUNTED]
