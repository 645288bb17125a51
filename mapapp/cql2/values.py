"""Literals that both encodings share: numbers, days, moments, spans, boxes and geometries, checked as they are made."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from .errors import Cql2Error
from .tree import Box, Expression, Geometry, Interval, Literal, Property

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?Z", re.ASCII)
OPEN = ".."

#: How deep the coordinates of a geometry nest, and the fewest positions of its lines or rings.
NESTING = {
    "Point": (0, 1),
    "MultiPoint": (1, 1),
    "LineString": (1, 2),
    "MultiLineString": (2, 2),
    "Polygon": (2, 4),
    "MultiPolygon": (3, 4),
}


def number(text: str) -> int | float:
    """Return a number; raises Cql2Error where it is none that can be compared."""
    if not text.isascii() or "_" in text:  # Python reads both, nobody means them
        raise Cql2Error(f"{text[:40]!r} is not a number")
    try:
        value: int | float = int(text) if text.lstrip("+-").isdigit() and len(text) <= 18 else float(text)
    except ValueError:
        raise Cql2Error(f"{text[:40]!r} is not a number") from None
    if not math.isfinite(value):
        raise Cql2Error("a number is too large")
    return value


def day(text: object) -> date:
    """Return a day of RFC 3339; raises Cql2Error."""
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Cql2Error(f"{str(text)[:40]!r} is not a day such as 2026-03-01")


def moment(text: object) -> datetime:
    """Return a moment of RFC 3339 in UTC; raises Cql2Error."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found:
        try:
            whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        except ValueError:
            pass
        else:
            return whole.replace(microsecond=int((found[2] or ".0")[1:].ljust(6, "0")[:6]))
    raise Cql2Error(f"{str(text)[:40]!r} is not a moment such as 2026-03-01T09:30:00Z")


def instant(text: object) -> Literal | None:
    """Return a day or moment, or None for an open end; raises Cql2Error."""
    if text == OPEN:
        return None
    return Literal(moment(text) if isinstance(text, str) and "T" in text else day(text))


def span(start: Expression | None, end: Expression | None) -> Interval:
    """Return an interval whose ends fit together; raises Cql2Error."""
    for one in (start, end):
        if one is not None and not isinstance(one, (Property, Literal)):
            raise Cql2Error("the ends of an interval are days, moments, properties or '..'")
    if start is None and end is None:
        raise Cql2Error("an interval has at least one end")
    if isinstance(start, Literal) and isinstance(end, Literal):
        if type(start.value) is not type(end.value):
            raise Cql2Error("both ends of an interval are days, or both are moments")
        if start.value > end.value:  # type: ignore[operator]
            raise Cql2Error("an interval does not end before it starts")
    return Interval(start, end)  # type: ignore[arg-type]


def box(numbers: Sequence[Any]) -> Box:
    """Return a box of four numbers, or of six whose heights are left out; raises Cql2Error.

    The first axis may run down (across the antimeridian), the second may not.
    """
    edges = [position_number(one) for one in numbers]
    if len(edges) == 6:
        if edges[2] > edges[5]:
            raise Cql2Error("the box is upside down: its lower height lies above its upper height")
        edges = [edges[index] for index in (0, 1, 3, 4)]
    if len(edges) != 4:
        raise Cql2Error("a box has four or six numbers")
    return Box((edges[0], edges[1], edges[2], edges[3]))


def position_number(value: object) -> float:
    """Return a coordinate; raises Cql2Error for anything that is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Cql2Error("a coordinate is a finite number")
    return float(value)


def geometry(kind: str, coordinates: Any) -> Geometry:
    """Return a geometry from nested lists of coordinates; heights are left out. Raises Cql2Error."""
    levels, fewest = NESTING[kind]
    checked = _nested(coordinates, levels, fewest, kind in ("Polygon", "MultiPolygon"))
    return Geometry(kind, checked)


def _nested(values: Any, levels: int, fewest: int, closed: bool) -> Any:
    if not isinstance(values, (list, tuple)) or not values:
        raise Cql2Error("a geometry has coordinates")
    if levels == 0:
        if len(values) not in (2, 3):
            raise Cql2Error("a position has two or three numbers")
        return tuple(position_number(one) for one in values[:2])
    parts = tuple(_nested(one, levels - 1, fewest, closed) for one in values)
    if levels == 1 and len(parts) < fewest:
        raise Cql2Error(f"a line or ring of this geometry has at least {fewest} positions")
    if levels == 1 and closed and parts[0] != parts[-1]:
        raise Cql2Error("a ring ends where it starts")
    return parts


def collection(members: Sequence[Geometry]) -> Geometry:
    """Return a geometry collection; raises Cql2Error for an empty or nested one."""
    if not members or any(one.members for one in members):
        raise Cql2Error("a geometry collection holds geometries, and no collection")
    return Geometry("GeometryCollection", (), tuple(members))
