"""Addresses and representations of the OGC API: links that keep every parameter, and which form an asker wants."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response

from ..formats import geojson, ogc_features, ogc_schema
from . import asked, ogc_reading, wording
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
Link = dict[str, Any]
ANYTHING = "*/*"
_PLAIN = re.compile("[A-Za-z0-9_.,:/~-]*")  # what has nothing to be quoted, as most names and values
_ALSO = {"json": "geojson"}  # what people write as well


def form(offered: Mapping[str, str]) -> str:
    """Return the form asked for by `f`, else by the Accept header, else the first."""
    asker = asked.asker()
    if "f" in asker.args:
        given = asker.args["f"]
        name = given if given in offered else _ALSO.get(given, "")
        if name not in offered:
            ogc_reading.refuse("f", _("Known are: %(names)s.", names=", ".join(offered)))
        return name
    first = next(iter(offered))
    if asker.environ.get("HTTP_ACCEPT", ANYTHING) == ANYTHING:
        return first
    kinds = {media.split(";")[0]: name for name, media in reversed(list(offered.items()))} | {JSON: first}
    if "jsonfg" in offered:
        kinds[ogc_features.JSON_FG_ALSO] = "jsonfg"
    # Who takes anything gets the first: werkzeug would give them the last that fits.
    best = asker.accept_mimetypes.best_match([offered[first].split(";")[0], *kinds])
    return kinds.get(best or "", first)


def address(path: str, parameters: Sequence[tuple[str, str]] = ()) -> str:
    """Return the public address of a path below the API, wherever the site lies."""
    return with_query(wording.base() + ROOT + path, [_pair(name, value) for name, value in parameters])


def with_query(plain: str, pairs: Sequence[str]) -> str:
    """Return an address with parameters that stand as they shall."""
    return f"{plain}?{'&'.join(pairs)}" if pairs else plain


def _pair(name: str, value: str) -> str:
    return f"{_quoted(name)}={_quoted(value)}"


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else quote(word, safe=",:/")


def link(rel: str, href: str, kind: str, title: str = "") -> Link:
    """Return a link."""
    return {"rel": rel, "href": href, "type": kind, **({"title": title} if title else {})}


def given() -> list[tuple[str, str]]:
    """Return all parameters of the request: the name of each, and how it stands in an address."""
    return [(name, _pair(name, value)) for name, value in asked.asker().args.items(multi=True)]


def here(offered: Mapping[str, str], shown: str, parameters: Sequence[tuple[str, str]] | None = None) -> list[Link]:
    """Return the links of a resource to itself and to its other forms, with every parameter (as `given`) kept."""
    parameters, lang = given() if parameters is None else parameters, asked.notes().lang
    plain = wording.base() + asked.asker().path
    beside = with_query(plain, [*(pair for name, pair in parameters if name != "f"), "f="])
    links = [link("self", with_query(plain, [pair for _name, pair in parameters]), offered[shown], _this(lang))]
    for name, media in offered.items():
        if name != shown:
            links.append(link("alternate", beside + name, media, _this_as(lang, name)))
    return links


@lru_cache(maxsize=8)
def _this(_lang: str) -> str:
    return _("This document")


@lru_cache(maxsize=64)
def _this_as(_lang: str, form: str) -> str:
    return _("This document as %(form)s", form=form)


def as_json(document: Mapping[str, Any], kind: str = JSON) -> Response:
    """Return a document."""
    return Response(orjson.dumps(document), content_type=kind)
