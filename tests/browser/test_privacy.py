"""Whoever uses the map is watched by nobody: not only its first view but every move stays on this site."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_using_the_map_asks_nobody_else_either(watched: Any) -> None:
    page = watched.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/de/")
    page.locator(".marker-ring, .marker-pin").first.wait_for()
    page.locator("#q").fill("Wien")
    page.locator("#q").press("Enter")
    page.wait_for_url("**q=Wien**")
    page.mouse.move(900, 400)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(600)
    page.mouse.click(900, 400)
    page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")
    watched.assert_private()
    assert any(".pmtiles" in url for url in asked)
