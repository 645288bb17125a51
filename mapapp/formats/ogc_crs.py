"""Reference systems by their OGC addresses, with the axes in the order of the authority that defines them."""

from typing import NamedTuple

from . import crs

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
#: Latitude or northing first; the other offered systems name easting first. A test compares this with PROJ.
NORTH_FIRST = frozenset((4326, 4258, 3035, 3034))


class System(NamedTuple):
    """A reference system: its address, its SRID in PostGIS, whether north comes first, whether it is in degrees."""

    uri: str
    srid: int
    north_first: bool
    degrees: bool

    @property
    def digits(self) -> int:
        """Decimals that tell about 0.1 m apart, or centimetres."""
        return 6 if self.degrees else 2

    def geometry(self, column: str) -> str:
        """Return the SQL of a geometry (EPSG:4326, longitude first) in this system and its order of axes."""
        moved = column if self.srid == crs.GEOGRAPHIC else f"ST_Transform({column}, {self.srid})"
        return f"ST_FlipCoordinates({moved})" if self.north_first else moved


WORLD = System(CRS84, crs.GEOGRAPHIC, False, True)
OFFERED = {
    CRS84: WORLD,
    **{
        f"{_EPSG}{code}": System(f"{_EPSG}{code}", code, code in NORTH_FIRST, code in crs.DEGREES)
        for code in crs.OFFERED
    },
}
