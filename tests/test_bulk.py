"""Tables of practices over HTTP: what becomes of each row, what is told, who sees what, and bad files."""

import csv
import io
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
from sqlalchemy import text

from mapapp.formats import reading, templates
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
    answer = client.send(START, sent, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client's own
    return answer


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
        practice(place="Neustadt", country="DE", themes="moon"),
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
    assert states(page) == ["wrong"] + ["new"] * 6 + ["wrong", "wrong"], page
    assert "Several places are called “Neustadt”; the one in" in page
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
