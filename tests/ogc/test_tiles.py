"""OGC API – Tiles: what a map client draws is what the features are, counts included."""

import math
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import mvt
from mapapp.settings import Settings

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


@pytest.mark.parametrize("query", ["", "?bbox=5,45,17,55", "?filter=id%20LIKE%20'%25t%25'%20AND%20country%20<>%20'DE'"])
@pytest.mark.parametrize("name", ["regions", "events", "needs"])
def test_points_drawn_by_the_database_are_counted_as_well(client: Any, name: str, query: str) -> None:
    wanted = matched(client, name, query)[1]
    for zoom in (0, 3):
        found = [
            one
            for row in range(2**zoom)
            for column in range(2**zoom)
            for one in features(client, name, zoom, row, column, query)
        ]
        assert sum(one["properties"]["point_count"] for one in found) == wanted
        for properties in (one["properties"] for one in found):
            named = {"id", "statement" if name == "needs" else "name" if name == "regions" else "title"}
            assert properties.keys() == {"point_count", *(named if properties["point_count"] == 1 else ())}
    assert wanted


CORNERS = ((0, 0), (0, 66.51326044311186), (-180, -90), (180, 90), (180, -85.06), (-180, 85.0511287798066), (11.25, 0))


def drawn(client: Any, name: str, zoom: int, row: int, column: int) -> list[tuple[int, int, int, bool]]:
    found = features(client, name, zoom, row, column)
    return sorted(
        (*one["geometry"]["coordinates"], one["properties"]["point_count"], "id" in one["properties"]) for one in found
    )


def test_the_database_draws_points_as_the_memory_does(settings: Settings, atlas_engine: Engine) -> None:
    numbered = "(SELECT id, row_number() OVER (ORDER BY id) AS nth FROM {})"
    with atlas_engine.begin() as connection:
        for nth, (lon, lat) in enumerate(CORNERS, start=1):
            connection.execute(
                text(
                    "UPDATE region SET location = ST_Point(:lon, :lat, 4326), location_kind = 'municipality' "
                    f"FROM {numbered.format('region')} n WHERE n.id = region.id AND n.nth = :nth"
                ),
                {"lon": lon, "lat": lat, "nth": nth},
            )
        connection.execute(text("UPDATE practice SET location = NULL, location_kind = NULL"))
        connection.execute(
            text(
                "UPDATE practice SET location = region.location, location_kind = region.location_kind "
                f"FROM {numbered.format('practice')} n JOIN {numbered.format('region')} o USING (nth) "
                "JOIN region ON region.id = o.id WHERE n.id = practice.id"
            )
        )
    client = create_app(settings, atlas_engine).test_client()
    every = [(zoom, row, column) for zoom in (0, 1, 3) for row in range(2**zoom) for column in range(2**zoom)]
    # North-west and south-east of where the meridian of Greenwich and the equator meet, and Innsbruck.
    every += [(12, 2047, 2047), (12, 2048, 2048), (9, 255, 255), (9, 256, 272), (10, 358, 543), (22, 2**21, 2**21)]
    for place in every:
        ours, theirs = drawn(client, "regions", *place), drawn(client, "practices", *place)
        assert [one[2:] for one in ours] == [one[2:] for one in theirs], place
        # The mean of the same numbers in another order.
        assert [one[:2] for one in ours] == [pytest.approx(one[:2], abs=1) for one in theirs], place
    assert drawn(client, "regions", 22, 2**21, 2**21) == [(0, 4096, 1, True)]


def test_projects_are_all_shown(client: Any) -> None:
    found = features(client, "projects", 0, 0, 0)
    assert len(found) == matched(client, "projects")[1]
    assert {"id"} <= found[0]["properties"].keys()


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
