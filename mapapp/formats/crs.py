"""The reference systems that files can be had in: EPSG codes that PostGIS and GDAL both know."""

import re

GEOGRAPHIC = 4326
DEGREES = (4326, 4258)  # the others are in metres
#: EPSG code → name. Axes in files stand as GIS programs expect them: x (east, longitude) before y (north, latitude).
OFFERED = {
    4326: "WGS 84",
    4258: "ETRS89",
    3857: "Web Mercator",
    3035: "ETRS89 / LAEA Europe",
    3034: "ETRS89 / LCC Europe",
    **{25828 + zone - 28: f"ETRS89 / UTM {zone}N" for zone in range(28, 38)},
}
_WRITTEN = re.compile(
    r"(?:EPSG:|urn:ogc:def:crs:EPSG:[0-9.]*:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)?([0-9]{4,5})",
    re.IGNORECASE,
)


def read(text: str) -> int | None:
    """Return the EPSG code of a system as people write it (3035, EPSG:3035, an OGC address), None if not offered."""
    found = _WRITTEN.fullmatch(text.strip())
    code = int(found[1]) if found else 0
    return code if code in OFFERED else None


def name(code: int) -> str:
    """Return what a file says of its system."""
    return f"EPSG:{code} ({OFFERED[code]})"
