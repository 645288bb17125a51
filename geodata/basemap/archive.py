"""Writing tiles into one PMTiles archive, the same bytes for the same tiles."""

from __future__ import annotations

from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from .sources import CREDIT
from .tiles import MAX_ZOOM, WIDEST, Tile

# A first view on a desk or a phone (display zoom 4), on a narrow phone (3), on a wide screen (4).
FIRST_VIEW = [(3, x, y) for x in (3, 4, 5) for y in (1, 2, 3)]
FIRST_VIEW += [(2, x, y) for x in (1, 2) for y in (0, 1)]
FIRST_VIEW += [(3, x, y) for x in (2, 6) for y in (1, 2, 3)]
LAYERS = ("earth", "water", "river", "adm1", "border", "country", "sea", "city")


def _place(tile: Tile) -> tuple[int, int]:
    if tile in FIRST_VIEW:
        return FIRST_VIEW.index(tile), 0
    return len(FIRST_VIEW), zxy_to_tileid(*tile)


def write_archive(path: Path, tiles: list[tuple[Tile, bytes]]) -> None:
    """Write gzipped vector tiles: first those of a first view of Europe, then in Hilbert order.

    The header, the directory and the first view stand together at the beginning of the file,
    so that the browser reads them with one range request.
    """
    by_id = [(zxy_to_tileid(*tile), body) for tile, body in sorted(tiles, key=lambda item: _place(item[0]))]
    with path.open("wb") as handle:
        writer = Writer(handle)
        for tile_id, body in by_id:
            writer.write_tile(tile_id, body)
        west, south, east, north = (round(value * 1e7) for value in WIDEST)
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_lon_e7": west,
                "min_lat_e7": south,
                "max_lon_e7": east,
                "max_lat_e7": north,
                "center_zoom": 4,
                "center_lon_e7": round(12e7),
                "center_lat_e7": round(51e7),
            },
            {
                "name": "Practice Atlas basemap",
                "attribution": CREDIT,
                "vector_layers": [{"id": name, "fields": {}, "minzoom": 0, "maxzoom": MAX_ZOOM} for name in LAYERS],
            },
        )
