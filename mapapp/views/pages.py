"""The pages that explain the site itself: about, accessibility, privacy, imprint, how to contribute."""

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path

import orjson
from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _

from . import asked

blueprint = Blueprint("pages", __name__)

SOURCES = Path(__file__).parents[2] / "geodata" / "SOURCES.csv"
ACCESSIBILITY_REVIEWED = date(2026, 11, 22)  # when the statement was last held against the site
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/maskable-512.png", "512x512", "maskable"),
)


@lru_cache(maxsize=1)
def sources() -> tuple[dict[str, str], ...]:
    """Return the rows of the list of data sources, read once; nothing where the installation has no list."""
    if not SOURCES.exists():
        return ()
    with SOURCES.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@blueprint.get("/<lang:lang>/about")
def about(lang: str) -> str:
    """What the site is, how its records came about, whom it owes its data."""
    return render_template("pages/about.html", sources=sources())


@blueprint.get("/<lang:lang>/accessibility")
def accessibility(lang: str) -> str:
    """The accessibility statement."""
    return render_template("pages/accessibility.html", reviewed=ACCESSIBILITY_REVIEWED)


@blueprint.get("/<lang:lang>/privacy")
def privacy(lang: str) -> str:
    """What the site learns about its visitors."""
    return render_template("pages/privacy.html")


@blueprint.get("/<lang:lang>/imprint")
def imprint(lang: str) -> str:
    """Who answers for the site."""
    return render_template("pages/imprint.html")


@blueprint.get("/<lang:lang>/contribute/")
def contribute(lang: str) -> str:
    """How to send in a practice."""
    return render_template("pages/contribute.html")


@blueprint.get("/<lang:lang>/site.webmanifest")
def manifest(lang: str) -> Response:
    """Name, colours and icons for the home screen of a phone."""
    address = current_app.jinja_env.globals["asset"]
    content = {
        "id": "/",
        "name": asked.settings().site_name,
        "description": _("A searchable map of practices that help newcomers and local people live together well."),
        "lang": lang,
        "start_url": f"/{lang}/",
        "scope": "/",
        "display": "browser",
        "background_color": "#fbfaf7",
        "theme_color": "#0b5c66",
        "icons": [
            {"src": address(name), "sizes": size, "type": "image/png", "purpose": purpose}  # type: ignore[operator]
            for name, size, purpose in ICONS
        ],
    }
    return Response(orjson.dumps(content), content_type="application/manifest+json")
