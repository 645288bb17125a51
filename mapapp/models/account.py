"""People who may write: accounts, their organisations, second factors, sessions, one-time tokens, counted attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import SLUG, one_of

ROLES = ("contributor", "partner", "moderator", "admin")
PURPOSES = ("sign_in", "invite", "reset", "fresh")
DIGESTS = ("every", "weekly", "none")
# A sample account has this where the secret of an app would be: the second factor of its role, which nobody can use.
NO_CODES = "none"


class Account(Base):
    """Somebody who may write. A contributor has no password: a mailed link signs them in. `mail` is kept as typed and
    compared without case. A deleted account keeps its row without anything that names a person."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="en")
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)  # sealed with the key of the installation
    totp_used_step: Mapped[int | None]  # the last half-minute whose code was accepted: none is accepted twice
    may_evaluate: Mapped[bool] = mapped_column(server_default="false")
    digest: Mapped[str] = mapped_column(Text, server_default="every")  # moderators: which summaries of what waits
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        one_of("role", ROLES),
        one_of("digest", DIGESTS),
        CheckConstraint("(mail IS NULL) = (deleted_at IS NOT NULL)", name="mail"),
        Index("ix_account_mail", func.lower(mail), unique=True),
    )


class Organisation(Base):
    """An organisation whose members share records; it may answer for a partner region. With `second_key` one of its
    editors agrees before a moderator sees a proposal."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    second_key: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    __table_args__ = (CheckConstraint(SLUG, name="slug"),)


class Member(Base):
    """An account in an organisation; an editor may turn the organisation's second key."""

    __tablename__ = "member"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    editor: Mapped[bool] = mapped_column(server_default="false")


class Passkey(Base):
    """A passkey (WebAuthn credential) of an account."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(server_default="0")
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecoveryCode(Base):
    """A code that stands in once for a lost second factor; only its hash is kept."""

    __tablename__ = "recovery_code"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignedIn(Base):
    """A session. The browser has the key, we its hash. `full` says that the second factor was given (or none is
    needed); `state` holds what a step of signing in must remember."""

    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    full: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    device: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(INET)


class Token(Base):
    """A mailed link that works once. Only its hash is kept; `about` says what it is good for."""

    __tablename__ = "token"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    about: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (one_of("purpose", PURPOSES),)


class Attempt(Base):
    """How often something was tried in a stretch of time: what rate limits count, kept over restarts."""

    __tablename__ = "attempt"
    what: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    number: Mapped[int] = mapped_column(server_default="1")


class AuditEntry(Base):
    """Something that somebody did or was denied, for those who answer for the site. Never changed."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    action: Mapped[str] = mapped_column(Text, index=True)
    subject: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(INET)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class SiteSetting(Base):
    """What an admin says of the site: its name, words of welcome per language, contact, legal pages."""

    __tablename__ = "site_setting"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True, server_default="")
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
