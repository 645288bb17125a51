"""Accounts: invited, entered by a mailed link, changed by their owner, deleted."""

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from ..i18n import LANGUAGES
from ..models.account import ROLES, Account, Member, Passkey, RecoveryCode, Token
from ..models.practice import Practice
from ..models.proposal import Message, Proposal
from ..queries import accounts as known
from . import auditing, demo, mail, sessions, tokens

MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")  # what a mail can be sent to
LINK = "/account/link/"  # below the language


class Inviting(Protocol):
    """Who invites: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


class Told(Protocol):
    """Who is told: anything with the id, the address and the language of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""

    @property
    def mail(self) -> str | None:
        """Return its address; None when it is deleted."""

    @property
    def language(self) -> str:
        """Return the language of mails to it."""


class NotInvited(ValueError):
    """An invitation that cannot be: `reason` is mail (no address), role (unknown), known (has an account),
    sample (a sample account has this address)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Invited(NamedTuple):
    """An account that was invited, and where its mailed link leads."""

    account_id: int
    link: str


def link_to(address: str, language: str, key: str) -> str:
    """Return the address of a mailed link on the site at `address`, in one of the interface's languages."""
    return f"{address}/{language}{LINK}{key}"


def _spoken(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def prepare(
    connection: Connection,
    address: str,
    role: str,
    language: str,
    *,
    organisations: Sequence[int] = (),
    invited_by: int | None = None,
) -> tuple[int, str]:
    """Return the id of an account that its owner has yet to enter, and the key of the link to do so.

    A contributor's account becomes what it is invited to be; one that was invited before gets a new link.
    Raises NotInvited.
    """
    address = address.strip()
    if not MAIL.fullmatch(address):
        raise NotInvited("mail")
    if role not in ROLES or role == "contributor":
        raise NotInvited("role")
    if address.lower() in demo.ADDRESSES.values():  # closed, whoever had it, at the next start without MAPAPP_DEMO
        raise NotInvited("sample")
    there = connection.execute(
        select(Account.id, Account.password_hash).where(func.lower(Account.mail) == address.lower()).with_for_update()
    ).one_or_none()
    if there is not None and there.password_hash is not None:
        raise NotInvited("known")
    values = {"mail": address, "role": role, "language": _spoken(language), "invited_by": invited_by}
    if there is None:
        account_id = connection.execute(insert(Account).values(values).returning(Account.id)).scalar_one()
    else:
        account_id = there.id
        tokens.withdraw(connection, account_id, "invite", "sign_in")
        sessions.end_all(connection, account_id)
        connection.execute(update(Account).where(Account.id == account_id).values(**values, disabled_at=None))
    for organisation in organisations:
        member = upsert(Member).values(account_id=account_id, organisation_id=organisation)
        connection.execute(member.on_conflict_do_nothing())
    return int(account_id), tokens.issue(connection, "invite", account_id=account_id)


def invite(
    connection: Connection,
    actor: Inviting,
    address: str,
    role: str,
    organisations: Sequence[int],
    language: str,
    *,
    site: mail.Site,
) -> Invited:
    """Invite somebody by mail to be a partner, moderator or admin, member of organisations (ids). Raises NotInvited."""
    account_id, key = prepare(connection, address, role, language, organisations=organisations, invited_by=actor.id)
    link = link_to(site.address, _spoken(language), key)
    receiver = mail.Receiver(address.strip(), _spoken(language), account_id)
    mail.queue(connection, "invite", receiver, {"site": site, "link": link, "role": role})
    auditing.note(
        connection,
        "invited",
        account_id=actor.id,
        subject=f"account:{account_id}",
        role=role,
        organisations=list(organisations),
    )
    return Invited(account_id, link)


def ask_for_link(connection: Connection, address: str, language: str, *, site: mail.Site, then: str = "") -> None:
    """Mail a link to somebody: to a new password for who has one, to be signed in for everybody else.

    An address without an account gets one as a contributor when the link is used: whoever asks learns nothing, and
    every answer takes the same work. `then` is one of our own paths to go on to. Raises ValueError for no address.
    """
    address = address.strip()
    if not MAIL.fullmatch(address):
        raise ValueError("not a mail address")
    language = _spoken(language)
    row = connection.execute(
        select(
            Account.id, Account.mail, Account.role, Account.language, Account.password_hash, Account.disabled_at
        ).where(func.lower(Account.mail) == address.lower())
    ).one_or_none()
    if row is not None:  # whoever asks may be somebody else, or on a page in another language
        language = _spoken(row.language)
    purpose = "sign_in" if row is None or row.role == "contributor" else "reset" if row.password_hash else "invite"
    with connection.begin_nested() as attempt:
        key = tokens.issue(
            connection,
            purpose,
            account_id=row.id if row else None,
            about={"then": then} | ({} if row else {"mail": address, "language": language}),
        )
        receiver = mail.Receiver(row.mail if row else address, language, row.id if row else None)
        values = {
            "site": site,
            "link": link_to(site.address, language, key),
            "role": row.role if row else "contributor",
        }
        mail.queue(connection, purpose, receiver, values)
        if row is not None and row.disabled_at is not None:
            attempt.rollback()  # nothing is sent, and it took as long as sending


def contributor(connection: Connection, address: str, language: str) -> int | None:
    """Return the account of somebody who proved a mail address; made if there is none.

    None when the address belongs to an account that needs more than a link, or to a disabled one.
    """
    made = upsert(Account).values(mail=address.strip(), role="contributor", language=_spoken(language))
    connection.execute(made.on_conflict_do_nothing())
    row = connection.execute(
        select(Account.id, Account.role, Account.disabled_at).where(func.lower(Account.mail) == address.strip().lower())
    ).one()
    return int(row.id) if row.role == "contributor" and row.disabled_at is None else None


def set_password(connection: Connection, account_id: int, password_hash: str, name: str | None = None) -> None:
    """Keep a new password; mailed links to set one are good no more. `name` is given with the first one."""
    values = {"password_hash": password_hash} | ({"name": name} if name else {})
    connection.execute(update(Account).where(Account.id == account_id).values(values))
    tokens.withdraw(connection, account_id, "reset", "invite")


def rehash_password(connection: Connection, account_id: int, password_hash: str) -> None:
    """Keep the same password under a stronger hash."""
    connection.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))


