"""What the forms of contributors offer beside the vocabularies: projects, regions and who keeps up a record."""

from typing import NamedTuple

from sqlalchemy import Connection, text


class Offer(NamedTuple):
    """A record that can be chosen, by its slug, with the words for it."""

    slug: str
    words: str


_PROJECTS = text("""
SELECT slug, coalesce(acronym || ': ', '') || shown.title FROM project
JOIN LATERAL (
  SELECT title FROM project_text WHERE project_id = project.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
ORDER BY lower(coalesce(acronym, shown.title)), slug
""")
_REGIONS = text("""
SELECT slug, shown.name FROM region
JOIN LATERAL (
  SELECT name FROM region_text WHERE region_id = region.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
ORDER BY lower(shown.name), slug
""")
_ORGANISATION = text("SELECT slug, name FROM organisation WHERE slug = :slug")


def projects(connection: Connection, lang: str) -> list[Offer]:
    """Return every project, by name."""
    return [Offer(*row) for row in connection.execute(_PROJECTS, {"lang": lang})]


def regions(connection: Connection, lang: str) -> list[Offer]:
    """Return every partner region, by name."""
    return [Offer(*row) for row in connection.execute(_REGIONS, {"lang": lang})]


def organisation(connection: Connection, slug: str) -> Offer | None:
    """Return the organisation that keeps up a record, or None."""
    row = connection.execute(_ORGANISATION, {"slug": slug}).one_or_none()
    return Offer(*row) if row else None
