"""Partner regions, municipalities and networks, their texts per language and their sourced context figures."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import COUNTRY, SLUG, InLanguage, Located, Record, located_args, one_of, term_key, text_checks

LEVELS = ("region", "district", "municipality", "network")
DESTINATIONS = ("new", "established")


class Region(Record, Located, Base):
    """A partner region. `outline_code` is the territory whose outline is its own; `nuts_code` the smallest
    territory that holds it (the same where the outline is exact, else only its container)."""

    __tablename__ = "region"
    name_local: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, index=True)
    nuts_code: Mapped[str | None] = mapped_column(ForeignKey("territory.code"), index=True)
    outline_code: Mapped[str | None] = mapped_column(ForeignKey("territory.code"))
    level: Mapped[str] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    destination_type: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        *located_args("region"),
        CheckConstraint(SLUG, name="slug"),
        CheckConstraint(COUNTRY, name="country"),
        one_of("level", LEVELS),
        one_of("destination_type", DESTINATIONS),
    )


class RegionText(InLanguage, Base):
    """The texts of a region in one language."""

    __tablename__ = "region_text"
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    authority_role: Mapped[str | None] = mapped_column(Text)
    __table_args__ = text_checks()


class RegionIndicator(Base):
    """A context figure of a region. `year` is a year, a range (2013-2014) or empty where the source has none."""

    __tablename__ = "region_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"), index=True)
    indicator: Mapped[str] = mapped_column(Text)
    indicator_vocabulary: Mapped[str] = mapped_column(Text, Computed("'indicator'::text", persisted=True))
    year: Mapped[str] = mapped_column(Text, server_default="")
    value: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    unit: Mapped[str] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("region_id", "indicator", "year"),
        CheckConstraint(r"year ~ '^(\d{4}(-\d{4})?)?$'", name="year"),
        term_key("indicator_vocabulary", "indicator"),
    )
