"""Records as GeoJSON (RFC 7946) to take away; the layer that maps draw regions from is `formats.regions`."""

from collections.abc import Sequence
from typing import Any

import orjson

from .fields import Field

# A line of COPY holds one JSON text. With a quote and a delimiter that JSON never writes raw, nothing is escaped.
COPY_OPTIONS = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"
COORDINATE_DIGITS = 6  # about 0.1 m
MEDIA_TYPE = "application/geo+json"
SEQUENCE_TYPE = "application/geo+json-seq"
RECORD = b"\x1e"  # begins each text of a sequence (RFC 8142)


GEOMETRY = f"coalesce(ST_AsGeoJSON(v.geometry, {COORDINATE_DIGITS}, 0), 'null')"


def feature_sql(fields: Sequence[Field], geometry: str = GEOMETRY) -> str:
    """Return the SQL of one feature as text, over the columns of `queries.export.copy_lines`.

    `geometry` is the SQL of its geometry as JSON text; without it, that is in degrees, longitude first.
    """
    return (
        '\'{"type":"Feature","id":\' || to_json(v.slug)::text || \',"geometry":\' || '
        f"{geometry} || ',\"properties\":' || {properties_sql(fields)} || '}}'"
    )


def properties_sql(fields: Sequence[Field]) -> str:
    """Return the SQL of the properties of a feature as JSON text."""
    if not fields:
        return "'{}'"
    # PostgreSQL makes names without quotes small.
    named = ", ".join(f'v."{field.name.lower()}" AS "{field.name}"' for field in fields)
    return f"(SELECT row_to_json(p)::text FROM (SELECT {named}) p)"  # noqa: S608 names from our own lists


def head(name: str, matched: int, about: dict[str, Any]) -> bytes:
    """Return everything before the first feature. `about` holds the foreign members of the collection."""
    members = {"type": "FeatureCollection", "name": name, "numberMatched": matched, **about}
    return orjson.dumps(members)[:-1] + b',"features":[\n'


def tail() -> bytes:
    """Return everything after the last feature."""
    return b"]}\n"


def with_about(feature: bytes, about: dict[str, Any]) -> bytes:
    """Return a feature that also says whose the sequence is that it begins: a sequence has no other place for it."""
    return feature[:-1] + b',"collection":' + orjson.dumps(about) + b"}"
