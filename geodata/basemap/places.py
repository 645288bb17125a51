"""Towns with their names per language and the zoom from which each deserves a label."""

from __future__ import annotations

import gettext
import json
import math
import unicodedata
from typing import Any, NamedTuple

import numpy as np
import shapely

from . import sources
from .countries import LANGUAGES
from .shapes import point_to_mercator

# The language of the name shown when the reader's own is not known: what stands on the signs.
# Countries with several official languages, or another script, keep the GeoNames name.
LOCAL_LANGUAGE = {
    "AD": "ca",
    "AL": "sq",
    "AT": "de",
    "CZ": "cs",
    "DE": "de",
    "DK": "da",
    "EE": "et",
    "ES": "es",
    "FI": "fi",
    "FR": "fr",
    "HR": "hr",
    "HU": "hu",
    "IS": "is",
    "IT": "it",
    "LI": "de",
    "LT": "lt",
    "LU": "fr",
    "LV": "lv",
    "MC": "fr",
    "NL": "nl",
    "NO": "no",
    "PL": "pl",
    "PT": "pt",
    "RO": "ro",
    "SE": "sv",
    "SI": "sl",
    "SK": "sk",
    "SM": "it",
    "TR": "tr",
    "VA": "it",
}
CATALOGUE = {"no": ("nb", "nn"), "bs": ("bs", "hr")}

# Quarters that GeoNames counts as towns, some with more people than the town itself, and the
# Vatican, whose only town has the name of the state: GeoNames ids.
LEFT_OUT = {13580034, 99071, 388349, 7303419, 7498240, 6691831}
# A German name that is history and not what the town is called today.
NOT_CALLED = {("554234", "de")}

# Display zoom from which a town of so many inhabitants is labelled, capitals and others.
CAPITAL_STEPS = ((4, 1_500_000), (5, 400_000), (6, 20_000), (7, 0))
TOWN_STEPS = (
    (5, 1_200_000),
    (6, 350_000),
    (7, 120_000),
    (8, 45_000),
    (9, 16_000),
    (10, 5_000),
    (11, 0),
)
# A place this near to a bigger one (kilometres per root of the other's inhabitants) is a part of it
# or its suburb, and waits this many zooms longer.
SUBURB_REACH = 1 / 110
SUBURB_WAIT = 2
# Seats that the European Union does not recognise as capitals are labelled as towns.
NO_CAPITAL = {"IL", "PS", "EH"}
DEEPEST_ZOOM = 11


class Place(NamedTuple):
    """A town. `point` is EPSG:3857 metres; `zoom` the display zoom of its first label."""

    point: tuple[float, float]
    capital: bool
    zoom: int
    population: int
    names: dict[str, str]


def _catalogues() -> tuple[dict[str, dict[str, str]], list[sources.Source]]:
    """{language: {GeoNames id: name}} and the files read."""
    names: dict[str, dict[str, str]] = {}
    used: list[sources.Source] = []
    for language in LANGUAGES:
        found: dict[str, str] = {}
        for part in reversed(CATALOGUE.get(language, (language,))):
            source = sources.place_names(part)
            if not source.path.exists():
                continue
            with source.path.open("rb") as handle:
                found.update(gettext.GNUTranslations(handle)._catalog)  # type: ignore[attr-defined]
            used.append(source)
        names[language] = found
    return names, used


def _greek(alternates: list[str]) -> str | None:
    """The first alternate name in Greek letters: in Greece the script tells the language."""
    for name in alternates:
        letters = [c for c in name if c.isalpha()]
        if letters and all(unicodedata.name(c, "").startswith("GREEK") for c in letters):
            return name
    return None


def _names(row: dict[str, Any], catalogues: dict[str, dict[str, str]]) -> dict[str, str]:
    key = str(row["geonameid"])
    known = {language: name for language, names in catalogues.items() if (name := names.get(key))}
    if row["countrycode"] in ("GR", "CY") and "el" not in known:
        greek = _greek(row["alternatenames"])
        if greek:
            known["el"] = greek
    local = known.get(LOCAL_LANGUAGE.get(row["countrycode"], ""), row["name"])
    known.setdefault("en", row["name"])
    return {"name": local} | {f"name_{language}": name for language, name in sorted(known.items()) if name != local}


def _first_zoom(steps: tuple[tuple[int, int], ...], population: int) -> int:
    return next((zoom for zoom, least in steps if population >= least), DEEPEST_ZOOM)


def _suburb(index: int, xy: np.ndarray, population: np.ndarray, tree: shapely.STRtree, scale: np.ndarray) -> bool:
    """Whether the place lies within the reach (kilometres) of a bigger one."""
    widest = 40_000 * scale[index]
    near = tree.query(shapely.Point(xy[index]).buffer(widest))
    bigger = near[population[near] > population[index]]
    if not len(bigger):
        return False
    ground = np.hypot(*(xy[bigger] - xy[index]).T) / scale[index] / 1000
    return bool((ground < np.sqrt(population[bigger]) * SUBURB_REACH).any())


def read_places(bounds: tuple[float, float, float, float], smallest: int) -> tuple[list[Place], list[sources.Source]]:
    """Places inside `bounds` (west, south, east, north in degrees), most important first."""
    catalogues, used = _catalogues()
    gazetteer, capitals_source = sources.gazetteer(), sources.capitals()
    capitals = {
        (row["iso"], row["capital"])
        for row in json.loads(capitals_source.path.read_text(encoding="utf-8")).values()
        if row["iso"] not in NO_CAPITAL
    }
    west, south, east, north = bounds
    rows = [
        row
        for row in json.loads(gazetteer.path.read_text(encoding="utf-8")).values()
        if west <= row["longitude"] <= east
        and south <= row["latitude"] <= north
        and row["geonameid"] not in LEFT_OUT
        and (row["population"] >= smallest or (row["countrycode"], row["name"]) in capitals)
    ]
    rows.sort(key=lambda row: (-row["population"], row["geonameid"]))
    xy = np.array([point_to_mercator(r["longitude"], r["latitude"]) for r in rows])
    population = np.array([r["population"] for r in rows])
    scale = np.array([1 / math.cos(math.radians(r["latitude"])) for r in rows])
    tree = shapely.STRtree(shapely.points(xy))

    places = []
    for i, row in enumerate(rows):
        capital = (row["countrycode"], row["name"]) in capitals
        zoom = _first_zoom(CAPITAL_STEPS if capital else TOWN_STEPS, row["population"])
        if not capital and _suburb(i, xy, population, tree, scale):
            zoom = min(zoom + SUBURB_WAIT, DEEPEST_ZOOM)
        point = (float(xy[i, 0]), float(xy[i, 1]))
        names = _names(row, catalogues)
        places.append(Place(point, capital, zoom, row["population"], names))
    places.sort(key=lambda place: (place.zoom, not place.capital, -place.population))
    return places, [gazetteer, capitals_source, *used]
