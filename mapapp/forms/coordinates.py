"""Coordinates as people write them, decimal or in degrees, minutes and seconds: read and written. EPSG:4326."""

import math
import re
from decimal import Decimal
from typing import NamedTuple


class Point(NamedTuple):
    """A point in degrees."""

    latitude: float
    longitude: float


class NotCoordinates(ValueError):
    """What was typed cannot be read as a point; the message names the reason: shape, range or part."""


_NUMBER = r"\d+(?:[.,]\d+)?"
_HALF = re.compile(
    rf"\s*(?P<before>[NSEWO])?\s*(?P<sign>[+\-−])?\s*(?P<degrees>{_NUMBER})\s*[°º]?"
    rf"(?:\s*(?P<minutes>{_NUMBER})\s*['′’]"
    rf"(?:\s*(?P<seconds>{_NUMBER})\s*(?:[\"″”]|''|′′|’’))?)?"
    r"\s*(?P<after>[NSEWO])?\s*",
    re.IGNORECASE | re.ASCII,
)
_WKT = re.compile(r"POINT\s*Z?\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)(?:\s+\S+)?\s*\)", re.IGNORECASE | re.ASCII)
_SIDES = re.compile(r"[NSEWO]", re.IGNORECASE)
LONGEST = 120  # characters
# The letters of east and west where they are not E and W. O is east in one language and west in another, so that it is
# read in these alone; E and W are read in all.
_EAST_AND_WEST = {"de": "OW", "it": "EO"}
NOTHING = 1e-9  # degrees: a tenth of a millimetre is written as none


def _split(text: str) -> tuple[str, str]:
    """Return the two halves of a point."""
    if ";" in text or "\n" in text or "/" in text:
        halves = re.split(r"[;\n/]", text)
    elif len(found := list(_SIDES.finditer(text))) == 2:
        first, second = found
        # A letter before its number begins a half, one after its number ends it.
        cut = second.start() if text[: first.start()].strip(" ,") == "" else first.end()
        halves = [text[:cut].strip(" ,"), text[cut:].strip(" ,")]
    elif text.count(",") == 1:
        halves = text.split(",")
    elif re.search(r",\s", text):
        halves = re.split(r",\s+", text)
    elif text.count(",") == 3 and " " not in text.strip():
        one, two, three, four = text.split(",")  # 47,24,10,73: commas for everything
        halves = [f"{one}.{two}", f"{three}.{four}"]
    else:
        halves = text.split()
    if len(halves) != 2:
        raise NotCoordinates("shape")
    return halves[0], halves[1]


def _degrees(half: str, lang: str) -> tuple[float, str]:
    """Return the degrees of a half and its side of the world: N, S, E, W, or an empty string."""
    found = _HALF.fullmatch(half)
    if not found:
        raise NotCoordinates("shape")
    if found["before"] and found["after"]:
        raise NotCoordinates("shape")
    side = (found["before"] or found["after"] or "").upper()
    if side == "O":
        if lang not in _EAST_AND_WEST:
            raise NotCoordinates("shape")
        side = "EW"[_EAST_AND_WEST[lang].index(side)]
    if found["sign"] and side:
        raise NotCoordinates("shape")
    parts = [float((found[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")]
    if any(part >= 60 for part in parts[1:]):
        raise NotCoordinates("part")
    exact = Decimal((found["degrees"] or "0").replace(",", "."))
    value = float(exact) if not (parts[1] or parts[2]) else parts[0] + parts[1] / 60 + parts[2] / 3600
    negative = found["sign"] in ("-", "−") or side in ("S", "W")
    return (-value if negative else value), side


def parse(text: str, lang: str = "en") -> Point:
    """Return the point that a text writes: latitude first, unless letters say otherwise or it is well-known text, as
    in our own tables: POINT(10.7383 47.2406). `lang` tells what O means.

    Raises NotCoordinates with "shape" (not a point), "part" (60 or more minutes or seconds) or "range" (no place on
    Earth).
    """
    if known := _WKT.fullmatch(text.strip()):
        return _on_earth(float(known[2]), float(known[1]))
    text = text.strip().strip("()[]")
    if not text or len(text) > LONGEST:
        raise NotCoordinates("shape")
    (first, one), (second, other) = (_degrees(half, lang) for half in _split(text))
    if one in ("E", "W") or other in ("N", "S"):
        if one in ("N", "S") or other in ("E", "W"):
            raise NotCoordinates("shape")
        first, second = second, first
    return _on_earth(first, second)


def _on_earth(first: float, second: float) -> Point:
    if not (abs(first) <= 90 and abs(second) <= 180 and math.isfinite(first) and math.isfinite(second)):
        raise NotCoordinates("range")
    return Point(first + 0.0, second + 0.0)


def _plain(value: float) -> str:
    return format(Decimal(repr(value)), "f") if abs(value) >= NOTHING else "0"


def decimal(point: Point) -> str:
    """Return a point in decimal degrees, as exact as it is above `NOTHING`: 47.2406, 10.7383."""
    return f"{_plain(point.latitude)}, {_plain(point.longitude)}"


def _sexagesimal(value: float, sides: str) -> str:
    tenths = round(abs(value) * 36_000)  # tenths of a second: three metres
    degrees, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    return f"{degrees}°{minutes:02}′{rest // 10:02}.{rest % 10}″{sides[value < 0]}"


def sexagesimal(point: Point, lang: str) -> str:
    """Return a point in degrees, minutes and seconds as a language writes it: 47°14′26.2″N 10°44′17.9″E."""
    return f"{_sexagesimal(point.latitude, 'NS')} {_sexagesimal(point.longitude, _EAST_AND_WEST.get(lang, 'EW'))}"
