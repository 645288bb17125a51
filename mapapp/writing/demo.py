"""The sample accounts of a demonstration: one a role, made when it is switched on, closed when it is not."""

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from ..models.account import NO_CODES, Account, Member, Organisation
from . import sessions

# example.org is nobody's (RFC 2606): no mail can open one of them, and without a password nothing else can.
ADDRESSES = {"partner": "partner@example.org", "moderator": "moderator@example.org", "admin": "admin@example.org"}
NAMES = {"partner": "Sample partner", "moderator": "Sample moderator", "admin": "Sample admin"}


def open_accounts(connection: Connection) -> None:
    """Make the sample accounts, or make them again what they were; the partner belongs to a sample organisation."""
    close_accounts(connection)
    organisation = insert(Organisation).values(slug="sample-organisation", name="Sample organisation")
    connection.execute(organisation.on_conflict_do_nothing())
    organisation_id = connection.execute(
        select(Organisation.id).where(Organisation.slug == "sample-organisation")
    ).scalar_one()
    for role, mail in ADDRESSES.items():
        values = {
            "name": NAMES[role],
            "role": role,
            "password_hash": None,
            "totp_secret": NO_CODES,
            "may_evaluate": True,
            "disabled_at": None,
        }
        connection.execute(insert(Account).values(mail=mail, **values).on_conflict_do_nothing())
        connection.execute(update(Account).where(func.lower(Account.mail) == mail).values(**values))
    member = insert(Member).values(
        account_id=account(connection, "partner"), organisation_id=organisation_id, editor=True
    )
    connection.execute(member.on_conflict_do_nothing())


def close_accounts(connection: Connection) -> None:
    """Let nobody into the sample accounts, and put those out who are in."""
    statement = update(Account).where(func.lower(Account.mail).in_(ADDRESSES.values()), Account.disabled_at.is_(None))
    for (account_id,) in connection.execute(statement.values(disabled_at=func.now()).returning(Account.id)).all():
        sessions.end_all(connection, account_id)


def account(connection: Connection, role: str) -> int | None:
    """Return the id of the sample account of a role; None when there is none that is open."""
    statement = select(Account.id).where(
        func.lower(Account.mail) == ADDRESSES.get(role, ""), Account.disabled_at.is_(None)
    )
    return connection.execute(statement).scalar_one_or_none()
