"""Columns and constraints that several tables share: slugs, texts per language, locations, vocabulary keys."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"
LANGUAGE = "language ~ '^[a-z]{2,3}(-[A-Za-z0-9]+)*$'"
COUNTRY = "country ~ '^[A-Z]{2}$'"  # ISO 3166-1 alpha-2: GR and GB, where NUTS writes EL and UK
PARTIAL_DATE = r"'^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$'"
ORIGINS = ("author", "translator", "machine")
LOCATION_KINDS = ("address", "municipality", "region", "country")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Return a check that holds `column` to a closed list that the code itself relies on."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def partial_date(column: str) -> CheckConstraint:
    """Return a check for a date as precise as its source: YYYY, YYYY-MM or YYYY-MM-DD."""
    return CheckConstraint(f"{column} ~ {PARTIAL_DATE}", name=column)


def term_key(vocabulary_column: str, key_column: str) -> ForeignKeyConstraint:
    """Return the reference of a key column to a term of the vocabulary named by its constant column."""
    return ForeignKeyConstraint([vocabulary_column, key_column], ["term.vocabulary", "term.key"])


class Record:
    """What every published record has: a permanent slug, a version that grows with each change, and its times."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class InLanguage:
    """What every text row has: its language, who wrote it, and the version of the record that it was made from.

    The source text carries the version in which it last changed; a translation is older than its source when its
    `source_version` is smaller than that of the source text.
    """

    language: Mapped[str] = mapped_column(Text, primary_key=True)
    origin: Mapped[str] = mapped_column(Text, default="author", server_default="author")
    is_source: Mapped[bool] = mapped_column(default=False, server_default="false")
    source_version: Mapped[int] = mapped_column(default=1, server_default="1")


def text_checks() -> tuple[CheckConstraint, ...]:
    """Return the checks of an `InLanguage` table."""
    return (CheckConstraint(LANGUAGE, name="language"), one_of("origin", ORIGINS))


class Located:
    """A point in EPSG:4326 (degrees) and its kind; both or neither. Records without one stay in lists and exports."""

    location: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    location_kind: Mapped[str | None] = mapped_column(Text)


def located_args(table: str) -> tuple[Any, ...]:
    """Return the checks and the GiST index of a `Located` table."""
    return (
        CheckConstraint("(location IS NULL) = (location_kind IS NULL)", name="location_has_kind"),
        CheckConstraint(
            "ST_IsValid(location) AND NOT ST_IsEmpty(location) AND ST_X(location) BETWEEN -180 AND 180 "
            "AND ST_Y(location) BETWEEN -90 AND 90",
            name="location_valid",
        ),
        one_of("location_kind", LOCATION_KINDS),
        Index(f"ix_{table}_location", "location", postgresql_using="gist"),
    )
