"""The published fields of each collection: their names, order, kinds and origin stand here once.

GeoJSON properties, CSV headers, the table on the data page and later the API's schemas are made from these lists.
`sql` speaks of the aliases that `queries.export` gives: r the record, t its texts in the language asked for, d its
longer texts, and of the bound values %(site)s (address of the site in a language) and %(licence)s.
"""

import re
from typing import NamedTuple

LICENCE = "CC-BY-4.0"  # SPDX
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"


class Field(NamedTuple):
    """One published field. `kind` is text, key, list, integer, number, boolean, date, timestamp or address.

    Keys and lists of keys are the same in every language; `title` and `description` are message ids for gettext.
    """

    name: str
    kind: str
    sql: str
    title: str
    description: str


class Collection(NamedTuple):
    """What can be taken away together. `flat` tells whether each record has at most one point (columns lon, lat)."""

    name: str
    plural: str
    fields: tuple[Field, ...]
    flat: bool = True


def _(message: str) -> str:
    """Mark a message for the catalogues; it is put into the reader's language where it is shown."""
    return message


def _terms(vocabulary: str) -> str:
    return (
        "ARRAY(SELECT p.key FROM practice_term p WHERE p.practice_id = r.id "  # noqa: S608 our own constants
        f"AND p.vocabulary = '{vocabulary}' ORDER BY p.position, p.key)"
    )


_COUNTRY = Field("country", "key", "r.country", _("Country"), _("ISO 3166-1 code of two letters: GR, GB."))
_NUTS = Field("nuts", "key", "r.nuts_code", _("NUTS code"), _("The smallest NUTS 2021 region that holds the place."))
_KIND = Field(
    "location_kind",
    "key",
    "r.location_kind",
    _("What the point stands for"),
    _("address, municipality, region or country; empty where there is no point."),
)
_WEBSITE = Field("website", "address", "r.website", _("Website"), _("As the source gives it."))
_SOURCE = Field("source_url", "address", "r.source_url", _("Source address"), _("The page the record was made from."))
_CONFIRMED = Field(
    "confirmed_on",
    "date",
    "r.confirmed_on",
    _("Confirmed on"),
    _("When its owner last confirmed the record; empty: not yet."),
)
_UPDATED = Field(
    "updated_at",
    "timestamp",
    'to_char(r.updated_at, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')',
    _("Changed at"),
    _("When the record last changed here (UTC)."),
)
_LICENCE = Field("licence", "key", "%(licence)s::text", _("Licence"), _("SPDX name of the licence of the texts."))
_LANGUAGE = Field(
    "language",
    "key",
    "t.language",
    _("Language"),
    _("Language of name or title and summary (BCP 47): the one asked for, or the one there is."),
)
_LONGER_LANGUAGE = Field(
    "description_language",
    "key",
    "d.language",
    _("Language of the longer texts"),
    _("Another one where they are not translated yet; empty where there are none."),
)


def _page(path: str) -> Field:
    return Field("url", "address", f"%(site)s || '/{path}/' || r.slug", _("Page"), _("The record on this site."))


PRACTICE = Collection(
    "practice",
    "practices",
    (
        Field("title", "text", "t.title", _("Title"), _("Short name of the practice.")),
        Field("summary", "text", "t.summary", _("Summary"), _("One sentence.")),
        Field("description", "text", "d.description", _("Description"), _("What it does and what came of it.")),
        Field("lessons", "text", "d.lessons", _("Lessons"), _("What others can learn from it.")),
        _LANGUAGE,
        _LONGER_LANGUAGE,
        Field("place", "text", "r.place_name", _("Place"), _("Name of the place.")),
        _COUNTRY,
        _NUTS,
        _KIND,
        Field("themes", "list", _terms("theme"), _("Themes"), _("Keys of the vocabulary of themes.")),
        Field("dimensions", "list", _terms("dimension"), _("Dimensions"), _("equality, diversity, interaction.")),
        Field("target_groups", "list", _terms("target_group"), _("Target groups"), _("Keys of the vocabulary.")),
        Field("organisation", "text", "r.organisation", _("Organisation"), _("Who leads the practice.")),
        Field("organisation_type", "key", "r.organisation_type", _("Organisation type"), _("Key of the vocabulary.")),
        Field("partners", "list", "r.partners", _("Partners"), _("Who takes part.")),
        Field("programmes", "list", "r.programmes", _("Programmes"), _("Who funds it.")),
        Field("project", "key", "j.slug", _("Project"), _("Slug of the project it belongs to.")),
        Field("start_year", "integer", "r.start_year", _("First year"), _("Empty where no source says it.")),
        Field("end_year", "integer", "r.end_year", _("Last year"), _("Empty where it runs or no source says it.")),
        Field("status", "key", "r.status", _("Status"), _("running, ended or unknown.")),
        Field("budget_eur", "number", "trim_scale(r.budget_eur)", _("Budget"), _("Total in euros, where stated.")),
        _WEBSITE,
        Field("source_title", "text", "r.source_title", _("Source"), _("Title of the page or document.")),
        _SOURCE,
        _CONFIRMED,
        _UPDATED,
        _page("practices"),
        _LICENCE,
    ),
)

