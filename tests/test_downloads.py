"""What people take away: the same records as the list, whole, open, and safe to open."""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import fields, flat
from mapapp.settings import Settings

ROOT = Path(__file__).parent.parent
# The published contract: other people's scripts rely on these names.
PROMISED = {
    *("title", "summary", "description", "lessons", "language", "place", "country", "nuts", "location_kind"),
    *("themes", "dimensions", "target_groups", "organisation", "organisation_type", "partners", "programmes"),
    *("project", "start_year", "end_year", "status", "budget_eur", "website", "source_title", "source_url"),
    *("confirmed_on", "updated_at", "url", "licence"),
}
FILES = (
    "/practices.geojson",
    "/practices.csv",
    "/services.geojson",
    "/services.csv",
    "/projects.geojson",
    "/projects.csv",
    "/regions.geojson",
    "/regions.csv",
)


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def features_of(body: bytes) -> list[dict[str, Any]]:
    return json.loads(body)["features"]


def add_practice(engine: Engine, slug: str, title: str, point: str | None = None, **columns: object) -> None:
    named = "".join(f", {name}" for name in columns)
    with engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO practice (slug, country, source_url, location, location_kind{named}) VALUES (:slug, "
                "'MT', 'https://example.org', ST_GeomFromText(:point, 4326), "
                f"CASE WHEN :point ::text IS NOT NULL THEN 'address' END{''.join(f', :{name}' for name in columns)})"
            ),
            {"slug": slug, "point": point, **columns},
        )
        connection.execute(
            text(
                "INSERT INTO practice_text (practice_id, language, title, summary, is_source) "
                "SELECT id, 'en', :title, :title, true FROM practice WHERE slug = :slug"
            ),
            {"slug": slug, "title": title},
        )


@pytest.fixture
def own_client(settings: Settings, atlas_engine: Engine) -> Any:
    """A client on a database of its own, which a test may change."""
    return create_app(settings, atlas_engine).test_client()


def test_geojson_carries_every_published_field_and_says_whose_it_is(client: Any) -> None:
    answer = client.get("/practices.geojson?theme=housing&lang=de")
    assert answer.content_type == "application/geo+json"
    found = json.loads(answer.data)
    assert found["type"] == "FeatureCollection"
    assert found["numberMatched"] == len(found["features"]) > 10
    assert found["licence"] == "CC-BY-4.0"
    assert "GeoNames" in found["attribution"]
    assert found["search"]["link"].endswith("/de/?theme=housing")
    assert found["search"]["words"]
    one = next(feature for feature in found["features"] if feature["properties"]["country"] == "AT")
    assert set(one["properties"]) >= PROMISED
    assert list(one["properties"]) == [field.name for field in fields.PRACTICE.fields]
    assert re.fullmatch(r"[a-z0-9-]+", one["id"])
    longitude, latitude = one["geometry"]["coordinates"]
    assert 9 < longitude < 18
    assert 46 < latitude < 50
    assert one["properties"]["url"].endswith(f"/de/practices/{one['id']}")
    assert "housing" in one["properties"]["themes"]


def test_csv_has_the_same_records_order_and_values_as_geojson(client: Any) -> None:
    query = "?target_group=women&sort=newest&lang=it"
    table = client.get("/practices.csv" + query)
    assert table.content_type.startswith("text/csv")
    assert table.data.startswith(b"\xef\xbb\xbftitle,summary,")
    assert table.data.count(b"\r\n") == table.data.count(b"\n")
    rows, features = rows_of(table.data), features_of(client.get("/practices.geojson" + query).data)
    assert [row["slug"] for row in rows] == [feature["id"] for feature in features]
    for row, feature in zip(rows, features, strict=True):
        assert list(row) == [*feature["properties"], "slug", "lon", "lat", *flat.ABOUT]
        for name, value in feature["properties"].items():
            expected = ";".join(value) if isinstance(value, list) else "" if value is None else str(value)
            assert row[name] == expected
        assert [float(row["lon"]), float(row["lat"])] == feature["geometry"]["coordinates"]


