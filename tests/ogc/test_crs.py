"""OGC API – Features Part 2: coordinates in other systems, in the order of axes that their authorities define."""

import csv
import json
import re
from typing import Any

import pyproj
import pytest
from pyproj import Transformer

from mapapp.formats import ogc_crs

ITEMS = "/ogc/collections/practices/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def refused(client: Any, query: dict[str, str], parameter: str) -> None:
    answer = client.get(ITEMS, query_string=query)
    assert (answer.status_code, answer.json["parameter"]) == (400, parameter), query


def test_the_order_of_axes_is_that_of_the_authority() -> None:
    for uri, system in ogc_crs.OFFERED.items():
        if uri.startswith(EPSG):
            defined = pyproj.CRS.from_epsg(system.srid)
            assert uri == f"{EPSG}{system.srid}"
            assert system.north_first == (defined.axis_info[0].direction == "north"), uri
            assert system.degrees == defined.is_geographic
    assert {f"{EPSG}{code}" for code in (4326, 3857, 3035, 4258, 25832)} < ogc_crs.OFFERED.keys()


@pytest.mark.parametrize("uri", ogc_crs.OFFERED)
def test_coordinates_are_those_of_the_system(client: Any, uri: str) -> None:
    plain = client.get(f"{ITEMS}?limit=50").json["features"]
    answer = client.get(ITEMS, query_string={"limit": 50, "crs": uri})
    assert answer.headers["Content-Crs"] == f"<{uri}>"
    authority = pyproj.CRS.from_user_input("OGC:CRS84" if uri == ogc_crs.CRS84 else f"EPSG:{uri.rsplit('/')[-1]}")
    moved = Transformer.from_crs("OGC:CRS84", authority)  # the order of axes as defined
    tolerance = 2e-6 if authority.is_geographic else 0.2
    for before, after in zip(plain, answer.json["features"], strict=True):
        if before["geometry"] is None:
            assert after["geometry"] is None
            continue
        assert after["geometry"]["coordinates"] == pytest.approx(
            moved.transform(*before["geometry"]["coordinates"]), abs=tolerance
        )
    one = client.get(f"{ITEMS}/imst-abc-cafe", query_string={"crs": uri})
    assert one.headers["Content-Crs"] == f"<{uri}>"
    listed = next(one for one in answer.json["features"] if one["id"] == "imst-abc-cafe")
    assert one.json["geometry"] == listed["geometry"]


@pytest.mark.parametrize("code", [4326, 4258, 3857, 3035, 25832])
@pytest.mark.parametrize("name", ["practices", "regions"])
def test_a_box_in_another_system_finds_what_lies_in_it_there(client: Any, name: str, code: int) -> None:
    authority = pyproj.CRS.from_epsg(code)
    moved = Transformer.from_crs("OGC:CRS84", authority)
    corners = [moved.transform(*corner) for corner in ((6, 44), (16, 53))]
    first, second = zip(*corners, strict=True)
    box = (min(first), min(second), max(first), max(second))
    path = f"/ogc/collections/{name}/items"
    everything = client.get(f"{path}?limit=1000").json["features"]

    def inside(feature: dict[str, Any]) -> bool:
        if feature["geometry"] is None:
            return True
        x, y = moved.transform(*feature["geometry"]["coordinates"])
        return box[0] <= x <= box[2] and box[1] <= y <= box[3]

    asked = {"limit": 1000, "bbox": ",".join(map(repr, box)), "bbox-crs": f"{EPSG}{code}"}
    found = client.get(path, query_string=asked).json["features"]
    assert [one["id"] for one in found] == [one["id"] for one in everything if inside(one)]
    assert 0 < len(found) < len(everything)


@pytest.mark.parametrize("code", [3857, 3035, 25832])
def test_a_box_may_be_wider_than_its_system(client: Any, code: int) -> None:
    for name in ("practices", "territories"):
        path, system = f"/ogc/collections/{name}/items", {"bbox-crs": f"{EPSG}{code}", "limit": "1"}

        def count(box: str, path: str = path, system: dict[str, str] = system) -> int:
            return client.get(path, query_string={"bbox": box, **system}).json["numberMatched"]

        assert count("-1e30,-1e30,1e30,1e30") == client.get(f"{path}?limit=1").json["numberMatched"]
        west_or_south = {3857: "-25e6,4e6,1.5e6,8e6", 25832: "-4e6,4e6,5e5,8e6"}.get(code, "-9e6,-9e6,3e6,9e6")
        near = {3857: "-20e6,4e6,1.5e6,8e6", 25832: "-3e6,4e6,5e5,8e6"}.get(code, "0,0,3e6,7e6")
        assert 0 < count(near) <= count(west_or_south)
        if name == "practices":
            assert count(near) == count(west_or_south) < 151


