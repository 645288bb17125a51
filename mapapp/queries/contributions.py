"""What somebody has proposed, with every step it took: for its author and the author's organisation."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from .proposals import NAMED

MOST = 200  # of one person's contributions, the latest


class Step(NamedTuple):
    """A step of a proposal; `mine` says that the reader took it, `words` are what was said with it."""

    at: datetime
    step: str
    words: str | None
    mine: bool


class Listed(NamedTuple):
    """A proposal in a list. `title` is its own in the source language (of an
    evaluation the practice's), None while there is none; `words` the last
    that a moderator said; `asked` that a question waits for an answer. `gone_at`, `moved_to` and `leads_on`
    say what became of a record that was published and is public no more (see records.Former)."""

    public_id: UUID
    kind: str
    action: str
    slug: str | None
    state: str
    title: str | None
    title_language: str | None
    changed_at: datetime
    submitted_at: datetime | None
    author_id: int | None
    words: str | None
    asked: bool
    gone_at: datetime | None
    moved_to: str | None
    leads_on: bool


_LIST = text(f"""
SELECT public_id, proposal.kind, action, proposal.slug, state,
  coalesce(own.title, evaluated.title, gone.title, values ->> 'practice'),
  coalesce(evaluated.language, gone.language, own.language), changed_at, submitted_at, author_id, said.words,
  coalesce(last.step = 'asked', false),
  former.at, former.moved_to, coalesce(CASE former.kind
    WHEN 'service' THEN EXISTS (SELECT FROM service WHERE slug = former.moved_to)
    ELSE EXISTS (SELECT FROM practice WHERE slug = former.moved_to) END, false)
FROM proposal
LEFT JOIN former_record AS former ON state = 'approved' AND former.slug = proposal.slug
  AND former.kind = CASE proposal.kind WHEN 'evaluation' THEN 'practice' ELSE proposal.kind END
{NAMED}LEFT JOIN LATERAL (
  SELECT words FROM proposal_step WHERE proposal_id = proposal.id AND step IN ('asked', 'returned')
  ORDER BY id DESC LIMIT 1
) AS said ON state IN ('returned', 'submitted', 'agreed')
LEFT JOIN LATERAL (
  SELECT step FROM proposal_step WHERE proposal_id = proposal.id AND step IN ('asked', 'answered')
  ORDER BY id DESC LIMIT 1
) AS last ON state IN ('submitted', 'agreed')
WHERE author_id = :account OR organisation_id = ANY(:organisations)
ORDER BY changed_at DESC, proposal.id DESC LIMIT :most
""")  # noqa: S608 constants only
_BY_KEY = text("SELECT public_id FROM proposal WHERE key = :key")
_STEPS = text("""
SELECT at, step, words, account_id IS NOT DISTINCT FROM :account FROM proposal_step
WHERE proposal_id = :id ORDER BY id
""")
_OPEN = text("""
SELECT public_id FROM proposal WHERE kind = :kind AND slug = :slug AND author_id = :account
  AND state IN ('draft', 'returned', 'submitted', 'agreed') ORDER BY changed_at DESC LIMIT 1
""")
_TITLE = text("""
SELECT title, language FROM practice_text JOIN practice ON practice.id = practice_id WHERE slug = :slug
ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
""")


def of_account(connection: Connection, account_id: int, organisations: Sequence[int], lang: str) -> list[Listed]:
    """Return the proposals of an account and of the organisations it belongs to, the latest first; evaluations by the
    title of their practice as a reader of `lang` gets it."""
    given = {"account": account_id, "organisations": list(organisations), "most": MOST, "lang": lang}
    return [Listed(*row) for row in connection.execute(_LIST, given)]


def by_key(connection: Connection, key: str) -> UUID | None:
    """Return the proposal that a form with this key made, or None."""
    return connection.execute(_BY_KEY, {"key": key}).scalar_one_or_none()


def steps(connection: Connection, proposal_id: int, account_id: int) -> list[Step]:
    """Return every step of a proposal in order; `account_id` is the reader."""
    return [Step(*row) for row in connection.execute(_STEPS, {"id": proposal_id, "account": account_id})]


def under_way(connection: Connection, kind: str, slug: str, account_id: int) -> UUID | None:
    """Return the latest proposal about a record that its author has not finished with, or None."""
    given = {"kind": kind, "slug": slug, "account": account_id}
    return connection.execute(_OPEN, given).scalar_one_or_none()


def title_of(connection: Connection, slug: str, lang: str) -> tuple[str, str] | None:
    """Return the title of a published practice and its language, as a reader of `lang` gets it, or None."""
    row = connection.execute(_TITLE, {"slug": slug, "lang": lang}).one_or_none()
    return (row[0], row[1]) if row else None
