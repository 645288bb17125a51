"""A map as the parts of an SVG drawing: land, borders, names and dots, for pages that are printed."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import outlines

LEAST = 0.8  # units between two vertices of an outline: closer ones cannot be told apart on paper
LETTER = 11  # units: the height of a name's letters
SMALLEST = 4.0  # degrees: the least that a map shows from west to east
EUROPE = (-11.0, 35.0, 33.0, 62.0)  # west, south, east, north


class Dot(NamedTuple):
    """Where a record stands, in units of the drawing, and its number in the list."""

    x: float
    y: float
    number: int
    theme: str


class Name(NamedTuple):
    """The name of a country and where it stands."""

    x: float
    y: float
    words: str


class Drawing(NamedTuple):
    """A drawing of `width` by `height` units; `sea`, `land`, `borders` and `claims` are SVG path data."""

    width: int
    height: int
    sea: str
    land: str
    borders: str
    claims: str
    names: list[Name]
    dots: list[Dot]


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    return math.radians(lon), -math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat)))))


def _frame(points: Sequence[tuple[float, float]], shape: float) -> tuple[float, float, float]:
    """Return left, top and width (Mercator, radians) of the area that shows all points, of a shape (height/width)."""
    west, south, east, north = EUROPE
    if points:
        lons, lats = [point[0] for point in points], [point[1] for point in points]
        west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    (left, bottom), (right, top) = _mercator(west, south), _mercator(east, north)
    width = max((right - left) * 1.15, (bottom - top) * 1.15 / shape, math.radians(SMALLEST))
    (least_x, most_y), (most_x, least_y) = _mercator(*outlines.BOX[:2]), _mercator(*outlines.BOX[2:])
    return (
        _moved((left + right) / 2 - width / 2, width, (left, right), (least_x, most_x)),
        _moved((top + bottom) / 2 - width * shape / 2, width * shape, (top, bottom), (least_y, most_y)),
        width,
    )


def _moved(start: float, size: float, shown: tuple[float, float], drawn: tuple[float, float]) -> float:
    """Return where a frame begins on one axis so that as little as can be of it lies outside of what is drawn."""
    if shown[0] < drawn[0] or shown[1] > drawn[1]:  # far from Europe: what is asked for stays in the middle
        return start
    middle = (drawn[0] + drawn[1] - size) / 2
    inside = middle if size > drawn[1] - drawn[0] else max(drawn[0], min(drawn[1] - size, start))
    return max(shown[1] - size, min(shown[0], inside))


def draw(points: Sequence[tuple[float, float, int, str]], width: int, height: int, lang: str) -> Drawing:
    """Return the drawing of points (longitude and latitude in degrees, number, theme), as close as all of them fit."""
    left, top, across = _frame([point[:2] for point in points], height / width)
    scale = width / across

    def place(lon: float, lat: float) -> tuple[float, float]:
        x, y = _mercator(lon, lat)
        return (x - left) * scale, (y - top) * scale

    def path(lines: Iterable[Sequence[Sequence[float]]], close: bool) -> str:
        parts = []
        for line in lines:
            placed = [place(lon, lat) for lon, lat in line]
            xs, ys = [x for x, _y in placed], [y for _x, y in placed]
            if max(xs) < 0 or min(xs) > width or max(ys) < 0 or min(ys) > height:
                continue
            kept = [placed[0]]
            for one in placed[1:]:
                if math.dist(one, kept[-1]) >= LEAST:
                    kept.append(one)
            if len(kept) > (2 if close else 1):
                parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + ("Z" if close else ""))
        return "".join(parts)

    drawn = outlines.read()
    west, south, east, north = outlines.BOX
    dots = []
    for lon, lat, number, theme in points:
        x, y = place(lon, lat)
        dots.append(Dot(round(x, 1), round(y, 1), number, theme))
    return Drawing(
        width,
        height,
        path([[(west, south), (east, south), (east, north), (west, north)]], close=True),
        path((ring for part in drawn["land"] for ring in part), close=True),
        path(drawn["borders"]["solid"], close=False),
        path(drawn["borders"]["claim"], close=False),
        _names(
            [
                (country["names"].get(lang, country["names"]["en"]), *place(*country["at"]))
                for country in sorted(drawn["countries"], key=lambda one: one["z"])
            ],
            dots,
            width,
            height,
        ),
        dots,
    )


def _names(wanted: Iterable[tuple[str, float, float]], dots: Iterable[Dot], width: int, height: int) -> list[Name]:
    """Return the names that lie in the drawing and cover neither a dot nor a name before them."""
    taken: list[tuple[float, float, float]] = [
        (dot.x, dot.y - LETTER / 2, LETTER) for dot in dots
    ]  # middle and half a width
    found = []
    for words, x, y in wanted:
        half = len(words) * LETTER / 3.4
        free = all(
            abs(x - other) > half + reach or abs(y - LETTER / 2 - at) > LETTER * 1.3 for other, at, reach in taken
        )
        if free and half < x < width - half and LETTER < y < height - LETTER:
            taken.append((x, y - LETTER / 2, half))
            found.append(Name(round(x, 1), round(y, 1), words))
    return found
