"""The pages about the site itself, the frame of every page, and the pages that explain a failure."""

import json
import re
from dataclasses import replace

import pytest

from mapapp.factory import create_app
from mapapp.i18n import LANGUAGES

PAGES = ("about", "accessibility", "privacy", "imprint", "contribute/")
TITLES = {
    "about": ("About Practice Atlas", "Über Practice Atlas", "Che cos’è Practice Atlas"),
    "accessibility": ("Accessibility statement", "Erklärung zur Barrierefreiheit", "Dichiarazione di accessibilità"),
    "privacy": ("Privacy", "Datenschutz", "Privacy"),
    "imprint": ("Imprint", "Impressum", "Note legali"),
    "contribute/": ("Share a practice", "Praxis teilen", "Condividi una pratica"),
}


@pytest.mark.parametrize(("number", "lang"), list(enumerate(LANGUAGES)))
@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_the_language_of_its_address(client, name, number, lang):
    answer = client.get(f"/{lang}/{name}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    html = answer.text
    assert f'<html lang="{lang}" dir="ltr"' in html
    assert f"<h1>{TITLES[name][number]}</h1>" in html
    assert len(re.findall(r"<h1\b", html)) == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_its_other_languages_and_itself(client, name):
    html = client.get(f"/de/{name}").text
    assert f'<link rel="canonical" href="http://localhost/de/{name}">' in html
    found = dict(re.findall(r'<link rel="alternate" hreflang="([a-z-]+)" href="([^"]+)">', html))
    assert found == {code: f"http://localhost/{code}/{name}" for code in LANGUAGES} | {
        "x-default": f"http://localhost/{LANGUAGES[0]}/{name}"
    }
    for code, own in (("en", "English"), ("it", "Italiano")):
        assert re.search(rf'<a class="menu-item" href="[^"]*/{code}/{name}" lang="{code}" [^>]*>{own}', html)


def test_a_page_carries_no_inline_style_or_script(client):
    for name in PAGES:
        html = client.get(f"/en/{name}").text
        assert not re.search(r'\sstyle="|\son[a-z]+="|<style', html)
        assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_the_operator_and_the_contact_are_shown_where_readers_look(settings, engine):
    named = replace(settings, operator="Example Society\nSample Street 1", contact="atlas@example.org")
    client = create_app(named, engine).test_client()
    imprint = client.get("/en/imprint").text
    assert "Example Society\nSample Street 1" in imprint
    assert "MAPAPP_OPERATOR" not in imprint
    for name in PAGES:
        assert 'href="mailto:atlas@example.org"' in client.get(f"/en/{name}").text, name


def test_without_an_operator_the_imprint_says_how_to_name_one(client):
    assert "MAPAPP_OPERATOR" in client.get("/en/imprint").text
    assert "mailto:" not in client.get("/en/contribute/").text


def test_a_contact_that_is_a_web_address_is_linked_as_one(settings, engine):
    client = create_app(replace(settings, contact="https://example.org/contact"), engine).test_client()
    assert 'href="https://example.org/contact"' in client.get("/en/accessibility").text


def test_about_credits_every_source(client):
    html = client.get("/en/about").text
    for credit in ("Natural Earth", "GeoNames", "EuroGeographics", "UNSCR 1244/1999", "EUPL-1.2", "CC BY 4.0"):
        assert credit in html


def test_the_home_screen_gets_name_and_icons(client):
    answer = client.get("/it/site.webmanifest")
    assert answer.content_type == "application/manifest+json"
    content = json.loads(answer.data)
    assert (content["lang"], content["start_url"]) == ("it", "/it/")
    assert {icon["purpose"] for icon in content["icons"]} == {"any", "maskable"}
    for icon in content["icons"]:
        with client.get(icon["src"]) as picture:
            assert picture.data.startswith(b"\x89PNG")


def test_a_page_that_does_not_exist_says_so_in_the_readers_language(client):
    answer = client.get("/de/nirgends", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert '<html lang="de"' in answer.text
    assert 'action="/de/"' in answer.text
    assert 'name="robots" content="noindex"' in answer.text
    assert 'rel="canonical"' not in answer.text


@pytest.mark.parametrize(("lang", "words"), [("en", "Try again"), ("de", "Noch einmal versuchen"), ("it", "Riprova")])
def test_without_a_database_there_is_a_page_that_says_so(settings, dial, lang, words):
    engine = dial("postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    answer = create_app(settings, engine).test_client().get(f"/{lang}/regions", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert words in answer.text
    assert f'<html lang="{lang}"' in answer.text
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    "path", ["/", "/de/about", "/de/privacy", "/it/imprint", "/en/contribute/", "/de/site.webmanifest"]
)
def test_pages_that_need_no_data_answer_while_the_database_is_away(settings, dial, path):
    engine = dial("postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    answer = create_app(settings, engine).test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code in (200, 302)
