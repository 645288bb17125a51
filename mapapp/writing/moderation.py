"""Moves proposals along the table of transitions: each step is one transaction of its caller.

A step locks the proposal, checks its state, who acts and the revision that was seen, and writes the step, the mails
and, when a proposal is approved, the public rows. A step that is taken twice by the same person is taken once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, func, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DataError, IntegrityError

from .. import contacts, differing
from ..models.account import Organisation
from ..queries import contacts as people
from ..queries import records
from . import notifying, publishing
from .mail import Site
from .stepping import (
    MODERATORS,
    PROPOSAL,
    Actor,
    Conflict,
    Refused,
    Saved,
    check,
    lock,
    needs_key,
    note_step,
    only_moderator,
    relations,
    take_step,
    taken,
)

__all__ = [
    "Actor",
    "Approved",
    "Conflict",
    "Draft",
    "Refused",
    "Saved",
    "agree",
    "answer",
    "approve",
    "ask",
    "catch_up",
    "needs_key",
    "only_moderator",
    "relations",
    "return_",
    "save_draft",
    "submit",
    "withdraw",
]


class Draft(NamedTuple):
    """What somebody wants to be saved. `public_id` names a proposal that is there (then `kind`, `action`, `slug` and
    `base_version` are its own), `revision` the one that its author had before them; `key` makes a form that is sent
    twice one proposal. `base_version` is the version of the record that the author changes. `organisation` is the slug
    of the organisation for which the author writes; `language` the one in which they are written to."""

    kind: str
    values: Mapping[str, Any]
    action: str = "create"
    slug: str | None = None
    base_version: int | None = None
    note: str | None = None
    organisation: str | None = None
    key: str | None = None
    language: str = "en"
    public_id: UUID | None = None
    revision: int | None = None


class Approved(NamedTuple):
    """What an approval made: the record's slug and version; None for a record that is public no more."""

    kind: str
    slug: str
    version: int | None


def save_draft(connection: Connection, actor: Actor, draft: Draft) -> Saved:
    """Write a proposal, a new one or one that is there. Raises Refused or Conflict (what: changed, decided).

    A submitted proposal that is saved is a draft again. Values that are the same change nothing.
    """
    if draft.public_id is None:
        row = _new(connection, actor, draft)
        if row is None:  # the same form once more
            return _save(connection, actor, draft, _by_key(connection, actor, draft))
        note_step(connection, row, actor, "saved")
        return Saved(row.public_id, row.revision, row.state)
    return _save(connection, actor, draft, lock(connection, draft.public_id))


def submit(connection: Connection, actor: Actor, public_id: UUID, revision: int, site: Site) -> Saved:
    """Send a proposal to the moderators, or first to the editors of an organisation with a second key.

    Raises Refused or Conflict (what: changed).
    """
    row = lock(connection, public_id)
    if taken(connection, row, actor, "submitted", revision):
        return Saved(public_id, row.revision, row.state)
    row, waits = _send(connection, row, actor, revision)
    notifying.received(connection, row, site)
    if waits:
        notifying.to_agree(connection, row, site)
    return Saved(public_id, row.revision, row.state)


def submit_many(connection: Connection, actor: Actor, proposals: Sequence[Saved], site: Site) -> None:
    """Send the proposals that a table has brought. One mail tells the author, and one the editors with a second key,
    who find the others beside the first. Raises Refused or Conflict (what: changed)."""
    sent = []
    for one in proposals:
        row = lock(connection, one.public_id)
        if not taken(connection, row, actor, "submitted", one.revision):
            sent.append(_send(connection, row, actor, one.revision))
    if sent:
        notifying.received_many(connection, [row for row, _waits in sent], site)
    waiting = [row for row, waits in sent if waits]
    if waiting:
        notifying.to_agree(connection, waiting[0], site)


def _send(connection: Connection, row: "Row[Any]", actor: Actor, revision: int) -> tuple["Row[Any]", bool]:
    """Take the step to the moderators; tell whether a second key is needed first that the author does not hold."""
    row = take_step(connection, row, actor, "submitted", revision, submitted_at=func.now(), reason=None)
    if not needs_key(connection, row):
        return row, False
    if "editor" in relations(actor, row.author_id, row.organisation_id):
        return take_step(connection, row, actor, "agreed", revision), False
    return row, True


