"""Periods between partial dates: in words, and as bars on an axis of years. What is not known is not drawn as known."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _

from ..dates import parse_partial_date, say_date


class Tick(NamedTuple):
    """A year on the axis; `at` in per cent of its length."""

    year: int
    at: float


class Axis(NamedTuple):
    """Whole years from the first day of `first` to the last day of `last`."""

    first: int
    last: int

    def place(self, day: date) -> float:
        """Return where a day lies, in per cent of the axis."""
        start, end = date(self.first, 1, 1), date(self.last + 1, 1, 1)
        return round(100 * (day - start).days / (end - start).days, 2)

    def ticks(self, most: int = 8) -> list[Tick]:
        """Return the beginnings of years, not more than fit."""
        step = 1 + (self.last - self.first) // most
        return [Tick(year, self.place(date(year, 1, 1))) for year in range(self.first, self.last + 1, step)]


class Bar(NamedTuple):
    """A period on an axis, in per cent: the span it may cover, and the part of it that it surely covers."""

    start: float
    width: float
    sure_start: float
    sure_width: float
    open_end: bool


def axis_of(texts: Iterable[str | None]) -> Axis | None:
    """Return the axis that holds all partial dates, or None when there is none."""
    years = [parse_partial_date(text).year for text in texts if text]
    return Axis(min(years), max(years)) if years else None


def bar(axis: Axis, start: str | None, end: str | None) -> Bar | None:
    """Return the bar of a period; None without a start. Without an end it is open: only the start is sure."""
    if not start:
        return None
    begins = parse_partial_date(start)
    left, sure_left = axis.place(begins.first_day()), axis.place(begins.last_day())
    if not end:
        return Bar(left, round(100 - left, 2), sure_left, 0.0, True)
    ends = parse_partial_date(end)
    right, sure_right = axis.place(ends.last_day()), axis.place(ends.first_day())
    return Bar(left, round(right - left, 2), sure_left, round(max(0.0, sure_right - sure_left), 2), False)


def in_words(start: str | None, end: str | None, lang: str) -> str:
    """Return a period as precisely as its source has it: October 2016 – 2019, from 2017, until March 2020."""
    if start and end:
        first, last = say_date(start, lang), say_date(end, lang)
        return first if first == last else f"{first} – {last}"
    if start:
        return _("from %(date)s, end not stated", date=say_date(start, lang))
    return _("until %(date)s, start not stated", date=say_date(end, lang)) if end else ""
