"""A site below a path in a browser, behind a proxy that takes the path off and one that passes it on: nothing that a
page asks for lies elsewhere on the host."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from mapapp.factory import create_app
from mapapp.settings import Settings

from ..entering import PASSWORD, made

pytestmark = pytest.mark.browser

ROOT = "/atlas"
MAIL = "below@example.org"


def proxy(application: Any, strips: bool) -> Any:
    """Return a host on which only what lies below the path leads to the application."""

    def answer(environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if not path.startswith(f"{ROOT}/"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"another site of this host"]
        environ["PATH_INFO"] = path.removeprefix(ROOT) if strips else path
        return application(environ, start_response)

    return answer


@pytest.fixture(scope="module", params=[True, False], ids=["strips", "passes on"])
def site(
    request: Any, serve: Any, settings: Settings, people_engine: Engine, quick_passwords: None, tmp_path_factory: Any
) -> Iterator[str]:
    """The address of a site below a path; its port is known before the site is made, which has to know it."""
    made_later: list[Any] = []
    with serve(lambda environ, start_response: made_later[0](environ, start_response)) as host:
        own = replace(settings, base_url=host + ROOT, data_dir=Path(tmp_path_factory.mktemp("below")))
        app = create_app(own, people_engine)
        made(app, MAIL, "partner")
        made_later.append(proxy(app, request.param))
        yield host + ROOT


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Page]:
    """A page on which every request has to be answered, and from below the path."""
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 900}, reduced_motion="reduce", service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    told: list[str] = []
    inside = (f"{site}/", "data:", "blob:")
    page.on("request", lambda one: None if one.url.startswith(inside) else told.append(one.url))
    page.on("response", lambda one: told.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda one: told.append(one.text) if one.type == "error" else None)
    yield page
    context.close()
    assert told == []


def test_the_map_is_filtered_and_moved_and_leads_to_a_practice(visit: Page, site: str) -> None:
    visit.goto(f"{site}/")
    visit.wait_for_url(f"{site}/en/")
    visit.locator(".explore.with-map").wait_for()
    visit.locator(".marker-ring, .marker-pin").first.wait_for()
    visit.locator("#filter-theme > summary").click()
    visit.locator('#filter-theme input[value="housing"]').check()
    expect(visit.locator("#chips")).to_contain_text("Theme: Housing")
    assert visit.url.startswith(f"{site}/en/?theme=housing")
    visit.keyboard.press("Escape")
    with visit.expect_response(re.compile(r"markers\.json")):
        visit.locator('[data-zoom="in"]').click()
    visit.wait_for_url(re.compile("at="))
    box = visit.locator("#q")
    box.press_sequentially("imst", delay=20)
    visit.locator("#suggestions [role=option]").first.wait_for()
    visit.keyboard.press("Escape")
    visit.locator(".cards .card-title a").first.click()
    visit.wait_for_url(re.compile(rf"{site}/en/practices/[a-z0-9-]+"))
    visit.get_by_role("link", name="Deutsch").first.wait_for(state="attached")
    visit.goto(visit.url.replace("/en/", "/de/"))
    visit.locator(".map-canvas .leaflet-marker-icon, .small-map .leaflet-marker-icon").first.wait_for()


def test_layers_regions_and_frames_come_from_below_the_path(visit: Page, site: str) -> None:
    visit.goto(f"{site}/it/?layers=regions,services")
    visit.locator(".marker-ring, .marker-pin").first.wait_for()
    visit.wait_for_load_state("networkidle")
    visit.goto(f"{site}/en/embed?theme=housing&layers=regions")
    visit.locator(".marker-ring, .marker-pin").first.wait_for()
    visit.goto(f"{site}/en/regions")
    visit.locator(".card-title a").first.click()
    visit.wait_for_url(re.compile(rf"{site}/en/regions/[a-z0-9-]+"))
    visit.wait_for_load_state("networkidle")


def test_the_pages_of_the_api_lead_on_below_the_path(visit: Page, site: str) -> None:
    visit.goto(f"{site}/ogc/?f=html&lang=en")
    visit.get_by_role("link", name="The collections", exact=False).first.click()
    visit.wait_for_url(f"{site}/ogc/collections?f=html&lang=en")
    visit.get_by_role("link", name="Features").first.click()
    visit.wait_for_url(re.compile(rf"{site}/ogc/collections/[a-z]+/items\?f=html"))
    visit.locator("tbody th a").first.click()
    visit.wait_for_url(re.compile(rf"{site}/ogc/collections/[a-z]+/items/[^/]+\?f=html"))


def test_somebody_signs_in_and_a_draft_is_kept_by_itself(visit: Page, site: str) -> None:
    visit.goto(f"{site}/en/account/sign-in")
    visit.locator("#mail").fill(MAIL)
    visit.locator("#password").fill(PASSWORD)
    visit.locator("#password").press("Enter")
    visit.wait_for_url(f"{site}/en/account/")
    visit.goto(f"{site}/en/contribute/practices/new")
    visit.get_by_label("Title needed").fill("A garden below a path")
    visit.get_by_label("Place", exact=True).press_sequentially("Imst", delay=20)
    visit.get_by_role("option", name="Imst, Tiroler Oberland, Austria").click()
    expect(visit.locator("[data-saved]")).to_contain_text("Saved at")
    visit.wait_for_url(re.compile(rf"{site}/en/contribute/proposals/[0-9a-f-]+/edit"))
    visit.goto(f"{site}/en/contribute/mine")
    visit.get_by_role("link", name="A garden below a path").first.click()
    visit.wait_for_url(re.compile(rf"{site}/en/contribute/proposals/[0-9a-f-]+$"))
    visit.get_by_role("button", name="Sign out").first.click()
    visit.wait_for_url(f"{site}/en/account/signed-out")