def tell_changed(connection: Connection, account: Told, what: str, *, site: mail.Site) -> None:
    """Tell somebody by mail that their account was changed, so that who did not do it themselves learns of it.

    `what` is one of the keys of the mail's words, templates/mail/changed.txt. Who has no address is told nothing.
    """
    if account.mail is None:
        return
    language = _spoken(account.language)
    page = f"{site.address}/{language}"
    values = {"site": site, "link": f"{page}/account/link", "imprint": f"{page}/imprint", "what": what}
    mail.queue(connection, "changed", mail.Receiver(account.mail, language, account.id), values)


def change(connection: Connection, account_id: int, *, name: str | None, language: str, digest: str) -> None:
    """Change what somebody says of themselves."""
    connection.execute(
        update(Account).where(Account.id == account_id).values(name=name, language=_spoken(language), digest=digest)
    )


def delete_account(connection: Connection, account_id: int) -> bool:
    """Delete an account: nothing that names the person stays, what they sent in stays without a name.

    Drafts that nobody else ever saw go too. False when they are the last admin: then nothing is changed.
    """
    # Two admins who leave at once: the second waits here and then sees that there is no other.
    role, address = None, None
    for row in connection.execute(
        select(Account.id, Account.role, Account.mail)
        .where((Account.id == account_id) | (Account.role == "admin"))
        .order_by(Account.id)
        .with_for_update()
    ):
        role, address = (row.role, row.mail) if row.id == account_id else (role, address)
    if role == "admin" and known.other_admins(connection, account_id) == 0:
        return False
    auditing.note(connection, "account_deleted", account_id=account_id, subject=f"account:{account_id}")
    sessions.end_all(connection, account_id)
    for table in (Member, Passkey, RecoveryCode, Token, Message):
        connection.execute(delete(table).where(table.account_id == account_id))
    # Links and mails to the address from before there was an account name it, too.
    connection.execute(delete(Message).where(func.lower(Message.receiver) == func.lower(address)))
    connection.execute(delete(Token).where(func.lower(Token.about["mail"].astext) == func.lower(address)))
    never_sent = (Proposal.author_id == account_id, Proposal.state == "draft", Proposal.submitted_at.is_(None))
    connection.execute(delete(Proposal).where(*never_sent))
    _forget_contact(connection, address)
    connection.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(
            mail=None,
            name=None,
            password_hash=None,
            totp_secret=None,
            totp_used_step=None,
            last_seen_at=None,
            digest="none",
            may_evaluate=False,
            invited_by=None,
            deleted_at=func.now(),
        )
    )
    return True


def _forget_contact(connection: Connection, mail: str | None) -> None:
    """Take the person out as a contact: from public practices at once, and from everything that was proposed."""
    nobody = {"contact_name": None, "contact_mail": None, "contact_public": False}
    connection.execute(update(Practice).where(func.lower(Practice.contact_mail) == func.lower(mail)).values(nobody))
    for said in (Proposal.values, Proposal.base):
        theirs = func.lower(said["contact_mail"].astext) == func.lower(mail)
        connection.execute(update(Proposal).where(theirs).values({said: said.op("||")(cast(nobody, JSONB))}))
