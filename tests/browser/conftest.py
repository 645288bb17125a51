"""What every test in a browser watches for: requests to others, what is kept, broken policies, and what axe finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page, Request

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast"]  # all that the scheme of colours can change
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => window.broken.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber));
"""
KEPT = """async () => [
  document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length,
]"""
AXE = "([part, rules]) => axe.run(part, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"
NOISE = ("error", "warning")
STATUS = "the server responded with a status of"
NOTHING = ["", 0, 0, 0, 0, 0]

Faults = Callable[..., list[str]]


@dataclass
class Watched:
    """A page, and what it did that no page of ours may do."""

    context: BrowserContext
    page: Page
    told: list[str] = field(default_factory=list)

    def assert_private(self) -> None:
        """Nobody else was asked, nothing was kept, no policy broken, no error said."""
        assert [*self.told, *self.page.evaluate("window.broken")] == [], self.page.url
        assert self.page.evaluate(KEPT) == NOTHING, self.page.url
        assert self.context.cookies() == [], self.page.url


def _is_exempt(node: dict[str, Any]) -> bool:
    """Tell whether WCAG 2.5.8 lets a target be small, or close to another, that axe cannot judge.

    Where a record lies decides where its marker is, and the list has them all; what floats above a list is a
    neighbour of its links only until the list is scrolled.
    """
    near = [other["html"] for check in node["any"] for other in check["relatedNodes"]]
    return "leaflet-marker-icon" in node["html"] or (
        bool(near) and all('"button dark floating"' in one for one in near)
    )


def _is_page(request: Request) -> bool:
    return request.is_navigation_request() and request.frame.parent_frame is None


@pytest.fixture
def watched(browser: Any, live_server: str) -> Iterator[Watched]:
    """A laptop's page in a fresh browser context, watched."""
    context = browser.new_context(
        base_url=live_server, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(10_000)
    found = Watched(context, page)
    # Any address of this machine may be one of ours: a test may start a second site.
    ours = ("http://127.0.0.1:", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(ours) else found.told.append(r.url))
    # That a page itself is an error is right where its test says so; anything that it needs must be there.
    page.on("response", lambda r: found.told.append(r.url) if r.status >= 400 and not _is_page(r.request) else None)
    page.on("console", lambda m: found.told.append(m.text) if m.type in NOISE and STATUS not in m.text else None)
    page.on("pageerror", lambda error: found.told.append(str(error)))
    yield found
    context.close()


@pytest.fixture(scope="session")
def faults() -> Faults:
    """The one way to run axe: `faults(page, part, rules)` gives a line for each element that breaks a rule."""

    def find(page: Page, part: str = "html", rules: list[str] = RULES) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in page.evaluate(AXE, [part, rules])
            for node in one["nodes"]
            if not (one["id"] == "target-size" and _is_exempt(node))
        ]

    return find


@pytest.fixture(scope="session")
def faults_in_dark(faults: Faults) -> Faults:
    """What the dark colours of a page that axe has seen in light ones make worse."""

    def find(page: Page, part: str = "html") -> list[str]:
        page.emulate_media(color_scheme="dark")
        found = faults(page, part, COLOURS)
        page.emulate_media(color_scheme="light")
        return found

    return find
