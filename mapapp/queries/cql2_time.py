"""How two times of a CQL2 expression lie to one another: days, moments and intervals as their two ends."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Date, DateTime, Interval, and_, bindparam, cast, func, literal_column, not_

from ..cql2 import Cql2Error, tree

MOMENT = DateTime(timezone=True)
TIMES = ("date", "timestamp")


class Span(NamedTuple):
    """The ends of a time, both days or both moments; an instant has the same twice."""

    start: ColumnElement[Any]
    end: ColumnElement[Any]


class Valued(Protocol):
    """The SQL of a value and what it is."""

    @property
    def sql(self) -> ColumnElement[Any]: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102


_RELATIONS: dict[str, Callable[[Span, Span], ColumnElement[bool]]] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: and_(a.start < b.start, a.end > b.end),
    "t_disjoint": lambda a, b: not_(and_(a.start <= b.end, a.end >= b.start)),
    "t_during": lambda a, b: and_(a.start > b.start, a.end < b.end),
    "t_equals": lambda a, b: and_(a.start == b.start, a.end == b.end),
    "t_finishedby": lambda a, b: and_(a.start < b.start, a.end == b.end),
    "t_finishes": lambda a, b: and_(a.start > b.start, a.end == b.end),
    "t_intersects": lambda a, b: and_(a.start <= b.end, a.end >= b.start),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: and_(a.start > b.start, a.start < b.end, a.end > b.end),
    "t_overlaps": lambda a, b: and_(a.start < b.start, a.end > b.start, a.end < b.end),
    "t_startedby": lambda a, b: and_(a.start == b.start, a.end > b.end),
    "t_starts": lambda a, b: and_(a.start == b.start, a.end < b.end),
}


def compare(
    name: str, left: tree.Expression, right: tree.Expression, value: Callable[[tree.Expression], Valued]
) -> ColumnElement[bool]:
    """Return a t_ function of two times; `value` gives the SQL of a property or literal. Raises Cql2Error.

    Where days meet moments, a day is the span from its first to its last microsecond (UTC).
    """
    ends = [_ends(one, value) for one in (left, right)]
    kinds = {one.kind for pair in ends for one in pair if one is not None}
    if wrong := kinds.difference(TIMES):
        raise Cql2Error(f"{name} takes times, not a {wrong.pop()}")
    days = "timestamp" not in kinds
    return _RELATIONS[name](*(_span(pair, days) for pair in ends))


def _ends(node: tree.Expression, value: Callable[[tree.Expression], Valued]) -> tuple[Valued | None, Valued | None]:
    if isinstance(node, tree.Interval):
        return _end(node.start, value), _end(node.end, value)
    one = value(_timed(node))
    return one, one


def _end(node: tree.Expression | None, value: Callable[[tree.Expression], Valued]) -> Valued | None:
    return None if node is None else value(_timed(node))


def _timed(node: tree.Expression) -> tree.Expression:
    if isinstance(node, tree.Property) or (isinstance(node, tree.Literal) and isinstance(node.value, (date, datetime))):
        return node
    raise Cql2Error("a time is a day, a moment, an interval or a property")


def _span(pair: tuple[Valued | None, Valued | None], days: bool) -> Span:
    start, end = pair
    return Span(_bound(start, days, "-infinity", False), _bound(end, days, "infinity", True))


def _bound(one: Valued | None, days: bool, without: str, last: bool) -> ColumnElement[Any]:
    if one is None:
        return cast(bindparam(None, without), Date if days else MOMENT)
    if days or one.kind == "timestamp":
        return one.sql
    first = cast(func.timezone("UTC", cast(one.sql, DateTime(timezone=False))), MOMENT)
    return first + cast(literal_column("'1 day - 1 microsecond'"), Interval) if last else first
