"""One practice with everything that its page shows: six statements, whatever it holds; what was said of all."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, Row, text

from . import photos
from .in_language import Said

FIELDS = ("title", "summary", "description", "lessons", "transferability")


class Text(NamedTuple):
    """The texts in one language; `stale`: the source text has changed since this one was made from it."""

    language: str
    origin: str
    is_source: bool
    stale: bool
    title: str
    summary: str | None
    description: str | None
    lessons: str | None
    transferability: str | None


class Covered(NamedTuple):
    """A NUTS territory that the practice lies in or covers."""

    code: str
    level: int
    name: str


class PartOf(NamedTuple):
    """The project of the practice, its title in the reader's language where there is one."""

    slug: str
    acronym: str | None
    title: str
    title_language: str


class Evaluated(NamedTuple):
    """What was said under one criterion; the statements in the reader's language where there are some."""

    framework: str
    criterion: str
    level: str | None
    evaluator: str | None
    date: str | None
    source_url: str
    strength: str | None
    room_for_improvement: str | None
    language: str | None
    origin: str | None
    version: str | None  # of the framework
    evidence: str | None  # what it is based on, in evidence_language
    evidence_language: str | None


class ProjectEvent(NamedTuple):
    """An event of the practice's project; `date` as precise as known, None while it is to be announced."""

    slug: str
    type: str
    date: str | None
    title: str
    title_language: str
    title_origin: str
    place: str | None
    country: str | None
    url: str


class PracticePage(NamedTuple):
    """One practice. lon and lat are degrees (EPSG:4326). `texts` come in the order in which a reader wants them: own
    language, source, English, others; `said` picks a text from the first that has it."""

    id: int
    slug: str
    version: int
    created_at: datetime
    updated_at: datetime
    title_original: str | None
    language_original: str | None
    place: str | None
    country: str
    nuts_code: str | None
    location_kind: str | None
    lon: float | None
    lat: float | None
    organisation: str | None
    organisation_type: str | None
    partners: tuple[str, ...]
    programmes: tuple[str, ...]
    start_year: int | None
    end_year: int | None
    status: str
    budget_eur: Decimal | None
    website: str | None
    source_title: str | None
    source_url: str
    source_accessed: date | None
    confirmed_on: date | None
    confirmed_by: str | None
    lapsed_on: date | None  # its owner was asked whether it is still right, in vain
    themes: tuple[str, ...]
    dimensions: tuple[str, ...]
    target_groups: tuple[str, ...]
    project: PartOf | None
    lies_in: tuple[Covered, ...]  # from the country down to `nuts_code`
    covers: tuple[Covered, ...]
    texts: tuple[Text, ...]
    evaluations: tuple[Evaluated, ...]
    events: tuple[ProjectEvent, ...]
    photos: tuple[photos.Shown, ...]
    contact_name: str | None  # of a person who wants to be shown; None for everybody else
    contact_mail: str | None

    def said(self, field: str) -> Said | None:
        """Return the text of a field (see FIELDS) with its language and origin, in the best language that has it."""
        for one in self.texts:
            if value := getattr(one, field):
                return Said(value, one.language, one.origin)
        return None

    @property
    def stale(self) -> bool:
        """Whether the text that the reader is shown first is older than its source."""
        return bool(self.texts) and self.texts[0].stale


def _terms(vocabulary: str) -> str:
    return (
        "ARRAY(SELECT key FROM practice_term WHERE practice_id = practice.id "  # noqa: S608 - our own words
        f"AND vocabulary = '{vocabulary}' ORDER BY position, key)"
    )


