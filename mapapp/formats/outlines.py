"""The outlines of land, borders and country names for maps without tiles; Natural Earth, public domain."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "static" / "basemap" / "outlines.json"
#: West, south, east, north in degrees: where the drawing ends (BOX of `geodata.basemap.outlines`).
BOX = (-31.44, 26.01, 46.71, 71.57)


@lru_cache(maxsize=1)
def read() -> dict[str, Any]:
    """Return `land` (polygons as rings), `borders` (lines by kind: solid, claim) and `countries` (at, z, names by
    language); all positions are longitude and latitude in degrees."""
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content
