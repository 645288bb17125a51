"""Context figures of a region in words, and drawn where the source itself gives something to draw against."""

import re
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from flask_babel import gettext as _

from ..queries.regions import Figure

PER_CENT = "per cent"


class Shown(NamedTuple):
    """A figure ready to be shown. `unit_language` is set where the unit could only be given in the source's words;
    `share` is the part of a whole that it is (0 to 1), where it is one; `percent` tells whether that is its unit."""

    indicator: str
    year: str
    value: Decimal
    unit: str
    unit_language: str
    share: float | None
    percent: bool
    source_url: str


class Bars(NamedTuple):
    """Figures of persons of one year and source, which may be drawn side by side; lengths are 0 to 1."""

    year: str
    source_url: str
    rows: list[tuple[Shown, float]]


class Figures(NamedTuple):
    """All figures of a region; `alone` are those that stand for themselves, `bars` those that are drawn together."""

    shown: list[Shown]
    alone: list[Shown]
    bars: list[Bars]


def _unit(unit: str) -> tuple[str, str]:
    """Return a unit in the reader's language, or as it stands with its language."""
    known = {
        "inhabitants": _("inhabitants"),
        "inhabitants (municipality)": _("inhabitants of the municipality"),
        "inhabitants (municipality, approx.)": _("inhabitants of the municipality, about"),
        "inhabitants (GeoNames, populated place)": _("inhabitants of the town itself (GeoNames)"),
        "nationalities resident": _("nationalities among its residents"),
        "persons (June)": _("persons, in June"),
        "persons (approx.)": _("persons, about"),
        PER_CENT: _("per cent"),
    }
    if unit in known:
        return known[unit], ""
    if of := re.fullmatch(r"of (\d+) municipalities \(February\)", unit):
        return _("of %(number)s municipalities, in February", number=of[1]), ""
    return unit, "en"


def _share(figure: Figure) -> float | None:
    if figure.unit == PER_CENT:
        return float(figure.value) / 100
    of = re.match(r"of (\d+) ", figure.unit)
    return float(figure.value) / int(of[1]) if of and int(of[1]) else None


def figures_of(figures: list[Figure]) -> Figures:
    """Return the figures in words; bars only for persons that one source counted in one year."""
    shown = [
        Shown(f.indicator, f.year, f.value, *_unit(f.unit), _share(f), f.unit == PER_CENT, f.source_url)
        for f in figures
    ]
    beside = defaultdict(list)
    for figure, one in zip(figures, shown, strict=True):
        if figure.unit.startswith("persons") and figure.year:
            beside[figure.year, figure.source_url].append(one)
    bars = []
    for (year, source), rows in beside.items():
        most = max(row.value for row in rows)
        if len(rows) > 1 and most > 0:
            bars.append(Bars(year, source, [(row, float(row.value / most)) for row in rows]))
    drawn = [row for chart in bars for row, _length in chart.rows]
    return Figures(shown, [one for one in shown if one not in drawn], bars)
