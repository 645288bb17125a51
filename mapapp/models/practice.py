"""Practices with their texts per language, vocabulary terms and covered territories."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, Date, ForeignKey, ForeignKeyConstraint, Index, Numeric, Text, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import COUNTRY, SLUG, InLanguage, Located, Record, located_args, one_of, term_key, text_checks

STATUSES = ("running", "ended", "unknown")


class Practice(Record, Located, Base):
    """A practice of integration. Its texts are in `PracticeText`, its themes, dimensions and target groups in
    `PracticeTerm`; `nuts_code` is the territory its point lies in, `PracticeTerritory` what it covers."""

    __tablename__ = "practice"
    title_original: Mapped[str | None] = mapped_column(Text)
    language_original: Mapped[str | None] = mapped_column(Text)
    place_name: Mapped[str | None] = mapped_column(Text)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.geoname_id"), index=True)
    country: Mapped[str] = mapped_column(Text, index=True)
    nuts_code: Mapped[str | None] = mapped_column(ForeignKey("territory.code"), index=True)
    organisation: Mapped[str | None] = mapped_column(Text)
    organisation_type: Mapped[str | None] = mapped_column(Text)
    organisation_type_vocabulary: Mapped[str] = mapped_column(
        Text, Computed("'organisation_type'::text", persisted=True)
    )
    partners: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    programmes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    start_year: Mapped[int | None]
    end_year: Mapped[int | None]
    status: Mapped[str] = mapped_column(Text, server_default="unknown")
    budget_eur: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    website: Mapped[str | None] = mapped_column(Text)
    source_title: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)
    source_accessed: Mapped[date | None] = mapped_column(Date)
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    lapsed_on: Mapped[date | None] = mapped_column(Date)  # its owner was asked whether it is still right, in vain
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # who keeps it up
    contact_name: Mapped[str | None] = mapped_column(Text)  # a person: shown only where `contact_public` says so
    contact_mail: Mapped[str | None] = mapped_column(Text)
    contact_public: Mapped[bool] = mapped_column(server_default=false())
    __table_args__ = (
        *located_args("practice"),
        CheckConstraint(SLUG, name="slug"),
        CheckConstraint(COUNTRY, name="country"),
        one_of("status", STATUSES),
        CheckConstraint("start_year BETWEEN 1900 AND 2100 AND end_year BETWEEN 1900 AND 2100", name="years"),
        CheckConstraint("end_year >= start_year", name="years_order"),
        CheckConstraint("budget_eur >= 0", name="budget"),
        CheckConstraint("NOT contact_public OR contact_name IS NOT NULL OR contact_mail IS NOT NULL", name="contact"),
        CheckConstraint("source_url IS NOT NULL OR source_title IS NOT NULL", name="source"),
        term_key("organisation_type_vocabulary", "organisation_type"),
        Index("ix_practice_changed", "updated_at", "slug"),
        Index("ix_practice_programmes", "programmes", postgresql_using="gin"),
    )


class PracticeText(InLanguage, Base):
    """The texts of a practice in one language."""

    __tablename__ = "practice_text"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    lessons: Mapped[str | None] = mapped_column(Text)
    transferability: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        *text_checks(),
        CheckConstraint("length(title) BETWEEN 1 AND 300", name="title"),
        Index("ix_practice_text_source", "practice_id", unique=True, postgresql_where="is_source"),
        Index(
            "ix_practice_text_title_trgm",
            "title",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops"},
        ),
    )


class PracticeTerm(Base):
    """A theme, dimension or target group of a practice; `position` keeps the order in which they were given."""

    __tablename__ = "practice_term"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        ForeignKeyConstraint(["vocabulary", "key"], ["term.vocabulary", "term.key"]),
        CheckConstraint("vocabulary IN ('theme', 'dimension', 'target_group')", name="vocabulary"),
        Index("ix_practice_term_key", "vocabulary", "key"),
    )


class PracticeTerritory(Base):
    """A territory that a practice covers; there may be several."""

    __tablename__ = "practice_territory"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("territory.code"), primary_key=True, index=True)
