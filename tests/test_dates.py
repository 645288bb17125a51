"""Partial dates: read as written, compared without guessing, said in the reader's language."""

import calendar
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp import i18n
from mapapp.dates import PartialDate, ends_before, parse_partial_date, say_date

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
PARTIAL = st.builds(lambda day, parts: PartialDate(*(day.year, day.month, day.day)[:parts]), DAYS, st.integers(1, 3))


@given(PARTIAL)
def test_what_is_written_is_read_again(partial):
    assert parse_partial_date(str(partial)) == partial
    assert partial.first_day() <= partial.last_day()


@given(st.text(max_size=12))
def test_nothing_is_read_as_something_else(words):
    with suppress(ValueError):
        assert str(parse_partial_date(words)) == words


@pytest.mark.parametrize(
    "words", ["", "16", "2016-1", "2016-13", "2016-02-30", "2016-10-14T00:00", "14.10.2016", "٢٠١٦"]
)
def test_these_are_no_dates(words):
    with pytest.raises(ValueError, match="is not a da"):
        parse_partial_date(words)


@pytest.mark.parametrize(
    ("words", "locale", "said"),
    [
        ("2016", "de", "2016"),
        ("2016-10", "en", "October 2016"),
        ("2016-10", "de", "Oktober 2016"),
        ("2016-10", "it", "ottobre 2016"),
        ("2016-10-14", "en", "14 October 2016"),
        ("2016-10-14", "de", "14. Oktober 2016"),
        ("2016-10-14", "it", "14 ottobre 2016"),
        ("2016-10-14", "pt", "14 de outubro de 2016"),
    ],
)
def test_dates_are_said_as_precisely_as_they_are_known(words, locale, said):
    assert say_date(words, locale) == said


@pytest.mark.parametrize(
    ("lang", "day", "moment"),
    [
        ("en", "23 November 2026", "23 November 2026, 14:05 UTC"),
        ("de", "23. November 2026", "23. November 2026, 14:05 UTC"),
        ("it", "23 novembre 2026", "23 novembre 2026, 14:05 UTC"),
    ],
)
def test_days_and_moments_are_said_as_europe_says_them(lang, day, moment):
    at = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert (i18n.day(at, lang), i18n.day(at.date(), lang), i18n.moment(at, lang)) == (day, day, moment)
    assert i18n.own_name(lang) in ("English", "Deutsch", "Italiano")
    assert i18n.weekdays(lang)[0] in ("Monday", "Montag", "lunedì")


@given(PARTIAL, PARTIAL)
def test_an_end_is_before_a_start_only_when_every_reading_says_so(end, start):
    assert ends_before(end, start) == (end.last_day() < start.first_day())
    if end.year == start.year and (end.month is None or start.month is None):
        assert not ends_before(end, start)


def test_a_month_ends_on_its_last_day():
    assert PartialDate(2024, 2).last_day() == date(2024, 2, calendar.monthrange(2024, 2)[1])
