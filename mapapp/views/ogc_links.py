"""Addresses and representations of the OGC API: links that keep every parameter, and which form an asker wants."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from ..formats import geojson, ogc_features, ogc_schema
from . import ogc_reading, wording
from .translating import gettext as _

ROOT = "/ogc"
JSON, HTML, SCHEMA = "application/json", "text/html", ogc_schema.MEDIA_TYPE
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"

#: The forms of a resource: what `f` says → media type. The first is given to those who do not mind.
DOCUMENT = {"json": JSON, "html": HTML}
SCHEMAS = {"json": SCHEMA, "html": HTML}
DEFINITION = {"json": OPENAPI, "html": HTML}
FEATURE = {"geojson": geojson.MEDIA_TYPE, "html": HTML, "jsonfg": ogc_features.JSON_FG}
FEATURES = {**FEATURE, "geojsonseq": geojson.SEQUENCE_TYPE, "csv": "text/csv"}
ANYTHING = "*/*"
_PLAIN = re.compile("[A-Za-z0-9_.,:/~-]*")  # what has nothing to be quoted, as most names and values
_ALSO = {"json": "geojson"}  # what people write as well


def form(offered: Mapping[str, str]) -> str:
    """Return the form asked for by `f`, else by the Accept header, else the first."""
    given = request.args.get("f")
    if given is not None:
        name = given if given in offered else _ALSO.get(given, "")
        if name not in offered:
            ogc_reading.refuse("f", _("Known are: %(names)s.", names=", ".join(offered)))
        return name
    first = next(iter(offered))
    if request.headers.get("Accept", ANYTHING) == ANYTHING:
        return first
    kinds = {media.split(";")[0]: name for name, media in reversed(list(offered.items()))} | {JSON: first}
    # Who takes anything gets the first: werkzeug would give them the last that fits.
    best = request.accept_mimetypes.best_match([offered[first].split(";")[0], *kinds])
    return kinds.get(best or "", first)


def address(path: str, parameters: Sequence[tuple[str, str]] = ()) -> str:
    """Return the public address of a path below the API, wherever the site lies."""
    query = _query(parameters)
    return wording.absolute(ROOT + path) + (f"?{query}" if query else "")


def _query(parameters: Sequence[tuple[str, str]]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in parameters])


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else quote(word, safe=",:/")


def link(rel: str, href: str, kind: str, title: str = "") -> dict[str, Any]:
    """Return a link."""
    return {"rel": rel, "href": href, "type": kind, **({"title": title} if title else {})}


def kept(*without: str) -> list[tuple[str, str]]:
    """Return all parameters of the request but some."""
    return [(name, value) for name, value in request.args.items(multi=True) if name not in without]


def here(offered: Mapping[str, str], shown: str) -> list[dict[str, Any]]:
    """Return the links of a resource to itself and to its other forms, with every parameter kept."""
    given = kept()
    others = [one for one in given if one[0] != "f"]
    plain = wording.absolute(request.path)
    beside = f"{plain}?{_query(others)}&f=" if others else f"{plain}?f="
    own = f"{plain}?{_query(given)}" if given else plain
    links = [link("self", own, offered[shown], _("This document"))]
    for name, media in offered.items():
        if name != shown:
            links.append(link("alternate", beside + name, media, _("This document as %(form)s", form=name)))
    return links


def as_json(document: Mapping[str, Any], kind: str = JSON) -> Response:
    """Return a document."""
    return Response(orjson.dumps(document), content_type=kind)
