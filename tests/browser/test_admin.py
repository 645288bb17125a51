"""The administration in a browser: accessible in both schemes and on a phone, in German, errors included."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mapapp.writing import tokens

from ..people import PersonClient
from .conftest import WATCH

pytestmark = pytest.mark.browser
PAGES = (
    "",
    "accounts",
    "accounts/invite",
    "organisations",
    "organisations/new",
    "vocabularies",
    "vocabularies/theme",
    "vocabularies/theme/new",
    "vocabularies/theme/housing",
    "site",
    "statistics",
    "links",
    "log",
)


def test_every_page_is_accessible_and_fits_a_phone(
    browser: Any, serve: Any, people_app: Any, admin_client: PersonClient, faults: Any, faults_in_dark: Any
) -> None:
    terms = "/en/admin/vocabularies/theme"
    added = {"label-en": "Climate", "colour": "spare-c", "icon": "leaf"}
    assert admin_client.send(f"{terms}/new", added).status_code == 303
    assert admin_client.send(f"{terms}/climate/merge", {"into": "housing", "sure": "1"}).status_code == 303
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(
            text(
                "INSERT INTO checked_link (address, state, checked_at, broken_since) "
                "SELECT source_url, 'gone', now() + interval '1 s', now() FROM practice WHERE slug = 'imst-abc-cafe'"
            )
        )
        key = tokens.issue(
            connection,
            "fresh",
            account_id=admin_client.account_id,
            about={"kind": "practice", "slug": "imst-abc-cafe", "owner": 0},
            good_for=timedelta(hours=1),
        )
    with serve(people_app) as address:
        context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        context.add_init_script(WATCH)
        context.add_cookies([{"name": "session", "value": admin_client.key, "url": address}])
        page = context.new_page()
        found = []
        try:
            more = (
                f"accounts/{admin_client.account_id}",
                "../review/freshness",
                f"../contribute/fresh/{key}?answer=change",
            )
            for path in (*PAGES, *more):
                page.goto(f"/de/admin/{path}")
                found += [f"{path}: {one}" for one in (*faults(page), *faults_in_dark(page))]
                found += page.evaluate("window.broken")
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    found.append(f"{path}: wider than a phone")
            # A form with errors says at each field what is wrong.
            page.goto("/de/admin/accounts/invite")
            page.evaluate("document.querySelector('form.stack').noValidate = true")
            page.locator("#mail").fill("nowhere")
            page.get_by_role("button", name="Einladung senden").click()
            page.locator("#mail-fault-1").wait_for()
            assert page.locator("#mail").input_value() == "nowhere"
            found += faults(page)
            page.goto("/de/admin/vocabularies/theme/new")
            page.locator("#label-en").fill("Orchards")
            page.get_by_role("button", name="Begriff hinzufügen").click()
            page.locator("#colour-fault-1").wait_for()
            assert page.locator("#key").input_value() == "orchards"
            found += faults(page)
        finally:
            context.close()
    assert "\n".join(found) == ""


def test_an_added_theme_has_its_colour_and_icon_on_the_map(
    browser: Any, serve: Any, people_app: Any, admin_client: PersonClient
) -> None:
    sent = {"label-en": "Orchards", "colour": "spare-b", "icon": "leaf"}
    assert admin_client.send("/en/admin/vocabularies/theme/new", sent).status_code == 303
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(
            text(
                "UPDATE practice_term SET key = 'orchards' WHERE vocabulary = 'theme' AND position = 0 "
                "AND practice_id IN (SELECT id FROM practice WHERE country = 'AT')"
            )
        )
    with serve(people_app) as address:
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 900})
        try:
            page.goto("/en/?theme=orchards")
            ring = page.locator(".ring-part.theme-spare-b").first
            ring.wait_for(state="attached")
            assert ring.evaluate("one => getComputedStyle(one).stroke") == "rgb(19, 12, 101)"
            slug = page.locator("[data-record]").first.get_attribute("data-record")
            page.goto(f"/en/practices/{slug}")
            pin = page.locator(".pin.theme-spare-b").first
            pin.wait_for(state="attached")
            assert pin.locator(".pin-icon use").get_attribute("href").endswith("#leaf")
        finally:
            page.close()
