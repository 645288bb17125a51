"""Partner regions, their part in projects, their context figures and their needs.

Populations stand in region_indicators.csv with their sources; the column of partner_regions.csv repeats them.
"""

from mapapp.writing.incoming import Point, Record, Text

from .. import cells
from ..reading import Row
from .checking import Files, country, nuts_code, point, source_text

REGIONS = (
    "slug",
    "name_en",
    "name_local",
    "country",
    "nuts_code",
    "level",
    "lat",
    "lon",
    "authority_name",
    "authority_role_summary_en",
    "population",
    "population_year",
    "destination_type",
    "website",
    "source_url",
)
MEMBERSHIPS = ("project_slug", "region_slug", "role")
INDICATORS = ("indicator", "region_slug", "year", "value", "unit", "source_url")
NEEDS = (
    "slug",
    "region_slug",
    "kind",
    "theme",
    "statement_en",
    "statement_de",
    "statement_it",
    "date",
    "source_title",
    "source_url",
)
REGIONS_FILE = "partner_regions.csv"

# Regions that are one NUTS unit, so that its outline is theirs. All others are points inside a larger unit.
OUTLINES = {
    "ausserfern": "AT331",
    "azores": "PT20",
    "berlin": "DE300",
    "burgenlandkreis": "DEE08",
    "campania": "ITF3",
    "carinthia": "AT21",
    "catalonia": "ES51",
    "central-macedonia": "EL52",
    "crete": "EL43",
    "halland": "SE231",
    "hochsauerland": "DEA57",
    "leipzig-region": "DED5",
    "murcia": "ES62",
    "navarre": "ES22",
    "piedmont-uncem": "ITC1",
    "puglia": "ITF4",
    "riga": "LV006",
    "salzburg": "AT32",
    "skane": "SE224",
    "vienna": "AT130",
    "vorarlberg": "AT34",
    "west-pomerania": "PL42",
}


def read_regions(files: Files) -> None:
    """Read partner_regions.csv with the translations that were read before."""
    for row in files.tables[REGIONS_FILE].rows:
        slug = row.need("slug", cells.slug, "")
        texts = source_text(
            "en",
            {
                "name": row.need("name_en", cells.title, ""),
                "authority_role": row.read("authority_role_summary_en", cells.text),
            },
        )
        where = country(row)
        code = nuts_code(row, where, files)
        at = point(row, where, files)
        level = row.need("level", files.term("level"), "")
        row.read("population", cells.number)
        row.read("population_year", cells.years)
        outline = OUTLINES.get(slug)
        values = {
            "slug": slug,
            "name_local": row.read("name_local", cells.title),
            "country": where,
            "nuts_code": code,
            "outline_code": outline if outline == code else None,
            "location": at,
            "location_kind": _kind(row, level) if isinstance(at, Point) else None,
            "level": level,
            "authority": row.read("authority_name", cells.text),
            "destination_type": row.read("destination_type", files.term("destination_type")),
            "website": row.read("website", cells.web_address),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        files.add(row, Record("region", slug, values, {}, (texts, *files.translations("region", slug))))


def _kind(row: Row, level: str) -> str:
    """Return how exact a region's point is: the file gives means of a region with three decimals, towns with four."""
    if level in ("region", "district"):
        return "region"
    if level == "network" and all(len(row[column].partition(".")[2]) <= 3 for column in ("lat", "lon")):
        return "region"
    return "municipality"


def read_memberships(files: Files) -> None:
    """Read memberships.csv: which region has which role in which project."""
    for row in files.tables["memberships.csv"].rows:
        references = {
            "project_id": row.need("project_slug", files.key_of("project", "projects.csv"), ""),
            "region_id": row.need("region_slug", files.key_of("region", REGIONS_FILE), ""),
        }
        values = {"role": row.need("role", files.term("membership_role"), "")}
        key = "|".join(row[column] for column in MEMBERSHIPS)
        files.add(row, Record("membership", key, values, references))


def read_indicators(files: Files) -> None:
    """Read region_indicators.csv; an empty year is undated."""
    for row in files.tables["region_indicators.csv"].rows:
        values = {
            "indicator": row.need("indicator", files.term("indicator"), ""),
            "year": row.read("year", cells.years) or "",
            "value": row.need("value", cells.number, cells.Decimal(0)),
            "unit": row.need("unit", cells.title, ""),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        region = row.need("region_slug", files.key_of("region", REGIONS_FILE), "")
        key = f"{row['region_slug']}|{row['indicator']}|{row['year']}"
        files.add(row, Record("indicator", key, values, {"region_id": region}))


def read_needs(files: Files) -> None:
    """Read needs.csv, which has its three languages in one row."""
    for row in files.tables["needs.csv"].rows:
        slug = row.need("slug", cells.slug, "")
        texts = [source_text("en", {"statement": row.need("statement_en", cells.text, "")})]
        for language in ("de", "it"):
            statement = row.read(f"statement_{language}", cells.text)
            if statement is not None:
                texts.append(Text(language, {"statement": statement}))
        values = {
            "slug": slug,
            "kind": row.need("kind", files.term("need_kind"), ""),
            "theme": row.need("theme", files.term("theme"), ""),
            "date": row.read("date", cells.partial_date),
            "source_title": row.read("source_title", cells.text),
            "source_url": row.need("source_url", cells.web_address, ""),
        }
        region = row.need("region_slug", files.key_of("region", REGIONS_FILE), "")
        files.add(row, Record("need", slug, values, {"region_id": region}, tuple(texts)))
