"""The definition of the OGC API as one self-contained OpenAPI 3.0 document, made from the published fields."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .. import search
from . import geojson, ogc_crs, ogc_features
from .fields import Collection, Field
from .ogc_collections import queryable
from .ogc_schema import MEDIA_TYPE as SCHEMA_TYPE
from .ogc_schema import TYPES, UNSORTED, described

Say = Callable[[str], str]
Document = dict[str, Any]
MVT = "application/vnd.mapbox-vector-tile"
PROBLEM = "application/problem+json"
LIMIT, LARGEST = 100, 10_000


def _(message: str) -> str:
    """Mark a message for the catalogues; `_said` puts it into the reader's language."""
    return message


class About(NamedTuple):
    """The site that the document is of; `server` is the address of the API."""

    title: str
    description: str
    server: str
    contact: str


class Offered(NamedTuple):
    """A collection, its title, the parameters of the page's search that it takes, and fields that are parameters."""

    collection: Collection
    title: str
    searched: tuple[str, ...]
    fields: tuple[Field, ...]


def _parameter(name: str, schema: Document, description: str, style: Document | None = None) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        **(style or {"style": "form", "explode": False}),
    }


def _ref(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}


_SYSTEMS = {"type": "string", "format": "uri", "enum": list(ogc_crs.OFFERED), "default": ogc_crs.CRS84}
_NUMBERS = {"type": "array", "items": {"type": "number"}}
_PARAMETERS = {
    "lang": _parameter("lang", {"type": "string"}, _("Language of the texts (BCP 47).")),
    "limit": _parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": LIMIT},
        _("How many features at most; more than the maximum is the maximum."),
    ),
    "cursor": _parameter("cursor", {"type": "string"}, _("Where a page lies; as a next or prev link gives it.")),
    "offset": _parameter("offset", {"type": "integer", "minimum": 0, "default": 0}, _("How many features to skip.")),
    "bbox": _parameter(
        "bbox",
        {**_NUMBERS, "minItems": 4, "maxItems": 6, "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)]},
        _(
            "Features in this box, and those without a geometry. In the order of axes of bbox-crs; the first axis may "
            "run across the antimeridian."
        ),
    ),
    "bbox-crs": _parameter("bbox-crs", _SYSTEMS, _("System of the box.")),
    "crs": _parameter("crs", _SYSTEMS, _("System of the geometries in the answer.")),
    "datetime": _parameter(
        "datetime",
        {"type": "string"},
        _("Features of this moment or interval (RFC 3339, '..' for an open end), and those without a time."),
    ),
    "filter": _parameter("filter", {"type": "string"}, _("An expression in CQL2 over the queryables.")),
    "filter-lang": _parameter(
        "filter-lang",
        {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
        _("Its encoding."),
    ),
    "filter-crs": _parameter("filter-crs", _SYSTEMS, _("System of the coordinates in the filter.")),
    "skipGeometry": _parameter("skipGeometry", {"type": "boolean", "default": False}, _("Leave the geometries out.")),
    "profile": _parameter(
        "profile",
        {"type": "array", "items": {"type": "string", "enum": list(ogc_features.PROFILE_NAMES)}, "minItems": 1},
        _("Which rules GeoJSON follows: rfc7946, jsonfg, or jsonfg-plus with degrees beside another system."),
    ),
}
_SEARCH: dict[str, Document] = {
    "year_from": {"type": "integer", "minimum": search.YEARS[0], "maximum": search.YEARS[1]},
    "year_to": {"type": "integer", "minimum": search.YEARS[0], "maximum": search.YEARS[1]},
    "near": {**_NUMBERS, "minItems": 2, "maxItems": 2},
    "within_km": {"type": "number", "minimum": search.WITHIN_KM[0], "maximum": search.WITHIN_KM[1]},
    "sort": {"type": "string", "enum": list(search.SORTS)},
    "q": {"type": "string", "maxLength": search.MAX_Q},
}


def _form(*names: str) -> Document:
    return _parameter("f", {"type": "string", "enum": list(names)}, _("Form of the answer; else the Accept header."))


def _searched(name: str, say: Say) -> Document:
    words = search.say_field(name, lambda text, **_values: say(text))
    like_the_page = say(_("as in the search of the page."))
    description = f"{words}: {like_the_page}"
    if name in search.SETS:
        schema = {"type": "array", "items": {"type": "string"}, "maxItems": search.MAX_VALUES}
        return _parameter(name, schema, description, {"style": "form", "explode": True})
    return _parameter(name, _SEARCH[name], description)


def _queried(field: Field, say: Say) -> Document:
    schema = TYPES["key"] if field.kind in ("list", "address") else TYPES[field.kind]
    return _parameter(field.name, dict(schema), say(field.description))


def _choosing(offered: Offered, say: Say) -> list[Document]:
    named = ("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")
    found = [_ref("parameters", name) for name in named]
    found += [_searched(name, say) for name in offered.searched]
    found.append(_parameter("id", {"type": "string"}, _("The id of a feature.")))
    return found + [_queried(field, say) for field in offered.fields]


def _showing(collection: Collection) -> list[Document]:
    names = [field.name for field in collection.fields]
    sortable = [field.name for field in queryable(collection) if field.kind not in UNSORTED]
    signed = [sign + name for name in (*sortable, "id") for sign in ("", "+", "-")]
    return [
        _ref("parameters", "crs"),
        _parameter("sortby", {"type": "array", "items": {"type": "string", "enum": signed}}, _("Fields to sort by.")),
        _parameter("properties", {"type": "array", "items": {"type": "string", "enum": names}}, _("Fields to show.")),
        _ref("parameters", "skipGeometry"),
        _ref("parameters", "profile"),
    ]


def _answers(description: str, content: Document, headers: Document | None = None, missing: bool = False) -> Document:
    found: Document = {
        "200": {"description": description, **({"headers": headers} if headers else {}), "content": content},
        "304": {"description": _("Nothing has changed since the ETag of If-None-Match.")},
        "400": _ref("responses", "Bad"),
    }
    if missing:
        found["404"] = _ref("responses", "Missing")
    return found | {"503": _ref("responses", "Away")}


def _content(*kinds: str, schema: str = "") -> Document:
    shape = {"schema": _ref("schemas", schema)} if schema else {"schema": {"type": "object"}}
    return {kind: {"schema": {"type": "string"}} if kind.startswith("text/") else shape for kind in kinds}


def _get(tag: str, name: str, summary: str, parameters: list[Document], responses: Document) -> Document:
    return {
        "get": {
            "tags": [tag],
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _plain(name: str, summary: str, kind: str, schema: str = "", path: list[Document] | None = None) -> Document:
    parameters = [*(path or []), _form("json", "html"), _ref("parameters", "lang")]
    answers = _answers(summary, _content(kind, "text/html", schema=schema), missing=bool(path))
    return _get("API", name, summary, parameters, answers)


_CONTENT_CRS = {"Content-Crs": {"description": _("System of the geometries."), "schema": {"type": "string"}}}


def _of(plural: str, offered: Offered, say: Say) -> Document:
    base, title = f"/collections/{plural}", offered.title
    forms = ("geojson", "json", "html", "jsonfg")
    kinds = (geojson.MEDIA_TYPE, "text/html", ogc_features.JSON_FG)
    record = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    paging = [_ref("parameters", name) for name in ("lang", "limit", "cursor", "offset")]
    many = [_form(*forms, "geojsonseq", "csv"), *paging, *_choosing(offered, say), *_showing(offered.collection)]
    content = _content(*kinds, schema=f"{plural}Page")
    content |= {geojson.SEQUENCE_TYPE: {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}}
    one = [record, _form(*forms), *(_ref("parameters", name) for name in ("lang", "crs", "profile"))]
    feature = _answers(title, _content(*kinds, schema=f"{plural}Feature"), _CONTENT_CRS, missing=True)
    feature |= {"301": {"description": _("Another feature took its place.")}, "410": _ref("responses", "Gone")}
    return {
        base: _plain(f"describe.{plural}", title, "application/json", "collection"),
        f"{base}/items": _get(title, f"items.{plural}", title, many, _answers(title, content, _CONTENT_CRS)),
        f"{base}/items/{{featureId}}": _get(title, f"item.{plural}", title, one, feature),
        f"{base}/schema": _plain(f"schema.{plural}", _("What a feature has"), SCHEMA_TYPE),
        f"{base}/queryables": _plain(f"queryables.{plural}", _("What can be asked"), SCHEMA_TYPE),
        f"{base}/sortables": _plain(f"sortables.{plural}", _("What can be sorted by"), SCHEMA_TYPE),
        f"{base}/tiles": _plain(f"tilesets.{plural}", _("The sets of tiles"), "application/json"),
        f"{base}/tiles/WebMercatorQuad": _plain(f"tileset.{plural}", _("The tiles"), "application/json"),
        f"{base}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            title,
            f"tile.{plural}",
            _("A tile"),
            [
                *(
                    {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
                    for name in ("tileMatrix", "tileRow", "tileCol")
                ),
                _form("mvt"),
                _ref("parameters", "lang"),
                *_choosing(offered, say),
            ],
            _answers(_("A tile"), {MVT: {"schema": {"type": "string", "format": "binary"}}}, missing=True),
        ),
    }


def _schemas(plural: str, offered: Offered, say: Say) -> Document:
    properties = {
        field.name: {**described(field, say), "nullable": True}
        for field in offered.collection.fields
        if field.kind in TYPES
    }
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": _ref("schemas", "geometry"),
            "properties": {"type": "object", "properties": properties},
            "links": {"type": "array", "items": _ref("schemas", "link")},
        },
    }
    number = {"type": "integer", "minimum": 0}
    page = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _ref("schemas", f"{plural}Feature")},
            "links": {"type": "array", "items": _ref("schemas", "link")},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": number,
            "numberReturned": number,
        },
    }
    return {f"{plural}Feature": feature, f"{plural}Page": page}


