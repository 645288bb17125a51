"""Partner regions as a map layer: outlines where an open one exists, else points. GeoJSON (RFC 7946), EPSG:4326.

Made for drawing, not for taking away: outlines are simplified, and theirs is another licence than ours.
"""

from collections.abc import Iterable

MEDIA_TYPE = "application/geo+json"
CREDIT = "© EuroGeographics for the administrative boundaries"

# Over the aliases of `queries.regions.layer`: r region, s its name, t its territory, m its part in a project or NULL;
# of the bound values, `countries` and `roles` are JSON objects of words by key, `pages` the path of the regions' pages.
# Beside others a region is drawn to about a kilometre; alone (by its slug) it fills a map and is drawn finer.
FEATURE = """
    '{"type":"Feature","id":' || to_json(r.slug)::text
    || ',"geometry":' || CASE WHEN t.code IS NULL THEN ST_AsGeoJSON(r.location, 4)
        WHEN CAST(:slug AS text) IS NULL THEN ST_AsGeoJSON(ST_SimplifyPreserveTopology(t.sketch, 0.01), 3)
        ELSE ST_AsGeoJSON(ST_SimplifyPreserveTopology(t.outline, 0.002), 4) END
    || ',"properties":' || json_strip_nulls(json_build_object(
        'name', s.name, 'language', s.language, 'place', CAST(:countries AS json) ->> r.country,
        'url', :pages || r.slug, 'country', r.country, 'level', r.level,
        'outline', t.code IS NOT NULL, 'role', m.role, 'role_words', CAST(:roles AS json) ->> m.role,
        'destination_type', r.destination_type))::text
    || '}'
"""


def collection(features: Iterable[str]) -> bytes:
    """Return features written by `FEATURE` as one document."""
    head = f'{{"type":"FeatureCollection","attribution":"{CREDIT}","features":[\n'
    return (head + ",\n".join(features) + "]}\n").encode()
