"""What every file says of itself: licence, whom to name, source, date and the search in words."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pyogrio
import pytest

from mapapp.formats import fields, flat
from mapapp.formats.kinds import KINDS

from .test_downloads import rows_of


def workbook(path: Path) -> str:
    """Return the last sheet, which says whose the file is, and the properties."""
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if "worksheets/sheet" in name]
        last = max(sheets, key=lambda name: int(re.findall(r"\d+", name)[0]))
        return parts.read(last).decode() + parts.read("docProps/core.xml").decode()


def archived(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read("about.txt").decode()


def layered(path: Path) -> str:
    return str(pyogrio.read_info(path, layer=path.name.partition(".")[0])["layer_metadata"])


def listed(path: Path) -> str:
    """Return the table `about`, and what GDAL says of the layer: both say it."""
    with sqlite3.connect(path) as file:
        rows = dict(file.execute("SELECT what, words FROM about"))
    file.close()
    said = layered(path)
    assert all(words.splitlines()[0] in said for words in rows.values())
    return str(rows)


READ: dict[str, Callable[[Path], str]] = {
    **dict.fromkeys(("geojson", "geojsons", "kml", "csv"), lambda path: path.read_text(encoding="utf-8")),
    "gpkg": listed,
    "fgb": layered,
    "parquet": lambda path: pyarrow.parquet.read_schema(path).metadata[b"about"].decode(),
    "shp.zip": archived,
    "xlsx": workbook,
}


@pytest.mark.parametrize(
    ("plural", "query"),
    [
        ("practices", "theme=housing&lang=de"),
        ("practices", "q=zzzzqqqq&lang=it"),
        ("services", "category=education&country=AT"),
        ("regions", ""),
        ("projects", "lang=it"),
        ("events", "lang=de"),
        ("needs", ""),
    ],
)
def test_every_file_says_licence_attribution_source_date_and_search(
    client: Any, tmp_path: Path, plural: str, query: str
) -> None:
    about = json.loads(client.get(f"/{plural}.geojson?{query}").data)
    facts = {
        "CC-BY-4.0",
        "GeoNames, CC BY 4.0",
        "http://localhost/",
        about["search"]["words"],
        about["search"]["link"].replace("&", "&amp;"),
    }
    assert set(READ) == set(KINDS)
    for ending, said in READ.items():
        path = tmp_path / f"{plural}.{ending}"
        answer = client.get(f"/{plural}.{ending}?{query}")
        path.write_bytes(answer.data)
        assert {"license", "alternate"} <= set(re.findall(r'rel="(\w+)"', answer.headers["Link"]))
        if ending in ("csv", "geojsons") and not about["numberMatched"]:
            continue  # they have no place for it
        found = said(path).replace("&amp;", "&").replace("&", "&amp;")
        assert {fact for fact in facts if fact not in found} == set(), ending
        assert re.search(r"\b20\d\d\b", found.partition("CC-BY-4.0")[0] + found.partition("GeoNames")[2]), ending


def test_a_search_without_records_leaves_headings_and_an_empty_sequence(client: Any) -> None:
    table = client.get("/practices.csv?q=zzzzqqqq")
    assert rows_of(table.data) == []
    assert table.data.count(b"\r\n") == 1
    sequence = client.get("/practices.geojsons?q=zzzzqqqq")
    assert (sequence.status_code, sequence.data) == (200, b"")
    for answer in (table, sequence):
        assert fields.LICENCE_URL in answer.headers["Link"]
        assert "/en/?q=zzzzqqqq" in answer.headers["Link"]


def test_a_table_says_it_in_every_row_and_stays_a_plain_table(client: Any, tmp_path: Path) -> None:
    query = "q=%3D1%2B1+caf%C3%A9%2C+%22tea%22&lang=de"
    path = tmp_path / "practices.csv"
    for asked in ("theme=housing&lang=all&geometry=wkt&crs=3035", "country=AT&sort=title", query):
        path.write_bytes(client.get(f"/practices.csv?{asked}").data)
        about = json.loads(client.get(f"/practices.geojson?{asked.partition('&geometry')[0]}").data)
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert tuple(rows[0][-3:]) == flat.ABOUT
        ends = {(about["attribution"], about["search"]["words"], about["search"]["link"])}
        assert {tuple(row[-3:]) for row in rows[1:]} == (ends if len(rows) > 1 else set())
        if len(rows) > 1:
            assert pyogrio.read_info(path)["features"] == about["numberMatched"]
    link = client.head("/practices.csv?theme=housing").headers["Link"]
    described = link.split('>; rel="describedby"')[0].rpartition("<")[2].removeprefix("http://localhost")
    schema = client.get(described).json["tableSchema"]["columns"]
    header = client.get("/practices.csv?theme=housing").data.decode("utf-8-sig").splitlines()[0].split(",")
    assert [one["name"] for one in schema] == header


def test_words_that_a_spreadsheet_would_calculate_are_shielded() -> None:
    about = {"attribution": "=cmd()", "search": {"words": '+1 "a", b', "link": "http://localhost/"}}
    assert flat.ending(about) == b""",\'=cmd(),"\'+1 ""a"", b",http://localhost/\r\n"""


def test_a_project_of_qgis_says_whose_it_is(client: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get("/practice-atlas.qgz?lang=de").data)) as parts:
        (name,) = parts.namelist()
        said = parts.read(name).decode().partition("<abstract>")[2].partition("</abstract>")[0]
    for fact in ("CC-BY-4.0", "GeoNames, CC BY 4.0", "http://localhost/de/data", "Alles", "Letzte Änderung"):
        assert fact in said
