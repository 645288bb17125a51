"""What was downloaded is sent back: every row is known again, and what was changed in it is the one proposal."""

import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow.parquet
import pyogrio
import pytest
from sqlalchemy import text

from mapapp.queries.values import of_practice

from .people import PersonClient
from .test_bulk import as_csv, looked_at, proposals, seen, send, states
from .test_downloads import rows_of

SLUG = "tirol-diakonie-ibz"  # nobody else is of its organisation
NEW = "Somebody else & Sons"
SEARCH = "country=AT&country=GR&country=MT"  # three ways of writing


def in_text(content: bytes, old: str, _folder: Path) -> bytes:
    """Change a cell as an editor of text would."""
    assert content.count(old.encode()) == 1
    return content.replace(old.encode(), NEW.encode())


def in_xml(content: bytes, old: str, _folder: Path) -> bytes:
    before = f">{escape(old)}<".encode()
    assert content.count(before) == 1
    return content.replace(before, f">{escape(NEW)}<".encode())


def in_workbook(content: bytes, old: str, folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(made, "w") as changed:
        for name in book.namelist():
            part = book.read(name)
            changed.writestr(name, in_xml(part, old, folder) if name == "xl/worksheets/sheet1.xml" else part)
    return made.getvalue()


def in_geopackage(content: bytes, old: str, folder: Path) -> bytes:
    path = folder / "edited.gpkg"
    path.write_bytes(content)
    with sqlite3.connect(path) as file:
        for name, wanted in (("ST_IsEmpty", 1), ("ST_MinX", 1), ("ST_MaxX", 1), ("ST_MinY", 1), ("ST_MaxY", 1)):
            file.create_function(name, wanted, lambda _shape: 0)
        assert file.execute("UPDATE practices SET organisation = ? WHERE organisation = ?", (NEW, old)).rowcount == 1
    file.close()
    return path.read_bytes()


def in_parquet(content: bytes, old: str, _folder: Path) -> bytes:
    read = pyarrow.parquet.read_table(io.BytesIO(content))
    at = read.column_names.index("organisation")
    cells = [NEW if one == old else one for one in read.column(at).to_pylist()]
    out = io.BytesIO()
    pyarrow.parquet.write_table(read.set_column(at, "organisation", pyarrow.array(cells)), out)
    return out.getvalue()


def in_flatgeobuf(content: bytes, old: str, folder: Path) -> bytes:
    (folder / "downloaded.fgb").write_bytes(content)
    read = pyogrio.read_dataframe(folder / "downloaded.fgb")
    read.loc[read["organisation"] == old, "organisation"] = NEW
    pyogrio.write_dataframe(read, folder / "edited.fgb", driver="FlatGeobuf")
    return (folder / "edited.fgb").read_bytes()


def in_shapefile(content: bytes, old: str, _folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(made, "w") as changed:
        for name in parts.namelist():
            part = parts.read(name)
            if name.endswith(".dbf"):
                wide = max(len(old.encode()), len(NEW.encode()))
                before, after = (text.encode().ljust(wide) for text in (old, NEW))
                assert part.count(before) == 1
                part = part.replace(before, after)
            changed.writestr(name, part)
    return made.getvalue()


Edit = Callable[[bytes, str, Path], bytes]
# By ending: what is asked for, and how a cell is changed. Plain CSV and GeoJSON are sent back in test_bulk.
FILES: dict[str, tuple[str, Edit]] = {
    "csv": ("lang=all&geometry=wkt", in_text),
    "xlsx": ("lang=all", in_workbook),
    "geojson": ("lang=all", in_text),
    "geojsons": ("lang=de", in_text),
    "gpkg": ("lang=all&crs=3035", in_geopackage),
    "kml": ("lang=it", in_xml),
    "fgb": ("lang=all&crs=3857", in_flatgeobuf),
    "parquet": ("lang=all&crs=25832", in_parquet),
    "shp.zip": ("lang=de&crs=3035", in_shapefile),
}


@pytest.fixture
def nothing_waits(people_app: Any) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for table in ("proposal", "attempt", "message"):
            connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize(
    "asked", ["csv?crs=3035", "csv?crs=4258&geometry=wkt", "csv?crs=25832&geometry=wkt", "xlsx?crs=3857"]
)
def test_a_table_names_the_system_of_its_coordinates_and_is_known_again(
    partner_client: PersonClient, asked: str
) -> None:
    ending, _mark, query = asked.partition("?")
    content = partner_client.get(f"/practices.{ending}?{SEARCH}&{query}").data
    _address, page = looked_at(partner_client, content, f"practices.{ending}")
    assert set(states(page)) == {"same"}, strangers(page)


@pytest.mark.usefixtures("nothing_waits")
def test_a_point_in_another_system_is_moved_in_it(partner_client: PersonClient) -> None:
    rows = rows_of(partner_client.get("/practices.csv?country=AT&crs=3035").data)
    (row,) = (row for row in rows if row["slug"] == SLUG)
    assert row["crs"] == "EPSG:3035"
    row["x"] = str(float(row["x"]) + 5000)
    before = known(partner_client)["location"]
    address, page = looked_at(partner_client, as_csv(rows))
    assert (states(page).count("change"), set(states(page))) == (1, {"change", "same"}), strangers(page)
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    (one,) = proposals(partner_client)
    assert one.values["location"]["lon"] - before["lon"] == pytest.approx(0.066, abs=0.002)
    row["x"] = "far away"
    assert "wrong" in states(looked_at(partner_client, as_csv(rows))[1])


@pytest.mark.usefixtures("nothing_waits")
def test_what_a_shapefile_cuts_off_stays(partner_client: PersonClient) -> None:
    content = partner_client.get(f"/practices.shp.zip?{SEARCH}&lang=de").data
    rows = rows_of(partner_client.get(f"/practices.csv?{SEARCH}&lang=de").data)
    (row,) = (row for row in rows if row["slug"] == SLUG)
    start = row["description"][:60]
    assert len(row["description"].encode()) > 254
    _address, page = looked_at(partner_client, content, "practices.shp.zip")
    assert set(states(page)) == {"same"}, strangers(page)
    assert "cuts long texts off" not in page
    edited = in_shapefile(content, start, Path())
    _address, page = looked_at(partner_client, edited, "practices.shp.zip")
    assert set(states(page)) == {"same"}, strangers(page)
    assert "cuts long texts off" in page


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize("name", ["services.csv", "regions.gpkg", "projects.geojson"])
def test_records_of_another_kind_are_not_taken_for_practices(partner_client: PersonClient, name: str) -> None:
    answer = send(partner_client, partner_client.get(f"/{name}").data, name)
    assert answer.status_code == 422
    assert "A table can only hold practices" in answer.text


def known(client: PersonClient) -> dict[str, Any]:
    with client.application.extensions["engine"].connect() as connection:
        found = of_practice(connection, SLUG)
        assert found
        return found.values


def strangers(page: str) -> list[str]:
    """Return the rows that are something else than known, for a message that helps."""
    return [part[:1500] for part in page.split('<tr class="row-')[1:] if not part.startswith("same")][:3]


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize("ending", FILES)
def test_a_download_is_known_again_row_by_row_and_its_edited_cell_is_the_one_change(
    partner_client: PersonClient, ending: str, tmp_path: Path
) -> None:
    query, edit = FILES[ending]
    content = partner_client.get(f"/practices.{ending}?{SEARCH}&{query}").data
    before = known(partner_client)
    changed = edit(content, before["organisation"], tmp_path)
    address, page = looked_at(partner_client, changed, f"practices.{ending}")
    found = states(page)
    assert len(found) > 20
    assert (found.count("change"), set(found)) == (1, {"change", "same"}), strangers(page)
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    (one,) = proposals(partner_client)
    assert (one.action, one.slug) == ("change", SLUG)
    assert one.values == before | {"organisation": NEW}


@pytest.mark.usefixtures("nothing_waits")
@pytest.mark.parametrize("column", ["title", "title_en", "title_de", "wkt"])
def test_one_row_several_languages_and_a_point_as_text_are_changed_alone(
    partner_client: PersonClient, column: str
) -> None:
    content = partner_client.get(f"/practices.csv?country=AT&lang=all{'&geometry=wkt' * (column == 'wkt')}").data
    (row,) = (row for row in rows_of(content) if row["slug"] == SLUG)
    before = known(partner_client)
    new = "POINT(10.75 47.25)" if column == "wkt" else "Quite another title"
    rows = rows_of(content)
    rows[rows.index(row)] = row | {column: new}
    assert row[column] != new
    address, page = looked_at(partner_client, as_csv(rows))
    assert (states(page).count("change"), set(states(page))) == (1, {"change", "same"}), strangers(page)
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    (one,) = proposals(partner_client)
    if column == "wkt":
        assert one.values["location"] == {"lon": 10.75, "lat": 47.25}
        return
    language = column.partition("_")[2] or row["language"]
    titles = {tag: texts["title"] for tag, texts in before["texts"].items()}
    assert {tag: texts["title"] for tag, texts in one.values["texts"].items()} == titles | {language: new}
