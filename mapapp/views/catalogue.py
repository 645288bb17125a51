"""The open data for portals and harvesters: the catalogue record, services as HSDS, events as iCalendar, changes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext

from .. import i18n
from ..formats import catalogue, fields, hsds, icalendar, stream
from ..formats.shapes import Shape
from ..queries import changes, export
from . import asked, searching, taking, wording
from .answering import always_fresh

blueprint = Blueprint("catalogue", __name__)

PAGE = 100  # changes
JSON = "application/json"
LINKS = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
#: What an asker may like to read, the first where it does not care, and the form of the catalogue for it.
_READ = {
    "text/turtle": "ttl",
    **{kind: ending for ending, (kind, _form) in catalogue.MEDIA_TYPES.items()},
    "application/json": "jsonld",
    "application/xml": "rdf",
    "text/html": "",
}


def _each_language(words: Callable[[], str]) -> dict[str, str]:
    found = {}
    for lang in i18n.LANGUAGES:
        with force_locale(lang):
            found[lang] = str(words())
    return found


def _in_each_language(message: str) -> dict[str, str]:
    return _each_language(lambda: gettext(message))


def _site() -> catalogue.Site:
    site = asked.site()
    credit = _each_language(taking.attribution)
    return catalogue.Site(site.name, wording.base(), site.operator, site.contact, credit)


def _dataset(collection: fields.Collection) -> catalogue.Dataset:
    changed = taking.last_change(collection.name)
    if collection.name not in taking.SEARCHED:
        return catalogue.Dataset(collection.plural, changed, None, None)
    columns = asked.snapshot(collection.name).columns
    box = years = None
    if columns.located:
        lon, lat = columns.lon, columns.lat
        box = (float(np.nanmin(lon)), float(np.nanmin(lat)), float(np.nanmax(lon)), float(np.nanmax(lat)))
    known = np.concatenate([columns.start_year, columns.end_year])
    if (known := known[known > 0]).size and collection is fields.PRACTICE:
        years = (int(known.min()), int(known.max()))
    return catalogue.Dataset(collection.plural, changed, box, years)


def _record(ending: str) -> Response:
    searching.refuse_unknown(())
    ours = [one for one in fields.PUBLISHED.values() if one is not fields.TERRITORY]  # that one is reference data
    triples = catalogue.graph(_site(), [_dataset(one) for one in ours], _in_each_language)
    return Response(catalogue.serialise(triples, ending), content_type=catalogue.MEDIA_TYPES[ending][0])


@blueprint.get("/catalog.jsonld")
def jsonld() -> Response:
    """The catalogue as JSON-LD."""
    return _record("jsonld")


@blueprint.get("/catalog.ttl")
def turtle() -> Response:
    """The catalogue as Turtle."""
    return _record("ttl")


@blueprint.get("/catalog.rdf")
def rdf() -> Response:
    """The catalogue as RDF/XML."""
    return _record("rdf")


@blueprint.get("/catalog")
@always_fresh
def negotiated() -> Any:
    """Lead to the form of the catalogue that `f` names or else the asker reads best; Turtle without a wish, people to
    the page about the data."""
    searching.refuse_unknown(("f",))
    if wish := request.args.get("f", ""):
        if wish not in catalogue.MEDIA_TYPES:
            raise taking.refuse("f", wish, [*catalogue.MEDIA_TYPES])
        return redirect(asked.below(f"/catalog.{wish}"), 302)
    best = request.accept_mimetypes.best_match([*_READ], default="text/turtle")
    people = url_for("open_data.data", lang=g.lang, _anchor="harvest")
    response = redirect(asked.below(f"/catalog.{_READ[best]}") if _READ[best] else people, 302)
    response.vary.update(("Accept", *(() if _READ[best] else ("Accept-Language",))))
    return response


@blueprint.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """Where programs find the interface, its description and the catalogue (RFC 9727)."""
    searching.refuse_unknown(())

    def to(path: str, kind: str) -> list[dict[str, str]]:
        return [{"href": wording.base() + path, "type": kind}]

    one = {
        "anchor": f"{wording.base()}/ogc/",
        "service-desc": to("/ogc/api?f=json", "application/vnd.oai.openapi+json;version=3.0"),
        "service-doc": to("/ogc/api?f=html", "text/html"),
        "describedby": to("/catalog.jsonld", catalogue.MEDIA_TYPES["jsonld"][0]),
    }
    return Response(orjson.dumps({"linkset": [one]}), content_type=LINKS)


@blueprint.get("/services.hsds.json")
def services() -> Response:
    """The services of a search as the Human Services Data Specification writes them."""
    question = searching.strict("service", ("lang",))
    lang, _every = taking.read_language()
    ids = searching.answer("service", question, lang).ids.tolist()
    shape = Shape(fields.SERVICE._replace(fields=(*fields.SERVICE.fields, *hsds.MORE)))
    origin = stream.Origin(current_app.extensions["engine"].connect)
    pieces = stream.streamed(origin, shape, ids, taking.values(lang), stream.lines_form(shape))
    found = [
        hsds.service(orjson.loads(line), lambda key: wording.label("service_category", key))
        for line in b"".join(pieces).splitlines()
    ]
    about = taking.members(taking.Taken(shape, ids, lang, question), taking.last_change("service"))
    about["licence"] = about.pop("licence_url")
    return Response(orjson.dumps(hsds.page(found, about)), content_type=hsds.MEDIA_TYPE)


@blueprint.get("/events.ics")
def events() -> Response:
    """The events with a date as a calendar to subscribe to."""
    searching.refuse_unknown(("lang",))
    lang, _every = taking.read_language()
    connection = asked.connection()
    shape = Shape(fields.EVENT)
    pieces = stream.streamed(
        stream.Origin(current_app.extensions["engine"].connect),
        shape,
        export.all_ids(connection, "event"),
        taking.values(lang),
        stream.lines_form(shape),
    )
    found = []
    for line in b"".join(pieces).splitlines():
        one = orjson.loads(line)
        told = one["properties"]
        if told["date"]:
            point = one["geometry"]["coordinates"] if one["geometry"] else (None, None)
            changed = datetime.fromisoformat(told["updated_at"].replace("Z", "+00:00"))
            place = ", ".join(part for part in (told["place"], i18n.country_name(told["country"], lang)) if part)
            address = told["website"] or told["source_url"]
            found.append(
                icalendar.Event(
                    one["id"], told["title"], told["language"], told["date"], place, address, changed, *point
                )
            )
    about = icalendar.About(
        f"{asked.site().name}: {taking.title_of('events')}",
        f"{taking.attribution()}. {fields.LICENCE_URL}",
        f"{wording.base()}/events.ics?lang={lang}",
        f"{wording.base()}/{taking.page_language(lang)}/data",
        taking.last_change("event"),
    )
    return Response(icalendar.calendar(about, found), content_type=icalendar.MEDIA_TYPE)


def _read_start() -> tuple[datetime, str, str] | None:
    """Return where the asker stands: a moment, or the place after a record that `next` gave."""
    given = request.args.get("after", "").strip()
    if not given:
        return None
    moment, _bar, rest = given.partition("|")
    collection, _bar, slug = rest.partition("|")
    try:
        start = datetime.fromisoformat(moment.replace("Z", "+00:00").replace(" ", "+"))
    except ValueError:
        start = None
    if start is None or start.tzinfo is None or not re.fullmatch(r"[a-z]*\|?[a-z0-9-]*", rest):
        raise taking.refuse("after", given, ["2026-01-31T00:00:00Z"])
    return start, collection, slug


def _changes(ending: str) -> tuple[list[changes.Change], dict[str, str]]:
    searching.refuse_unknown(("after",))
    start = _read_start()
    before, quiet = changes.settled(asked.connection())
    if not quiet:  # what is being written may belong here: such an answer is given, not kept
        g.etag = None
    found = changes.after(asked.connection(), start, before, PAGE)
    here = wording.base() + request.full_path.rstrip("?")
    links = {"self": here}
    if found:
        last = found[-1]
        place = f"{_moment(last.changed)}|{last.collection}|{last.slug}"
        links["next" if len(found) == PAGE else "later"] = f"{wording.base()}/changes.{ending}?after={quote(place)}"
    else:
        links["later"] = here
    return found, links


def _moment(moment: datetime) -> str:
    """Return a moment with all its digits: they tell changes apart."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _item(collection: str, slug: str, form: str) -> str:
    return f"{wording.base()}/ogc/collections/{fields.PUBLISHED[collection].plural}/items/{slug}?f={form}"


