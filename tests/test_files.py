"""Files for GIS and spreadsheets, read back by the programs that people use: the same records, whole and labelled."""

import fcntl
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet
import pyogrio.raw
import pyproj
import pytest
import shapely
from sqlalchemy import Engine, text

from mapapp import looks
from mapapp.factory import create_app
from mapapp.formats import colours, fields
from mapapp.formats.kinds import KINDS
from mapapp.formats.making import pool as making
from mapapp.formats.making.layers import short_names
from mapapp.settings import Settings
from tests.test_downloads import add_practice, rows_of

QUERY = "theme=housing&lang=de"
LAYERED = ("gpkg", "fgb", "shp.zip", "kml", "geojsons", "xlsx")  # what GDAL reads; GeoParquet is read by pyarrow
WORDS = "Thema: Wohnen"


def features(client: Any, query: str = QUERY, plural: str = "practices") -> dict[str, Any]:
    found = json.loads(client.get(f"/{plural}.geojson?{query}").data)
    return {one["id"]: one for one in found["features"]}


def fetch(client: Any, tmp_path: Path, name: str, query: str = QUERY) -> Path:
    answer = client.get(f"/{name}?{query}")
    assert answer.status_code == 200, answer.data[:300]
    path = tmp_path / name
    path.write_bytes(answer.data)
    return path


def table(path: Path | str, layer: str | None = None) -> tuple[dict[str, Any], list[dict[str, Any]], list[Any]]:
    """Return what GDAL says of a layer, its rows as dicts, and its geometries."""
    meta, _ids, geometries, columns = pyogrio.raw.read(path, layer=layer)
    rows = [dict(zip(meta["fields"], values, strict=True)) for values in zip(*columns, strict=True)]
    points = [] if geometries is None else [one and shapely.from_wkb(one) for one in geometries]
    return meta, rows, points


def flat_value(value: Any) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("ending", LAYERED)
def test_gdal_reads_back_the_records_of_the_search(client: Any, tmp_path: Path, ending: str) -> None:
    known = features(client)
    path = fetch(client, tmp_path, f"practices.{ending}")
    meta, rows, points = table(path, None if ending in ("fgb", "shp.zip", "kml") else "practices")
    name = "id" if ending == "geojsons" else "slug"
    assert {row[name] for row in rows} == set(known)
    assert len(rows) == len(known) > 20
    if ending != "xlsx":
        assert meta["crs"] == "EPSG:4326"
        for row, point in zip(rows, points, strict=True):
            assert shapely.get_coordinates(point)[0] == pytest.approx(known[row[name]]["geometry"]["coordinates"])
    longest = 254 if ending == "shp.zip" else 10**6
    for row in rows:
        told = known[row[name]]["properties"]
        for field in ("title", "summary", "organisation", "language", "place", "status"):
            short = field[:10]
            expected = flat_value(told[field]).encode()[:longest].decode(errors="ignore")
            assert (row.get(field, row.get(short)) or "") == expected, field
        assert flat_value(told["themes"]) == (";".join(row["themes"]) if ending == "geojsons" else row["themes"])
        assert int(float(row["start_year"] or 0) if row["start_year"] == row["start_year"] else 0) == (
            told["start_year"] or 0
        )


