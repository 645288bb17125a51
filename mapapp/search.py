"""What can be asked of a collection: one frozen value, read from a query string and written back to it.

The same parameters mean the same in the list, on the map, in every download and in the API. Standard library only.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

MAX_Q = 200
MAX_VALUES = 50
MAX_VALUE = 200
YEARS = (1900, 2100)
WITHIN_KM = (1.0, 5000.0)
NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")  # a code, whether there is such a territory or not
SORTS = ("relevance", "newest", "title", "distance", "confirmed")

#: Fields with several values: OR inside a field, AND between fields. Canonical order of a query string.
SETS = (
    "theme",
    "country",
    "dimension",
    "target_group",
    "programme",
    "organisation_type",
    "status",
    "project",
    "region",
    "criterion",
    "category",
    "language",
)
SINGLES = ("year_from", "year_to", "bbox", "near", "within_km", "sort")

#: The fields that a collection has; another one's parameter is no parameter of it.
FIELDS = {
    "practice": ("q", *(name for name in SETS if name != "category"), *SINGLES),
    "service": ("q", "country", "region", "category", "language", "bbox", "near", "within_km", "sort"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """One question. Sets are sorted and unique, so that equal questions are equal values (and ETags).

    `region` holds NUTS codes matched as prefixes; `bbox` is west, south, east, north in degrees (EPSG:4326), with
    west > east across the antimeridian; `near` is latitude, longitude in degrees; `within_km` kilometres from it.
    The years ask for practices that ran at some time in the span. An empty `sort` means the usual order.
    """

    q: str = ""
    theme: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    dimension: tuple[str, ...] = ()
    target_group: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    organisation_type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    criterion: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float] | None = None
    within_km: float | None = None
    sort: str = ""

    @property
    def order(self) -> str:
        """The order of the answer: the one asked for, else relevance for words, distance for a point, title."""
        if self.sort:
            return self.sort
        if self.q:
            return "relevance"
        return "distance" if self.near else "title"

    def without(self, name: str, value: str | None = None) -> "Search":
        """Return this search without a field, or without one value of it.

        What cannot stand without the field goes with it: `within_km` and the distance order without `near`.
        """
        if value is not None and name in SETS:
            return self.with_(**{name: [kept for kept in getattr(self, name) if kept != value]})
        changed = replace(self, **{name: _EMPTY[name]})
        if name == "near":
            changed = replace(changed, within_km=None)
        if (changed.sort == "distance" and not changed.near) or (changed.sort == "relevance" and not changed.q):
            changed = replace(changed, sort="")
        return changed

    def with_(self, **values: Any) -> "Search":
        """Return this search with some fields replaced; sets may come in any order."""
        fitted: dict[str, Any] = {k: tuple(sorted(set(v))) if k in SETS else v for k, v in values.items()}
        return replace(self, **fitted)

    @property
    def filtered(self) -> bool:
        """Whether anything but the order is asked."""
        return self.with_(sort="") != Search()


_EMPTY: dict[str, Any] = {f.name: f.default for f in fields(Search)}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something asked that cannot be answered: the field, what was typed, a stable code and its parameters."""

    field: str
    value: str
    code: str
    parameters: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Known:
    """The values that a field may have, and what former values mean now: an old address finds what it found."""

    values: Container[str]
    moved: Mapping[str, str]

    def __contains__(self, value: object) -> bool:
        return value in self.values or value in self.moved


class Parsed(NamedTuple):
    """What could be understood, and what could not."""

    search: Search
    problems: tuple[Problem, ...]


class _Refused(Exception):
    def __init__(self, code: str, **parameters: object) -> None:
        self.code, self.parameters = code, parameters


def _number(text: str, low: float, high: float, digits: int) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _Refused("number") from None
    # float() also reads "nan", "inf" and "1_0": none of them is a number that a person meant.
    if not math.isfinite(number) or "_" in text:
        raise _Refused("number")
    if not low <= number <= high:
        raise _Refused("range", low=f"{low:g}", high=f"{high:g}")
    return round(number, digits) + 0.0  # no negative zero