def _shared() -> Document:
    text = {"type": "string"}
    links = {"type": "array", "items": _ref("schemas", "link")}
    described_by = {"id": text, "title": text, "description": text, "links": links}
    return {
        "link": {
            "type": "object",
            "required": ["href", "rel"],
            "properties": {"href": text, "rel": text, "type": text, "title": text},
        },
        "landing": {"type": "object", "required": ["links"], "properties": {"title": text, "links": links}},
        "conformance": {
            "type": "object",
            "required": ["conformsTo"],
            "properties": {"conformsTo": {"type": "array", "items": text}},
        },
        "collection": {"type": "object", "required": ["id", "links"], "properties": described_by},
        "collections": {
            "type": "object",
            "required": ["links", "collections"],
            "properties": {
                "links": links,
                "collections": {"type": "array", "items": _ref("schemas", "collection")},
            },
        },
        "geometry": {
            "type": "object",
            "nullable": True,
            "required": ["type"],
            "properties": {"type": text, "coordinates": {"type": "array", "items": {}}},
        },
        "problem": {
            "type": "object",
            "required": ["title", "status"],
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "parameter": text,
            },
        },
    }


def document(about: About, collections: Mapping[str, Offered], say: Say) -> Document:
    """Return the whole definition. `say` puts words into the reader's language."""
    problem = {PROBLEM: {"schema": _ref("schemas", "problem")}, "text/html": {"schema": {"type": "string"}}}
    matrix = {"name": "tileMatrixSetId", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/": _plain("landing", _("Landing page"), "application/json", "landing"),
        "/conformance": _plain("conformance", _("Conformance classes"), "application/json", "conformance"),
        "/api": _plain("api", _("This definition"), "application/vnd.oai.openapi+json;version=3.0"),
        "/collections": _plain("collections", _("The collections"), "application/json", "collections"),
        "/tileMatrixSets": _plain("tileMatrixSets", _("The grids of the tiles"), "application/json"),
        "/tileMatrixSets/{tileMatrixSetId}": _plain("tileMatrixSet", _("A grid"), "application/json", path=[matrix]),
    }
    schemas = _shared()
    for plural, offered in collections.items():
        paths |= _of(plural, offered, say)
        schemas |= _schemas(plural, offered, say)
    contact = {"contact": {"email" if "@" in about.contact else "url": about.contact}} if about.contact else {}
    made = {
        "openapi": "3.0.3",
        "info": {
            "title": about.title,
            "description": about.description,
            "version": "1.0.0",
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            **contact,
        },
        "servers": [{"url": about.server}],
        "tags": [{"name": "API"}, *({"name": offered.title} for offered in collections.values())],
        "paths": paths,
        "components": {
            "parameters": _PARAMETERS,
            "responses": {
                "Bad": {"description": _("A parameter cannot be understood; the answer names it."), "content": problem},
                "Missing": {"description": _("There is nothing at this address."), "content": problem},
                "Gone": {"description": _("What was here is public no more."), "content": problem},
                "Away": {"description": _("The database is away for a moment."), "content": problem},
            },
            "schemas": schemas,
        },
    }
    found: Document = _said(made, say)
    return found


def _said(part: Any, say: Say) -> Any:
    """Return a part of the definition with its summaries and descriptions in the reader's language."""
    if isinstance(part, list):
        return [_said(one, say) for one in part]
    if not isinstance(part, dict):
        return part
    words = ("summary", "description")
    return {name: say(one) if name in words and isinstance(one, str) else _said(one, say) for name, one in part.items()}