def test_a_system_that_does_not_reach_is_named(client: Any) -> None:
    path = "/ogc/collections/territories/items"
    far = client.get(path, query_string={"crs": f"{EPSG}25837", "id": "FRY3"})
    assert (far.status_code, far.json["parameter"]) == (400, "crs"), "French Guiana from the longitudes of Moscow"
    assert client.get(path, query_string={"crs": f"{EPSG}25837", "id": "FI193"}).status_code == 200


def test_a_filter_speaks_its_own_system(client: Any) -> None:
    plain = client.get(ITEMS, query_string={"filter": "S_INTERSECTS(geometry, BBOX(9,46,17,49))"}).json
    turned = {"filter": "S_INTERSECTS(geometry, BBOX(46,9,49,17))", "filter-crs": f"{EPSG}4326"}
    assert client.get(ITEMS, query_string=turned).json["numberMatched"] == plain["numberMatched"] > 10
    moved = Transformer.from_crs("OGC:CRS84", "EPSG:3857")
    west, south = moved.transform(9, 46)
    east, north = moved.transform(17, 49)
    metres = {
        "filter": json.dumps(
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [west, south, east, north]}]}
        ),
        "filter-lang": "cql2-json",
        "filter-crs": f"{EPSG}3857",
        "crs": f"{EPSG}3035",
    }
    assert client.get(ITEMS, query_string=metres).json["numberMatched"] == plain["numberMatched"]


def test_unknown_systems_and_reversed_boxes_are_named(client: Any) -> None:
    for name in ("crs", "bbox-crs", "filter-crs"):
        for wrong in ("", "EPSG:4326", f"{EPSG}27700", "x"):
            refused(client, {name: wrong}, name)
    refused(client, {"bbox": "46,9,49,181", "bbox-crs": f"{EPSG}4326"}, "bbox")
    refused(client, {"bbox": "91,9,92,17", "bbox-crs": f"{EPSG}4326"}, "bbox")
    refused(client, {"bbox": "5000000,2000000,4000000,3000000", "bbox-crs": f"{EPSG}3035"}, "bbox")


def test_json_fg_puts_other_systems_into_place(client: Any) -> None:
    fg = client.get(ITEMS, query_string={"f": "jsonfg", "crs": f"{EPSG}3035", "limit": 5})
    assert fg.content_type == "application/vnd.ogc.fg+json"
    for kind in ("application/vnd.ogc.fg+json", "application/fg+json"):
        asked = client.get(f"{ITEMS}?limit=5", headers={"Accept": f"{kind}, application/geo+json;q=0.8"})
        assert asked.content_type == fg.content_type
    document = fg.json
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in document["conformsTo"]
    assert document["coordRefSys"] == f"{EPSG}3035"
    assert document["featureType"] == "practice"
    for one in document["features"]:
        assert one["geometry"] is None
        assert one["place"]["coordinates"][0] > 1_000_000
        assert one["time"] is None or {"date", "interval"} & one["time"].keys()
    plain = client.get(f"{ITEMS}/imst-abc-cafe?f=jsonfg").json
    assert plain["place"] is None
    assert plain["geometry"]["type"] == "Point"


def test_sequences_and_tables_hold_the_same_features(client: Any) -> None:
    page = client.get(f"{ITEMS}?limit=7").json
    sequence = client.get(f"{ITEMS}?limit=7&f=geojsonseq")
    assert sequence.content_type == "application/geo+json-seq"
    texts = sequence.data.split(b"\x1e")
    assert texts[0] == b""
    assert [json.loads(one) for one in texts[1:]] == page["features"]
    assert 'rel="next"' in sequence.headers["Link"]
    assert sequence.headers["OGC-NumberMatched"] == "151"
    table = client.get(f"{ITEMS}?limit=7&f=csv")
    lines = table.data.decode("utf-8-sig").split("\r\n")
    assert lines[0].endswith("slug,lon,lat")
    assert sum(one["id"] in table.text for one in page["features"]) == 7
    few = client.get(f"{ITEMS}?limit=7&f=csv&properties=country,title&skipGeometry=true").data.decode("utf-8-sig")
    assert [len(row) for row in csv.reader(few.splitlines())] == [3] * 8
    assert few.splitlines()[0] == "title,country,slug"


def test_tables_of_areas_keep_to_the_order_of_axes(client: Any) -> None:
    asked = {"id": "AT334", "properties": "name", "crs": f"{EPSG}4326"}
    path = "/ogc/collections/territories/items"
    first = client.get(path, query_string=asked).json["features"][0]["geometry"]["coordinates"][0][0][0]
    table = client.get(path, query_string={**asked, "f": "csv"}).data.decode("utf-8-sig")
    assert re.search(r"[(]+([0-9.]+) ([0-9.]+)", table).groups() == tuple(map(str, first))  # type: ignore[union-attr]
    assert 46 < first[0] < 48
