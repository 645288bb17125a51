"""The nodes of a CQL2 expression. Whatever it was written in, equal expressions are equal values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Union


@dataclass(frozen=True, slots=True)
class Property:
    """A queryable by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, boolean, day or moment (UTC)."""

    value: str | int | float | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Interval:
    """A span of days or moments; None is an open end."""

    start: "Property | Literal | None"
    end: "Property | Literal | None"


@dataclass(frozen=True, slots=True)
class Geometry:
    """A geometry as GeoJSON nests it, coordinates in the order of the filter's CRS; members only of a collection."""

    kind: str
    coordinates: Any
    members: "tuple[Geometry, ...]" = ()


@dataclass(frozen=True, slots=True)
class Box:
    """First axis low, second axis low, first axis high, second axis high, in the order of the filter's CRS."""

    edges: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Array:
    """Several values."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """CASEI or ACCENTI of a text."""

    name: str
    argument: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """+, -, *, /, ^, % or div of two numbers."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Logical:
    """and, or, not."""

    operator: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """=, <>, <, <=, > or >= of two values."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Like:
    """A text that fits a pattern with % and _."""

    value: "Expression"
    pattern: "Expression"


@dataclass(frozen=True, slots=True)
class Between:
    """low <= value <= high."""

    value: "Expression"
    low: "Expression"
    high: "Expression"


@dataclass(frozen=True, slots=True)
class In:
    """A value that is one of several."""

    value: "Expression"
    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class IsNull:
    """A value that is not there."""

    value: "Expression"


@dataclass(frozen=True, slots=True)
class Relation:
    """One of the s_, t_ and a_ functions of two geometries, times or arrays."""

    name: str
    left: "Expression"
    right: "Expression"


class Kinds(NamedTuple):
    """The nodes that can stand where a truth value is needed, and those that have a value to compare."""

    truths: tuple[type, ...]
    values: tuple[type, ...]


Expression = Union[  # noqa: UP007  the names are not defined yet
    Property,
    Literal,
    Interval,
    Geometry,
    Box,
    Array,
    Call,
    Arithmetic,
    Logical,
    Comparison,
    Like,
    Between,
    In,
    IsNull,
    Relation,
]
KINDS = Kinds(
    (Logical, Comparison, Like, Between, In, IsNull, Relation),
    (Property, Literal, Interval, Geometry, Box, Array, Call, Arithmetic),
)

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
CALLS = ("casei", "accenti")
SPATIAL = (
    "s_intersects",
    "s_equals",
    "s_disjoint",
    "s_touches",
    "s_within",
    "s_overlaps",
    "s_crosses",
    "s_contains",
)
TEMPORAL = (
    "t_after",
    "t_before",
    "t_contains",
    "t_disjoint",
    "t_during",
    "t_equals",
    "t_finishedby",
    "t_finishes",
    "t_intersects",
    "t_meets",
    "t_metby",
    "t_overlappedby",
    "t_overlaps",
    "t_startedby",
    "t_starts",
)
ARRAYS = ("a_equals", "a_contains", "a_containedby", "a_overlaps")
RELATIONS = (*SPATIAL, *TEMPORAL, *ARRAYS)


def is_truth(node: Expression) -> bool:
    """Tell whether a node is true or false of a record."""
    return isinstance(node, KINDS.truths) or (isinstance(node, Literal) and isinstance(node.value, bool))


def properties(node: object) -> set[str]:
    """Return the names of all queryables in an expression."""
    if isinstance(node, Property):
        return {node.name}
    if isinstance(node, tuple):
        return set().union(*map(properties, node)) if node else set()
    if isinstance(node, (Literal, Geometry, Box)) or not hasattr(node, "__dataclass_fields__"):
        return set()
    return set().union(*(properties(getattr(node, name)) for name in node.__dataclass_fields__))
