"""Nodes put together from their parts, with the checks that both encodings need."""

from collections.abc import Sequence

from .errors import Cql2Error
from .tree import (
    ARRAYS,
    Arithmetic,
    Array,
    Between,
    Call,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal,
    Logical,
    Relation,
    is_truth,
)


def value(node: Expression) -> Expression:
    """Return a node that has a value; raises Cql2Error for a condition."""
    if is_truth(node) and not isinstance(node, Literal):
        raise Cql2Error("a condition stands where a value is needed")
    return node


def truth(node: Expression) -> Expression:
    """Return a node that is true or false; raises Cql2Error for anything else."""
    if not is_truth(node):
        raise Cql2Error("a value stands where a condition is needed")
    return node


def logical(operator: str, arguments: Sequence[Expression]) -> Expression:
    """Return and/or of at least two conditions, or not of one; chains of the same operator become one node."""
    parts: list[Expression] = []
    for one in map(truth, arguments):
        same = operator != "not" and isinstance(one, Logical) and one.operator == operator
        parts += one.arguments if same and isinstance(one, Logical) else (one,)
    if len(parts) != 1 if operator == "not" else len(parts) < 2:
        raise Cql2Error(f"{operator!r} has the wrong number of conditions")
    return Logical(operator, tuple(parts))


def comparison(operator: str, left: Expression, right: Expression) -> Expression:
    """Return a comparison of two values."""
    return Comparison(operator, value(left), value(right))


def arithmetic(operator: str, left: Expression, right: Expression) -> Expression:
    """Return a calculation; a number with a sign becomes that number."""
    for one in (left, right):
        if isinstance(one, Literal) and (isinstance(one.value, bool) or not isinstance(one.value, (int, float))):
            raise Cql2Error("only numbers can be calculated with")
    return Arithmetic(operator, value(left), value(right))


def like(text: Expression, pattern: Expression) -> Expression:
    """Return a LIKE; the pattern is a text, perhaps in CASEI or ACCENTI, that does not end in an escape."""
    inner = pattern
    while isinstance(inner, Call):
        inner = inner.argument
    if not isinstance(inner, Literal) or not isinstance(inner.value, str):
        raise Cql2Error("a pattern is a text")
    if (len(inner.value) - len(inner.value.rstrip("\\"))) % 2:
        raise Cql2Error("a pattern does not end with a single backslash")
    return Like(value(text), pattern)


def between(node: Expression, low: Expression, high: Expression) -> Expression:
    """Return a BETWEEN."""
    return Between(value(node), value(low), value(high))


def is_in(node: Expression, items: Sequence[Expression]) -> Expression:
    """Return an IN of at least one item."""
    if not items:
        raise Cql2Error("a list of values is empty")
    return In(value(node), tuple(value(one) for one in items))


def is_null(node: Expression) -> Expression:
    """Return an IS NULL."""
    return IsNull(value(node))


def call(name: str, arguments: Sequence[Expression]) -> Expression:
    """Return CASEI or ACCENTI."""
    if len(arguments) != 1:
        raise Cql2Error(f"{name} takes one text")
    return Call(name, value(arguments[0]))


def relation(name: str, arguments: Sequence[Expression]) -> Expression:
    """Return an s_, t_ or a_ function."""
    if len(arguments) != 2:
        raise Cql2Error(f"{name} takes two arguments")
    left, right = (_listed(one) if name in ARRAYS else value(one) for one in arguments)
    return Relation(name, left, right)


def _listed(node: Expression) -> Expression:
    """Return an array; a single value in brackets cannot be told from the value until it stands in an a_ function."""
    return Array((node,)) if isinstance(node, (Literal, Call)) else value(node)
