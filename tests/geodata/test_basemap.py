"""What users and the page rely on in the committed basemap: whose land is whose, what it is called, how light it is.

The tests read the committed files only; nothing is rebuilt.
"""

import csv
import gzip
import hashlib
import math
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import mapbox_vector_tile
import pytest
import shapely
from babel import Locale
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "mapapp" / "static" / "basemap"
ARCHIVE = OUTPUT / "europe.pmtiles"
LAYERS = {"earth", "water", "river", "adm1", "border", "country", "sea", "city"}
# fmt: off
EUROPE = [
    "AD", "AL", "AM", "AT", "AX", "AZ", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES",
    "FI", "FO", "FR", "GB", "GE", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT",
    "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SK",
    "SM", "TR", "UA", "VA", "XK",
]
LANGUAGES = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt",
    "nl", "pl", "pt", "ro", "sk", "sl", "sv", "ca", "no", "uk", "ar", "tr", "fa",
]
# fmt: on
MICRO_STATES = {"AD", "GG", "GI", "IM", "JE", "LI", "MC", "SM", "VA"}


class Labelled(NamedTuple):
    """A country's name as it stands in the file: the first display zoom and the names by key."""

    zoom: int
    names: dict[str, str]


@cache
def reader() -> Reader:
    return Reader(MemorySource(ARCHIVE.read_bytes()))


@cache
def pyramid() -> dict[tuple[int, int, int], bytes]:
    """Every tile, unzipped."""
    return {tile: gzip.decompress(body) for tile, body in all_tiles(reader().get_bytes)}


def tile_of(lon: float, lat: float, zoom: int) -> tuple[tuple[int, int, int], float, float]:
    """The tile over a position and where in it, as shares of its width and height from the top left."""
    size = 2**zoom
    x = (lon + 180) / 360 * size
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size
    return (zoom, int(x), int(y)), x % 1, y % 1


@cache
def layer(tile: tuple[int, int, int], name: str) -> dict[str, Any]:
    """One layer of a tile; to decode them all would take most of the time."""
    there = vector_tile_pb2.tile.FromString(pyramid()[tile]).layers
    wanted = vector_tile_pb2.tile(layers=[one for one in there if one.name == name]).SerializeToString()
    found = mapbox_vector_tile.decode(wanted, default_options={"y_coord_down": True})
    return found.get(name, {"features": []})


def countries_at(lon: float, lat: float, zoom: int) -> set[str]:
    tile, across, down = tile_of(lon, lat, zoom)
    earth = layer(tile, "earth")
    point = shapely.Point(across * earth["extent"], down * earth["extent"])
    return {
        feature["properties"]["iso"]
        for feature in earth["features"]
        if shape(feature["geometry"]).buffer(1).contains(point)
    }


@cache
def country_labels() -> dict[str, Labelled]:
    found = {}
    for tile in sorted(pyramid()):
        if tile[0] == 7:
            for feature in layer(tile, "country")["features"]:
                values = feature["properties"]
                names = {key: value for key, value in values.items() if key.startswith("name")}
                found[values["iso"]] = Labelled(values["z"], names)
    return found


def test_committed_files_are_those_that_the_sources_list_names():
    with (ROOT / "geodata" / "basemap" / "SOURCES.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["file"]: row for row in csv.DictReader(handle)}
    for path in (ARCHIVE, *OUTPUT.glob("relief-*.webp")):
        row = rows[path.relative_to(ROOT).as_posix()]
        assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all(row["origin"] and row["licence"] and row["credit"] and row["sha256"] for row in rows.values())


def test_every_tile_can_be_read():
    counts: dict[int, int] = defaultdict(int)
    for (zoom, _, _), body in pyramid().items():
        tile = vector_tile_pb2.tile.FromString(body)
        assert {layer.name for layer in tile.layers} <= LAYERS
        assert all(layer.features for layer in tile.layers)
        counts[zoom] += 1
    assert sorted(counts) == list(range(9))
    assert counts[8] > 2000


@pytest.mark.parametrize("zoom", range(3, 9))
@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (33.57, 44.58, "UA"),  # Sevastopol
        (34.10, 44.95, "UA"),  # Simferopol
        (35.38, 45.05, "UA"),  # east Crimea
        (33.32, 35.31, "CY"),  # Kyrenia
        (33.36, 35.17, "CY"),  # Nicosia
        (33.92, 35.12, "CY"),  # Famagusta
        (21.16, 42.66, "XK"),  # Pristina
        (10.74, 47.24, "AT"),  # Imst
        (23.73, 37.98, "GR"),  # Athens
        (-0.13, 51.51, "GB"),  # London
    ],
)
def test_places_lie_in_their_country(lon: float, lat: float, country: str, zoom: int):
    assert countries_at(lon, lat, zoom) == {country}


