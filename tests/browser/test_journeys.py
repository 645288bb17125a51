"""The three journeys of people who write, by mouse and by the keyboard alone, through a real browser and real mails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from ..cast import Stage, make_stage

pytestmark = pytest.mark.browser


class Mouse:
    """Somebody with a mouse, or a finger: points at things."""

    name = "mouse"

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, to: Locator) -> None:
        """Press a button, open a link, tick a box."""
        to.click()

    tick = go

    def write(self, into: Locator, words: str) -> None:
        into.click()
        into.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, of: Locator, words: str) -> None:
        of.select_option(label=words)

    def pick(self, into: Locator, words: str, option: Locator) -> None:
        """Type into a field that suggests, and take a suggestion."""
        self.write(into, words)
        option.click()


class Keys(Mouse):
    """Somebody without a mouse: Tab until the thing has the focus, then the keys that it is made for."""

    name = "keys"

    def reach(self, wanted: Locator) -> None:
        wanted.wait_for()
        handle = wanted.element_handle()
        for key in ("Tab", "Shift+Tab"):
            for _ in range(250):
                if self.page.evaluate("one => document.activeElement === one", handle):
                    return
                self.page.keyboard.press(key)
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def go(self, to: Locator) -> None:
        self.reach(to)
        self.page.keyboard.press("Enter")

    def tick(self, to: Locator) -> None:
        self.reach(to)
        self.page.keyboard.press("Space")

    def write(self, into: Locator, words: str) -> None:
        self.reach(into)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, of: Locator, words: str) -> None:
        self.reach(of)
        self.page.keyboard.type(words)

    def pick(self, into: Locator, words: str, option: Locator) -> None:
        self.write(into, words)
        option.wait_for()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    return make_stage(people_app)


@pytest.fixture(scope="module")
def site(stage: Stage, serve: Any) -> Iterator[str]:
    with serve(stage.app) as address:
        yield address


class Room:
    """Where the cast sits: each with a window of their own."""

    def __init__(self, browser: Any, site: str, stage: Stage, hand: type[Mouse]) -> None:
        self.browser, self.site, self.stage, self.hand = browser, site, stage, hand
        self.contexts: list[Any] = []
        self.told: list[str] = []

    def enter(self, who: str) -> tuple[Page, Mouse]:
        context = self.browser.new_context(
            base_url=self.site, locale="en-GB", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        if who != "nobody":
            context.add_cookies([{"name": "session", "value": self.stage.clients[who].key, "url": self.site}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("console", lambda one: self.told.append(one.text) if "Content Security" in one.text else None)
        self.contexts.append(context)
        return page, self.hand(page)


@pytest.fixture(params=[Mouse, Keys], ids=lambda hand: hand.name)
def room(request: Any, browser: Any, site: str, stage: Stage) -> Iterator[Room]:
    made = Room(browser, site, stage, request.param)
    yield made
    for context in made.contexts:
        context.close()
    assert made.told == []


def write_practice(page: Page, hand: Mouse, title: str) -> None:
    """Fill in what a practice needs."""
    hand.write(page.get_by_label("Title needed"), title)
    hand.write(page.get_by_label("In one or two sentences"), "Neighbours cook, and learn a language by it.")
    hand.tick(page.locator("[name=themes]").first)
    option = page.get_by_role("option", name="Innsbruck").first
    hand.pick(page.get_by_label("Place", exact=True), "Innsbruck", option)
    expect(page.locator("#f-country")).to_have_value("AT")
    hand.write(page.locator("#f-source_url"), "https://example.org/kitchen")


def sent(page: Page, hand: Mouse) -> str:
    """Send the form, and return the public id of the proposal."""
    hand.go(page.get_by_role("button", name="Send to the moderators"))
    expect(page.get_by_text("With the moderators").first).to_be_visible()
    return page.url.split("/proposals/")[1][:36]


def test_a_partner_writes_in_two_languages_with_a_photo_and_it_is_published(room: Room, tmp_path: Path) -> None:
    title = f"Kitchen of languages by {room.hand.name}"
    picture = tmp_path / "kitchen.jpg"
    Image.new("RGB", (1200, 800), (180, 90, 40)).save(picture)
    page, hand = room.enter("author")
    page.goto("/en/contribute/")
    hand.go(page.get_by_role("link", name="New practice"))
    write_practice(page, hand, title)
    hand.go(page.get_by_text("Add a translation"))
    hand.choose(page.get_by_label("Language of the translation"), "German")
    hand.go(page.get_by_role("button", name="Write in this language"))
    page.wait_for_url("**/edit?language=de#text-de")
    german = page.locator("#text-de")
    hand.write(german.locator("input[lang=de]").first, f"Sprachküche ({room.hand.name})")
    hand.write(german.locator("textarea[lang=de]").first, "In der Nachbarschaft kochen und dabei Deutsch lernen.")
    with page.expect_file_chooser() as chooser:
        hand.tick(page.locator("#new_photos"))
    chooser.value.set_files(picture)
    photo = page.locator("[data-photo]")
    photo.wait_for()
    described = photo.locator("input[id$=-text]")
    hand.write(described.nth(0), "Two pots on a stove")
    hand.write(described.nth(1), "Zwei Töpfe auf einem Herd")
    hand.write(photo.locator("input[id$=-credit]"), "The partner")
    proposal = sent(page, hand)

    desk, moderator = room.enter("moderator")
    desk.goto("/en/review/")
    moderator.go(desk.get_by_role("link", name=title))
    desk.wait_for_url(f"**/review/{proposal}")
    moderator.go(desk.get_by_role("button", name="Publish"))
    desk.wait_for_url("**/review/?done=*")

    public, visitor = room.enter("nobody")
    public.goto(f"/en/?q={title}")
    visitor.go(public.locator(".cards .card-title a").first)
    expect(public.get_by_role("heading", level=1)).to_have_text(title)
    shown = public.get_by_role("img", name="Two pots on a stove").first
    expect(shown).to_be_visible()
    assert shown.evaluate("one => one.complete && one.naturalWidth > 0 || one.loading === 'lazy'")
    public.goto(public.url.replace("/en/", "/de/"))
    expect(public.get_by_role("heading", level=1)).to_have_text(f"Sprachküche ({room.hand.name})")
    expect(public.get_by_role("img", name="Zwei Töpfe auf einem Herd").first).to_be_visible()


def newest_link(stage: Stage, mail: str) -> str:
    """Return the link in the newest mail to an address."""
    with stage.app.extensions["engine"].connect() as connection:
        plain = connection.execute(
            text("SELECT plain FROM message WHERE receiver = :mail ORDER BY id DESC LIMIT 1"), {"mail": mail}
        ).scalar_one()
    return str(next(word for word in plain.split() if "/account/link/" in word))


def test_a_visitor_suggests_a_correction_by_a_mailed_link(room: Room) -> None:
    mail = f"visitor-{room.hand.name}@example.org"
    words = {"mouse": "Clicked", "keys": "Typed"}[room.hand.name]
    page, hand = room.enter("nobody")
    page.goto("/en/practices/imst-abc-cafe")
    hand.go(page.get_by_role("link", name="Suggest a correction"))
    hand.write(page.get_by_label("Mail address"), mail)
    hand.go(page.get_by_role("button", name="Send me a link"))
    expect(page.get_by_role("main")).to_contain_text("mail")
    link = newest_link(room.stage, mail)
    page.goto(link[link.index("/en/") :])
    hand.go(page.get_by_role("main").get_by_role("button").first)
    page.wait_for_url("**/contribute/practices/imst-abc-cafe/change*")
    hand.write(page.get_by_label("In one or two sentences").first, f"{words}.")
    proposal = sent(page, hand)

    desk, moderator = room.enter("moderator")
    desk.goto(f"/en/review/{proposal}")
    expect(desk.locator("[data-changes]")).to_contain_text(words)
    visitor, _hand = room.enter("nobody")
    visitor.goto("/en/practices/imst-abc-cafe")
    expect(visitor.get_by_role("main")).not_to_contain_text(words)
    moderator.go(desk.get_by_role("button", name="Publish"))
    desk.wait_for_url("**/review/?done=*")
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text(words)


def test_a_moderator_returns_one_with_a_reason_and_publishes_the_second_try(room: Room) -> None:
    title = f"Too short by {room.hand.name}"
    page, hand = room.enter("author")
    page.goto("/en/contribute/practices/new")
    write_practice(page, hand, title)
    proposal = sent(page, hand)

    desk, moderator = room.enter("moderator")
    desk.goto(f"/en/review/{proposal}")
    moderator.go(desk.get_by_text("Return with a reason", exact=True))
    moderator.write(desk.get_by_label("Why does it go back?"), "Please say how often it takes place.")
    moderator.go(desk.get_by_role("button", name="Return it"))
    desk.wait_for_url("**/review/?done=*")

    page.goto("/en/contribute/mine")
    expect(page.get_by_role("main")).to_contain_text("Please say how often it takes place.")
    hand.go(page.get_by_role("link", name=title, exact=True))
    hand.go(page.get_by_role("link", name="Write on"))
    hand.write(page.get_by_label("In one or two sentences"), "Neighbours cook every Monday.")
    assert sent(page, hand) == proposal

    desk.goto(f"/en/review/{proposal}")
    moderator.go(desk.get_by_role("button", name="Publish"))
    desk.wait_for_url("**/review/?done=*")
    public, _visitor = room.enter("nobody")
    public.goto(f"/en/?q={title}")
    expect(public.locator(".cards .card-title a").first).to_have_text(title)
