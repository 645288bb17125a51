"""The data version of each collection: a counter that every published change moves, kept by database triggers."""

from sqlalchemy import BigInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class DataVersion(Base):
    """One counter a collection. The trigger `bump_data_version` moves it once per transaction, whoever writes."""

    __tablename__ = "data_version"
    collection: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
