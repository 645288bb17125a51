"""How many records of each kind there are."""

from sqlalchemy import Connection, exists, func, select

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


def is_empty(connection: Connection) -> bool:
    """Tell whether there is no practice yet: a database that waits for its starting data."""
    return not connection.execute(select(exists().select_from(Base.metadata.tables["practice"]))).scalar_one()
