"""Practices that could be the same as one that somebody is writing about: a similar title nearby, the same website."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from .whereabouts import Spot

LIKE_ENOUGH = 0.45  # trigram similarity of titles anywhere
LIKE_ENOUGH_NEARBY = 0.25
NEARBY_M = 30_000
MOST = 5


class Similar(NamedTuple):
    """A published practice. `metres` from the point asked for; None where one of the two has none."""

    slug: str
    title: str
    language: str
    place: str | None
    country: str
    likeness: float
    metres: float | None
    same_website: bool


# The index knows trigrams by the default threshold of %; the rest is measured on what it finds, and on what is near.
_SIMILAR = text("""
WITH here AS (
  SELECT CASE WHEN CAST(:latitude AS float8) IS NOT NULL
    THEN ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography END AS point
), near AS (
  SELECT practice.id, ST_Distance(location::geography, point) AS metres FROM practice, here
  WHERE location && ST_Expand(ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326), 1.0)
    AND ST_DWithin(location::geography, point, :nearby)
), titled AS (
  SELECT practice_id AS id, max(similarity(atlas_fold(title), atlas_fold(:title))) AS likeness FROM practice_text
  WHERE :title <> '' AND (title % :title OR practice_id IN (SELECT id FROM near)) GROUP BY practice_id
), linked AS (
  SELECT id FROM practice WHERE :website <> ''
    AND rtrim(regexp_replace(lower(website), '^https?://(www\\.)?', ''), '/') = :website
), found AS (
  SELECT id, coalesce(likeness, 0) AS likeness, metres, linked.id IS NOT NULL AS same_website
  FROM titled FULL JOIN linked USING (id) LEFT JOIN near USING (id)
  WHERE linked.id IS NOT NULL OR likeness >= CASE WHEN metres IS NULL THEN :enough ELSE :enough_nearby END
)
SELECT slug, shown.title, shown.language, place_name, country, likeness, metres, same_website
FROM found JOIN practice USING (id)
JOIN LATERAL (
  SELECT title, language FROM practice_text WHERE practice_id = practice.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE slug <> :except
ORDER BY same_website DESC, likeness + CASE WHEN metres IS NULL THEN 0 ELSE 0.3 END DESC, slug LIMIT :most
""")


def plain_address(website: str) -> str:
    """Return a web address without what does not matter for its being the same: scheme, www, slash at the end."""
    return website.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def similar(
    connection: Connection, title: str, website: str, spot: Spot | None, lang: str, other_than: str = ""
) -> list[Similar]:
    """Return practices that could be the same, the likeliest first; `other_than` is the slug of one that is not."""
    if len(title.strip()) < 4 and not website:
        return []
    given = {
        "title": title.strip()[:300],
        "website": plain_address(website),
        "latitude": spot.latitude if spot else None,
        "longitude": spot.longitude if spot else None,
        "nearby": NEARBY_M,
        "enough": LIKE_ENOUGH,
        "enough_nearby": LIKE_ENOUGH_NEARBY,
        "lang": lang,
        "except": other_than,
        "most": MOST,
    }
    return [Similar(*row) for row in connection.execute(_SIMILAR, given)]
