"""Files of others: what is read of them and what they cannot do; what the headings of their columns mean."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.formats import reading, templates
from mapapp.formats.reading import separated
from mapapp.forms import table
from mapapp.writing import uploads


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(cells: list[list[str]], separator: str, encoding: str) -> None:
    rows = [["title", "place", "country"], *cells]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    found = separated.parse(out.getvalue().encode(encoding))
    assert found.separator == separator
    shield = [
        [one[1:] if one[:1] == "'" and one[1:2] in "=+@\t\n-" and one[1:] else one for one in row] for row in rows
    ]
    assert [row for _number, row in found.rows] == [
        [one.strip() for one in row] for row in shield if any(one.strip() for one in row)
    ]


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        found = separated.parse(data)
    except separated.NotSeparated:
        return
    assert all(any(row) for _number, row in found.rows)


@pytest.mark.parametrize(
    ("data", "encoding", "word"),
    [
        ("título;país\nÁrbol;ES".encode("cp1252"), "cp1252", "Árbol"),
        ("title;x\nΑθήνα;GR".encode(), "utf-8", "Αθήνα"),
        ("title;x\nŁódź;PL".encode("utf-8-sig"), "utf-8-sig", "Łódź"),
        ("title\tx\nŁódź\tPL".encode("utf-16"), "utf-16", "Łódź"),
        ("sep=;\ntitle;x\nŁódź;PL".encode(), "utf-8", "Łódź"),
    ],
)
def test_encodings_and_separators_are_found(data: bytes, encoding: str, word: str) -> None:
    found = separated.parse(data)
    assert found.encoding == encoding
    assert found.rows[1][1][0] == word
    assert len(found.rows[0][1]) == 2


def test_a_file_gets_no_other_driver_no_network_and_no_other_file(tmp_path: Path) -> None:
    """A file that is something else than its name says is not read, whatever it names."""
    secret = tmp_path / "secret.csv"
    secret.write_text("title\nhidden words\n")
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    for kind, content in (
        ("kml", vrt),
        ("geojson", vrt),
        ("gpkg", vrt),
        ("xlsx", vrt),
        ("geojson", '{"type":"FeatureCollection","features":"/vsicurl/http://127.0.0.1:9/x"}'),
        (
            "kml",
            f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]><kml xmlns="http://www.opengis.net/kml/2.2">'
            "<Document><Placemark><name>&x;</name><Point><coordinates>1,1</coordinates></Point></Placemark></Document></kml>",
        ),
        (
            "kml",
            '<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link></NetworkLink></kml>',
        ),
    ):
        file = tmp_path / f"sent.{kind}"
        file.write_text(content)
        try:
            found = reading.read(file, kind)
        except reading.Unreadable:
            continue
        assert "hidden words" not in str(found)


def test_the_reading_process_has_little_memory_and_writes_nothing(tmp_path: Path) -> None:
    script = """
import resource, sys
from mapapp.formats.reading import worker
worker.limit(writes=False)
try:
    bytearray(2 << 30)
except MemoryError:
    print("no memory")
try:
    with open(sys.argv[1], "wb", buffering=0) as out:
        out.write(b"x")
except OSError as error:
    print("no file")
