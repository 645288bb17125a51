"""The poster and the embedded page, whole without scripts; and the menu that leads to every form of file."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from mapapp.factory import create_app
from mapapp.formats import crs, drawing
from mapapp.formats.kinds import KINDS
from mapapp.security import CONTENT_SECURITY_POLICY
from mapapp.settings import Settings

HTML = {"Accept": "text/html"}


def total(client: Any, query: str) -> int:
    return client.get(f"/practices.geojson?{query}").get_json(force=True)["numberMatched"]


def test_a_file_that_was_kept_names_no_former_address(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    """Files that are made first are kept on disk, and outlive the settings that they were made with."""
    for address in ("https://one.example.org", "https://two.example.org"):
        own = replace(settings, data_dir=tmp_path, base_url=address)
        page = create_app(own, engine).test_client().get("/practices.map.html?country=MT").text
        assert re.findall(r"https://\w+\.example\.org", page)[0] == address


def test_a_poster_shows_the_search_with_numbers_that_lead_from_map_to_list(client: Any) -> None:
    page = client.get("/de/poster?theme=housing&paper=a3", headers=HTML).text
    listed = re.findall(r'<li class="theme-[a-z-]+"><a href="/de/practices/', page)
    assert len(listed) == total(client, "theme=housing")
    numbers = re.findall(r'class="map-dot[^>]*><circle[^>]*></circle><text[^>]*>(\d+)</text>', page)
    assert sorted(map(int, numbers)) == list(range(1, len(listed) + 1))
    assert 'class="poster paper-a3"' in page
    assert "Thema: Wohnen" in page
    assert "http://localhost/de/?theme=housing" in page
    assert page.count("<svg") >= 2
    assert "style=" not in page
    assert client.get("/de/poster?paper=a5").status_code == 400


@pytest.mark.parametrize(
    "points",
    [[], [(10.7, 47.2, 1, "housing")], [(-24.0, 37.0, 1, ""), (30.0, 60.0, 2, "health")], [(179.0, -80.0, 1, "")]],
)
def test_every_dot_lies_in_its_drawing(points: list[Any]) -> None:
    drawn = drawing.draw(points, 720, 560, "de")
    assert len(drawn.dots) == len(points)
    assert all(0 <= dot.x <= 720 and 0 <= dot.y <= 560 for dot in drawn.dots)
    assert re.fullmatch(r"(M[-\d.]+ [-\d.]+(L[-\d.]+ [-\d.]+)+Z)*", drawn.land)


def test_a_drawing_shows_as_little_as_can_be_beyond_what_is_drawn() -> None:
    def sea(points: list[Any]) -> tuple[float, ...]:
        numbers = list(map(float, re.findall(r"[-\d.]+", drawing.draw(points, 720, 500, "de").sea)))
        return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])

    west, north, east, south = sea([(40.0, 41.0, 1, ""), (44.0, 44.0, 2, "")])
    assert west <= 0 >= north, "near the edge the frame is moved"
    assert east >= 720
    assert south >= 500
    west, _north, east, _south = sea([(-9.0, 35.0, 1, ""), (33.0, 67.0, 2, "")])
    assert west == pytest.approx(720 - east, abs=1)


def test_the_embedded_page_may_stand_in_a_frame_and_no_other_may(client: Any) -> None:
    page = client.get("/de/embed?theme=housing", headers=HTML)
    policy = page.headers["Content-Security-Policy"]
    assert policy == CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
    assert "frame-ancestors 'none'" in client.get("/de/?theme=housing", headers=HTML).headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    count = total(client, "theme=housing")
    assert f'data-total="{count}"' in page.text
    assert page.text.count('href="/de/practices/') == count
    assert all("noopener" in link for link in re.findall(r"<a [^>]*>", page.text))
    layered = client.get("/de/embed?layers=services,no-practices", headers=HTML).text
    assert re.findall(r'data-layer="(\w+)"[^>]* checked', layered) == ["services"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/de/embed?thema=x", 400, "thema"),
        ("/de/embed?layers=roads", 400, "layers"),
        ("/it/embed?layers=regions,roads", 400, "layers"),
        ("/de/embed/x", 404, "Hier ist keine Seite"),
        ("/xx/embed", 404, "There is no page here"),
    ],
)
def test_what_is_wrong_with_a_frame_can_be_read_in_the_frame(client: Any, path: str, status: int, said: str) -> None:
    refused = client.get(path, headers=HTML)
    assert refused.status_code == status
    assert_framed(refused)
    assert said in refused.text


def test_a_frame_says_that_the_database_is_away(settings: Settings, dial: Any) -> None:
    engine = dial("postgresql+psycopg://nobody@/nothing?host=/nonexistent", pool_size=1)
    away = create_app(settings, engine).test_client()
    answer = away.get("/de/embed?theme=housing", headers=HTML)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert_framed(answer)
    assert 'href=""' in answer.text, "the frame is tried again in its place"
    other = away.get("/de/?theme=housing", headers=HTML)
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"], "no other page"


def assert_framed(answer: Any) -> None:
    """Hold a failure to the look and the manners of the page that would have stood there."""
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert 'class="embed-page"' in answer.text
    assert "<form" not in answer.text
    assert "site-header" not in answer.text
    out = [link for link in re.findall(r"<a [^>]*>", answer.text) if 'href=""' not in link]
    assert out, "a way to the site"
    assert all('target="_blank" rel="noopener"' in link for link in out)
    assert re.search(r'href="http://localhost/(de|it|en)/"', out[-1])


EMPTY = "theme=housing&country=MT&q=zzzzqqqq"


def test_a_poster_of_nothing_says_so_and_how_to_go_on(client: Any) -> None:
    page = client.get("/de/poster?country=MT&theme=entrepreneurship&paper=a3", headers=HTML).text
    assert "Zu dieser Suche passt kein Praxisbeispiel." in page
    assert "Land: Malta" in page
    assert "poster-list" not in page
    assert "poster-map" not in page
    tools, _start, sheet = page.partition('<article class="poster')
    ways = re.findall(r'href="(/de/poster\?[^"]+)"[^>]*>(Ohne [^<]+)<', tools.replace("&amp;", "&"))
    assert ways, "a filter to drop"
    for href, _words in ways:
        assert "paper=a3" in href
        assert "poster-list" in client.get(href, headers=HTML).text
    assert "Ohne " not in sheet, "paper cannot be clicked"
    assert "no-print" in tools[tools.index("poster-ways") - 60 : tools.index("poster-ways") + 60]


def test_a_frame_and_a_map_of_nothing_say_so(client: Any) -> None:
    page = client.get(f"/de/embed?{EMPTY}", headers=HTML).text
    assert "Zu dieser Suche passt kein Praxisbeispiel." in page
    assert 'id="list"' not in page
    assert 'href="#foot"' in page
    assert 'id="foot"' in page
    assert "kein Praxisbeispiel" not in client.get(f"/de/embed?{EMPTY}&layers=services,no-practices", headers=HTML).text
    alone = client.get(f"/practices.map.html?{EMPTY}&lang=de").text
    assert '<p class="none">Zu dieser Suche passt kein Eintrag.</p>' in alone
    assert "Land: Malta" in alone
    assert '<ul class="legend">' not in alone


def test_other_words_that_were_searched_are_named(client: Any) -> None:
    for path in ("/en/poster?q=langage+caffe", "/en/embed?q=langage+caffe", "/en/?q=langage+caffe"):
        page = client.get(path, headers=HTML).text
        assert re.search("Nothing was found for “[^”]+”. These are results for “[^”]+”.", page), path


@pytest.mark.parametrize(
    ("page", "plural"),
    [
        ("/de/?theme=housing", "practices"),
        ("/de/services?country=AT", "services"),
        ("/de/regions", "regions"),
        ("/de/projects", "projects"),
    ],
)
def test_the_menu_leads_to_every_form_without_scripts(client: Any, page: str, plural: str) -> None:
    html = client.get(page, headers=HTML).text
    form = re.search(rf'<form action="(/download/{plural})" method="get">(.*?)</form>', html, re.DOTALL)
    assert form
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[2])
    asked = urlsplit(page).query
    assert "&".join(f"{name}={value}" for name, value in hidden) == asked
    offered = re.findall(r'<option value="([^"]+)">', form[2])
    assert set(KINDS) <= set(offered)
    assert {str(code) for code in crs.OFFERED if code != crs.GEOGRAPHIC} <= set(offered)
    for ending, kind in KINDS.items():
        query = f"{asked}&" if asked else ""
        answer = client.get(f"{form[1]}?{query}format={ending}&crs=3035&lang=all", headers=HTML)
        assert answer.status_code == 302
        to = answer.headers["Location"]
        system = "crs=3035&" if kind.any_crs else ""
        assert to == f"/{plural}.{ending}?{query}{system}lang=all"
        assert client.head(to).status_code == 200
    assert client.get(f"{form[1]}?format=docx").status_code == 400
