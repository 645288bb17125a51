"""OGC API: the landing page, what is conformed to, and the collections with their schemas."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, render_template, request

from ..formats import ogc_collections, ogc_conformance, ogc_openapi, ogc_schema
from ..formats.fields import Collection
from ..queries import matching
from . import asked, ogc_items, ogc_links, ogc_reading, ogc_selecting
from .ogc_links import DEFINITION, DOCUMENT, FEATURES, HTML, JSON, OPENAPI, REL, SCHEMAS, address, link
from .translating import gettext as _

blueprint = Blueprint("ogc", __name__, url_prefix=ogc_links.ROOT)
blueprint.add_url_rule("/collections/<collection_id>/items", "items", ogc_items.items)
blueprint.add_url_rule("/collections/<collection_id>/items/<record>", "item", ogc_items.item)


OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Crs, ETag, Link, OGC-NumberMatched, OGC-NumberReturned"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Vary", "Accept, Accept-Language"),
)


def _say(message: str) -> str:
    return _(message) if message else ""


def given(document: dict[str, Any], form: str, template: str, kind: str = JSON, **more: Any) -> Response:
    """Return a document in the form asked for."""
    if form == "html":
        page = render_template(f"ogc/{template}.html", document=document, **more)
        return Response(page, content_type=f"{HTML}; charset=utf-8")
    return ogc_links.as_json(document, kind)


def form_asked(offered: dict[str, str] = DOCUMENT) -> str:
    """Return the form asked for of a resource that takes no other parameters."""
    ogc_reading.only(request.args, ogc_reading.CONTROLS)
    ogc_reading.language(request.args)
    return ogc_links.form(offered)


@blueprint.get("")
@blueprint.get("/")
def landing() -> Response:
    """Where everything begins."""
    form = form_asked()
    links = ogc_links.here(DOCUMENT, form)
    links += [
        link("service-desc", address("/api", [("f", "json")]), OPENAPI, _("The definition of this API")),
        link("service-doc", address("/api", [("f", "html")]), HTML, _("The documentation of this API")),
        link("conformance", address("/conformance"), JSON, _("What this API conforms to")),
        link("data", address("/collections"), JSON, _("The collections")),
        link(f"{REL}tiling-schemes", address("/tileMatrixSets"), JSON, _("The grids of the tiles")),
    ]
    title = asked.site().name
    return given({"title": title, "description": _about(), "links": links}, form, "landing")


def _about() -> str:
    return _("Practices of integration, local services, partner regions and projects in Europe, with their sources.")


@blueprint.get("/conformance")
def conformance() -> Response:
    """The classes that this API passes."""
    form = form_asked()
    document = {"links": ogc_links.here(DOCUMENT, form), "conformsTo": list(ogc_conformance.CLASSES)}
    return given(document, form, "conformance")


@blueprint.get("/api")
def api() -> Response:
    """The definition of this API."""
    form = form_asked(DEFINITION)
    known = {one.plural: _parameters(one) for one in ogc_collections.by_id().values()}
    about = ogc_openapi.About(asked.site().name, _about(), address(""), asked.site().contact)
    return given(ogc_openapi.document(about, known, _say), form, "api", OPENAPI)


def _parameters(collection: Collection) -> ogc_openapi.Offered:
    words = words_of(collection)
    return ogc_openapi.Offered(
        collection, words.title, ogc_reading.searched(collection), tuple(ogc_reading.asked_by_name(collection).values())
    )


def words_of(collection: Collection) -> ogc_collections.Words:
    """Return the title and description of a collection in the reader's language."""
    found = ogc_collections.WORDS.get(collection.name) or ogc_collections.Words(collection.plural, "")
    return ogc_collections.Words(_say(found.title), _say(found.description))


def _describe(collection: Collection) -> dict[str, Any]:
    path, times = f"/collections/{collection.plural}", ogc_collections.TIMES.get(collection.name)
    extent = matching.extent(asked.connection(), collection.name, times)
    links = [
        link("self", address(path), JSON, _("This document")),
        link("alternate", address(path, [("f", "html")]), HTML, _("This document as %(form)s", form="html")),
    ]
    for number, (name, media) in enumerate(FEATURES.items()):
        # The form that is given anyway has a plain address: GDAL asks for one feature by putting its id at the end.
        asked_for = [("f", name)] if number else []
        form = _("The features as %(form)s", form=name)
        links.append(link("items", address(f"{path}/items", asked_for), media, form))
    for rel, end, title in (
        ("schema", "schema", _("What a feature has")),
        ("queryables", "queryables", _("What can be asked")),
        ("sortables", "sortables", _("What can be sorted by")),
    ):
        links.append(link(REL + rel, address(f"{path}/{end}"), ogc_links.SCHEMA, title))
    links.append(link("describedby", address(f"{path}/schema"), ogc_links.SCHEMA, _("What a feature has")))
    links.append(link(f"{REL}tilesets-vector", address(f"{path}/tiles"), JSON, _("The tiles")))
    if licence := ogc_collections.licence_link(collection.name):
        links.append(licence)
    days = (extent.start, extent.end) if times else None
    return ogc_collections.document(collection, words_of(collection), extent.box, days, links)


def _size(collection_id: str) -> int:
    """Return how many features a collection has, for the pages."""
    found = ogc_items.collection_of(collection_id)
    return len(ogc_selecting.find(found, ogc_reading.chosen(request.args, found), (), g.lang).keys)


@blueprint.get("/collections")
def collections() -> Response:
    """All collections."""
    form = form_asked()
    listed = [_describe(one) for one in ogc_collections.by_id().values()]
    return given({"links": ogc_links.here(DOCUMENT, form), "collections": listed}, form, "collections", size=_size)


@blueprint.get("/collections/<collection_id>")
def collection(collection_id: str) -> Response:
    """One collection."""
    found = ogc_items.collection_of(collection_id)
    return given(_describe(found), form_asked(), "collection", size=_size)


Make = Callable[[Collection, str, str, ogc_schema.Say], dict[str, Any]]
_SCHEMAS: dict[str, Make] = {
    "schema": ogc_schema.schema,
    "queryables": ogc_schema.queryables,
    "sortables": ogc_schema.sortables,
}


@blueprint.get("/collections/<collection_id>/<any(schema, queryables, sortables):which>")
def schema(collection_id: str, which: str) -> Response:
    """What a feature has, what can be asked, or what can be sorted by."""
    found, form = ogc_items.collection_of(collection_id), form_asked(SCHEMAS)
    made = _SCHEMAS[which](found, address(f"/collections/{collection_id}/{which}"), words_of(found).title, _say)
    return given(made, form, "schema", ogc_links.SCHEMA, collection=found, which=which)


@blueprint.after_app_request
def open_to_all(response: Response) -> Response:
    """Let every site read this API, errors included, and nothing else of this one."""
    if "from_shelf" in asked.notes():  # a kept answer has these already
        return response
    asker = asked.asker()
    path = asker.path
    if path == ogc_links.ROOT or path.startswith(f"{ogc_links.ROOT}/"):
        response.headers.extend(OPEN)
        if asker.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
    return response