def test_codes_are_iso_3166():
    codes = {
        feature["properties"]["iso"]
        for tile in pyramid()
        if tile[0] == 5
        for feature in layer(tile, "earth")["features"]
    }
    known = set(Locale("en").territories)
    assert {"GR", "GB", "UA", "CY", "XK", "FR", "NO"} <= codes
    assert codes - known <= {""}
    assert not codes & {"EL", "UK"}


def test_northern_cyprus_is_named_in_no_language():
    names = set()
    for body in pyramid().values():
        for layer in vector_tile_pb2.tile.FromString(body).layers:
            names.update(value.string_value.casefold() for value in layer.values if value.string_value)
    forbidden = (
        "northern cyprus",
        "north cyprus",
        "nordzypern",
        "cipro del nord",
        "chypre du nord",
        "kuzey kıbrıs",
        "severni ciper",
        "chipre del norte",
        "βόρεια κύπρος",
        "noord-cyprus",
        "nordcypern",
        "cypr północny",
        "северный кипр",
        "північний кіпр",
        "észak-ciprus",
        "chipre do norte",
    )
    assert len(names) > 20_000
    assert not [name for name in names if any(word in name for word in forbidden)]


def test_no_border_crosses_ukraine_or_cyprus():
    pairs = set()
    for tile in pyramid():
        if tile[0] not in (5, 8):
            continue
        for feature in layer(tile, "border")["features"]:
            values = feature["properties"]
            pairs.add((values["kind"], *sorted((values["a"], values["b"]))))
    assert ("solid", "PL", "UA") in pairs
    assert not [pair for pair in pairs if pair[1] == pair[2]]
    assert not [pair for pair in pairs if "CY" in pair and pair[0] != "base"]
    for lon in (33.7, 34.4, 35.0):  # from Perekop to Henichesk, where Crimea meets the mainland
        tile, *_ = tile_of(lon, 46.1, 8)
        assert not layer(tile, "border")["features"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_european_country_is_named_in_the_readers_language(language: str):
    territories = Locale.parse(language).territories
    english = Locale("en").territories
    for code in EUROPE:
        names = country_labels()[code].names
        shown = names.get(f"name_{language}", names["name"])
        assert shown.rstrip("*") == territories.get(code, english[code])


def test_kosovo_carries_the_footnote_mark():
    assert all(name.endswith("*") for name in country_labels()["XK"].names.values())


def test_micro_states_wait_for_zoom_six():
    labels = country_labels()
    assert all(labels[code].zoom >= 6 for code in MICRO_STATES)
    assert all(labels[code].zoom <= 5 for code in ("AT", "BE", "SI", "LU", "IE", "EE"))


def test_places_are_named_in_the_readers_language():
    tile, *_ = tile_of(16.37, 48.21, 7)
    names = [feature["properties"] for feature in layer(tile, "city")["features"]]
    vienna = next(name for name in names if name["name"] == "Wien")
    assert (vienna["name_it"], vienna["name_sl"], vienna["name_el"]) == ("Vienna", "Dunaj", "Βιέννη")


def test_first_view_is_light_and_stands_at_the_beginning():
    script = (ROOT / "mapapp" / "static" / "js" / "map" / "basemap-source.js").read_text(encoding="utf-8")
    head = int(re.search(r"HEAD_BYTES = (\d+)", script)[1])
    header = reader().header()
    entries = {zxy_to_tileid(*tile): len(reader().get(*tile)) for tile in pyramid() if tile[0] == 3}
    core = sum(entries[zxy_to_tileid(3, x, y)] for x in (3, 4, 5) for y in (1, 2, 3))
    assert header["leaf_directory_length"] == 0
    assert header["tile_data_offset"] + core <= head <= 60_000
    assert ARCHIVE.stat().st_size <= 4_600_000
    assert (OUTPUT / "relief-small.webp").stat().st_size <= 45_000
    assert (OUTPUT / "relief-large.webp").stat().st_size <= 250_000
