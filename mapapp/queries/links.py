"""The web addresses that records name, and what came of the last look at them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

MOST = 300  # addresses of a list
# Every address with the record on whose page it stands. The kind is that of the page.
NAMED = """
SELECT website AS address, 'practice' AS kind, id FROM practice
UNION SELECT source_url, 'practice', id FROM practice
UNION SELECT source_url, 'practice', practice_id FROM evaluation
UNION SELECT website, 'service', id FROM service
UNION SELECT source_url, 'service', id FROM service
UNION SELECT website, 'region', id FROM region
UNION SELECT source_url, 'region', id FROM region
UNION SELECT source_url, 'region', region_id FROM need
UNION SELECT source_url, 'region', region_id FROM region_indicator
UNION SELECT website, 'project', id FROM project
UNION SELECT source_url, 'project', id FROM project
UNION SELECT url, 'project', project_id FROM event WHERE project_id IS NOT NULL
UNION SELECT source_url, 'project', project_id FROM event WHERE project_id IS NOT NULL
UNION SELECT url, 'project', project_id FROM media_report WHERE project_id IS NOT NULL
"""


class Naming(NamedTuple):
    """A record that names an address: its page is /{lang}/{kind}s/{slug}."""

    kind: str
    slug: str
    title: str
    language: str


class Link(NamedTuple):
    """An address with what came of the last look (see link_probe.Found) and the records that name it."""

    address: str
    state: str
    status: int | None
    problem: str | None
    checked_at: datetime
    broken_since: datetime | None
    records: tuple[Naming, ...]


class Overview(NamedTuple):
    """How many addresses there are of each state, how many wait to be looked at, and when the last one was."""

    states: dict[str, int]
    waiting: int
    checked_at: datetime | None


WAITS = "(checked_at IS NULL OR checked_at < asked_at)"
_TITLES = """
SELECT 'practice' AS kind, practice_id AS id, language, is_source, title FROM practice_text
UNION ALL SELECT 'service', service_id, language, is_source, name FROM service_text
UNION ALL SELECT 'region', region_id, language, is_source, name FROM region_text
UNION ALL SELECT 'project', project_id, language, is_source, title FROM project_text
"""
_SLUGS = """
SELECT 'practice' AS kind, id, slug FROM practice UNION ALL SELECT 'service', id, slug FROM service
UNION ALL SELECT 'region', id, slug FROM region UNION ALL SELECT 'project', id, slug FROM project
"""
_LISTED = text(f"""
SELECT address, state, status, problem, checked_at, broken_since, (
  SELECT json_agg(json_build_array(n.kind, s.slug, shown.title, shown.language) ORDER BY n.kind, s.slug)
  FROM ({NAMED}) AS n JOIN ({_SLUGS}) AS s ON s.kind = n.kind AND s.id = n.id
  JOIN LATERAL (SELECT title, language FROM ({_TITLES}) AS t WHERE t.kind = n.kind AND t.id = n.id
    ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1) AS shown ON true
  WHERE n.address = checked_link.address)
FROM checked_link WHERE state = ANY(:states) AND checked_at IS NOT NULL
ORDER BY state = 'forbidden', broken_since NULLS LAST, address LIMIT :most
""")  # noqa: S608 constants only
_STATES = text("SELECT state, count(*) FROM checked_link WHERE checked_at IS NOT NULL GROUP BY state")
_OVERVIEW = text(f"SELECT count(*) FILTER (WHERE {WAITS}), max(checked_at) FROM checked_link")  # noqa: S608
_WAITING = text(f"SELECT address FROM checked_link WHERE {WAITS} ORDER BY asked_at, md5(address) LIMIT :most")  # noqa: S608


def overview(connection: Connection) -> Overview:
    """Return how it stands with the addresses."""
    waiting, checked_at = connection.execute(_OVERVIEW).one()
    return Overview({state: number for state, number in connection.execute(_STATES)}, waiting, checked_at)


def listed(connection: Connection, states: tuple[str, ...], lang: str) -> list[Link]:
    """Return up to MOST addresses of some states, those broken longest first; titles for a reader of `lang`."""
    rows = connection.execute(_LISTED, {"states": list(states), "lang": lang, "most": MOST})
    return [Link._make([*row[:-1], tuple(Naming(*one) for one in row[-1] or ())]) for row in rows]


def waiting(connection: Connection, most: int) -> list[str]:
    """Return addresses that are to be looked at, hosts mixed."""
    return list(connection.execute(_WAITING, {"most": most}).scalars())
