"""What begins like the words being typed: practices and places from PostgreSQL, names of regions for the memory."""

from typing import NamedTuple

from sqlalchemy import Connection, text


class Practice(NamedTuple):
    """A practice with a title word that begins so; the title in the reader's language."""

    id: int
    slug: str
    title: str
    language: str
    place: str | None
    country: str


class Place(NamedTuple):
    """A place of the gazetteer, degrees (EPSG:4326), named in the reader's language."""

    name: str
    country: str
    lat: float
    lon: float


class Named(NamedTuple):
    """A partner region (`code` is its slug) or a territory (NUTS code) and one of its names, with the language of the
    name where it is known."""

    kind: str
    code: str
    country: str
    name: str
    language: str


_PRACTICES = text("""
WITH found AS MATERIALIZED (
  SELECT practice_id FROM practice_document
  WHERE title @@ replace(to_tsquery('simple', :start)::text, '<->', '&')::tsquery LIMIT 200
)
SELECT practice.id, slug, shown.title, shown.language, place_name, country
FROM found JOIN practice ON practice.id = practice_id
JOIN LATERAL (
  SELECT language, title FROM practice_text WHERE practice_text.practice_id = practice.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
ORDER BY starts_with(atlas_fold(shown.title), :typed) DESC, length(shown.title), practice.id LIMIT :most
""")
_PLACES = text("""
SELECT coalesce(names ->> :lang, name), country, ST_Y(location), ST_X(location)
FROM place WHERE folded_names LIKE :start
ORDER BY (folded_names LIKE :whole) DESC, population DESC, geoname_id LIMIT :most
""")
_NAMES = text("""
SELECT 'partner', slug, country, name, language FROM region JOIN region_text ON region_id = id
UNION SELECT 'partner', slug, country, name_local, '' FROM region WHERE name_local IS NOT NULL
UNION SELECT 'region', code, country, name_latin, '' FROM territory WHERE level > 0
UNION SELECT 'region', code, country, name, '' FROM territory WHERE level > 0
ORDER BY 1, 2, 4, 5
""")


def practices(connection: Connection, words: list[str], lang: str, most: int = 4) -> list[Practice]:
    """Return practices whose title has all folded words (letters and digits only), the last one as a beginning."""
    start = " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"])
    given = {"start": start, "typed": " ".join(words), "lang": lang, "most": most}
    return [Practice(*row) for row in connection.execute(_PRACTICES, given)]


def places(connection: Connection, words: list[str], lang: str, most: int = 3) -> list[Place]:
    """Return places with a name that begins with folded words: so called before others, the largest first."""
    typed = " ".join(words)
    given = {"start": f"%|{typed}%", "whole": f"%|{typed}|%", "lang": lang, "most": most}
    return [Place(*row) for row in connection.execute(_PLACES, given)]


def region_names(connection: Connection) -> list[Named]:
    """Return every name of partner regions and NUTS territories (levels 1 to 3): some thousands."""
    return [Named(*row) for row in connection.execute(_NAMES)]
