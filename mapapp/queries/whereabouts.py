"""What lies where: places to choose from, the territories around a point, and a point for a whole territory.

Points are in degrees (EPSG:4326), distances in metres.
"""

from typing import NamedTuple

from sqlalchemy import Connection, text

from ..folding import fold

MOST = 12
SHORE_DEGREES = 0.1  # outlines are drawn at 1:3 million: a point on the shore may lie a little outside of its own


class Candidate(NamedTuple):
    """A place of the gazetteer that somebody may mean; `around` is the name of the district that it lies in."""

    id: int
    name: str
    country: str
    population: int
    latitude: float
    longitude: float
    around: str | None


class Around(NamedTuple):
    """A territory that holds a point. `country` is ISO 3166-1; `level` 0 (country) to 3."""

    code: str
    level: int
    name: str
    country: str


class Spot(NamedTuple):
    """A point in degrees that stands for something."""

    latitude: float
    longitude: float


# Those that are called so come before those that begin so; then size counts, and nearness when something is near.
_CANDIDATES = text("""
WITH found AS MATERIALIZED (
  SELECT geoname_id, coalesce(names ->> :lang, name) AS name, country, population, location,
    folded_names LIKE :whole AS whole,
    ln(population + 100) - CASE WHEN CAST(:latitude AS float8) IS NULL THEN 0 ELSE least(ST_Distance(
      location::geography, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography) / 100000, 8) END AS rank
  FROM place WHERE folded_names LIKE :start AND (CAST(:country AS text) IS NULL OR country = :country)
  ORDER BY whole DESC, rank DESC, geoname_id LIMIT :most
)
SELECT geoname_id, found.name, found.country, population, ST_Y(location), ST_X(location),
  (SELECT name_latin FROM territory WHERE level = 3 AND ST_Covers(outline, location) LIMIT 1)
FROM found ORDER BY whole DESC, rank DESC, geoname_id
""")
_PLACE = text("""
SELECT geoname_id, coalesce(names ->> :lang, name), country, population, ST_Y(location), ST_X(location),
  (SELECT name_latin FROM territory WHERE level = 3 AND ST_Covers(outline, location) LIMIT 1)
FROM place WHERE geoname_id = :id
""")
_AROUND = text("""
SELECT code, level, name_latin, country FROM territory,
  (SELECT ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326) AS point) AS here
WHERE ST_DWithin(outline, point, :shore)
ORDER BY level, ST_Covers(outline, point) DESC, outline <-> point, code
""")
_SPOT = text("""
SELECT ST_Y(spot), ST_X(spot) FROM territory, ST_PointOnSurface(sketch) AS spot WHERE code = :code
""")
_TERRITORIES = text("""
SELECT code, level, name_latin, country FROM territory
WHERE code = upper(:typed) OR translate(' ' || atlas_fold(name_latin), '''', ' ') LIKE :within
  OR translate(' ' || atlas_fold(name), '''', ' ') LIKE :within
ORDER BY code = upper(:typed) DESC, atlas_fold(name_latin) = :folded DESC, atlas_fold(name_latin) LIKE :start DESC,
  level, name_latin, code LIMIT :most
""")
_COUNTRY_CODE = text("SELECT code FROM territory WHERE level = 0 AND country = :country")
_CODES = text("SELECT code FROM territory")


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("|", " ")


def candidates(
    connection: Connection, words: str, lang: str, near: Spot | None = None, country: str | None = None
) -> list[Candidate]:
    """Return the places that somebody may mean who typed `words`, by name, size and nearness to `near`."""
    wanted = _escaped(fold(words.split(",")[0]).strip())
    if not wanted:
        return []
    given = {
        "start": f"%|{wanted}%" if len(wanted) > 2 else f"%|{wanted}|%",
        "whole": f"%|{wanted}|%",
        "lang": lang,
        "latitude": near.latitude if near else None,
        "longitude": near.longitude if near else None,
        "country": country,
        "most": MOST,
    }
    return [Candidate(*row) for row in connection.execute(_CANDIDATES, given)]


def called(connection: Connection, name: str, lang: str, country: str | None = None) -> list[Candidate]:
    """Return the places that are called so in any language, the largest first."""
    wanted = _escaped(fold(name.split(",")[0]).strip())
    given = {"start": f"%|{wanted}|%", "whole": f"%|{wanted}|%", "lang": lang, "country": country, "most": MOST}
    if not wanted:
        return []
    return [Candidate(*row) for row in connection.execute(_CANDIDATES, given | {"latitude": None, "longitude": None})]


def place(connection: Connection, place_id: int, lang: str) -> Candidate | None:
    """Return a place of the gazetteer, or None."""
    row = connection.execute(_PLACE, {"id": place_id, "lang": lang}).one_or_none()
    return Candidate(*row) if row else None


def around(connection: Connection, spot: Spot) -> list[Around]:
    """Return the territories that hold a point, one of each level, the country first; none where none is known."""
    rows = connection.execute(_AROUND, {**spot._asdict(), "shore": SHORE_DEGREES})
    found: dict[int, Around] = {}
    for row in rows:
        found.setdefault(row.level, Around(*row))
    return list(found.values())


def spot_of(connection: Connection, code: str) -> Spot | None:
    """Return a point inside a territory that stands for the whole of it, or None."""
    row = connection.execute(_SPOT, {"code": code}).one_or_none()
    return Spot(round(row[0], 4), round(row[1], 4)) if row else None


def spot_of_country(connection: Connection, country: str) -> Spot | None:
    """Return a point that stands for a whole country (ISO 3166-1), or None where its outline is not known."""
    code = connection.execute(_COUNTRY_CODE, {"country": country}).scalar_one_or_none()
    return spot_of(connection, code) if code else None


def territories(connection: Connection, words: str) -> list[Around]:
    """Return the NUTS territories whose code that is, that are called so, or in whose name a word begins so: Bozen is
    Bolzano-Bozen."""
    folded = fold(words).strip()
    if not folded:
        return []
    start = f"{_escaped(folded)}%"
    given = {"typed": words.strip(), "folded": folded, "start": start, "within": f"% {start}", "most": MOST}
    return [Around(*row) for row in connection.execute(_TERRITORIES, given)]


def codes(connection: Connection) -> frozenset[str]:
    """Return every NUTS code that is known."""
    return frozenset(connection.execute(_CODES).scalars())
