"""Dates as precise as their source: a year, a month or a day. Read, compared, and said in a reader's language."""

import calendar
import re
from datetime import date
from typing import NamedTuple

from babel.dates import format_date, format_skeleton

from .i18n import locale

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class PartialDate(NamedTuple):
    """A year, a month of a year, or a day. `str()` gives 2016, 2016-10 or 2016-10-14."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        return "-".join([f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)])

    def first_day(self) -> date:
        """Return the earliest day that this date can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last_day(self) -> date:
        """Return the latest day that this date can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


def parse_partial_date(text: str) -> PartialDate:
    """Return the date that YYYY, YYYY-MM or YYYY-MM-DD writes; raise ValueError when it writes none."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError(f"'{text}' is not a date such as 2016, 2016-10 or 2016-10-14")
    found = PartialDate(*(int(part) if part else None for part in shape.groups()))  # type: ignore[arg-type]
    try:
        found.first_day()
    except ValueError:
        raise ValueError(f"'{text}' is not a day of the calendar") from None
    return found


def ends_before(end: PartialDate, start: PartialDate) -> bool:
    """Tell whether `end` is surely earlier than `start`, however each is completed."""
    return end.last_day() < start.first_day()


def say_date(text: str, lang: str) -> str:
    """Return a stored partial date in words: "2016", "October 2016", "14 October 2016" in the language given."""
    found = parse_partial_date(text)
    if found.month is None:
        return str(found.year)
    if found.day is None:
        return format_skeleton("yMMMM", found.first_day(), locale=locale(lang))
    return format_date(found.first_day(), "long", locale=locale(lang))
