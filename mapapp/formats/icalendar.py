"""Events as iCalendar (RFC 5545): whole days, as long as the date is uncertain."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from .feed import stable_id

MEDIA_TYPE = "text/calendar; charset=utf-8"
FOLD = 75  # bytes in a line


class Event(NamedTuple):
    """An event. `date` is as precise as known: YYYY, YYYY-MM or YYYY-MM-DD; lon and lat in degrees or None."""

    slug: str
    title: str
    language: str
    date: str
    place: str
    url: str
    changed: datetime
    lon: float | None
    lat: float | None


class About(NamedTuple):
    """A calendar: its name, whose it is and under which licence, where it and its page are, when it last changed."""

    name: str
    credit: str
    source: str
    page: str
    changed: datetime | None


def span(text: str) -> tuple[date, date]:
    """Return the first day that a date may mean, and the day after the last: 2016-11 is all of November."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        first = date(*parts)
        return first, first + timedelta(days=1)
    if len(parts) == 2:
        year, month = parts
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return date(parts[0], 1, 1), date(parts[0] + 1, 1, 1)


def _text(value: str) -> str:
    escaped = re.sub(r"([\\;,])", r"\\\1", value).replace("\r\n", "\n").replace("\n", "\\n")
    return re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", escaped)


def _fold(line: str) -> bytes:
    """Return a line folded to 75 bytes, never inside a letter."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > FOLD - (1 if parts else 0):
            parts.append(part)
            part = b""
        part += encoded
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"


def _event(one: Event) -> Iterable[str]:
    first, after = span(one.date)
    yield "BEGIN:VEVENT"
    yield f"UID:{stable_id('events/' + one.slug).removeprefix('urn:uuid:')}"
    yield f"DTSTAMP:{one.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{one.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{after:%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={one.language}:{_text(one.title)}"
    if one.place:
        yield f"LOCATION:{_text(one.place)}"
    if one.lon is not None and one.lat is not None:
        yield f"GEO:{one.lat:.6f};{one.lon:.6f}"
    yield f"URL:{one.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def calendar(about: About, events: Iterable[Event]) -> bytes:
    """Return a calendar of events, with the properties of RFC 7986."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Practice Atlas//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"NAME:{_text(about.name)}", f"X-WR-CALNAME:{_text(about.name)}", f"DESCRIPTION:{_text(about.credit)}"]
    lines += [f"SOURCE;VALUE=URI:{about.source}", f"URL:{about.page}", "REFRESH-INTERVAL;VALUE=DURATION:P1D"]
    if about.changed:
        lines.append(f"LAST-MODIFIED:{about.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(map(_fold, lines))
