"""Explore as a visitor uses it: mouse, keyboard alone, shared links, back and forward, and when things go wrong."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TOTAL = "[data-total]"
RING = ".marker-ring"
PIN = ".marker-pin"
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def wide(page: Page) -> Page:
    """A page as wide as a laptop; `page.fragments` lists the searches that its script asked for."""
    page.set_viewport_size(WIDE)
    page.fragments = []  # type: ignore[attr-defined]
    page.on("request", lambda r: "x-fragment" in r.headers and page.fragments.append(r.url))  # type: ignore[attr-defined]
    return page


def with_map(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator(".explore.with-map").wait_for()
    page.locator(f"{RING}, {PIN}").first.wait_for()
    return page


def total(page: Page) -> str | None:
    return page.locator(TOTAL).get_attribute("data-total")


def choose(page: Page, field: str, value: str) -> None:
    panel = f"#filter-{field}"
    if page.locator(panel).get_attribute("open") is None:
        page.locator(f"{panel} > summary").click()
    page.locator(f'{panel} input[value="{value}"]').check()


def test_a_filter_changes_list_counts_title_address_and_map_with_one_request(wide: Page) -> None:
    with_map(wide, "/en/")
    everything = total(wide)
    asked: list[str] = []
    wide.on("request", lambda request: "/static/" not in request.url and asked.append(request.url))
    choose(wide, "theme", "housing")
    expect(wide.locator("#chips")).to_contain_text("Theme: Housing")
    assert len(asked) == 1, asked
    assert re.search(r"/en/\?theme=housing(&at=[^&]+)?$", wide.url)
    found = int(total(wide) or 0)
    assert 0 < found < int(everything or 0)
    assert "Housing" in wide.title()
    shown = wide.locator(RING).evaluate_all("rings => rings.reduce((sum, ring) => sum + +ring.dataset.count, 0)")
    assert shown + wide.locator(PIN).count() <= found
    assert wide.locator("[data-say]").text_content() == " ".join((wide.locator(TOTAL).text_content() or "").split())


def test_choosing_keeps_the_focus_the_panel_and_its_scroll(wide: Page) -> None:
    with_map(wide, "/en/")
    wide.locator("#filter-theme > summary").click()
    wide.locator("#filter-theme .facet-more > summary").click()
    body = wide.locator("#filter-theme .filter-body")
    body.evaluate("element => { element.scrollTop = 120 }")
    before = body.evaluate("element => element.scrollTop")
    box = wide.locator('#filter-theme input[value="governance"]')
    box.focus()
    wide.keyboard.press("Space")
    expect(wide.locator("#chips")).to_contain_text("Governance")
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    assert wide.locator("#filter-theme").get_attribute("open") is not None
    assert abs(body.evaluate("element => element.scrollTop") - before) < 60


def test_back_and_forward_walk_through_the_searches(wide: Page) -> None:
    with_map(wide, "/en/")
    everything = total(wide)
    choose(wide, "theme", "housing")
    expect(wide.locator("#chips")).to_contain_text("Housing")
    housing = total(wide)
    wide.keyboard.press("Escape")
    wide.locator("#chips a.chip").click()
    expect(wide.locator(TOTAL)).to_have_attribute("data-total", everything or "")
    wide.go_back()
    expect(wide.locator(TOTAL)).to_have_attribute("data-total", housing or "")
    expect(wide.locator('#filter-theme input[value="housing"]')).to_be_checked()
    wide.go_back()
    expect(wide.locator(TOTAL)).to_have_attribute("data-total", everything or "")
    expect(wide.locator('#filter-theme input[value="housing"]')).not_to_be_checked()
    wide.go_forward()
    expect(wide.locator(TOTAL)).to_have_attribute("data-total", housing or "")


def test_back_opens_the_card_that_was_open(wide: Page) -> None:
    with_map(wide, "/en/?open=vienna-core")
    card = wide.locator(".popup-card")
    expect(card).to_have_attribute("data-slug", "vienna-core")
    choose(wide, "theme", "housing")
    expect(wide.locator("#chips")).to_contain_text("Housing")
    wide.keyboard.press("Escape")
    other = wide.locator("[data-locate]").first
    slug = other.get_attribute("data-locate") or ""
    other.click()
    expect(card).to_have_attribute("data-slug", slug)
    wide.go_back()
    expect(card).to_have_attribute("data-slug", "vienna-core")
    expect(card).to_have_count(1)
    assert "open=vienna-core" in wide.url


def test_the_card_asked_for_last_is_the_one_that_shows(wide: Page) -> None:
    with_map(wide, "/en/")
    records = wide.locator("[data-locate]")
    slow, quick = (records.nth(at).get_attribute("data-locate") for at in (0, 1))
    wide.route(re.compile(f"{slow}/card"), lambda route: (wide.wait_for_timeout(700), route.continue_()))
    records.nth(0).click()
    records.nth(1).click()
    expect(wide.locator(".popup-card")).to_have_attribute("data-slug", quick or "")
    wide.wait_for_timeout(900)
    expect(wide.locator(".popup-card")).to_have_attribute("data-slug", quick or "")


def test_the_head_speaks_of_the_search_that_the_list_shows(wide: Page) -> None:
    with_map(wide, "/en/")
    choose(wide, "theme", "housing")
    expect(wide.locator("#chips")).to_contain_text("Housing")
    for link in ('[rel="canonical"]', '[hreflang="de"]', '[type="application/atom+xml"]'):
        expect(wide.locator(f"head link{link}")).to_have_count(1)
        expect(wide.locator(f"head link{link}")).to_have_attribute("href", re.compile(r"\?theme=housing$"))


def test_the_first_visit_fetches_the_small_relief_only(wide: Page) -> None:
    pictures: list[str] = []
    wide.on("request", lambda request: "relief-" in request.url and pictures.append(request.url))
    with_map(wide, "/en/?country=AT")
    wide.wait_for_timeout(1200)
    assert not any("large" in one for one in pictures), pictures
    wide.locator('[data-zoom="out"]').click()
    with wide.expect_request(re.compile("relief-large")):
        pass


def test_a_shared_link_restores_filters_view_card_layers_and_language(wide: Page) -> None:
    with_map(wide, "/de/?theme=language&at=8/47.2/10.8&open=imst-abc-cafe&layers=regions")
    expect(wide.locator("#chips")).to_contain_text("Sprache")
    expect(wide.locator(".popup-card")).to_contain_text("ABC-Café Imst")
    expect(wide.locator('[data-record="imst-abc-cafe"] .card')).to_have_class(re.compile("selected"))
    wide.locator(".marker-place").first.wait_for()
    assert "at=8/47.2" in wide.url
    assert "open=imst-abc-cafe" in wide.url
    german = wide.locator('header a[hreflang="en"]').first.get_attribute("href") or ""
    assert "theme=language" in german


def test_places_of_partner_regions_are_asked_for_when_switched_on(wide: Page) -> None:
    asked: list[str] = []
    wide.on("request", lambda request: asked.append(request.url))
    with_map(wide, "/en/")
    assert not any("regions/layer.json" in one for one in asked)
    wide.locator(".map-layers > summary").click()
    wide.locator('[data-layer="regions"]').check()
    wide.locator(".marker-place.leaflet-marker-icon").first.wait_for()
    expect(wide.locator("[data-outline-credit]")).to_be_visible()
    assert "layers=regions" in wide.url
    wide.locator('[data-layer="regions"]').uncheck()
    expect(wide.locator(".marker-place")).to_have_count(0)
    assert "layers" not in wide.url


def test_the_keyboard_alone_goes_to_a_practice_on_the_map_and_back(wide: Page) -> None:
    with_map(wide, "/en/?q=Imst&country=AT&at=6/47.2/10.8")
    for _ in range(4):
        wide.keyboard.press("Tab")
        if wide.evaluate("document.activeElement.getAttribute('href')") == "#map":
            break
    wide.keyboard.press("Enter")
    for _ in range(12):
        wide.keyboard.press("Tab")
        if wide.evaluate("document.activeElement.matches('.leaflet-marker-icon')"):
            break
    name = wide.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "Imst" in name
    for _ in range(6):  # rings open until single practices can be chosen
        if wide.evaluate("document.activeElement.matches('.marker-pin')"):
            break
        wide.keyboard.press("Enter")
        wide.wait_for_timeout(600)
        for _ in range(12):
            if wide.evaluate("document.activeElement.matches('.leaflet-marker-icon')"):
                break
            wide.keyboard.press("Tab")
    slug = wide.evaluate("document.activeElement.dataset.slug")
    assert slug
    wide.keyboard.press("Enter")
    wide.locator(".popup-card").wait_for()
    assert wide.evaluate("document.activeElement.closest('.popup-card') !== null")
    wide.keyboard.press("Escape")
    expect(wide.locator(".popup-card")).to_have_count(0)
    assert wide.evaluate("document.activeElement.dataset.slug") == slug
    wide.keyboard.press("Enter")
    wide.locator(".popup-card").wait_for()
    wide.keyboard.press("Enter")
    wide.wait_for_url(re.compile(f"/en/practices/{slug}"))
    wide.locator(".back a").focus()
    wide.keyboard.press("Enter")
    wide.wait_for_url(re.compile(r"/en/\?q=Imst&country=AT$"))


def test_records_of_one_point_fan_out(wide: Page) -> None:
    with_map(wide, "/en/?region=AT334&at=12/47.2451/10.7397")
    ring = wide.locator(RING).first
    count = int(ring.get_attribute("data-count") or 0)
    assert count > 1
    ring.click()
    fanned = wide.locator(".marker-pin.fanned")
    expect(fanned).to_have_count(count)
    places = fanned.evaluate_all("all => all.map(one => { const r = one.getBoundingClientRect(); return [r.x, r.y] })")
    assert len({(round(x / 20), round(y / 20)) for x, y in places}) == count, "two pins cover each other"
    expect(fanned.first).to_be_focused()
    fanned.nth(1).click()
    expect(wide.locator(".popup-card h3")).to_be_visible()
    wide.keyboard.press("Escape")
    expect(fanned.nth(1)).to_be_focused()
    wide.keyboard.press("Escape")
    expect(fanned).to_have_count(0)
    expect(wide.locator(RING).first).to_be_focused()


def test_cards_and_markers_know_each_other(wide: Page) -> None:
    with_map(wide, "/en/?theme=housing&country=HU")
    marker = wide.locator(PIN).first
    slug = marker.get_attribute("data-slug")
    card = wide.locator(f'[data-record="{slug}"] .card')
    card.hover()
    expect(marker).to_have_class(re.compile("lifted"))
    marker.hover()
    expect(card).to_have_class(re.compile("lifted"))
    expect(marker).not_to_have_class(re.compile("lifted"))


def test_searching_the_area_asks_for_what_the_map_shows(wide: Page) -> None:
    with_map(wide, "/en/?at=7/47.3/11.4")
    wide.locator("[data-map]").focus()
    wide.keyboard.press("ArrowLeft")
    wide.locator("[data-search-area]").click()
    expect(wide.locator("#chips")).to_contain_text("In this map area")
    assert re.search(r"bbox=[\d.,-]+", wide.url)
    wide.locator("#chips a.chip").click()
    expect(wide.locator("#chips")).to_have_count(0)


def test_moving_the_map_asks_for_markers_only(wide: Page) -> None:
    with_map(wide, "/en/?theme=housing")
    wide.fragments.clear()  # type: ignore[attr-defined]
    with wide.expect_response(re.compile("markers.json")) as answer:
        wide.locator('[data-zoom="in"]').click()
    assert answer.value.status == 200
    assert "theme=housing" in answer.value.url
    wide.wait_for_url(re.compile("at="))
    assert wide.fragments == []  # type: ignore[attr-defined]


def test_suggestions_lead_on(wide: Page) -> None:
    with_map(wide, "/de/")
    box = wide.locator("#q")
    box.press_sequentially("wohn", delay=20)
    option = wide.locator("#suggestions [role=option]", has_text="Wohnen").first
    option.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    wide.keyboard.press("Escape")
    expect(wide.locator("#suggestions")).to_be_hidden()
    expect(box).to_have_value("wohn")
    wide.keyboard.press("ArrowDown")
    option.wait_for()
    wide.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    wide.keyboard.press("Enter")
    expect(wide.locator("#chips")).to_contain_text("Wohnen")
    expect(box).to_be_focused()
    box.fill("Malmö")
    box.press("Enter")
    expect(wide.locator("#chips")).to_contain_text("Malmö")
    assert "q=Malm" in wide.url


def test_a_failed_request_keeps_the_list_and_can_be_repeated(wide: Page) -> None:
    with_map(wide, "/en/")
    before = wide.locator(".cards .card").count()
    wide.route("**/en/?theme=*", lambda route: route.abort())
    choose(wide, "theme", "housing")
    failure = wide.locator("[data-failure]")
    failure.wait_for()
    assert wide.locator(".cards .card").count() == before
    assert "theme" not in wide.url
    wide.unroute("**/en/?theme=*")
    wide.keyboard.press("Escape")
    failure.locator("button").click()
    expect(wide.locator("#chips")).to_contain_text("Housing")
    expect(failure).to_be_hidden()


def test_sort_and_pages_change_in_place(wide: Page) -> None:
    with_map(wide, "/en/")
    first = wide.locator(".cards [data-slug]").first.get_attribute("data-slug")
    wide.locator('.pagination a[rel="next"]').click()
    wide.wait_for_url(re.compile("page=2"))
    expect(wide.locator(".cards [data-slug]").first).not_to_have_attribute("data-slug", first or "")
    expect(wide.locator("#results-line")).to_be_focused()
    wide.locator("#sort > summary").click()
    wide.locator("#sort a", has_text="Newest").click()
    wide.wait_for_url(re.compile("sort=newest"))
    assert "page=" not in wide.url


def test_narrow_shows_the_list_first_and_loads_the_map_when_asked(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/de/?theme=housing")
    page.wait_for_load_state("networkidle")
    assert not any("explore-map" in one or "pmtiles" in one or "markers" in one for one in asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator('[data-show="map"]').click()
    page.locator(f"{RING}, {PIN}").first.wait_for()
    assert "show=map" in page.url
    expect(page.locator(".cards").first).to_be_hidden()
    page.go_back()
    expect(page.locator(".cards").first).to_be_visible()
    page.locator("[data-locate]").first.click()
    page.locator(".popup-card").wait_for()
    assert "open=" in page.url


def test_without_scripts_the_form_the_links_and_the_pages_do_it_all(browser: Any, live_server: str) -> None:
    context = browser.new_context(
        base_url=live_server, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/en/")
    everything = int(total(page) or 0)
    page.locator("#filter-theme > summary").click()
    page.locator('#filter-theme input[value="housing"]').check()
    page.locator("#filter-theme button", has_text="Apply").click()
    page.wait_for_url(re.compile("theme=housing"))
    assert 0 < int(total(page) or 0) < everything
    page.locator('.pagination a[rel="next"]').click()
    page.wait_for_url(re.compile("page=2"))
    page.locator("#chips a.chip").click()
    page.wait_for_url(re.compile("/en/$"))
    page.locator(".cards .card-title a").first.click()
    page.wait_for_url(re.compile("/en/practices/"))
    expect(page.locator(".coordinates")).to_be_visible()
    context.close()
