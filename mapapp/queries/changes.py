"""What changed when, over all collections that are ours to publish: for harvesters that follow the site."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, Text, cast, literal, null, select, text, tuple_, union_all

from ..database import Base
from ..models.proposal import FormerRecord
from .export import PAGES

TOLD = (*PAGES, "event", "need")  # every collection but the territories, which are reference data


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
    # Each table gives as many as are asked for in the order of its index; only those are put in order together.
    parts = [_of_table(Base.metadata.tables[name], start, before, most) for name in TOLD]
    gone = (FormerRecord.at, FormerRecord.kind, FormerRecord.slug)
    former = select(FormerRecord.kind, FormerRecord.slug, FormerRecord.at, literal(True), FormerRecord.moved_to)
    former = former.where(FormerRecord.at < before).order_by(*gone).limit(most)
    if start is not None:
        former = former.where(tuple_(*gone) > tuple_(*(literal(part) for part in start)))
    every = union_all(*(select(part.subquery()) for part in (*parts, former))).subquery()
    found = select(every).order_by(every.c.changed, every.c.collection, every.c.slug).limit(most)
    return [Change(*row) for row in connection.execute(found)]


def _of_table(table: Table, start: tuple[datetime, str, str] | None, before: datetime, most: int) -> Select[Any]:
    """Return the SQL of the first changes of one table behind `start`."""
    changed, slug = table.c.updated_at, table.c.slug
    found = select(
        literal(table.name).label("collection"),
        slug,
        changed.label("changed"),
        literal(False).label("gone"),
        cast(null(), Text).label("moved_to"),
    )
    found = found.where(changed < before).order_by(changed, slug).limit(most)
    if start is None:
        return found
    moment, collection, last = start
    if table.name == collection:
        return found.where(tuple_(changed, slug) > tuple_(literal(moment), literal(last)))
    return found.where(changed >= moment if table.name > collection else changed > moment)
