"""The published records of a collection as packed columns: what `atlas/` is built from. Changes with a new column.

PostgreSQL packs each column into one value (fixed-width bytes, big-endian), so that a million records come over in a
few rows and no Python object is made for any of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text

#: One record of `Packed.records`: degrees (EPSG:4326, NaN without location), place in LOCATION_KINDS from 1 (0: none),
#: years (-1: unknown), seconds since 1970, days since 1970 (-1: never confirmed).
RECORD = [
    ("id", ">i4"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("kind", ">i2"),
    ("start_year", ">i2"),
    ("end_year", ">i2"),
    ("updated", ">f8"),
    ("confirmed", ">i4"),
]

_RECORDS = """
SELECT string_agg(
    int4send(id) || float8send(coalesce(ST_X(location), 'NaN')) || float8send(coalesce(ST_Y(location), 'NaN'))
    || int2send(coalesce(array_position(ARRAY['address', 'municipality', 'region', 'country'], location_kind), 0)::int2)
    || {years} || float8send(extract(epoch FROM updated_at)::float8)
    || int4send(coalesce(confirmed_on - DATE '1970-01-01', -1)),
  ''),
  string_agg(slug, ' ')
FROM {table}
"""
_PRACTICE_YEARS = "int2send(coalesce(start_year, -1)::int2) || int2send(coalesce(end_year, -1)::int2)"
_NO_YEARS = "int2send((-1)::int2) || int2send((-1)::int2)"

# Every (field, value, id) that a filter or a facet asks for; `place` names the clusters.
_PRACTICE_VALUES = """
SELECT 'country' AS field, country AS value, id FROM practice
UNION ALL SELECT 'status', status, id FROM practice
UNION ALL SELECT 'organisation_type', organisation_type, id FROM practice WHERE organisation_type IS NOT NULL
UNION ALL SELECT 'place', place_name, id FROM practice WHERE place_name IS NOT NULL
UNION ALL SELECT 'region', nuts_code, id FROM practice WHERE nuts_code IS NOT NULL
UNION ALL SELECT 'region', code, practice_id FROM practice_territory
UNION ALL SELECT 'programme', programme, id FROM practice, unnest(programmes) AS programme
UNION ALL SELECT 'project', project.slug, practice.id FROM practice JOIN project ON project.id = project_id
UNION ALL SELECT 'criterion', criterion, practice_id FROM evaluation
UNION ALL SELECT 'language', language, practice_id FROM practice_text
UNION ALL SELECT vocabulary, key, practice_id FROM practice_term
"""
_SERVICE_VALUES = """
SELECT 'country' AS field, country AS value, id FROM service
UNION ALL SELECT 'category', category, id FROM service
UNION ALL SELECT 'place', place_name, id FROM service WHERE place_name IS NOT NULL
UNION ALL SELECT 'language', language, id FROM service, unnest(languages) AS language
UNION ALL SELECT 'region', nuts_code, service.id FROM service JOIN region ON region.id = region_id
  WHERE nuts_code IS NOT NULL
"""
_VALUES = "SELECT field, value, string_agg(int4send(id), '') FROM ({values}) AS every GROUP BY field, value"

# Quotes, marks and spaces before the first letter or digit are no part of the alphabet.
_TITLES = """
SELECT string_agg(int4send(id), '' ORDER BY
  regexp_replace(title COLLATE "und-x-icu", '^[^[:alnum:]]+', '') COLLATE "und-x-icu", id) FROM (
  SELECT record.id, coalesce(own.{title}, english.{title}, source.{title}, record.slug) AS title FROM {table} AS record
  LEFT JOIN {table}_text AS own ON own.{table}_id = record.id AND own.language = :lang
  LEFT JOIN {table}_text AS source ON source.{table}_id = record.id AND source.is_source
  LEFT JOIN {table}_text AS english ON english.{table}_id = record.id AND english.language = 'en'
) AS titled
"""

_KEYS = text("SELECT vocabulary, key FROM term WHERE retired_at IS NULL ORDER BY vocabulary, position")

_QUERIES = {
    "practice": (
        text(_RECORDS.format(table="practice", years=_PRACTICE_YEARS)),
        text(_VALUES.format(values=_PRACTICE_VALUES)),
        text(_TITLES.format(table="practice", title="title")),
    ),
    "service": (
        text(_RECORDS.format(table="service", years=_NO_YEARS)),
        text(_VALUES.format(values=_SERVICE_VALUES)),
        text(_TITLES.format(table="service", title="name")),
    ),
}


class Packed(NamedTuple):
    """All records of a collection: an array of RECORD, and the slugs in the same order, a space between."""

    records: bytes
    slugs: bytes


class Value(NamedTuple):
    """The records that have one value of one field: their ids as packed big-endian int32."""

    field: str
    value: str
    ids: bytes


def records(connection: Connection, collection: str) -> Packed:
    """Return the fixed-width columns of a collection, in no particular order."""
    packed, slugs = connection.execute(_QUERIES[collection][0]).one()
    return Packed(bytes(packed or b""), (slugs or "").encode())


def values(connection: Connection, collection: str) -> Iterator[Value]:
    """Yield every value of every field with the ids that have it, each id once a value or more often."""
    for field, value, ids in connection.execute(_QUERIES[collection][1]):
        yield Value(field, value, bytes(ids))


def title_order(connection: Connection, collection: str, lang: str) -> bytes:
    """Return the ids (packed big-endian int32) in the order of the titles a reader of `lang` is shown, ties by id."""
    return bytes(connection.execute(_QUERIES[collection][2], {"lang": lang}).scalar_one() or b"")


def vocabulary_keys(connection: Connection) -> dict[str, list[str]]:
    """Return the keys of each vocabulary in the order in which they are shown; none that is retired."""
    found: dict[str, list[str]] = {}
    for vocabulary, key in connection.execute(_KEYS):
        found.setdefault(vocabulary, []).append(key)
    return found
