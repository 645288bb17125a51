"""Regions as a visitor reads them: the list and its choices, one region's page, the layer that maps draw."""

import json
import re
from typing import Any

import brotli
import pytest
from sqlalchemy import Engine, text

from mapapp.database import StatementCount

HTML = {"Accept": "text/html"}


def page(client: Any, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    return answer.text


def slugs(html: str) -> list[str]:
    return re.findall(r'<article class="card" data-slug="([^"]+)"', html)


def total(html: str) -> int:
    return int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_list_holds_every_region_once_under_its_country(client: Any) -> None:
    html = page(client, "/en/regions")
    assert total(html) == 67 == len(slugs(html)) == len(set(slugs(html)))
    headings = re.findall(r'<h2 id="group-\d+">(\w[^<]*)<', html)
    assert headings == sorted(headings)
    assert "Austria" in " ".join(headings)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("project=milestone", 10),
        ("project=regin&level=region", 6),
        ("country=SI", 2),
        ("q=KARNTEN", 1),  # Kärnten, as typed without the accent
        ("q=Steiermark", 0),
    ],
)
def test_the_list_can_be_narrowed(client: Any, query: str, expected: int) -> None:
    html = page(client, f"/de/regions?{query}")
    assert total(html) == len(slugs(html)) == expected


def test_a_card_names_the_projects_of_its_region_and_no_others(client: Any) -> None:
    html = page(client, "/en/regions?q=Migration+Policy+Group")
    assert re.findall(r'<span class="badge">([^<]+)</span>', html) == ["REGIN"]


@pytest.mark.parametrize("by", ["project", "level"])
def test_the_list_can_stand_under_other_headings(client: Any, by: str) -> None:
    html = page(client, f"/en/regions?by={by}&project=regin")
    assert set(slugs(html)) == set(slugs(page(client, "/en/regions?project=regin")))
    wanted = "REGIN" if by == "project" else "Pilot region" if by == "role" else "Network / organisation"
    assert wanted in words(html)


def test_an_unknown_choice_is_told_beside_its_field_and_left_out(client: Any) -> None:
    html = page(client, "/en/regions?country=ZZ&level=planet", 400)
    assert total(html) == 67
    assert "“ZZ” is not among the choices" in html
    assert 'id="narrow-country" name="country" aria-invalid="true" aria-describedby="narrow-country-error"' in html
    assert page(client, "/en/regions?q=" + "x" * 300, 400).count("at most 200 characters") == 1


@pytest.mark.parametrize("slug", ["azores", "campania", "catalonia", "murcia", "puglia", "skane"])
def test_a_pilot_region_of_regin_shows_outline_authority_and_role(client: Any, slug: str) -> None:
    html = page(client, f"/en/regions/{slug}")
    assert re.search(r"Outline: (PT20|ITF3|ES51|ES62|ITF4|SE224) ", html)
    read = words(html)
    assert "Authority" in read
    assert "Role" in read
    assert "Pilot region" in read
    layer = json.loads(client.get(f"/en/regions/layer.json?slug={slug}").data)
    assert [one["geometry"]["type"] for one in layer["features"]] == ["MultiPolygon"]


def test_the_imst_page_is_honest_about_its_outline(client: Any) -> None:
    read = words(page(client, "/en/regions/imst"))
    assert "Shown as a point inside AT334 Tiroler Oberland; no open outline exists." in read
    assert "these are the practices of the larger area AT334 Tiroler Oberland that holds it" in read
    layer = json.loads(client.get("/en/regions/layer.json?slug=imst").data)
    assert [one["geometry"]["type"] for one in layer["features"]] == ["Point"]


def test_the_imst_page_shows_working_group_services_needs_and_events(client: Any) -> None:
    read = words(page(client, "/de/regions/imst"))
    assert "Regionalmanagement Bezirk Imst" in read
    assert "Arbeitskreis Integration und Gemeinwohl" in read
    for kind in ("Vorhanden", "Fehlt", "Gewünscht"):
        assert kind in read
    assert "Orte, an denen sich Einheimische und Zugezogene begegnen." in read
    assert "ABC-Café Imst" in read
    assert "8. November 2016" in read
    assert "Termin wird noch bekannt gegeben" in read


def test_numbers_on_a_region_page_are_those_of_the_searches_they_lead_to(client: Any) -> None:
    html = page(client, "/en/regions/imst")
    practices = int(re.search(r'id="practices-title">.*?<span class="count">(\d+)<', html)[1])  # type: ignore[index]
    assert practices == total(page(client, "/en/?region=AT334")) > 0
    needs = re.findall(r'href="(/en/\?theme=[a-z-]+)".*?: (\d+) practices.*?(\d+) of them elsewhere', html, re.DOTALL)
    assert len(needs) == 6
    for address, number, elsewhere in needs:
        assert int(number) == total(page(client, address))
        assert int(elsewhere) == int(number) - total(page(client, address + "&region=AT334"))


def test_events_without_a_project_stand_on_the_page_of_the_nearest_region_only(client: Any) -> None:
    title = "Miteinand networking meeting in the integration office"
    assert title in page(client, "/en/regions/imst")
    assert title not in page(client, "/en/regions/landeck-regiol")  # in the same territory, but farther away


def test_the_practices_of_a_network_are_those_of_its_projects(client: Any) -> None:
    html = page(client, "/en/regions/leibniz-ifl")
    assert "Practices of its projects" in html
    assert "The point is the seat, not the area of work." in html
    assert "/en/?project=arrival-regions&amp;project=milestone" in html


