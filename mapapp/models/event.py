"""Events of projects and regions, with titles per language."""

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import SLUG, InLanguage, Located, Record, located_args, partial_date, term_key, text_checks


class Event(Record, Located, Base):
    """An event. `date` is as precise as its source and NULL while it is to be announced; online ones have no place."""

    __tablename__ = "event"
    type: Mapped[str] = mapped_column(Text)
    type_vocabulary: Mapped[str] = mapped_column(Text, Computed("'event_type'::text", persisted=True))
    date: Mapped[str | None] = mapped_column(Text)
    place_name: Mapped[str | None] = mapped_column(Text)
    online: Mapped[bool] = mapped_column(server_default="false")
    country: Mapped[str | None] = mapped_column(Text)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    url: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        *located_args("event"),
        CheckConstraint(SLUG, name="slug"),
        Index("ix_event_changed", "updated_at", "slug"),
        partial_date("date"),
        term_key("type_vocabulary", "type"),
    )


class EventText(InLanguage, Base):
    """The title of an event in one language."""

    __tablename__ = "event_text"
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    __table_args__ = text_checks()
