"""The page "Use this data": what can be taken away, how much there is, how fresh it is, and by which addresses."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, render_template
from flask_babel import gettext as _

from .. import search
from ..formats import fields, flat, geojson
from ..queries import export
from . import asked

blueprint = Blueprint("open_data", __name__)

FILES = {
    "practice": (("GeoJSON", "/practices.geojson"), ("CSV", "/practices.csv")),
    "service": (("GeoJSON", "/services.geojson"), ("CSV", "/services.csv")),
    "region": (("GeoJSON", "/regions.geojson"), ("CSV", "/regions.csv")),
    "project": (("GeoJSON", "/projects.geojson"), ("CSV", "/projects.csv")),
}


class Offered(NamedTuple):
    """A collection on the page: its size, when it last changed, its files as (name, path), its fields."""

    plural: str
    size: int
    changed: datetime | None
    files: tuple[tuple[str, str], ...]
    fields: tuple[fields.Field, ...]


def _meaning(name: str) -> str:
    examples = {
        "region": _("NUTS code; those inside it count too"),
        "bbox": _("west,south,east,north in degrees"),
        "near": _("latitude,longitude in degrees"),
        "within_km": _("kilometres from that point"),
        "year_from": _("practices that ran in this year or later"),
        "year_to": _("practices that ran in this year or earlier"),
        "country": _("ISO 3166-1 code"),
        "sort": ", ".join(search.SORTS),
    }
    said = search.say_field(name, _)
    return f"{said}: {examples[name]}" if name in examples else said


@blueprint.get("/<lang:lang>/data")
def data(lang: str) -> str:
    """How to take the data away."""
    found = {one.collection: one for one in export.overview(asked.connection())}
    offered = [
        Offered(one.plural, found[name].size, found[name].changed, FILES[name], one.fields)
        for name, one in fields.COLLECTIONS.items()
    ]
    types = {"GeoJSON": geojson.MEDIA_TYPE, "CSV": flat.MEDIA_TYPE}
    return render_template(
        "pages/data.html",
        lang=lang,
        collections=offered,
        confirmed=found["practice"].confirmed,
        changed=max((one.changed for one in offered if one.changed), default=None),
        media_types=[(path, types[kind]) for files in FILES.values() for kind, path in files],
        parameters=[(name, _meaning(name), name in search.SETS) for name in search.FIELDS["practice"]],
        kinds={
            "text": _("text"),
            "key": _("key"),
            "list": _("list"),
            "integer": _("whole number"),
            "number": _("number"),
            "boolean": _("true or false"),
            "date": _("day"),
            "timestamp": _("date and time"),
            "address": _("web address"),
        },
    )