def test_figures_say_their_year_or_that_they_have_none(client: Any) -> None:
    read = words(page(client, "/en/regions/berlin"))
    assert "12.6" in read
    assert "2016" in read
    assert "undated" in read
    html = page(client, "/it/regions/vorarlberg")
    assert "su 96 comuni, a febbraio" in html
    assert 'aria-label="96,9 per cento del totale"' in html  # 93 of 96
    assert "2013–2014" in page(client, "/en/regions/halland")


def test_figures_are_drawn_side_by_side_only_where_one_source_counted_persons_in_one_year(client: Any) -> None:
    assert page(client, "/en/regions/vorarlberg").count('class="panel bars"') == 1
    assert page(client, "/en/regions/fundao").count('class="panel bars"') == 0  # town and municipality: not the same


def test_a_figure_stands_once_and_in_per_cent_where_that_is_its_unit(client: Any) -> None:
    tiles = r'class="figure-value">([^<]*)<'
    assert re.findall(tiles, page(client, "/en/regions/vorarlberg")) == ["93"]
    drawn = page(client, "/en/regions/vorarlberg").partition('class="panel bars"')[2].partition("</figure>")[0]
    assert re.findall(r'class="bars-value">([^<]*)<', drawn) == ["3,899", "2,500"]
    assert "persons, in June" in drawn
    assert 'rel="external noopener">Source</a>' in drawn
    for lang, said in (("en", "12.6%"), ("de", "12,6\xa0%"), ("it", "12,6%")):
        assert said in re.findall(tiles, page(client, f"/{lang}/regions/berlin"))


def test_a_region_that_is_not_there_says_so(client: Any) -> None:
    assert "Diese Region gibt es nicht" in page(client, "/de/regions/atlantis", 404)


def test_the_map_layer_is_small_and_whole(client: Any) -> None:
    answer = client.get("/de/regions/layer.json", headers={"Accept-Encoding": "br"})
    assert answer.content_type == "application/geo+json"
    assert len(answer.data) <= 60 * 1024
    layer = json.loads(brotli.decompress(answer.data))
    found = {one["id"]: one for one in layer["features"]}
    assert len(found) == 67
    assert found["vienna"]["properties"]["name"] == "Wien"
    assert found["vienna"]["properties"]["url"] == "/de/regions/vienna"
    assert found["puglia"]["geometry"]["type"] == "MultiPolygon"
    assert "EuroGeographics" in layer["attribution"]


def test_the_map_layer_of_a_project_says_the_roles(client: Any) -> None:
    layer = json.loads(client.get("/en/regions/layer.json?project=milestone").data)
    roles = {one["id"]: one["properties"]["role_words"] for one in layer["features"]}
    assert len(roles) == 10
    assert roles["burgenlandkreis"] == "Lead partner"
    assert roles["leibniz-ifl"] == "Advisory partner"
    assert client.get("/en/regions/layer.json?slug=atlantis").status_code == 404
    refused = client.get("/en/regions/layer.json?projekt=milestone")
    assert (refused.status_code, refused.json["parameter"]) == (400, "projekt")


def test_pages_ask_the_database_a_constant_number_of_times(client: Any, engine: Engine) -> None:
    page(client, "/en/regions/imst")  # columns, labels and names of this language are read once
    counted = {}
    for path in ("/en/regions?q=a", "/en/regions?q=salzburg", "/en/regions/imst?x=1", "/en/regions/capaci"):
        with StatementCount(engine) as count:
            page(client, path)
        counted[path] = len(count.statements)
    assert counted["/en/regions?q=a"] == counted["/en/regions?q=salzburg"] <= 3
    assert counted["/en/regions/capaci"] <= counted["/en/regions/imst?x=1"] <= 12


def test_a_missing_translation_is_shown_in_another_language_and_says_so(settings: Any, atlas_engine: Engine) -> None:
    from mapapp.factory import create_app

    with atlas_engine.begin() as connection:
        german = (
            "DELETE FROM region_text USING region WHERE region.id = region_id AND slug = 'crete' AND language = 'de'"
        )
        connection.execute(text(german))
    html = create_app(settings, atlas_engine).test_client().get("/de/regions/crete", headers=HTML).text
    assert re.search(r'<h1 lang="en" dir="ltr">Region of Crete', html)
    assert "Englisch" in html


def test_what_a_machine_translated_is_marked_once_a_block(client: Any, engine: Engine) -> None:
    with engine.connect() as connection:
        names = connection.execute(
            text("SELECT count(*) FROM region_text WHERE language = 'de' AND origin = 'machine'")
        )
        assert names.scalar_one() > 0
    assert page(client, "/de/regions").count('class="mark machine"') == 1
    assert page(client, "/en/regions").count('class="mark machine"') == 0
    html = page(client, "/de/regions/imst")
    for part in ("needs", "events", "projects", "services"):
        section = html.split(f'id="{part}"')[1].split("</section>\n\n")[0]
        assert section.count('class="mark machine"') == 1, part


def test_needs_name_the_meeting_in_the_readers_language_or_say_whose_words_they_are(client: Any) -> None:
    html = page(client, "/de/regions/imst").split('id="needs"')[1].split('id="projects"')[0]
    sources = re.findall(r'Genannt bei:.*?<a href="[^"]+" rel="external noopener"([^>]*)>([^<]+)</a>(.*)', html)
    assert "Auftakt von Integration und Gemeinwohl" in sources[0][1]
    for marked, _title, after in sources:
        assert ("language-name" in after) == ("lang=" in marked)
