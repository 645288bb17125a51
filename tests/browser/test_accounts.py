"""Signing in by keyboard alone: password, an app's codes, a passkey; every page on the way accessible and private."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page

from ..entering import PASSWORD, SECRET, made, now_code
from .conftest import WATCH

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quick_passwords")]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Visit:
    """A browser of somebody who has no mouse, and what its pages did that they must not."""

    def __init__(self, page: Page, faults: Any, faults_in_dark: Any) -> None:
        self.page, self.faults, self.faults_in_dark = page, faults, faults_in_dark
        self.told: list[str] = []
        page.on(
            "console", lambda m: self.told.append(m.text) if m.type == "error" and "status of" not in m.text else None
        )
        page.on("pageerror", lambda error: self.told.append(str(error)))

    def arrive(self, path: str) -> None:
        """Wait for a page whose address ends with a path."""
        self.page.wait_for_url(lambda address: urlsplit(address).path.endswith(path))

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is where it shall be."""
        for _ in range(60):
            if self.page.evaluate("one => document.activeElement?.matches(one)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector} on {self.page.url}")

    def write(self, selector: str, words: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.type(words)

    def press(self, selector: str, leads_to: str) -> None:
        """Press a button or a link, and wait for the page that follows."""
        self.tab_to(selector)
        self.page.keyboard.press("Enter")
        self.arrive(leads_to)

    def assert_good(self) -> None:
        """The page is accessible in both schemes, fits a phone, and broke no policy."""
        found = [*self.faults(self.page), *self.faults_in_dark(self.page), *self.told]
        assert [*found, *self.page.evaluate("window.broken")] == [], self.page.url
        out = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert out == 0, self.page.url


@pytest.fixture
def visit(browser: Any, people_app: Any, serve: Any, faults: Any, faults_in_dark: Any) -> Iterator[Visit]:
    """A phone at the site, by a name: no browser makes passkeys for a number."""
    with serve(people_app) as address:
        context = browser.new_context(
            base_url=address.replace("127.0.0.1", "localhost"),
            viewport={"width": 390, "height": 800},
            reduced_motion="reduce",
            locale="de-DE",
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield Visit(page, faults, faults_in_dark)
        context.close()


@pytest.fixture
def authenticator(visit: Visit) -> CDPSession:
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session


def give_password(visit: Visit, mail: str, leads_to: str, password: str = PASSWORD) -> None:
    visit.write("#mail", mail)
    visit.write("#password", password)
    visit.page.keyboard.press("Enter")
    visit.arrive(leads_to)


def test_a_moderator_sets_up_codes_and_a_passkey_and_signs_in_with_each(
    people_app: Any, visit: Visit, authenticator: CDPSession
) -> None:
    made(people_app, "moderator@example.org", "moderator")
    page = visit.page
    page.goto("/de/account/")
    visit.arrive("/de/account/sign-in")
    visit.assert_good()
    give_password(visit, "moderator@example.org", "/sign-in", "wrong")
    page.get_by_role("alert").wait_for()
    visit.assert_good()
    give_password(visit, "moderator@example.org", "/second-factor")
    visit.assert_good()

    secret = page.locator(".secret").inner_text().replace(" ", "")
    visit.write("#code", "000000")
    page.keyboard.press("Enter")
    visit.arrive("/second-factor/app")
    visit.assert_good()
    visit.write("#code", pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.locator(".recovery-codes").wait_for()
    visit.assert_good()
    recovery = page.locator(".recovery-codes code").first.inner_text()
    visit.press(".button-row a.primary", "/de/account/")
    visit.assert_good()

    visit.press('a[href$="/account/second-factor"]', "/account/second-factor")
    visit.assert_good()
    visit.tab_to("#passkey-name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Schlüssel <b>am Bund</b>")
    visit.tab_to('[data-passkey="make"] button')
    page.keyboard.press("Enter")
    page.locator("li strong", has_text="Schlüssel <b>am Bund</b>").wait_for()
    visit.assert_good()

    for second in ("passkey", "recovery"):
        visit.press(".account-bar form button", "/signed-out")
        visit.assert_good()
        visit.press("a[href$='/account/sign-in']", "/sign-in")
        give_password(visit, "moderator@example.org", "/second-step")
        visit.assert_good()
        if second == "passkey":
            visit.press('[data-passkey="use"] button', "/de/account/")
        else:
            visit.write("#code", recovery)
            page.keyboard.press("Enter")
            visit.arrive("/de/account/")
        assert page.get_by_role("heading", level=1).is_visible()


def test_a_passkey_of_another_account_does_not_open_this_one(
    people_app: Any, visit: Visit, authenticator: CDPSession
) -> None:
    page = visit.page
    made(people_app, "passkey-first@example.org", "partner")
    made(people_app, "passkey-second@example.org", "partner", second=True)
    page.goto("/de/account/sign-in")
    give_password(visit, "passkey-first@example.org", "/account/")
    page.goto("/de/account/second-factor")
    visit.tab_to('[data-passkey="make"] button')
    page.keyboard.press("Enter")
    page.locator(".recovery-codes").wait_for()
    visit.press(".account-bar form button", "/signed-out")
    with people_app.extensions["engine"].begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO passkey (account_id, credential_id, public_key, name) "
            "SELECT (SELECT id FROM account WHERE mail = 'passkey-second@example.org'), 'another', public_key, 'own' "
            "FROM passkey LIMIT 1"
        )
    page.goto("/de/account/sign-in")
    give_password(visit, "passkey-second@example.org", "/second-step")
    visit.tab_to('[data-passkey="use"] button')
    page.keyboard.press("Enter")
    page.locator('[data-passkey="use"] [data-failed]').wait_for(state="visible")
    visit.assert_good()
    visit.write("#code", now_code())
    page.keyboard.press("Enter")
    visit.arrive("/de/account/")
    assert SECRET not in page.content()


def test_what_was_typed_is_sent_by_itself_after_signing_in_again(people_app: Any, visit: Visit) -> None:
    made(people_app, "interrupted@example.org", "partner")
    page = visit.page
    page.goto("/de/account/sign-in")
    give_password(visit, "interrupted@example.org", "/account/")
    visit.tab_to("#name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ein neuer Name")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    page.locator('input[name="kept"]').wait_for(state="attached")
    visit.assert_good()
    give_password(visit, "interrupted@example.org", "/account/")
    page.locator(".notice.done").wait_for()
    assert page.locator("#name").input_value() == "Ein neuer Name"


@pytest.mark.parametrize("path", ["link", "link?gone=1", "link-sent", "password", "confirm", "delete"])
def test_the_other_pages_are_accessible(people_app: Any, visit: Visit, path: str) -> None:
    made(people_app, "other-pages@example.org", "partner")
    visit.page.goto("/de/account/sign-in")
    give_password(visit, "other-pages@example.org", "/account/")
    visit.page.goto(f"/de/account/{path}")
    visit.assert_good()
