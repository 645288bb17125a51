"""Explore without a browser: what the page says of an answer, and what it does with what it cannot understand."""

import json
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from mapapp.views import keeping

HTML = {"Accept": "text/html"}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def total(html: str) -> int:
    return int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]


def options(html: str, field: str) -> dict[str, int]:
    found = re.findall(rf'data-field="{field}" data-value="([^"]*)" data-count="(\d+)"', html)
    return {value: int(count) for value, count in found}


@pytest.mark.parametrize(("lang", "munich"), [("en", "Munich"), ("de", "München"), ("it", "Monaco di Baviera")])
def test_large_cities_have_the_name_that_readers_know_and_small_ones_their_own(
    client: Any, lang: str, munich: str
) -> None:
    card = client.get(f"/{lang}/?q=ArrivalAid", headers=HTML).text
    assert f"{munich}, " in words(card)
    small = client.get(f"/{lang}/?country=SK", headers=HTML).text
    assert "Nitra" in words(small)  # not Neutra, which nobody says any more


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "37 practices in 14 countries"),
        ("de", "37 Praxisbeispiele in 14 Ländern"),
        ("it", "37 pratiche in 14 Paesi"),
    ],
)
def test_the_results_line_counts_in_the_language_of_the_page(client: Any, lang: str, line: str) -> None:
    html = client.get(f"/{lang}/?theme=housing", headers=HTML).text
    assert line in words(html[html.index('id="results-line"') :])[:200]
    assert total(html) == 37


def test_the_count_beside_an_option_is_what_choosing_it_finds(client: Any) -> None:
    html = client.get("/en/?theme=housing&country=AT", headers=HTML).text
    for field, chosen in (
        ("theme", "country=AT"),
        ("country", "theme=housing"),
        ("region", "theme=housing&country=AT"),
    ):
        for value, count in list(options(html, field).items())[:6]:
            assert total(client.get(f"/en/?{chosen}&{field}={value}", headers=HTML).text) == count, (field, value)


def test_every_chip_leads_to_the_search_without_it(client: Any) -> None:
    html = client.get("/en/?theme=housing&country=AT&year_from=2010&q=house", headers=HTML).text
    chips = re.findall(r'class="chip active" data-ask[^>]* href="([^"]+)"', html)
    assert len(chips) == 4
    assert {unescape(chip).count("=") for chip in chips} == {3}
    assert "Theme: Housing" in words(html)


def test_what_cannot_be_understood_is_told_and_kept(client: Any) -> None:
    answer = client.get("/en/?theme=nonsense&year_from=20x&bbox=1,2&within_km=5&page=99", headers=HTML)
    assert answer.status_code == 400
    said = words(answer.text[answer.text.index('id="problems"') :])[:900]
    for part in ("Theme: “nonsense”", "From year:", "Map area:", "Within:", "Page:"):
        assert part in said
    assert re.search(r'name="year_from"[^>]*value="20x"[^>]*aria-invalid="true"', answer.text)
    assert total(answer.text) > 100


def test_other_parameters_are_left_alone(client: Any) -> None:
    html = client.get("/en/?utm_source=x&at=5/1/1&show=map", headers=HTML)
    assert html.status_code == 200
    assert total(html.text) > 100


@pytest.mark.parametrize("value", ["%00", "%FF", "'\"><script>", "\u202e" * 50, "9" * 400])
def test_no_value_breaks_the_page(client: Any, value: str) -> None:
    for name in ("q", "theme", "region", "bbox", "near", "page", "sort", "year_to", "view", "zoom", "stack"):
        for path in ("/de/", "/de/markers.json", "/de/suggest"):
            answer = client.get(f"{path}?{name}={value}")
            assert answer.status_code < 500, (path, name)
            assert "html" not in answer.content_type or b"><script>" not in answer.data


def test_an_empty_answer_names_the_filter_to_drop(client: Any) -> None:
    html = client.get("/en/?theme=housing&country=MT", headers=HTML).text
    ways = re.findall(r'data-ask="rescue" href="([^"]+)">([^<]+)<', html)
    assert ways[0][1] == "Without Country: Malta there are 37."
    assert total(client.get(unescape(ways[0][0]), headers=HTML).text) == 37


def test_a_typing_error_is_forgiven_and_said(client: Any) -> None:
    html = client.get("/en/?q=howsing", headers=HTML).text
    assert total(html) > 0
    assert "Nothing was found for “howsing”" in words(html)


def test_pages_are_slices_of_one_list(client: Any) -> None:
    first, second = (client.get(f"/en/?page={page}", headers=HTML).text for page in (1, 2))
    shown = [re.findall(r'data-record="([^"]+)"', html) for html in (first, second)]
    assert len(shown[0]) == 20
    assert not set(shown[0]) & set(shown[1])
    assert re.search(r'href="/en/\?page=2" rel="next"', first)
    assert re.search(r'href="/en/" rel="prev"', second)


