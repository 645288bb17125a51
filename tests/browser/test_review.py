"""Review in a browser: a moderator's work by keys alone; every page accessible in both schemes, narrow and wide."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from mapapp.queries.values import of_practice
from mapapp.writing import moderation

from ..people import PersonClient
from ..proposing import SITE, actor, propose, publish, service_values, titled
from .conftest import WATCH

pytestmark = pytest.mark.browser
SLUG = "imst-abc-cafe"
OPEN = "for (const one of document.querySelectorAll('main details')) one.open = true"


@pytest.fixture
def desk(browser: Any, serve: Any, people_app: Any, moderator_client: PersonClient) -> Iterator[Page]:
    """The browser of a moderator who has signed in."""
    with serve(people_app) as address:
        context = browser.new_context(
            base_url=address, locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        context.add_init_script(WATCH)
        context.add_cookies([{"name": "session", "value": moderator_client.key, "url": address}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield page
        context.close()


def changed(connection: Any, **more: Any) -> dict[str, Any]:
    known = of_practice(connection, SLUG)
    assert known
    values = {**known.values, "location": {"lon": 11.4, "lat": 47.27}, "themes": ["health"], **more}
    values["texts"][values["language"]]["summary"] = "Everything about it is said in another way."
    return values


def test_a_moderator_decides_by_keys_alone(desk: Page, people_app: Any) -> None:
    engine = people_app.extensions["engine"]
    with engine.begin() as connection:
        author = actor(connection, "partner", "house")
        first = propose(connection, author, titled("First by keys"))
        propose(connection, author, changed(connection), action="change", slug=SLUG)
    keys = desk.keyboard
    desk.goto("/en/review/")
    keys.press("j")
    expect(desk.get_by_role("link", name="First by keys")).to_be_focused()
    keys.press("j")
    keys.press("k")
    keys.press("Enter")
    expect(desk.get_by_role("heading", name="First by keys", level=1)).to_be_visible()
    keys.press("j")
    expect(desk.locator(".change").first).to_be_focused()
    keys.press("r")
    expect(desk.get_by_label("Why does it go back?")).to_be_focused()
    keys.type("Who says so? j a r")  # in a field, letters are letters
    keys.press("Tab")
    keys.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("went back to its author")
    with engine.begin() as connection:
        reason = connection.execute(text("SELECT reason FROM proposal WHERE id = (SELECT min(id) FROM proposal)"))
        assert reason.scalar_one() == "Who says so? j a r"
        moderation.submit(connection, author, first.public_id, first.revision, SITE)
    keys.press("j")
    keys.press("Enter")
    # A change is shown with where the record was and where it would be.
    expect(desk.get_by_role("heading", name="ABC-Café Imst", level=1)).to_be_visible()
    desk.locator(".moved-map .marker-pin").nth(1).wait_for()
    expect(desk.locator(".marker-pin.was")).to_have_count(1)
    expect(desk.locator(".marker-pin.becomes")).to_have_count(1)
    keys.press("n")
    expect(desk.get_by_role("heading", name="First by keys", level=1)).to_be_visible()
    keys.press("a")
    expect(desk.get_by_role("button", name="Publish")).to_be_focused()  # a key alone decides nothing
    keys.press("Enter")
    done = desk.get_by_role("status")
    expect(done).to_contain_text("is published")
    keys.press("?")
    switch = desk.get_by_role("button", name="Shortcuts are on")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
    desk.reload()
    keys.press("j")
    expect(desk.locator("h2 a").first).not_to_be_focused()
    desk.goto("/en/practices/first-by-keys")
    expect(desk.get_by_role("heading", name="First by keys", level=1)).to_be_visible()


def test_every_page_of_review_is_accessible_and_fits(
    desk: Page, people_app: Any, faults: Any, faults_in_dark: Any
) -> None:
    with people_app.extensions["engine"].begin() as connection:
        author, moderator = actor(connection, "partner", "house"), actor(connection, "moderator")
        late = propose(connection, author, changed(connection, organisation="Ours"), action="change", slug=SLUG)
        publish(connection, author, actor(connection, "admin"), changed(connection), action="change", slug=SLUG)
        new = propose(connection, author, titled("A new one"), note="Please be quick.")
        moderation.ask(connection, moderator, new.public_id, 1, "Why?", SITE)
        moving = propose(connection, author, changed(connection, location={"lon": 12, "lat": 47}), action="change",
                         slug=SLUG)  # fmt: skip
        service = propose(connection, author, service_values(), kind="service")
        for number in (1, 2):
            publish(connection, author, moderator, titled(f"Weaving circle {number}", website="https://example.org/w"))
    paths = ["", late.public_id, new.public_id, moving.public_id, service.public_id, "duplicates"]
    found = []
    # One visit a page, narrow and wide in turn.
    for number, path in enumerate([*paths, f"records/practice/{SLUG}", "?kind=evaluation"]):
        width = (390, 1440)[number % 2]
        desk.set_viewport_size({"width": width, "height": 900})
        desk.goto(f"/de/review/{path}")
        desk.evaluate(OPEN)
        found += [f"{path} at {width}: {one}" for one in (*faults(desk), *faults_in_dark(desk))]
        found += desk.evaluate("window.broken")
        if desk.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{path}: wider than {width}")
    desk.goto(f"/de/review/{new.public_id}")
    desk.evaluate("for (const one of document.querySelectorAll('form')) one.noValidate = true")
    desk.locator("[data-speak=r] summary").click()
    desk.locator("[data-speak=r] button").click()
    expect(desk.locator("#words-return")).to_have_attribute("aria-invalid", "true")
    found += faults(desk)
    assert found == []