def _numbers(text: str, bounds: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    parts = text.split(",")
    if len(parts) != len(bounds):
        raise _Refused("numbers", count=len(bounds))
    return tuple(_number(part.strip(), low, high, 6) for part, (low, high) in zip(parts, bounds, strict=True))


def _year(text: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", text) or not YEARS[0] <= int(text) <= YEARS[1]:
        raise _Refused("year", low=YEARS[0], high=YEARS[1])
    return int(text)


def _bbox(text: str) -> tuple[float, ...]:
    box = _numbers(text, ((-180, 180), (-90, 90), (-180, 180), (-90, 90)))
    if box[1] > box[3]:
        raise _Refused("south_north")
    return box


def _sort(text: str) -> str:
    if text not in SORTS:
        raise _Refused("unknown")
    return text


def _q(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > MAX_Q:
        raise _Refused("long", most=MAX_Q)
    if not any(letter.isalnum() for letter in words):
        raise _Refused("no_words")
    return words


_READ: dict[str, Callable[[str], Any]] = {
    "q": _q,
    "year_from": _year,
    "year_to": _year,
    "bbox": _bbox,
    "near": lambda text: _numbers(text, ((-90, 90), (-180, 180))),
    "within_km": lambda text: _number(text, *WITHIN_KM, 3),
    "sort": _sort,
}


def _bad_characters(text: str) -> bool:
    """Whether a text has what PostgreSQL cannot store (NUL) or UTF-8 cannot write (half a surrogate pair)."""
    return "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _all(args: Any, name: str) -> list[str]:
    if hasattr(args, "getlist"):
        return list(args.getlist(name))
    found = args.get(name, ())
    return [found] if isinstance(found, str) else list(found)


def _read_set(name: str, texts: list[str], known: Container[str] | None) -> tuple[tuple[str, ...], list[Problem]]:
    """Return the understood values of a field with several values, and the problems of the others."""
    problems, values = [], set()
    if len(texts) > MAX_VALUES:
        problems.append(Problem(name, "", "many", {"most": MAX_VALUES}))
    for text in texts[:MAX_VALUES]:
        value = text.strip().upper() if name in ("country", "region") else text.strip()
        refused = name == "region" and not NUTS.fullmatch(value)
        if refused or _bad_characters(value) or len(value) > MAX_VALUE or (known is not None and value not in known):
            problems.append(Problem(name, text[:MAX_VALUE], "unknown"))
        else:
            values.add(known.moved.get(value, value) if isinstance(known, Known) else value)
    return tuple(sorted(values)), problems


def _fit_together(values: dict[str, Any]) -> list[Problem]:
    """Drop what cannot stand beside the rest from `values`, and return why."""
    problems = []
    low, high = values.get("year_from"), values.get("year_to")
    if low and high and low > high:
        problems.append(Problem("year_to", str(values.pop("year_to")), "before", {"year": low}))
    if values.get("within_km") and not values.get("near"):
        problems.append(Problem("within_km", _write(values.pop("within_km")), "needs_near"))
    sort = values.get("sort")
    if sort == "distance" and not values.get("near"):
        problems.append(Problem("sort", values.pop("sort"), "needs_near"))
    if sort == "relevance" and not values.get("q"):
        problems.append(Problem("sort", values.pop("sort"), "needs_q"))
    return problems


def parse(args: Any, known: Mapping[str, Container[str]] | None = None, collection: str = "practice") -> Parsed:
    """Read a query string (a multidict, or a dict of lists) as a search of a collection.

    `known` holds the values that a field may have; fields it does not name are not checked. Parameters that are no
    field of the collection are left alone: they are the page's (`page`, `at`, `open`). Never raises: what cannot be
    understood is left out of the search and told as a problem.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in FIELDS[collection]:
        if name not in args:
            continue
        texts = [text for text in _all(args, name) if text.strip()]
        if not texts:
            continue
        if name in SETS:
            values[name], wrong = _read_set(name, texts, (known or {}).get(name))
            problems += wrong
            continue
        text = texts[0].strip()
        try:
            if len(texts) > 1:
                raise _Refused("once")
            if _bad_characters(text):
                raise _Refused("characters")
            values[name] = _READ[name](text)
        except _Refused as refused:
            problems.append(Problem(name, text[:MAX_VALUE], refused.code, refused.parameters))
    problems += _fit_together(values)
    return Parsed(Search(**values), tuple(problems))


def _write(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0")


def to_args(search: Search) -> list[tuple[str, str]]:
    """Return the parameters of a search in canonical order: `parse` of them gives the same search."""
    pairs: list[tuple[str, str]] = [("q", search.q)] if search.q else []
    for name in SETS:
        pairs += [(name, value) for value in getattr(search, name)]
    for name in SINGLES:
        value = getattr(search, name)
        if value is None or value == "":
            continue
        if isinstance(value, tuple):
            pairs.append((name, ",".join(_write(part) for part in value)))
        else:
            pairs.append((name, _write(value) if isinstance(value, float) else str(value)))
    return pairs


class Chip(NamedTuple):
    """One thing asked, in words, and the search without it."""

    field: str
    value: str
    text: str
    search: Search


def say_field(name: str, _: Callable[..., str]) -> str:
    """Return the name of a field in the reader's language; `_` is gettext."""
    return {
        "q": _("Words"),
        "theme": _("Theme"),
        "country": _("Country"),
        "dimension": _("Dimension"),
        "target_group": _("Target group"),
        "programme": _("Programme"),
        "organisation_type": _("Organisation type"),
        "status": _("Status"),
        "project": _("Project"),
        "region": _("Region"),
        "criterion": _("Evaluated criterion"),
        "category": _("Category"),
        "language": _("Language"),
        "year_from": _("From year"),
        "year_to": _("To year"),
        "bbox": _("Map area"),
        "near": _("Near"),
        "within_km": _("Within"),
        "sort": _("Order"),
    }[name]


def in_words(search: Search, label: Callable[[str, str], str], _: Callable[..., str]) -> list[Chip]:
    """Return what is asked as removable chips; `label(field, value)` gives the words of a value, `_` is gettext."""

    def chip(name: str, value: str, words: str, without: Search) -> Chip:
        return Chip(name, value, _("%(field)s: %(value)s", field=say_field(name, _), value=words), without)

    chips = [chip("q", search.q, search.q, search.without("q"))] if search.q else []
    for name in SETS:
        for value in getattr(search, name):
            chips.append(chip(name, value, label(name, value), search.without(name, value)))
    for name in ("year_from", "year_to"):
        if (year := getattr(search, name)) is not None:
            chips.append(chip(name, str(year), str(year), search.without(name)))
    if search.bbox:
        chips.append(Chip("bbox", "", _("In this map area"), search.without("bbox")))
    if search.near:
        value = ",".join(map(_write, search.near))
        point = label("near", value)
        if search.within_km is None:
            words = _("Near %(point)s", point=point)
        else:
            words = _("Within %(km)s km of %(point)s", km=label("within_km", _write(search.within_km)), point=point)
        chips.append(Chip("near", value, words, search.without("near")))
    return chips


def say_problem(problem: Problem, _: Callable[..., str]) -> str:
    """Return what is wrong with a value and what to do, in the reader's language; `_` is gettext."""
    given = dict(problem.parameters)
    if problem.code == "unknown":
        return _("“%(value)s” is not among the choices. It was left out.", value=problem.value)
    sentences = {
        "long": lambda: _("Please use at most %(most)s characters.", **given),
        "many": lambda: _("Please choose at most %(most)s values.", **given),
        "once": lambda: _("Please give this only once."),
        "no_words": lambda: _("Please give at least one letter or digit."),
        "characters": lambda: _("This holds characters that cannot be searched for."),
        "number": lambda: _("Please give a number."),
        "numbers": lambda: _("Please give %(count)s numbers, separated by commas.", **given),
        "range": lambda: _("Please give a number from %(low)s to %(high)s.", **given),
        "year": lambda: _("Please give a year from %(low)s to %(high)s.", **given),
        "south_north": lambda: _("The southern edge lies north of the northern edge."),
        "before": lambda: _("The last year must not be before %(year)s.", **given),
        "needs_near": lambda: _("This needs a place to measure from."),
        "needs_q": lambda: _("This needs words to search for."),
    }
    return sentences[problem.code]()
