"""CQL2 conditions over fields that are columns in memory; what needs more than those is PostgreSQL's to answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..cql2 import tree
from .columns import Bitmap, Columns, Field, pack

#: The published fields that hold one key or several, and the columns they are kept as.
ONE = {
    "practice": {"country": "country", "status": "status", "organisation_type": "organisation_type"},
    "service": {"country": "country", "category": "category"},
}
SEVERAL = {
    "practice": {
        "themes": "theme",
        "dimensions": "dimension",
        "target_groups": "target_group",
        "programmes": "programme",
    },
    "service": {"languages": "language"},
}
YEARS = ("start_year", "end_year")
#: Records looked at, all comparisons together: more takes longer than PostgreSQL, which can be told to stop.
MOST_WORK = 100_000_000
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class _Truth(NamedTuple):
    """The records of which a condition is true and those of which it is false; unknown of all others."""

    true: Bitmap
    false: Bitmap


class _Elsewhere(Exception):
    """The columns do not hold what is asked."""


def matching(columns: Columns, collection: str, node: tree.Expression) -> Bitmap | None:
    """Return the records that fulfil a condition; None where the columns do not hold what it speaks of."""
    try:
        return _Reading(columns, collection).truth(node).true
    except _Elsewhere:
        return None


class _Reading:
    def __init__(self, columns: Columns, collection: str) -> None:
        self.columns, self.work = columns, 0
        self.one, self.several = ONE[collection], SEVERAL[collection]
        self.years: Mapping[str, NDArray[np.int16]] = (
            {name: getattr(columns, name) for name in YEARS} if collection == "practice" else {}
        )

    def truth(self, node: tree.Expression) -> _Truth:
        match node:
            case tree.Logical(operator, arguments):
                return self.logical(operator, map(self.truth, arguments))
            case tree.Comparison(operator, tree.Property(name), tree.Literal(value)):
                return self.comparison(operator, name, value)
            case tree.Between(tree.Property(name), tree.Literal(low), tree.Literal(high)):
                return self.logical("and", (self.comparison(">=", name, low), self.comparison("<=", name, high)))
            case tree.In(tree.Property(name), items):
                return self.logical("or", (self.comparison("=", name, one) for one in dict.fromkeys(_literals(items))))
            case tree.IsNull(tree.Property(name)):
                known = self.known(name)
                return _Truth(self.columns.everything & ~known, known)
            case tree.Relation("a_contains" | "a_overlaps" as function, tree.Property(name), tree.Array(items)):
                return self.relation(function, name, _literals(items))
        raise _Elsewhere

    def logical(self, operator: str, parts: Iterable[_Truth]) -> _Truth:
        """Join truths as SQL does: what is unknown stays unknown unless the other side decides."""
        if operator == "not":
            (one,) = parts
            return _Truth(one.false, one.true)
        both = (np.bitwise_and, np.bitwise_or) if operator == "and" else (np.bitwise_or, np.bitwise_and)
        # One by one: thousands of parts of a million records would fill the memory.
        return reduce(lambda a, b: _Truth(both[0](a.true, b.true), both[1](a.false, b.false)), parts)

    def comparison(self, operator: str, name: str, value: object) -> _Truth:
        self.work += self.columns.size
        if self.work > MOST_WORK:
            raise _Elsewhere
        if name in self.years and type(value) in (int, float):
            years = self.years[name]
            told = years >= 0
            flags = _COMPARE[operator](years, value)
            return _Truth(pack(flags & told), pack(~flags & told))
        if name not in self.one or not isinstance(value, str) or operator not in ("=", "<>"):
            raise _Elsewhere
        known, has = self.known(name), self.having(self.columns.fields[self.one[name]], value)
        return _Truth(has, known & ~has) if operator == "=" else _Truth(known & ~has, has)

    def relation(self, function: str, name: str, values: Sequence[object]) -> _Truth:
        if name not in self.several or not values or not all(isinstance(one, str) for one in values):
            raise _Elsewhere
        field = self.columns.fields[self.several[name]]
        join = np.bitwise_and if function == "a_contains" else np.bitwise_or
        keys = {str(one) for one in values}
        rows = [field.bits[field.place[key]] for key in keys if key in field.place]
        if len(rows) < len(keys):  # however many there are that no record has, they are one
            rows.append(np.zeros_like(self.columns.everything))
        true: Bitmap = join.reduce(rows, axis=0)
        return _Truth(true, self.columns.everything & ~true)

    def known(self, name: str) -> Bitmap:
        if name in self.years:
            return pack(self.years[name] >= 0)
        if name not in self.one:
            raise _Elsewhere
        found: Bitmap = np.bitwise_or.reduce(self.columns.fields[self.one[name]].bits, axis=0)
        return found

    def having(self, field: Field, value: str) -> Bitmap:
        place = field.place.get(value)
        return np.zeros_like(self.columns.everything) if place is None else field.bits[place]


def _literals(items: Sequence[tree.Expression]) -> list[object]:
    if not all(isinstance(one, tree.Literal) for one in items):
        raise _Elsewhere
    return [one.value for one in items if isinstance(one, tree.Literal)]
