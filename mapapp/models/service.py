"""Local services for newcomers, with texts per language. Names follow HSDS 3 where they fit."""

from datetime import date

from sqlalchemy import CheckConstraint, Computed, Date, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import COUNTRY, SLUG, InLanguage, Located, Record, located_args, term_key, text_checks


class Service(Record, Located, Base):
    """A service. `languages` are BCP 47 tags of the languages spoken; `opening_hours` is a list of
    {"day": 1–7 (Monday first), "opens": "HH:MM", "closes": "HH:MM"}, empty where no source gives any."""

    __tablename__ = "service"
    category: Mapped[str] = mapped_column(Text)
    category_vocabulary: Mapped[str] = mapped_column(Text, Computed("'service_category'::text", persisted=True))
    organisation: Mapped[str | None] = mapped_column(Text)
    place_name: Mapped[str | None] = mapped_column(Text)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.geoname_id"))
    address: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, index=True)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    phone: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    opening_hours: Mapped[list[dict[str, object]]] = mapped_column(JSONB, server_default="[]")
    temporarily_closed: Mapped[bool] = mapped_column(server_default="false")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    source_url: Mapped[str | None] = mapped_column(Text)  # none: its owner says so
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    lapsed_on: Mapped[date | None] = mapped_column(Date)  # its owner was asked whether it is still right, in vain
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # who keeps it up
    __table_args__ = (
        *located_args("service"),
        CheckConstraint(SLUG, name="slug"),
        CheckConstraint(COUNTRY, name="country"),
        CheckConstraint("source_url IS NOT NULL OR owner_id IS NOT NULL", name="source"),
        term_key("category_vocabulary", "category"),
        Index("ix_service_changed", "updated_at", "slug"),
        Index("ix_service_languages", "languages", postgresql_using="gin"),
    )


class ServiceText(InLanguage, Base):
    """The texts of a service in one language: what it is, who may come, what it costs, what to bring along."""

    __tablename__ = "service_text"
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    eligibility: Mapped[str | None] = mapped_column(Text)
    cost: Mapped[str | None] = mapped_column(Text)
    documents: Mapped[str | None] = mapped_column(Text)
    __table_args__ = text_checks()
