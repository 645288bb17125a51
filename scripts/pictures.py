"""Takes the pictures of the documentation from a running site: `make pictures` beside `MAPAPP_DEMO=1 make run`.

Without the sample accounts of a demonstration the pages for people who write are left as they are.
"""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# name, address, width, height, colour scheme
PICTURES = (
    ("explore-1440", "/en/?theme=housing", 1440, 900, "light"),
    ("explore-dark-1440", "/de/", 1440, 900, "dark"),
    ("explore-390", "/de/?theme=language", 390, 844, "light"),
    ("practice-1440", "/en/practices/imst-abc-cafe", 1440, 900, "light"),
    ("insights-1440", "/en/insights", 1440, 900, "light"),
    ("poster-1440", "/en/poster?theme=housing", 1440, 1100, "light"),
    ("embed-720", "/en/embed?theme=housing&layers=regions", 720, 520, "light"),
    ("map-in-a-file-1440", "/practices.map.html?theme=housing&lang=en", 1440, 900, "light"),
)


WORDS = (
    "A low-threshold language café in Imst where newcomers practise German in company, find their way around "
    "and make friends."
)


def take(page: Page, name: str, address: str = "") -> None:
    """Write what a page shows, or what it shows at an address, as a PNG."""
    if address:
        page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(1500)  # the map draws its tiles after the last byte has come
    page.screenshot(path=str(FOLDER / f"{name}.png"))


def enter(browser: Any, site: str, role: str) -> Page | None:
    """Return a page of the sample account of a role; None where the site is no demonstration."""
    page: Page = browser.new_page(viewport={"width": 1440, "height": 900}, base_url=site)
    page.goto("/en/account/sign-in")
    button = page.locator(f'form[action$="/account/demo"] button[value="{role}"]')
    if not button.count():
        return None
    button.click()
    page.wait_for_load_state()
    return page


def write_and_review(browser: Any, site: str) -> None:
    """Suggest another wording of a practice, look at it as its moderator, and leave it in the queue."""
    partner, moderator = enter(browser, site, "partner"), enter(browser, site, "moderator")
    if partner is None or moderator is None:
        print("No pictures of writing and reviewing: the site is no demonstration (MAPAPP_DEMO=1).")
        return
    partner.goto("/en/contribute/practices/imst-abc-cafe/change", wait_until="networkidle")
    partner.get_by_label("In one or two sentences").first.fill(WORDS)
    take(partner, "contribute-1440")
    partner.locator('button[value="submit"]').click()
    partner.wait_for_url("**/contribute/proposals/*")
    take(partner, "mine-1440", "/en/contribute/mine")
    take(moderator, "review-queue-1440", "/en/review/")
    moderator.locator('main a[href*="/review/"]', has_text="ABC").first.click()
    take(moderator, "review-1440")
    for page in (partner, moderator):
        page.close()


def main(site: str) -> None:
    """Write each picture as a PNG below docs/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=BROWSER)
        for name, address, width, height, scheme in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            if ".map.html" in address:  # a file to take away: a browser would save it instead of showing it
                page.set_content(page.request.get(site + address, timeout=120_000).text())
                take(page, name)
            else:
                take(page, name, site + address)
            page.close()
        write_and_review(browser, site)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
