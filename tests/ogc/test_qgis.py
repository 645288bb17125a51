"""QGIS itself reads the OGC API page by page, and opens our project, layer definition and GeoPackage with their styles.

One process of Debian's QGIS looks at everything (`qgis_client.py`); the tests read what it found.
"""

import io
import json
import re
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest

from mapapp.formats import colours, fields, ogc_collections
from mapapp.formats.kinds import KINDS
from mapapp.views.qgis import ORDER

PYTHON = "/usr/bin/python3"
CLIENT = Path(__file__).with_name("qgis_client.py")
NAMES = [one.plural for one in fields.PUBLISHED.values()]
FILES = ("practice-atlas.qgz", "practices.qlr", "practice-atlas.gpkg")
SECONDS = 480  # a minute where nothing else runs


@pytest.fixture(scope="module")
def opened(live_server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS found."""
    try:
        there = subprocess.run([PYTHON, "-c", "import qgis.core"], check=False, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip(f"{PYTHON} is not here")
    if there.returncode:
        pytest.skip("python3-qgis is not installed")
    folder = tmp_path_factory.mktemp("qgis")
    for name in FILES:
        with urlopen(f"{live_server}/{name}?lang=de") as answer:
            (folder / name).write_bytes(answer.read())
    with urlopen(f"{live_server}/de/data") as answer:
        page = answer.read().decode()
    example = re.search('data-example="qgis">(.*?)</code>', page, re.DOTALL)
    assert example
    (folder / "console.py").write_text(unescape(example[1]), encoding="utf-8")
    command = [PYTHON, str(CLIENT), f"{live_server}/ogc/?lang=de", str(folder)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith(("Warning", "ERROR"))]
    return {**json.loads(done.stdout), "warnings": warnings}


def _ids(client: Any, name: str, **asked: Any) -> tuple[list[str], int]:
    answer = client.get(f"/ogc/collections/{name}/items", query_string={"limit": 10_000, **asked}).json
    found = [one["id"] for one in answer["features"] if one["geometry"] or "bbox" not in asked]
    return sorted(found), answer["numberMatched"]


@pytest.mark.parametrize("name", NAMES)
def test_qgis_pages_to_the_last_feature_and_filters_by_rectangle(
    opened: dict[str, Any], client: Any, name: str
) -> None:
    found = opened["api"][name]
    known, matched = _ids(client, name)
    assert found["valid"]
    assert found["count"] == matched == len(found["ids"]) > 0
    assert sorted(found["ids"]) == known
    assert sorted(found["boxed"]) == _ids(client, name, bbox="5,45,17,55")[0]
    assert found["licence"] == ([] if name == "territories" else ["CC BY 4.0"])


def _check_colours(layer: dict[str, Any], client: Any) -> None:
    """Each practice is drawn as its first theme, in the colour that the site gives it."""
    listed = client.get("/ogc/collections/practices/items?limit=10000&lang=de").json["features"]
    assert sum(layer["drawn"].values()) == len(listed)
    first = [one["properties"]["themes"][0] for one in listed]
    assert sorted(layer["drawn"].values()) == sorted(first.count(key) for key in set(first))
    assert (layer["drawn"]["Wohnen"], layer["colours"]["Wohnen"]) == (first.count("housing"), colours.of("housing"))
    assert layer["labelled"] == "title"
    assert "title" in layer["tip"]


def test_our_project_opens_with_every_layer_valid_and_styled(opened: dict[str, Any], client: Any) -> None:
    project = opened["project"]
    assert (project["read"], project["errors"], project["crs"]) == (True, [], "EPSG:3035")
    layers = project["layers"]
    assert [one["name"] for one in layers][:2] == ["Praxisbeispiele", "Angebote vor Ort"]
    assert [one["count"] for one in layers] == [_ids(client, one.plural)[1] for one in ORDER]
    for one in layers:
        assert (one["valid"], one["provider"]) == (True, "OAPIF")
        assert one["labelled"]
        assert one["aliases"]
        assert "(not drawn)" not in one["drawn"] or one is layers[-1]
    assert layers[-1]["drawn"]["NUTS 0"] == 1  # of an island, at once; its regions when somebody ticks them
    _check_colours(layers[0], client)
    assert layers[0]["aliases"]["target_groups"] == "Zielgruppen"
    assert len(set(layers[1]["colours"].values())) == len(layers[1]["colours"])
    assert project["hues"] > 100  # points in many colours, and their names


def test_our_layer_definition_opens_with_its_style(opened: dict[str, Any], client: Any) -> None:
    definition = opened["definition"]
    assert (definition["read"], definition["error"], len(definition["layers"])) == (True, "", 1)
    _check_colours(definition["layers"][0], client)


def test_a_geopackage_opens_with_its_styles_and_what_belongs_together(opened: dict[str, Any], client: Any) -> None:
    package = opened["package"]
    assert all(package["valid"].values())
    assert {"practices", "practice_texts", "memberships", "vocabulary", "about"} <= set(package["valid"])
    assert set(package["styled"]) == {"practices", "services", "regions", "projects", "events", "needs"}
    for name, layer in package["styled"].items():
        assert layer["count"] == sum(layer["drawn"].values()) == _ids(client, name)[1]
        assert "(not drawn)" not in layer["drawn"]
        assert layer["labelled"]
    _check_colours(package["styled"]["practices"], client)
    for one in package["related"].values():
        assert one["valid"]
        assert one["parents"] == one["rows"] > 0
    assert opened["warnings"] == []


def test_the_example_for_the_console_works(opened: dict[str, Any], client: Any) -> None:
    assert opened["console"] == [["Praxisbeispiele", True, _ids(client, "practices")[1]]]


def test_the_project_leads_to_this_site_wherever_it_lies(client: Any) -> None:
    answer = client.get("/practice-atlas.qgz?lang=it", base_url="https://atlas.localhost/maps")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        project = ElementTree.fromstring(archive.read("practice-atlas.qgs"))
    sources = [one.text or "" for one in project.iter("datasource")]
    assert len(sources) == len(ogc_collections.by_id())
    assert all("url='https://atlas.localhost/maps/ogc/?lang=it'" in one for one in sources)
    assert {one.get("source") for one in project.iter("layer-tree-layer")} == set(sources)
    assert [one.text for one in project.iter("license")].count("CC-BY-4.0") == len(sources) - 1
    again = client.get("/practice-atlas.qgz?lang=it", base_url="https://atlas.localhost/maps")
    assert again.data == answer.data


@pytest.mark.parametrize("path", ["/practice-atlas.qgz", *(f"/{name}.qlr" for name in NAMES)])
def test_what_qgis_is_given_is_asked_for_strictly(client: Any, path: str) -> None:
    assert client.get(f"{path}?lang=de").status_code == 200
    assert ("license" in client.head(path).headers.get("Link", "")) == (path != "/territories.qlr")
    for query, parameter in (("lang=xx", "lang"), ("lang=all", "lang"), ("theme=housing", "theme")):
        refused = client.get(f"{path}?{query}", headers={"Accept": "text/html"})
        assert (refused.status_code, refused.json["parameter"]) == (400, parameter)
    assert path.rpartition(".")[2] not in KINDS
