"""Maps that people take along, in a browser: the frame on another site with its layers, and the poster as a PDF."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import segno
from flask import Flask
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SIZES = {"a4": (595, 842), "a3": (842, 1191)}  # points
FRAME = "/de/embed?theme=housing&layers=regions"
PINS = "button.leaflet-marker-icon:not(.marker-place)"
PLACES = "button.leaflet-marker-icon.marker-place"


@pytest.fixture
def framed(page: Page, live_server: str, serve: Any) -> Iterator[Any]:
    """The embedded page in a frame of another site."""
    foreign = Flask("another site")
    frame = f'<iframe src="{live_server}{FRAME}" title="x" width="100%" height="520" loading="lazy"></iframe>'
    foreign.add_url_rule("/", "host", lambda: f"<!doctype html><html lang=en><title>x</title>{frame}")
    with serve(foreign) as address:
        page.set_viewport_size({"width": 720, "height": 620})
        page.set_default_timeout(30_000)  # two sites, and the first tiles of the map
        page.goto(address.replace("127.0.0.1", "localhost"))
        page.frame_locator("iframe").locator(PINS).first.wait_for()
        yield page.frame_locator("iframe")


def test_a_frame_on_another_site_shows_search_and_layers(page: Page, framed: Any) -> None:
    framed.locator(PLACES).first.wait_for()
    assert framed.locator(PINS).count() > 5
    regions = framed.locator(PLACES).count()
    assert regions > 20
    assert framed.locator("[data-outline-credit]").is_visible()
    framed.locator(".map-layers summary").focus()
    page.keyboard.press("Enter")
    services = framed.get_by_role("checkbox", name="Angebote vor Ort")
    for _step in range(3):
        page.keyboard.press("Tab")
    assert services.evaluate("one => one === document.activeElement")
    page.keyboard.press("Space")
    framed.locator(".marker-place .services").first.wait_for()
    assert framed.locator(PLACES).count() > regions
    framed.get_by_role("checkbox", name="Praxisbeispiele").press("Space")
    framed.locator(PINS).first.wait_for(state="hidden")
    assert page.context.cookies() == []


def test_records_and_places_of_a_frame_open_outside_of_it(page: Page, framed: Any) -> None:
    framed.locator(PLACES).first.wait_for()
    with page.context.expect_page() as opened:
        framed.locator(PLACES).first.press("Enter")
    assert "/de/regions/" in opened.value.url
    framed.locator("details.embed-list summary").click()
    assert framed.locator(".embed-list li").count() > 20
    with page.context.expect_page() as opened:
        framed.locator(".embed-list a").first.click()
    assert "/de/practices/" in opened.value.url
    assert framed.get_by_role("link", name="Partnerregionen als Liste").get_attribute("href") == "/de/regions/"


@pytest.mark.parametrize(("asked", "said"), [("thema=x", "„thema“"), ("q=zzzzqqqq", "Zu dieser Suche passt kein")])
def test_a_frame_that_has_nothing_to_show_says_why(
    page: Page, live_server: str, serve: Any, asked: str, said: str
) -> None:
    foreign = Flask("another site")
    frame = f'<iframe src="{live_server}/de/embed?{asked}" title="x" width="100%" height="520"></iframe>'
    foreign.add_url_rule("/", "host", lambda: f"<!doctype html><html lang=en><title>x</title>{frame}")
    with serve(foreign) as address:
        page.goto(address.replace("127.0.0.1", "localhost"))
        framed = page.frame_locator("iframe")
        framed.get_by_text(said).wait_for()
        with page.context.expect_page() as opened:
            framed.get_by_role("link", name="In Practice Atlas öffnen").click()
        assert opened.value.url.startswith(f"{live_server}/de/")


def test_a_frame_fits_any_width(page: Page, framed: Any) -> None:
    wide = framed.locator(".map-canvas").bounding_box()["width"]
    page.set_viewport_size({"width": 320, "height": 620})
    canvas = framed.locator(".map-canvas")
    assert canvas.bounding_box()["width"] < wide / 2
    page.wait_for_timeout(300)
    width, content, tiles = canvas.evaluate(
        "one => [document.documentElement.clientWidth, document.documentElement.scrollWidth, "
        "Math.max(...[...one.querySelectorAll('canvas')].map((tile) => tile.getBoundingClientRect().right))]"
    )
    assert content == width
    assert tiles >= width


def test_the_embedded_page_is_accessible_and_private(watched: Any, faults: Any, faults_in_dark: Any) -> None:
    watched.page.goto(FRAME)
    watched.page.locator(PLACES).first.wait_for()
    watched.page.locator(".map-layers summary").click()
    assert faults(watched.page) == []
    assert faults_in_dark(watched.page) == []
    watched.assert_private()


@pytest.mark.parametrize(
    ("paper", "query", "sheets"),
    [("a4", "country=MT", 1), ("a4", "theme=housing", 2), ("a3", "theme=housing", 1), ("a3", "theme=language", 1)],
)
def test_a_poster_prints_on_its_sheets(page: Page, live_server: str, paper: str, query: str, sheets: int) -> None:
    page.goto(f"/de/poster?{query}&paper={paper}")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert {tuple(round(float(one)) for one in box) for box in boxes} == {SIZES[paper]}
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == sheets
    page.emulate_media(media="print")
    code = page.locator(".poster-code svg")
    assert code.is_visible()
    assert not page.locator(".site-header, .poster-tools").first.is_visible()
    address = f"{live_server}/de/?{query}"
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=2, dark="#1c2a33", light="#ffffff")
    path = re.search(r' d="([^"]+)"', drawn.rpartition("<path")[2])
    assert path
    assert code.locator("path").last.get_attribute("d") == path[1]


def test_the_keyboard_gets_past_the_markers_of_a_frame(page: Page, framed: Any) -> None:
    framed.locator("body").evaluate("one => one.ownerDocument.defaultView.focus()")
    framed.locator(".skip-map").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert framed.locator(".embed-list summary").evaluate("one => one === document.activeElement")


def test_the_code_of_a_frame_has_the_search_and_the_layers_that_are_on(page: Page, live_server: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/de/?theme=housing&layers=regions,services")
    page.locator(PINS).first.wait_for()
    page.locator("#link > summary").click()
    said = "document.querySelector('#link-address').value === location.href"
    page.wait_for_function(said)  # the panel tells that it is open a moment later
    before = page.url
    page.locator("[data-map]").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_function("before => location.href !== before", arg=before)
    page.wait_for_function(said)  # while it stays open
    page.locator("[data-copy-link='#embed-code']").click()
    page.locator("[data-copy-link='#embed-code']", has_text="Kopiert").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == page.locator("#embed-code").input_value()
    assert f'<iframe src="{live_server}/de/embed?theme=housing&layers=regions,services" title=' in code
