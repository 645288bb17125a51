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
    "vocabularies/theme/housing",
    "site",
    "statistics",
    "links",
    "log",
)


def test_every_page_is_accessible_and_fits_a_phone(
    browser: Any, serve: Any, people_app: Any, admin_client: PersonClient, faults: Any, faults_in_dark: Any
) -> None:
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
        finally:
            context.close()
    assert "\n".join(found) == ""
