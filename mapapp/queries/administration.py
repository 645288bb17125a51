"""Figures for those who run the site: what waits, how long reviews take, how many contributions a month, mails."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from ..models.account import NO_CODES


class Overview(NamedTuple):
    """What the start page of the administration says. `broken` are addresses that lead nowhere."""

    accounts: int
    invited: int
    organisations: int
    waiting: int
    oldest: datetime | None
    lapsed: int
    broken: int
    mails_failed: int
    checked_at: datetime | None


class Month(NamedTuple):
    """The contributions of a month: sent in, published, returned."""

    first_day: date
    submitted: int
    approved: int
    returned: int


class Review(NamedTuple):
    """How long decisions took: how many, half of them within `median`, nine of ten within `most`."""

    decided: int
    median: timedelta | None
    most: timedelta | None


class Mails(NamedTuple):
    """The mails of one state, with the time of the oldest."""

    state: str
    number: int
    oldest: datetime


_OVERVIEW = text("""
SELECT
  (SELECT count(*) FROM account WHERE deleted_at IS NULL AND disabled_at IS NULL),
  (SELECT count(*) FROM account WHERE deleted_at IS NULL AND disabled_at IS NULL AND role <> 'contributor'
    AND password_hash IS NULL AND totp_secret IS DISTINCT FROM :no_codes),
  (SELECT count(*) FROM organisation),
  (SELECT count(*) FROM proposal WHERE state IN ('submitted', 'agreed')),
  (SELECT min(submitted_at) FROM proposal WHERE state IN ('submitted', 'agreed')),
  (SELECT count(lapsed_on) FROM practice) + (SELECT count(lapsed_on) FROM service),
  (SELECT count(*) FROM checked_link WHERE state IN ('gone', 'unreachable')),
  (SELECT count(*) FROM message WHERE state = 'failed'),
  (SELECT max(checked_at) FROM checked_link)
""")
_PROPOSALS = text("SELECT kind, state, count(*) FROM proposal GROUP BY kind, state ORDER BY kind, state")
_MONTHS = text("""
SELECT month::date,
  (SELECT count(*) FROM proposal WHERE submitted_at >= month AND submitted_at < month + interval '1 month'),
  (SELECT count(*) FROM proposal WHERE state = 'approved' AND decided_at >= month
    AND decided_at < month + interval '1 month'),
  (SELECT count(*) FROM proposal_step WHERE step = 'returned' AND at >= month AND at < month + interval '1 month')
FROM generate_series(date_trunc('month', now()) - interval '11 months', date_trunc('month', now()), '1 month') AS month
ORDER BY month DESC
""")
_REVIEW = text("""
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY decided_at - submitted_at),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY decided_at - submitted_at)
FROM proposal WHERE decided_at > now() - interval '1 year' AND submitted_at IS NOT NULL AND decided_at >= submitted_at
""")
_MAILS = text("SELECT state, count(*), min(created_at) FROM message GROUP BY state ORDER BY state")
_ROLES = text("""
SELECT role, count(*) FROM account WHERE deleted_at IS NULL AND disabled_at IS NULL GROUP BY role ORDER BY role
""")
_RECORDS = text("""
SELECT 'practice', count(*), count(confirmed_on), count(lapsed_on), count(owner_id),
  (SELECT count(*) FROM former_record WHERE kind = 'practice') FROM practice
UNION ALL
SELECT 'service', count(*), count(confirmed_on), count(lapsed_on), count(owner_id),
  (SELECT count(*) FROM former_record WHERE kind = 'service') FROM service
""")


class Records(NamedTuple):
    """The records of a kind: all that are public, those that were confirmed, those whose owner did not answer, those
    that have an owner, and those that are public no more."""

    kind: str
    public: int
    confirmed: int
    lapsed: int
    owned: int
    former: int


def overview(connection: Connection) -> Overview:
    """Return what the start page says: one statement."""
    return Overview(*connection.execute(_OVERVIEW, {"no_codes": NO_CODES}).one())


def proposals(connection: Connection) -> dict[str, dict[str, int]]:
    """Return how many proposals there are by kind and state."""
    found: dict[str, dict[str, int]] = {}
    for kind, state, number in connection.execute(_PROPOSALS):
        found.setdefault(kind, {})[state] = number
    return found


def months(connection: Connection) -> list[Month]:
    """Return the contributions of the last twelve months, this one first."""
    return [Month(*row) for row in connection.execute(_MONTHS)]


def review(connection: Connection) -> Review:
    """Return how long the decisions of the last year took."""
    return Review(*connection.execute(_REVIEW).one())


def mails(connection: Connection) -> list[Mails]:
    """Return the mails by state."""
    return [Mails(*row) for row in connection.execute(_MAILS)]


def roles(connection: Connection) -> list[tuple[str, int]]:
    """Return how many open accounts there are of each role."""
    return [(role, number) for role, number in connection.execute(_ROLES)]


def records(connection: Connection) -> list[Records]:
    """Return the practices and services by what is known of them."""
    return [Records(*row) for row in connection.execute(_RECORDS)]