def withdraw(connection: Connection, actor: Actor, public_id: UUID) -> Saved:
    """Take a proposal back; it can be written on later. Raises Refused."""
    row = lock(connection, public_id)
    if row.state != "withdrawn" or not relations(actor, row.author_id, row.organisation_id) & {"author", "fellow"}:
        row = take_step(connection, row, actor, "withdrawn", row.revision)
    return Saved(public_id, row.revision, row.state)


def agree(connection: Connection, actor: Actor, public_id: UUID, revision: int) -> Saved:
    """Turn the second key of the proposal's organisation. Raises Refused or Conflict (what: changed, decided)."""
    row = lock(connection, public_id)
    if not taken(connection, row, actor, "agreed", revision):
        row = take_step(connection, row, actor, "agreed", revision)
    return Saved(public_id, row.revision, row.state)


def approve(connection: Connection, actor: Actor, public_id: UUID, revision: int, site: Site) -> Approved:
    """Publish a proposal as it was seen. Raises Refused or Conflict (what: decided, changed, stale)."""
    row = lock(connection, public_id)
    if row.state == "approved" and row.decided_by == actor.id and row.revision == revision:
        return Approved(row.kind, row.slug, row.published_version if row.action in ("create", "change") else None)
    check(row, actor, "approved", revision)
    if row.author_id == actor.id and not only_moderator(connection, actor):
        raise Refused("own_proposal")
    if row.state == "submitted" and needs_key(connection, row):
        raise Refused("second_key")
    published = _publish(connection, row)
    row = take_step(
        connection,
        row,
        actor,
        "approved",
        revision,
        slug=published.slug,
        published_version=published.version,
        decided_by=actor.id,
        decided_at=func.now(),
    )
    notifying.approved(connection, row, actor.id, site)
    return Approved(row.kind, published.slug, published.version if row.action in ("create", "change") else None)


def return_(connection: Connection, actor: Actor, public_id: UUID, revision: int, words: str, site: Site) -> Saved:
    """Give a proposal back to its author with a reason. Raises Refused or Conflict (what: decided, changed)."""
    return _said(connection, actor, public_id, revision, "returned", words, site)


def ask(connection: Connection, actor: Actor, public_id: UUID, revision: int, words: str, site: Site) -> Saved:
    """Ask the author something; the proposal keeps its place. Raises Refused or Conflict (what: decided, changed)."""
    return _said(connection, actor, public_id, revision, "asked", words, site)


def answer(connection: Connection, actor: Actor, public_id: UUID, words: str, site: Site) -> Saved:
    """Answer a question about a proposal. Raises Refused."""
    return _said(connection, actor, public_id, None, "answered", words, site)


def _said(
    connection: Connection, actor: Actor, public_id: UUID, revision: int | None, step: str, words: str, site: Site
) -> Saved:
    words = words.strip()
    row = lock(connection, public_id)
    seen = row.revision if revision is None else revision
    if not words:
        raise Refused("words_missing")
    if not taken(connection, row, actor, step, seen, words):
        decided = {"decided_by": actor.id, "decided_at": func.now(), "reason": words} if step == "returned" else {}
        row = take_step(connection, row, actor, step, seen, words, **decided)
        notifying.said(connection, row, step, words, actor.id, site)
    return Saved(public_id, row.revision, row.state)


def catch_up(connection: Connection, actor: Actor, public_id: UUID, revision: int) -> Saved:
    """Base a proposal on the record as it is now: what others have changed meanwhile is in it, and where both changed
    a field the proposal's word stands. Raises Refused or Conflict (what: decided, changed, stale)."""
    row = lock(connection, public_id)
    if taken(connection, row, actor, "caught_up", revision + 1):  # a second click
        return Saved(public_id, row.revision, row.state)
    check(row, actor, "caught_up", revision)
    known = records.known(connection, row.kind, row.slug, row.values) if row.slug else None
    comes_back = row.action == "create" and row.kind != "evaluation"
    if known is None or comes_back:
        raise Conflict("stale", row, known.values if known else None)
    if row.base_version == known.version and contacts.as_in(known.values, row.base) == row.base:
        return Saved(public_id, row.revision, row.state)
    base, values = contacts.as_in(known.values, row.base), row.values
    if row.action == "change":
        # What others made of the contact is not its author's to read: it stays as it is unless they changed it.
        touched = contacts.of(row.values) != contacts.of(row.base)
        base = base if touched else contacts.apart(base)
        values = contacts.as_in(differing.merge(row.base or {}, base, row.values), row.values if touched else None)
    columns = {"base": base, "base_version": known.version, "values": values, "revision": row.revision + 1}
    row = take_step(connection, row, actor, "caught_up", revision, **columns)
    return Saved(public_id, row.revision, row.state)


