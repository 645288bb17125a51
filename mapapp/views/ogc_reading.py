"""The parameters of the OGC API, read strictly: whatever is unknown or malformed is a 400 that names the parameter."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, NoReturn

from flask import g
from werkzeug.datastructures import MultiDict

from .. import cql2, i18n, search
from ..cql2 import making, tree, values
from ..errors import Problem
from ..formats import ogc_collections, ogc_crs, ogc_features, ogc_schema
from ..formats.fields import Collection, Field
from ..formats.ogc_collections import SEARCHED, TIMES, queryable
from . import asked
from .translating import gettext as _

Args = MultiDict[str, str]  # the parameters of a request
LIMIT, LARGEST = 100, 10_000
CONTROLS = ("f", "lang")
PAGING = ("limit", "cursor", "offset")
CHOOSING = ("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")
SHOWING = ("crs", "sortby", "properties", "skipGeometry", "profile")
LANGUAGES = ("cql2-text", "cql2-json")
FIRST, LAST = "time_first", "time_last"  # the days of a record, for `datetime`
_UNSTORED = re.compile("[\\0\ud800-\udfff]")  # what PostgreSQL cannot store and UTF-8 cannot write
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CURSOR = re.compile(r"([ab])([0-9]{1,9})\.([A-Za-z0-9]{1,12})", re.ASCII)


class Cursor(NamedTuple):
    """Where a page begins or ends: the key of a record, its place when the link was made, and which side of it."""

    after: bool
    place: int
    key: str


class Page(NamedTuple):
    """Which part of the records found is asked for."""

    limit: int
    offset: int
    cursor: Cursor | None


class Chosen(NamedTuple):
    """Which records are asked for: a search of the page, a box of degrees, conditions with their systems."""

    search: search.Search
    box: tuple[float, float, float, float] | None
    conditions: tuple[tuple[tree.Expression, ogc_crs.System], ...]


def refuse(name: str, detail: str) -> NoReturn:
    """Raise the Problem of a parameter."""
    raise Problem(400, _("This request cannot be read"), detail, field=name)


def only(args: Args, known: Sequence[str]) -> None:
    """Refuse parameters that are not among `known`, and known ones of our own that are given twice or empty."""
    for name, given in args.lists():
        if name not in known:
            listed = i18n.in_words(sorted(set(known)), g.lang)
            refuse(name[:60], _("There is no parameter “%(name)s” here.", name=name[:60]) + f" ({listed})")
        if any(_UNSTORED.search(one) for one in given):
            refuse(name, _("This holds characters that cannot be searched for."))
        if name not in search.SETS and (len(given) > 1 or not given[0].strip()):
            refuse(name, _("Please give this only once.") if len(given) > 1 else _("This is empty."))


def _one(args: Args, name: str, without: str) -> str:
    return args[name] if name in args else without  # noqa: SIM401 to get what is not there costs an error


def language(args: Args) -> str:
    """Return the language of the texts; words of ours follow it where there are any."""
    given = _one(args, "lang", g.lang)
    if given not in i18n.LANGUAGES and given not in asked.snapshot().columns.fields["language"].place:
        refuse("lang", _("There are no texts in this language."))
    return given


def page(args: Args) -> Page:
    """Return the part asked for; a limit over the largest is the largest."""
    limit = _whole(args, "limit", LIMIT, 1)
    if "cursor" in args and "offset" in args:
        refuse("offset", _("Please give either “offset” or “cursor”."))
    return Page(min(limit, LARGEST), _whole(args, "offset", 0, 0), _cursor(args))


def _whole(args: Args, name: str, without: int, least: int) -> int:
    if name not in args:
        return without
    text = args[name]
    digits = text.lstrip("0") or "0"
    if not (text.isascii() and text.isdigit()) or (len(digits) < 10 and int(digits) < least):
        refuse(name, _("Please give a whole number from %(low)s.", low=least))
    return int(digits[:10])  # larger ones are all the same: more than there is


def _cursor(args: Args) -> Cursor | None:
    if "cursor" not in args:
        return None
    found = _CURSOR.fullmatch(args["cursor"])
    if not found:
        refuse("cursor", _("This is no place that a “next” or “prev” link led to."))
    return Cursor(found[1] == "a", int(found[2]), found[3])


def system(args: Args, name: str) -> ogc_crs.System:
    """Return the reference system that a parameter names; CRS84 without it."""
    if name not in args:
        return ogc_crs.WORLD
    given = args[name]
    if given not in ogc_crs.OFFERED:
        refuse(name, _("This reference system is not offered. Known are: %(names)s.", names=", ".join(ogc_crs.OFFERED)))
    return ogc_crs.OFFERED[given]


def profile(args: Args, form: str) -> str:
    """Return which of `ogc_features.PROFILES` an answer in a form is to follow; an empty text where nobody asks, and
    for forms that have none. What is asked for first counts, of what the form can be."""
    if "profile" not in args:
        return ""
    names = [ogc_features.PROFILE_NAMES.get(one.strip().lower()) for one in args["profile"].split(",")]
    if None in names:
        refuse("profile", _("Known are: %(names)s.", names=", ".join(ogc_features.PROFILES)))
    offered = {"geojson": ogc_features.PROFILES, "jsonfg": ogc_features.PROFILES[1:]}.get(form, ())
    return next((name for name in names if name in offered), next(iter(offered), "")) or ""


def flag(args: Args, name: str) -> bool:
    """Return a parameter that is true or false."""
    given = _one(args, name, "false")
    if given not in ("true", "false"):
        refuse(name, _("Please give true or false."))
    return given == "true"


def properties(args: Args, collection: Collection) -> tuple[Field, ...]:
    """Return the fields to show: those that `properties` names, or all."""
    if "properties" not in args:
        return collection.fields
    fields = {field.name: field for field in collection.fields}
    names = [name.strip() for name in args["properties"].split(",")]
    for name in names:
        if name not in fields:
            refuse("properties", _("There is no property “%(name)s”.", name=name[:60]))
    return tuple(field for field in collection.fields if field.name in names)


def order(args: Args, collection: Collection) -> tuple[tuple[str, bool], ...]:
    """Return (field, descending) of `sortby`."""
    if "sortby" not in args:
        return ()
    sortable = {field.name for field in queryable(collection) if field.kind not in ogc_schema.UNSORTED} | {"id"}
    found: list[tuple[str, bool]] = []
    # A plus sign that was not escaped arrives as a space.
    for part in args["sortby"].split(","):
        name = part.strip().removeprefix("+").removeprefix("-")
        if name not in sortable or name in (one for one, _down in found):
            refuse("sortby", _("Records cannot be sorted by “%(name)s”.", name=part.strip()[:60]))
        found.append((name, part.strip().startswith("-")))
    return tuple(found)


EVERY = Chosen(search.Search(), None, ())


@lru_cache(maxsize=64)
def searched(collection: Collection) -> tuple[str, ...]:
    """Return the parameters of the page's search that a collection takes; its box is the one of the API."""
    if collection.name not in SEARCHED:
        return ()
    return tuple(name for name in search.FIELDS[collection.name] if name != "bbox")


