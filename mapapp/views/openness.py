"""Opening hours: which services are open at this minute on their own clocks, and a week of hours in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from babel import Locale
from babel.core import get_global
from numpy.typing import NDArray
from sqlalchemy import Connection

from ..i18n import locale
from ..queries import services

ISLANDS = {"PT": (-14.0, "Atlantic/Azores"), "ES": (-11.0, "Atlantic/Canary")}


class Day(NamedTuple):
    """A day of the week and its hours as the source gives them; none: closed."""

    name: str
    hours: tuple[str, ...]


def zone_of(country: str, longitude: float | None) -> ZoneInfo:
    """Return the clock of a place in Europe: that of its country, but for the islands far west of it (degrees)."""
    if country in ISLANDS and longitude is not None and longitude < ISLANDS[country][0]:
        return ZoneInfo(ISLANDS[country][1])
    zones = [zone for zone in get_global("territory_zones").get(country, ()) if zone.startswith(("Europe/", "Asia/"))]
    return ZoneInfo(zones[0] if zones else "UTC")


def is_open(hours: Iterable[Mapping[str, Any]], local: datetime) -> bool:
    """Tell whether hours hold the time of day `local`; hours that end before they begin reach into the next day."""
    now, today = local.strftime("%H:%M"), local.isoweekday()
    yesterday = (today - 2) % 7 + 1
    for one in hours:
        opens, closes, day = one["opens"], one["closes"], one["day"]
        if opens <= closes:
            if day == today and opens <= now < closes:
                return True
        elif (day == today and now >= opens) or (day == yesterday and now < closes):
            return True
    return False


def open_ids(connection: Connection, ids: NDArray[np.int32], now: datetime | None = None) -> NDArray[np.int32]:
    """Return those of the ids that are open now, in their order; a service without hours is not known to be open."""
    moment = now or datetime.now(UTC)
    known = services.opening_hours(connection)
    return np.array(
        [
            one
            for one in ids.tolist()
            if one in known and not known[one].temporarily_closed and _open(known[one], moment)
        ],
        dtype=np.int32,
    )


def _open(service: services.Hours, moment: datetime) -> bool:
    return is_open(service.opening_hours, moment.astimezone(zone_of(service.country, service.longitude)))


def week(hours: Iterable[Mapping[str, Any]], lang: str) -> list[Day]:
    """Return the seven days with their hours, Monday first; nothing where no hours are known."""
    by_day: dict[int, list[str]] = defaultdict(list)
    for one in hours:
        by_day[one["day"]].append(f"{one['opens']}–{one['closes']}")
    names: Locale = locale(lang)
    return (
        [Day(names.days["stand-alone"]["wide"][day - 1], tuple(by_day[day])) for day in range(1, 8)] if by_day else []
    )
