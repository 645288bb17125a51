"""The page "Use this data": what can be taken away, how much there is, how fresh it is, and by which addresses."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, render_template
from flask_babel import gettext as _

from .. import search
from ..formats import fields, ogc_collections
from ..formats.kinds import KINDS, WHOLE
from ..queries import export
from . import asked, qgis
from .downloads import EVERYTHING, LAYERS

blueprint = Blueprint("open_data", __name__)


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


def _uses() -> list[tuple[str, str]]:
    """Return (ending, what it is good for) of every form of file."""
    return [
        ("gpkg", _("QGIS and other GIS: with styles, all translations, evaluations and vocabularies in one file")),
        ("geojson", _("maps on the web and scripts")),
        ("csv", _("every spreadsheet and every script")),
        ("xlsx", _("Excel and LibreOffice: with a sheet for all translations")),
        ("kml", _("Google Earth and other globes, coloured by theme")),
        ("shp.zip", _("older GIS; cuts long texts to 254 bytes")),
        ("fgb", _("GIS and web maps that read only the part they show")),
        ("parquet", _("large analyses: GeoPandas, DuckDB, Arrow in R")),
        ("geojsons", _("programs that read line by line")),
    ]


@blueprint.get("/<lang:lang>/data")
def data(lang: str) -> str:
    """How to take the data away."""
    found = {one.collection: one for one in export.overview(asked.connection())}
    offered = [
        Offered(
            one.plural,
            found[one.name].size,
            found[one.name].changed,
            tuple((kind.name, asked.below(f"/{one.plural}.{ending}")) for ending, kind in KINDS.items()),
            one.fields,
        )
        for one in LAYERS
    ]
    return render_template(
        "pages/data.html",
        lang=lang,
        collections=offered,
        confirmed=found["practice"].confirmed,
        changed=max((one.changed for one in offered if one.changed), default=None),
        media_types=[
            (asked.below(f"/{one.plural}.{ending}"), kind.media_type)
            for one in fields.COLLECTIONS.values()
            for ending, kind in KINDS.items()
        ],
        everything=[(KINDS[ending].name, asked.below(f"/{EVERYTHING}.{ending}")) for ending in WHOLE],
        qgis_project=asked.below(qgis.PROJECT),
        qgis_layers=[(_(ogc_collections.WORDS[one.name].title), asked.below(qgis.path_of(one))) for one in qgis.ORDER],
        uses=_uses(),
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
