"""`python -m geodata.basemap`: rebuild the committed basemap from its open sources."""

from __future__ import annotations

import sys

from . import sources
from .archive import write_archive
from .layers import layers_of, read_atlas
from .relief import write_relief
from .tiles import MAX_ZOOM, Tile, pyramid


def main() -> int:
    """Build every output and the list of sources; returns the exit status."""
    sources.OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        atlas, inputs = read_atlas()
        tiles: list[tuple[Tile, bytes]] = []
        for zoom in range(MAX_ZOOM + 1):
            before = len(tiles)
            tiles.extend(pyramid(layers_of(atlas, zoom), zoom))
            print(f"zoom {zoom}: {len(tiles) - before} tiles", flush=True)
        archive = sources.OUTPUT / "europe.pmtiles"
        write_archive(archive, tiles)
        reliefs, relief_source = write_relief(atlas.land, atlas.lakes)
    except sources.MissingSource as missing:
        print(f"basemap: {missing}", file=sys.stderr)
        return 1
    sources.write_sources([*inputs, relief_source], [archive, *reliefs])
    for path in (archive, *reliefs):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