def test_parquet_keeps_lists_and_types_and_says_where_it_is(client: Any) -> None:
    known = features(client)
    body = client.get(f"/practices.parquet?{QUERY}&crs=EPSG:3035").data
    file = pyarrow.parquet.ParquetFile(io.BytesIO(body))
    geo = json.loads(file.schema_arrow.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert pyproj.CRS.from_json_dict(column["crs"]).to_epsg() == 3035
    assert WORDS in file.schema_arrow.metadata[b"about"].decode()
    rows = file.read().to_pylist()
    assert [row["slug"] for row in rows] == list(known)
    there = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    for row in rows:
        told = known[row["slug"]]
        assert (row["themes"] or []) == told["properties"]["themes"]
        assert row["updated_at"].strftime("%Y-%m-%dT%H:%M:%SZ") == told["properties"]["updated_at"]
        point = shapely.from_wkb(row["geometry"])
        assert (point.x, point.y) == pytest.approx(there.transform(*told["geometry"]["coordinates"]), abs=0.5)


@pytest.mark.parametrize(
    ("ending", "layer"), [("gpkg", "practices"), ("fgb", None), ("shp.zip", None), ("csv", None), ("xlsx", None)]
)
def test_coordinates_come_in_the_system_asked_for(client: Any, tmp_path: Path, ending: str, layer: Any) -> None:
    known = features(client)
    there = pyproj.Transformer.from_crs(4326, 25832, always_xy=True)
    path = fetch(client, tmp_path, f"practices.{ending}", f"{QUERY}&crs=25832")
    if ending in ("csv", "xlsx"):
        rows = rows_of(path.read_bytes()) if ending == "csv" else table(path, "practices")[1]
        found = {row["slug"]: (float(row["x"]), float(row["y"])) for row in rows}
    else:
        meta, rows, points = table(path, layer)
        assert pyproj.CRS.from_user_input(meta["crs"]).to_epsg() == 25832
        found = {row["slug"]: (point.x, point.y) for row, point in zip(rows, points, strict=True)}
    for slug, one in known.items():
        assert found[slug] == pytest.approx(there.transform(*one["geometry"]["coordinates"]), abs=0.5)


def test_csv_can_hold_geometries_as_text(client: Any) -> None:
    rows = rows_of(client.get("/projects.csv?geometry=wkt&crs=3035").data)
    shapes = [shapely.from_wkt(row["wkt"]) for row in rows if row["wkt"]]
    assert {shape.geom_type for shape in shapes} == {"MultiPoint"}
    assert all(500_000 < shape.bounds[0] < 8_000_000 for shape in shapes)
    assert "wkt" not in rows_of(client.get("/projects.csv").data)[0]


def test_every_language_fits_in_one_file(client: Any, tmp_path: Path) -> None:
    spoken = {row["language"] for row in table(fetch(client, tmp_path, "practices.gpkg"), "practice_texts")[1]}
    assert {"de", "en", "it"} <= spoken
    german = features(client, "theme=housing&lang=de")
    every = features(client, "theme=housing&lang=all")
    rows = rows_of(client.get("/practices.csv?theme=housing&lang=all").data)
    sheet = table(fetch(client, tmp_path, "practices.xlsx", "theme=housing&lang=all"), "practices")[1]
    assert len(rows) == len(sheet) == len(every)
    for row, cells in zip(rows, sheet, strict=True):
        told = german[row["slug"]]["properties"]
        both = every[row["slug"]]["properties"]["translations"]
        assert set(both) <= spoken | {told["language"]} | {name.rpartition("_")[2] for name in row}
        if told["language"] == "de":
            assert row["title_de"] == cells["title_de"] == both["de"]["title"] == told["title"]
    refused = client.get("/practices.csv?lang=xx")
    assert (refused.status_code, refused.json["parameter"]) == (400, "lang")


def test_a_geopackage_holds_related_tables_styles_and_whose_it_is(client: Any, tmp_path: Path) -> None:
    path = fetch(client, tmp_path, "practices.gpkg")
    slugs = {row["slug"] for row in table(path, "practices")[1]}
    for name in ("practice_texts", "practice_evaluations", "practice_territories"):
        beside = table(path, name)[1]
        assert beside
        assert {row["slug"] for row in beside} <= slugs
    with sqlite3.connect(path) as file:
        styles = dict(file.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))
        about = dict(file.execute("SELECT what, words FROM about"))
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    file.close()
    style = ElementTree.fromstring(styles["practices"])
    drawn = {one.get("value"): one.get("label") for one in style.iter("category")}
    assert set(looks.FIRST) <= set(drawn)
    assert drawn["housing"] == "Wohnen"
    assert WORDS in about.values()
    assert any("CC-BY-4.0" in words for words in about.values())


def test_everything_is_one_geopackage(client: Any, tmp_path: Path) -> None:
    path = fetch(client, tmp_path, "practice-atlas.gpkg", "lang=de")
    layers = dict(pyogrio.list_layers(path).tolist())
    assert [name for name, kind in layers.items() if kind] == [
        *("practices", "services", "regions", "projects", "events", "needs")
    ]
    for plural in ("practices", "services", "regions", "projects"):
        assert {row["slug"] for row in table(path, plural)[1]} == set(features(client, "lang=de", plural))
    assert {"memberships", "region_indicators", "media_reports", "vocabulary", "about"} <= set(layers)


def test_a_shapefile_has_its_long_names_beside_it(client: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get(f"/practices.shp.zip?{QUERY}").data)) as parts:
        assert {"practices.shp", "practices.dbf", "practices.prj", "practices.cpg"} <= set(parts.namelist())
        assert parts.read("practices.cpg") == b"UTF-8"
        names = rows_of(parts.read("fields.csv"))
    assert [row["field"] for row in names] == ["slug", *(field.name for field in fields.PRACTICE.fields)]
    assert all(len(row["short"]) <= 10 for row in names)
    many = short_names([f"description_{n}" for n in range(40)])
    assert len(set(many)) == 40
    assert max(map(len, many)) == 10


