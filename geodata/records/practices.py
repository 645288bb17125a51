"""Practices and their evaluations.

A point's kind is what the file says: national programmes stand at the seat of their lead organisation as `region`,
because no source says that they cover the whole country evenly; only the NUTS code of a whole country (two letters)
makes the kind `country`. A practice covers the territory of its NUTS code; without a code it covers none that we know.
"""

from mapapp.writing.incoming import Record

from .. import cells
from .checking import Files, country, in_order, kind_of_place, nuts_code, point, source_text

PRACTICES = (
    "slug",
    "title",
    "title_original",
    "language_original",
    "summary_en",
    "description_en",
    "place_name",
    "country",
    "nuts_code",
    "lat",
    "lon",
    "coord_precision",
    "themes",
    "dimensions",
    "target_groups",
    "lead_organisation",
    "organisation_type",
    "partners",
    "programme",
    "project",
    "start_year",
    "end_year",
    "status",
    "budget_eur",
    "website",
    "source_url",
    "source_title",
    "source_accessed",
)
EVALUATIONS = ("slug", "criterion", "strength", "room_for_improvement", "source_url")
_TERMS = {"theme": "themes", "dimension": "dimensions", "target_group": "target_groups"}
FRAMEWORK = "REGIN"


def read_practices(files: Files) -> None:
    """Read practices.csv with the translations that were read before."""
    for row in files.tables["practices.csv"].rows:
        slug = row.need("slug", cells.slug, "")
        texts = source_text(
            "en",
            {
                "title": row.need("title", cells.title, ""),
                "summary": row.need("summary_en", cells.text, ""),
                "description": row.read("description_en", cells.text),
            },
        )
        where = country(row)
        code = nuts_code(row, where, files)
        at = point(row, where, files)
        precision = row.read("coord_precision", files.term("coord_precision"))
        if at is not None and precision is None and not row["coord_precision"]:
            row.refuse("coord_precision", "is empty though a point is given")
        if not row["themes"]:
            row.refuse("themes", "is empty")
        terms = tuple(
            {"vocabulary": vocabulary, "key": key, "position": position}
            for vocabulary, column in _TERMS.items()
            for position, key in enumerate(row.all(column, files.term_list(vocabulary)))
        )
        accessed = row.read("source_accessed", cells.day)
        values = {
            "slug": slug,
            "title_original": row.read("title_original", cells.title),
            "language_original": row.read("language_original", cells.language),
            "place_name": row.read("place_name", cells.title),
            "country": where,
            "nuts_code": code,
            "location": at,
            "location_kind": kind_of_place(precision, code) if at else None,
            "organisation": row.read("lead_organisation", cells.text),
            "organisation_type": row.read("organisation_type", files.term("organisation_type")),
            "partners": row.all("partners", cells.many),
            "programmes": row.all("programme", cells.programmes),
            "start_year": row.read("start_year", cells.year),
            "end_year": row.read("end_year", cells.year),
            "status": row.need("status", files.term("status"), "unknown"),
            "budget_eur": row.read("budget_eur", cells.euros),
            "website": row.read("website", cells.web_address),
            "source_title": row.read("source_title", cells.text),
            "source_url": row.need("source_url", cells.web_address, ""),
            "source_accessed": accessed,
        }
        project = row.read("project", files.key_of("project", "projects.csv"))
        in_order(row, "start_year", "end_year")
        files.add(
            row,
            Record(
                "practice",
                slug,
                values,
                {"project_id": project},
                (texts, *files.translations("practice", slug)),
                {"practice_term": terms, "practice_territory": ({"code": code},) if code else ()},
            ),
        )


def read_evaluations(files: Files) -> None:
    """Read practice_evaluations.csv; the key of an evaluation is its practice and criterion."""
    for row in files.tables["practice_evaluations.csv"].rows:
        practice = row.need("slug", files.key_of("practice", "practices.csv"), "")
        criterion = row.need("criterion", files.term("criterion"), "")
        said = {
            "strength": row.read("strength", cells.text),
            "room_for_improvement": row.read("room_for_improvement", cells.text),
        }
        if not row["strength"] and not row["room_for_improvement"]:
            row.refuse("strength", "is empty, and room_for_improvement too")
        values = {
            "framework": FRAMEWORK,
            "criterion": criterion,
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        key = f"{row['slug']}|{row['criterion']}"
        texts = (source_text("en", said), *files.translations("evaluation", key))
        files.add(row, Record("evaluation", key, values, {"practice_id": practice}, texts))
