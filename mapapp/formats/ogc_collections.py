"""The collections of the OGC API: their ids, words, geometries, times, and documents that describe them."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from . import fields, ogc_crs

PRIMARY = "geometry"
SEARCHED = ("practice", "service")  # answered from columns in memory, by the parameters of the page


def _(message: str) -> str:
    """Mark a message for the catalogues."""
    return message


#: Fields that cannot be asked for, because the page has a parameter of the same name that means something else: the
#: languages that there are texts in, or that are spoken; a territory by its NUTS code.
NOT_ASKED = {"practice": frozenset(("language",)), "service": frozenset(("language", "region"))}


class Words(NamedTuple):
    """The title and description of a collection; message ids for gettext."""

    title: str
    description: str


WORDS = {
    "practice": Words(_("Practices"), _("Practices of migrant integration in Europe, with their sources.")),
    "service": Words(_("Services"), _("Local services for newcomers.")),
    "region": Words(_("Partner regions"), _("Regions, municipalities and networks that take part, as points.")),
    "project": Words(_("Projects"), _("Cooperation projects, at the points of their partner regions.")),
    "event": Words(_("Events"), _("Events of projects and regions.")),
    "need": Words(_("Needs"), _("What regions offer, lack or wish, by theme.")),
    "territory": Words(
        _("Territories"),
        _("NUTS 2021 areas, levels 0 to 3. © EuroGeographics for the administrative boundaries; no commercial use."),
    ),
}


def _first(text: str) -> str:
    """Return the first day of a date as precise as its source (2016, 2016-10, 2016-10-14), in SQL."""
    return f"({text} || substr('0000-01-01', length({text}) + 1))::date"


def _last(text: str) -> str:
    """Return its last day."""
    length = f"CASE length({text}) WHEN 4 THEN interval '1 year' WHEN 7 THEN interval '1 month' ELSE '1 day' END"
    return f"(({_first(text)} + {length})::date - 1)"


#: The first and last day of a record in SQL; NULL where nothing is known, infinity where it still runs.
TIMES = {
    "practice": (
        "make_date(coalesce(r.start_year, r.end_year), 1, 1)",
        "CASE WHEN r.end_year IS NOT NULL THEN make_date(r.end_year, 12, 31) "
        "WHEN r.start_year IS NOT NULL THEN 'infinity'::date END",
    ),
    "project": (
        _first("coalesce(r.start_date, r.end_date)"),
        f"CASE WHEN r.end_date IS NOT NULL THEN {_last('r.end_date')} "
        "WHEN r.start_date IS NOT NULL THEN 'infinity'::date END",
    ),
    "event": (_first("r.date"), _last("r.date")),
    "need": (_first("r.date"), _last("r.date")),
}


def by_id() -> dict[str, fields.Collection]:
    """Return the collections by their ids in addresses, in the order in which they are listed."""
    return {one.plural: one for one in fields.PUBLISHED.values()}


@lru_cache(maxsize=64)
def queryable(collection: fields.Collection) -> tuple[fields.Field, ...]:
    """Return the fields that can stand in a filter, be parameters or be sorted by."""
    return tuple(one for one in collection.fields if one.name not in NOT_ASKED.get(collection.name, ()))


def licence_link(name: str) -> dict[str, str] | None:
    """Return the link to the licence of a collection; None for the boundaries, which are not ours to license."""
    if name == "territory":
        return None
    return {"rel": "license", "href": fields.LICENCE_URL, "type": "text/html", "title": "CC BY 4.0"}


def document(
    collection: fields.Collection,
    words: Words,
    box: tuple[float, float, float, float] | None,
    days: tuple[date | str | None, date | str | None] | None,
    links: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Return the description of a collection. `box` is west, south, east, north in degrees; open ends are None."""
    extent: dict[str, Any] = {"spatial": {"bbox": [box or (-180, -90, 180, 90)], "crs": ogc_crs.CRS84}}
    if days:
        moments = [
            days[0] and f"{days[0]}T00:00:00Z",
            days[1] and f"{days[1]}T23:59:59Z",
        ]
        extent["temporal"] = {
            "interval": [moments],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return {
        "id": collection.plural,
        "title": words.title,
        "description": words.description,
        "extent": extent,
        "itemType": "feature",
        "crs": list(ogc_crs.OFFERED),
        "storageCrs": ogc_crs.CRS84,
        "links": list(links),
    }