def test_nothing_that_a_record_says_is_a_formula_or_markup(
    atlas_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    client = create_app(settings, atlas_engine).test_client()
    add_practice(atlas_engine, "formula", '=HYPERLINK("https://example.org")', partners=["a;b", "<c>", "d & e"])
    add_practice(atlas_engine, "markup", "<b>bold</b> & ]]> \x0b \x7f\ufffe")
    book = fetch(client, tmp_path, "practices.xlsx", "country=MT")
    with zipfile.ZipFile(book) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "sheets/sheet" in name]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    rows = {row["slug"]: row for row in table(book, "practices")[1]}
    assert rows["formula"]["title"].startswith("=HYPERLINK")
    assert rows["formula"]["partners"] == "a,b;<c>;d & e"
    kml = ElementTree.fromstring(client.get("/practices.kml?country=MT").data)
    names = [one.text for one in kml.iter("{http://www.opengis.net/kml/2.2}name")]
    assert any(name and name.startswith("<b>bold</b> & ]]>") for name in names)


def test_a_theme_is_drawn_as_its_admins_say(atlas_engine: Engine, settings: Settings) -> None:
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE term SET colour = 'spare-b' WHERE vocabulary = 'theme' AND key = 'housing'"))
    client = create_app(settings, atlas_engine).test_client()
    colour = colours.of("spare-b")
    red, green, blue = (colour[at : at + 2] for at in (1, 3, 5))
    assert (
        f'<Style id="housing"><IconStyle><color>ff{blue}{green}{red}<' in client.get("/practices.kml?country=MT").text
    )
    assert f'value="{int(red, 16)},{int(green, 16)},{int(blue, 16)},255"' in client.get("/practices.qlr").text
    assert f"color: {colour}" in client.get("/practices.map.html?theme=housing&country=AT").text


def test_an_empty_search_is_an_empty_file(client: Any, tmp_path: Path) -> None:
    for ending in KINDS:
        path = fetch(client, tmp_path, f"practices.{ending}", "q=zzzzqqqq")
        if ending == "parquet":
            assert pyarrow.parquet.read_table(path).num_rows == 0
        elif ending in ("gpkg", "fgb", "shp.zip"):
            assert table(path, "practices")[1] == []


