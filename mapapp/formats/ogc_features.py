"""Features of the OGC API: one as PostgreSQL writes it, and the documents around a page of them."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from . import geojson
from .at_hand import BETWEEN, Piece
from .fields import Collection, Field
from .ogc_collections import TIMES
from .ogc_crs import WORLD, System

JSON_FG = "application/vnd.ogc.fg+json"
JSON_FG_ALSO = "application/fg+json"  # as drafts and some clients call it
#: The rules that a GeoJSON document can follow (OGC 21-045r1), the first where nobody asks: plain GeoJSON, JSON-FG, and
#: JSON-FG with a geometry in degrees beside each place.
PROFILES = ("rfc7946", "jsonfg", "jsonfg-plus")
PROFILE = "http://www.opengis.net/def/profile/OGC/0/"
#: What they are called in requests, in small letters: the register has been written both ways.
PROFILE_NAMES = {
    written.lower(): name for name in PROFILES for written in (name, PROFILE + name, f"[ogc-profile:{name}]")
}
JSON_FG_CLASSES = (
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
)


def feature_sql(chosen: Sequence[Field], system: System, geometry: bool = True) -> str:
    """Return the SQL of one GeoJSON feature as text, over the columns of `queries.export.copy_lines`."""
    return geojson.feature_sql(chosen, _geometry(system) if geometry else "'null'")


def json_fg_sql(
    collection: Collection, chosen: Sequence[Field], system: System, geometry: bool = True, both: bool = False
) -> str:
    """Return the SQL of one JSON-FG feature: `place` in the system asked for, `geometry` where that is CRS84, or also
    beside the place where `both` are asked for."""
    here, null = _geometry(system), "'null'"
    if not geometry:
        shown = '\',"geometry":null,"place":null\' || '
    elif system == WORLD:
        shown = f'\',"place":null,"geometry":\' || {here} || '
    else:
        degrees = _geometry(WORLD) if both else null
        shown = f"',\"geometry\":' || {degrees} || ',\"place\":' || {here} || "
    return (
        '\'{"type":"Feature","id":\' || to_json(v.slug)::text || '
        f"',\"time\":' || coalesce({_time(collection)}, {null}) || {shown}',\"properties\":' || "
        f"{geojson.properties_sql(chosen)} || '}}'"
    )


def time_columns(collection: Collection) -> list[tuple[str, str]]:
    """Return the columns (name, SQL) that the time of a JSON-FG feature is written from."""
    times = TIMES.get(collection.name)
    return [("time_first", times[0]), ("time_last", times[1])] if times else []


def _time(collection: Collection) -> str:
    if collection.name not in TIMES:
        return "NULL::text"
    last = "CASE WHEN v.time_last = 'infinity' THEN '..' ELSE v.time_last::text END"
    return (
        "CASE WHEN v.time_first IS NULL THEN NULL "
        "WHEN v.time_first = v.time_last THEN json_build_object('date', v.time_first)::text "
        f"ELSE json_build_object('interval', json_build_array(v.time_first, {last}))::text END"
    )


def _geometry(system: System) -> str:
    if system == WORLD:
        return geojson.GEOMETRY
    return f"coalesce(ST_AsGeoJSON({system.geometry('v.geometry')}, {system.digits}, 0), 'null')"


def page(features: Sequence[Piece], about: dict[str, Any]) -> bytes:
    """Return a page of features; `about` are the other members: links, counts, time."""
    parts: list[Piece] = [orjson.dumps({"type": "FeatureCollection", **about})[:-1], b',"features":[']
    for feature in features:
        parts += (feature, BETWEEN)
    # Joined at once: a page is large.
    return b"".join([*(parts[:-1] if features else parts), b"]}"])


def one(feature: bytes, about: dict[str, Any]) -> bytes:
    """Return a single feature with more members: its links."""
    return feature[:-1] + b"," + orjson.dumps(about)[1:]


def json_fg_members(collection: Collection, system: System) -> dict[str, Any]:
    """Return what a JSON-FG document says on top."""
    return {
        "conformsTo": list(JSON_FG_CLASSES),
        "featureType": collection.name,
        "coordRefSys": system.uri,
    }


def sequence(features: Iterable[bytes]) -> bytes:
    """Return features as a GeoJSON text sequence (RFC 8142)."""
    return b"".join(geojson.RECORD + feature + b"\n" for feature in features)
