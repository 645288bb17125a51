"""What two states of a record differ in: typed differences, a three-way view, and the merge of two people's changes.

States are values as forms make them (docs/decisions/0008). Nothing here knows words of the interface.
"""

import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

# The order in which a reader meets the fields; what is not named here comes at the end.
ORDER = (
    "into",
    "practice",
    "category",
    "language",
    "texts",
    "location",
    "location_kind",
    "place_name",
    "address",
    "country",
    "territories",
    "region",
    "themes",
    "dimensions",
    "target_groups",
    "languages",
    "opening_hours",
    "temporarily_closed",
    "phone",
    "organisation",
    "organisation_type",
    "partners",
    "programmes",
    "project",
    "start_year",
    "end_year",
    "status",
    "budget_eur",
    "website",
    "source_title",
    "source_url",
    "photos",
    "owner",
    "contact_name",
    "contact_mail",
    "contact_public",
    "framework",
    "version",
    "evaluator",
    "date",
    "criteria",
)
TEXTS = (
    *("title", "name", "summary", "description", "lessons", "transferability", "eligibility", "cost", "documents"),
    "origin",
)
CRITERION = ("level", "strength", "room_for_improvement", "evidence")
NESTED = {"texts": TEXTS, "criteria": CRITERION}
WORDS = frozenset({*TEXTS, "strength", "room_for_improvement", "evidence"}) - {"origin"}
# The gazetteer's number follows from the name; which version a translation was made from is worked out anew.
SILENT = frozenset({"place_id", "source_version", "evaluations", "typed"})
_TOKEN = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
MOST_WORK = 150_000  # pairs of equal words to look at; beyond it, a passage is shown as gone and new
_EARTH_M = 6_371_008.8

Path = tuple[str, str, str]  # top-level field, language or criterion, field inside it; empty where there is none


class Piece(NamedTuple):
    """A stretch of a text: `how` is same, gone or new."""

    how: str
    words: str


class Difference(NamedTuple):
    """One field that differs. `shape`: words (then `pieces`), list (then `gone`, `new`, `kept`), place (then `metres`
    between the points, None where one of the two has none) or value. `part` is a text's language or a criterion."""

    field: str
    part: str
    shape: str
    before: Any
    after: Any
    pieces: tuple[Piece, ...] = ()
    gone: tuple[Any, ...] = ()
    new: tuple[Any, ...] = ()
    kept: tuple[Any, ...] = ()
    metres: float | None = None


class Threeway(NamedTuple):
    """One field of which two people, or one of them, have made something else. `clash`: both, and not the same."""

    field: str
    part: str
    base: Any
    current: Any
    proposed: Any
    clash: bool


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs, in the order in which a reader meets the fields; `before` None for a new record."""
    old, new = _leaves(before or {}), _leaves(after)
    return [
        _difference(path, old.get(path), new.get(path))
        for path in _ordered(old, new, after)
        if old.get(path) != new.get(path)
    ]


def unchanged(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields that say something and stay as they are, as differences of the shape "value"."""
    old, new = _leaves(before or {}), _leaves(after)
    return [
        Difference(path[2] or path[0], path[1], "value", new[path], new[path])
        for path in _ordered(old, new, after)
        if path in new and old.get(path) == new[path]
    ]


def three_way(base: Mapping[str, Any], current: Mapping[str, Any], proposed: Mapping[str, Any]) -> list[Threeway]:
    """Return each field that the record (`current`) or a proposal has changed since both were `base`."""
    first, theirs, ours = _leaves(base), _leaves(current), _leaves(proposed)
    found = []
    for path in _ordered(first | theirs, ours, proposed):
        was, now, then = first.get(path), theirs.get(path), ours.get(path)
        if was != now or was != then:
            clash = was not in (now, then) and now != then
            found.append(Threeway(path[2] or path[0], path[1], was, now, then, clash))
    return found


