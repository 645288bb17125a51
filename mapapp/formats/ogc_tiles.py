"""Documents about the tiles of the OGC API: the one grid, and the set of tiles of a collection."""

from collections.abc import Sequence
from typing import Any

from ..queries.export import SOURCES
from . import mvt
from .fields import Collection

GRID = "WebMercatorQuad"
GRID_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
SYSTEM = "http://www.opengis.net/def/crs/EPSG/0/3857"
HIGHEST = 22
_EDGE = 20037508.3427892  # metres from the middle of the square to its edges
_SCALE = 559082264.028717  # denominator of the scale of the one tile of zoom 0, 0.28 mm a pixel

Links = Sequence[dict[str, Any]]


def grid(links: Links) -> dict[str, Any]:
    """Return the tile matrix set (OGC 17-083r4): zooms 0 to 22 of 256-pixel tiles."""
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": GRID_URI,
        "crs": SYSTEM,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": _SCALE / 2**zoom,
                "cellSize": 2 * _EDGE / 256 / 2**zoom,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-_EDGE, _EDGE],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
            }
            for zoom in range(HIGHEST + 1)
        ],
        "links": list(links),
    }


def tileset(collection: Collection, title: str, links: Links) -> dict[str, Any]:
    """Return the description of the tiles of a collection."""
    return {
        "title": title,
        "dataType": "vector",
        "crs": SYSTEM,
        "tileMatrixSetURI": GRID_URI,
        "layers": [
            {
                "id": collection.plural,
                "dataType": "vector",
                "geometryDimension": 2 if SOURCES[collection.name].kind == "multipolygon" else 0,
            }
        ],
        "links": list(links),
    }


def template(address: str) -> dict[str, Any]:
    """Return the link to each tile of a set."""
    return {
        "rel": "item",
        "href": f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
        "type": mvt.MEDIA_TYPE,
        "templated": True,
    }
