"""Vector tiles of the collections, with the same filters as their features."""

from typing import Any

from flask import Response, abort, request

from ..atlas import tiles
from ..formats import mvt, ogc_tiles
from ..formats.fields import Collection
from ..formats.ogc_collections import SEARCHED
from ..queries.tiles import Tile
from . import ogc_items, ogc_links, ogc_reading, ogc_selecting
from .ogc import blueprint, form_asked, given, words_of
from .ogc_links import DOCUMENT, JSON, REL, address, link
from .translating import gettext as _


@blueprint.get("/tileMatrixSets")
def grids() -> Response:
    """The grids of the tiles: one."""
    form = form_asked()
    one = {
        "id": ogc_tiles.GRID,
        "uri": ogc_tiles.GRID_URI,
        "links": [link("self", address(f"/tileMatrixSets/{ogc_tiles.GRID}"), JSON, _("The grid"))],
    }
    document = {"title": _("The grids of the tiles"), "tileMatrixSets": [one]}
    return given({**document, "links": ogc_links.here(DOCUMENT, form)}, form, "tiles")


@blueprint.get("/tileMatrixSets/<grid>")
def grid(grid: str) -> Response:
    """A grid."""
    if grid != ogc_tiles.GRID:
        abort(404)
    form = form_asked()
    return given(ogc_tiles.grid(ogc_links.here(DOCUMENT, form)), form, "tiles")


def _tileset(collection: Collection, links: list[dict[str, Any]]) -> dict[str, Any]:
    path = f"/collections/{collection.plural}/tiles/{ogc_tiles.GRID}"
    links += [
        link(f"{REL}tiling-scheme", address(f"/tileMatrixSets/{ogc_tiles.GRID}"), JSON, _("The grid")),
        ogc_tiles.template(address(path)),
        link(f"{REL}geodata", address(f"/collections/{collection.plural}"), JSON, _("The collection")),
    ]
    return ogc_tiles.tileset(collection, words_of(collection).title, links)


@blueprint.get("/collections/<collection_id>/tiles")
def tilesets(collection_id: str) -> Response:
    """The sets of tiles of a collection: one."""
    collection, form = ogc_items.collection_of(collection_id), form_asked()
    own = link("self", address(f"/collections/{collection_id}/tiles/{ogc_tiles.GRID}"), JSON, _("The tiles"))
    document = {"tilesets": [_tileset(collection, [own])], "links": ogc_links.here(DOCUMENT, form)}
    return given(document, form, "tiles")


@blueprint.get("/collections/<collection_id>/tiles/<grid>")
def tileset(collection_id: str, grid: str) -> Response:
    """A set of tiles."""
    collection = ogc_items.collection_of(collection_id)
    if grid != ogc_tiles.GRID:
        abort(404)
    form = form_asked()
    return given(_tileset(collection, ogc_links.here(DOCUMENT, form)), form, "tiles")


@blueprint.get("/collections/<collection_id>/tiles/<grid>/<int:zoom>/<int:row>/<int:column>")
def tile(collection_id: str, grid: str, zoom: int, row: int, column: int) -> Response:
    """One tile: close points as one with their number below zoom 10, each above; other geometries always each."""
    collection = ogc_items.collection_of(collection_id)
    if grid != ogc_tiles.GRID or zoom > ogc_tiles.HIGHEST or max(row, column) >= 2**zoom:
        abort(404)
    args = request.args
    ogc_reading.only(args, (*ogc_reading.CONTROLS, *ogc_reading.known(collection)))
    ogc_links.form({"mvt": mvt.MEDIA_TYPE})
    chosen, lang = ogc_reading.chosen(args, collection), ogc_reading.language(args)
    if collection.name in SEARCHED:
        found = tiles.spots(ogc_selecting.answer(collection, chosen, lang), zoom, row, column)
        dots = [mvt.Dot(int(one.x * mvt.EXTENT), int(one.y * mvt.EXTENT), one.slug, one.count) for one in found]
        body = mvt.tile(collection.plural, dots)
    else:
        body = ogc_selecting.tile(collection, chosen, lang, Tile(zoom, row, column))
    return Response(body, content_type=mvt.MEDIA_TYPE)
