"""Accounts: what is known of one, for signing in and for its owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from ..models.account import DIGESTS as DIGESTS


class Account(NamedTuple):
    """An account that may be used: `second` says that it has a second factor, `passkeys` how many of them."""

    id: int
    mail: str
    name: str | None
    role: str
    language: str
    password_hash: str | None
    totp_secret: str | None
    passkeys: int
    recovery_codes: int
    digest: str

    @property
    def second(self) -> bool:
        """Tell whether the account has a second factor."""
        return bool(self.totp_secret or self.passkeys)


class PasskeyRow(NamedTuple):
    """A passkey of an account."""

    id: int
    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    created_at: datetime
    used_at: datetime | None


_ACCOUNT = """
SELECT id, mail, name, role, language, password_hash, totp_secret,
  (SELECT count(*) FROM passkey WHERE account_id = account.id) AS passkeys,
  (SELECT count(*) FROM recovery_code WHERE account_id = account.id AND used_at IS NULL) AS recovery_codes,
  digest
FROM account WHERE disabled_at IS NULL AND deleted_at IS NULL AND
"""
# What is somebody's own, by the name under which it is handed out. Never a secret or a hash of one.
_OWN: Mapping[str, str] = {
    "account": "SELECT id, mail, name, role, language, may_evaluate, digest, created_at, last_seen_at, "
    "password_hash IS NOT NULL AS has_password, totp_secret IS NOT NULL AS has_app_codes "
    "FROM account WHERE id = :account",
    "organisations": "SELECT o.name, m.editor FROM member m JOIN organisation o ON o.id = m.organisation_id "
    "WHERE m.account_id = :account ORDER BY o.name",
    "passkeys": "SELECT name, created_at, used_at FROM passkey WHERE account_id = :account ORDER BY id",
    "sessions": "SELECT created_at, seen_at, ends_at, device, host(address) AS address FROM session "
    "WHERE account_id = :account ORDER BY id",
    "contributions": "SELECT public_id::text AS id, kind, action, slug, state, values, note, reason, created_at, "
    "changed_at, submitted_at, decided_at FROM proposal WHERE author_id = :account ORDER BY id",
    "contact": "SELECT slug AS practice, contact_name, contact_mail, contact_public FROM practice "
    "WHERE lower(contact_mail) = (SELECT lower(mail) FROM account WHERE id = :account) ORDER BY slug",
    "steps": "SELECT p.public_id::text AS contribution, s.at, s.step, s.revision, s.words FROM proposal_step s "
    "JOIN proposal p ON p.id = s.proposal_id WHERE s.account_id = :account ORDER BY s.id",
    "photos": "SELECT id::text AS id, width, height, created_at FROM photo WHERE account_id = :account ORDER BY id",
    "mails": "SELECT created_at, sent_at, receiver, kind, subject FROM message WHERE account_id = :account ORDER BY id",
    "log": "SELECT at, action, subject, host(address) AS address FROM audit_entry "
    "WHERE account_id = :account ORDER BY id",
}


def _found(row: Row[tuple[Any, ...]] | None) -> Account | None:
    return Account._make(row) if row else None


def by_mail(connection: Connection, mail: str) -> Account | None:
    """Return the account of a mail address, however it is written; None for a disabled one."""
    statement = text(f"{_ACCOUNT} lower(mail) = lower(:mail)")
    return _found(connection.execute(statement, {"mail": mail.strip()}).one_or_none())


def by_id(connection: Connection, account_id: int) -> Account | None:
    """Return an account; None for a disabled or deleted one."""
    return _found(connection.execute(text(f"{_ACCOUNT} id = :id"), {"id": account_id}).one_or_none())


def passkeys(connection: Connection, account_id: int) -> list[PasskeyRow]:
    """Return the passkeys of an account, the oldest first."""
    statement = text(
        "SELECT id, name, credential_id, public_key, sign_count, created_at, used_at FROM passkey "
        "WHERE account_id = :account ORDER BY id"
    )
    return [PasskeyRow(*row) for row in connection.execute(statement, {"account": account_id})]


def own_data(connection: Connection, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept of a person, as lists of plain rows by subject."""
    return {
        name: [dict(row._mapping) for row in connection.execute(text(statement), {"account": account_id})]
        for name, statement in _OWN.items()
    }


def other_admins(connection: Connection, account_id: int) -> int:
    """Return how many admins there are besides this account."""
    statement = text(
        "SELECT count(*) FROM account WHERE role = 'admin' AND id <> :account "
        "AND disabled_at IS NULL AND deleted_at IS NULL AND password_hash IS NOT NULL"
    )
    return int(connection.execute(statement, {"account": account_id}).scalar_one())
