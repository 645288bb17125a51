"""Tables of practices: how files are read, what their columns mean, what becomes of each row, and of bad files."""

import csv
import io
import json
import sqlite3
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mapapp.formats import reading, templates
from mapapp.formats.reading import separated
from mapapp.forms import table
from mapapp.writing import uploads

from .people import PersonClient

START = "/en/contribute/upload"


def as_csv(rows: Sequence[Mapping[str, str]], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def practice(**more: str) -> dict[str, str]:
    """Return a row that can be sent."""
    return {
        "title": "Table of a hundred chairs",
        "summary": "Neighbours eat together once a month.",
        "place": "Innsbruck",
        "country": "AT",
        "themes": "housing;language",
        "source_url": "https://example.org/table",
    } | more


def send(client: PersonClient, content: bytes, name: str = "practices.csv") -> Any:
    sent = {"table": (io.BytesIO(content), name)}
    return client.send(START, sent, content_type="multipart/form-data")


def looked_at(client: PersonClient, content: bytes, name: str = "practices.csv") -> tuple[str, str]:
    """Send a file; return the address of its page and the page."""
    answer = send(client, content, name)
    assert answer.status_code == 303, answer.text
    return answer.location, client.get(answer.location).text


def states(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('data-state="')[1:]]


def seen(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def proposals(client: PersonClient) -> list[Any]:
    with client.application.extensions["engine"].connect() as connection:
        query = text("SELECT action, slug, state, values, key FROM proposal WHERE key LIKE 'table:%' ORDER BY id")
        return list(connection.execute(query))


@pytest.fixture
def clean(people_app: Any) -> None:
    """No proposals of earlier tests."""
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("DELETE FROM proposal WHERE key LIKE 'table:%'"))
        connection.execute(text("DELETE FROM attempt"))
        connection.execute(text("DELETE FROM message"))


# --- reading


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


# --- columns


def test_our_own_headings_are_all_known() -> None:
    names = [*templates.headings(), "slug", "description_language"]
    assert [name for name, target in zip(names, table.guess(names), strict=True) if not target] == []


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        (["Titel", "Kurzbeschreibung", "Ort", "Land", "Themen"], "title summary place_name country themes"),
        (["Titolo", "Descrizione", "Comune", "Paese", "Tema"], "title description place_name country themes"),
        (["TITLE", "title_de", "Summary (it)", "Lat.", "LONG"], "title title:de summary:it lat lon"),
        (["Name", "Title", "url", "licence", "unheard of"], "title    "),
    ],
)
def test_headings_are_recognised(headings: list[str], targets: str) -> None:
    assert table.guess(headings) == targets.split(" ")


@given(st.lists(st.text(max_size=30), max_size=12))
def test_every_guess_is_a_target_and_none_comes_twice(headings: list[str]) -> None:
    found = [one for one in table.guess(headings) if one]
    assert all(table.is_target(one) for one in found)
    assert len(found) == len(set(found))


# --- over HTTP


@pytest.mark.usefixtures("clean")
def test_rows_become_proposals_when_they_are_confirmed_and_not_before(partner_client: PersonClient) -> None:
    rows = [practice(), practice(title="Second", title_de="Zweite", themes="Wohnen, Sprache", place="Imst")]
    rows[0]["title_de"] = ""
    address, page = looked_at(partner_client, as_csv(rows, ";"))
    assert states(page) == ["new", "new"]
    assert proposals(partner_client) == []
    answer = partner_client.send(address, {"do": "submit", "seen": seen(page)})
    assert (answer.status_code, answer.location) == (303, "/en/contribute/mine")
    first, second = proposals(partner_client)
    assert (first.action, first.state) == ("create", "agreed") or first.state == "submitted"
    assert first.values["texts"]["en"]["title"] == "Table of a hundred chairs"
    assert first.values["themes"] == ["housing", "language"] == second.values["themes"]
    assert first.values["location_kind"] == "municipality"
    assert first.values["place_id"]
    assert round(first.values["location"]["lat"], 1) == 47.3
    assert second.values["texts"]["de"]["title"] == "Zweite"
    assert partner_client.get(address).status_code == 404, "the file is thrown away"
    assert partner_client.send(address, {"do": "submit", "seen": seen(page)}).status_code == 404
    with partner_client.application.extensions["engine"].connect() as connection:
        mails = connection.execute(text("SELECT kind FROM message")).scalars().all()
    assert mails == ["table_submitted"], "one mail, not one for each row"
    assert "Second" in partner_client.get("/en/contribute/mine").text


