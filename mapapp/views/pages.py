"""The pages that explain the site itself: about, accessibility, privacy, imprint."""

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson
from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _

from . import asked
from .answering import with_site

blueprint = Blueprint("pages", __name__)

GEODATA = Path(__file__).parents[2] / "geodata"
ACCESSIBILITY_REVIEWED = date(2026, 11, 22)  # when the statement was last held against the site
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/maskable-512.png", "512x512", "maskable"),
)


class Source(NamedTuple):
    """A file that the site's data were made from."""

    file: str
    origin: str
    version: str
    licence: str
    credit: str


@lru_cache(maxsize=1)
def sources() -> tuple[Source, ...]:
    """Return the files named in the SOURCES.csv lists of geodata, read once; none where it is not installed."""
    found: list[Source] = []
    for path in sorted(GEODATA.rglob("SOURCES.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found.extend(Source(*(row.get(name) or "" for name in Source._fields)) for row in csv.DictReader(file))
    return tuple(found)


@blueprint.get("/<lang:lang>/about")
@with_site
def about(lang: str) -> str:
    """What the site is, how its records came about, whom it owes its data."""
    return render_template("pages/about.html", lang=lang, sources=sources())


@blueprint.get("/<lang:lang>/accessibility")
@with_site
def accessibility(lang: str) -> str:
    """The accessibility statement."""
    return render_template("pages/accessibility.html", lang=lang, reviewed=ACCESSIBILITY_REVIEWED)


@blueprint.get("/<lang:lang>/privacy")
@with_site
def privacy(lang: str) -> str:
    """What the site learns about its visitors."""
    return render_template("pages/privacy.html", lang=lang)


@blueprint.get("/<lang:lang>/imprint")
@with_site
def imprint(lang: str) -> str:
    """Who answers for the site."""
    return render_template("pages/imprint.html", lang=lang)


@blueprint.get("/<lang:lang>/site.webmanifest")
@with_site
def manifest(lang: str) -> Response:
    """Name, colours and icons for the home screen of a phone."""
    address = current_app.jinja_env.globals["asset"]
    content = {
        "id": asked.below("/"),
        "name": asked.site().name,
        "description": _("A searchable map of practices that help newcomers and local people live together well."),
        "lang": lang,
        "start_url": asked.below(f"/{lang}/"),
        "scope": asked.below("/"),
        "display": "browser",
        "background_color": "#fbfaf7",
        "theme_color": "#0b5c66",
        "icons": [
            {"src": address(name), "sizes": size, "type": "image/png", "purpose": purpose}  # type: ignore[operator]
            for name, size, purpose in ICONS
        ],
    }
    return Response(orjson.dumps(content), content_type="application/manifest+json")