SERVICE = Collection(
    "service",
    "services",
    (
        Field("name", "text", "t.name", _("Name"), _("Name of the service.")),
        Field("description", "text", "d.description", _("Description"), _("What it offers.")),
        Field("eligibility", "text", "d.eligibility", _("Who it is for"), _("Who may come.")),
        Field("cost", "text", "d.cost", _("Cost"), _("What it costs, in words.")),
        Field("documents", "text", "d.documents", _("Bring along"), _("Documents needed.")),
        _LANGUAGE,
        _LONGER_LANGUAGE,
        Field("category", "key", "r.category", _("Category"), _("Key of the vocabulary of service categories.")),
        Field("organisation", "text", "r.organisation", _("Organisation"), _("Who runs the service.")),
        Field("place", "text", "r.place_name", _("Place"), _("Name of the place.")),
        Field("address", "text", "r.address", _("Address"), _("Only where a public page gives it.")),
        _COUNTRY,
        _KIND,
        Field("languages", "list", "r.languages", _("Languages spoken"), _("BCP 47 tags.")),
        Field("phone", "text", "r.phone", _("Telephone"), _("Number of the service, never of a person.")),
        _WEBSITE,
        Field(
            "temporarily_closed", "boolean", "r.temporarily_closed", _("Temporarily closed"), _("true while closed.")
        ),
        Field("region", "key", "j.slug", _("Region"), _("Slug of the partner region.")),
        _SOURCE,
        _CONFIRMED,
        _UPDATED,
        _page("services"),
        _LICENCE,
    ),
)

REGION = Collection(
    "region",
    "regions",
    (
        Field("name", "text", "t.name", _("Name"), _("Name of the region, municipality or network.")),
        Field("name_local", "text", "r.name_local", _("Local name"), _("Its name for itself.")),
        Field("authority_role", "text", "d.authority_role", _("Role"), _("What the authority does.")),
        _LANGUAGE,
        _LONGER_LANGUAGE,
        Field("authority", "text", "r.authority", _("Authority"), _("Who is responsible for integration.")),
        Field("level", "key", "r.level", _("Level"), _("region, district, municipality or network.")),
        _COUNTRY,
        _NUTS,
        _KIND,
        Field(
            "destination_type", "key", "r.destination_type", _("Destination"), _("new or established, where stated.")
        ),
        Field(
            "projects",
            "list",
            "ARRAY(SELECT DISTINCT p.slug FROM membership m JOIN project p ON p.id = m.project_id "
            "WHERE m.region_id = r.id ORDER BY p.slug)",
            _("Projects"),
            _("Slugs of the projects it takes part in."),
        ),
        _WEBSITE,
        _SOURCE,
        _UPDATED,
        _page("regions"),
        _LICENCE,
    ),
)

PROJECT = Collection(
    "project",
    "projects",
    (
        Field("title", "text", "t.title", _("Title"), _("Full name of the project.")),
        Field("acronym", "text", "r.acronym", _("Short name"), _("As it calls itself.")),
        Field("aims", "text", "d.aims", _("Aims"), _("What it set out to do.")),
        Field("measures", "text", "d.measures", _("Measures"), _("What it did.")),
        Field("benefits", "text", "d.benefits", _("Benefits"), _("What came of it.")),
        Field("location", "text", "d.location", _("Place"), _("Where it took place, in words.")),
        _LANGUAGE,
        _LONGER_LANGUAGE,
        Field("programme", "text", "r.programme", _("Programme"), _("Who funded it.")),
        Field("start_date", "text", "r.start_date", _("Start"), _("As precise as known: 2016, 2016-10, 2016-10-14.")),
        Field("end_date", "text", "r.end_date", _("End"), _("As precise as known: 2016, 2016-10, 2016-10-14.")),
        Field(
            "total_cost_eur", "number", "trim_scale(r.total_cost_eur)", _("Total cost"), _("In euros, where stated.")
        ),
        Field("eu_grant_eur", "number", "trim_scale(r.eu_grant_eur)", _("EU grant"), _("In euros, where stated.")),
        Field("lead_partner", "text", "r.lead_partner", _("Lead partner"), _("Who leads the project.")),
        Field("themes", "list", "r.themes", _("Themes"), _("Keys of the vocabulary of themes.")),
        _WEBSITE,
        _SOURCE,
        _UPDATED,
        _page("projects"),
        _LICENCE,
    ),
    flat=False,
)

