"""Reading vector files as shapely geometries and taking them to Web Mercator."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS = 6378137.0
MERCATOR_LIMIT = 85.05112877980659
HALF_WORLD = np.pi * EARTH_RADIUS


def read_shapes(path: Path, columns: list[str]) -> list[tuple[BaseGeometry, dict[str, Any]]]:
    """Geometries (EPSG:4326) and the named attributes of every feature of a vector file."""
    _, _, wkb, values = pyogrio.raw.read(path, columns=columns)
    names = pyogrio.raw.read(path, columns=columns, max_features=1)[0]["fields"]
    rows = zip(*values, strict=True)
    return [(shape, dict(zip(names, row, strict=True))) for shape, row in zip(shapely.from_wkb(wkb), rows, strict=True)]


def read_topojson_lines(path: Path, name: str) -> list[BaseGeometry]:
    """Lines (EPSG:4326) of one object of a quantised TopoJSON file."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def line(numbers: list[int]) -> np.ndarray:
        return np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers])

    lines: list[BaseGeometry] = []
    for shape in topology["objects"][name]["geometries"]:
        if shape["type"] == "LineString":
            lines.append(shapely.LineString(line(shape["arcs"])))
        elif shape["type"] == "MultiLineString":
            lines.extend(shapely.LineString(line(part)) for part in shape["arcs"])
    return lines


def _project(lonlat: np.ndarray) -> np.ndarray:
    latitude = np.clip(lonlat[:, 1], -MERCATOR_LIMIT, MERCATOR_LIMIT)
    y = np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2))
    return np.column_stack([np.radians(lonlat[:, 0]), y]) * EARTH_RADIUS


def to_mercator(shape: BaseGeometry) -> BaseGeometry:
    """EPSG:4326 (degrees) to EPSG:3857 (metres); latitudes are cut at ±85.05°."""
    return shapely.transform(shape, _project)


def point_to_mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """One position in degrees as EPSG:3857 metres."""
    x, y = _project(np.array([[longitude, latitude]]))[0]
    return float(x), float(y)


def shared_lines(
    owners: Iterable[tuple[str, BaseGeometry]],
) -> dict[tuple[str, str], BaseGeometry]:
    """The lines between neighbours: {(owner, owner): multi-line}, owners in sorted order.

    A segment that two polygons share vertex for vertex lies between them; a segment that only
    one polygon has is coast. Pairs of parts of the same owner are left out.
    """
    seen: dict[tuple[float, ...], str] = {}
    between: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for owner, shape in owners:
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            points = shapely.get_coordinates(ring)
            start, end = points[:-1], points[1:]
            flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
            low = np.where(flip[:, None], end, start)
            high = np.where(flip[:, None], start, end)
            for key in map(tuple, np.hstack([low, high]).tolist()):
                other = seen.setdefault(key, owner)
                if other != owner:
                    a, b = sorted((other, owner))
                    between.setdefault((a, b), []).append(key)
    return {
        pair: shapely.line_merge(shapely.multilinestrings([[(k[0], k[1]), (k[2], k[3])] for k in sorted(set(keys))]))
        for pair, keys in sorted(between.items())
    }


def smooth(line: BaseGeometry, rounds: int = 2) -> BaseGeometry:
    """Round off the steps of a quantised line by cutting its corners (Chaikin)."""
    points = shapely.get_coordinates(line)
    for _ in range(rounds):
        if len(points) < 3:
            break
        near = points[:-1] * 0.75 + points[1:] * 0.25
        far = points[:-1] * 0.25 + points[1:] * 0.75
        inner = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], inner[1:-1], points[-1:]])
    return shapely.LineString(points)
