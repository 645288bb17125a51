"""Contributing in a browser: by mouse, by keyboard alone, without scripts; nothing typed is lost; axe in each state."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ..contributing import edit_of, id_of, row, send, whole

pytestmark = pytest.mark.browser
NEW = "/en/contribute/practices/new"


@pytest.fixture(scope="module")
def site(people_app: Any, serve: Any) -> Iterator[str]:
    with serve(people_app) as address:
        yield address


@pytest.fixture
def desk(browser: Any, site: str) -> Iterator[Callable[..., Page]]:
    """The way to a page of somebody who is signed in: `desk(client)`; what no page may do fails the test."""
    contexts, told = [], []

    def enter(client: Any, **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(base_url=site, locale="en-GB", **options)
        context.add_cookies([{"name": "session", "value": client.key, "url": site, "httpOnly": True}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda one: told.append(one.text) if "Content Security Policy" in one.text else None)
        page.on("request", lambda one: None if one.url.startswith((site, "data:", "blob:")) else told.append(one.url))
        contexts.append(context)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert told == []


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Saved at \d\d:\d\d\W*$"))  # British: no AM and PM


def values_of(client: Any, page: Page) -> dict[str, Any]:
    found: dict[str, Any] = row(client, page.url.split("/proposals/")[1][:36]).values
    return found


def test_by_mouse_a_practice_is_placed_saved_by_itself_and_sent(desk, partner_client, faults, faults_in_dark):
    page = desk(partner_client)
    page.goto(NEW)
    assert faults(page) == []
    page.get_by_label("Title needed").fill("ABC-Café Imst")
    page.get_by_text("Could it be one of these?").wait_for()
    page.get_by_label("In one or two sentences").fill("Neighbours learn a language together.")
    page.locator(".theme-language").click()
    page.get_by_label("Place", exact=True).press_sequentially("Imst", delay=20)
    page.get_by_role("option", name="Imst, Tiroler Oberland, Austria").click()
    expect(page.locator("#f-country")).to_have_value("AT")
    expect(page.get_by_label("It stands for the town or village")).to_be_checked()
    marker = page.get_by_role("button", name="The point. Arrow keys move it.")
    marker.wait_for()
    before = page.locator("#f-coordinates").input_value()
    page.locator("[data-picker-map]").click(position={"x": 200, "y": 120})
    expect(page.locator("#f-coordinates")).not_to_have_value(before)
    page.get_by_text("near ", exact=False).first.wait_for()
    saved(page)
    page.wait_for_url("**/edit*")
    page.get_by_label("Web address of the source").fill("https://example.org/abc")
    expect(page.get_by_text("Everything that is needed is there.")).to_be_visible()
    other = desk(partner_client, viewport={"width": 390, "height": 844})
    other.goto(page.url)
    expect(other.get_by_label("Title needed")).to_have_value("ABC-Café Imst")
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(other) == []
    assert faults_in_dark(other) == []
    page.get_by_role("button", name="Send to the moderators").dblclick()
    expect(page.get_by_text("With the moderators").first).to_be_visible()
    assert faults(page) == []
    values = values_of(partner_client, page)
    assert values["texts"]["en"]["title"] == "ABC-Café Imst"
    assert values["country"] == "AT"


def to(page: Page, wanted: str, most: int = 150) -> None:
    """Press Tab until the focus is on what a selector names."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def test_by_keyboard_alone_a_practice_is_sent_after_its_errors_are_put_right(desk, partner_client, faults):
    page = desk(partner_client)
    page.goto(NEW)
    to(page, "#f-texts-0-title")
    page.keyboard.type("Written with keys")
    page.keyboard.press("Enter")  # saves, and stays
    saved(page)
    to(page, "[name=themes]")
    page.keyboard.press("Space")
    to(page, "#f-place_name")
    page.keyboard.type("Innsbruck")
    page.locator("#place-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#f-country")).to_have_value("AT")
    page.get_by_role("button", name="The point. Arrow keys move it.").wait_for()
    before = page.locator("#f-coordinates").input_value()
    to(page, ".leaflet-marker-icon")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#f-coordinates")).not_to_have_value(before)
    to(page, "button[value=submit]")
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert faults(page) == []
    to(page, ".error-summary a[href='#f-texts-0-summary']")
    page.keyboard.press("Enter")
    expect(page.locator("#f-texts-0-summary")).to_be_focused()
    page.keyboard.type("With keys, and nothing else.")
    to(page, "#f-source_url")
    page.keyboard.type("example.org/keys")
    to(page, "button[value=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("With the moderators").first).to_be_visible()


def test_languages_are_tabs_and_an_error_opens_its_own(desk, partner_client, faults):
    page = desk(partner_client)
    page.goto(NEW)
    page.get_by_label("Title needed").fill("Two languages")
    page.get_by_text("Add a translation").click()
    page.get_by_label("Language of the translation").select_option("de")
    page.get_by_role("button", name="Write in this language").click()
    page.wait_for_url("**/edit?language=de#text-de")
    tab = page.get_by_role("tab", name="German").first
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.locator("#text-en")).to_be_hidden()
    page.locator("#text-de [lang=de]").first.fill("x" * 301)
    tab.press("ArrowLeft")
    expect(page.locator("#text-en")).to_be_visible()
    assert faults(page, "main") == []
    page.get_by_role("button", name="Send to the moderators").click()
    page.locator(".error-summary a", has_text="Title (German)").click()
    expect(page.locator("#text-de [lang=de]").first).to_be_focused()


