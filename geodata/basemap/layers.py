"""What each zoom shows: the layers of the map, generalised to what the eye can tell apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from . import sources
from .countries import (
    CRIMEA,
    Adm1,
    Country,
    Islands,
    island_groups,
    read_adm1,
    read_contested,
    read_countries,
)
from .places import Place, read_places
from .seas import Sea, read_seas
from .shapes import (
    point_to_mercator,
    read_shapes,
    read_topojson_lines,
    shared_lines,
    smooth,
    to_mercator,
)
from .tiles import EUROPE, MAX_ZOOM, Feature, pixel, region

# Detail kept, in pixels, per tile zoom: the side of the smallest triangle left in an outline.
DETAIL = {0: 4.0, 1: 3.5, 2: 2.5, 3: 2.1, 4: 1.5, 5: 1.2, 6: 1.0, 7: 0.9, 8: 0.5}
SMALLEST_ISLAND = {0: 4.0, 1: 4.0, 2: 3.5, 3: 3.0}  # square pixels; elsewhere
SMALLEST_ELSEWHERE = 2.0
SMALLEST_LAKE = {0: 60.0, 1: 60.0, 2: 50.0, 3: 36.0, 4: 16.0, 5: 10.0, 6: 8.0, 7: 6.0, 8: 4.0}
FIRST_LABELS = 2  # tile zoom; below it nobody reads the map
FIRST_BORDERS = 2
FIRST_BORDER_SIDES = 5  # tile zoom from which a border tells whose it is
FIRST_ISLAND_NAMES = 5  # display zoom
SHARE_NAMED = 0.12  # of a country's area (EPSG:3857) from which its name moves into our map
# Where countries are named at the lowest tile zooms: names in many languages weigh most there.
NAMED = {2: (-25.0, 34.0, 45.0, 71.0), 3: (-32.0, 26.0, 51.0, 72.0)}
FIRST_LAKES = 2
FIRST_RIVERS = 4
FIRST_ADM1 = 4
SMALLEST_TOWN = 1500

# Ground area in km² from which a country's name shows at a display zoom.
COUNTRY_STEPS = ((3, 60_000), (4, 9_000), (5, 2_000), (6, 100), (7, 0))
# Between these sizes (km²) a country's name grows.
COUNTRY_SIZES = (9_000, 60_000, 250_000)
# A first-level line shows once the smaller of its two units is this wide, in pixels.
ADM1_WIDTH = 64
CITY_SIZES = (20_000, 100_000, 500_000, 2_000_000)


class Atlas(NamedTuple):
    """Everything that was read, in EPSG:3857 and in full detail."""

    countries: list[Country]
    islands: list[Islands]
    contested: BaseGeometry
    adm1: list[Feature]
    lakes: list[BaseGeometry]
    rivers: list[BaseGeometry]
    places: list[Place]
    seas: list[Sea]
    land: BaseGeometry


def _adm1_lines(units: list[Adm1]) -> list[Feature]:
    by_key = {unit.key: unit for unit in units}
    features = []
    for (a, b), line in shared_lines((unit.key, unit.shape) for unit in units).items():
        if by_key[a].country != by_key[b].country:
            continue
        width = math.sqrt(min(by_key[a].shape.area, by_key[b].shape.area))
        zoom = next((z for z in range(5, 11) if width >= ADM1_WIDTH * pixel(z - 1)), 11)
        features.append(Feature(line, {"z": zoom}))
    return features


def read_atlas() -> tuple[Atlas, list[sources.Source]]:
    """Read all inputs; also returns the list of the files that were read."""
    outlines = sources.natural_earth("cultural", "ne_10m_admin_0_countries")
    boundaries = sources.natural_earth("cultural", "ne_10m_admin_0_boundary_lines_land")
    lakes = sources.natural_earth("physical", "ne_10m_lakes")
    adm1, rivers, seas = sources.admin1(), sources.rivers(), sources.sea_names()

    units = read_adm1(adm1)
    crimea = shapely.union_all([u.shape for u in units if u.iso in CRIMEA])
    countries = read_countries(outlines, crimea)
    places, place_sources = read_places(EUROPE, SMALLEST_TOWN)
    atlas = Atlas(
        countries=countries,
        islands=island_groups(units),
        contested=read_contested(boundaries),
        adm1=_adm1_lines(units),
        lakes=[to_mercator(shape) for shape, _ in read_shapes(lakes.path, ["name"])],
        rivers=[to_mercator(smooth(line)) for line in read_topojson_lines(rivers.path, "rivers")],
        places=places,
        seas=read_seas(seas),
        land=shapely.union_all([country.shape for country in countries]),
    )
    return atlas, [outlines, boundaries, adm1, lakes, rivers, seas, *place_sources]


def _without_specks(shape: BaseGeometry, least: float, neighbours: shapely.STRtree) -> BaseGeometry:
    """Drop islands under `least` m², but never the last part nor a piece wedged in a neighbour."""
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    keep = (areas >= least) | (areas == areas.max())
    for i in np.flatnonzero(~keep):
        keep[i] = len(neighbours.query(parts[i], predicate="intersects")) > 1
    return shapely.multipolygons(parts[keep].tolist())


def _land_and_borders(atlas: Atlas, zoom: int) -> tuple[list[Feature], list[Feature]]:
    area = shapely.box(*region(zoom))
    countries = [c for c in atlas.countries if c.shape.intersects(area)]
    size = pixel(zoom)
    outlines = shapely.coverage_simplify(np.array([c.shape for c in countries]), DETAIL[zoom] * size)
    tree = shapely.STRtree(outlines)
    least = SMALLEST_ISLAND.get(zoom, SMALLEST_ELSEWHERE) * size**2
    earth = [
        Feature(_without_specks(shape, least, tree), {"iso": country.code})
        for country, shape in zip(countries, outlines, strict=True)
    ]
    reach = atlas.contested.buffer(max(1500.0, 2 * DETAIL[zoom] * size))
    return earth, _borders(countries, outlines, reach, zoom)


def _borders(countries: list[Country], outlines: np.ndarray, contested: BaseGeometry, zoom: int) -> list[Feature]:
    """Lines between neighbours: solid, dotted within `contested`, faint round a base in Cyprus."""
    codes = {c.key: c.code for c in countries}
    borders = []
    owners = zip((c.key for c in countries), outlines, strict=True)
    for (a, b), line in shared_lines(owners).items():
        pieces = {"solid": line.difference(contested), "claim": line.intersection(contested)}
        if {codes[a], codes[b]} == {"CY", "GB"}:
            pieces = {"base": line}
        for kind, piece in pieces.items():
            if not piece.is_empty:
                borders.append(Feature(piece, {"kind": kind, "a": codes[a], "b": codes[b]}))
    if zoom >= FIRST_BORDER_SIDES:
        return borders
    joined = []
    for kind in ("solid", "claim"):
        lines = [border.shape for border in borders if border.properties["kind"] == kind]
        joined.append(Feature(shapely.line_merge(shapely.union_all(lines)), {"kind": kind}))
    return joined


def _label_centre(shape: BaseGeometry) -> BaseGeometry:
    """Where a country's name has most room; within our map when a fair share of the country is."""

    def roomiest(area: BaseGeometry) -> BaseGeometry:
        largest = max(shapely.get_parts(area), key=lambda part: part.area)
        return shapely.Point(shapely.maximum_inscribed_circle(largest, 2000).coords[0])

    centre = roomiest(shape)
    ours = shapely.box(*region(MAX_ZOOM))
    if centre.within(ours):
        return centre
    inside = shape.intersection(ours)
    return roomiest(inside) if inside.area > SHARE_NAMED * shape.area else centre


