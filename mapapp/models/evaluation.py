"""Evaluations of practices: one criterion of a framework each, with texts per language."""

from sqlalchemy import Computed, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import InLanguage, one_of, partial_date, term_key, text_checks

EVIDENCE_LEVELS = ("low", "medium", "high")


class Evaluation(Base):
    """What somebody said of a practice under one criterion, and where."""

    __tablename__ = "evaluation"
    id: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))
    framework: Mapped[str] = mapped_column(Text, server_default="REGIN")
    criterion: Mapped[str] = mapped_column(Text)
    criterion_vocabulary: Mapped[str] = mapped_column(Text, Computed("'criterion'::text", persisted=True))
    level: Mapped[str | None] = mapped_column(Text)
    evaluator: Mapped[str | None] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)  # of the framework
    evidence: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("practice_id", "framework", "criterion", "evaluator", postgresql_nulls_not_distinct=True),
        one_of("level", EVIDENCE_LEVELS),
        partial_date("date"),
        term_key("criterion_vocabulary", "criterion"),
    )


class EvaluationText(InLanguage, Base):
    """The statements of an evaluation in one language."""

    __tablename__ = "evaluation_text"
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id", ondelete="CASCADE"), primary_key=True)
    strength: Mapped[str | None] = mapped_column(Text)
    room_for_improvement: Mapped[str | None] = mapped_column(Text)
    __table_args__ = text_checks()
