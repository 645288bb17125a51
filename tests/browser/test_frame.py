"""The frame of every page in a browser: menus, skip link, keyboard, the colours of the system."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_narrow_menu_opens_and_closes_by_keyboard(page: Page, faults: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/en/about")
    menu = page.locator(".site-menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Regions").wait_for()
    assert faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_language_menu_leads_to_the_same_page(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/en/privacy")
    page.locator(".language-menu summary").click()
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_url("**/de/privacy")
    page.locator(".language-menu summary").click()
    page.locator("h1").click()
    assert page.locator(".language-menu").get_attribute("open") is None


def test_skip_link_comes_first_and_leads_to_the_content(page: Page) -> None:
    page.goto("/en/about")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_system_colours_keep_every_button_visible(page: Page) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/en/contribute/")
    style = page.locator(".site-header > .button").evaluate(
        "button => { const s = getComputedStyle(button); return [s.backgroundColor, s.color, s.transitionDuration] }"
    )
    assert style[0] != style[1]
    assert max(float(part.rstrip("s")) for part in style[2].split(", ")) < 0.01
