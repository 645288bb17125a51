"""Projects: the list on a common time axis, and one project with its partners, practices, events and press."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from babel.numbers import format_currency
from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from .. import i18n
from ..dates import parse_partial_date
from ..errors import Problem
from ..folding import fold
from ..queries import practices, projects, regions
from ..search import Search
from . import asked, narrowing, periods
from .explore_page import address_of
from .wording import label

blueprint = Blueprint("projects", __name__)

ROLES = ("lead", "partner", "pilot", "associated", "technical", "advisory")
DIMENSIONS = ("equality", "diversity", "interaction")
FIRST = 6  # practices shown on a project's page; the search behind the link shows them all


class Line(NamedTuple):
    """A project on the common axis; `bar` is None where no source gives a start."""

    row: projects.ListedProject
    bar: periods.Bar | None


class Mark(NamedTuple):
    """An event on the axis of its project; `at` in per cent."""

    at: float
    event: regions.ListedEvent


def _euro(value: Decimal, lang: str) -> str:
    """Return an amount in euro; cents only where there are any."""
    cents = value != value.to_integral_value()
    pattern = i18n.locale(lang).currency_formats["standard"].pattern
    shape = None if cents else pattern.replace(".00", "")
    return format_currency(value, "EUR", format=shape, locale=i18n.locale(lang), currency_digits=cents)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "address_of": address_of,
        "format_period": lambda start, end: periods.in_words(start, end, g.lang),
        "format_euro": lambda value: _euro(value, g.lang),
    }


@blueprint.get("/<lang:lang>/projects")
def index(lang: str) -> tuple[str, int]:
    """The list of projects, narrowed by words, programme, theme and country."""
    rows = projects.listed(asked.connection(), lang)
    unknown = _("Not stated")
    choices = (
        narrowing.choice(
            request.args,
            "programme",
            _("Programme"),
            (r.programme or "-" for r in rows),
            lambda v: unknown if v == "-" else v,
        ),
        narrowing.choice(
            request.args, "theme", _("Theme"), (t for r in rows for t in r.themes), lambda v: label("theme", v)
        ),
        narrowing.choice(
            request.args,
            "country",
            _("Country"),
            (c for r in rows for c in r.countries),
            lambda c: i18n.country_name(c, lang),
        ),
    )
    words = narrowing.words(request.args)
    programme, theme, country = (one.chosen for one in choices)
    wanted = fold(words.text).split()
    found = [
        row
        for row in rows
        if programme in ("", row.programme or "-")
        and (not theme or theme in row.themes)
        and (not country or country in row.countries)
        and all(word in fold(f"{row.acronym or ''} {row.title} {row.lead_partner or ''}") for word in wanted)
    ]
    axis = periods.axis_of([text for row in found for text in (row.start_date, row.end_date)])
    lines = [Line(row, periods.bar(axis, row.start_date, row.end_date) if axis else None) for row in found]
    page = render_template(
        "projects/index.html",
        lines=lines,
        axis=axis,
        choices=choices,
        words=words,
        narrowed=bool(words.text or programme or theme or country),
    )
    return page, narrowing.status(words, *choices)


@blueprint.get("/<lang:lang>/projects/<slug>")
def detail(lang: str, slug: str) -> str:
    """One project: period, money, aims, partners, practices, events, press."""
    connection = asked.connection()
    project = projects.find(connection, slug, lang)
    if project is None:
        raise Problem(
            404,
            _("There is no such project"),
            _("The address may be mistyped, or the record has moved."),
            _("Look for it in the list of projects."),
        )
    search = Search(project=(slug,))
    answer = asked.snapshot().answer(connection, search, lang)
    partners = projects.partners(connection, project.id, lang)
    events = regions.events_of_project(connection, project.id, lang)
    axis = periods.axis_of([project.start_date, project.end_date, *(event.date for event in events)])
    marks = [
        Mark(axis.place(parse_partial_date(event.date).first_day()), event) for event in events if event.date and axis
    ]
    return render_template(
        "projects/detail.html",
        project=project,
        search=search,
        answer=answer,
        practices=practices.cards(connection, answer.ids[:FIRST], lang),
        partners=partners,
        roles=[
            (role, [p for p in partners if p.role == role]) for role in ROLES if any(p.role == role for p in partners)
        ],
        countries=sorted(i18n.country_name(code, lang) for code in {p.country for p in partners}),
        dimensions=_dimensions(project, lang),
        events=events,
        nearby=_local_meetings(partners, events, lang),
        press=projects.press(connection, project.id),
        axis=axis,
        bar=periods.bar(axis, project.start_date, project.end_date) if axis else None,
        marks=marks,
    )


class Dimension(NamedTuple):
    """A dimension of the intercultural approach that a project names, and the practices behind it."""

    key: str
    search: Search
    total: int


def _dimensions(project: projects.ProjectPage, lang: str) -> list[Dimension]:
    """Return the dimensions that the project's aims name, each with the search for its practices.

    The keys are English words, so the English text is read: a page says the same in every language.
    """
    said = fold(project.aims_in_english or "")
    named = [key for key in DIMENSIONS if re.search(rf"\b{key}\b", said)]
    # One word alone ("interaction") is everyday language; together they are the intercultural approach.
    if len(named) < len(DIMENSIONS):
        return []
    searches = {key: Search(dimension=(key,)) for key in named}
    snapshot = asked.snapshot()
    return [Dimension(k, s, snapshot.answer(asked.connection(), s, lang).total) for k, s in searches.items()]


def _local_meetings(
    partners: list[projects.Partner],
    events: list[regions.ListedEvent],
    lang: str,
) -> list[regions.ListedEvent]:
    """Return the events around a project of one region only that belong to no project: its neighbours' meetings."""
    if len({partner.slug for partner in partners}) != 1:
        return []
    region = regions.find(asked.connection(), partners[0].slug, lang)
    if region is None:
        return []
    own = {event.slug for event in events}
    around = regions.events_in(asked.connection(), region, lang)
    return [event for event in around if event.slug not in own and event.project is None]