def merge(base: Mapping[str, Any], current: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return `current` with everything in it that a proposal changed; where both changed a field the proposal's word
    stands."""
    merged: dict[str, Any] = {}
    for field in proposed.keys() | current.keys():
        was, now, then = base.get(field), current.get(field), proposed.get(field)
        if field in NESTED and all(isinstance(one, Mapping) for one in (was, now, then)):
            merged[field] = _merge_parts(was, now, then)  # type: ignore[arg-type]
        else:
            merged[field] = now if then == was else then
    return merged


def _merge_parts(was: Mapping[str, Any], now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in {**now, **then}:
        old, theirs, ours = was.get(part), now.get(part), then.get(part)
        kept: Any
        if theirs is None or ours is None:  # somebody has added it or taken it away
            kept = theirs if ours == old else ours
        else:
            old = old or {}
            names = {**theirs, **ours}
            kept = {name: theirs.get(name) if ours.get(name) == old.get(name) else ours.get(name) for name in names}
        if kept is not None:
            merged[part] = kept
    return merged


def _leaves(values: Mapping[str, Any]) -> dict[Path, Any]:
    """Return every field that says something, by its path."""
    return {path: value for path, value in _walk(values) if value not in (None, "", [], {}, False)}


def _walk(values: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for field, value in values.items():
        if field in SILENT:
            continue
        if field in NESTED and isinstance(value, Mapping):
            for part, inner in value.items():
                yield from (((field, part, name), said) for name, said in inner.items() if name not in SILENT)
        else:
            yield (field, "", ""), value


def _ordered(old: Mapping[Path, Any], new: Mapping[Path, Any], values: Mapping[str, Any]) -> list[Path]:
    source = values.get("language")

    def place(path: Path) -> tuple[int, bool, str, int]:
        field, part, name = path
        inside = NESTED.get(field, ())
        return (
            ORDER.index(field) if field in ORDER else len(ORDER),
            field == "texts" and part != source,  # the source text comes first
            part,
            inside.index(name) if name in inside else len(inside),
        )

    return sorted(old.keys() | new.keys(), key=place)


def _difference(path: Path, before: Any, after: Any) -> Difference:
    field, part, name = path
    shown = name or field
    if shown in WORDS:
        return Difference(shown, part, "words", before, after, pieces=word_pieces(before or "", after or ""))
    if field == "location":
        return Difference(field, part, "place", before, after, metres=distance(before, after))
    if isinstance(before, list) or isinstance(after, list):
        old, new = before or [], after or []
        kept = tuple(one for one in new if one in old)
        gone, added = tuple(one for one in old if one not in new), tuple(one for one in new if one not in old)
        if gone or added:
            return Difference(shown, part, "list", before, after, gone=gone, new=added, kept=kept)
    return Difference(shown, part, "value", before, after)


def distance(before: Mapping[str, float] | None, after: Mapping[str, float] | None) -> float | None:
    """Return the metres between two places in degrees (EPSG:4326) on a sphere, or None where one is not known."""
    if not before or not after:
        return None
    one, other = math.radians(before["lat"]), math.radians(after["lat"])
    aside = math.radians(after["lon"] - before["lon"])
    half = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(aside / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(half))


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return two texts as one, word by word: what both say, what is gone, what is new."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start])), *_inner(inner_old, inner_new)]
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return tuple(_joined([one for one in pieces if one.words]))


def _inner(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if _work(old, new) > MOST_WORK:
        yield Piece("gone", "".join(old))
        yield Piece("new", "".join(new))
        return
    for how, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield Piece("same", "".join(old[i1:i2]))
        else:
            yield Piece("gone", "".join(old[i1:i2]))
            yield Piece("new", "".join(new[j1:j2]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Give the pieces with those little ones that two longer changes have in common counted among the changes: two
    sentences that share a comma are easier to read whole."""
    gone = new = ""
    for at, piece in enumerate(pieces):
        if piece.how == "gone":
            gone += piece.words
        elif piece.how == "new":
            new += piece.words
        elif (gone and new) and len(piece.words) <= 3 and at + 1 < len(pieces):
            gone, new = gone + piece.words, new + piece.words
        else:
            yield from (Piece(how, words) for how, words in (("gone", gone), ("new", new)) if words)
            gone = new = ""
            yield piece
    yield from (Piece(how, words) for how, words in (("gone", gone), ("new", new)) if words)


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    number = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        number += 1
    return number


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    counted: dict[str, int] = {}
    for token in new:
        counted[token] = counted.get(token, 0) + 1
    return sum(counted.get(token, 0) for token in old)