def test_regions_are_taken_away_as_points_in_the_language_of_the_address_not_of_the_browser(client: Any) -> None:
    german = {"Accept-Language": "de"}
    found = {one["id"]: one for one in features_of(client.get("/regions.geojson", headers=german).data)}
    assert len(found) == 67
    assert found["vienna"]["properties"]["name"] == "Vienna"
    assert {one["geometry"]["type"] for one in found.values() if one["geometry"]} == {"Point"}
    in_german = {one["id"]: one for one in features_of(client.get("/regions.geojson?lang=de").data)}
    assert in_german["vienna"]["properties"]["name"] == "Wien"
    refused = client.get("/regions.geojson?slug=imst")
    assert (refused.status_code, refused.json["parameter"]) == (400, "slug")


@pytest.mark.parametrize("path", FILES)
def test_every_file_says_its_name_licence_and_page(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    stem, extension = path[1:].split(".")
    name = rf'attachment; filename="practice-atlas-{stem}-20\d\d-\d\d-\d\d\.{extension}"'
    assert re.fullmatch(name, answer.headers["Content-Disposition"])
    assert 'creativecommons.org/licenses/by/4.0/>; rel="license"' in answer.headers["Link"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    collection = next(one for one in fields.COLLECTIONS.values() if one.plural == stem)
    if extension == "csv":
        rows = rows_of(answer.data)
        assert list(rows[0]) == [*flat.names(collection), *flat.ABOUT]
    else:
        rows = features_of(answer.data)
        assert list(rows[0]["properties"]) == [field.name for field in collection.fields]
    assert len(rows) >= 20


def test_a_record_without_a_place_stays_in_both_files(own_client: Any, atlas_engine: Engine) -> None:
    add_practice(atlas_engine, "nowhere-in-particular", "A practice that nobody has placed yet")
    found = {one["id"]: one for one in features_of(own_client.get("/practices.geojson?country=MT").data)}
    assert found["nowhere-in-particular"]["geometry"] is None
    rows = {row["slug"]: row for row in rows_of(own_client.get("/practices.csv?country=MT").data)}
    assert (rows["nowhere-in-particular"]["lon"], rows["nowhere-in-particular"]["lat"]) == ("", "")
    assert found.keys() == rows.keys()


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(own_client: Any, atlas_engine: Engine) -> None:
    rest = 'HYPERLINK("https://example.org"), 100 % \\ "quoted"\nand a second line'
    starts = ["=", "+", "-", "@", "\t", "\r", "\n"]
    for number, start in enumerate(starts):
        add_practice(
            atlas_engine,
            f"formula-{number}",
            start + rest,
            "POINT(-14.5 -35.25)",
            partners=["=1+1; =2+2", "B"],
            budget_eur=1250,
        )
    rows = {row["slug"]: row for row in rows_of(own_client.get("/practices.csv?country=MT").data)}
    features = {one["id"]: one for one in features_of(own_client.get("/practices.geojson?country=MT").data)}
    for number, start in enumerate(starts):
        row, told = rows[f"formula-{number}"], features[f"formula-{number}"]["properties"]
        assert row["title"] == "'" + start + rest
        assert row["partners"] == "'=1+1, =2+2;B"
        assert (row["lon"], row["lat"], row["budget_eur"]) == ("-14.5", "-35.25", "1250")
        assert told["title"] == start + rest
        assert told["partners"] == ["=1+1; =2+2", "B"]


def test_texts_come_in_the_language_asked_for_or_say_which_they_are_in(client: Any) -> None:
    german = client.get("/practices/imst-abc-cafe.geojson?lang=de").json
    assert (german["source"], "GeoNames" in german["attribution"]) == ("http://localhost/", True)
    german = german["properties"]
    assert (german["language"], german["description_language"]) == ("de", "en")
    assert "Begegnungscafé" in german["summary"]
    swedish = features_of(client.get("/practices.geojson?lang=sv").data)
    assert {one["properties"]["language"] for one in swedish} == {"sv", "en"}
    assert all(f"/{one['properties']['url'].split('/')[3]}/" == "/en/" for one in swedish)


def test_the_same_address_gives_everyone_the_same_file(client: Any) -> None:
    english, german = (
        client.get("/practices.geojson?theme=housing", headers={"Accept-Language": lang}) for lang in ("en", "de")
    )
    assert english.data == german.data
    assert english.headers["ETag"] == german.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/practices.geojson?theme=nothing-such", "theme"),
        ("/practices.csv?theme=housing&thema=x", "thema"),
        ("/practices.geojson?bbox=1,2,3", "bbox"),
        ("/practices.csv?year_from=2020&year_to=2010", "year_to"),
        ("/practices.geojson?lang=xx", "lang"),
        ("/practices.geojson?lang=de&lang=it", "lang"),
        ("/services.csv?theme=housing", "theme"),
        ("/regions.csv?country=AT", "country"),
        ("/practices/imst-abc-cafe.geojson?theme=x", "theme"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(client: Any, path: str, parameter: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["parameter"] == parameter
    assert answer.json["detail"]


def test_an_unknown_practice_is_not_found(client: Any) -> None:
    answer = client.get("/practices/no-such-practice.geojson")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_compressed_file_is_the_same_file(client: Any, encoding: str, unpack: Callable[[bytes], bytes]) -> None:
    plain = client.get("/practices.geojson").data
    packed = client.get("/practices.geojson", headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert unpack(packed.data) == plain
    assert len(packed.data) < len(plain) / 2


def test_a_copy_that_is_still_good_is_not_sent_again(own_client: Any, atlas_engine: Engine) -> None:
    first = own_client.get("/practices.csv?country=MT")
    known = {"If-None-Match": first.headers["ETag"]}
    again = own_client.get("/practices.csv?country=MT", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    add_practice(atlas_engine, "new-on-malta", "New on Malta")
    changed = own_client.get("/practices.csv?country=MT", headers=known)
    assert changed.status_code == 200
    assert len(rows_of(changed.data)) == len(rows_of(first.data)) + 1


@pytest.mark.parametrize("path", FILES)
def test_head_tells_everything_but_the_body(client: Any, path: str) -> None:
    head, full = client.head(path), client.get(path)
    assert head.data == b""
    ours = ("Content-Type", "ETag", "Content-Disposition", "Link", "Vary", "Cache-Control")
    assert [head.headers.get(name) for name in ours] == [full.headers.get(name) for name in ours]


def test_the_page_lists_every_field_and_file(client: Any) -> None:
    for lang in ("en", "de", "it"):
        page = client.get(f"/{lang}/data", headers={"Accept": "text/html"}).text
        for collection in fields.COLLECTIONS.values():
            assert all(f"<code>{field.name}</code>" in page for field in collection.fields)
        assert all(f'href="{path}?lang={lang}"' in page for path in FILES)


def test_geojson_is_written_in_formats_only() -> None:
    sources = [*(ROOT / "mapapp").rglob("*.py"), *(ROOT / "mapapp" / "templates").rglob("*.html")]
    saying = {path for path in sources if '"FeatureCollection"' in path.read_text(encoding="utf-8")}
    formats = ROOT / "mapapp" / "formats"
    assert {formats / "geojson.py", formats / "regions.py"} <= saying  # files to take away; the layer of the maps
    assert all(formats in path.parents for path in saying)


def test_the_list_of_fields_stands_once() -> None:
    names = {field.name for field in fields.PRACTICE.fields}
    # Forms, the values that they make and what reads, compares and shows those values know what can be written.
    written = {
        "differing.py",
        "forms/practice.py",
        "forms/table.py",
        "queries/values.py",
        "views/form_words.py",
        "views/previewing.py",
        "writing/public_rows.py",
    }
    for path in (ROOT / "mapapp").rglob("*.py"):
        quoted = set(re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8")))
        if path.relative_to(ROOT / "mapapp").as_posix() not in {"formats/fields.py", *written}:
            assert len(names & quoted) < len(names) * 2 / 3, f"{path} says the published fields again"