_RECORD = text(f"""
SELECT practice.id, practice.slug, practice.version, practice.created_at, practice.updated_at, title_original,
  language_original, place_name, country, nuts_code, location_kind, ST_X(location), ST_Y(location), organisation,
  organisation_type, partners, programmes, start_year, end_year, status, budget_eur, practice.website, source_title,
  practice.source_url, source_accessed, confirmed_on, confirmed_by, lapsed_on,
  {_terms("theme")}, {_terms("dimension")}, {_terms("target_group")}, project_id,
  CASE WHEN contact_public THEN contact_name END AS contact_name,
  CASE WHEN contact_public THEN contact_mail END AS contact_mail,
  project.slug AS project_slug, project.acronym, shown.title AS project_title, shown.language AS project_language
FROM practice
LEFT JOIN project ON project.id = project_id
LEFT JOIN LATERAL (
  SELECT title, language FROM project_text WHERE project_text.project_id = project.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE practice.slug = :slug
""")  # noqa: S608 - only constants above are put together
_TEXTS = text("""
SELECT language, origin, is_source,
  source_version < (SELECT max(source.source_version) FROM practice_text AS source
    WHERE source.practice_id = :id AND source.is_source) AS stale,
  title, summary, description, lessons, transferability
FROM practice_text WHERE practice_id = :id
ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language
""")
_TERRITORIES = text("""
SELECT code, level, name_latin, true AS lies FROM territory WHERE starts_with(:nuts, code)
UNION ALL
SELECT code, level, name_latin, false FROM territory JOIN practice_territory USING (code) WHERE practice_id = :id
ORDER BY code
""")
_EVALUATED = """
  framework, criterion, level, evaluator, date, evaluation.source_url, strength, room_for_improvement, language, origin,
  evaluation.version, evidence,
  (SELECT language FROM evaluation_text WHERE evaluation_id = evaluation.id AND is_source)
FROM evaluation
JOIN term ON term.vocabulary = criterion_vocabulary AND term.key = criterion
LEFT JOIN LATERAL (
  SELECT strength, room_for_improvement, language, origin FROM evaluation_text WHERE evaluation_id = evaluation.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
"""
_NEWEST_FIRST = "framework, term.position, date DESC NULLS LAST, evaluation.id DESC"  # within a criterion
_EVALUATIONS = text(f"""
SELECT {_EVALUATED} WHERE practice_id = :id ORDER BY {_NEWEST_FIRST}
""")
_EVALUATIONS_OF_ALL = text(f"""
SELECT practice.slug, {_EVALUATED} JOIN practice ON practice.id = practice_id
ORDER BY practice.slug, {_NEWEST_FIRST}
""")
_EVENTS = text("""
SELECT slug, type, date, shown.title, shown.language, shown.origin, place_name, country, coalesce(url, source_url)
FROM event
JOIN LATERAL (
  SELECT title, language, origin FROM event_text WHERE event_id = event.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
WHERE project_id = :project ORDER BY date NULLS LAST, slug
""")


def _page(connection: Connection, found: Row, lang: str) -> PracticePage:
    given = {"id": found.id, "lang": lang, "nuts": found.nuts_code or "", "project": found.project_id}
    territories = connection.execute(_TERRITORIES, given).all()
    record = [tuple(value) if isinstance(value, list) else value for value in found]
    project = None
    if found.project_slug:
        project = PartOf(found.project_slug, found.acronym, found.project_title, found.project_language)
    return PracticePage._make(
        [
            *record[:-7],  # the columns of contact and project come last
            project,
            tuple(Covered(code, level, name) for code, level, name, lies in territories if lies),
            tuple(Covered(code, level, name) for code, level, name, lies in territories if not lies),
            tuple(Text(*row) for row in connection.execute(_TEXTS, given)),
            tuple(Evaluated(*row) for row in connection.execute(_EVALUATIONS, given)),
            tuple(ProjectEvent(*row) for row in connection.execute(_EVENTS, given)),
            photos.of_practice(connection, found.id, lang),
            found.contact_name,
            found.contact_mail,
        ]
    )


def detail(connection: Connection, slug: str, lang: str) -> PracticePage | None:
    """Return the practice of a slug for a reader of `lang`, or None."""
    found = connection.execute(_RECORD, {"slug": slug, "lang": lang}).one_or_none()
    return _page(connection, found, lang) if found is not None else None


def evaluations_of_all(connection: Connection, lang: str) -> dict[str, list[Evaluated]]:
    """Return what was said of every practice that was evaluated, by its slug, for a reader of `lang`."""
    found: dict[str, list[Evaluated]] = {}
    for slug, *said in connection.execute(_EVALUATIONS_OF_ALL, {"lang": lang}):
        found.setdefault(slug, []).append(Evaluated(*said))
    return found
