"""What Explore and the practice page promise in every state: accessible, private, light."""

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

MOST_BYTES = 300 * 1024
MOST_REQUESTS = 25
MARKER = ".marker-ring, .marker-pin"


def test_axe_finds_nothing_in_any_state_of_explore(watched: Any, faults: Any, faults_in_dark: Any) -> None:
    """The whole page is looked at in test_every_page; here are the parts that open, each as it opens."""
    page = watched.page
    page.goto("/de/?theme=housing")
    page.locator(MARKER).first.wait_for()
    found = {"map": faults(page, ".map-frame") + faults_in_dark(page, ".map-frame")}
    page.locator("#filter-more > summary").click()
    for facet in page.locator("#filter-more .facet:not([open]) > summary").all()[:3]:
        facet.click()
    found["filters"] = faults(page, "#filter-more")
    page.keyboard.press("Escape")
    page.locator(".map-layers > summary").click()
    page.locator('[data-layer="regions"]').check()
    page.locator(".marker-place").first.wait_for()
    page.locator("[data-locate]").first.click()
    page.locator(".popup-card").wait_for()
    found["popup, layers"] = faults(page, ".popup-card, .map-layers") + faults_in_dark(page, ".map-frame")
    page.locator('[data-zoom="in"]').click()
    page.locator("#q").press_sequentially("spra")
    page.locator("#suggestions [role=option]").first.wait_for()
    found["suggestions"] = faults(page, ".search-box") + faults_in_dark(page, ".search-box")
    watched.assert_private()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/de/?show=map&theme=housing")
    page.locator(MARKER).first.wait_for()
    found["narrow map"] = faults(page, ".map-frame, .explore-search")
    watched.assert_private()
    assert {state: list_ for state, list_ in found.items() if list_} == {}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_first_visit_is_light(watched: Any, width: int, height: int) -> None:
    context, page = watched.context, watched.page
    page.set_viewport_size({"width": width, "height": height})
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    bytes_of: dict[str, float] = {}
    session.on("Network.loadingFinished", lambda e: bytes_of.__setitem__(e["requestId"], e["encodedDataLength"]))
    page.goto("/de/")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    weight = sum(bytes_of.values())
    assert len(bytes_of) <= MOST_REQUESTS
    assert weight <= MOST_BYTES, f"{weight / 1024:.0f} KB"


def test_words_fit_on_every_screen(watched: Any) -> None:
    page = watched.page
    for width in (320, 768, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/de/?theme=housing&country=AT&target_group=refugees", "/de/practices/utrecht-plan-einstein"):
            page.goto(address)
            page.evaluate("document.fonts.ready.then(() => true)")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (address, width, wide)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/de/?theme=housing")
    page.evaluate("document.fonts.ready.then(() => true)")
    tops = page.locator(".filter-bar > details").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1, "the filter buttons wrap"
    line = page.locator("#results-line").evaluate("one => one.getClientRects()[0].height")
    assert line < 64, "the results line wraps more than once"


def test_a_practice_prints_on_clean_paper(watched: Any) -> None:
    page = watched.page
    page.goto("/de/practices/utrecht-plan-einstein")
    page.emulate_media(media="print")
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert not page.locator(".practice-actions").is_visible()
