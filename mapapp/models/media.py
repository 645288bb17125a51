"""Press and media reports, most of them about a project."""

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import partial_date


class MediaReport(Base):
    """A report as its outlet titled it, in its own language; `url` is NULL where only the project page lists it,
    `project_id` where it is about integration in general."""

    __tablename__ = "media_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    outlet: Mapped[str] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("outlet", "title"), partial_date("date"))
