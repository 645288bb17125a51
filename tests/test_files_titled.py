"""Files in the language asked for: their fields titled, their search in words; also those of records without a page."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mapapp.formats.kinds import KINDS
from tests.test_downloads import rows_of
from tests.test_files import QUERY, features, fetch, table


@pytest.mark.parametrize("plural", ["events", "needs"])
def test_records_without_a_page_are_files_too(client: Any, tmp_path: Path, plural: str) -> None:
    known = features(client, "lang=de", plural)
    assert known
    for ending in KINDS:
        assert client.get(f"/{plural}.{ending}?lang=de").status_code == 200, ending
    assert {row["slug"] for row in table(fetch(client, tmp_path, f"{plural}.gpkg", "lang=de"), plural)[1]} == set(known)
    assert {row["slug"] for row in rows_of(client.get(f"/{plural}.csv?lang=de").data)} == set(known)
    told = json.loads(client.get(f"/{plural}.geojson?lang=de").data)
    assert (told["search"]["words"], told["search"]["link"]) == ("Alles", "http://localhost/de/data")
    page = client.get("/de/data", headers={"Accept": "text/html"}).text
    assert f'href="/{plural}.gpkg?lang=de"' in page
    assert client.get(f"/{plural}.geojson?theme=housing").json["parameter"] == "theme"


def test_fields_are_titled_in_the_language_of_the_file(client: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get(f"/practices.shp.zip?{QUERY}").data)) as parts:
        assert {row["field"]: row["title"] for row in rows_of(parts.read("fields.csv"))}["summary"] == "Zusammenfassung"
    path = fetch(client, tmp_path, "practices.gpkg", "theme=housing&lang=all")
    with sqlite3.connect(path) as file:
        ((style,),) = file.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'practices'").fetchall()
    file.close()
    titles = {one.get("field"): one.get("name") for one in ElementTree.fromstring(style).iter("alias")}
    assert (titles["summary"], titles["summary_it"]) == ("Summary", "Summary (it)")
