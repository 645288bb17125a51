"""Web addresses to be looked at, and what came of it."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection, text

from ..queries.links import NAMED
from . import auditing

_QUEUE = text(f"""
INSERT INTO checked_link (address)
SELECT DISTINCT address FROM ({NAMED}) AS named WHERE address ~ '^https?://' AND length(address) <= 2000
ON CONFLICT (address) DO UPDATE SET asked_at = now()
""")  # noqa: S608 constants only
_FORGET = text(f"""
DELETE FROM checked_link WHERE address NOT IN (SELECT address FROM ({NAMED}) AS named WHERE address <> '')
""")  # noqa: S608
_KEEP = text("""
UPDATE checked_link SET state = :state, status = :status, problem = :problem, checked_at = clock_timestamp(),
  broken_since = CASE WHEN :broken THEN coalesce(broken_since, clock_timestamp()) END
WHERE address = :address
""")


class Acting(Protocol):
    """Who acts: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


class Looked(Protocol):
    """What came of a look (see link_probe.Found)."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> int | None: ...  # noqa: D102
    @property
    def problem(self) -> str | None: ...  # noqa: D102


def queue(connection: Connection, actor: Acting | None = None, *, address: str | None = None) -> int:
    """Let every address that a record names be looked at; return how many. Those that no record names are forgotten."""
    connection.execute(_FORGET)
    number = connection.execute(_QUEUE).rowcount
    by = actor.id if actor else None
    auditing.note(connection, "links_queued", account_id=by, address=address, number=number)
    return number


def keep(connection: Connection, found: Mapping[str, Looked]) -> None:
    """Write what came of looking at some addresses."""
    rows = [
        {
            "address": one,
            "state": looked.state,
            "status": looked.status,
            "problem": looked.problem,
            "broken": looked.state in ("gone", "unreachable"),
        }
        for one, looked in sorted(found.items())
    ]
    if rows:
        connection.execute(_KEEP, rows)
