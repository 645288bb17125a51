"""Local services.

A name that was translated is a description in English; one that was not is the service's own name, and its language is
the first that the service speaks, so that no reader hears "Stadtbücherei" read out as English.
"""

from mapapp.writing.incoming import Record

from .. import cells
from .checking import Files, country, kind_of_place, point, source_text

SERVICES = (
    "slug",
    "name",
    "category",
    "organisation",
    "place_name",
    "address",
    "country",
    "lat",
    "lon",
    "coord_precision",
    "languages",
    "website",
    "region_slug",
    "source_url",
)


def read_services(files: Files) -> None:
    """Read services.csv with the translations that were read before."""
    for row in files.tables["services.csv"].rows:
        slug = row.need("slug", cells.slug, "")
        where = country(row)
        at = point(row, where, files)
        precision = row.read("coord_precision", files.term("coord_precision"))
        if at is not None and precision is None and not row["coord_precision"]:
            row.refuse("coord_precision", "is empty though a point is given")
        languages = row.all("languages", cells.languages)
        values = {
            "slug": slug,
            "category": row.need("category", files.term("service_category"), ""),
            "organisation": row.read("organisation", cells.text),
            "place_name": row.read("place_name", cells.title),
            "address": row.read("address", cells.text),
            "country": where,
            "location": at,
            "location_kind": kind_of_place(precision, None) if at else None,
            "languages": languages,
            "website": row.read("website", cells.web_address),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        translated = files.translations("service", slug)
        own_language = "en" if translated or not languages else languages[0]
        texts = source_text(own_language, {"name": row.need("name", cells.title, "")})
        region = row.read("region_slug", files.key_of("region", "partner_regions.csv"))
        files.add(row, Record("service", slug, values, {"region_id": region}, (texts, *translated)))
