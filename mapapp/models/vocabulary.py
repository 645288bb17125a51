"""Vocabulary terms with labels and synonyms per language: every facet comes from here."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import LANGUAGE, ORIGINS, one_of


class Term(Base):
    """One key of a vocabulary, in its place in the order shown."""

    __tablename__ = "term"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]


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
