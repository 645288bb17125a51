"""Whose land it is: country outlines, their names and the lines between them.

The border politics of the map are decided here and nowhere else (docs/decisions/ says why).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from babel import Locale
from shapely.geometry.base import BaseGeometry

from . import sources
from .shapes import point_to_mercator, read_shapes, to_mercator

# Every language that the names' sources carry and a reader in Europe may ask for.
LANGUAGES = (
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "ga",
    "hr",
    "hu",
    "it",
    "lt",
    "lv",
    "mt",
    "nl",
    "pl",
    "pt",
    "ro",
    "sk",
    "sl",
    "sv",
    "ar",
    "bs",
    "ca",
    "fa",
    "is",
    "mk",
    "no",
    "ru",
    "sq",
    "sr",
    "tr",
    "uk",
)

# Natural Earth keys of areas that belong to another country in this map.
PART_OF = {"CYN": "CYP", "CNM": "CYP", "SOL": "SOM", "KAB": "KAZ"}
CRIMEA = ("UA-43", "UA-40")
NOT_LABELLED = {"ESB", "WSB", "BRT", "KAS"}
OWNER_CODE = {"ESB": "GB", "WSB": "GB"}
KOSOVO = "XK"
# No inner lines in Cyprus: at its districts' ends they would retrace the line that is not drawn.
NO_ADM1 = {"CYP", "CYN", "CNM"}
ADM1_LANGUAGES = {
    "ar",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fr",
    "hu",
    "it",
    "nl",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "uk",
}
# Degrees east and north of the names of island groups.
ISLAND_LABELS = {"PT-20": (-28.0, 38.05), "PT-30": (-16.9, 33.05)}
CANARY_LABEL = (-15.7, 28.75)

SOLID = "International boundary (verify)"
SQUARE_KILOMETRE = 1e6
MEAN_RADIUS = 6371008.8


class Country(NamedTuple):
    """A country or dependent territory. `shape` is EPSG:3857; `area` is in km² on the ground."""

    key: str
    code: str
    shape: BaseGeometry
    area: float
    names: dict[str, str]


class Adm1(NamedTuple):
    """A first-level unit, EPSG:3857; `country` is the Natural Earth key of its country."""

    key: str
    iso: str
    country: str
    shape: BaseGeometry
    names: dict[str, str]


class Islands(NamedTuple):
    """An island group far from its country, named like one. `point` is EPSG:3857 metres."""

    point: tuple[float, float]
    names: dict[str, str]


def country_names(code: str) -> dict[str, str]:
    """Names of a country (ISO 3166-1 alpha-2) per language; `name` is the English one.

    A name is left out where it equals the English one. Kosovo carries the asterisk of the
    footnote that the European Union prints with it.
    """
    mark = "*" if code == KOSOVO else ""
    english = Locale("en").territories.get(code)
    if english is None:
        return {}
    names = {"name": english + mark}
    for language in LANGUAGES:
        name = Locale.parse(language).territories.get(code, english)
        if name != english:
            names[f"name_{language}"] = name + mark
    return names


def read_adm1(source: sources.Source) -> list[Adm1]:
    """First-level units, with Crimea and Sevastopol in Ukraine and without Northern Cyprus."""
    own = [f"name_{language}" for language in LANGUAGES if language in ADM1_LANGUAGES]
    columns = ["adm1_code", "adm0_a3", "iso_3166_2", "name_en", *own]
    units = []
    for shape, row in read_shapes(source.path, columns):
        if row["adm0_a3"] in NO_ADM1:
            continue
        country = "UKR" if row["iso_3166_2"] in CRIMEA else row["adm0_a3"]
        flat = to_mercator(shapely.make_valid(shape))
        names = {"name": row["name_en"]} | {key: row[key] for key in own if row[key] and row[key] != row["name_en"]}
        units.append(Adm1(row["adm1_code"], row["iso_3166_2"], country, flat, names))
    return units


def island_groups(units: list[Adm1]) -> list[Islands]:
    """Azores and Madeira from the first-level units, the Canary Islands from the locale data."""
    groups = [Islands(point_to_mercator(*CANARY_LABEL), country_names("IC"))]
    for unit in units:
        if unit.iso in ISLAND_LABELS:
            groups.append(Islands(point_to_mercator(*ISLAND_LABELS[unit.iso]), unit.names))
    return groups


def _ground_area(shape: BaseGeometry) -> float:
    """Area in km² of an EPSG:4326 shape, by the equal-area cylinder."""

    def cylinder(lonlat: np.ndarray) -> np.ndarray:
        radians = np.radians(lonlat)
        return np.column_stack([radians[:, 0], np.sin(radians[:, 1])]) * MEAN_RADIUS

    return float(shapely.transform(shape, cylinder).area) / SQUARE_KILOMETRE


def read_countries(outlines: sources.Source, crimea: BaseGeometry) -> list[Country]:
    """Countries with the decisions applied. `crimea` (EPSG:3857) moves from Russia to Ukraine."""
    parts: dict[str, list[BaseGeometry]] = {}
    codes: dict[str, str] = {}
    for shape, row in read_shapes(outlines.path, ["ADM0_A3", "ISO_A2_EH"]):
        key = PART_OF.get(row["ADM0_A3"], row["ADM0_A3"])
        parts.setdefault(key, []).append(shape)
        if row["ADM0_A3"] == key:
            code = {"KOS": KOSOVO}.get(key, row["ISO_A2_EH"])
            codes[key] = OWNER_CODE.get(key, "" if code == "-99" else code)

    russia: list[BaseGeometry] = []
    moved: list[BaseGeometry] = []
    for part in shapely.get_parts(shapely.geometrycollections(parts["RUS"])).tolist():
        for polygon in shapely.get_parts(part).tolist():
            flat = to_mercator(polygon)
            inside = flat.intersects(crimea) and flat.intersection(crimea).area > flat.area / 2
            (moved if inside else russia).append(polygon)
    parts["RUS"] = [shapely.multipolygons(russia)]
    parts["UKR"].extend(moved)

    countries = []
    for key in sorted(parts):
        shape = shapely.union_all(parts[key]) if len(parts[key]) > 1 else parts[key][0]
        names = {} if key in NOT_LABELLED else country_names(codes[key])
        countries.append(Country(key, codes[key], to_mercator(shape), _ground_area(shape), names))
    return countries


def read_contested(source: sources.Source) -> BaseGeometry:
    """The boundary lines (EPSG:3857) that Germany and Italy do not see as international.

    They are drawn dotted. The view of the two is the same in Natural Earth (a test holds that).
    """
    columns = ["FEATURECLA", "FCLASS_DE", "FCLASS_IT"]
    lines = [
        to_mercator(line)
        for line, row in read_shapes(source.path, columns)
        if (row["FCLASS_DE"] or row["FEATURECLA"]) != SOLID
    ]
    return shapely.union_all(lines)
