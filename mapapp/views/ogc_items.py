"""The features of a collection, page by page and one by one, in every form that is offered."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from flask import Response, abort, g, render_template, request
from psycopg.errors import InternalError
from werkzeug import Response as BaseResponse

from ..formats import fields, flat, geojson, ogc_crs, ogc_features, shapes, written
from ..formats.at_hand import BETWEEN, Piece
from ..formats.fields import Collection, Field
from ..formats.ogc_collections import WORDS, by_id, licence_link
from ..formats.ogc_crs import System
from ..queries import export
from . import asked, former, ogc_links, ogc_reading, ogc_selecting
from .failing import known_problem
from .ogc_links import FEATURE, FEATURES, HTML, REL, Link, address, link, with_query
from .ogc_reading import Args
from .translating import gettext as _

IN_HEADER = ("next", "prev", f"{REL}queryables", "self")  # the first ones first where there is not room for all
PLACES = ("cursor", "offset")  # parameters that say where a page begins
JSON_FG = ogc_features.PROFILES[1:]  # the first one is the form of that name, too
HEADER_ROOM = 3000  # bytes of the Link header: proxies refuse answers whose headers fill a page of memory (4,096 bytes)


class Shown(NamedTuple):
    """How features are shown: which fields, in which system and language, with their geometry or without."""

    collection: Collection
    fields: tuple[Field, ...]
    system: System
    geometry: bool
    lang: str


def collection_of(name: str) -> Collection:
    """Return the collection of an address; 404 where there is none."""
    found = by_id().get(name)
    if found is None:
        abort(404)
    return found


def _shown(args: Args, collection: Collection) -> Shown:
    return Shown(
        collection,
        ogc_reading.properties(args, collection),
        ogc_reading.system(args, "crs"),
        not ogc_reading.flag(args, "skipGeometry"),
        ogc_reading.language(args),
    )


def _lines(shown: Shown, keys: Sequence[Any], feature: str, options: str) -> list[bytes]:
    """Return the finished lines of some records; what was written before of the same data is not written again."""
    values = ogc_selecting.values(shown.lang)
    if (found := written.many(asked.connection(), keys, feature, values)) is not None:
        return found
    lines = asked.kept_lines()
    kind = (shown.collection.name, feature, *values.values())
    known = lines.get(asked.versions(), kind, keys)
    missing = [key for key in keys if key not in known]
    if not missing:
        return [known[key] for key in keys]
    made = _written(shown, missing, feature, options, values)
    if len(made) == len(missing):  # none has gone since it was found
        fresh = dict(zip(missing, made, strict=True))
        lines.put(asked.versions(), kind, fresh)
        return [known[key] if key in known else fresh[key] for key in keys]
    return _written(shown, keys, feature, options, values)


def _written(shown: Shown, keys: Sequence[Any], feature: str, options: str, values: dict[str, str]) -> list[bytes]:
    columns = [(field.name, field.sql) for field in shown.collection.fields]
    columns += ogc_features.time_columns(shown.collection)
    bound = {**values, "ids": keys}
    lines = written.lines(asked.connection(), shown.collection.name, columns, feature, options, bound)
    try:
        return [line[:-1] for line in lines]
    except InternalError:  # PROJ cannot project what lies on the other side of the world
        ogc_reading.refuse("crs", _("Some of these features lie where this reference system does not reach."))


def _sql(shown: Shown, form: str) -> str:
    if form in JSON_FG:
        both = form == JSON_FG[1]
        return ogc_features.json_fg_sql(shown.collection, shown.fields, shown.system, shown.geometry, both)
    if shown.fields is fields.PRACTICE.fields and shown.system is ogc_crs.WORLD and shown.geometry:
        return written.LINE
    return ogc_features.feature_sql(shown.fields, shown.system, shown.geometry)


def _features(shown: Shown, keys: Sequence[Any], form: str) -> tuple[Sequence[Piece], int]:
    """Return some records as features in pieces, and how many there are: those at hand, else `_lines`."""
    feature = _sql(shown, form)
    held = asked.at_hand(shown.lang, ogc_selecting.site(shown.lang)) if keys and feature == written.LINE else None
    if held and (found := held.many(keys)) is not None:
        return found, len(keys)
    lines = _lines(shown, keys, feature, geojson.COPY_OPTIONS)
    return lines, len(lines)


def items(collection_id: str) -> Response:
    """A page of the features of a collection."""
    collection = collection_of(collection_id)
    known = (*ogc_reading.CONTROLS, *ogc_reading.PAGING, *ogc_reading.SHOWING, *ogc_reading.known(collection))
    args = request.args
    ogc_reading.only(args, known)
    form, shown, page = ogc_links.form(FEATURES), _shown(args, collection), ogc_reading.page(args)
    order, profile = ogc_reading.order(args, collection), ogc_reading.profile(args, form)
    found = ogc_selecting.find(collection, ogc_reading.chosen(args, collection), order, shown.lang)
    part = ogc_selecting.part(found, page)
    links = _links(collection, form, part, page.limit)
    if profile:
        links.append(_profile(profile))
    response = _page(shown, part, form, links, profile)
    told = [("Content-Crs", f"<{shown.system.uri}>")]
    told += [("OGC-NumberMatched", str(part.total)), ("OGC-NumberReturned", str(len(part.keys)))]
    listed = _in_header(links)
    if profile:
        listed = f"{_profiled(profile)}, {listed}"
    if listed:
        told.append(("Link", listed))
    response.headers.extend(told)
    return response


def _profile(name: str) -> Link:
    return {"rel": "profile", "href": ogc_features.PROFILE + name}


def _profiled(name: str) -> str:
    return f'<{ogc_features.PROFILE}{name}>; rel="profile"'


def _written_as(form: str, profile: str) -> str:
    """Return the form in which features are written: the one asked for, unless a profile makes it another."""
    return form if profile in ("", ogc_features.PROFILES[0]) else profile


def _in_header(links: list[Link]) -> str:
    """Return the links that those need who ask for another form than JSON, as far as there is room for them."""
    found, room = [], HEADER_ROOM
    for one in sorted((one for one in links if one["rel"] in IN_HEADER), key=lambda one: IN_HEADER.index(one["rel"])):
        told = f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"'
        if len(told) <= room:
            found.append(told)
            room -= len(told)
    return ", ".join(found)


def _links(collection: Collection, form: str, part: ogc_selecting.Part, limit: int) -> list[Link]:
    given, whole = ogc_links.given(), address(f"/collections/{collection.plural}")
    links, kept = ogc_links.here(FEATURES, form, given), [pair for name, pair in given if name not in PLACES]
    end = part.start + len(part.keys)
    if part.keys and end < part.total:
        place = f"cursor={ogc_selecting.cursor(True, end, part.keys[-1])}"
        links.append(link("next", with_query(f"{whole}/items", [*kept, place]), FEATURES[form], _("Next page")))
    if part.start > 0:
        place = f"offset={max(0, part.total - limit)}"  # behind the end there is no record to look back from
        if part.keys:
            place = f"cursor={ogc_selecting.cursor(False, part.start, part.keys[0])}"
        links.append(link("prev", with_query(f"{whole}/items", [*kept, place]), FEATURES[form], _("Previous page")))
    return [*links, *_always(collection.name, whole, g.lang)]


@lru_cache(maxsize=256)
def _always(collection: str, whole: str, _lang: str) -> tuple[Link, ...]:
    """Return the links that every page of a collection has, in the reader's language."""
    licence = licence_link(collection)
    return (
        link("collection", whole, ogc_links.JSON, _("The collection")),
        link(f"{REL}queryables", f"{whole}/queryables", ogc_links.SCHEMA, _("What can be asked")),
        link("describedby", f"{whole}/schema", ogc_links.SCHEMA, _("What a feature has")),
        *([licence] if licence else []),
    )


