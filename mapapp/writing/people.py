"""What admins do to accounts and organisations. Every change is in the audit log; nobody shuts themselves out."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..folding import fold
from ..models.account import Account, Member, Organisation
from ..models.region import Region
from . import auditing, second_factors, sessions, tokens

LONGEST_SLUG = 60


class Acting(Protocol):
    """Who acts: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


class Refused(ValueError):
    """Something that cannot be done. `reason`: unknown (no such account), yourself (an admin cannot take their own
    rights), not_admin (who acts is none any more), contributor (becomes more by an invitation only), taken (there is
    such an organisation)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rights(NamedTuple):
    """What an account may do: its role, the right to evaluate, and its organisations (id → whether as an editor)."""

    role: str
    may_evaluate: bool
    organisations: Mapping[int, bool]


class Described(NamedTuple):
    """An organisation as an admin describes it; `region` is the slug of a partner region."""

    name: str
    website: str | None
    region: str | None
    second_key: bool


def _hold(connection: Connection, actor: Acting, account_id: int) -> str:
    """Lock the account and all admins; return the account's role. Two admins who change each other: one is first, and
    the other is no admin any more."""
    rows = connection.execute(
        select(Account.id, Account.role, Account.disabled_at, Account.deleted_at)
        .where((Account.id == account_id) | (Account.role == "admin"))
        .order_by(Account.id)
        .with_for_update()
    ).all()
    found = {row.id: row for row in rows}
    mine, theirs = found.get(actor.id), found.get(account_id)
    if mine is None or mine.role != "admin" or mine.disabled_at is not None:
        raise Refused("not_admin")
    if theirs is None or theirs.deleted_at is not None:
        raise Refused("unknown")
    return str(theirs.role)


def join(connection: Connection, account_id: int, organisations: Mapping[int, bool]) -> None:
    """Make an account a member of exactly these organisations (id → whether as an editor)."""
    gone = delete(Member).where(Member.account_id == account_id)
    if organisations:
        gone = gone.where(Member.organisation_id.not_in(list(organisations)))
    connection.execute(gone)
    for organisation_id, editor in organisations.items():
        statement = upsert(Member).values(account_id=account_id, organisation_id=organisation_id, editor=editor)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "organisation_id"], set_={"editor": statement.excluded.editor}
            )
        )


def change(
    connection: Connection, actor: Acting, account_id: int, rights: Rights, *, address: str | None = None
) -> None:
    """Give an account other rights. Raises Refused."""
    role = _hold(connection, actor, account_id)
    if rights.role != role and actor.id == account_id:
        raise Refused("yourself")
    if rights.role != role and "contributor" in (role, rights.role):
        raise Refused("contributor")
    connection.execute(
        update(Account).where(Account.id == account_id).values(role=rights.role, may_evaluate=rights.may_evaluate)
    )
    join(connection, account_id, rights.organisations)
    auditing.note(
        connection,
        "account_changed",
        account_id=actor.id,
        subject=f"account:{account_id}",
        address=address,
        role=rights.role,
        may_evaluate=rights.may_evaluate,
        organisations={str(key): editor for key, editor in sorted(rights.organisations.items())},
    )


def disable(connection: Connection, actor: Acting, account_id: int, *, address: str | None = None) -> None:
    """Shut an account: its sessions end, its mailed links are good no more. Raises Refused."""
    _hold(connection, actor, account_id)
    if actor.id == account_id:
        raise Refused("yourself")
    connection.execute(update(Account).where(Account.id == account_id).values(disabled_at=func.now()))
    sessions.end_all(connection, account_id)
    tokens.withdraw(connection, account_id, "sign_in", "invite", "reset", "fresh")
    _note(connection, "account_disabled", actor, account_id, address)


def enable(connection: Connection, actor: Acting, account_id: int, *, address: str | None = None) -> None:
    """Open an account again. Raises Refused."""
    _hold(connection, actor, account_id)
    connection.execute(update(Account).where(Account.id == account_id).values(disabled_at=None))
    _note(connection, "account_enabled", actor, account_id, address)


def end_sessions(connection: Connection, actor: Acting, account_id: int, *, address: str | None = None) -> int:
    """Sign an account out everywhere; return how many sessions that were. Raises Refused."""
    _hold(connection, actor, account_id)
    ended = sessions.end_all(connection, account_id)
    auditing.note(
        connection,
        "sessions_ended",
        account_id=actor.id,
        subject=f"account:{account_id}",
        address=address,
        number=ended,
    )
    return ended


def reset_second_factor(connection: Connection, actor: Acting, account_id: int, *, address: str | None = None) -> None:
    """Take away every second factor of somebody who has lost them, and end their sessions: their password stays, and
    the next sign-in of a moderator or admin sets one up. Raises Refused."""
    _hold(connection, actor, account_id)
    if actor.id == account_id:
        raise Refused("yourself")
    second_factors.remove_all(connection, account_id)
    sessions.end_all(connection, account_id)
    _note(connection, "second_factor_reset", actor, account_id, address)


def _note(connection: Connection, action: str, actor: Acting, account_id: int, address: str | None) -> None:
    auditing.note(connection, action, account_id=actor.id, subject=f"account:{account_id}", address=address)


def _new_slug(connection: Connection, name: str) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in fold(name)).split()
    stem = "-".join(words)[:LONGEST_SLUG].strip("-") or "organisation"
    taken = set(connection.execute(select(Organisation.slug).where(Organisation.slug.like(f"{stem}%"))).scalars())
    number = 1
    while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return slug


def keep_organisation(
    connection: Connection, actor: Acting, slug: str | None, said: Described, *, address: str | None = None
) -> str:
    """Write an organisation, a new one without a slug; return its slug, which never changes.

    Raises Refused (taken: another one has this name; unknown: there is none of this slug).
    """
    # One at a time: two admins who enter the same organisation do not make two.
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("organisation"))))
    same = select(Organisation.slug).where(func.lower(Organisation.name) == said.name.lower())
    if connection.execute(same).scalars().first() not in (None, slug):
        raise Refused("taken")
    region_id = None
    if said.region is not None:
        region_id = connection.execute(select(Region.id).where(Region.slug == said.region)).scalar_one_or_none()
        if region_id is None:
            raise Refused("unknown")
    values = {
        "name": said.name,
        "website": said.website,
        "region_id": region_id,
        "second_key": said.second_key,
    }
    if slug is None:
        slug = _new_slug(connection, said.name)
        connection.execute(insert(Organisation).values(slug=slug, **values))
        action = "organisation_added"
    else:
        statement = update(Organisation).where(Organisation.slug == slug).values(values)
        if not connection.execute(statement).rowcount:
            raise Refused("unknown")
        action = "organisation_changed"
    auditing.note(
        connection,
        action,
        account_id=actor.id,
        subject=f"organisation:{slug}",
        address=address,
        name=said.name,
        region=said.region,
        second_key=said.second_key,
    )
    return slug
