"""The audit log as those who answer for the site read it: the newest first, narrowed by who, what and when."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

PAGE = 50  # entries


class Entry(NamedTuple):
    """Something that was done or denied. `account` is the name or the mail address, None for nobody or a deleted one;
    `address` an IP address."""

    id: int
    at: datetime
    account_id: int | None
    account: str | None
    action: str
    subject: str | None
    address: str | None
    details: Mapping[str, Any]


_ENTRIES = text("""
SELECT e.id, e.at, e.account_id, coalesce(a.name, a.mail), e.action, e.subject, host(e.address), e.details
FROM audit_entry AS e LEFT JOIN account AS a ON a.id = e.account_id
WHERE (CAST(:before AS integer) IS NULL OR e.id < :before)
  AND (:action = '' OR e.action = :action)
  AND (CAST(:account AS integer) IS NULL OR e.account_id = :account)
  AND (:subject = '' OR strpos(lower(e.subject), lower(:subject)) > 0)
  AND (CAST(:first AS date) IS NULL OR e.at >= CAST(CAST(:first AS date) AS timestamp) AT TIME ZONE :zone)
  AND (CAST(:last AS date) IS NULL OR e.at < CAST(CAST(:last AS date) + 1 AS timestamp) AT TIME ZONE :zone)
ORDER BY e.id DESC LIMIT :most
""")
_ACTIONS = text("""
WITH RECURSIVE one (action) AS (
  (SELECT action FROM audit_entry ORDER BY action LIMIT 1)
  UNION ALL
  SELECT (SELECT action FROM audit_entry WHERE action > one.action ORDER BY action LIMIT 1) FROM one
  WHERE one.action IS NOT NULL
) SELECT action FROM one WHERE action IS NOT NULL
""")


def entries(
    connection: Connection,
    *,
    before: int | None = None,
    action: str = "",
    account: int | None = None,
    subject: str = "",
    first: date | None = None,
    last: date | None = None,
    zone: str = "UTC",
) -> list[Entry]:
    """Return up to PAGE + 1 entries, the newest first (the last one says that there are more). `before` is the id of
    the last entry of a page before, `subject` a part of a subject; `first` and `last` are days on the
    clock of `zone` (IANA), both included."""
    given = {
        "before": before,
        "action": action,
        "account": account,
        "subject": subject,
        "first": first,
        "last": last,
        "zone": zone,
        "most": PAGE + 1,
    }
    return [Entry(*row) for row in connection.execute(_ENTRIES, given)]


def actions(connection: Connection) -> list[str]:
    """Return the actions that there are entries of: found by the index, however long the log is."""
    return list(connection.execute(_ACTIONS).scalars())