@lru_cache(maxsize=64)
def asked_by_name(collection: Collection) -> dict[str, Field]:
    """Return the queryables that are parameters of their own: those that the page's search does not have."""
    taken = searched(collection)
    return {
        field.name: field for field in queryable(collection) if field.name not in taken and field.kind != "geometry"
    }


@lru_cache(maxsize=64)
def known(collection: Collection) -> tuple[str, ...]:
    """Return the parameters that choose records of a collection."""
    return (*CHOOSING, *searched(collection), "id", *asked_by_name(collection))


def chosen(args: Args, collection: Collection) -> Chosen:
    """Return which records are asked for."""
    if args.keys().isdisjoint(known(collection)):
        return EVERY
    conditions = [(one, ogc_crs.WORLD) for one in _equalities(args, collection)]
    if "datetime" in args and collection.name in TIMES:
        conditions.append((_datetime(args["datetime"]), ogc_crs.WORLD))
    elif "datetime" in args:
        _datetime(args["datetime"])  # records without a time are found at any time
    box, box_system = _box(args)
    if box and not (box_system.srid == 4326 and collection.name in SEARCHED):
        place = tree.Property("geometry")
        inside = making.relation("s_intersects", [place, tree.Box(box)])
        conditions.append((making.logical("or", [making.is_null(place), inside]), box_system))
        box = None
    elif box and box_system.north_first:
        box = (box[1], box[0], box[3], box[2])
    filtered = _filter(args, collection)
    if filtered:
        conditions.append(filtered)
    return Chosen(_search(args, collection), box, tuple(conditions))


def _search(args: Args, collection: Collection) -> search.Search:
    names = searched(collection)
    wanted = MultiDict([(name, value) for name, value in args.items(multi=True) if name in names])
    if not wanted:
        return search.Search()
    parsed = search.parse(wanted, asked.snapshot(collection.name).known, collection.name)
    if parsed.problems:
        first = parsed.problems[0]
        detail = search.say_problem(first, _)
        if first.code == "unknown":
            detail = _("“%(value)s” is no value of “%(name)s”.", value=first.value, name=first.field)
        refuse(first.field, detail)
    return parsed.search