print(resource.getrlimit(resource.RLIMIT_CPU))
"""
    command = [sys.executable, "-c", "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)" + script]
    said = subprocess.run([*command, str(tmp_path / "x")], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["no memory", "no file", "(20, 20)"]


def test_a_workbook_that_swells_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    row = b'<row><c t="inlineStr"><is><t>' + b"A" * 1_000_000 + b"</t></is></c></row>"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr(
            "xl/workbook.xml", '<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
        )
        packed.writestr("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + row * 60 + b"</sheetData></worksheet>")
    with pytest.raises(reading.Unreadable):
        reading.read(bomb, "xlsx")
    many = tmp_path / "many.csv"
    many.write_text("title\n" + "x\n" * 501)
    with pytest.raises(reading.Unreadable, match="too_many_rows"):
        reading.read(many, "csv")


def test_our_own_headings_are_all_known() -> None:
    names = [*templates.headings(), "slug", "description_language"]
    assert [name for name, target in zip(names, table.guess(names), strict=True) if not target] == []


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        (["Titel", "Kurzbeschreibung", "Ort", "Land", "Themen"], "title summary place_name country themes"),
        (["Titolo", "Descrizione", "Comune", "Paese", "Tema"], "title description place_name country themes"),
        (["TITLE", "title_de", "Summary (it)", "Lat.", "LONG"], "title title:de summary:it lat lon"),
        (["Name", "Title", "url", "licence", "unheard of"], " title   "),
        (["Name", "begin", "end", "end_year", "title"], "   end_year title"),
        (["place", "Ort", "wkt"], "place_name  coordinates"),
    ],
)
def test_headings_are_recognised(headings: list[str], targets: str) -> None:
    assert table.guess(headings) == targets.split(" ")


@given(st.lists(st.text(max_size=30), max_size=12))
def test_every_guess_is_a_target_and_none_comes_twice(headings: list[str]) -> None:
    found = [one for one in table.guess(headings) if one]
    assert all(table.is_target(one) for one in found)
    assert len(found) == len(set(found))


def test_a_geopackage_with_an_endless_view_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "endless.gpkg"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        database.execute("INSERT INTO gpkg_contents VALUES ('v', 'attributes')")
        database.execute(
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) m FROM n"
        )
    database.close()
    with pytest.raises(reading.Unreadable):
        reading.read(file, "gpkg")


def test_tables_are_kept_for_a_day(tmp_path: Path) -> None:
    upload = uploads.Upload(uploads.keep(tmp_path, "csv", b"x"), 7, "a.csv", "csv", {"rows": []}, ["title"], {})
    uploads.save(tmp_path, upload)
    assert uploads.find(tmp_path, upload.id, 7) == upload
    assert uploads.find(tmp_path, upload.id, 8) is None
    file = uploads.file_of(tmp_path, upload.id, "csv")
    os.utime(file, (time.time() - 25 * 3600,) * 2)
    assert uploads.find(tmp_path, upload.id, 7) is None, "its time is over, swept or not"
    os.utime(file)
    assert uploads.sweep(tmp_path) == 0
    assert uploads.sweep(tmp_path, time.time() + 25 * 3600) == 2
    assert uploads.find(tmp_path, upload.id, 7) is None


def test_translations_that_a_feature_holds_are_columns_like_others(tmp_path: Path) -> None:
    told = {"de": {"title": "Garten", "summary": "Man trifft sich."}, "en": {"title": "Garden"}}
    rows = [{"title": "Garden", "translations": told}, {"title": "Alone", "translations": {"en": {"title": "Alone"}}}]
    features = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
    file = tmp_path / "all.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    sheet = reading.read(file, "geojson")
    first, second = (dict(zip(sheet.headings, row.cells, strict=True)) for row in sheet.rows)
    assert (first["title_de"], first["summary_de"], first["title_en"]) == ("Garten", "Man trifft sich.", "Garden")
    assert (second["title_de"], second["title_en"]) == ("", "Alone")
    assert "title:de" in table.guess(sheet.headings)
    rows[0]["translations"] = "of somebody else"
    features[0]["properties"] = rows[0]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert [row.cells[0] for row in reading.read(file, "geojson").rows] == ["Garden", "Alone"]


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"readme.txt": b"x"}, "not_this_kind"),
        ({"../up.shp": b"x", "a/b/c.shp": b"x", "{x}.shp": b"x"}, "not_this_kind"),
        ({"large.dbf": b"\0" * (129 * 1024 * 1024), "large.shp": b""}, "too_much_text"),
        ({f"{number}.shp": b"" for number in range(101)}, "too_much_text"),
        ({"empty.shp": b"", "fields.csv": b"\xff\xfe\0"}, "broken"),
    ],
)
def test_an_archive_without_a_shapefile_is_refused(tmp_path: Path, parts: dict[str, bytes], reason: str) -> None:
    with pytest.raises(reading.Unreadable, match=reason):
        reading.read(zipped(tmp_path / "sent.shp.zip", parts), "shp.zip")


@pytest.mark.parametrize("kind", ["fgb", "parquet", "shp.zip"])
def test_what_only_begins_like_a_file_is_broken(tmp_path: Path, kind: str) -> None:
    start = {"fgb": b"fgb\x03fgb\x00", "parquet": b"PAR1", "shp.zip": b"PK\x03\x04"}[kind]
    file = tmp_path / f"sent.{kind}"
    file.write_bytes(start + b"\x01\xff" * 500 + start)
    assert reading.kind_of(f"practices.{kind}", start) == kind
    with pytest.raises(reading.Unreadable, match=r"broken|no_rows"):
        reading.read(file, kind)
