"""OGC API – Tiles: what a map client draws is what the features are, counts included."""

import math
from typing import Any

import mapbox_vector_tile
import pytest

from mapapp.formats import mvt

TILES = "/ogc/collections/{}/tiles/WebMercatorQuad"


def features(client: Any, name: str, zoom: int, row: int, column: int, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{TILES.format(name)}/{zoom}/{row}/{column}{query}")
    assert (answer.status_code, answer.content_type) == (200, mvt.MEDIA_TYPE)
    layers = mapbox_vector_tile.decode(answer.data) if answer.data else {}
    assert set(layers) <= {name}
    return layers[name]["features"] if layers else []


def matched(client: Any, name: str, query: str = "") -> tuple[int, int]:
    page = client.get(f"/ogc/collections/{name}/items{query}{'&' if query else '?'}limit=1000").json
    return page["numberMatched"], sum(one["geometry"] is not None for one in page["features"])


@pytest.mark.parametrize("query", ["", "?theme=housing", "?filter=country%20%3D%20'AT'", "?q=women&country=SE"])
@pytest.mark.parametrize("zoom", [0, 3])
def test_the_counts_of_all_tiles_of_a_zoom_are_the_features_with_a_place(client: Any, query: str, zoom: int) -> None:
    for name in ("practices", "services") if not query else ("practices",):
        found = [
            one
            for row in range(2**zoom)
            for column in range(2**zoom)
            for one in features(client, name, zoom, row, column, query)
        ]
        assert sum(one["properties"]["point_count"] for one in found) == matched(client, name, query)[1]
        assert all(("id" in one["properties"]) == (one["properties"]["point_count"] == 1) for one in found)


def test_high_zooms_show_each_record_where_it_is(client: Any) -> None:
    x, y = (10.7397 + 180) / 360 * 4096, (1 - math.asinh(math.tan(math.radians(47.245))) / math.pi) / 2 * 4096
    found = features(client, "practices", 12, int(y), int(x))
    known = {one["properties"]["id"]: one["geometry"]["coordinates"] for one in found}
    assert "imst-abc-cafe" in known
    # The decoder counts y from the south.
    assert known["imst-abc-cafe"] == pytest.approx([x % 1 * 4096, 4096 - y % 1 * 4096], abs=2)


@pytest.mark.parametrize("name", ["regions", "projects", "events", "needs"])
def test_other_collections_are_drawn_by_the_database(client: Any, name: str) -> None:
    assert len(features(client, name, 0, 0, 0)) == matched(client, name)[1]
    assert {"id"} <= features(client, name, 0, 0, 0)[0]["properties"].keys()


def test_areas_are_filtered_like_their_features(client: Any) -> None:
    wanted = matched(client, "territories", "?level=1&country=AT")[0]
    found = features(client, "territories", 4, 5, 8, "?level=1&country=AT")
    assert {one["properties"]["id"] for one in found} == {"AT1", "AT2", "AT3"}
    assert wanted == 3
    assert {one["geometry"]["type"] for one in found} <= {"Polygon", "MultiPolygon"}
    assert client.get(f"{TILES.format('territories')}/4/5/8?filter=colour=1").status_code == 400


def test_the_documents_lead_to_the_tiles(client: Any) -> None:
    listed = client.get("/ogc/collections/practices/tiles").json["tilesets"]
    own = next(one for one in listed[0]["links"] if one["rel"] == "self")["href"].removeprefix("http://localhost")
    tileset = client.get(own).json
    links = {one["rel"]: one for one in tileset["links"]}
    assert links["item"]["templated"] is True
    path = links["item"]["href"].format(tileMatrix=0, tileRow=0, tileCol=0).removeprefix("http://localhost")
    assert client.get(path).content_type == links["item"]["type"] == mvt.MEDIA_TYPE
    scheme = links["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"]["href"].removeprefix("http://localhost")
    grid = client.get(scheme).json
    assert grid["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert [one["matrixWidth"] for one in grid["tileMatrices"]] == [2**zoom for zoom in range(23)]
    assert tileset["tileMatrixSetURI"] == grid["uri"]
    assert tileset["layers"][0]["id"] == "practices"


def test_a_tile_of_nothing_is_empty() -> None:
    assert mvt.tile("x", []) == b""
    many = [mvt.Dot(n % 4096, n // 4096, f"record-{n}", 1) for n in range(5000)]
    decoded = mapbox_vector_tile.decode(mvt.tile("x", many), default_options={"y_coord_down": True})["x"]
    assert decoded["extent"] == 4096
    assert [one["properties"]["id"] for one in decoded["features"]] == [one.id for one in many]
    assert decoded["features"][4999]["geometry"]["coordinates"] == [4999 % 4096, 1]
