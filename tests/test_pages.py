"""The pages about the site itself, the frame of every page, and the pages that explain a failure."""

import json
import re
from dataclasses import replace

import pytest

from mapapp.database import make_engine
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
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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
def test_without_a_database_there_is_a_page_that_says_so(settings, lang, words):
    engine = make_engine("postgresql+psycopg://nobody@/nothing?host=/nonexistent", pool_size=1)
    answer = create_app(settings, engine).test_client().get(f"/{lang}/regions", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert words in answer.text
    assert f'<html lang="{lang}"' in answer.text
    assert answer.headers["Retry-After"]
    engine.dispose()


@pytest.fixture
def axe():
    """The accessibility checker."""
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def _faults(axe, page) -> list[str]:
    found = axe.run(page, options={"runOnly": AXE}).response["violations"]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]


@pytest.mark.browser
def test_axe_finds_nothing_and_nothing_sticks_out(page, axe):
    faults = {}
    for name, width, scheme in (
        ("about", 320, "light"),
        ("contribute/", 1440, "dark"),
        ("imprint", 768, "light"),
        ("accessibility", 390, "dark"),
        ("nowhere", 320, "light"),
    ):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/de/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        faults |= {name: found} if (found := _faults(axe, page)) else {}
    assert faults == {}


@pytest.mark.browser
def test_the_narrow_menu_opens_and_closes_by_keyboard(page, axe):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/en/about")
    menu = page.locator(".site-menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Regions").wait_for()
    assert _faults(axe, page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.browser
def test_the_language_menu_leads_to_the_same_page(page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/en/privacy")
    page.locator(".language-menu summary").click()
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_url("**/de/privacy")
    page.locator(".language-menu summary").click()
    page.locator("h1").click()
    assert page.locator(".language-menu").get_attribute("open") is None


@pytest.mark.browser
def test_skip_link_comes_first_and_leads_to_the_content(page):
    page.goto("/en/about")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.browser
def test_system_colours_keep_every_button_visible(page):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/en/contribute/")
    style = page.locator(".site-header > .button").evaluate(
        "button => { const s = getComputedStyle(button); return [s.backgroundColor, s.color, s.transitionDuration] }"
    )
    assert style[0] != style[1]
    assert max(float(part.rstrip("s")) for part in style[2].split(", ")) < 0.01


@pytest.mark.parametrize(
    "path", ["/", "/de/about", "/de/privacy", "/it/imprint", "/en/contribute/", "/de/site.webmanifest"]
)
def test_pages_that_need_no_data_answer_while_the_database_is_away(settings, path):
    engine = make_engine("postgresql+psycopg://nobody@/nothing?host=/nonexistent", pool_size=1)
    answer = create_app(settings, engine).test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code in (200, 302)
    engine.dispose()
