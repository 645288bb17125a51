"""A CQL2 tree as a condition over named columns: every value is bound, every name is looked up, never written.

Texts are compared by code point, so that an order does not depend on the locale of the server. Constants are brought
into the columns' CRS (EPSG:4326), never the other way, so that indexes serve.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Numeric,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import false as sql_false
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import TypeEngine

from ..cql2 import Cql2Error, tree
from .cql2_geometry import Crs, constant, related
from .cql2_time import compare as compare_times

KINDS: dict[type, tuple[str, TypeEngine[Any]]] = {
    str: ("text", Text()),
    bool: ("boolean", Boolean()),
    int: ("number", Numeric()),
    float: ("number", Double()),
    date: ("date", Date()),
    datetime: ("timestamp", DateTime(timezone=True)),
}


class Queryable(NamedTuple):
    """A column that can be asked for, and what it holds: text, number, boolean, date, timestamp, list or geometry."""

    column: ColumnElement[Any]
    kind: str


class Value(NamedTuple):
    """The SQL of a value and what it is."""

    sql: ColumnElement[Any]
    kind: str


_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_CALCULATE: dict[str, Callable[[Any, Any], ColumnElement[Any]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": lambda left, right: func.power(left, right),
    "div": lambda left, right: func.trunc(left / right),
    # PostgreSQL has no remainder of floating-point numbers.
    "%": lambda left, right: cast(func.mod(cast(left, Numeric), cast(right, Numeric)), Double),
}
_CALLS: dict[str, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    # Both sides are made small and composed, whichever way they were written.
    "casei": lambda text: func.lower(func.normalize(text).collate("und-x-icu")).collate("C"),
    "accenti": lambda text: func.unaccent(func.normalize(text)),
}
_ARRAYS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "a_equals": lambda left, right: and_(left.contains(right), left.contained_by(right)),
    "a_contains": lambda left, right: left.contains(right),
    "a_containedby": lambda left, right: left.contained_by(right),
    "a_overlaps": lambda left, right: left.overlap(right),
}


def condition(node: tree.Expression, columns: Mapping[str, Queryable], crs: Crs) -> ColumnElement[bool]:
    """Return the SQL of an expression over some columns, whose geometries are in EPSG:4326.

    `crs` is that of the coordinates in the expression. Raises Cql2Error for unknown properties and for kinds that do
    not fit together.
    """
    return _Compiler(columns, crs).truth(node)


def _calls(node: tree.Expression) -> tuple[tuple[str, ...], tree.Expression]:
    """Return the calls around a node, the innermost first, and the node."""
    if isinstance(node, tree.Call):
        calls, inner = _calls(node.argument)
        return (*calls, node.name), inner
    return (), node


def _once(sql: ColumnElement[Any], node: tree.Expression) -> ColumnElement[Any]:
    """Return a value as it is; one that no record changes is worked out once, not for each of them."""
    return sql if tree.properties(node) else select(sql).scalar_subquery()


class _Compiler:
    def __init__(self, columns: Mapping[str, Queryable], crs: Crs) -> None:
        self.columns, self.crs = columns, crs

    def truth(self, node: tree.Expression) -> ColumnElement[bool]:
        match node:
            case tree.Logical(operator, arguments):
                parts = [self.truth(one) for one in arguments]
                return not_(parts[0]) if operator == "not" else and_(*parts) if operator == "and" else or_(*parts)
            case tree.Comparison(operator, left, right):
                return self.comparison(operator, left, right)
            case tree.Like(value, pattern):
                return self.text(value).like(self.text(pattern))
            case tree.Between(value, low, high):
                return and_(self.comparison(">=", value, low), self.comparison("<=", value, high))
            case tree.In(value, items):
                return self.member(value, items)
            case tree.IsNull(value):
                return self.value(value).sql.is_(None)
            case tree.Relation(name, left, right):
                return self.relation(name, left, right)
            case tree.Literal(bool(value)):
                return true() if value else sql_false()
        raise Cql2Error("a value stands where a condition is needed")

    def value(self, node: tree.Expression) -> Value:
        match node:
            case tree.Property(name):
                return self.property(name)
            case tree.Literal(value):
                kind, sql_type = KINDS[type(value)]
                return Value(cast(bindparam(None, value, sql_type), sql_type), kind)
            case tree.Call(name, argument):
                return Value(_once(_CALLS[name](self.text(argument)), node), "text")
            case tree.Arithmetic(operator, left, right):
                return Value(_CALCULATE[operator](self.number(left), self.number(right)), "number")
            case tree.Array(items):
                texts = [self.text(one) for one in items]
                return Value(cast(array(texts), ARRAY(Text)), "list")
            case tree.Geometry() | tree.Box():
                return Value(constant(node, self.crs), "geometry")
            case tree.Interval():
                raise Cql2Error("an interval belongs into a t_ function")
        raise Cql2Error("a condition stands where a value is needed")

    def property(self, name: str) -> Value:
        found = self.columns.get(name)
        if found is None:
            raise Cql2Error(f"there is no queryable {name[:60]!r}; known are {', '.join(sorted(self.columns))}")
        return Value(found.column, found.kind)

    def text(self, node: tree.Expression) -> ColumnElement[Any]:
        found = self.value(node)
        if found.kind != "text":
            raise Cql2Error(f"a text is needed, not a {found.kind}")
        return found.sql

    def number(self, node: tree.Expression) -> ColumnElement[Any]:
        found = self.value(node)
        if found.kind != "number":
            raise Cql2Error(f"only numbers can be calculated with, not a {found.kind}")
        return cast(found.sql, Double)

    def comparison(self, operator: str, left: tree.Expression, right: tree.Expression) -> ColumnElement[bool]:
        one, other = self.value(left), self.value(right)
        if one.kind != other.kind:
            raise Cql2Error(f"a {one.kind} cannot be compared with a {other.kind}")
        if one.kind in ("list", "geometry"):
            raise Cql2Error(f"a {one.kind} is compared by functions, not by {operator!r}")
        if one.kind == "text":
            return _COMPARE[operator](one.sql.collate("C"), other.sql.collate("C"))
        return _COMPARE[operator](one.sql, other.sql)

    def member(self, node: tree.Expression, items: Sequence[tree.Expression]) -> ColumnElement[bool]:
        """Return whether a value is one of several; plain values, and calls of them, are one array however many."""
        one, alike = self.value(node), defaultdict(list)
        found = []
        for item in items:
            calls, inner = _calls(item)
            if isinstance(inner, tree.Literal) and KINDS[type(inner.value)][0] == one.kind:
                alike[calls, type(inner.value)].append(inner.value)
            else:
                found.append(self.comparison("=", node, item))
        sql = one.sql.collate("C") if one.kind == "text" else one.sql
        for (calls, python_type), listed in alike.items():
            sql_type = KINDS[python_type][1]
            several: ColumnElement[Any] = cast(bindparam(None, listed, ARRAY(sql_type)), ARRAY(sql_type))
            if calls:
                each: ColumnElement[Any] = func.unnest(several, type_=sql_type).column_valued()
                for name in calls:
                    each = _CALLS[name](each)
                several = select(each).scalar_subquery()
            found.append(sql == any_(several))
        return or_(*found)

    def relation(self, name: str, left: tree.Expression, right: tree.Expression) -> ColumnElement[bool]:
        if name in tree.TEMPORAL:
            return compare_times(name, left, right, self.value)
        one, other = self.value(left), self.value(right)
        wanted = "list" if name in tree.ARRAYS else "geometry"
        if (one.kind, other.kind) != (wanted, wanted):
            raise Cql2Error(f"{name} takes two {wanted}s, not a {one.kind} and a {other.kind}")
        if wanted == "list":
            return _ARRAYS[name](one.sql, other.sql)
        return related(name, (left, one.sql), (right, other.sql), self.crs)