@pytest.mark.usefixtures("clean")
def test_a_table_that_is_confirmed_twice_makes_each_proposal_once(partner_client: PersonClient) -> None:
    address, page = looked_at(partner_client, as_csv([practice()]))
    folder = partner_client.application.extensions["settings"].data_dir / uploads.FOLDER
    kept = {file: file.read_bytes() for file in folder.iterdir()}
    assert partner_client.send(address, {"do": "draft", "seen": seen(page)}).status_code == 303
    for file, content in kept.items():
        file.write_bytes(content)
    assert partner_client.send(address, {"do": "draft", "seen": seen(page)}).status_code == 303
    assert [one.state for one in proposals(partner_client)] == ["draft"]


@pytest.mark.usefixtures("clean")
def test_what_is_wrong_is_told_by_row_and_column_and_the_right_rows_go(partner_client: PersonClient) -> None:
    rows = [
        practice(Jahr="1492", website="javascript:alert(1)"),
        practice(Jahr="2019", title="Right <b>one</b>", website=""),
        practice(Jahr="01.05.2020", themes="moon travel", website="", country="Nowhere"),
    ]
    address, page = looked_at(partner_client, as_csv(rows))
    assert states(page) == ["wrong", "new", "wrong"]
    assert 'data-row="2"' in page
    assert "<strong>Jahr:</strong> Please give a year" in page
    assert "<strong>website:</strong> This is no web address" in page
    assert "<strong>themes:</strong> Please choose one of the options; “moon travel” is none." in page
    assert "<strong>country:</strong>" in page
    assert "Right &lt;b&gt;one&lt;/b&gt;" in page
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    assert [one.values["start_year"] for one in proposals(partner_client)] == [2019]


@pytest.mark.usefixtures("clean")
def test_columns_can_be_named_by_hand(partner_client: PersonClient) -> None:
    rows = [
        {"A": "Heading of ours", "B": "What it does.", "C": "Innsbruck", "D": "Austria", "E": "housing", "F": "Liste"}
    ]
    address, page = looked_at(partner_client, as_csv(rows))
    assert states(page) == ["empty"] or states(page) == []
    chosen = {"column-0": "title:de", "column-1": "summary:de", "column-2": "place_name", "column-3": "country"}
    answer = partner_client.send(
        address,
        {
            "do": "look",
            "language": "de",
            "column-4": "themes",
            "column-5": "source_title",
            **chosen,
            "location_kind": "region",
            "owner": "not-mine",
        },
    )
    assert answer.status_code == 303
    page = partner_client.get(address).text
    assert states(page) == ["new"]
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    values = proposals(partner_client)[0].values
    assert values["language"] == "de"
    assert values["texts"]["de"]["title"] == "Heading of ours"
    assert (values["country"], values["owner"], values["location_kind"]) == ("AT", "first-organisation", "municipality")
    for bad in ({"column-0": "nonsense"}, {"column-0": "slug:de", "column-1": "title", "column-2": "title"}):
        address, _page = looked_at(partner_client, as_csv(rows))
        assert partner_client.send(address, {"do": "look", **bad}).status_code == 303
        assert partner_client.get(address).status_code == 200


@pytest.mark.usefixtures("clean")
def test_what_was_not_seen_is_not_confirmed(partner_client: PersonClient) -> None:
    address, page = looked_at(partner_client, as_csv([practice()]))
    old = seen(page)
    partner_client.send(address, {"do": "look", "column-1": "description"})
    answer = partner_client.send(address, {"do": "submit", "seen": old})
    assert answer.status_code == 409
    assert proposals(partner_client) == []


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("ending", ["csv", "geojson"])
def test_our_own_files_come_back_unchanged(partner_client: PersonClient, ending: str) -> None:
    taken = partner_client.get(f"/practices.{ending}?lang=de")
    _address, page = looked_at(partner_client, taken.data, f"practices.{ending}")
    found = states(page)
    assert len(found) > 50
    assert set(found) == {"same"}, [
        part[:1500] for part in page.split('<tr class="row-')[1:] if not part.startswith("same")
    ][:3]


@pytest.mark.usefixtures("clean")
def test_what_was_changed_in_our_own_file_becomes_a_change(partner_client: PersonClient) -> None:
    rows = list(
        csv.DictReader(io.StringIO(partner_client.get("/practices.csv?lang=en&country=AT").data.decode("utf-8-sig")))
    )
    slug = rows[0]["slug"]
    rows[0] |= {"title": "A better title", "start_year": "2001", "end_year": "", "lessons": ""}
    address, page = looked_at(partner_client, as_csv(rows))
    assert states(page).count("change") == 1
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    (change,) = proposals(partner_client)
    assert (change.action, change.slug) == ("change", slug)
    assert change.values["start_year"] == 2001
    assert change.values["texts"][rows[0]["language"]]["title"] == "A better title"


