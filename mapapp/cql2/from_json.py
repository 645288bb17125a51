"""CQL2 JSON: a decoded document in, the tree out."""

from typing import Any

import orjson

from . import making, values
from .errors import MOST_CHARACTERS, Budget, Cql2Error
from .tree import CALLS, COMPARISONS, RELATIONS, Array, Expression, Literal, Property

ARITHMETIC = ("+", "-", "*", "/", "^", "%", "div")


def parse_json(text: str) -> Expression:
    """Return the tree of an expression in CQL2 JSON; raises Cql2Error."""
    if len(text) > MOST_CHARACTERS:
        raise Cql2Error(f"longer than {MOST_CHARACTERS} characters")
    try:
        document = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise Cql2Error("this is not JSON") from None
    return making.truth(_read(document, Budget()))


def _read(document: Any, budget: Budget) -> Expression:
    with budget:
        if isinstance(document, (bool, str)):
            if isinstance(document, str) and "\0" in document:
                raise Cql2Error("a text holds a character that cannot be stored")
            return Literal(document)
        if isinstance(document, (int, float)):
            return Literal(values.number(repr(document)))
        if isinstance(document, list):
            return Array(tuple(making.value(_read(one, budget)) for one in document))
        if not isinstance(document, dict):
            raise Cql2Error("null has no place here; use isNull")
        return _object(document, budget)


def _object(document: dict[str, Any], budget: Budget) -> Expression:
    if "op" in document:
        return _operation(document, budget)
    if "type" in document:
        return _geometry(document, budget)
    if len(document) != 1:
        raise Cql2Error(f"unknown object with {', '.join(map(repr, list(document)[:5]))}"[:120])
    ((name, value),) = document.items()
    if name == "property" and isinstance(value, str) and value and "\0" not in value:
        return Property(value)
    if name == "date":
        return Literal(values.day(value))
    if name == "timestamp":
        return Literal(values.moment(value))
    if name == "interval" and isinstance(value, list) and len(value) == 2:
        start, end = (_end(one, budget) for one in value)
        return values.span(start, end)
    if name == "bbox" and isinstance(value, list):
        return values.box(value)
    raise Cql2Error(f"unknown or malformed {name[:40]!r}")


def _end(value: Any, budget: Budget) -> Expression | None:
    return values.instant(value) if isinstance(value, str) else _read(value, budget)


def _geometry(document: dict[str, Any], budget: Budget) -> Expression:
    kind = document["type"]
    if kind == "GeometryCollection" and isinstance(document.get("geometries"), list):
        members = [_read(one, budget) for one in document["geometries"]]
        return values.collection(members)  # type: ignore[arg-type]  # checked there
    if kind not in values.NESTING:
        raise Cql2Error(f"unknown geometry {str(kind)[:40]!r}")
    return values.geometry(kind, document.get("coordinates"))


def _operation(document: dict[str, Any], budget: Budget) -> Expression:
    name, given = document["op"], document.get("args")
    if set(document) != {"op", "args"} or not isinstance(name, str) or not isinstance(given, list):
        raise Cql2Error("an operation has 'op' and a list of 'args'")
    if name == "in" and len(given) == 2 and isinstance(given[1], list):
        return making.is_in(_read(given[0], budget), [_read(one, budget) for one in given[1]])
    arguments = [_read(one, budget) for one in given]
    if name in ("and", "or", "not"):
        return making.logical(name, arguments)
    if name in CALLS:
        return making.call(name, arguments)
    if name in RELATIONS:
        return making.relation(name, arguments)
    if name == "isNull" and len(arguments) == 1:
        return making.is_null(arguments[0])
    if name == "between" and len(arguments) == 3:
        return making.between(*arguments)
    if len(arguments) == 2:
        if name in COMPARISONS:
            return making.comparison(name, *arguments)
        if name == "like":
            return making.like(*arguments)
        if name in ARITHMETIC:
            return making.arithmetic(name, *arguments)
    raise Cql2Error(f"unknown operation {name[:40]!r} of {len(arguments)} arguments")
