"""Services for newcomers: the list of a search, near a place where asked, and one service."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from .. import i18n, search
from ..atlas import Answer
from ..errors import Problem
from ..queries import gazetteer, services
from . import asked, former, openness, placing
from .explore_page import read_problems
from .facets import say_value

blueprint = Blueprint("services", __name__)

PAGE_SIZE = 24
RADII = (5, 10, 25, 50, 100)  # kilometres
MAX_PLACE = 100  # characters
SORTS = ("relevance", "distance", "title", "confirmed")


class Option(NamedTuple):
    """One value of a field: its words, how many services choosing it would find, and whether it is chosen."""

    value: str
    words: str
    number: int
    chosen: bool


class Near(NamedTuple):
    """Where distances are measured from: as typed, as found, and other places of the same name with their addresses."""

    typed: str
    name: str
    others: list[tuple[str, str]]
    problem: str


class Chip(NamedTuple):
    """One thing asked, in words, and the address without it."""

    words: str
    address: str


def address_of(question: search.Search, page: int = 1, place: str = "", open_now: bool = False) -> str:
    """Return the address of the list for a search; `place` stands for `near` where a name was typed."""
    pairs = search.to_args(question)
    if place:
        pairs = [(name, value) for name, value in pairs if name != "near"] + [("place", place)]
    pairs += [("open_now", "1")] * open_now + [("page", str(page))] * (page > 1)
    asked_for = urlencode(pairs, safe=",")
    return url_for("services.index") + (f"?{asked_for}" if asked_for else "")


def _say_place(found: gazetteer.Found) -> str:
    return f"{found.name}, {say_value('country', found.country)}"


def _read_place(args: MultiDict[str, str], lang: str) -> Near:
    """Put the point of the place typed into `args`; without one the point of the address stays."""
    typed = " ".join(args.get("place", "").replace("\0", " ").split())[:MAX_PLACE]
    if not typed:
        return Near("", "", [], "")
    found = gazetteer.named(asked.connection(), typed, lang)
    args.poplist("near")
    if not found:
        args.poplist("within_km")
        if args.get("sort") == "distance":
            args.poplist("sort")
        return Near(
            typed, "", [], _("No place of this name was found. Check the spelling, or try a larger town nearby.")
        )
    args["near"] = f"{found[0].latitude:.4f},{found[0].longitude:.4f}"
    others = []
    for other in found[1:]:
        point = f"{other.latitude:.4f},{other.longitude:.4f}"
        others.append((_say_place(other), point))
    return Near(typed, _say_place(found[0]), others, "")


def _page_number(pages: int, problems: dict[str, tuple[str, ...]]) -> int:
    text = request.args.get("page", "1").strip() or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not 1 <= number <= pages:
        problems["page"] = (
            ngettext(
                "There is %(count)s page.",
                "There are pages 1 to %(count)s.",
                pages,
                count=i18n.number(pages, g.lang),
            ),
        )
    return min(max(number, 1), pages)


def _options(field: str, answer: Answer) -> list[Option]:
    chosen = getattr(answer.search, field)
    counted = answer.facets[field]
    found = [Option(one.value, say_value(field, one.value), one.count, one.value in chosen) for one in counted]
    if field == "category":  # a fixed order: people look for the icon where it was
        place = asked.snapshot("service").columns.fields["category"].place
        return sorted(found, key=lambda option: place.get(option.value, len(place)))
    return [option for option in found if option.number or option.chosen]


def _chips(question: search.Search, near: Near) -> list[Chip]:
    def words(field: str, value: str) -> str:
        return near.name if field == "near" and near.name else placing.say(field, value)

    return [
        Chip(chip.text, address_of(chip.search, place=near.typed if question.near and chip.field != "near" else ""))
        for chip in search.in_words(question, words, _)
    ]


@blueprint.get("/<lang:lang>/services")
def index(lang: str) -> tuple[str, int]:
    """The services of a search."""
    args = request.args.copy()
    near = _read_place(args, lang)
    connection, snapshot = asked.connection(), asked.snapshot("service")
    known = dict(snapshot.known) | {name: snapshot.columns.fields[name].place for name in ("country", "language")}
    parsed = search.parse(args, known, "service")
    problems = read_problems(parsed.problems)
    answer = snapshot.answer(connection, parsed.search, lang)
    hours_known = services.has_opening_hours(connection)
    ids, open_now = answer.ids, hours_known and request.args.get("open_now") == "1"
    if open_now:
        g.pop("etag", None)  # true for a minute only: neither kept here nor by the browser
        ids = openness.open_ids(connection, ids)
    total = len(ids)
    pages = max(1, -(-total // PAGE_SIZE))
    number = _page_number(pages, problems)
    place = near.typed if near.name else ""
    page = render_template(
        "services/index.html",
        search=parsed.search,
        answer=answer,
        total=total,
        rows=services.by_ids(
            connection, ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE].tolist(), lang, parsed.search.near
        ),
        number=number,
        pages=pages,
        page_address=lambda page: address_of(parsed.search, page, place, open_now),
        options={field: _options(field, answer) for field in ("category", "language", "country")},
        chips=_chips(parsed.search, near),
        problems=problems,
        typed={name: args.get(name, "")[: search.MAX_VALUE] for name in ("q", "near", "within_km", "sort")},
        near=near,
        other_places=[(name, address_of(parsed.search.with_(near=_point(point)))) for name, point in near.others],
        radii=RADII,
        sorts=_sorts(parsed.search),
        hours_known=hours_known,
        open_now=open_now,
        keep=_kept(parsed.search, place, open_now),
        file_query=urlencode(search.to_args(parsed.search), safe=","),
        rescue=[(way, address_of(way.search, place="" if way.field == "near" else place)) for way in answer.rescue],
    )
    return page, 400 if problems else 200


def _kept(question: search.Search, place: str, open_now: bool) -> list[tuple[str, str]]:
    """Return what the form of the order must send along."""
    pairs = [(name, value) for name, value in search.to_args(question) if name != "sort"]
    if place:
        pairs = [(name, value) for name, value in pairs if name != "near"] + [("place", place)]
    return pairs + [("open_now", "1")] * open_now


def _point(text: str) -> tuple[float, float]:
    latitude, longitude = text.split(",")
    return float(latitude), float(longitude)


def _sorts(question: search.Search) -> list[tuple[str, str, bool]]:
    words = {
        "relevance": _("Best match"),
        "distance": _("Nearest first"),
        "title": _("By name"),
        "confirmed": _("Last confirmed"),
    }
    usable = [key for key in SORTS if (key != "relevance" or question.q) and (key != "distance" or question.near)]
    return [(key, words[key], key == question.order) for key in usable]


@blueprint.get("/<lang:lang>/services/<slug>")
def detail(lang: str, slug: str) -> str | Response:
    """One service: how to get there and who may come."""
    service = services.find(asked.connection(), slug, lang)
    if service is None:
        unknown = Problem(
            404,
            _("There is no such service"),
            _("The address may be mistyped, or the record has moved."),
            _("Look for it in the list of services."),
        )
        return former.answer("service", slug, lang, unknown)
    return render_template("services/detail.html", service=service, days=openness.week(service.opening_hours, lang))


def say_languages(codes: Iterable[str]) -> str:
    """Return languages (BCP 47) by their names, as a sentence joins them."""
    return i18n.in_words([i18n.language_name(code, g.lang) for code in codes], g.lang)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "say_languages": say_languages,
        "say_field": lambda name: search.say_field(name, _),
    }
