"""The outlines of the basemap for maps without tiles (the stand-alone map, the poster), read off the finished tiles.

`python -m geodata.basemap.outlines` writes them again after `make basemap`. What the tiles decide about borders and
names holds here too.
"""

import json
import math
import warnings
from pathlib import Path
from typing import Any

import pyogrio.raw
import shapely

STATIC = Path(__file__).parents[2] / "mapapp" / "static" / "basemap"
TILES, OUTLINES = STATIC / "europe.pmtiles", STATIC / "outlines.json"
ZOOM = 5
BOX = (-3_500_000, 3_000_000, 5_200_000, 11_600_000)  # EPSG:3857, metres
TOLERANCE = 1500  # metres; islands smaller than its square tenfold are left out
RADIUS = 6378137.0
LANGUAGES = ("en", "de", "it")


def _layer(name: str) -> tuple[Any, list[dict[str, Any]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the file's layers have no declared type of geometry
        meta, _ids, geometries, columns = pyogrio.raw.read(TILES, layer=name, ZOOM_LEVEL=ZOOM)
    said = [json.loads(text) if text else {} for text in columns[list(meta["fields"]).index("json")]]
    return shapely.clip_by_rect(shapely.make_valid(shapely.from_wkb(geometries)), *BOX), said


def _degrees(line: Any) -> list[list[float]]:
    """Return the vertices of a line (EPSG:3857) as longitude and latitude in degrees."""
    return [
        [
            round(math.degrees(x / RADIUS), 2),
            round(math.degrees(2 * math.atan(math.exp(y / RADIUS)) - math.pi / 2), 2),
        ]
        for x, y in shapely.get_coordinates(line).tolist()
    ]


def read() -> dict[str, Any]:
    """Return land (rings), borders (lines by kind) and names of countries (point, size, name by language)."""
    earth, _said = _layer("earth")
    land = shapely.simplify(shapely.union_all(shapely.buffer(earth, 1)), TOLERANCE)
    parts = [part for part in shapely.get_parts(land).tolist() if shapely.area(part) > 10 * TOLERANCE**2]
    lines, kinds = _layer("border")
    borders: dict[str, Any] = {}
    for kind in ("solid", "claim"):
        chosen = [line for line, one in zip(lines, kinds, strict=True) if one.get("kind") == kind]
        merged = shapely.simplify(shapely.line_merge(shapely.union_all(chosen)), TOLERANCE)
        borders[kind] = [_degrees(line) for line in shapely.get_parts(merged).tolist()]
    points, names = _layer("country")
    said = {}
    for point, one in zip(points, names, strict=True):
        if not shapely.is_empty(point) and one.get("z", 9) <= 4:
            named = {lang: one.get(f"name_{lang}", one["name"]) for lang in LANGUAGES} | {"en": one["name"]}
            said[one["iso"]] = {"at": _degrees(point)[0], "z": one["z"], "names": named}
    return {
        "land": [[_degrees(ring) for ring in shapely.get_rings(part)] for part in parts],
        "borders": borders,
        "countries": [said[iso] for iso in sorted(said)],
    }


if __name__ == "__main__":
    OUTLINES.write_text(json.dumps(read(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