def _equalities(args: Args, collection: Collection) -> list[tree.Expression]:
    fields = asked_by_name(collection)
    found: list[tree.Expression] = []
    for name, given in args.lists():
        if name != "id" and name not in fields:
            continue
        # Fields that another collection's search may name several times stand for one value here.
        if len(given) > 1 or not given[0].strip():
            refuse(name, _("Please give this only once.") if len(given) > 1 else _("This is empty."))
        text = given[0]
        kind = "key" if name == "id" else fields[name].kind
        try:
            value = _literal(kind, text)
        except (cql2.Cql2Error, ValueError):
            refuse(name, _("“%(value)s” is no value of “%(name)s”.", value=text[:60], name=name))
        if kind == "list":
            found.append(making.relation("a_contains", [tree.Property(name), tree.Array((value,))]))
        else:
            found.append(making.comparison("=", tree.Property(name), value))
    return found


def _literal(kind: str, text: str) -> tree.Expression:
    if kind in ("integer", "number"):
        return tree.Literal(values.number(text))
    if kind == "boolean":
        return tree.Literal({"true": True, "false": False}.get(text) is True if text in ("true", "false") else _no())
    if kind == "date":
        return tree.Literal(values.day(text))
    return tree.Literal(values.moment(text) if kind == "timestamp" else text)


def _no() -> NoReturn:
    raise ValueError


def _filter(args: Args, collection: Collection) -> tuple[tree.Expression, ogc_crs.System] | None:
    language, crs = _one(args, "filter-lang", LANGUAGES[0]), system(args, "filter-crs")
    if language not in LANGUAGES:
        refuse("filter-lang", _("Known are: %(names)s.", names=", ".join(LANGUAGES)))
    if "filter" not in args:
        return None
    try:
        node = (cql2.parse_text if language == LANGUAGES[0] else cql2.parse_json)(args["filter"])
        _only_queryables(node, collection)
    except cql2.Cql2Error as error:
        refuse("filter", _("The filter cannot be read: %(reason)s.", reason=str(error)))
    return node, crs


def _only_queryables(node: tree.Expression, collection: Collection) -> None:
    known = ["id", ogc_collections.PRIMARY, *(field.name for field in queryable(collection))]
    if unknown := tree.properties(node).difference(known):
        raise cql2.Cql2Error(f"there is no queryable {min(unknown)[:60]!r}; known are {', '.join(known)}")


def _box(args: Args) -> tuple[tuple[float, float, float, float] | None, ogc_crs.System]:
    crs = system(args, "bbox-crs")
    if "bbox" not in args:
        return None, crs
    try:
        numbers = [values.number(part.strip()) for part in args["bbox"].split(",")]
        heights = numbers[2::3] if len(numbers) == 6 else []
        box = values.box([*numbers[:2], *numbers[3:5]] if heights else numbers).edges
    except cql2.Cql2Error:
        refuse("bbox", _("Please give four or six numbers, separated by commas."))
    west, south, east, north = (box[1], box[0], box[3], box[2]) if crs.north_first else box
    if south > north or (west > east and not crs.degrees) or heights != sorted(heights):
        refuse("bbox", _("The edges are in the wrong order: first the lower corner, then the upper one."))
    if crs.degrees and (max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90):
        refuse("bbox", _("The box lies outside the world."))
    return box, crs


def _datetime(given: str) -> tree.Expression:
    parts = given.split("/")
    if len(parts) > 2:
        refuse("datetime", _("Please give a moment, or two with a slash between."))
    ends = [_moment(part, len(parts) == 2) for part in parts]
    if ends == [None, None]:
        refuse("datetime", _("At least one end must be given."))
    start, end = ends[0], ends[-1]
    if start and end and start[0] > end[1]:
        refuse("datetime", _("The end lies before the start."))
    span = tree.Interval(start and tree.Literal(start[0]), end and tree.Literal(end[1]))
    first, last = tree.Property(FIRST), tree.Property(LAST)
    meets = making.relation("t_intersects", [tree.Interval(first, last), span])
    return making.logical("or", [making.is_null(first), meets])


def _moment(text: str, open_end: bool) -> tuple[datetime, datetime] | None:
    """Return the first and last moment (UTC) of a date or date-time of RFC 3339; None for an open end."""
    if open_end and text in ("", ".."):
        return None
    try:
        if _DATE.fullmatch(text):
            return values.moment(f"{text}T00:00:00Z"), values.moment(f"{text}T23:59:59.999999Z")
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return moment, moment
    except (cql2.Cql2Error, ValueError, OverflowError):
        pass
    refuse("datetime", _("“%(value)s” is no moment such as 2026-03-01T09:30:00Z.", value=text[:40]))
