"""Services as a newcomer looks for them: by category, language and place, with and without opening hours."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from mapapp.database import StatementCount
from mapapp.factory import create_app
from mapapp.views import openness

HTML = {"Accept": "text/html"}


def page(client: Any, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    return answer.text


def total(html: str) -> int:
    return int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]


def slugs(html: str) -> list[str]:
    return re.findall(r'<article class="card service-card" data-slug="([^"]+)"', html)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_pages_of_the_list_hold_every_service_once(client: Any) -> None:
    first = page(client, "/en/services")
    assert total(first) == 75
    found = [slug for number in (1, 2, 3, 4) for slug in slugs(page(client, f"/en/services?page={number}"))]
    assert len(found) == len(set(found)) == 75


@pytest.mark.parametrize("query", ["country=AT", "country=AT&category=language", "near=47.24,10.74&within_km=30"])
def test_the_number_beside_a_choice_is_what_choosing_it_finds(client: Any, query: str) -> None:
    html = page(client, f"/en/services?{query}")
    counted = re.findall(r'data-field="(\w+)" data-value="([^"]+)" data-count="(\d+)"', html)
    assert {field for field, _value, _count in counted} == {"category", "language", "country"}
    for field, value, count in counted[::5]:
        others = "&".join(pair for pair in query.split("&") if not pair.startswith(field))
        assert total(page(client, f"/en/services?{others}&{field}={value}")) == int(count)


def test_a_typed_place_is_found_in_the_readers_language_and_sorts_by_distance(client: Any) -> None:
    html = page(client, "/de/services?place=wien&within_km=20")
    assert "Im Umkreis von 20 km um Wien, Österreich" in html
    assert slugs(html) == ["vienna-magdas-hotel"]
    near = page(client, "/en/services?place=Imst")
    assert total(near) == 75
    distances = [float(km) for km in re.findall(r"([\d.]+) km away", near)]
    assert distances == sorted(distances)
    assert "km" in words(near)


def test_a_place_that_nobody_knows_is_told_and_kept_in_its_field(client: Any) -> None:
    html = page(client, "/en/services?place=Qqxzy&within_km=10&sort=distance")
    assert "No place of this name was found" in html
    assert 'name="place" value="Qqxzy"' in html
    assert total(html) == 75


def test_places_of_one_name_can_be_told_apart(client: Any) -> None:
    html = page(client, "/en/services?place=Frankfurt")
    assert "Did you mean another one?" in html
    address = re.search(r'Did you mean another one\?\s*<a href="([^"]+)"', html)
    assert address
    assert total(page(client, address[1].replace("&amp;", "&"))) == 75


@pytest.mark.parametrize(
    "query",
    ["language=xx", "country=ZZ", "category=circus", "near=1", "near=200,10", "within_km=-1", "sort=bogus", "page=99",
     "page=x", "page=999999", "near=nan", "bbox=1,2", "q=" + "x" * 300],
)  # fmt: skip
def test_what_cannot_be_understood_is_told_and_the_rest_is_answered(client: Any, query: str) -> None:
    html = page(client, f"/en/services?{query}", 400)
    assert total(html) == 75
    assert 'class="field-error"' in html


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Within 2.5 km of Imst, Austria"),
        ("de", "Im Umkreis von 2,5 km um Imst, Österreich"),
    ],
)
def test_a_point_is_told_by_the_place_beside_it(client: Any, lang: str, said: str) -> None:
    assert said in words(page(client, f"/{lang}/services?near=47.24,10.74&within_km=2.5"))
    file = json.loads(client.get(f"/practices.geojson?near=47.24,10.74&within_km=2.5&lang={lang}").data)
    assert said in file["search"]["words"]


def test_a_point_without_a_place_is_told_as_the_language_writes_coordinates(client: Any) -> None:
    assert "47,5° Nord, 20,25° West" in words(page(client, "/de/services?near=47.5,-20.25"))


def test_an_empty_result_says_which_filter_to_drop(client: Any) -> None:
    html = page(client, "/en/services?category=emergency&country=PT")
    assert total(html) == 0
    assert "Without “Category” there are" in html
    address = re.search(r'<li><a href="([^"]+)">Without “Category” there are (\d+)', html)
    assert address
    assert total(page(client, address[1])) == int(address[2])


def test_a_service_says_what_is_known_and_what_is_not(client: Any) -> None:
    read = words(page(client, "/en/services/imst-abc-cafe"))
    assert "Pfarrgasse, 6460 Imst, Austria" in read
    assert "German" in read
    assert "Imst district" in read
    assert "No source gives them. Please call or look at the website before you go." in read
    assert "Who it is for and what to bring along: no source says it." in read
    assert "not yet confirmed by its owner" in read
    assert "The point stands for the town, not for the building." in read
    assert "tt.com" in read
    assert "Bring along" not in read


def test_a_service_that_is_not_there_says_so(client: Any) -> None:
    assert "Dieses Angebot gibt es nicht" in page(client, "/de/services/nothing", 404)


def test_without_any_opening_hours_open_now_is_not_offered(client: Any) -> None:
    html = page(client, "/en/services?open_now=1")
    assert 'name="open_now"' not in html
    assert "No source gives opening hours yet." in html
    assert total(html) == 75


def test_with_opening_hours_open_now_finds_what_is_open_and_is_not_kept(settings: Any, atlas_engine: Engine) -> None:
    always = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
    with atlas_engine.begin() as connection:
        connection.execute(
            text("UPDATE service SET opening_hours = CAST(:hours AS jsonb) WHERE slug IN ('imst-abc-cafe', 'imst-ak')"),
            {"hours": str(always).replace("'", '"')},
        )
        connection.execute(text("UPDATE service SET temporarily_closed = true WHERE slug = 'imst-ak'"))
        connection.execute(text("UPDATE service_text SET documents = 'Passport' WHERE service_id = "
                                "(SELECT id FROM service WHERE slug = 'imst-abc-cafe')"))  # fmt: skip
    client = create_app(settings, atlas_engine).test_client()
    answer = client.get("/en/services?open_now=1", headers=HTML)
    assert slugs(answer.text) == ["imst-abc-cafe"]
    assert total(answer.text) == 1
    assert "ETag" not in answer.headers
    service = words(page(client, "/en/services/imst-abc-cafe"))
    assert "Monday 00:00–24:00" in service
    assert "Bring along Passport" in service
    assert "Temporarily closed" in page(client, "/en/services/imst-ak")


MONDAY_TO_NIGHT = [{"day": 1, "opens": "09:00", "closes": "12:00"}, {"day": 7, "opens": "20:00", "closes": "02:00"}]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T09:00", True),  # a Monday
        ("2026-11-23T11:59", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T01:59", True),  # Sunday night
        ("2026-11-22T23:00", True),
        ("2026-11-22T19:59", False),
        ("2026-11-24T09:30", False),
    ],
)
def test_opening_hours_reach_over_midnight(moment: str, expected: bool) -> None:
    assert openness.is_open(MONDAY_TO_NIGHT, datetime.fromisoformat(moment)) is expected


@pytest.mark.parametrize(
    ("country", "longitude", "offset"),
    [
        ("AT", 10.7, 1),
        ("GR", 23.7, 2),
        ("PT", -9.1, 0),
        ("PT", -25.7, -1),
        ("ES", -15.4, 0),
        ("ES", 2.1, 1),
        ("CY", 33.3, 2),
    ],
)
def test_the_clock_is_that_of_the_place(country: str, longitude: float, offset: int) -> None:
    winter = datetime(2026, 1, 15, 12, tzinfo=UTC)
    local = winter.astimezone(openness.zone_of(country, longitude))
    assert local.utcoffset().total_seconds() == offset * 3600  # type: ignore[union-attr]


def test_pages_ask_the_database_a_constant_number_of_times(settings: Any, engine: Engine) -> None:
    # An application of its own, which has kept no page yet: what one process keeps of the vocabularies is gone after
    # tests with another database, and a kept page would not read it again.
    client = create_app(settings, engine).test_client()
    page(client, "/en/services?country=AT")
    counted = {}
    for path in (
        "/en/services?country=DE",
        "/en/services?place=Imst",
        "/en/services/imst-ams",
        "/en/services/athens-kem",
    ):
        with StatementCount(engine) as count:
            page(client, path)
        counted[path] = len(count.statements)
    assert counted["/en/services?country=DE"] <= 4
    assert counted["/en/services?place=Imst"] <= counted["/en/services?country=DE"] + 1
    assert counted["/en/services/imst-ams"] == counted["/en/services/athens-kem"] <= 4
