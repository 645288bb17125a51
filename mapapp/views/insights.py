"""Insights: what there is and where the gaps are, as charts that are tables, each with its CSV."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _

from .. import i18n
from ..atlas import Answer
from ..formats import tables
from ..queries import insights
from ..search import Search
from . import asked
from .explore_page import address_of
from .facets import say_value

blueprint = Blueprint("insights", __name__)

HEAT_STEPS = (1, 2, 3, 5, 8)  # from how many practices a cell is one step darker


class Cell(NamedTuple):
    """A theme in a country: how many practices, how dark (0 for a gap), and the search behind it."""

    theme: str
    number: int
    heat: int
    address: str


class Row(NamedTuple):
    """A country of the heat table with all its practices and its cells in the order of the themes."""

    country: str
    name: str
    total: int
    address: str
    cells: list[Cell]


class Heat(NamedTuple):
    """Themes by countries. `themes` are (key, label, number of practices, address)."""

    themes: list[tuple[str, str, int, str]]
    rows: list[Row]


class Bar(NamedTuple):
    """One bar: what it counts, how long it is in per cent of the longest (or of the whole), and its search."""

    key: str
    words: str
    number: int
    length: float
    address: str


class Year(NamedTuple):
    """One column of the chart of years: its place, height and width in per cent."""

    year: int
    number: int
    at: float
    width: float
    height: float


class Years(NamedTuple):
    """Practices by start year, every year of the span, and how many whose sources name none."""

    columns: list[Year]
    unknown: int


def _ask(search: Search, lang: str) -> Answer:
    return asked.snapshot().answer(asked.connection(), search, lang)


def _counts(field: str, lang: str) -> list[tuple[str, int]]:
    """Return the values of a field with the number of practices that a search for each finds."""
    return [(option.value, option.count) for option in _ask(Search(), lang).facets[field]]


def heat(lang: str) -> Heat:
    """Return themes by countries: each row is the facet of one theme's answer, so a cell is what its search finds."""
    themes = sorted(_counts("theme", lang), key=lambda one: -one[1])
    by_theme = {
        key: {o.value: o.count for o in _ask(Search(theme=(key,)), lang).facets["country"]} for key, _n in themes
    }
    rows = []
    for country, total in _counts("country", lang):
        cells = []
        for key, _n in themes:
            number = by_theme[key].get(country, 0)
            address = address_of(Search(theme=(key,), country=(country,)))
            cells.append(Cell(key, number, sum(number >= step for step in HEAT_STEPS), address))
        name = i18n.country_name(country, lang)
        rows.append(Row(country, name, total, address_of(Search(country=(country,))), cells))
    rows.sort(key=lambda row: (-row.total, row.name))
    return Heat(
        [(key, say_value("theme", key), number, address_of(Search(theme=(key,)))) for key, number in themes], rows
    )


def bars(field: str, lang: str, of_all: bool = False) -> list[Bar]:
    """Return the values of a field as bars; as parts of all practices, or of the most frequent value."""
    counted = _counts(field, lang)
    most = _ask(Search(), lang).total if of_all else max((number for _value, number in counted), default=0)
    return [
        Bar(
            value,
            say_value(field, value),
            number,
            round(100 * number / most, 1) if most else 0,
            address_of(Search().with_(**{field: [value]})),
        )
        for value, number in counted
    ]


def with_any(field: str, lang: str) -> int:
    """Return how many practices have any value of a field."""
    values = [value for value, _number in _counts(field, lang)]
    return _ask(Search().with_(**{field: values}), lang).total if values else 0


def years() -> Years:
    """Return the practices by start year."""
    counted = insights.start_years(asked.connection())
    known = {one.year: one.number for one in counted if one.year is not None}
    unknown = sum(one.number for one in counted if one.year is None)
    if not known:
        return Years([], unknown)
    span, most = range(min(known), max(known) + 1), max(known.values())
    width = 100 / len(span)
    columns = [
        Year(
            year,
            known.get(year, 0),
            round(place * width, 3),
            round(width * 0.8, 3),
            round(100 * known.get(year, 0) / most, 2),
        )
        for place, year in enumerate(span)
    ]
    return Years(columns, unknown)


@blueprint.get("/<lang:lang>/insights")
def index(lang: str) -> str:
    """All charts on one page."""
    everything = _ask(Search(), lang)
    return render_template(
        "insights/index.html",
        total=everything.total,
        countries=everything.countries,
        heat=heat(lang),
        programmes=bars("programme", lang),
        with_programme=with_any("programme", lang),
        target_groups=bars("target_group", lang),
        criteria=bars("criterion", lang, of_all=True),
        evaluated=with_any("criterion", lang),
        years=years(),
        freshness=insights.freshness(asked.connection()),
        address_of=address_of,
        searches={"confirmed": Search(sort="confirmed")},
    )


class Table(NamedTuple):
    """A chart as numbers."""

    header: list[str]
    rows: list[list[Any]]


def _heat_table(lang: str) -> Table:
    table = heat(lang)
    header = [_("Country"), _("Code"), _("All practices"), *(words for _key, words, _n, _address in table.themes)]
    return Table(header, [[row.name, row.country, row.total, *(c.number for c in row.cells)] for row in table.rows])


def _bar_table(field: str, title: Callable[[], str]) -> Callable[[str], Table]:
    def table(lang: str) -> Table:
        header = [title(), _("Key"), _("Practices")]
        return Table(header, [[bar.words, bar.key, bar.number] for bar in bars(field, lang)])

    return table


def _year_table(_lang: str) -> Table:
    found = years()
    rows: list[list[Any]] = [[column.year, column.number] for column in found.columns]
    return Table([_("Start year"), _("Practices")], [*rows, [_("not stated"), found.unknown]])


def _freshness_table(_lang: str) -> Table:
    found = insights.freshness(asked.connection())
    rows = [[_("confirmed by their owners"), found.confirmed], [_("not yet confirmed"), found.total - found.confirmed]]
    return Table([_("State"), _("Practices")], rows)


TABLES: dict[str, Callable[[str], Table]] = {
    "themes-by-country": _heat_table,
    "programmes": _bar_table("programme", lambda: _("Programme")),
    "target-groups": _bar_table("target_group", lambda: _("Target group")),
    "criteria": _bar_table("criterion", lambda: _("Criterion")),
    "start-years": _year_table,
    "freshness": _freshness_table,
}


@blueprint.get("/<lang:lang>/insights/<name>.csv")
def table(lang: str, name: str) -> Response:
    """The numbers of one chart as a file."""
    if name not in TABLES:
        abort(404)
    made = TABLES[name](lang)
    response = Response(tables.as_csv(made.header, made.rows), content_type=tables.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="practice-atlas-{name}.csv"'
    return response
