"""What was downloaded is sent back: every row is known again, and what was changed in it is the one proposal."""

import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import text

from mapapp.queries.values import of_practice

from .people import PersonClient
from .test_bulk import as_csv, looked_at, proposals, seen, states
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


Edit = Callable[[bytes, str, Path], bytes]
# By ending: what is asked for, and how a cell is changed. Plain CSV and GeoJSON are sent back in test_bulk.
FILES: dict[str, tuple[str, Edit]] = {
    "csv": ("lang=all&geometry=wkt", in_text),
    "xlsx": ("lang=all", in_workbook),
    "geojson": ("lang=all", in_text),
    "geojsons": ("lang=de", in_text),
    "gpkg": ("lang=all&crs=3035", in_geopackage),
    "kml": ("lang=it", in_xml),
}


@pytest.fixture
def nothing_waits(people_app: Any) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for table in ("proposal", "attempt", "message"):
            connection.execute(text(f"DELETE FROM {table}"))


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
def test_one_text_of_several_languages_and_a_point_as_text_are_changed_alone(
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