def _page(shown: Shown, part: ogc_selecting.Part, form: str, links: list[Link], profile: str) -> Response:
    if form == "csv":
        return _csv(shown, part)
    if form == "html":
        return _html(shown, part, links)
    written_as = _written_as(form, profile)
    features, count = _features(shown, part.keys, written_as)
    if form == "geojsonseq":
        each = BETWEEN.join(features).split(BETWEEN) if count else []
        return Response(ogc_features.sequence(each), content_type=FEATURES[form])
    g.timed = True
    about: dict[str, Any] = {
        "links": links,
        "numberMatched": part.total,
        "numberReturned": count,
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if written_as in JSON_FG:
        about |= ogc_features.json_fg_members(shown.collection, shown.system)
    return Response(ogc_features.page(features, about), content_type=FEATURES[form])


def _csv(shown: Shown, part: ogc_selecting.Part) -> Response:
    """The page as a table as the downloads have them, with the fields asked for, in the system asked for."""
    collection, system = shown.collection, shown.system
    wkt = shown.geometry and not collection.flat
    collection = collection._replace(fields=shown.fields, flat=collection.flat and shown.geometry)
    shape = shapes.Shape(collection, system.srid, (), wkt, system.north_first)
    rows = _lines(shown, part.keys, flat.row_sql(shape), flat.COPY_OPTIONS)
    return Response(flat.head(shape) + b"".join(row + b"\r\n" for row in rows), content_type=flat.MEDIA_TYPE)


def _html(shown: Shown, part: ogc_selecting.Part, links: list[Link]) -> Response:
    features = orjson.loads(b"[" + BETWEEN.join(_features(shown, part.keys, "geojson")[0]) + b"]")
    return Response(
        render_template(
            "ogc/items.html",
            collection=shown.collection,
            words=WORDS[shown.collection.name],
            fields=list(shown.fields),
            features=features,
            part=part,
            links=links,
            said=_said,
        ),
        content_type=f"{HTML}; charset=utf-8",
    )


def _said(value: Any) -> str:
    """Return a property as people read it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def item(collection_id: str, record: str) -> BaseResponse:
    """One feature; of a record that is public no more, the way to the one that took its place, or 410."""
    collection = collection_of(collection_id)
    args = request.args
    ogc_reading.only(args, (*ogc_reading.CONTROLS, "crs", "profile"))
    form = ogc_links.form(FEATURE)
    profile = ogc_reading.profile(args, form)
    if "\0" in record or len(record) > 200:
        abort(404)
    shown = Shown(collection, collection.fields, ogc_reading.system(args, "crs"), True, ogc_reading.language(args))
    feature = _feature(shown, record, _written_as(form, profile))
    if feature is None:
        path = f"/collections/{collection_id}/items"
        missing = known_problem(404)
        return former.answer(collection.name, record, g.lang, missing, lambda slug: address(f"{path}/{slug}"))
    links = ogc_links.here(FEATURE, form)
    links.append(link("collection", address(f"/collections/{collection_id}"), ogc_links.JSON, _("The collection")))
    if licence := licence_link(collection.name):
        links.append(licence)
    if profile:
        links.append(_profile(profile))
    response = _one(shown, feature, form, links, profile)
    response.headers["Content-Crs"] = f"<{shown.system.uri}>"
    if profile:
        response.headers["Link"] = _profiled(profile)
    return response


def _feature(shown: Shown, record: str, form: str) -> bytes | None:
    """Return a record as a feature, or None where there is none of that id."""
    sql = _sql(shown, form)
    held = asked.at_hand(shown.lang, ogc_selecting.site(shown.lang)) if sql == written.LINE else None
    found = held.one(record) if held else None
    if found is None:
        found = written.one(asked.connection(), record, sql, ogc_selecting.values(shown.lang))
    if found is None and (key := _key(shown.collection, record)) is not None:
        found = next(iter(_lines(shown, [key], sql, geojson.COPY_OPTIONS)), None)
    return found


def _key(collection: Collection, record: str) -> int | str | None:
    """Return the key of a record by its id; sought once while the data stay the same."""
    kept, kind = asked.kept_keys(), (collection.name, "key")
    known = kept.get(asked.versions(), kind, [record]).get(record)
    if known is not None:
        return int(known) if export.SOURCES[collection.name].key_type == "int" else known.decode()
    found: int | str | None = export.id_of(asked.connection(), collection.name, record)
    if found is not None:
        kept.put(asked.versions(), kind, {record: str(found).encode()})
    return found


def _one(shown: Shown, feature: bytes, form: str, links: list[Link], profile: str) -> Response:
    if form == "html":
        page = render_template(
            "ogc/item.html",
            collection=shown.collection,
            words=WORDS[shown.collection.name],
            fields=shown.fields,
            feature=orjson.loads(feature),
            links=links,
            said=_said,
        )
        return Response(page, content_type=f"{HTML}; charset=utf-8")
    about: dict[str, Any] = {"links": links}
    if _written_as(form, profile) in JSON_FG:
        about |= ogc_features.json_fg_members(shown.collection, shown.system)
    return Response(ogc_features.one(feature, about), content_type=FEATURE[form])
