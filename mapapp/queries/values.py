"""Published records as values: the plain JSON that forms make and proposals keep (docs/decisions/0008)."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, text

TEXTS = ("title", "summary", "description", "lessons", "transferability")
SERVICE_TEXTS = ("name", "description", "eligibility", "cost", "documents")


class Known(NamedTuple):
    """A record as values, and its version: what a proposal is based on."""

    version: int
    values: dict[str, Any]


_LOCATION = """CASE WHEN location IS NOT NULL
  THEN jsonb_build_object('lon', ST_X(location), 'lat', ST_Y(location)) END AS location"""

_PRACTICE = text(f"""
SELECT practice.id, practice.version, place_name, place_id, country, {_LOCATION}, location_kind, organisation,
  organisation_type, partners, programmes, project.slug AS project, start_year, end_year, status,
  budget_eur::text AS budget_eur, practice.website, source_title, practice.source_url, owner.slug AS owner,
  contact_name, contact_mail, contact_public,
  ARRAY(SELECT code FROM practice_territory WHERE practice_id = practice.id ORDER BY code) AS territories,
  (SELECT coalesce(jsonb_object_agg(vocabulary, keys), '{{}}') FROM (
    SELECT vocabulary, jsonb_agg(key ORDER BY position, key) AS keys FROM practice_term
    WHERE practice_id = practice.id GROUP BY vocabulary) AS terms) AS terms,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', photo_id, 'alt', alt, 'credit', credit)
    ORDER BY position, photo_id), '[]') FROM practice_photo WHERE practice_id = practice.id) AS photos
FROM practice
LEFT JOIN project ON project.id = project_id
LEFT JOIN organisation AS owner ON owner.id = owner_id
WHERE practice.slug = :slug
""")  # noqa: S608 - only the constant above is put in
_SERVICE = text(f"""
SELECT service.id, service.version, category, organisation, place_name, place_id, service.country, address,
  {_LOCATION.replace("location", "service.location").replace("AS service.location", "AS location")},
  service.location_kind, languages, phone, service.website, opening_hours, temporarily_closed,
  region.slug AS region, service.source_url, owner.slug AS owner
FROM service
LEFT JOIN region ON region.id = service.region_id
LEFT JOIN organisation AS owner ON owner.id = owner_id
WHERE service.slug = :slug
""")  # noqa: S608 - only the constant above is put in
_TEXTS = """
SELECT language, origin, is_source, source_version, {fields} FROM {table}_text WHERE {table}_id = :id
ORDER BY is_source DESC, language = 'en' DESC, language
"""
_PRACTICE_TEXTS = text(_TEXTS.format(table="practice", fields=", ".join(TEXTS)))
_SERVICE_TEXTS = text(_TEXTS.format(table="service", fields=", ".join(SERVICE_TEXTS)))
_EVALUATED = text("""
SELECT practice.version, evaluation.version AS framework_version, evaluator, date, evaluation.source_url, criterion,
  level, evidence, said.language, said.strength, said.room_for_improvement
FROM practice JOIN evaluation ON practice_id = practice.id
JOIN term ON term.vocabulary = criterion_vocabulary AND term.key = criterion
LEFT JOIN LATERAL (
  SELECT language, strength, room_for_improvement FROM evaluation_text WHERE evaluation_id = evaluation.id
  ORDER BY is_source DESC, language = 'en' DESC, language LIMIT 1
) AS said ON true
WHERE practice.slug = :slug AND framework = :framework AND evaluator IS NOT DISTINCT FROM :evaluator
ORDER BY term.position
""")


def _texts(connection: Connection, query: Any, record_id: int, fields: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Return the language of the source text, and the texts by language."""
    rows = connection.execute(query, {"id": record_id}).all()
    texts = {
        row.language: {name: getattr(row, name) for name in fields}
        | {"origin": row.origin, "source_version": row.source_version}
        for row in rows
    }
    return (rows[0].language if rows else "en"), texts


def of_practice(connection: Connection, slug: str) -> Known | None:
    """Return a practice as values, or None. Lists keep their order; what is not known is null; every key is there."""
    row = connection.execute(_PRACTICE, {"slug": slug}).one_or_none()
    if row is None:
        return None
    language, texts = _texts(connection, _PRACTICE_TEXTS, row.id, TEXTS)
    terms = row.terms
    values = {
        "language": language,
        "texts": texts,
        "place_name": row.place_name,
        "place_id": row.place_id,
        "country": row.country,
        "location": row.location,
        "location_kind": row.location_kind,
        "territories": list(row.territories),
        "themes": terms.get("theme", []),
        "dimensions": terms.get("dimension", []),
        "target_groups": terms.get("target_group", []),
        "organisation": row.organisation,
        "organisation_type": row.organisation_type,
        "partners": list(row.partners),
        "programmes": list(row.programmes),
        "project": row.project,
        "start_year": row.start_year,
        "end_year": row.end_year,
        "status": row.status,
        "budget_eur": row.budget_eur,
        "website": row.website,
        "source_title": row.source_title,
        "source_url": row.source_url,
        "photos": row.photos,
        "owner": row.owner,
        "contact_name": row.contact_name,
        "contact_mail": row.contact_mail,
        "contact_public": row.contact_public,
    }
    return Known(row.version, values)


def of_service(connection: Connection, slug: str) -> Known | None:
    """Return a service as values, or None."""
    row = connection.execute(_SERVICE, {"slug": slug}).one_or_none()
    if row is None:
        return None
    language, texts = _texts(connection, _SERVICE_TEXTS, row.id, SERVICE_TEXTS)
    values = {
        "category": row.category,
        "language": language,
        "texts": texts,
        "organisation": row.organisation,
        "place_name": row.place_name,
        "place_id": row.place_id,
        "country": row.country,
        "address": row.address,
        "location": row.location,
        "location_kind": row.location_kind,
        "languages": list(row.languages),
        "phone": row.phone,
        "website": row.website,
        "opening_hours": list(row.opening_hours),
        "temporarily_closed": row.temporarily_closed,
        "region": row.region,
        "source_url": row.source_url,
        "owner": row.owner,
    }
    return Known(row.version, values)


def of_evaluation(
    connection: Connection, slug: str, framework: str = "REGIN", evaluator: str | None = None
) -> Known | None:
    """Return what an evaluator said of a practice under a framework, as values, or None; its version is that of the
    practice. Where criteria name different sources, dates or versions, the first criterion's stand for all."""
    rows = connection.execute(_EVALUATED, {"slug": slug, "framework": framework, "evaluator": evaluator}).all()
    if not rows:
        return None
    first = rows[0]
    values = {
        "practice": slug,
        "framework": framework,
        "version": first.framework_version,
        "evaluator": evaluator,
        "date": first.date,
        "source_url": first.source_url,
        "language": first.language or "en",
        "criteria": {
            row.criterion: {
                "level": row.level,
                "strength": row.strength,
                "room_for_improvement": row.room_for_improvement,
                "evidence": row.evidence,
            }
            for row in rows
        },
    }
    return Known(first.version, values)
