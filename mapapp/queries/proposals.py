"""One proposal, whole; and proposals as those see them who decide: the queue, steps, the history of a record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

PAGE = 50  # proposals on a page of the queue


class Reader(NamedTuple):
    """What somebody may see of the queue: a moderator all of it, an editor what their organisations have sent."""

    everything: bool
    organisations: Sequence[int] = ()


class Queued(NamedTuple):
    """A proposal that waits. `title` is in `title_language`; `author` a name or else a mail address, None for an
    account that is gone. `talk` is asked or answered, the last of both; `needs_key`: an editor has to agree first."""

    public_id: UUID
    kind: str
    action: str
    slug: str | None
    state: str
    title: str | None
    title_language: str | None
    place: str | None
    country: str | None
    submitted_at: datetime
    author_id: int | None
    author: str | None
    organisation: str | None
    talk: str | None
    needs_key: bool


class Waiting(NamedTuple):
    """A page of the queue: how many of each kind wait in all, and the proposals, the oldest first."""

    counts: Mapping[str, int]
    proposals: Sequence[Queued]


class Proposal(NamedTuple):
    """One proposal, whole. `needs_key`: an editor of its organisation has to agree before a moderator can decide."""

    id: int
    public_id: UUID
    kind: str
    action: str
    slug: str | None
    base_version: int | None
    base: dict[str, Any] | None
    values: dict[str, Any]
    revision: int
    state: str
    note: str | None
    author_id: int | None
    author: str | None
    author_role: str | None
    organisation_id: int | None
    organisation: str | None
    needs_key: bool
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    published_version: int | None
    title: str | None
    title_language: str | None


class Step(NamedTuple):
    """A step of a proposal: who (None for an account that is gone) did what, when, with which words."""

    at: datetime
    step: str
    revision: int
    words: str | None
    who: str | None


class Change(NamedTuple):
    """A change of a record that was approved: `base` (at `base_version`) and `values` say what it was about."""

    public_id: UUID
    kind: str
    action: str
    base_version: int | None
    published_version: int
    base: dict[str, Any] | None
    values: dict[str, Any]
    note: str | None
    author: str | None
    organisation: str | None
    decided_by: str | None
    submitted_at: datetime | None
    decided_at: datetime


class Open(NamedTuple):
    """A proposal about a record that is under way: `state` is submitted, agreed or returned."""

    public_id: UUID
    kind: str
    action: str
    state: str
    author: str | None
    changed_at: datetime


# What a proposal calls its record, and in which language: a retired or merged one by what it was.
NAMED = """
LEFT JOIN LATERAL (
  SELECT coalesce(said #>> ARRAY['texts', said ->> 'language', 'title'],
    said #>> ARRAY['texts', said ->> 'language', 'name']) AS title, said ->> 'language' AS language
  FROM (SELECT CASE WHEN values ? 'texts' THEN values ELSE base END AS said) AS one
) AS own ON true
LEFT JOIN LATERAL (
  SELECT title, language FROM practice_text JOIN practice ON practice.id = practice_id
  WHERE proposal.kind = 'evaluation' AND practice.slug = values ->> 'practice'
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS evaluated ON true
LEFT JOIN LATERAL (
  SELECT last.base #>> ARRAY['texts', last.base ->> 'language', 'title'] AS title, last.base ->> 'language' AS language
  FROM proposal AS last
  WHERE proposal.kind = 'evaluation' AND evaluated.title IS NULL AND last.kind = 'practice'
    AND last.slug = proposal.values ->> 'practice' AND last.state = 'approved' AND last.action IN ('retire', 'merge')
  ORDER BY last.id DESC LIMIT 1
) AS gone ON true
"""
_TITLE = """coalesce(own.title, evaluated.title, gone.title, proposal.values ->> 'practice', proposal.slug) AS title,
  coalesce(evaluated.language, gone.language, own.language) AS title_language"""
_PEOPLE = """
LEFT JOIN account AS author ON author.id = author_id
LEFT JOIN account AS decider ON decider.id = decided_by
LEFT JOIN organisation ON organisation.id = organisation_id
"""
_NEEDS_KEY = """(state = 'submitted' AND coalesce(organisation.second_key, false) AND EXISTS (
  SELECT FROM member JOIN account AS turner ON turner.id = member.account_id
  WHERE member.organisation_id = organisation.id AND member.editor AND turner.disabled_at IS NULL
  AND turner.deleted_at IS NULL AND (turner.password_hash IS NOT NULL OR turner.totp_secret IS NOT NULL)
)) AS needs_key"""  # the rule of stepping.needs_key
_WAITING = """state IN ('submitted', 'agreed') AND (:everything OR organisation_id = ANY(:organisations))"""
_MINE = f"{_WAITING} AND (CAST(:kind AS text) IS NULL OR kind = :kind)"

_COUNTS = text(f"SELECT kind, count(*) FROM proposal WHERE {_WAITING} GROUP BY kind")  # noqa: S608 constants only
_QUEUE = text(f"""
SELECT public_id, kind, action, proposal.slug, state, {_TITLE},
  coalesce(values ->> 'place_name', base ->> 'place_name') AS place, coalesce(values ->> 'country', base ->> 'country'),
  submitted_at, author_id, coalesce(author.name, author.mail), organisation.name, talk.step, {_NEEDS_KEY}
FROM proposal {_PEOPLE} {NAMED}
LEFT JOIN LATERAL (
  SELECT step FROM proposal_step WHERE proposal_id = proposal.id AND step IN ('asked', 'answered', 'submitted')
  ORDER BY id DESC LIMIT 1
) AS talk ON talk.step <> 'submitted'
WHERE {_MINE} ORDER BY submitted_at, proposal.id LIMIT :most OFFSET :skipped
""")  # noqa: S608
_ONE = text(f"""
SELECT proposal.id, public_id, kind, action, proposal.slug, base_version, base, values, revision, state, note,
  author_id, coalesce(author.name, author.mail), author.role, organisation_id, organisation.name, {_NEEDS_KEY},
  changed_at, submitted_at, decided_at, coalesce(decider.name, decider.mail), reason, published_version,
  {_TITLE}
FROM proposal {_PEOPLE} {NAMED} WHERE public_id = :public_id
""")  # noqa: S608
_NEXT = text(f"""
SELECT public_id FROM proposal WHERE {_WAITING} AND id <> :id
ORDER BY (submitted_at, id) > (:since, :id) DESC, submitted_at, id LIMIT 1
""")  # noqa: S608
_STEPS = text("""
SELECT at, step, revision, words, coalesce(account.name, account.mail) FROM proposal_step
LEFT JOIN account ON account.id = account_id WHERE proposal_id = :id ORDER BY proposal_step.id
""")
_ABOUT = "kind = ANY(:kinds) AND proposal.slug = :slug"
_HISTORY = text(f"""
SELECT public_id, kind, action, base_version, published_version, base, values, note, coalesce(author.name, author.mail),
  organisation.name, coalesce(decider.name, decider.mail), submitted_at, decided_at
FROM proposal {_PEOPLE} WHERE {_ABOUT} AND state = 'approved' ORDER BY decided_at DESC, proposal.id DESC
""")  # noqa: S608
_OPEN = text(f"""
SELECT public_id, kind, action, state, coalesce(author.name, author.mail), changed_at
FROM proposal LEFT JOIN account AS author ON author.id = author_id
WHERE {_ABOUT} AND state IN ('submitted', 'agreed', 'returned') ORDER BY changed_at DESC, proposal.id DESC
""")  # noqa: S608


def waiting(connection: Connection, reader: Reader, lang: str, kind: str | None = None, page: int = 1) -> Waiting:
    """Return a page of the queue, of all kinds or of one."""
    given = {**_seen_by(reader), "kind": kind, "lang": lang, "most": PAGE, "skipped": (page - 1) * PAGE}
    counts = {name: number for name, number in connection.execute(_COUNTS, given)}
    return Waiting(counts, [Queued(*row) for row in connection.execute(_QUEUE, given)])


def _seen_by(reader: Reader) -> dict[str, Any]:
    return {"everything": reader.everything, "organisations": list(reader.organisations)}


def one(connection: Connection, public_id: UUID, lang: str) -> Proposal | None:
    """Return a proposal in any state, or None. Whether the reader may see it is the caller's to say."""
    row = connection.execute(_ONE, {"public_id": public_id, "lang": lang}).one_or_none()
    return Proposal(*row) if row else None


def following(connection: Connection, reader: Reader, seen: Proposal) -> UUID | None:
    """Return the proposal that waits next after one, from the front again at the end; None when no other waits."""
    given = {**_seen_by(reader), "id": seen.id, "since": seen.submitted_at}
    return connection.execute(_NEXT, given).scalar_one_or_none()


def steps(connection: Connection, proposal_id: int) -> list[Step]:
    """Return every step of a proposal in order."""
    return [Step(*row) for row in connection.execute(_STEPS, {"id": proposal_id})]


def _about(kind: str, slug: str) -> dict[str, Any]:
    return {"kinds": ["practice", "evaluation"] if kind == "practice" else [kind], "slug": slug}


def history(connection: Connection, kind: str, slug: str) -> list[Change]:
    """Return every change of a record that was approved, its evaluations included, the latest first."""
    return [Change(*row) for row in connection.execute(_HISTORY, _about(kind, slug))]


def under_way(connection: Connection, kind: str, slug: str) -> list[Open]:
    """Return the proposals about a record that are not decided, the latest first."""
    return [Open(*row) for row in connection.execute(_OPEN, _about(kind, slug))]
