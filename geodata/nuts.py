"""The NUTS 2021 territories as committed: a readable list of units, and a packed file of their shapes.

Packed shapes: per unit one line `code TAB outline TAB sketch`. A shape is polygons separated by `/`, a polygon is
rings separated by `;`, a ring is its points as pairs of whole numbers, `x y`, separated by commas: the first in
1/10,000 degree of EPSG:4326, each next as the difference from the one before. The ring closes on its first point.
"""

import csv
import hashlib
import lzma
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapapp.writing.incoming import IncomingTerritory, ReferenceFile

FOLDER = Path(__file__).parent / "territories"
UNITS = FOLDER / "nuts-2021.csv"
SHAPES = FOLDER / "nuts-2021-shapes.txt.xz"
VINTAGE = 2021
PER_DEGREE = 10_000

_LITTLE_ENDIAN = 1
_POLYGON, _MULTIPOLYGON = 3, 6
_HAS_SRID = 0x20000000
_EPSG_4326 = 4326


class Unit(NamedTuple):
    """One NUTS unit. `country` is ISO 3166-1; the box is in degrees; `later_code` is NUTS 2024 where it was renamed."""

    code: str
    level: int
    country: str
    name: str
    name_latin: str
    later_code: str
    west: float
    south: float
    east: float
    north: float


def read_units(path: Path = UNITS) -> tuple[Unit, ...]:
    """Return all units, without their shapes."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Unit(row[0], int(row[1]), *row[2:6], *map(float, row[6:]))  # type: ignore[arg-type]
            for row in list(csv.reader(file))[1:]
        )


def country_boxes(units: Sequence[Unit]) -> dict[str, tuple[float, float, float, float]]:
    """Return west, south, east, north in degrees by ISO country, overseas parts included."""
    return {unit.country: unit[6:] for unit in units if unit.level == 0}


def reference_file() -> ReferenceFile[IncomingTerritory]:
    """Return the territories as a file to load when it is new."""
    content = hashlib.sha256(UNITS.read_bytes() + SHAPES.read_bytes()).hexdigest()
    units = read_units()
    return ReferenceFile("territories", content, len(units), lambda: _territories(units))


def _territories(units: Sequence[Unit]) -> Iterator[IncomingTerritory]:
    shapes = read_shapes()
    for unit in units:
        outline, sketch = shapes[unit.code]
        yield IncomingTerritory(
            unit.code,
            unit.level,
            unit.country,
            unit.name,
            unit.name_latin,
            VINTAGE,
            unit.later_code or None,
            multipolygon(outline),
            multipolygon(sketch),
        )


def read_shapes(path: Path = SHAPES) -> dict[str, tuple[str, str]]:
    """Return the packed outline (from 1:3 million) and sketch (from 1:10 million) of each code."""
    with lzma.open(path, "rt", encoding="ascii") as file:
        return {code: (outline, sketch) for code, outline, sketch in (line.rstrip("\n").split("\t") for line in file)}


def multipolygon(packed: str) -> str:
    """Return a packed shape as hexadecimal EWKB of a multipolygon in EPSG:4326."""
    polygons = packed.split("/")
    parts = [struct.pack("<BIII", _LITTLE_ENDIAN, _MULTIPOLYGON | _HAS_SRID, _EPSG_4326, len(polygons))]
    for polygon in polygons:
        rings = polygon.split(";")
        parts.append(struct.pack("<BII", _LITTLE_ENDIAN, _POLYGON, len(rings)))
        for ring in rings:
            points = unpack_ring(ring)
            parts += (struct.pack("<I", len(points)), points.astype("<f8").tobytes())
    return b"".join(parts).hex()


def unpack_ring(packed: str) -> NDArray[np.float64]:
    """Return a closed ring as rows of longitude and latitude in degrees."""
    steps = np.array(packed.replace(",", " ").split(" "), dtype=np.int64).reshape(-1, 2)
    points = steps.cumsum(axis=0) / PER_DEGREE
    return np.concatenate((points, points[:1]))
