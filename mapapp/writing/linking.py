"""Which place of the gazetteer a record is at: the nearest of its name and country within 30 km of its point."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from ..folding import fold

FARTHEST_M = 30_000
_TABLES = ("practice", "service")

# The constant is the record: the trigram index finds the few places of its name before any distance is measured.
_LINK = """
UPDATE {table} AS record SET place_id = found.geoname_id
FROM (
    SELECT asked.id, (
        SELECT place.geoname_id FROM place
        WHERE place.folded_names LIKE '%|' || asked.pattern || '|%' AND place.country = here.country
          AND ST_DWithin(place.location::geography, here.location::geography, :farthest)
        ORDER BY ST_Distance(place.location::geography, here.location::geography), place.geoname_id LIMIT 1
    ) AS geoname_id
    FROM unnest(CAST(:ids AS integer[]), CAST(:patterns AS text[])) AS asked (id, pattern)
    JOIN {table} AS here ON here.id = asked.id
) AS found
WHERE record.id = found.id AND record.place_id IS DISTINCT FROM found.geoname_id
"""


def link_places(connection: Connection, touched: Mapping[str, Sequence[int]] | None) -> None:
    """Set `place_id` of the practices and services with these ids; of all when `touched` is None."""
    for table in _TABLES:
        ids = None if touched is None else list(touched.get(table, ()))
        if ids == []:
            continue
        rows = connection.execute(
            text(
                f"SELECT id, place_name FROM {table} "  # noqa: S608 - one of the two names above
                "WHERE place_name IS NOT NULL AND location IS NOT NULL AND (:every OR id = ANY(:ids))"
            ),
            {"every": ids is None, "ids": ids or []},
        ).all()
        patterns = [_pattern(name) for _, name in rows]
        connection.execute(
            text(_LINK.format(table=table)),
            {"ids": [row.id for row in rows], "patterns": patterns, "farthest": FARTHEST_M},
        )


def _pattern(name: str) -> str:
    """Return a folded name in which nothing means more than itself to LIKE."""
    return fold(name).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("|", " ")