def _address(collection: str, slug: str) -> str:
    """Return where people read a record: those without a page of their own have one in the API."""
    if collection not in fields.COLLECTIONS:
        return _item(collection, slug, "html")
    return f"{wording.base()}/{i18n.LANGUAGES[0]}/{fields.COLLECTIONS[collection].plural}/{slug}"


def _feature(one: changes.Change) -> str | None:
    """Return where programs read a record, None where it is gone."""
    return None if one.gone else _item(one.collection, one.slug, "json")


def _said(one: changes.Change) -> dict[str, Any]:
    """Return a change as JSON; of a record that is gone, that it is, and which other took its place."""
    found: dict[str, Any] = {
        "collection": fields.PUBLISHED[one.collection].plural,
        "id": one.slug,
        "changed": _moment(one.changed),
        "gone": one.gone,
    }
    if not one.gone:
        found |= {"url": _address(one.collection, one.slug), "feature": _feature(one)}
    elif one.moved_to:
        found |= {"moved_to": one.moved_to, "moved_to_url": _address(one.collection, one.moved_to)}
    return found


@blueprint.get("/changes.json")
def changes_json() -> Response:
    """What changed, in the order in which it did; `next` or `later` is where to go on."""
    found, links = _changes("json")
    content = {
        "licence": fields.LICENCE_URL,
        "attribution": taking.attribution(),
        "source": f"{wording.base()}/",
        "links": [{"rel": rel, "href": address} for rel, address in links.items()],
        "changes": [_said(one) for one in found],
    }
    return Response(orjson.dumps(content), content_type=JSON)


@blueprint.get("/changes.atom")
def changes_atom() -> Response:
    """The same as a feed (RFC 4287, paged as RFC 5005, with the tombstones of RFC 6721)."""
    found, links = _changes("atom")
    body = render_template(
        "feeds/changes.xml",
        rows=[(one, _address(one.collection, one.moved_to or one.slug), _feature(one)) for one in found],
        attribution=taking.attribution(),
        links=links,
        licence_url=fields.LICENCE_URL,
        updated=found[-1].changed if found else None,
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")
