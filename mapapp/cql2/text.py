"""CQL2 text: a parser by recursive descent over one regular expression of tokens."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from . import making, values
from .errors import MOST_CHARACTERS, Budget, Cql2Error
from .tree import CALLS, COMPARISONS, RELATIONS, Array, Expression, Geometry, Literal, Property

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|''|\\.)*')
    | (?P<quoted>"[^"]+")
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<word>[^\W\d][\w.:]*)
    | (?P<sign><>|<=|>=|[=<>+\-*/^%(),])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
# Inside a text a quote is doubled or follows a backslash; before anything else a backslash is itself (see LIKE).
_ESCAPED = re.compile(r"''|\\'")
KINDS = {kind.lower(): kind for kind in values.NESTING}
NO_NAMES = frozenset(("and", "or", "not", "like", "between", "in", "is", "null", "div", "true", "false"))


class Token(NamedTuple):
    """One token: its kind, what it says (words in small letters), how it was written, and where."""

    kind: str
    says: str
    written: str
    at: int


def parse_text(text: str) -> Expression:
    """Return the tree of an expression in CQL2 text; raises Cql2Error naming the place."""
    if len(text) > MOST_CHARACTERS:
        raise Cql2Error(f"longer than {MOST_CHARACTERS} characters")
    if "\0" in text:
        raise Cql2Error("a text holds a character that cannot be stored")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.budget = Budget()
        self.token = self._next()

    def _next(self) -> Token:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise Cql2Error(f"cannot be read from character {self.at + 1}: {self.text[self.at : self.at + 20]!r}")
        kind = found.lastgroup or "end"
        written = found[kind]
        self.at = found.end()
        return Token(kind, written.lower() if kind in ("word", "sign") else written, written, found.start(kind))

    def _take(self) -> Token:
        taken, self.token = self.token, self._next()
        return taken

    def _fail(self, wanted: str) -> Cql2Error:
        there = repr(self.token.written[:20]) if self.token.written else "the end"
        return Cql2Error(f"at character {self.token.at + 1}: {wanted} expected, {there} found")

    def _is(self, *says: str) -> bool:
        return self.token.kind in ("word", "sign") and self.token.says in says

    def _accept(self, *says: str) -> bool:
        if self._is(*says):
            self._take()
            return True
        return False

    def _expect(self, says: str) -> None:
        if not self._accept(says):
            raise self._fail(repr(says.upper()))

    def whole(self) -> Expression:
        found = self.disjunction()
        if self.token.kind != "end":
            raise self._fail("the end")
        return making.truth(found)

    def disjunction(self) -> Expression:
        with self.budget:
            return self._chain("or", lambda: self._chain("and", self.negation))

    def _chain(self, operator: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._accept(operator):
            parts.append(part())
        return making.logical(operator, parts) if len(parts) > 1 else parts[0]

    def negation(self) -> Expression:
        if self._accept("not"):
            with self.budget:
                return making.logical("not", [self.negation()])
        return self.predicate()

    def predicate(self) -> Expression:
        left = self.sum()
        if self._is(*COMPARISONS):
            return making.comparison(self._take().says, left, self.sum())
        if self._accept("is"):
            negated = self._accept("not")
            self._expect("null")
            return self._negated(negated, making.is_null(left))
        negated = self._accept("not")
        if self._accept("like"):
            return self._negated(negated, making.like(left, self.sum()))
        if self._accept("between"):
            low = self.sum()
            self._expect("and")
            return self._negated(negated, making.between(left, low, self.sum()))
        if self._accept("in"):
            self._expect("(")
            return self._negated(negated, making.is_in(left, self._list(self.sum)))
        if negated:
            raise self._fail("LIKE, BETWEEN or IN")
        return left

    def _negated(self, negated: bool, node: Expression) -> Expression:
        return making.logical("not", [node]) if negated else node

    def sum(self) -> Expression:
        return self._calculation(("+", "-"), lambda: self._calculation(("*", "/", "%", "div"), self.power))

    def power(self) -> Expression:
        return self._calculation(("^",), self.signed)

    def _calculation(self, operators: tuple[str, ...], part: Callable[[], Expression]) -> Expression:
        # 1 - 2 - 3 is (1 - 2) - 3: each further sign puts all before it one level down.
        found, before = part(), self.budget.level
        while self._is(*operators):
            self.budget.deeper()
            found = making.arithmetic(self._take().says, found, part())
        self.budget.level = before
        return found

    def signed(self) -> Expression:
        if self._is("+", "-"):
            sign = self._take().says
            if self.token.kind == "number":
                number = values.number(self._take().says)
                return Literal(-number if sign == "-" else number)
            with self.budget:
                return making.arithmetic(sign, Literal(0), self.signed())
        return self.primary()

    def primary(self) -> Expression:
        token = self.token
        if token.kind == "text":
            self._take()
            return Literal(_ESCAPED.sub("'", token.says[1:-1]))
        if token.kind == "number":
            return Literal(values.number(self._take().says))
        if token.kind == "quoted":
            self._take()
            return Property(token.says[1:-1])
        if self._accept("("):
            return self._brackets()
        if token.kind != "word":
            raise self._fail("a value")
        self._take()
        if self._is("(") or (token.says in KINDS and self._is("z")):
            return self._function(token)
        if token.says in ("true", "false"):
            return Literal(token.says == "true")
        if token.says in NO_NAMES:
            raise Cql2Error(f"at character {token.at + 1}: a value expected, {token.written!r} found")
        return Property(token.written)

    def _brackets(self) -> Expression:
        if self._accept(")"):
            return Array(())
        first = self.disjunction()
        if self._accept(")"):
            return first
        self._expect(",")
        return Array(tuple(making.value(one) for one in (first, *self._list(self.disjunction))))

    def _list(self, part: Callable[[], Any]) -> list[Any]:
        """Read parts with commas between, up to the closing bracket."""
        with self.budget:
            parts = [part()]
            while self._accept(","):
                self.budget.nodes += 1
                parts.append(part())
            self._expect(")")
            return parts

    def _function(self, token: Token) -> Expression:
        name = token.says
        if name in KINDS:
            return self._geometry(name)
        self._expect("(")
        if name == "geometrycollection":
            return values.collection(self._list(self._member))
        if name == "bbox":
            return values.box(self._list(self._coordinate))
        if name in ("date", "timestamp"):
            (text,) = self._texts(1)
            return Literal(values.day(text) if name == "date" else values.moment(text))
        if name == "interval":
            start, end = self._list(self._end_of_span) if not self._is(")") else (None, None)
            return values.span(start, end)
        if name in CALLS:
            return making.call(name, self._list(self.sum))
        if name in RELATIONS:
            return making.relation(name, self._list(self.disjunction))
        raise Cql2Error(f"at character {token.at + 1}: there is no function {token.written[:40]!r}")

    def _texts(self, count: int) -> list[str]:
        found = self._list(self.primary)
        if len(found) != count or any(not isinstance(one, Literal) or not isinstance(one.value, str) for one in found):
            raise Cql2Error(f"{count} text expected")
        return [str(one.value) for one in found]

    def _end_of_span(self) -> Expression | None:
        found = self.primary()
        if isinstance(found, Literal) and isinstance(found.value, str):
            return values.instant(found.value)
        return found

    def _coordinate(self) -> float:
        found = self.signed()
        if not isinstance(found, Literal):
            raise self._fail("a number")
        return values.position_number(found.value)

    def _member(self) -> Geometry:
        token = self._take()
        if token.says not in KINDS:
            raise Cql2Error(f"at character {token.at + 1}: a geometry expected")
        return self._geometry(token.says)

    def _geometry(self, name: str) -> Geometry:
        self._accept("z")
        self._expect("(")
        kind = KINDS[name]
        parts: Any
        if kind == "Point":
            parts = self._position()
            self._expect(")")
        elif kind == "MultiPoint":
            parts = self._list(self._bracketed_position)
        elif kind == "LineString":
            parts = self._list(self._position)
        elif kind in ("MultiLineString", "Polygon"):
            parts = self._list(self._line)
        else:
            parts = self._list(self._polygon)
        return values.geometry(kind, parts)

    def _position(self) -> list[float]:
        found = [self._coordinate()]
        while len(found) < 3 and not self._is(",", ")"):
            found.append(self._coordinate())
        return found

    def _bracketed_position(self) -> list[float]:
        if not self._accept("("):
            return self._position()
        found = self._position()
        self._expect(")")
        return found

    def _line(self) -> list[Any]:
        self._expect("(")
        return self._list(self._position)

    def _polygon(self) -> list[Any]:
        self._expect("(")
        return self._list(self._line)
