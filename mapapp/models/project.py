"""Projects, their texts per language and the regions that take part in them."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import SLUG, InLanguage, Record, one_of, partial_date, text_checks

ROLES = ("lead", "partner", "pilot", "associated", "technical", "advisory")


class Project(Record, Base):
    """A cooperation project. Dates are as precise as their source: YYYY, YYYY-MM or YYYY-MM-DD."""

    __tablename__ = "project"
    acronym: Mapped[str | None] = mapped_column(Text)
    title_local: Mapped[str | None] = mapped_column(Text)
    programme: Mapped[str | None] = mapped_column(Text)
    start_date: Mapped[str | None] = mapped_column(Text)
    end_date: Mapped[str | None] = mapped_column(Text)
    total_cost_eur: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    eu_grant_eur: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    lead_partner: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    source_url: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint(SLUG, name="slug"),
        partial_date("start_date"),
        partial_date("end_date"),
    )


class ProjectText(InLanguage, Base):
    """The texts of a project in one language."""

    __tablename__ = "project_text"
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    aims: Mapped[str | None] = mapped_column(Text)
    measures: Mapped[str | None] = mapped_column(Text)
    benefits: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    __table_args__ = text_checks()


class Membership(Base):
    """A region's part in a project; a region may have more than one role."""

    __tablename__ = "membership"
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    __table_args__ = (one_of("role", ROLES),)
