"""The interface's languages, and names, numbers and dates as a reader of one of them expects them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_skeleton, format_time, format_timedelta, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.routing import BaseConverter

LANGUAGES = ("en", "de", "it")  # the first is the one a visitor gets who asks for none of them
# As these are written here: the day before the month, no comma before the last "and"; Portugal's Portuguese.
WRITTEN_AS = {"en": "en_GB", "pt": "pt_PT"}
_BLANK = "\0"  # stands for an item while a list is taken apart
ZONED = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class LanguageConverter(BaseConverter):
    """The language at the start of every page's address; anything else there is no page."""

    regex = "|".join(LANGUAGES)


@lru_cache(maxsize=256)
def choose_language(accepted: str) -> str:
    """Return the interface language that fits a browser's Accept-Language best; de-AT is met by de."""
    given = parse_accept_header(accepted, LanguageAccept)
    wanted = (tag.lower().split("-")[0] for tag, quality in given if quality > 0)
    return next((lang for lang in wanted if lang in LANGUAGES), LANGUAGES[0])


@lru_cache(maxsize=64)
def locale(lang: str) -> Locale:
    """Return the Babel locale of a language tag; English where Babel does not know the tag."""
    try:
        return Locale.parse(WRITTEN_AS.get(lang, lang.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(WRITTEN_AS["en"])


def country_name(code: str | None, lang: str) -> str:
    """Return the name of an ISO 3166-1 country, or the code where Babel has none."""
    return locale(lang).territories.get(code or "", code or "")


def language_name(code: str, lang: str) -> str:
    """Return the name of a language, written as in running text of `lang`."""
    found = locale(lang).languages.get(code.replace("-", "_")) or locale(lang).languages.get(code.split("-")[0])
    return found or code


def own_name(code: str) -> str:
    """Return a language's name in itself, with a capital: Deutsch, English, Italiano."""
    name = language_name(code, code)
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=4096)
def number(value: float, lang: str) -> str:
    """Return a number with the separators of the language; kept, because a page says hundreds of small ones."""
    return format_decimal(value, locale=locale(lang))


def percent(value: Decimal, lang: str) -> str:
    """Return a number of hundredths, as exact as it is, with the sign of the language: 12.6%, 12,6 %."""
    return format_percent(value / 100, locale=locale(lang), decimal_quantization=False)


def day(value: date | datetime | None, lang: str) -> str:
    """Return a date in words of the language, or an empty string."""
    return babel_date(value, format="long", locale=locale(lang)) if value else ""


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Return the names of the time zones of the world (IANA), those named after a place, and UTC."""
    return (*sorted(name for name in available_timezones() if name.startswith(ZONED)), "UTC")


def moment(value: datetime | None, lang: str) -> str:
    """Return a day and a time of day in words of the language, with the short name of its time zone, or nothing."""
    if value is None:
        return ""
    spoken = locale(lang)
    zone = value.tzname() or ""
    if zone.isalpha() and (said := get_timezone_name(value, "short", locale=spoken)).isalpha():
        zone = said  # MEZ rather than CET; most zones have a short name in their own corner of the world only
    time = format_time(value, "short", tzinfo=value.tzinfo, locale=spoken)
    return f"{day(value, lang)}, {time} {'UTC' if zone[:1] in '+-' else ''}{zone}"


def weekdays(lang: str) -> list[str]:
    """Return the names of the days of the week, Monday first."""
    names = locale(lang).days["stand-alone"]["wide"]
    return [names[day] for day in range(7)]


def month(value: date, lang: str) -> str:
    """Return the month of a date in words of the language: November 2026."""
    return format_skeleton("yMMMM", datetime(value.year, value.month, 1), locale=locale(lang))


def span(value: timedelta | None, lang: str) -> str:
    """Return how long something took in words of the language, as exact as it is of use: 3 hours, 2 days."""
    return format_timedelta(value, threshold=1.5, locale=locale(lang)) if value is not None else ""


def direction(lang: str) -> str:
    """Return the direction of writing of a language, for the `dir` attribute."""
    return "rtl" if lang.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=256)
def _joints(count: int, lang: str) -> tuple[str, ...]:
    """Return what stands before, between and after the items of a list of `count`."""
    return tuple(format_list([_BLANK] * count, locale=locale(lang)).split(_BLANK))


def in_words(items: Iterable[str], lang: str) -> str:
    """Return a list as a sentence of the language would join it: a, b and c."""
    listed = list(items)
    before, *joints = _joints(len(listed), lang)
    return before + "".join(item + after for item, after in zip(listed, joints, strict=True))


def joint(number: int, count: int, lang: str) -> str:
    """Return what stands after the item `number` (from 1) of a list of `count`: a comma, "and", nothing at the end."""
    return _joints(count, lang)[number]
