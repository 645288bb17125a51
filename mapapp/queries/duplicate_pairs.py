"""Pairs of public practices that could be one and the same: a similar title nearby, or the same website."""

from typing import NamedTuple

from sqlalchemy import Connection, text

MOST = 100
LIKE_ENOUGH = 0.6  # trigram similarity of titles in one country
LIKE_ENOUGH_NEARBY = 0.4
NEARBY_M = 30_000


class Half(NamedTuple):
    """One of the two."""

    slug: str
    title: str
    language: str
    place: str | None
    country: str
    organisation: str | None
    version: int


class Pair(NamedTuple):
    """Two practices. `likeness` of their titles is 0 to 1; `metres` is None where one of the two has no point."""

    one: Half
    other: Half
    likeness: float
    metres: float | None
    same_website: bool


# A website that many records name says where they were found, not that they are one.
_PAIRS = text("""
WITH site AS (
  SELECT id, rtrim(regexp_replace(lower(website), '^https?://(www\\.)?', ''), '/') AS address
  FROM practice WHERE website IS NOT NULL
), shared AS (
  SELECT min(id) AS one, max(id) AS other FROM site GROUP BY address HAVING count(*) = 2
), titled AS (
  SELECT a.practice_id AS one, b.practice_id AS other, max(similarity(a.title, b.title)) AS likeness
  FROM practice_text AS a JOIN practice_text AS b ON a.title % b.title AND a.practice_id < b.practice_id
    AND a.language = b.language
  GROUP BY a.practice_id, b.practice_id
), found AS (
  SELECT coalesce(titled.one, shared.one) AS one, coalesce(titled.other, shared.other) AS other,
    coalesce(likeness, 0) AS likeness, shared.one IS NOT NULL AS same_website
  FROM titled FULL JOIN shared ON titled.one = shared.one AND titled.other = shared.other
), measured AS (
  SELECT found.*, a.country = b.country AS same_country,
    ST_Distance(a.location::geography, b.location::geography) AS metres
  FROM found JOIN practice AS a ON a.id = found.one JOIN practice AS b ON b.id = found.other
)
SELECT one, other, likeness, metres, same_website FROM measured
WHERE same_website OR (same_country AND likeness >= :enough) OR (metres <= :nearby AND likeness >= :enough_nearby)
ORDER BY same_website DESC, likeness DESC, one, other LIMIT :most
""")
_HALVES = text("""
SELECT practice.id, slug, shown.title, shown.language, place_name, country, organisation, version FROM practice
JOIN LATERAL (
  SELECT title, language FROM practice_text WHERE practice_id = practice.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE practice.id = ANY(:ids)
""")


def pairs(connection: Connection, lang: str) -> list[Pair]:
    """Return the likeliest pairs first, at most MOST of them."""
    given = {"enough": LIKE_ENOUGH, "enough_nearby": LIKE_ENOUGH_NEARBY, "nearby": NEARBY_M, "most": MOST}
    found = connection.execute(_PAIRS, given).all()
    ids = list({one for row in found for one in row[:2]})
    halves = {row[0]: Half(*row[1:]) for row in connection.execute(_HALVES, {"ids": ids, "lang": lang})}
    return [Pair(halves[row.one], halves[row.other], row.likeness, row.metres, row.same_website) for row in found]
