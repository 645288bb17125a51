"""What a visitor meets when a part of a page cannot be had, and when keys are pressed that choose nothing yet."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_map_that_cannot_be_drawn_says_so(page: Any) -> None:
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.route(re.compile("layer.json"), lambda route: route.abort())
    page.goto("/en/regions/puglia")
    expect(page.locator(".map-note")).to_have_text("The map could not be drawn. The page says the same in words.")
    expect(page.locator(".map-zoom")).to_be_hidden()
    assert told == []


def test_an_arrow_key_in_the_order_of_services_changes_nothing_before_it_is_applied(page: Any) -> None:
    page.goto("/en/services?q=language")
    order = page.locator("#service-sort")
    order.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert page.url.endswith("/en/services?q=language")
    expect(order).to_be_focused()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**sort=*")
