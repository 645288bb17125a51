"""Needs of a region by theme: what is on offer, what is missing, what is wished for."""

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import SLUG, InLanguage, Record, one_of, partial_date, term_key, text_checks

KINDS = ("on-offer", "missing", "wished")


class Need(Record, Base):
    """One statement of what a region has, lacks or wishes; its theme links it to practices elsewhere."""

    __tablename__ = "need"
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    theme: Mapped[str] = mapped_column(Text)
    theme_vocabulary: Mapped[str] = mapped_column(Text, Computed("'theme'::text", persisted=True))
    date: Mapped[str | None] = mapped_column(Text)
    source_title: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint(SLUG, name="slug"),
        Index("ix_need_changed", "updated_at", "slug"),
        one_of("kind", KINDS),
        partial_date("date"),
        term_key("theme_vocabulary", "theme"),
    )


class NeedText(InLanguage, Base):
    """The statement of a need in one language."""

    __tablename__ = "need_text"
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    statement: Mapped[str] = mapped_column(Text)
    __table_args__ = text_checks()
