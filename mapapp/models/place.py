"""The gazetteer (GeoNames): places to search near, to pick in forms and to match imported names."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .columns import COUNTRY


class Place(Base):
    """A populated place. `names` maps a language to its name; `folded_names` is every name, lower case without
    accents, each between bars (`|wien|vienna|`), so that one trigram index serves prefixes and typos."""

    __tablename__ = "place"
    geoname_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    folded_names: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    population: Mapped[int]
    location: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    __table_args__ = (
        CheckConstraint(COUNTRY, name="country"),
        CheckConstraint("ST_IsValid(location) AND NOT ST_IsEmpty(location)", name="location_valid"),
        Index("ix_place_location", "location", postgresql_using="gist"),
        Index(
            "ix_place_folded_names_trgm",
            "folded_names",
            postgresql_using="gin",
            postgresql_ops={"folded_names": "gin_trgm_ops"},
        ),
    )
