"""NUTS territories: reference data with polygons, kept apart from our open data (licence: GISCO, EuroGeographics)."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import COUNTRY


class Territory(Base):
    """One NUTS unit. `code` is of the vintage; `country` is ISO 3166-1 (GR for EL, GB for UK).

    `outline` is a MultiPolygon in EPSG:4326 from the 1:3M set; `sketch` the lighter 1:10M one for maps.
    """

    __tablename__ = "territory"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    level: Mapped[int]
    country: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_latin: Mapped[str] = mapped_column(Text)
    vintage: Mapped[int] = mapped_column(default=2021, server_default="2021")
    later_code: Mapped[str | None] = mapped_column(Text)  # the code of NUTS 2024, where it differs
    outline: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    sketch: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 3 AND length(code) = level + 2", name="level"),
        CheckConstraint(COUNTRY, name="country"),
        CheckConstraint("ST_IsValid(outline) AND NOT ST_IsEmpty(outline)", name="outline_valid"),
        CheckConstraint("ST_IsValid(sketch) AND NOT ST_IsEmpty(sketch)", name="sketch_valid"),
        Index("ix_territory_outline", "outline", postgresql_using="gist"),
        Index("ix_territory_sketch", "sketch", postgresql_using="gist"),
    )