EVENT = Collection(
    "event",
    "events",
    (
        Field("title", "text", "t.title", _("Title"), _("Title of the event.")),
        _LANGUAGE,
        Field("type", "key", "r.type", _("Type"), _("Key of the vocabulary of event types.")),
        Field("date", "text", "r.date", _("Date"), _("As precise as known: 2016, 2016-10, 2016-10-14.")),
        Field("place", "text", "r.place_name", _("Place"), _("Name of the place.")),
        _COUNTRY,
        _KIND,
        Field("online", "boolean", "r.online", _("Online"), _("true where it takes place online.")),
        Field("project", "key", "j.slug", _("Project"), _("Slug of the project it belongs to.")),
        Field("website", "address", "r.url", _("Website"), _("As the source gives it.")),
        _SOURCE,
        _UPDATED,
        _LICENCE,
    ),
)

NEED = Collection(
    "need",
    "needs",
    (
        Field("statement", "text", "t.statement", _("Statement"), _("What the region has, lacks or wishes.")),
        _LANGUAGE,
        Field("kind", "key", "r.kind", _("Kind"), _("on-offer, missing or wished.")),
        Field("theme", "key", "r.theme", _("Theme"), _("Key of the vocabulary of themes.")),
        Field("region", "key", "j.slug", _("Region"), _("Slug of the partner region.")),
        Field("country", "key", "j.country", _("Country"), _("ISO 3166-1 code of two letters: GR, GB.")),
        Field("date", "text", "r.date", _("Date"), _("As precise as known: 2016, 2016-10, 2016-10-14.")),
        Field("source_title", "text", "r.source_title", _("Source"), _("Title of the page or document.")),
        _SOURCE,
        _UPDATED,
        _LICENCE,
    ),
)

# Reference data, not ours to license: kept apart from the collections that are downloaded as open data.
TERRITORY = Collection(
    "territory",
    "territories",
    (
        Field("code", "key", "r.code", _("NUTS code"), _("Of the vintage; EL and UK where ISO has GR and GB.")),
        Field("name", "text", "r.name", _("Name"), _("In its own language.")),
        Field("name_latin", "text", "r.name_latin", _("Name in Latin letters"), _("As Eurostat writes it.")),
        Field("level", "integer", "r.level", _("Level"), _("NUTS level, 0 (country) to 3.")),
        _COUNTRY,
        Field("vintage", "integer", "r.vintage", _("Vintage"), _("Year of the NUTS classification.")),
        Field("later_code", "key", "r.later_code", _("Later code"), _("Code of NUTS 2024, where it differs.")),
        Field(
            "attribution",
            "text",
            "'© EuroGeographics for the administrative boundaries'::text",
            _("Credit"),
            _("To be shown with the boundaries, which may not be used commercially."),
        ),
    ),
    flat=False,
)

COLLECTIONS = {one.name: one for one in (PRACTICE, SERVICE, REGION, PROJECT)}
#: What the API gives as well: records that have no page of their own, and reference data.
PUBLISHED = {**COLLECTIONS, **{one.name: one for one in (EVENT, NEED, TERRITORY)}}

_OWN_TEXT = re.compile(r"[td]\.([a-z_]+)")  # a field that is a column of the record's texts


def texts(collection: Collection) -> dict[str, str]:
    """Return the fields that are translated, and the column of the texts that each is."""
    found = {field.name: _OWN_TEXT.fullmatch(field.sql) for field in collection.fields}
    return {name: match[1] for name, match in found.items() if match and match[1] != "language"}


def translations(collection: Collection) -> Field:
    """Return the field of `lang=all`: every text of a record in every language it has, by language and field."""
    parts = ", ".join(f"'{name}', x.{column}" for name, column in texts(collection).items())
    sql = (
        "(SELECT json_object_agg(x.language, json_strip_nulls(json_build_object("  # noqa: S608 our own constants
        f"{parts})) ORDER BY x.language) FROM {collection.name}_text x WHERE x.{collection.name}_id = r.id)"
    )
    return Field("translations", "object", sql, _("Translations"), _("Every text in every language that it has."))
