"""Which records nobody has confirmed for too long, who keeps them up, and what came of asking."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

MOST = 200  # records of a list
MOST_OF_OWNER = 20  # records that an owner is asked about at once: a day's work, not a flood


class Stale(NamedTuple):
    """A record whose last confirmation is too old. `since` is that day, or the one on which it came here; `owner` is
    the organisation that keeps it up (slug and name), None where nobody does; a question that was written (`asked_at`)
    has left at `sent_at`; `lapsed_on` marks the public page."""

    kind: str
    slug: str
    title: str
    title_language: str
    owner: str | None
    owner_name: str | None
    since: date
    confirmed: bool
    asked_at: datetime | None
    sent_at: datetime | None
    answered_at: datetime | None
    lapsed_on: date | None


class Due(NamedTuple):
    """A record whose owner is to be asked now; titles by language are in `titles`."""

    kind: str
    slug: str
    owner_id: int
    owner_name: str
    titles: dict[str, str]
    language: str


class Receiver(NamedTuple):
    """Somebody of an organisation who is asked: its editors, or everybody where it has none."""

    account_id: int
    mail: str
    language: str


_RECORDS = """
SELECT 'practice' AS kind, id, slug, owner_id, confirmed_on, lapsed_on, created_at FROM practice
UNION ALL SELECT 'service', id, slug, owner_id, confirmed_on, lapsed_on, created_at FROM service
"""
_TEXTS = """
SELECT 'practice' AS kind, practice_id AS id, language, is_source, title FROM practice_text
UNION ALL SELECT 'service', service_id, language, is_source, name FROM service_text
"""
_OLD = "coalesce(r.confirmed_on, r.created_at::date) < (now() - make_interval(months => :months))::date"
_STALE = text(f"""
SELECT r.kind, r.slug, shown.title, shown.language, o.slug, o.name, coalesce(r.confirmed_on, r.created_at::date),
  r.confirmed_on IS NOT NULL, f.asked_at, f.sent_at, f.answered_at, r.lapsed_on
FROM ({_RECORDS}) AS r
LEFT JOIN organisation AS o ON o.id = r.owner_id
LEFT JOIN freshness AS f ON f.kind = r.kind AND f.slug = r.slug
JOIN LATERAL (
  SELECT title, language FROM ({_TEXTS}) AS t WHERE t.kind = r.kind AND t.id = r.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE {_OLD} OR r.lapsed_on IS NOT NULL
ORDER BY r.lapsed_on IS NULL, coalesce(r.confirmed_on, r.created_at::date), r.kind, r.slug LIMIT :most
""")  # noqa: S608 constants only
_PEOPLE = """
SELECT a.id, a.mail, a.language, m.organisation_id FROM member AS m JOIN account AS a ON a.id = m.account_id
WHERE a.disabled_at IS NULL AND a.deleted_at IS NULL AND (m.editor OR NOT EXISTS (
  SELECT FROM member AS other JOIN account AS b ON b.id = other.account_id
  WHERE other.organisation_id = m.organisation_id AND other.editor AND b.disabled_at IS NULL AND b.deleted_at IS NULL))
"""
# Nobody is asked about a record for which a proposal of theirs waits, nor twice in one stretch of time.
_DUE = text(f"""
SELECT kind, slug, owner_id, name, titles, language FROM (
  SELECT r.kind, r.slug, r.owner_id, o.name,
    (SELECT jsonb_object_agg(t.language, t.title) FROM ({_TEXTS}) AS t WHERE t.kind = r.kind AND t.id = r.id) AS titles,
    (SELECT t.language FROM ({_TEXTS}) AS t WHERE t.kind = r.kind AND t.id = r.id ORDER BY is_source DESC LIMIT 1)
      AS language,
    row_number() OVER (PARTITION BY r.owner_id ORDER BY coalesce(r.confirmed_on, r.created_at::date), r.kind, r.slug)
      AS place
  FROM ({_RECORDS}) AS r
  JOIN organisation AS o ON o.id = r.owner_id
  LEFT JOIN freshness AS f ON f.kind = r.kind AND f.slug = r.slug
  WHERE {_OLD} AND (f.asked_at IS NULL OR f.asked_at < now() - make_interval(months => :months))
    AND EXISTS (SELECT FROM ({_PEOPLE}) AS p WHERE p.organisation_id = r.owner_id)
    AND NOT EXISTS (SELECT FROM proposal WHERE proposal.kind = r.kind AND proposal.slug = r.slug
      AND proposal.organisation_id = r.owner_id AND state IN ('submitted', 'agreed'))
) AS due WHERE place <= :most ORDER BY owner_id, place
""")  # noqa: S608
_RECEIVERS = text(f"SELECT id, mail, language FROM ({_PEOPLE}) AS p WHERE organisation_id = :id ORDER BY id")  # noqa: S608
_TODAY = text("SELECT EXISTS (SELECT FROM freshness WHERE asked_at > now() - interval '23 hours')")
_ABOUT = text(f"""
SELECT r.kind, r.slug, shown.title, shown.language, o.slug, o.name, coalesce(r.confirmed_on, r.created_at::date),
  r.confirmed_on IS NOT NULL, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, r.lapsed_on
FROM ({_RECORDS}) AS r
LEFT JOIN organisation AS o ON o.id = r.owner_id
JOIN LATERAL (
  SELECT title, language FROM ({_TEXTS}) AS t WHERE t.kind = r.kind AND t.id = r.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE r.kind = :kind AND r.slug = :slug
""")  # noqa: S608


def stale(connection: Connection, months: int, lang: str) -> list[Stale]:
    """Return up to MOST records that nobody has confirmed for so many months: first those that are marked, then those
    that have waited longest. Titles for a reader of `lang`. None when `months` is 0: then nothing grows old."""
    if not months:
        return []
    return [Stale(*row) for row in connection.execute(_STALE, {"months": months, "lang": lang, "most": MOST})]


def one(connection: Connection, kind: str, slug: str, lang: str) -> Stale | None:
    """Return what is known of one record, stale or not; None when it is public no more."""
    row = connection.execute(_ABOUT, {"kind": kind, "slug": slug, "lang": lang}).one_or_none()
    return Stale(*row) if row else None


def due(connection: Connection, months: int) -> list[Due]:
    """Return the records whose owners are to be asked now, up to MOST_OF_OWNER of each."""
    if not months:
        return []
    return [Due(*row) for row in connection.execute(_DUE, {"months": months, "most": MOST_OF_OWNER})]


def asked_today(connection: Connection) -> bool:
    """Tell whether an owner was asked within the last day."""
    return bool(connection.execute(_TODAY).scalar_one())


def receivers(connection: Connection, organisation_id: int) -> list[Receiver]:
    """Return who of an organisation is asked."""
    return [Receiver(*row) for row in connection.execute(_RECEIVERS, {"id": organisation_id})]
