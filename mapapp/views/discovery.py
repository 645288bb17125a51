"""What search engines read: the site map in every language, and what they may visit; JSON-LD for the pages."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template

from ..formats import metadata
from ..queries import export
from . import asked, wording
from .answering import without_data

blueprint = Blueprint("discovery", __name__)

PAGES = ("/", "/regions", "/projects", "/services", "/insights", "/data", "/about", "/accessibility", "/privacy")
MOST_URLS = 50_000  # in one file, by the protocol; a page has one in each language
PART = 10_000  # pages in a part, so that a part stays far below 50 MB
XML = "application/xml; charset=utf-8"
ROBOTS = """User-agent: *
Disallow: {below}/*?
Allow: {below}/changes.
Disallow: {below}/healthz/

Sitemap: {base}/sitemap.xml
"""


@blueprint.app_context_processor
def _linked_data() -> dict[str, Any]:
    return {"linked_data": metadata.Site(asked.site().name, wording.base(), wording.absolute(""))}


def _pages() -> list[tuple[str, datetime | None]]:
    """Return (path without language, last change) of every page worth finding."""
    records = export.slugs(asked.connection())
    return [(path, None) for path in PAGES] + [(f"/{name}s/{slug}", changed) for name, slug, changed in records]


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page in every language; the list of parts where one file cannot hold them."""
    pages = _pages()
    if len(pages) * len(wording.i18n.LANGUAGES) <= MOST_URLS:
        body = render_template("feeds/sitemap.xml", pages=pages)
    else:
        body = render_template("feeds/sitemaps.xml", parts=-(-len(pages) // PART))
    return Response(body, content_type=XML)


@blueprint.get("/sitemap-<int(max=9999):number>.xml")
def sitemap_part(number: int) -> Response:
    """One part of a large site map."""
    pages = _pages()[(number - 1) * PART : number * PART] if number else []
    if not pages:
        abort(404)
    return Response(render_template("feeds/sitemap.xml", pages=pages), content_type=XML)


@blueprint.get("/robots.txt")
@without_data  # needs no database: without this file, search engines would think the whole site closed
def robots() -> Response:
    """Every page may be visited; searches, of which there are endlessly many, lead to the same records. The pages of
    the feeds of changes are few, and who follows them needs each."""
    body = ROBOTS.format(below=asked.below(""), base=wording.base())
    return Response(body, content_type="text/plain; charset=utf-8")
