"""What changed when, over all collections with pages: for harvesters that follow the site."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Text, cast, literal, null, select, text, tuple_, union_all

from ..database import Base
from ..models.proposal import FormerRecord
from .export import PAGES


class Change(NamedTuple):
    """What became of a record, and when: it says something new, or it is `gone`; `moved_to` is the slug of the record
    that took its place, where there is one."""

    collection: str
    slug: str
    changed: datetime
    gone: bool
    moved_to: str | None


# A change carries the moment at which its transaction began: one that is not done may still bring earlier changes.
_SETTLED = text("""
SELECT least(min(xact_start), clock_timestamp()), count(xact_start) = 0 FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
""")


def settled(connection: Connection) -> tuple[datetime, bool]:
    """Return the moment before which no change can come any more, and whether that is now: nobody is at work."""
    moment, quiet = connection.execute(_SETTLED).one()
    return moment, quiet


def after(connection: Connection, start: tuple[datetime, str, str] | None, before: datetime, most: int) -> list[Change]:
    """Return up to `most` records in the order of their last change, those after `start` (moment, collection, slug)
    and before the moment that `settled` gave.

    Whoever asks again with the last one of an answer gets what has changed since, each record once: as it is now, or
    as one that is gone.
    """
    tables = [Base.metadata.tables[name] for name in PAGES]
    every = union_all(
        *(
            select(
                literal(table.name).label("collection"),
                table.c.slug,
                table.c.updated_at.label("changed"),
                literal(False).label("gone"),
                cast(null(), Text).label("moved_to"),
            )
            for table in tables
        ),
        select(FormerRecord.kind, FormerRecord.slug, FormerRecord.at, literal(True), FormerRecord.moved_to),
    ).subquery()
    place = (every.c.changed, every.c.collection, every.c.slug)
    found = select(every).where(every.c.changed < before).order_by(*place).limit(most)
    if start is not None:
        found = found.where(tuple_(*place) > tuple_(*(literal(part) for part in start)))
    return [Change(*row) for row in connection.execute(found)]
