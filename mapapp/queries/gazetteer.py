"""Places of the gazetteer by the name that somebody typed, in any of its languages."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ..folding import fold
from ..models.place import Place

MOST = 4  # of the same name


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
