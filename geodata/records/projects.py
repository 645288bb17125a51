"""Projects, what was reported about them, their events."""

from mapapp.countries import parse_country
from mapapp.writing.incoming import Record

from .. import cells
from ..reading import Row
from .checking import Files, in_order, point, source_text

PROJECTS = (
    "slug",
    "acronym",
    "title_en",
    "title_local",
    "programme",
    "start_date",
    "end_date",
    "total_cost_eur",
    "eu_grant_eur",
    "lead_partner",
    "website",
    "themes",
    "aims_en",
    "measures_en",
    "benefits_en",
    "location",
    "source_url",
)
EVENTS = (
    "slug",
    "type",
    "title",
    "date",
    "place",
    "country",
    "lat",
    "lon",
    "project_slug",
    "url",
    "source_url",
)
MEDIA = ("outlet", "date", "title", "language", "url", "project_slug")
ONLINE = "online"  # what the column `place` of an event says when it took place nowhere


def read_projects(files: Files) -> None:
    """Read projects.csv with the translations that were read before."""
    for row in files.tables["projects.csv"].rows:
        slug = row.need("slug", cells.slug, "")
        texts = source_text(
            "en",
            {
                "title": row.need("title_en", cells.title, ""),
                "aims": row.read("aims_en", cells.text),
                "measures": row.read("measures_en", cells.text),
                "benefits": row.read("benefits_en", cells.text),
                "location": row.read("location", cells.text),
            },
        )
        values = {
            "slug": slug,
            "acronym": row.read("acronym", cells.title),
            "title_local": row.read("title_local", cells.title),
            "programme": row.read("programme", cells.title),
            "start_date": row.read("start_date", cells.partial_date),
            "end_date": row.read("end_date", cells.partial_date),
            "total_cost_eur": row.read("total_cost_eur", cells.euros),
            "eu_grant_eur": row.read("eu_grant_eur", cells.euros),
            "lead_partner": row.read("lead_partner", cells.text),
            "website": row.read("website", cells.web_address),
            "themes": row.all("themes", files.term_list("theme")),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        in_order(row, "start_date", "end_date")
        files.add(row, Record("project", slug, values, {}, (texts, *files.translations("project", slug))))


def read_events(files: Files) -> None:
    """Read events.csv; an empty date is one to be announced."""
    for row in files.tables["events.csv"].rows:
        slug = row.need("slug", cells.slug, "")
        country = row.read("country", parse_country)
        at = point(row, country, files)
        online = row["place"] == ONLINE
        if online and at is not None:
            row.refuse("lat", "is given though the event was online")
        values = {
            "slug": slug,
            "type": row.need("type", files.term("event_type"), ""),
            "date": row.read("date", cells.partial_date),
            "place_name": None if online else row.read("place", cells.title),
            "online": online,
            "country": country,
            "location": at,
            "location_kind": "municipality" if at else None,
            "url": row.read("url", cells.web_address),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        texts = source_text("en", {"title": row.need("title", cells.title, "")})
        files.add(
            row,
            Record(
                "event",
                slug,
                values,
                {"project_id": _project(row, files)},
                (texts, *files.translations("event", slug)),
            ),
        )


def read_media(files: Files) -> None:
    """Read media.csv; an item is known by its outlet and title."""
    for row in files.tables["media.csv"].rows:
        values = {
            "outlet": row.need("outlet", cells.title, ""),
            "date": row.read("date", cells.partial_date),
            "title": row.need("title", cells.title, ""),
            "language": row.need("language", cells.language, ""),
            "url": row.read("url", cells.web_address),
        }
        key = f"{values['outlet']}|{values['title']}"
        files.add(row, Record("media", key, values, {"project_id": _project(row, files)}))


def _project(row: Row, files: Files) -> str | None:
    return row.read("project_slug", files.key_of("project", "projects.csv"))
