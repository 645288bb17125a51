"""Sessions: who holds a key, and for how long it is good."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

GUARDED = ("moderator", "admin")  # the roles that need a second factor
IDLE = timedelta(hours=8)
IDLE_GUARDED = timedelta(hours=2)
LONGEST = timedelta(days=7)
LONGEST_GUARDED = timedelta(hours=12)


class Held(NamedTuple):
    """A session that is good, and its account. `full`: the second factor was given, or none is needed. `second`: the
    account has one. `organisations` are mappings with id, slug, name and editor, by name."""

    id: int
    full: bool
    state: dict[str, Any]
    seen_at: datetime
    account_id: int
    name: str | None
    mail: str
    role: str
    language: str
    may_evaluate: bool
    second: bool
    organisations: list[dict[str, Any]]


class Listed(NamedTuple):
    """A session as its owner sees it in a list."""

    id: int
    device: str | None
    address: str | None
    created_at: datetime
    seen_at: datetime


_GOOD = """
s.ends_at > now() AND s.seen_at > now() - CASE WHEN a.role = ANY(:guarded) THEN :idle_guarded ELSE :idle END
AND a.disabled_at IS NULL AND a.deleted_at IS NULL
"""
_HELD = text(
    f"""
SELECT s.id, s."full", s.state, s.seen_at, a.id AS account_id, a.name, a.mail, a.role, a.language, a.may_evaluate,
  a.totp_secret IS NOT NULL OR EXISTS (SELECT FROM passkey WHERE account_id = a.id) AS second,
  coalesce((SELECT json_agg(json_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'editor', m.editor)
    ORDER BY o.name, o.id) FROM member m JOIN organisation o ON o.id = m.organisation_id WHERE m.account_id = a.id),
    '[]') AS organisations
FROM session s JOIN account a ON a.id = s.account_id WHERE s.hash = :hash AND {_GOOD}
"""  # noqa: S608 both parts are constants
)
_OF_ACCOUNT = text(
    f"""
SELECT s.id, s.device, host(s.address) AS address, s.created_at, s.seen_at
FROM session s JOIN account a ON a.id = s.account_id WHERE a.id = :account AND s."full" AND {_GOOD}
ORDER BY s.seen_at DESC, s.id
"""  # noqa: S608
)
_LIFETIMES = {"guarded": list(GUARDED), "idle": IDLE, "idle_guarded": IDLE_GUARDED}


def held(connection: Connection, fingerprint: bytes) -> Held | None:
    """Return the session of a key (its fingerprint), if it is good now."""
    row = connection.execute(_HELD, {"hash": fingerprint, **_LIFETIMES}).one_or_none()
    return Held(*row) if row else None


def of_account(connection: Connection, account_id: int) -> list[Listed]:
    """Return the sessions of an account that are good now, the last used first."""
    return [Listed(*row) for row in connection.execute(_OF_ACCOUNT, {"account": account_id, **_LIFETIMES})]
