"""What waits: proposals with every step they took, photos, mails to send; and records that are public no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import one_of

KINDS = ("practice", "service", "evaluation")
ACTIONS = ("create", "change", "retire", "merge")
STATES = ("draft", "submitted", "agreed", "approved", "returned", "withdrawn")
STEPS = ("saved", "submitted", "agreed", "approved", "returned", "withdrawn", "asked", "answered", "caught_up")
MAIL_STATES = ("waiting", "sending", "sent", "failed")


class Proposal(Base):
    """A change that somebody wants. `values` is the whole record as it would be (see `forms`), `base` the record as it
    was at `base_version` (null for a new one). `revision` grows with every save: a decision names the one it saw.
    `key` makes a form that is sent twice one proposal."""

    __tablename__ = "proposal"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    kind: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    slug: Mapped[str | None] = mapped_column(Text)  # of the record; a new one gets it when it is approved
    base_version: Mapped[int | None]
    base: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    revision: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    note: Mapped[str | None] = mapped_column(Text)  # the author's words to the moderator
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    language: Mapped[str] = mapped_column(Text, server_default="en")  # in which the author is written to
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    published_version: Mapped[int | None]  # of the record, when approved
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("action", ACTIONS),
        one_of("state", STATES),
        CheckConstraint("action = 'create' OR slug IS NOT NULL", name="slug"),
        CheckConstraint("(state = 'approved') = (published_version IS NOT NULL)", name="published"),
        CheckConstraint("state <> 'returned' OR reason <> ''", name="reason"),
        Index("ix_proposal_queue", "submitted_at", postgresql_where="state IN ('submitted', 'agreed')"),
        Index("ix_proposal_author", "author_id", "changed_at"),
        Index("ix_proposal_record", "kind", "slug"),
    )


class ProposalStep(Base):
    """One step of a proposal: who did what, when and why. Never changed."""

    __tablename__ = "proposal_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    step: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    words: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (one_of("step", STEPS),)


class Photo(Base):
    """A photo that was taken in: re-encoded files in the data folder, named by `id`. It is reaped when neither a
    proposal nor a practice names it any more."""

    __tablename__ = "photo"
    id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PracticePhoto(Base):
    """A photo of a practice, with its alternative text per language and its credit."""

    __tablename__ = "practice_photo"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(server_default="0")
    alt: Mapped[dict[str, str]] = mapped_column(JSONB)
    credit: Mapped[str] = mapped_column(Text)


class Message(Base):
    """A mail, written in the transaction that is the reason for it, sent later. `message_id` stays the same however
    often sending is tried, so that a mail server knows a repetition."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    receiver: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (
        one_of("state", MAIL_STATES),
        CheckConstraint("subject !~ '[\\r\\n]' AND receiver !~ '[\\r\\n]'", name="one_line"),
        Index("ix_message_due", "due_at", postgresql_where="state IN ('waiting', 'sending')"),
    )


class FormerRecord(Base):
    """A record that is public no more: where its address leads now, or why it is gone."""

    __tablename__ = "former_record"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    moved_to: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Freshness(Base):
    """When the owner of a record was asked whether it is still right, and what came of it. `messages` are the mails
    that ask; `sent_at` is when the first of them left, from which an answer is waited for."""

    __tablename__ = "freshness"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    messages: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
