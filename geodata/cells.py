"""What may stand in a cell of a data file: each function reads one cell or raises ValueError with the reason."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from urllib.parse import urlsplit

from babel import Locale

from mapapp.dates import parse_partial_date

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_TEXT = 20_000
LONGEST_TITLE = 300

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_NOTE = re.compile(r"\s*\([^()]*\)")
_YEARS = re.compile(r"\d{4}(-\d{4})?", re.ASCII)


def text(cell: str) -> str:
    """Return a text in Unicode's composed form; control characters other than line breaks are refused."""
    unseen = _CONTROL.search(cell)
    if unseen:
        raise ValueError(f"has the control character U+{ord(unseen[0]):04X}")
    if len(cell) > LONGEST_TEXT:
        raise ValueError(f"has {len(cell)} characters; at most {LONGEST_TEXT} are kept")
    return unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n"))


def title(cell: str) -> str:
    """Return a title or name: one line of at most 300 characters."""
    words = text(cell)
    if "\n" in words:
        raise ValueError("has a line break; a title is one line")
    if len(words) > LONGEST_TITLE:
        raise ValueError(f"has {len(words)} characters; a title has at most {LONGEST_TITLE}")
    return words


def slug(cell: str) -> str:
    """Return a permanent address part: lower-case letters a–z, digits, single hyphens inside."""
    if not _SLUG.fullmatch(cell):
        raise ValueError(f"'{cell}' is not a slug: use a–z, 0–9 and single hyphens, such as imst-abc-cafe")
    return cell


def many(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that are separated by semicolons, in order, each once, none empty."""
    values = (text(part.strip()) for part in cell.split(";"))
    return tuple(dict.fromkeys(value for value in values if value))


def programmes(cell: str) -> tuple[str, ...]:
    """Return funding programmes without the notes in parentheses: "national (SPRAR); ESF" is national, ESF."""
    return tuple(dict.fromkeys(name for part in many(cell) if (name := _NOTE.sub("", part).strip())))


def year(cell: str) -> int:
    """Return a year of four digits between 1900 and 2100."""
    if not re.fullmatch(r"\d{4}", cell, re.ASCII) or not FIRST_YEAR <= int(cell) <= LAST_YEAR:
        raise ValueError(f"'{cell}' is not a year from {FIRST_YEAR} to {LAST_YEAR}")
    return int(cell)


def years(cell: str) -> str:
    """Return a year or a range of years (2013-2014) as it is written."""
    if not _YEARS.fullmatch(cell):
        raise ValueError(f"'{cell}' is not a year or a range such as 2013-2014")
    first, last = year(cell[:4]), year(cell[-4:])
    if last < first:
        raise ValueError(f"'{cell}' ends before it begins")
    return cell


def number(cell: str) -> Decimal:
    """Return a number written with digits and a decimal point."""
    if not _NUMBER.fullmatch(cell):
        raise ValueError(f"'{cell}' is not a number such as 1250 or 12.6 (no spaces, no thousands separators)")
    try:
        found = Decimal(cell)
    except InvalidOperation:
        raise ValueError(f"'{cell}' is not a number") from None
    if abs(found) >= 10**12:
        raise ValueError(f"'{cell}' is too large")
    return found


def euros(cell: str) -> Decimal:
    """Return an amount of euros that is not negative, to the cent."""
    found = number(cell)
    if found < 0:
        raise ValueError(f"'{cell}' is negative")
    if found != round(found, 2):
        raise ValueError(f"'{cell}' has more than two decimals")
    return found


class Degrees:
    """Reads an angle in degrees of EPSG:4326."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, cell: str) -> float:
        """Return the angle that a cell writes."""
        found = number(cell)
        if abs(found) > self.limit:
            raise ValueError(f"'{cell}' is not between -{self.limit} and {self.limit} degrees")
        return float(found)


latitude = Degrees(90)
longitude = Degrees(180)


def web_address(cell: str) -> str:
    """Return an address that a reader may be sent to: http or https, with a host, without a password."""
    if not cell.startswith(("http://", "https://")):
        raise ValueError(f"'{cell}' is not a web address that begins with http:// or https://")
    try:
        parts = urlsplit(cell)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.username is not None or parts.password is not None:
        raise ValueError(f"'{cell}' is not a complete web address")
    if any(letter.isspace() or letter in '<>"\\' or not letter.isprintable() for letter in cell):
        raise ValueError(f"'{cell}' has characters that a web address cannot have")
    return cell


def partial_date(cell: str) -> str:
    """Return a date as precise as its source, as it is written: 2016, 2016-10 or 2016-10-14."""
    found = parse_partial_date(cell)
    year(f"{found.year:04}")
    return cell


def day(cell: str) -> date:
    """Return a day written as 2016-10-14."""
    found = parse_partial_date(cell)
    if found.day is None:
        raise ValueError(f"'{cell}' is not a day such as 2016-10-14")
    return found.first_day()


@cache
def _languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)


def language(cell: str) -> str:
    """Return a BCP 47 language tag whose language exists."""
    if not _LANGUAGE.fullmatch(cell) or cell.split("-")[0] not in _languages():
        raise ValueError(f"'{cell}' is not a language tag such as de or pt-BR")
    return cell


def languages(cell: str) -> tuple[str, ...]:
    """Return language tags separated by semicolons."""
    return tuple(language(part) for part in many(cell))


def nuts(cell: str) -> str:
    """Return a code with the shape of NUTS: two letters and up to three letters or digits."""
    if not _NUTS.fullmatch(cell):
        raise ValueError(f"'{cell}' is not a NUTS code such as AT334")
    return cell