def geopackage(path: Path) -> bytes:
    words = {name: [value, value] for name, value in practice(place="", country="").items()}
    point = bytes.fromhex("0101000000")  # Web Mercator: near Innsbruck
    shapes = np.array([point + struct.pack("<dd", 1_269_000.0, 5_985_000.0)] * 2, dtype=object)
    pyogrio.raw.write(
        path,
        shapes,
        [np.array(one, dtype=object) for one in words.values()],
        list(words),
        driver="GPKG",
        layer="p",
        geometry_type="Point",
        crs="EPSG:3857",
    )
    return path.read_bytes()


@pytest.mark.usefixtures("clean")
def test_maps_bring_their_points(partner_client: PersonClient, tmp_path: Path) -> None:
    square = [[[11.0, 47.0], [11.6, 47.0], [11.6, 47.4], [11.0, 47.4], [11.0, 47.0]]]
    words = practice(place="", country="")
    shapes = [
        {"type": "Point", "coordinates": [11.4, 47.27, 500]},
        {"type": "Polygon", "coordinates": square},
        {"type": "Point", "coordinates": [400, 47]},
        None,
    ]
    features = [
        {"type": "Feature", "geometry": shape, "properties": words | {"partners": ["A; b", "c"]}} for shape in shapes
    ]
    collection = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    address, page = looked_at(partner_client, collection, "map.geojson")
    assert states(page) == ["new", "new", "wrong", "wrong"]
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    point, area = (one.values for one in proposals(partner_client))
    assert (point["location"], point["location_kind"]) == ({"lon": 11.4, "lat": 47.27}, "municipality")
    assert (point["country"], point["partners"]) == ("AT", ["A; b", "c"])
    assert area["location_kind"] == "region"
    assert 11.0 < area["location"]["lon"] < 11.6
    _address, page = looked_at(partner_client, geopackage(tmp_path / "p.gpkg"), "p.gpkg")
    assert states(page) == ["new", "new"]
    assert "Austria" in page
    kml = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>
      <name>Garden</name><description>What it does.</description>
      <ExtendedData><Data name="themes"><value>housing</value></Data>
      <Data name="source_url"><value>https://example.org</value></Data></ExtendedData>
      <Point><coordinates>11.4,47.27</coordinates></Point></Placemark></Document></kml>"""
    _address, page = looked_at(partner_client, kml.encode(), "places.kml")
    assert states(page) == ["new"], page


@pytest.mark.usefixtures("clean")
def test_places_are_found_by_name_or_code_and_doubts_are_said(partner_client: PersonClient) -> None:
    rows = [
        practice(place="Wien", country="Österreich"),
        practice(place="", country="", nuts="AT33"),
        practice(place="Atlantis"),
        practice(place="Tirol", location_kind="region"),
        practice(place="", country="IT", location_kind="Land"),
        practice(place="Innsbruck", lat="47,2692", lon="11,4041", location_kind="Adresse"),
        practice(place="Innsbruck", lat="47,2692"),
        practice(place="Innsbruck", lat="40.4", lon="-3.7"),
    ]
    keys = {key: "" for row in rows for key in row}
    address, page = looked_at(partner_client, as_csv([keys | row for row in rows]))
    assert states(page) == ["new"] * 4 + ["new", "new", "wrong", "wrong"], page
    assert "Stands for all of Tirol (AT33)." in page
    assert "No place called “Atlantis” is known" in page
    assert "both latitude and longitude" in page
    assert "The point lies in Spain, but you chose Austria." in page
    partner_client.send(address, {"do": "draft", "seen": seen(page)})
    vienna, code, lost, tyrol, _italy, exact = (one.values for one in proposals(partner_client))
    assert (vienna["country"], round(vienna["location"]["lat"])) == ("AT", 48)
    assert (code["location_kind"], code["territories"], code["country"]) == ("region", ["AT33"], "AT")
    assert (lost["location"], lost["location_kind"]) == (None, None)
    assert tyrol["territories"] == ["AT33"]
    assert (exact["location"], exact["location_kind"]) == ({"lon": 11.4041, "lat": 47.2692}, "address")


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson"])
def test_the_files_to_begin_with_can_be_filled_in_and_sent(
    partner_client: PersonClient, ending: str, tmp_path: Path
) -> None:
    answer = partner_client.get(f"{START}/practices.{ending}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    filled = practice(partners="A;B")
    if ending == "csv":
        head = answer.data.decode("utf-8-sig").strip().split(",")
        content = as_csv([dict.fromkeys(head, "") | filled])
    elif ending == "geojson":
        found = json.loads(answer.data)
        found["features"][0]["properties"] |= filled
        content = json.dumps(found).encode()
    else:
        names = templates.headings()
        (tmp_path / "t.xlsx").write_bytes(answer.data)
        words = reading.read(tmp_path / "t.xlsx", "xlsx", "words")
        assert ["themes", "housing", "Housing"] in [row.cells for row in words.rows]
        row = [(dict.fromkeys(names, "") | filled)[name] for name in names]
        reading.write_workbook(tmp_path / "f.xlsx", {"practices": (names, [row]), "words": (["a"], [["b"]])})
        content = (tmp_path / "f.xlsx").read_bytes()
    _address, page = looked_at(partner_client, content, f"practices.{ending}")
    assert states(page) == ["new"]


BAD = {
    "nothing.csv": (b"", "empty"),
    "spaces.csv": (b"\n\n  ", "empty"),
    "headings.csv": (b"title;place\n", "no rows"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\0\0", "not what the end of its name says"),
    "old.xls": (b"\xd0\xcf\x11\xe0", "This kind of file"),
    "page.html": (b"<html>", "This kind of file"),
    "named.xlsx": (b"title,place\n", "not what the end of its name says"),
    "broken.xlsx": (b"PK\x03\x04" + b"\0" * 99, "damaged"),
    "broken.gpkg": (b"SQLite format 3\0" + b"\0" * 99, "damaged"),
    "broken.geojson": (b'{"type":"FeatureCollection","features":[{', "damaged"),
    "other.json": (b'{"a": 1}', "damaged"),
    "none.geojson": (b'{"type":"FeatureCollection","features":[]}', "no rows"),
    "broken.kml": (b"<kml><Document>", ""),
    "other.kml": (b"<!doctype html><p>", ""),
    "nul.csv": (b"title\nA\0B", "damaged"),
    "long.csv": (b"title\n" + b"x" * 30_000, "more text"),
    "rows.csv": (b"title\n" + b"x\n" * 600, "more than 500 rows"),
    "large.csv": (b"title\n" + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
}


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_what_is_wrong_with_it(partner_client: PersonClient, name: str) -> None:
    content, words = BAD[name]
    answer = send(partner_client, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'role="alert"' in answer.text
    folder = partner_client.application.extensions["settings"].data_dir / uploads.FOLDER
    assert not [file for file in folder.glob("*") if file.read_bytes() == content], "nothing of it is kept"


@pytest.mark.usefixtures("clean")
def test_a_row_with_too_many_cells_and_old_letters_are_told(partner_client: PersonClient) -> None:
    content = (
        as_csv([practice()]).decode()
        + 'A,"B, C",Imst,AT,housing,https://example.org,too,much\r\nÄ,Ü,Imst,AT,housing,https://example.org\r\n'
    )
    _address, page = looked_at(partner_client, content.encode("cp1252"))
    assert states(page) == ["new", "wrong", "new"]
    assert "more cells than there are headings" in page
    assert "Windows-1252" in page


def test_a_geopackage_cannot_run_what_it_brings(tmp_path: Path) -> None:
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


@pytest.mark.usefixtures("clean")
def test_a_table_is_its_senders_alone(
    partner_client: PersonClient,
    other_partner_client: PersonClient,
    moderator_client: PersonClient,
    contributor_client: PersonClient,
    anyone: PersonClient,
) -> None:
    address, page = looked_at(partner_client, as_csv([practice()]))
    for other in (other_partner_client, moderator_client):
        assert other.get(address).status_code == 404
        assert other.send(address, {"do": "submit", "seen": seen(page)}).status_code == 404
        assert other.send(address, {"do": "forget"}).status_code == 404
    assert contributor_client.get(START).status_code == 403
    assert anyone.get(address).status_code == 303
    assert partner_client.get(address).status_code == 200
    assert partner_client.send(address, {"do": "forget"}).status_code == 303
    assert partner_client.get(address).status_code == 404


def test_tables_are_kept_for_a_day(tmp_path: Path) -> None:
    upload = uploads.Upload(uploads.keep(tmp_path, "csv", b"x"), 7, "a.csv", "csv", {"rows": []}, ["title"], {})
    uploads.save(tmp_path, upload)
    assert uploads.find(tmp_path, upload.id, 7) == upload
    assert uploads.find(tmp_path, upload.id, 8) is None
    assert uploads.sweep(tmp_path) == 0
    assert uploads.sweep(tmp_path, time.time() + 25 * 3600) == 2
    assert uploads.find(tmp_path, upload.id, 7) is None


def test_what_is_too_large_or_broken_is_told_so(partner_client: PersonClient) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": partner_client.csrf()}
    answer = partner_client.post(
        START, data=b"x" * (12 * 1024 * 1024), content_type="multipart/form-data; boundary=x", headers=headers
    )
    assert answer.status_code == 413
    assert "<main" in answer.text
    for body in (b"", b"--x", b'--x\r\nContent-Disposition: form-data; name="table"\r\n\r\nnot a file\r\n--x--'):
        answer = partner_client.post(START, data=body, content_type="multipart/form-data; boundary=x", headers=headers)
        assert answer.status_code == 422
