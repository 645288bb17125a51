"""What the pages of an archive say of records beside their published fields, as the site's own pages do: a few
statements for all records of a collection, whatever their number.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from ..models.project import ROLES
from .export import SOURCES
from .in_language import Said


class Made(NamedTuple):
    """Who made the shown title and the longer texts: author, translator or machine; None where there are none."""

    title: str | None
    longer: str | None


class Vouched(NamedTuple):
    """Who confirmed a record last, and the day since which its owner has not answered."""

    confirmed_by: str | None
    lapsed_on: date | None


class Elsewhere(NamedTuple):
    """A title in another language than the shown one; `is_source`: the others were made from it."""

    language: str
    title: str
    is_source: bool
    origin: str


class Practice(NamedTuple):
    """What is said of a practice only on its page. `stale`: the shown text is older than its source; `covers` are codes
    of territories."""

    title_original: str | None
    language_original: str | None
    source_accessed: date | None
    stale: bool
    transferability: Said | None
    titles: tuple[Elsewhere, ...]
    covers: tuple[str, ...]


class Role(NamedTuple):
    """A role that a region has in a project, both by their slugs."""

    project: str
    region: str
    role: str


_ORDER = "ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1"
_PRACTICES = text(f"""
SELECT practice.slug, title_original, language_original, source_accessed,
  shown.source_version < (SELECT max(source_version) FROM practice_text WHERE practice_id = practice.id AND is_source),
  moved.transferability, moved.language, moved.origin,
  (SELECT jsonb_agg(jsonb_build_array(language, title, is_source, origin) ORDER BY language)
    FROM practice_text WHERE practice_id = practice.id AND language <> shown.language),
  ARRAY(SELECT code FROM practice_territory WHERE practice_id = practice.id ORDER BY code)
FROM practice
JOIN LATERAL (SELECT * FROM practice_text WHERE practice_id = practice.id {_ORDER}) AS shown ON true
LEFT JOIN LATERAL (
  SELECT * FROM practice_text WHERE practice_id = practice.id AND transferability IS NOT NULL {_ORDER}
) AS moved ON true
""")  # noqa: S608 - only the constant above is put in
_ROLES = text("""
SELECT project.slug, region.slug, role
FROM membership JOIN project ON project.id = project_id JOIN region ON region.id = region_id
ORDER BY array_position(:order, role), project.start_date DESC NULLS LAST, project.slug, region.slug
""")


def practices(connection: Connection, lang: str) -> dict[str, Practice]:
    """Return what only the pages of practices say, by slug, for a reader of `lang`."""
    found = {}
    for slug, title, language, accessed, stale, *moved, titles, covers in connection.execute(
        _PRACTICES, {"lang": lang}
    ):
        others = tuple(Elsewhere(*one) for one in titles or ())
        transferability = Said(*moved) if moved[0] else None
        found[slug] = Practice(title, language, accessed, bool(stale), transferability, others, tuple(covers))
    return found


def vouched(connection: Connection, kind: str) -> dict[str, Vouched]:
    """Return who vouches for the records of a kind (practice, service), by slug."""
    rows = connection.execute(text(f"SELECT slug, confirmed_by, lapsed_on FROM {kind}"))  # noqa: S608 our own name
    return {slug: Vouched(*told) for slug, *told in rows}


def made(connection: Connection, kind: str, lang: str) -> dict[str, Made]:
    """Return who made the texts that the files of a kind have for a reader of `lang`, by slug."""
    joins = SOURCES[kind].joins
    longer = "d.origin" if "d" in joins else "NULL"
    statement = f"SELECT r.slug, t.origin, {longer} FROM {kind} r {joins['t']} {joins.get('d', '')}"  # noqa: S608 ours
    return {slug: Made(*told) for slug, *told in connection.exec_driver_sql(statement, {"lang": lang})}


def opening_hours(connection: Connection) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return the opening hours of the services that have any, by slug, as `queries.services` gives them."""
    rows = connection.execute(
        text("SELECT slug, opening_hours FROM service WHERE jsonb_array_length(opening_hours) > 0")
    )
    return {slug: tuple(hours) for slug, hours in rows}


def roles(connection: Connection) -> list[Role]:
    """Return every role of a region in a project, the leading ones first."""
    return [Role(*row) for row in connection.execute(_ROLES, {"order": list(ROLES)})]


def local_titles(connection: Connection) -> dict[str, str]:
    """Return what projects are called in their own language, by slug."""
    rows = connection.execute(text("SELECT slug, title_local FROM project WHERE title_local IS NOT NULL"))
    return {slug: title for slug, title in rows}


def covered(connection: Connection) -> set[str]:
    """Return the codes of the territories that practices cover."""
    return set(connection.execute(text("SELECT DISTINCT code FROM practice_territory")).scalars())


def together(found: list[Role], one: str, other: str) -> dict[str, dict[str, list[str]]]:
    """Return the roles between each record and those at the far end, in their order: `one` and `other` are "project"
    and "region"."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for part in found:
        grouped.setdefault(getattr(part, one), {}).setdefault(getattr(part, other), []).append(part.role)
    return grouped
