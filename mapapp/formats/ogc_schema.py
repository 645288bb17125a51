"""JSON Schema of what a collection gives (Part 5) and of what it can be asked and sorted by (Part 3, Part 5)."""

from collections.abc import Callable
from typing import Any

from ..queries.export import SOURCES
from .fields import Collection, Field
from .ogc_collections import PRIMARY, queryable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MEDIA_TYPE = "application/schema+json"
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "key": {"type": "string"},
    "address": {"type": "string", "format": "uri"},
    "list": {"type": "array", "items": {"type": "string"}},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
}
UNSORTED = ("list", "boolean", "geometry")
Say = Callable[[str], str]


def _(message: str) -> str:
    """Mark a message for the catalogues."""
    return message


_ENDING, _PLACE = _("The end of its address."), (_("Geometry"), _("Where it lies; empty where that is not known."))


def described(field: Field, say: Say) -> dict[str, Any]:
    """Return the schema of a field; `say` puts its words into the reader's language."""
    return {**TYPES.get(field.kind, {}), "title": say(field.title), "description": say(field.description)}


def _document(address: str, title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": properties,
        "additionalProperties": False,
    }


def _identified(say: Say) -> dict[str, Any]:
    return {"id": {"type": "string", "x-ogc-role": "id", "title": "id", "description": say(_ENDING)}}


def _geometry(collection: Collection, say: Say) -> dict[str, Any]:
    kind = SOURCES[collection.name].kind
    words = {"title": say(_PLACE[0]), "description": say(_PLACE[1])}
    return {PRIMARY: {"format": f"geometry-{kind}", "x-ogc-role": "primary-geometry", **words}}


def schema(collection: Collection, address: str, title: str, say: Say) -> dict[str, Any]:
    """Return what a feature of a collection has."""
    properties = _identified(say) | _geometry(collection, say)
    for number, field in enumerate(collection.fields, start=1):
        properties[field.name] = described(field, say) | {"x-ogc-propertySeq": number}
    return _document(address, title, properties)


def queryables(collection: Collection, address: str, title: str, say: Say) -> dict[str, Any]:
    """Return what can stand in a filter, or be a parameter."""
    properties = _identified(say) | _geometry(collection, say)
    properties |= {field.name: described(field, say) for field in queryable(collection)}
    return _document(address, title, properties)


def sortables(collection: Collection, address: str, title: str, say: Say) -> dict[str, Any]:
    """Return what `sortby` takes."""
    fields = [field for field in queryable(collection) if field.kind not in UNSORTED]
    return _document(address, title, _identified(say) | {field.name: described(field, say) for field in fields})
