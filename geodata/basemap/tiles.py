"""Generalising the map for each zoom, cutting it into tiles, and encoding these as MVT."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .shapes import HALF_WORLD, point_to_mercator

# A tile is drawn 512 px wide, at one display zoom above its own.
TILE_PIXELS = 512
BUFFER_PIXELS = 6
MAX_ZOOM = 8
LOW_EXTENT, EXTENT, DEEPEST_EXTENT = 1024, 2048, 4096
LAST_LOW_ZOOM = 3

# Low zooms reach far beyond Europe so that no wide screen ever sees an edge of the world.
WIDEST = (-75.0, -40.0, 105.0, 84.0)
WIDE = (-75.0, 0.0, 105.0, 84.0)
EUROPE = (-38.0, 23.0, 62.0, 75.5)
LAST_WIDEST_ZOOM, LAST_WIDE_ZOOM = 3, 4

Tile = tuple[int, int, int]
Properties = dict[str, Any]


class Feature(NamedTuple):
    """A geometry in EPSG:3857 with what the style needs to know about it."""

    shape: BaseGeometry
    properties: Properties


def pixel(zoom: int) -> float:
    """Metres (EPSG:3857) of one pixel of a tile of this zoom."""
    return 2 * HALF_WORLD / TILE_PIXELS / 2**zoom


def region(zoom: int) -> tuple[float, float, float, float]:
    """The area (EPSG:3857) that the tiles of a zoom cover."""
    degrees = WIDE if zoom <= LAST_WIDE_ZOOM else EUROPE
    west, south, east, north = WIDEST if zoom <= LAST_WIDEST_ZOOM else degrees
    return *point_to_mercator(west, south), *point_to_mercator(east, north)


def tile_bounds(tile: Tile, buffer: float = 0.0) -> tuple[float, float, float, float]:
    """EPSG:3857 bounds of a tile, grown by `buffer` metres."""
    zoom, column, row = tile
    width = 2 * HALF_WORLD / 2**zoom
    west, north = column * width - HALF_WORLD, HALF_WORLD - row * width
    return west - buffer, north - width - buffer, west + width + buffer, north + buffer


def _clip(
    shapes: np.ndarray, owners: np.ndarray, bounds: tuple[float, float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    boxes = shapely.bounds(shapes)
    hit = (
        (boxes[:, 2] >= bounds[0])
        & (boxes[:, 0] <= bounds[2])
        & (boxes[:, 3] >= bounds[1])
        & (boxes[:, 1] <= bounds[3])
    )
    cut = shapely.clip_by_rect(shapes[hit], *bounds)
    kept = ~shapely.is_empty(cut)
    return cut[kept], owners[hit][kept]


def cut(features: list[Feature], zoom: int) -> Iterator[tuple[Tile, list[Feature]]]:
    """Every tile of a zoom that has something in it, with the pieces that fall into it.

    Points go to exactly one tile; lines and areas are cut a little outside its edge.
    """
    if not features:
        return
    area = region(zoom)
    shapes = np.array([feature.shape for feature in features], dtype=object)
    owners = np.arange(len(features))
    points = shapely.get_type_id(shapes[0]) == shapely.GeometryType.POINT

    def descend(tile: Tile, shapes: np.ndarray, owners: np.ndarray) -> Iterator[Any]:
        buffer = 0.0 if points else BUFFER_PIXELS * pixel(tile[0] if tile[0] == zoom else zoom)
        west, south, east, north = tile_bounds(tile, buffer)
        if points:
            x, y = shapely.get_x(shapes), shapely.get_y(shapes)
            inside = (x >= west) & (x < east) & (y > south) & (y <= north)
            shapes, owners = shapes[inside], owners[inside]
        else:
            shapes, owners = _clip(shapes, owners, (west, south, east, north))
        if not len(shapes):
            return
        if tile[0] == zoom:
            pieces = zip(shapes, owners, strict=True)
            yield tile, [Feature(s, features[i].properties) for s, i in pieces]
            return
        level, column, row = tile
        for dy in (0, 1):
            for dx in (0, 1):
                child = (level + 1, 2 * column + dx, 2 * row + dy)
                yield from descend(child, shapes, owners)

    if not points:
        shapes, owners = _clip(shapes, owners, area)
    yield from descend((0, 0, 0), shapes, owners)


def _quantise(shape: BaseGeometry, tile: Tile, extent: int) -> BaseGeometry:
    """A shape in the whole-number coordinates of its tile, y pointing down."""
    west, _, east, north = tile_bounds(tile)
    scale = extent / (east - west)

    def place(xy: np.ndarray) -> np.ndarray:
        return np.column_stack([(xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale])

    moved = shapely.transform(shape, place)
    kind = shapely.get_dimensions(moved)
    if kind == 0:
        return shapely.transform(moved, np.rint)
    snapped = shapely.set_precision(moved, 1.0)
    parts = [p for p in shapely.get_parts(snapped) if shapely.get_dimensions(p) == kind]
    if kind == 1:
        return shapely.multilinestrings(parts) if parts else shapely.MultiLineString()
    return shapely.multipolygons(parts) if parts else shapely.MultiPolygon()


def encode(tile: Tile, layers: dict[str, list[Feature]]) -> bytes | None:
    """One gzipped Mapbox Vector Tile, or None when nothing is left after rounding."""
    extent = EXTENT if LAST_LOW_ZOOM < tile[0] < MAX_ZOOM else LOW_EXTENT
    if tile[0] == MAX_ZOOM:
        extent = DEEPEST_EXTENT
    ready = []
    for name, features in layers.items():
        rows = []
        for feature in features:
            shape = _quantise(feature.shape, tile, extent)
            if not shape.is_empty:
                rows.append({"geometry": shape, "properties": feature.properties})
        if rows:
            ready.append({"name": name, "features": rows})
    if not ready:
        return None
    body = mapbox_vector_tile.encode(ready, default_options={"extents": extent, "y_coord_down": True})
    return gzip.compress(body, compresslevel=9, mtime=0)


def pyramid(features: dict[str, list[Feature]], zoom: int) -> Iterator[tuple[Tile, bytes]]:
    """All tiles of one zoom as (tile, gzipped MVT), from the layers generalised for that zoom."""
    tiles: dict[Tile, dict[str, list[Feature]]] = defaultdict(dict)
    for name, layer in features.items():
        for tile, pieces in cut(layer, zoom):
            tiles[tile][name] = pieces
    for tile in sorted(tiles):
        body = encode(tile, tiles[tile])
        if body is not None:
            yield tile, body
