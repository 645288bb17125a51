"""Vocabulary terms with labels and synonyms per language: every facet comes from here."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import LANGUAGE, ORIGINS, one_of


class Term(Base):
    """One key of a vocabulary, in its place in the order shown. A retired one stays on its records and is offered no
    more. `colour` and `icon` (see `mapapp.looks`) are those of a theme to which an admin has given others than its
    key's own."""

    __tablename__ = "term"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    colour: Mapped[str | None] = mapped_column(Text)
    icon: Mapped[str | None] = mapped_column(Text)


class FormerTerm(Base):
    """A key that was merged into another of its vocabulary: searches and files that name it mean the other. `kept` is
    what the merge changed, so that it can be undone; see `mapapp.writing.term_merging`."""

    __tablename__ = "former_term"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    moved_to: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    __table_args__ = (ForeignKeyConstraint(["vocabulary", "moved_to"], ["term.vocabulary", "term.key"]),)


class TermLabel(Base):
    """The word shown for a term in one language."""

    __tablename__ = "term_label"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="machine")
    __table_args__ = (
        ForeignKeyConstraint(["vocabulary", "key"], ["term.vocabulary", "term.key"], ondelete="CASCADE"),
        UniqueConstraint("vocabulary", "language", "label"),
        CheckConstraint(LANGUAGE, name="language"),
        one_of("origin", ORIGINS),
    )


class TermSynonym(Base):
    """A word that people type for a term: searched, never shown."""

    __tablename__ = "term_synonym"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    synonym: Mapped[str] = mapped_column(Text, primary_key=True)
    __table_args__ = (
        ForeignKeyConstraint(["vocabulary", "key"], ["term.vocabulary", "term.key"], ondelete="CASCADE"),
        CheckConstraint(LANGUAGE, name="language"),
        Index(
            "ix_term_synonym_synonym_trgm",
            "synonym",
            postgresql_using="gin",
            postgresql_ops={"synonym": "gin_trgm_ops"},
        ),
    )
