"""Accounts and organisations as those who run the site see them: in lists, and one with everything about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from ..models.account import NO_CODES
from .sessions import of_account

STATES = ("active", "invited", "sample", "disabled", "deleted")
PAGE = 50  # accounts


class Membership(NamedTuple):
    """An organisation of an account; an editor may turn its second key."""

    id: int
    slug: str
    name: str
    editor: bool


class Person(NamedTuple):
    """An account. `state` is one of STATES: who was invited has no password yet, a sample account
    never has one. `second`: it has a second factor."""

    id: int
    mail: str | None
    name: str | None
    role: str
    language: str
    may_evaluate: bool
    state: str
    second: bool
    created_at: datetime
    last_seen_at: datetime | None
    invited_by: str | None
    contributions: int
    organisations: tuple[Membership, ...]
    sessions: int = 0


class Organisation(NamedTuple):
    """An organisation with how many people it has and how many records it keeps up; `region` is a slug."""

    id: int
    slug: str
    name: str
    website: str | None
    region: str | None
    region_name: str | None
    second_key: bool
    members: int
    editors: int
    records: int


class Member(NamedTuple):
    """Somebody in an organisation."""

    id: int
    mail: str
    name: str | None
    role: str
    editor: bool


_STATE = f"""CASE WHEN a.deleted_at IS NOT NULL THEN 'deleted' WHEN a.disabled_at IS NOT NULL THEN 'disabled'
  WHEN a.password_hash IS NULL AND a.totp_secret = '{NO_CODES}' THEN 'sample'
  WHEN a.role <> 'contributor' AND a.password_hash IS NULL THEN 'invited' ELSE 'active' END"""
_PEOPLE = f"""
SELECT a.id, a.mail, a.name, a.role, a.language, a.may_evaluate, {_STATE} AS state,
  a.totp_secret IS NOT NULL OR EXISTS (SELECT FROM passkey WHERE account_id = a.id) AS second,
  a.created_at, a.last_seen_at, coalesce(inviting.name, inviting.mail) AS invited_by,
  (SELECT count(*) FROM proposal WHERE author_id = a.id) AS contributions,
  coalesce((SELECT json_agg(json_build_array(o.id, o.slug, o.name, m.editor) ORDER BY o.name, o.id) FROM member m
    JOIN organisation o ON o.id = m.organisation_id WHERE m.account_id = a.id), '[]') AS organisations
FROM account a LEFT JOIN account AS inviting ON inviting.id = a.invited_by
"""  # noqa: S608 constants only
_LISTED = text(
    f"""
SELECT * FROM ({_PEOPLE}) AS people
WHERE (:role = '' OR role = :role) AND (:state = '' AND state <> 'deleted' OR state = :state)
  AND (:words = '' OR concat_ws(' ', mail, name, organisations::text) ILIKE :words)
  AND (:after = '' OR (lower(coalesce(mail, '')), id) > (:after, :after_id))
ORDER BY lower(coalesce(mail, '')), id LIMIT :most
"""  # noqa: S608
)
_ONE = text(f"{_PEOPLE} WHERE a.id = :id")
_ORGANISATIONS = """
SELECT o.id, o.slug, o.name, o.website, region.slug,
  (SELECT name FROM region_text WHERE region_id = region.id
    ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1),
  o.second_key,
  (SELECT count(*) FROM member WHERE organisation_id = o.id),
  (SELECT count(*) FROM member WHERE organisation_id = o.id AND editor),
  (SELECT count(*) FROM practice WHERE owner_id = o.id) + (SELECT count(*) FROM service WHERE owner_id = o.id)
FROM organisation o LEFT JOIN region ON region.id = o.region_id
"""
_ALL_ORGANISATIONS = text(f"{_ORGANISATIONS} ORDER BY lower(o.name), o.id")
_ORGANISATION = text(f"{_ORGANISATIONS} WHERE o.slug = :slug")
_MEMBERS = text("""
SELECT a.id, a.mail, a.name, a.role, m.editor FROM member m JOIN account a ON a.id = m.account_id
WHERE m.organisation_id = :id AND a.deleted_at IS NULL ORDER BY m.editor DESC, lower(a.mail)
""")
_REGIONS = text("""
SELECT region.slug, shown.name FROM region JOIN LATERAL (
  SELECT name FROM region_text WHERE region_id = region.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true ORDER BY lower(shown.name)
""")


def _person(row: Sequence[Any], sessions: int = 0) -> Person:
    *plain, organisations = row
    return Person._make([*plain, tuple(Membership(*one) for one in organisations), sessions])


def _pattern(words: str) -> str:
    plain = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%" if plain else ""


def listed(
    connection: Connection, *, role: str = "", state: str = "", words: str = "", after: tuple[str, int] = ("", 0)
) -> list[Person]:
    """Return up to PAGE + 1 accounts by mail address (the last one says that there are more). `words` are looked for in
    names, addresses and organisations; `after` is the mail address and the id of the last account of a page before."""
    given = {
        "role": role,
        "state": state,
        "words": _pattern(words),
        "after": after[0].lower(),
        "after_id": after[1],
        "most": PAGE + 1,
    }
    return [_person(row) for row in connection.execute(_LISTED, given)]


def one(connection: Connection, account_id: int) -> Person | None:
    """Return an account, or None."""
    row = connection.execute(_ONE, {"id": account_id}).one_or_none()
    return _person(row, len(of_account(connection, account_id))) if row else None


def organisations(connection: Connection, lang: str) -> list[Organisation]:
    """Return every organisation by name; names of regions for a reader of `lang`."""
    return [Organisation(*row) for row in connection.execute(_ALL_ORGANISATIONS, {"lang": lang})]


def organisation(connection: Connection, slug: str, lang: str) -> Organisation | None:
    """Return an organisation, or None."""
    row = connection.execute(_ORGANISATION, {"slug": slug, "lang": lang}).one_or_none()
    return Organisation(*row) if row else None


def members(connection: Connection, organisation_id: int) -> list[Member]:
    """Return the people of an organisation, its editors first."""
    return [Member(*row) for row in connection.execute(_MEMBERS, {"id": organisation_id})]


def regions(connection: Connection, lang: str) -> list[tuple[str, str]]:
    """Return slug and name of every partner region, by name."""
    return [(slug, name) for slug, name in connection.execute(_REGIONS, {"lang": lang})]
