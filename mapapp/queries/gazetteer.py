"""Places of the gazetteer by the name that somebody typed, in any of its languages."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ..folding import fold
from ..models.place import Place
from ..models.practice import Practice
from ..models.service import Service

MOST = 4  # of the same name
LARGE = 500_000  # people: the names of smaller towns in other languages are often those of another time
WITHIN = 20_000  # metres: farther from a point, a place does not say where it is


class Found(NamedTuple):
    """A populated place; latitude and longitude in degrees (EPSG:4326)."""

    name: str
    country: str
    latitude: float
    longitude: float


def named(connection: Connection, words: str, lang: str) -> list[Found]:
    """Return the places of a name, the largest first; those that begin so where none is called so exactly."""
    wanted = fold(words.split(",")[0]).replace("|", " ").strip()
    if not wanted:
        return []
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    query = (
        select(
            func.coalesce(Place.names[lang].astext, Place.name),
            Place.country,
            func.ST_Y(Place.location),
            func.ST_X(Place.location),
        )
        .order_by(Place.population.desc(), Place.geoname_id)
        .limit(MOST)
    )
    for pattern in (f"%|{escaped}|%", f"%|{escaped}%") if len(wanted) > 2 else (f"%|{escaped}|%",):
        found = [Found(*row) for row in connection.execute(query.where(Place.folded_names.like(pattern)))]
        if found:
            return found
    return []


def nearest(connection: Connection, latitude: float, longitude: float, lang: str) -> Found | None:
    """Return the place nearest to a point (degrees, EPSG:4326), or None where none is within `WITHIN`."""
    point = func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326)
    # The index knows degrees, which are shorter from east to west: a few are taken and measured in metres.
    some = select(Place).order_by(Place.location.op("<->")(point)).limit(8).subquery()
    metres = func.ST_Distance(func.geography(some.c.location), func.geography(point))
    query = (
        select(
            func.coalesce(some.c.names[lang].astext, some.c.name),
            some.c.country,
            func.ST_Y(some.c.location),
            func.ST_X(some.c.location),
        )
        .where(metres <= WITHIN)
        .order_by(metres, some.c.geoname_id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return Found(*row) if row else None


def other_names(connection: Connection, lang: str) -> dict[str, str]:
    """Return what readers of a language call the large cities that records lie in, by the name that records give."""
    found: dict[str, str] = {}
    for table in (Practice, Service):
        name = Place.names[lang].astext
        query = (
            select(table.place_name, name)
            .distinct()
            .join(Place, Place.geoname_id == table.place_id)
            .where(Place.population >= LARGE, name != table.place_name)
        )
        found |= {written: read for written, read in connection.execute(query)}
    return found