def _country_labels(atlas: Atlas, zoom: int) -> list[Feature]:
    labels = []
    for country in sorted(atlas.countries, key=lambda c: (-c.area, c.key)):
        if not country.names:
            continue
        first = next(z for z, least in COUNTRY_STEPS if country.area >= least)
        if first > zoom + 1:
            continue
        centre = _label_centre(country.shape)
        size = sum(country.area >= least for least in COUNTRY_SIZES)
        properties = {"iso": country.code, "z": first, "size": size, **country.names}
        labels.append(Feature(centre, properties))
    if zoom + 1 >= FIRST_ISLAND_NAMES:
        for group in atlas.islands:
            properties = {"iso": "", "z": FIRST_ISLAND_NAMES, "size": 0, **group.names}
            labels.append(Feature(shapely.Point(group.point), properties))
    area = shapely.box(*region(zoom))
    if zoom in NAMED:
        west, south, east, north = NAMED[zoom]
        area = shapely.box(*point_to_mercator(west, south), *point_to_mercator(east, north))
    return [label for label in labels if label.shape.within(area)]


def _city_labels(atlas: Atlas, zoom: int) -> list[Feature]:
    deepest = 99 if zoom == MAX_ZOOM else zoom + 1
    labels = []
    for place in atlas.places:
        if place.zoom > deepest:
            continue
        size = sum(place.population >= least for least in CITY_SIZES)
        properties = {"z": place.zoom, "size": size, **place.names}
        if place.capital:
            properties["capital"] = 1
        labels.append(Feature(shapely.Point(place.point), properties))
    return labels


def _sea_labels(atlas: Atlas, zoom: int) -> list[Feature]:
    return [
        Feature(shapely.Point(sea.point), {"z": sea.first_zoom, "last": sea.last_zoom, **sea.names})
        for sea in atlas.seas
        if sea.first_zoom <= zoom + 1 and (sea.last_zoom >= zoom + 1)
    ]


def layers_of(atlas: Atlas, zoom: int) -> dict[str, list[Feature]]:
    """The layers of one tile zoom, generalised, in the order in which labels may take room."""
    size = pixel(zoom)
    earth, borders = _land_and_borders(atlas, zoom)
    layers = {"earth": earth, "border": borders if zoom >= FIRST_BORDERS else []}
    if zoom >= FIRST_LAKES:
        layers["water"] = [
            Feature(lake.simplify(0.6 * size * DETAIL[zoom]), {})
            for lake in atlas.lakes
            if lake.area >= SMALLEST_LAKE[zoom] * size**2
        ]
    if zoom >= FIRST_RIVERS:
        layers["river"] = [Feature(line.simplify(0.5 * size), {}) for line in atlas.rivers]
    if zoom >= FIRST_ADM1:
        layers["adm1"] = [
            Feature(line.shape.simplify(0.6 * size), line.properties)
            for line in atlas.adm1
            if line.properties["z"] <= (99 if zoom == MAX_ZOOM else zoom + 1)
        ]
    if zoom >= FIRST_LABELS:
        layers["country"] = _country_labels(atlas, zoom)
        layers["sea"] = _sea_labels(atlas, zoom)
        layers["city"] = _city_labels(atlas, zoom)
    return {name: features for name, features in layers.items() if features}