def test_while_the_server_is_away_nothing_is_lost(desk, partner_client):
    page = desk(partner_client)
    page.goto(NEW)
    page.get_by_label("Title needed").fill("Before the tunnel")
    saved(page)
    page.context.set_offline(True)
    page.get_by_label("In one or two sentences").fill("Written in the tunnel.")
    expect(page.locator("[data-saved]")).to_contain_text("tried again")
    page.context.set_offline(False)
    page.get_by_label("Title needed").press("End")
    page.get_by_label("Title needed").press_sequentially(" and after")
    for _ in range(100):
        text = values_of(partner_client, page)["texts"]["en"]
        if text["title"] == "Before the tunnel and after":
            break
        page.wait_for_timeout(100)
    assert (text["title"], text["summary"]) == ("Before the tunnel and after", "Written in the tunnel.")


def test_two_windows_are_told_of_each_other(desk, partner_client):
    page = desk(partner_client)
    page.goto(NEW)
    page.get_by_label("Title needed").fill("First window")
    saved(page)
    other = desk(partner_client)
    other.goto(page.url)
    other.get_by_label("Title needed").fill("Second window")
    saved(other)
    page.get_by_label("Title needed").fill("First window again")
    expect(page.locator("[data-saved]")).to_contain_text("another window")
    page.get_by_role("button", name="Save and go on").first.click()
    expect(page.get_by_label("Title needed")).to_have_value("First window again")
    expect(page.get_by_role("alert")).to_contain_text("another window")


def test_without_scripts_the_whole_form_works(desk, partner_client, faults):
    page = desk(partner_client, java_script_enabled=False)
    page.goto(NEW)
    page.locator("#f-texts-0-title").fill("Without scripts")
    page.locator("#f-texts-0-summary").fill("Plain HTML.")
    page.locator("[name=themes]").first.check()
    page.locator("#f-place_name").fill("Innsbruck")
    page.get_by_role("button", name="Find").first.click()
    page.get_by_role("button", name="Innsbruck, Innsbruck, Austria").or_(page.locator(".pick").first).first.click()
    page.locator("#f-source_url").fill("https://example.org/plain")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("h1")).to_have_text("Without scripts")
    page.get_by_role("link", name="Back to the form").click()
    page.get_by_role("button", name="Send to the moderators").click()
    expect(page.get_by_text("With the moderators").first).to_be_visible()


def test_long_words_of_themes_keep_to_their_boxes_on_phones(desk: Any, partner_client: Any) -> None:
    page = desk(partner_client, viewport={"width": 390, "height": 844})
    page.goto(NEW.replace("/en/", "/de/"))
    chips = page.locator("#f-themes .choice")
    expect(chips.first).to_be_visible()
    over = "all => all.filter(one => [one, ...one.children].some(part => part.scrollWidth > part.clientWidth + 1 "
    over += "&& part.clientWidth)).map(one => one.innerText)"
    assert chips.evaluate_all(over) == []
    heights = chips.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert max(heights) < 60, "no word is broken into pieces"


def test_leaving_a_sent_form_with_unsaved_words_warns(desk: Any, partner_client: Any) -> None:
    public_id = id_of(send(partner_client, NEW, whole(), "submit"))
    page = desk(partner_client)
    asked: list[str] = []
    page.on("dialog", lambda one: (asked.append(one.type), one.accept()))
    page.goto(edit_of(public_id))
    page.wait_for_load_state("networkidle")
    page.goto("/en/contribute/mine")
    assert asked == []
    page.goto(edit_of(public_id))
    page.wait_for_load_state("networkidle")
    page.locator("#f-note").press_sequentially("One more word")
    page.goto("/en/contribute/mine")
    assert asked == ["beforeunload"]
