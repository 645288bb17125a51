"""Addresses that records lead to, and what came of the last look whether they still lead anywhere."""

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import one_of

LINK_STATES = ("waiting", "works", "gone", "unreachable", "refused", "forbidden")


class CheckedLink(Base):
    """A web address; it waits to be looked at while `checked_at` is not after `asked_at`. `status` is the HTTP status
    of the last answer, `problem` a short word for what went wrong; `broken_since` is when it first did not work."""

    __tablename__ = "checked_link"
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    status: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    broken_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (one_of("state", LINK_STATES),)
