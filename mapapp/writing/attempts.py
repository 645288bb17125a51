"""Rate limits: how often something may be tried, counted in rows, so that no restart and no other worker forgets."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from sqlalchemy import Connection, delete, func
from sqlalchemy.dialects.postgresql import insert

from ..models.account import Attempt
from ..sealing import proof

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Limit(NamedTuple):
    """At most so many tries of a kind in each stretch of time."""

    most: int
    each: timedelta


class Try(NamedTuple):
    """One thing that is counted, and its limit."""

    what: str
    limit: Limit


def of_address(address: str | None) -> str:
    """Return what stands for the network of an IP address: itself, or the /64 that one household has in IPv6."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def of_mail(secret: str, mail: str) -> str:
    """Return what stands for a mail address in a count: the same for each spelling, and no address to be read."""
    return proof(secret, "attempts", mail.strip().lower()).hex()[:32]


def take(connection: Connection, *tries: Try, now: datetime | None = None) -> int:
    """Count a try of each and return for how many seconds there may be no further one; 0 when all are within limits."""
    moment = now or datetime.now(UTC)
    wait = 0
    for what, (most, each) in sorted(tries):  # in one order: two requests never wait for each other
        since = EPOCH + (moment - EPOCH) // each * each
        statement = (
            insert(Attempt)
            .values(what=what, since=since)
            .on_conflict_do_update(
                index_elements=[Attempt.what, Attempt.since], set_={"number": func.least(Attempt.number + 1, 1_000_000)}
            )
            .returning(Attempt.number)
        )
        if connection.execute(statement).scalar_one() > most:
            wait = max(wait, int((since + each - moment).total_seconds()) + 1)
    return wait


def forget(connection: Connection, what: str) -> None:
    """Start a count again: what was tried succeeded."""
    connection.execute(delete(Attempt).where(Attempt.what == what))
