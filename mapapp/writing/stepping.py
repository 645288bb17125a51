"""What every step of a proposal shares: who acts, what stands against it, the lock, the note of the step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from ..models.account import Account, Member, Organisation
from ..models.proposal import Proposal, ProposalStep
from . import auditing, transitions

MODERATORS = ("moderator", "admin")
DECISIONS = ("agreed", "approved", "returned")
PROPOSAL: Any = Proposal.__table__
# Whom one can wait for: not an account that is shut, nor one whose invitation nobody has taken up so far.
CAN_ACT = (
    Account.disabled_at.is_(None),
    Account.deleted_at.is_(None),
    or_(Account.password_hash.is_not(None), Account.totp_secret.is_not(None)),
)


class Belonging(Protocol):
    """An organisation that somebody is a member of."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def slug(self) -> str: ...  # noqa: D102
    @property
    def editor(self) -> bool: ...  # noqa: D102


class Actor(NamedTuple):
    """Who acts: an account, its role and the organisations that it is a member of."""

    id: int
    role: str
    organisations: Sequence[Belonging] = ()
    may_evaluate: bool = False


class Saved(NamedTuple):
    """A proposal as it stands after a step."""

    public_id: UUID
    revision: int
    state: str


class Refused(Exception):
    """A step that is not possible. `reason`: unknown, not_yours, wrong_state, own_proposal, second_key, words_missing,
    no_record, not_your_organisation, may_not_evaluate, unpublishable. `detail` names what cannot be published."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class Conflict(Exception):
    """Somebody else was faster. `what`: decided (another decision was made), changed (another revision is there now),
    stale (the record has another version now, or is gone: `current` None)."""

    def __init__(self, what: str, row: "Row[Any]", current: Mapping[str, Any] | None = None) -> None:
        super().__init__(what)
        self.what, self.current = what, current
        self.state: str = row.state
        self.revision: int = row.revision
        self.decided_by: int | None = row.decided_by
        self.decided_at: datetime | None = row.decided_at
        self.base: Mapping[str, Any] | None = row.base
        self.proposed: Mapping[str, Any] = row.values


def relations(actor: Actor, author_id: int | None, organisation_id: int | None) -> frozenset[str]:
    """Return what an actor is to a proposal (see transitions.RELATIONS); a contributor is nothing but an author."""
    found = {"author"} if author_id == actor.id else set()
    if actor.role in MODERATORS:
        found.add("moderator")
    if actor.role != "contributor":
        own = next((one for one in actor.organisations if one.id == organisation_id), None)
        found |= ({"fellow"} if own else set()) | ({"editor"} if own and own.editor else set())
    return frozenset(found)


def only_moderator(connection: Connection, actor: Actor) -> bool:
    """Tell whether nobody else could decide: then somebody may decide on a proposal of their own."""
    others = select(func.count()).where(Account.role.in_(MODERATORS), Account.id != actor.id, *CAN_ACT)
    return not connection.execute(others).scalar_one()


def needs_key(connection: Connection, row: "Row[Any]") -> bool:
    """Tell whether the organisation of a proposal wants one of its editors to agree first. One without an editor
    who can act cannot: its proposals go on."""
    if row.organisation_id is None:
        return False
    members = select(Member.account_id).join(Account, Account.id == Member.account_id)
    editors = members.where(Member.organisation_id == Organisation.id, Member.editor, *CAN_ACT).exists()
    query = select(Organisation.id).where(Organisation.id == row.organisation_id, Organisation.second_key, editors)
    return connection.execute(query).scalar_one_or_none() is not None


def lock(connection: Connection, public_id: UUID) -> "Row[Any]":
    """Return a proposal, locked until the end of the transaction. Raises Refused."""
    row = connection.execute(select(PROPOSAL).where(PROPOSAL.c.public_id == public_id).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown")
    return row


def check(row: "Row[Any]", actor: Actor, step: str, revision: int | None) -> str:
    """Return the state that a step leads to; raise what stands against it."""
    own = relations(actor, row.author_id, row.organisation_id)
    if not any(one.step == step and one.by & own for one in transitions.TABLE):
        raise Refused("not_yours")
    rule = transitions.find(step, row.state)
    if rule is None:
        decision = step in ("approved", "returned", "asked", "agreed", "caught_up")
        if decision and row.state in ("approved", "returned", "agreed"):
            raise Conflict("decided", row)
        if decision and revision != row.revision:
            raise Conflict("changed", row)
        raise Refused("wrong_state", row.state)
    if not rule.by & own:
        raise Refused("not_yours")
    if revision is not None and revision != row.revision:
        raise Conflict("changed", row)
    return rule.to


def take_step(
    connection: Connection,
    row: "Row[Any]",
    actor: Actor,
    step: str,
    revision: int | None,
    words: str | None = None,
    /,  # a column may be called like one of these
    **columns: Any,
) -> "Row[Any]":
    """Bring a proposal into the state that a step leads to, and write the step. Raises Refused or Conflict."""
    to = check(row, actor, step, revision)
    statement = update(PROPOSAL).where(PROPOSAL.c.id == row.id).values(state=to, changed_at=func.now(), **columns)
    row = connection.execute(statement.returning(PROPOSAL)).one()
    note_step(connection, row, actor, step, words)
    if step in DECISIONS:
        about = {"kind": row.kind, "what": row.action, "record": row.slug}
        auditing.note(connection, f"proposal_{step}", account_id=actor.id, subject=f"proposal:{row.public_id}", **about)
    return row


def note_step(connection: Connection, row: "Row[Any]", actor: Actor, step: str, words: str | None = None) -> None:
    """Write down a step that a proposal took."""
    connection.execute(
        insert(ProposalStep).values(
            proposal_id=row.id, account_id=actor.id, step=step, revision=row.revision, words=words
        )
    )


def taken(
    connection: Connection, row: "Row[Any]", actor: Actor, step: str, revision: int, words: str | None = None
) -> bool:
    """Tell whether the last step of a proposal is this one, by the same person: a second click."""
    last = connection.execute(
        select(ProposalStep.step, ProposalStep.account_id, ProposalStep.revision, ProposalStep.words)
        .where(ProposalStep.proposal_id == row.id)
        .order_by(ProposalStep.id.desc())
        .limit(2)
    ).all()
    if step == "submitted" and row.state == "agreed":  # an editor's own submission turned the key as well
        last = last[1:]
    return bool(last) and tuple(last[0]) == (step, actor.id, revision, words) and row.revision == revision
