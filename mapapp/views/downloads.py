"""Files of a search: the same parameters and the same records as the page, as GeoJSON and CSV."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, g, request
from flask_babel import gettext as _

from .. import i18n, search
from ..caching import choose_encoding
from ..errors import Problem
from ..formats import fields, flat, geojson, stream
from ..queries import export
from . import asked, searching, wording

blueprint = Blueprint("downloads", __name__)

SEARCHED = ("practice", "service")  # the collections that a search chooses from; the others are small and whole


class Taken(NamedTuple):
    """What is taken away: the records, in whose order, in which language, and what was asked for."""

    collection: fields.Collection
    ids: Any  # a list, or the array of an answer
    lang: str
    search: search.Search


def _read_language() -> str:
    """Return the language of the texts that `lang` asks for (English without it); words of ours follow it.

    Only languages that there are texts in: each one costs an order of titles.
    """
    given = request.args.getlist("lang") or [i18n.LANGUAGES[0]]
    written = asked.snapshot().columns.fields["language"].place
    if len(given) > 1 or (given[0] not in i18n.LANGUAGES and given[0] not in written):
        known = i18n.in_words(sorted({*i18n.LANGUAGES, *written}), g.lang)
        detail = _("“lang” takes one of the languages that there are texts in: %(names)s.", names=known)
        raise Problem(400, _("This request cannot be read"), detail, field="lang")
    # Not the reader's browser but the address decides, so that one address gives everyone the same file.
    g.lang = _page_language(given[0])
    return given[0]


def _take(collection: fields.Collection) -> Taken:
    """Return the records that the address asks for; raises Problem naming a parameter that cannot be understood."""
    lang = _read_language()
    if collection.name not in SEARCHED:
        searching.refuse_unknown(("lang",))
        return Taken(collection, export.all_ids(asked.connection(), collection.name), lang, search.Search())
    question = searching.strict(collection.name, ("lang",))
    answer = searching.answer(collection.name, question, lang)
    return Taken(collection, answer.ids, lang, question)


def _page_language(lang: str) -> str:
    return lang if lang in i18n.LANGUAGES else i18n.LANGUAGES[0]


def _values(lang: str) -> dict[str, Any]:
    """Return what the published fields need to know of this site."""
    return {"lang": lang, "site": wording.absolute(f"/{_page_language(lang)}"), "licence": fields.LICENCE}


def _page_of(taken: Taken) -> str:
    """Return the address of the page that shows the same records."""
    page = "" if taken.collection is fields.PRACTICE else taken.collection.plural
    return wording.absolute(searching.page_of(taken.search, _page_language(taken.lang), page))


def _about(taken: Taken, changed: datetime | None) -> dict[str, Any]:
    """Return the foreign members of a collection: whose it is, what it answers, how fresh it is."""
    return {
        "licence": fields.LICENCE,
        "licence_url": fields.LICENCE_URL,
        "attribution": f"{asked.site().name}, CC BY 4.0; coordinates: GeoNames, CC BY 4.0",
        "source": wording.absolute("/"),
        "generated": changed and changed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "search": {"words": searching.words(taken.search), "link": _page_of(taken)},
    }


def _label(response: Response, name: str, changed: datetime | None, link: str) -> Response:
    """Add what every file carries: a dated name, its licence, its page, and leave for other sites to read it."""
    stem, _dot, extension = name.rpartition(".")
    dated = f"{stem}-{changed:%Y-%m-%d}" if changed else stem
    response.headers["Content-Disposition"] = f'attachment; filename="practice-atlas-{dated}.{extension}"'
    response.headers["Link"] = f'<{fields.LICENCE_URL}>; rel="license", <{link}>; rel="alternate"; type="text/html"'
    return response


@blueprint.after_request
def _open_to_all(response: Response) -> Response:
    """Let other sites read the data, 304 and errors included."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _send(pieces: Iterator[bytes], media_type: str) -> Response:
    """Return a streamed answer. The first piece is made here, so that a failure is still a proper answer."""
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    body: Iterable[bytes] = iter(())  # of no known length: HEAD must not promise an empty file
    if request.method == "GET":
        body = stream.compressed(itertools.chain([next(pieces)], pieces), encoding)
    response = Response(body, content_type=media_type)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _file(collection: fields.Collection, extension: str) -> Response:
    """Return a collection as a file: parse, ask, choose the form."""
    taken = _take(collection)
    changed = export.last_change(asked.connection(), collection.name)
    connect = current_app.extensions["engine"].connect
    if extension == "geojson":
        pieces = stream.as_geojson(connect, collection, taken.ids, _values(taken.lang), _about(taken, changed))
        response = _send(pieces, geojson.MEDIA_TYPE)
    else:
        response = _send(stream.as_csv(connect, collection, taken.ids, _values(taken.lang)), flat.MEDIA_TYPE)
    return _label(response, f"{collection.plural}.{extension}", changed, _page_of(taken))


@blueprint.get("/practices.geojson", defaults={"extension": "geojson"})
@blueprint.get("/practices.csv", defaults={"extension": "csv"})
def practices(extension: str) -> Response:
    """The practices of a search."""
    return _file(fields.PRACTICE, extension)


@blueprint.get("/services.geojson", defaults={"extension": "geojson"})
@blueprint.get("/services.csv", defaults={"extension": "csv"})
def services(extension: str) -> Response:
    """The services of a search."""
    return _file(fields.SERVICE, extension)


@blueprint.get("/projects.geojson", defaults={"extension": "geojson"})
@blueprint.get("/projects.csv", defaults={"extension": "csv"})
def projects(extension: str) -> Response:
    """All projects; a project's geometry is the points of its partner regions."""
    return _file(fields.PROJECT, extension)


@blueprint.get("/regions.geojson", defaults={"extension": "geojson"})
@blueprint.get("/regions.csv", defaults={"extension": "csv"})
def regions(extension: str) -> Response:
    """All partner regions, as points: their outlines are not ours to give away."""
    return _file(fields.REGION, extension)


@blueprint.get("/practices/<slug>.geojson")
def practice(slug: str) -> Response:
    """One practice as a GeoJSON feature."""
    searching.refuse_unknown(("lang",))
    lang = _read_language()
    record_id = export.id_of(asked.connection(), fields.PRACTICE.name, slug)
    if record_id is None:
        abort(404)
    body = stream.feature(asked.connection(), fields.PRACTICE, record_id, _values(lang))
    link = wording.absolute(f"/{_page_language(lang)}/practices/{slug}")
    return _label(Response(body, content_type=geojson.MEDIA_TYPE), f"{slug}.geojson", None, link)
