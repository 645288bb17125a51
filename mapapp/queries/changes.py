"""What changed when, over all collections with pages: for harvesters that follow the site."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, literal, select, tuple_, union_all

from ..database import Base
from .export import PAGES


class Change(NamedTuple):
    """A record that is published now, and when it last changed."""

    collection: str
    slug: str
    changed: datetime


def after(connection: Connection, start: tuple[datetime, str, str] | None, most: int) -> list[Change]:
    """Return up to `most` records in the order of their last change, those after `start` (moment, collection, slug).

    Whoever asks again with the last one of an answer gets what has changed since, each record once.
    """
    tables = [Base.metadata.tables[name] for name in PAGES]
    every = union_all(
        *(select(literal(table.name).label("collection"), table.c.slug, table.c.updated_at) for table in tables)
    ).subquery()
    place = (every.c.updated_at, every.c.collection, every.c.slug)
    found = select(every.c.collection, every.c.slug, every.c.updated_at).order_by(*place).limit(most)
    if start is not None:
        found = found.where(tuple_(*place) > tuple_(*(literal(part) for part in start)))
    return [Change(*row) for row in connection.execute(found)]
