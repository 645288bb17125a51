"""The data version of each collection: a counter that every published change moves, kept by database triggers."""

from sqlalchemy import BigInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class DataVersion(Base):
    """One counter a collection. The trigger `bump_data_version` moves it once per transaction, whoever writes.

    `changed_by` is the transaction that moved it last: a transaction that finds itself there has done its part.
    """

    __tablename__ = "data_version"
    collection: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    changed_by: Mapped[int | None] = mapped_column(BigInteger)
