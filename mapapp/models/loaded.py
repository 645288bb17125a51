"""What was read from files: how a second load knows that nothing changed, and what was changed here since."""

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base

CHANGED_HERE = 0  # the version of a record that loads leave alone, whatever its file says


class LoadedFile(Base):
    """A reference file (territories, gazetteer) as it was last loaded, with the SHA-256 of its content."""

    __tablename__ = "loaded_file"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class LoadedRecord(Base):
    """A record as its file last gave it. A record whose version grew since was changed here: a load keeps it. What has
    no version of its own (words of vocabularies, evaluations) is kept when it stands here with CHANGED_HERE."""

    __tablename__ = "loaded_record"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