def test_a_record_without_a_place_stays_in_every_file(atlas_engine: Engine, settings: Settings, tmp_path: Path) -> None:
    add_practice(atlas_engine, "nowhere-in-particular", "A practice that nobody has placed yet")
    client = create_app(settings, atlas_engine).test_client()
    known = set(features(client, "country=MT"))
    assert "nowhere-in-particular" in known
    for ending in LAYERED:
        path = fetch(client, tmp_path, f"practices.{ending}", "country=MT")
        _meta, rows, points = table(path, None if ending in ("fgb", "shp.zip", "kml") else "practices")
        name = "id" if ending == "geojsons" else "slug"
        assert {row[name] for row in rows} == known, ending
        placed = [row[name] for row, point in zip(rows, points, strict=True) if point is not None] if points else []
        assert "nowhere-in-particular" not in placed
    rows = pyarrow.parquet.read_table(fetch(client, tmp_path, "practices.parquet", "country=MT")).to_pylist()
    assert {row["slug"]: row["geometry"] is None for row in rows}["nowhere-in-particular"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/practices.gpkg?crs=4711", "crs"),
        ("/practices.geojson?crs=3035", "crs"),
        ("/practices.kml?crs=3035", "crs"),
        ("/practices.gpkg?crs=3035&crs=3857", "crs"),
        ("/practices.csv?geometry=hexagon", "geometry"),
        ("/practices.gpkg?geometry=wkt", "geometry"),
        ("/practices.xlsx?theme=nothing-such", "theme"),
        ("/practice-atlas.gpkg?theme=housing", "theme"),
        ("/practice-atlas.xlsx?lang=xx", "lang"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(client: Any, path: str, parameter: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["parameter"] == parameter


def test_only_some_files_are_made_at_once_and_a_made_one_is_kept(engine: Engine, tmp_path: Path) -> None:
    own = Settings(data_dir=tmp_path, secret_key="x" * 40)
    client = create_app(own, engine).test_client()
    assert client.get("/services.fgb?country=AT").status_code == 200
    places = [(tmp_path / "files" / f"place-{number}").open("w") for number in range(making.AT_ONCE)]
    try:
        for place in places:
            fcntl.flock(place, fcntl.LOCK_EX)
        refused = client.get("/services.fgb?country=DE")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.content_type == "application/problem+json"
        told = client.get("/services.fgb?country=DE&lang=de", headers={"Accept": "text/html,*/*;q=0.8"})
        assert (told.status_code, told.content_type) == (503, "text/html; charset=utf-8")
        assert "Gerade werden andere Dateien" in told.text
        assert told.headers["Retry-After"] == refused.headers["Retry-After"]
        assert client.get("/services.geojson?country=DE").status_code == 200
        assert client.get("/services.fgb?country=AT").status_code == 200
    finally:
        for place in places:
            place.close()
    assert client.get("/services.fgb?country=DE").status_code == 200
    assert not list((tmp_path / "files").glob("making-*"))


def test_a_change_makes_a_new_file(atlas_engine: Engine, tmp_path: Path) -> None:
    client = create_app(Settings(data_dir=tmp_path, secret_key="x" * 40), atlas_engine).test_client()
    before = client.get("/practices.fgb?country=MT")
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET organisation = 'Another one' WHERE country = 'MT'"))
    add_practice(atlas_engine, "new-on-malta", "New on Malta", "POINT(14.5 35.9)")
    after = client.get("/practices.fgb?country=MT", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"new-on-malta" in after.data
    assert b"new-on-malta" not in before.data


def test_a_part_of_a_file_can_be_asked_for(client: Any) -> None:
    whole = client.get("/services.fgb?country=AT")
    part = client.get("/services.fgb?country=AT", headers={"Range": "bytes=0-7", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, whole.data[:8])
    assert part.headers["Content-Range"] == f"bytes 0-7/{len(whole.data)}"
    beyond = client.get("/services.fgb?country=AT", headers={"Range": "bytes=999999999-"})
    assert beyond.status_code == 416


def test_gdal_reads_a_flatgeobuf_over_the_web(live_server: str, client: Any) -> None:
    known = features(client, "country=AT&lang=en", "services")
    address = f"/vsicurl?use_head=no&url={live_server}/services.fgb%3Fcountry%3DAT%26lang%3Den"
    ask = "import pyogrio.raw, sys; print(*pyogrio.raw.read(sys.argv[1], columns=['slug'])[3][0])"
    # Another process: GDAL waits for the answer without letting the server's thread go on.
    told = subprocess.run([sys.executable, "-c", ask, address], capture_output=True, text=True, check=True, timeout=60)
    assert set(told.stdout.split()) == set(known)


@pytest.mark.browser
def test_the_map_that_stands_alone_asks_nobody(
    atlas_engine: Engine, settings: Settings, browser: Any, tmp_path: Path
) -> None:
    hostile = "</script><script>alert(1)</script>{{ 7*7 }}{% raw %}"
    add_practice(atlas_engine, "hostile", hostile, "POINT(14.5 35.9)")
    add_practice(atlas_engine, "nowhere", "Nowhere in particular")
    client = create_app(settings, atlas_engine).test_client()
    path = fetch(client, tmp_path, "practices.map.html", "country=MT&country=AT&lang=de")
    known = features(client, "country=MT&country=AT&lang=de")
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector(".folium-map canvas")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert page.evaluate("document.documentElement.lang") == "de"
    listed = page.locator(".about ol a").all_inner_texts()
    assert len(listed) == len(known)
    assert hostile in listed
    beside = page.locator(".about").inner_text()
    assert page.title().startswith("Praxisbeispiele")
    assert page.get_by_role("heading", level=1).inner_text() == page.title()
    changed = client.head("/practices.csv").headers["Content-Disposition"].split("practices-")[1][:4]
    for words in ("CC-BY-4.0", "GeoNames", "Land: Malta", "Natural Earth", "Letzte Änderung", changed):
        assert words in beside
    assert page.locator(".legend li").count() > 3
    at = page.evaluate(
        """() => { const plan = document.querySelector(".folium-map"), box = plan.getBoundingClientRect();
        const { x, y } = window[plan.id].latLngToContainerPoint([35.9, 14.5]); return [box.left + x, box.top + y]; }"""
    )
    page.mouse.click(*at)  # names of countries do not lie on the points, and points do not hide what they open
    said_there = page.locator(".leaflet-popup-content")
    said_there.wait_for()
    assert said_there.get_by_role("link").inner_text() in listed
    context.close()
