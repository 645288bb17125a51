"""Press and media reports about projects."""

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import partial_date


class MediaReport(Base):
    """A report as its outlet titled it, in its own language; `url` is NULL where only the project page lists it."""

    __tablename__ = "media_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    outlet: Mapped[str] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("project_id", "outlet", "title"), partial_date("date"))