def _organisation(connection: Connection, actor: Actor, slug: str | None) -> int | None:
    if slug is None:
        return None
    own = next((one.id for one in actor.organisations if one.slug == slug), None)
    if own is None and actor.role in MODERATORS:
        own = connection.execute(select(Organisation.id).where(Organisation.slug == slug)).scalar_one_or_none()
    if own is None:
        raise Refused("not_your_organisation")
    return own


def _base(connection: Connection, draft: Draft) -> tuple[int | None, Mapping[str, Any] | None]:
    """Return the version and the values that a new proposal begins from."""
    if draft.slug is None or (draft.action == "create" and draft.kind != "evaluation"):
        return None, None
    known = records.known(connection, draft.kind, draft.slug, draft.values)
    if draft.kind == "evaluation":  # what its evaluator said before counts, whatever the practice's version
        return (known.version, known.values) if known else (None, None)
    if known is None:
        raise Refused("no_record")
    version = known.version if draft.base_version is None else draft.base_version
    if version != known.version:  # changed since the author's page was made: what they saw is in the history
        earlier = records.at_version(connection, draft.kind, draft.slug, version)
        return version, known.values if earlier is None else contacts.as_in(earlier, known.values)
    return version, known.values


def _new(connection: Connection, actor: Actor, draft: Draft) -> "Row[Any] | None":
    """Insert a proposal; None where its key is known already."""
    if draft.action == "merge" and actor.role not in MODERATORS:
        raise Refused("not_yours")
    if draft.kind == "evaluation" and not actor.may_evaluate:
        raise Refused("may_not_evaluate")
    version, base = _base(connection, draft)
    values = dict(draft.values)
    if base is not None and not _may_see_contact(connection, actor, draft):
        base, values = contacts.apart(base), contacts.apart(values)
    statement = (
        upsert(PROPOSAL)
        .values(
            kind=draft.kind,
            action=draft.action,
            slug=draft.slug,
            base_version=version,
            base=null() if base is None else dict(base),
            values=values,
            note=draft.note,
            author_id=actor.id,
            organisation_id=_organisation(connection, actor, draft.organisation),
            key=draft.key,
            language=draft.language,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return connection.execute(statement.returning(PROPOSAL)).one_or_none()


def _may_see_contact(connection: Connection, actor: Actor, draft: Draft) -> bool:
    own = [one.id for one in actor.organisations]
    return draft.kind != "practice" or people.may_see(connection, draft.slug or "", actor.id, actor.role, own)


def _by_key(connection: Connection, actor: Actor, draft: Draft) -> "Row[Any]":
    row = connection.execute(select(PROPOSAL).where(PROPOSAL.c.key == draft.key).with_for_update()).one()
    if row.author_id != actor.id or row.kind != draft.kind or row.action != draft.action:
        raise Refused("not_yours")
    return row


def _save(connection: Connection, actor: Actor, draft: Draft, row: "Row[Any]") -> Saved:
    if not contacts.speaks(row.base):
        draft = draft._replace(values=contacts.apart(draft.values))
    same = row.values == draft.values and row.note == draft.note
    own = relations(actor, row.author_id, row.organisation_id)
    # What was taken back is taken up again by saving it, changed or not.
    if same and row.state != "withdrawn" and own & {"author", "fellow"}:
        return Saved(row.public_id, row.revision, row.state)
    if row.state == "approved":
        raise Conflict("decided", row) if own & {"author", "fellow"} else Refused("not_yours")
    to = check(row, actor, "saved", draft.revision)
    statement = (
        update(PROPOSAL)
        .where(PROPOSAL.c.id == row.id)
        .values(
            values=dict(draft.values),
            note=draft.note,
            language=draft.language,
            revision=row.revision + 1,
            state=to,
            changed_at=datetime.now(UTC),
        )
    )
    saved = connection.execute(statement.returning(PROPOSAL)).one()
    if to != row.state:
        note_step(connection, saved, actor, "saved")
    return Saved(saved.public_id, saved.revision, saved.state)


def _publish(connection: Connection, row: "Row[Any]") -> publishing.Published:
    try:
        with connection.begin_nested():
            return publishing.publish(connection, row)
    except publishing.Stale as stale:
        raise Conflict("stale", row, stale.current) from None
    except publishing.Unpublishable as error:
        raise Refused("unpublishable", error.field) from None
    except (IntegrityError, DataError) as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        raise Refused("unpublishable", constraint or "") from error
