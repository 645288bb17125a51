"""Files of a search: the same parameters and the same records as the page, in every usual form."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_babel import gettext as _

from .. import assets, caching, countries, i18n
from ..errors import Problem
from ..formats import crs, fields, flat, geojson, ogc_features, stream
from ..formats.kinds import KINDS, WHOLE, Kind
from ..formats.making import pool as making
from ..formats.shapes import Shape
from ..queries import export, related
from . import asked, searching, taking, wording
from .answering import without_data
from .taking import Taken

blueprint = Blueprint("downloads", __name__)
log = logging.getLogger("mapapp")

BLOCK = 256 * 1024  # bytes handed on at once
EVERYTHING = "practice-atlas"  # the file that holds all collections
STANDALONE = Kind("map.html", "HTML", "text/html; charset=utf-8", "html")
LAYERS = (fields.PRACTICE, fields.SERVICE, fields.REGION, fields.PROJECT, fields.EVENT, fields.NEED)


def folder() -> Path:
    """Return the folder for files that wait; whoever first needs it makes it."""
    return asked.settings().data_dir / "files"


def label(response: Response, name: str, changed: datetime | None, *links: str) -> Response:
    """Add what every file carries: a dated name, its licence and page, and leave for other sites to read it."""
    stem, _dot, ending = name.partition(".")
    dated = f"{stem}-{changed:%Y-%m-%d}" if changed else stem
    stem = dated if dated.startswith("practice-atlas") else f"practice-atlas-{dated}"
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.{ending}"'
    response.headers["Link"] = ", ".join([f'<{fields.LICENCE_URL}>; rel="license"', *links])
    return response


def _page_link(address: str) -> str:
    return f'<{address}>; rel="alternate"; type="text/html"'


def _send(pieces: Iterator[bytes], media_type: str) -> Response:
    """Return a streamed answer. The first piece is made here, so that a failure is still a proper answer."""
    encoding = caching.choose_encoding(request.headers.get("Accept-Encoding", ""))
    body: Iterable[bytes] = iter(())  # of no known length: HEAD must not promise an empty file
    if request.method == "GET":
        body = stream.compressed(stream.begun(pieces), encoding)
    response = Response(body, content_type=media_type)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _streamed(taken: Taken, kind: Kind, changed: datetime | None) -> Response:
    about = taking.members(taken, changed)
    if kind.ending == "geojson":
        form = stream.geojson_form(taken.shape, len(taken.ids), about)
    elif kind.ending == "geojsons":
        form = stream.sequence_form(taken.shape, about)
    elif kind.ending == "csv":
        form = stream.csv_form(taken.shape, about)
    else:
        title = f"{taking.title_of(taken.shape.collection.plural)} · {asked.site().name}"
        form = stream.kml_form(taken.shape, title, _rows(taken, changed), taking.labels()["theme"])
    origin = stream.Origin(current_app.extensions["engine"].connect, folder())
    return _send(stream.streamed(origin, taken.shape, taken.ids, taking.values(taken.lang), form), kind.media_type)


def _rows(taken: Taken, changed: datetime | None) -> list[tuple[str, str]]:
    title = taking.title_of(taken.shape.collection.plural)
    words = searching.words(taken.search)
    return taking.rows(title, len(taken.ids), words, taking.page_of(taken), taken.shape.epsg, changed)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def made(kind: Kind, make: Callable[[str], Path]) -> Response:
    """Return a file that is made before it leaves; `make` gives it for a key that names its content.

    Raises Problem (503) while as many as allowed are being made.
    """
    response = Response(iter(()), content_type=kind.media_type)
    if request.method != "GET":
        return response
    key = caching.make_etag(
        *asked.versions(),
        current_app.extensions["build"],
        wording.base(),  # files outlive the process: another address makes another file
        request.full_path,
        asked.site().name,
    )
    try:
        path = make(key)
    except making.Busy:
        raise Problem(
            503,
            _("Other files are being made right now"),
            _("Only a few are made at the same time, so that the site stays quick for everyone."),
            _("Please try again in a few seconds."),
        ) from None
    except making.NotMade as error:
        log.error("a file could not be made: %s", error)
        abort(500)
    size = path.stat().st_size
    response.response = _blocks(path)
    response.content_length = size
    if g.get("etag"):
        response.set_etag(g.etag)
    # Programs that read over the web fetch only the parts of a FlatGeobuf or GeoPackage that they need.
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return response


def _tables(taken: Taken, kind: Kind) -> list[making.Table]:
    collection = taken.shape.collection
    title = taking.title_of(collection.plural)
    tables = [making.layer(taken.shape, taken.ids, taking.values(taken.lang), title, _)]
    if kind.several:
        tables += [making.beside(one, taken.ids) for one in related.TABLES[collection.name]]
        tables.append(making.beside(related.VOCABULARY, None))
    return tables


def _described(title: str, rows: Sequence[tuple[str, str]], changed: datetime | None) -> dict[str, Any]:
    return {
        "title": title,
        "rows": rows,
        "date": taking.moment(changed),
        "labels": taking.labels(),
        "sheet": _("About this file"),
    }


def _file(collection: fields.Collection, kind: Kind) -> Response:
    """Return a collection as a file: parse, ask, choose the form."""
    taken = taking.take(collection, kind)
    changed = taking.last_change(collection.name)
    links = [_page_link(taking.page_of(taken))]
    if kind.making:
        connect = current_app.extensions["engine"].connect

        def make(key: str) -> Path:
            about = _described(taking.title_of(collection.plural), _rows(taken, changed), changed)
            return making.make(kind.making, connect, folder(), _tables(taken, kind), about, key)

        response = made(kind, make)
    else:
        response = _streamed(taken, kind, changed)
    if kind.ending == "csv":
        described = request.full_path.replace(".csv", ".csv-metadata.json", 1).rstrip("?")
        links.append(f'<{wording.base()}{described}>; rel="describedby"; type="application/csvm+json"')
    return label(response, f"{collection.plural}.{kind.ending}", changed, *links)


def _standalone(collection: fields.Collection) -> Response:
    """Return a search as one HTML file with its own map."""
    taken = taking.take(collection, STANDALONE)
    changed = taking.last_change(collection.name)

    def make(key: str) -> Path:
        title = f"{taking.title_of(collection.plural)} · {asked.site().name}"
        rows = _rows(taken, changed)
        about = _described(title, rows, changed) | {"lang": g.lang, "words": taking.map_words(), "rows": rows}
        about["legend"] = about["labels"]["theme" if collection is fields.PRACTICE else "service_category"]
        about["countries"] = {code: i18n.country_name(code, g.lang) for code in countries.iso_codes()}
        built = assets.read_assets()
        for name in ("leaflet.js", "leaflet.css"):
            about[name.replace(".", "_")] = str(assets.DIST / built.files[f"standalone/{name}"])
        connect = current_app.extensions["engine"].connect
        return making.make("html", connect, folder(), _tables(taken, STANDALONE), about, key)

    return label(made(STANDALONE, make), f"{collection.plural}-map.html", changed, _page_link(taking.page_of(taken)))


def _described_csv(collection: fields.Collection) -> Response:
    """Return what a CSV file has no room for: whose it is, and what its columns mean."""
    taken = taking.take(collection, KINDS["csv"])
    changed = taking.last_change(collection.name)
    address = wording.base() + request.full_path.replace(".csv-metadata.json", ".csv", 1).rstrip("?")
    content = flat.description(taken.shape, address, taking.members(taken, changed))
    return Response(orjson.dumps(content), content_type="application/csvm+json")


def _chosen(collection: fields.Collection) -> Response:
    """Lead from the form of the download menu to the file that was chosen in it."""
    ending = request.args.get("format", "geojson")
    kind = KINDS.get(ending)
    if kind is None:
        raise taking.refuse("format", ending, list(KINDS))
    passed_on = [(name, value) for name, value in request.args.items(multi=True) if name != "format" and value]
    if not kind.any_crs:  # the form offers both lists; some formats know one system only
        passed_on = [(name, value) for name, value in passed_on if name != "crs"]
    query = urlencode(passed_on, safe=",:")
    return cast(Response, redirect(asked.below(f"/{collection.plural}.{ending}") + (f"?{query}" if query else "")))


@blueprint.app_context_processor
def _choices() -> dict[str, Any]:
    """Give the templates what the download menus offer."""
    return {"file_kinds": KINDS, "crs_offered": crs.OFFERED, "query_pairs": parse_qsl}


def _offer(collection: fields.Collection) -> None:
    """Give a collection its addresses."""

    def add(ending: str, view: Callable[[], Response]) -> None:
        name = f"{collection.plural}.{ending}"
        blueprint.add_url_rule(f"/{name}", name.replace(".", "_").replace("-", "_"), view)

    for kind in KINDS.values():
        add(kind.ending, partial(_file, collection, kind))
    add("csv-metadata.json", partial(_described_csv, collection))
    if collection.name in taking.SEARCHED:
        add("map.html", partial(_standalone, collection))
    blueprint.add_url_rule(
        f"/download/{collection.plural}", f"choose_{collection.plural}", without_data(partial(_chosen, collection))
    )


for _collection in LAYERS:
    _offer(_collection)


def _everything(kind: Kind) -> Response:
    """Return all collections, and all that belongs to them, as one file."""
    searching.refuse_unknown(("lang", "crs"))
    lang, every = taking.read_language()
    epsg = taking.read_crs(kind)
    connection = asked.connection()
    changed = max((one for each in LAYERS if (one := taking.last_change(each.name))), default=None)

    def make(key: str) -> Path:
        tables: dict[str, making.Table] = {}
        beside: dict[str, making.Table] = {}
        size = 0
        for each in LAYERS:
            ids = export.all_ids(connection, each.name)
            size += len(ids)
            shape = Shape(each, epsg, export.text_languages(connection, each.name) if every else ())
            title = taking.title_of(each.plural)
            tables[each.plural] = making.layer(shape, ids, taking.values(lang), title, _)
            beside |= {one.name: making.beside(one, None) for one in related.TABLES[each.name]}
        beside[related.VOCABULARY.name] = making.beside(related.VOCABULARY, None)
        rows = taking.rows(_("All records"), size, "", f"{wording.base()}/{g.lang}/data", epsg, changed)
        about = _described(asked.site().name, rows, changed)
        connect = current_app.extensions["engine"].connect
        return making.make(kind.making, connect, folder(), [*tables.values(), *beside.values()], about, key)

    link = _page_link(f"{wording.base()}/{g.lang}/data")
    return label(made(kind, make), f"{EVERYTHING}.{kind.ending}", changed, link)


for _ending in WHOLE:
    blueprint.add_url_rule(f"/{EVERYTHING}.{_ending}", f"everything_{_ending}", partial(_everything, KINDS[_ending]))


@blueprint.get("/practices/<slug>.geojson")
def practice(slug: str) -> Response:
    """One practice as a GeoJSON feature."""
    searching.refuse_unknown(("lang",))
    lang, every = taking.read_language()
    record_id = export.id_of(asked.connection(), fields.PRACTICE.name, slug)
    if record_id is None:
        abort(404)
    shape = Shape(fields.PRACTICE, languages=("",) if every else ())
    feature = stream.feature(asked.connection(), shape, record_id, taking.values(lang))
    whose = {"attribution": taking.attribution(), "source": f"{wording.base()}/"}
    body = ogc_features.one(feature.rstrip(), whose)
    link = _page_link(f"{wording.base()}/{taking.page_language(lang)}/practices/{slug}")
    return label(Response(body, content_type=geojson.MEDIA_TYPE), f"{slug}.geojson", None, link)
