"""What is made from the records to be read fast: their searchable texts, and their features."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class PracticeDocument(Base):
    """The words of a practice, folded, whole and stemmed in their own language; titles apart, for ranking."""

    __tablename__ = "practice_document"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[Any] = mapped_column(TSVECTOR)
    body: Mapped[Any] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("ix_practice_document_title", "title", postgresql_using="gin"),
        Index("ix_practice_document_body", "body", postgresql_using="gin"),
    )


class ServiceDocument(Base):
    """The words of a service, as `PracticeDocument`."""

    __tablename__ = "service_document"
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[Any] = mapped_column(TSVECTOR)
    body: Mapped[Any] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("ix_service_document_title", "title", postgresql_using="gin"),
        Index("ix_service_document_body", "body", postgresql_using="gin"),
    )


class KnownWord(Base):
    """A word that some record of a collection holds, folded: what a mistyped word is compared with."""

    __tablename__ = "known_word"
    collection: Mapped[str] = mapped_column(Text, primary_key=True)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
    __table_args__ = (
        Index(
            "ix_known_word_word_trgm",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )


class PracticeFeature(Base):
    """A practice as GeoJSON in a language, written beforehand: see `formats/written.py`.

    No foreign key: it would lock the record while its feature is written, and a trigger throws the feature out.
    """

    __tablename__ = "practice_feature"
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    practice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form: Mapped[str] = mapped_column(Text)
    line: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[int] = mapped_column(BigInteger, Identity())  # a later one was written later
    __table_args__ = (
        Index("ix_practice_feature_number", "language", "form", "number", postgresql_include=["practice_id"]),
    )