def test_the_downloads_take_the_search_along(client: Any) -> None:
    html = unescape(client.get("/de/?theme=housing&country=AT", headers=HTML).text)
    for address in (
        "/practices.geojson?theme=housing&country=AT&lang=de",
        "/practices.csv?theme=housing&country=AT&lang=de",
    ):
        assert f'href="{address}"' in html
    assert 'value="http://localhost/de/?theme=housing&country=AT"' in html


def test_a_fragment_has_the_parts_of_the_page_and_the_markers_of_the_view(client: Any) -> None:
    address = "/de/?theme=housing&view=-20,30,40,70&zoom=4"
    fragment = client.get(address, headers=HTML | {"X-Fragment": "results"}).text
    page = client.get("/de/?theme=housing", headers=HTML).text
    assert "<header" not in fragment
    assert total(fragment) == total(page)
    assert options(fragment, "theme") == options(page, "theme")
    block = json.loads(re.search(r"<script[^>]*data-markers>(.*?)</script>", fragment, re.S)[1])  # type: ignore[index]
    assert block == client.get("/de/markers.json?theme=housing&view=-20,30,40,70&zoom=4").json
    assert block["total"] == total(page)


def test_a_fragment_says_where_the_search_is_found_in_every_language(client: Any) -> None:
    address = "/de/?theme=housing&page=2"
    fragment = client.get(f"{address}&view=-20,30,40,70&zoom=4&at=4/1/1", headers=HTML | {"X-Fragment": "results"}).text
    links = re.findall(r"<link [^>]+>", fragment)
    assert links == [link for link in re.findall(r"<link [^>]+>", client.get(address).text) if link in links]
    assert '<link rel="canonical" href="http://localhost/de/?theme=housing&amp;page=2">' in links
    assert '<link rel="alternate" hreflang="it" href="http://localhost/it/?theme=housing&amp;page=2">' in links
    assert any('href="/de/feed.atom?theme=housing"' in link for link in links)


@pytest.mark.parametrize("query", ["theme=bogus", "year_from=x", "colour=red", "view=1,2&zoom=4"])
def test_markers_of_what_cannot_be_understood_are_refused_by_name(client: Any, query: str) -> None:
    answer = client.get(f"/en/markers.json?{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["parameter"] == query.split("=")[0]


def test_the_list_is_drawn_the_same_from_what_is_kept(client: Any) -> None:
    addresses = [f"/de/?{query}" for query in ("", "theme=housing&q=%22%26haus", "theme=housing&country=AT", "page=2")]
    fresh = {}
    for address in addresses:
        client.application.extensions["kept"].clear()
        fresh[address] = client.get(address + "&x=1", headers=HTML).text
    for address in addresses:
        assert client.get(address + "&x=2", headers=HTML).text.replace("x=2", "x=1") == fresh[address]
        assert not re.search("[\ue000-\ue001]", fresh[address])


def test_made_up_values_do_not_fill_the_memory(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 400)
    for number in range(60):
        codes = "&".join(f"region=DE{number:02}{letter}" for letter in "ABCDEFGHIJ")
        assert client.get(f"/en/?{codes}", headers=HTML).status_code == 200
    sizes = {kind: len(found) for (kind, _lang), (_versions, found) in client.application.extensions["kept"].items()}
    assert sizes["value"] <= 400
    assert sizes["option"] <= 400


def test_the_alphabet_begins_with_a_letter_or_digit(client: Any) -> None:
    titles = re.findall(r'class="card-title"><a [^>]+>([^<]+)<', client.get("/de/?sort=title", headers=HTML).text)
    assert len(titles) == 20
    assert titles[0][0].isalnum()


def test_rings_and_pins_say_what_they_are(client: Any) -> None:
    found = client.get("/de/markers.json?view=-20,30,40,70&zoom=4").json["markers"]
    rings = [one for one in found if "n" in one]
    pins = [one for one in found if "slug" in one]
    assert all(re.match(r"\d+ Praxisbeispiele (bei|in) .+: \d+ .+", one["name"]) for one in rings)
    assert all(one["kind"] in ("address", "municipality", "region", "country") and one["theme"] for one in pins)


def test_a_page_costs_the_same_few_statements_whatever_it_shows(client: Any, engine: Any) -> None:
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    client.get("/en/?theme=health", headers=HTML)  # what is read once for each data version has been read
    event.listen(engine, "before_cursor_execute", count)
    try:
        costs = []
        for address in ("/en/?theme=housing", "/en/?page=5", "/en/?country=MT&theme=housing", "/en/?sort=newest"):
            counted.clear()
            client.get(address, headers=HTML)
            costs.append(len(counted))
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert max(costs) <= 4, costs


def test_suggestions_come_in_groups_with_addresses(client: Any) -> None:
    html = client.get("/de/suggest?q=wohn").text
    assert 'role="option"' in html
    assert 'data-address="/de/?theme=housing"' in html
    assert "Wohnen" in words(html)
    assert 'role="option"' not in client.get("/de/suggest?q=").text
