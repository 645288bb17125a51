"""On every kind of page: nobody else is asked, nothing is kept in the browser, and the policy of the site is kept."""

from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = (
    "/de/",
    "/de/?theme=housing&country=AT&q=Wohnen",
    "/de/?q=zzzzqqqq",
    "/de/practices/imst-abc-cafe",
    "/de/regions",
    "/de/regions/campania",
    "/de/projects",
    "/de/projects/eu-belong",
    "/de/services",
    "/de/services/imst-abc-cafe",
    "/de/insights",
    "/de/data",
    "/de/about",
    "/de/accessibility",
    "/de/privacy",
    "/de/imprint",
    "/de/contribute/",
    "/de/no-such-page",
    "/de/?year_from=never",
)
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => window.broken.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber));
"""
KEPT = """async () => ({
  cookies: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
TRY_MARKUP = """() => {
  try { document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'; return 'let through'; }
  catch (error) { return error.name; }
}"""


def watch(page: Any) -> tuple[list[str], list[str]]:
    """Note every request of a page, and what its console complains of."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(WATCH)
    return asked, said


def assert_private(page: Any, asked: list[str], said: list[str], about: str) -> None:
    here = urlsplit(page.url).netloc
    elsewhere = [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != here]
    assert elsewhere == [], about
    assert page.evaluate("window.broken") == [], about
    # A page that is an error is announced as one; nothing else may be.
    assert [line for line in said if "status of 404" not in line and "status of 400" not in line] == [], about
    kept = page.evaluate(KEPT)
    assert kept == {"cookies": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}, about
    assert page.context.cookies() == [], about


def test_no_page_asks_others_or_keeps_anything(page: Any) -> None:
    asked, said = watch(page)
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert_private(page, asked, said, path)
        assert page.evaluate(TRY_MARKUP) == "TypeError", f"Trusted Types on {path}"
        said.clear()  # the refusal just provoked is told there
    assert len(asked) > 3 * len(PAGES)


def test_using_the_map_asks_nobody_else_either(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    asked, said = watch(page)
    page.goto("/de/")
    page.wait_for_load_state("networkidle")
    page.locator("#q").fill("Wien")
    page.wait_for_load_state("networkidle")
    page.locator("#q").press("Enter")
    page.wait_for_load_state("networkidle")
    page.mouse.move(900, 400)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(600)
    page.mouse.click(900, 400)
    page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert_private(page, asked, said, "Explore in use")
    assert any("/static/" in url for url in asked)
