"""Real clients read the OGC API: GDAL's driver (as QGIS and ogr2ogr do) and OWSLib."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from owslib.ogcapi.features import Features

OGRINFO, OGR2OGR = shutil.which("ogrinfo"), shutil.which("ogr2ogr")
needs_gdal = pytest.mark.skipif(not OGR2OGR, reason="gdal-bin is not installed")


def read(address: str, folder: Path, layer: str, *options: str) -> list[dict[str, Any]]:
    """Read a layer with GDAL; return its features."""
    target = folder / f"{len(list(folder.iterdir()))}.geojson"
    command = [str(OGR2OGR), "-f", "GeoJSON", str(target), f"OAPIF:{address}/ogc", layer, *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(target.read_text(encoding="utf-8"))["features"]


@needs_gdal
def test_gdal_lists_the_collections(live_server: str) -> None:
    said = subprocess.run(
        [str(OGRINFO), f"OAPIF:{live_server}/ogc"], check=True, capture_output=True, text=True, timeout=120
    ).stdout
    for name in ("practices", "services", "regions", "projects", "events", "needs", "territories"):
        assert f": {name} (title" in said
    assert "(Multi Polygon)" in said


@needs_gdal
def test_gdal_pages_to_the_last_feature(live_server: str, client: Any, tmp_path: Path) -> None:
    for layer in ("practices", "projects"):
        found = read(live_server, tmp_path, layer, "-oo", "PAGE_SIZE=7")
        path = f"/ogc/collections/{layer}/items?limit=1000"
        listed = client.get(path).json["features"]
        assert sorted(one["properties"]["id"] for one in found) == sorted(one["id"] for one in listed)


@needs_gdal
def test_gdal_filters_by_attributes_and_rectangle(live_server: str, client: Any, tmp_path: Path) -> None:
    found = read(live_server, tmp_path, "practices", "-where", "country = 'AT' AND start_year > 2010")
    asked = client.get(
        "/ogc/collections/practices/items",
        query_string={"filter": "country = 'AT' AND start_year > 2010", "limit": 1000},
    ).json["features"]
    assert sorted(one["properties"]["id"] for one in found) == sorted(one["id"] for one in asked)
    inside = read(live_server, tmp_path, "practices", "-spat", "5", "45", "17", "55")
    boxed = client.get("/ogc/collections/practices/items?bbox=5,45,17,55&limit=1000").json["features"]
    assert sorted(one["properties"]["id"] for one in inside) == sorted(one["id"] for one in boxed if one["geometry"])


@needs_gdal
def test_gdal_hands_its_condition_to_the_server(live_server: str, client: Any, tmp_path: Path) -> None:
    target = tmp_path / "at.geojson"
    command = [str(OGR2OGR), "--debug", "on", "-where", "country = 'AT'", str(target), f"OAPIF:{live_server}/ogc"]
    done = subprocess.run([*command, "practices"], check=True, capture_output=True, text=True, timeout=120)
    fetched = [line for line in done.stderr.splitlines() if "Fetch(" in line and "/items?" in line]
    assert "country=AT" in fetched[-1]  # the first page may be read before the condition is known
    matched = client.get("/ogc/collections/practices/items?country=AT&limit=1").json["numberMatched"]
    assert len(json.loads(target.read_text(encoding="utf-8"))["features"]) == matched


@needs_gdal
def test_gdal_reads_one_feature_by_its_id(live_server: str, tmp_path: Path) -> None:
    """It puts the id behind the address of the features, whatever that ends with."""
    found = read(live_server, tmp_path, "practices", "-where", "id = 'imst-abc-cafe'")
    assert [one["properties"]["id"] for one in found] == ["imst-abc-cafe"]


def test_owslib_reads_and_filters(live_server: str) -> None:
    service = Features(f"{live_server}/ogc")
    assert "practices" in service.feature_collections()
    assert service.api()["openapi"] == "3.0.3"
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in service.conformance()["conformsTo"]
    assert "country" in service.collection_queryables("practices")["properties"]
    found = service.collection_items("practices", bbox=[5, 45, 17, 55], limit=3, filter="country = 'AT'")
    assert found["numberReturned"] == 3
    assert {one["properties"]["country"] for one in found["features"]} == {"AT"}
    one = service.collection_item("practices", found["features"][0]["id"])
    assert one["properties"] == found["features"][0]["properties"]
