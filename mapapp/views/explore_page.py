"""Explore as the template sees it: one answer with its cards, filters, chips, pages and addresses."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
from flask import g, request, url_for
from flask_babel import ngettext

from .. import i18n, search
from ..atlas import Answer, Suggestion
from ..atlas.distance import metres
from ..queries.practices import PracticeCard
from . import asked, cards, looking, placing
from .facets import Group, groups, say_value
from .translating import gettext as _
from .wording import absolute

PAGE_SIZE = 20
MOST_PAGES = 100_000


class Sort(NamedTuple):
    """One order of the list: its key, its words, its address, and whether it is the present one."""

    key: str
    words: str
    address: str
    current: bool


class Way(NamedTuple):
    """A way out of an empty answer, in words."""

    words: str
    address: str


class Page(NamedTuple):
    """Everything that Explore shows of one answer."""

    search: search.Search
    answer: Answer
    cards: list[PracticeCard]
    number: int
    pages: int
    chips: list[search.Chip]
    groups: dict[str, Group]
    problems: Mapping[str, tuple[str, ...]]
    typed: Mapping[str, str]
    sorts: list[Sort]
    ways: list[Way]
    query: str  # the search as a query string, without question mark
    distances: dict[int, float]  # kilometres from the point asked for, by id


def query_of(question: search.Search, **more: object) -> str:
    """Return a search as a query string; `more` are parameters of the page, left out when empty."""
    pairs = search.to_args(question) + [(name, str(value)) for name, value in more.items() if value]
    return urlencode(pairs, safe=",")


def address_of(question: search.Search, page: int = 1) -> str:
    """Return the address of Explore for a search and a page of its list."""
    query = query_of(question, page=page if page > 1 else "")
    return asked.below(f"/{g.lang}/?{query}" if query else f"/{g.lang}/")


def alternates(page: "Page") -> list[tuple[str, str]]:
    """Return (language, absolute address) of the same search and page of the list in each language of the site."""
    query = query_of(page.search, page=page.number if page.number > 1 else "")
    return [(lang, absolute(asked.below(f"/{lang}/?{query}" if query else f"/{lang}/"))) for lang in i18n.LANGUAGES]


def read_problems(found: tuple[search.Problem, ...]) -> dict[str, tuple[str, ...]]:
    """Return what could not be understood, in words, by field."""
    said: dict[str, tuple[str, ...]] = {}
    for problem in found:
        said[problem.field] = (*said.get(problem.field, ()), search.say_problem(problem, _))
    return said


def _page_number(pages: int, problems: dict[str, tuple[str, ...]]) -> int:
    text = request.args.get("page", "").strip()
    if not text:
        return 1
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if 1 <= number <= pages:
        return number
    sentence = ngettext(
        "There is %(count)s page.", "There are pages 1 to %(count)s.", pages, count=i18n.number(pages, g.lang)
    )
    problems["page"] = (sentence,)
    return min(max(number, 1), pages)


def _sorts(question: search.Search) -> list[Sort]:
    words = {
        "relevance": _("Best match"),
        "newest": _("Newest first"),
        "title": _("By title"),
        "distance": _("Nearest first"),
        "confirmed": _("Last confirmed"),
    }
    possible = [
        key for key in search.SORTS if (key != "relevance" or question.q) and (key != "distance" or question.near)
    ]
    usual = question.with_(sort="").order
    return [
        Sort(key, words[key], address_of(question.with_(sort="" if key == usual else key)), key == question.order)
        for key in possible
    ]


def ways(answer: Answer, address: Callable[[search.Search], str] = address_of) -> list[Way]:
    """Return the ways out of an empty answer; `address` gives the address of the search that each leads to."""
    found = []
    for way in answer.rescue:
        name = _("Years") if way.field == "year" else search.say_field(way.field, _)
        dropped = _("%(field)s: %(value)s", field=name, value=say_value(way.field, way.value)) if way.value else name
        words = ngettext(
            "Without %(filter)s there is %(count)s.",
            "Without %(filter)s there are %(count)s.",
            way.count,
            filter=dropped,
            count=i18n.number(way.count, g.lang),
        )
        found.append(Way(words, address(way.search)))
    return found


def _distances(listed: list[PracticeCard], near: tuple[float, float] | None) -> dict[int, float]:
    placed = [card for card in listed if near and card.lat is not None and card.lon is not None]
    if not near or not placed:
        return {}
    found = metres(*near, np.array([card.lat for card in placed]), np.array([card.lon for card in placed]))
    return {card.id: distance / 1000 for card, distance in zip(placed, found.tolist(), strict=True)}


def compose(answer: Answer, problems: dict[str, tuple[str, ...]], lang: str) -> Page:
    """Return the page of an answer; reads the cards of one page of the list."""
    question = answer.search
    pages = max(1, -(-answer.total // PAGE_SIZE))
    number = _page_number(pages, problems)
    ids = answer.ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    listed = cards.read(ids, lang)
    return Page(
        search=question,
        answer=answer,
        cards=listed,
        number=number,
        pages=pages,
        chips=search.in_words(question, placing.say, _),
        groups=groups(answer, problems),
        problems=problems,
        typed={name: request.args.get(name, "")[: search.MAX_VALUE] for name in ("q", *search.SINGLES)},
        sorts=_sorts(question),
        ways=ways(answer),
        query=query_of(question),
        distances=_distances(listed, question.near),
    )


def title_of(page: Page, lang: str) -> str:
    """Return the title of the page: what is asked, or what the page is for."""
    if not page.chips:
        return _("Explore practices")
    return i18n.in_words([chip.text for chip in page.chips], lang)


class Offered(NamedTuple):
    """A suggestion as the list shows it."""

    words: str
    detail: str
    icon: str
    address: str
    count: int | None  # type: ignore[assignment]  # tuple.count is of no use here


def _offered(one: Suggestion) -> Offered:
    icons = {"practice": "document", "place": "location-address", "partner": "handshake", "region": "region"}
    icon = icons.get(one.kind, "globe" if one.kind == "country" else "filter")
    if one.kind == "theme":
        icon = looking.theme_icon(one.args[0][1])
    if one.kind == "practice":
        address = url_for("practices.detail", slug=one.slug)
    elif one.kind == "partner":
        address = url_for("regions.detail", slug=one.slug)
    else:
        address = f"{url_for('explore.index')}?{urlencode(one.args, safe=',')}"
    return Offered(one.text, one.detail, icon, address, one.n)


def grouped(found: list[Suggestion]) -> list[tuple[str, list[Offered]]]:
    """Return suggestions under headings, in the order in which they came."""
    titles = {"practice": _("Practices"), "place": _("Around a place"), "partner": _("Partner regions")}
    groups: dict[str, list[Offered]] = {}
    for one in found:
        title = titles.get(one.kind) or search.say_field(one.kind, _)
        groups.setdefault(title, []).append(_offered(one))
    return list(groups.items())
