"""Every page of the URL map, new ones too, and every page of a failure: accessible, private, as wide as the screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort
from playwright.sync_api import Page

from mapapp.database import make_engine
from mapapp.factory import create_app
from mapapp.settings import Settings
from mapapp.views.answering import always_fresh

pytestmark = pytest.mark.browser

WIDTHS = (390, 1440)
# States of a page that its address alone does not show.
MORE = {
    "/de/?theme=housing&country=AT&q=Wohnen": 200,
    "/de/?q=zzzzqqqq": 200,
    "/de/?year_from=never": 400,
    "/de/practices/utrecht-plan-einstein": 200,
    "/de/regions?q=zzzzqqqq": 200,
    "/de/regions?country=ZZ&q=zzz": 400,
    "/it/regions/vorarlberg": 200,
    "/de/regions/campania": 200,
    "/de/projects?q=zzzzqqqq": 200,
    "/de/services?place=Imst&language=xx": 400,
    "/de/services?q=zzzzqqqq": 200,
    "/de/poster?country=MT&theme=entrepreneurship": 200,
    "/de/embed?q=zzzzqqqq": 200,
}
FAILURES = {"/de/no-such-page": 404, "/de/embed?thema=x": 400}
NOT_THERE = ("/photos/", "/de/contribute/fresh/")  # the samples name no picture and no mailed link that there is
AWAY = {"/de/": 503, "/de/broken": 500, "/de/unreadable": 400}
# The panels of Explore lie above each other: test_explore_quality opens them one by one.
OPEN = "for (const one of document.querySelectorAll('body:not(.explore-page) main details')) one.open = true"
TRY_MARKUP = """() => {
  try { document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'; return 'let through'; }
  catch (error) { return error.name; }
}"""


@pytest.fixture(scope="module")
def broken_site(settings: Settings, serve: Any) -> Iterator[str]:
    """A site whose database is away and one of whose views fails."""
    engine = make_engine("postgresql+psycopg://nobody@/nothing?host=/nonexistent", pool_size=1)
    app = create_app(settings, engine)

    def broken() -> None:
        raise RuntimeError("a fault of ours")

    def unreadable() -> None:
        abort(400)

    app.add_url_rule("/de/unreadable", "unreadable", always_fresh(unreadable))
    app.add_url_rule("/de/broken", "broken", always_fresh(broken))
    with serve(app) as address:
        yield address
    engine.dispose()


@pytest.fixture(scope="module")
def pages(app: Flask, addresses: list[tuple[Any, str]], broken_site: str) -> dict[str, int]:
    """Every page and the status it has to have."""
    client = app.test_client()
    found = {}
    for _rule, path in addresses:
        if "." in path.rpartition("/")[2]:  # a file, whose making takes time
            continue
        with client.get(path, headers={"Accept": "text/html"}) as answer:
            assert answer.status_code < 400 or path.startswith(NOT_THERE), path
            if answer.mimetype == "text/html" and "<main" in answer.text:  # others are no text at all
                found[path] = answer.status_code
    assert {"/de/", "/de/about", "/de/regions/imst", "/de/projects/eu-belong", "/de/data"} <= set(found)
    return found | MORE | FAILURES | {broken_site + path: status for path, status in AWAY.items()}


def sticks_out(page: Page) -> int:
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("turn", [0, 1])
def test_a_page_is_accessible_private_and_fits(
    watched: Any, pages: dict[str, int], faults: Any, faults_in_dark: Any, turn: int
) -> None:
    """One visit a page, narrow and wide in turn: everything is looked at there."""
    page = watched.page
    found = {}
    for number, (path, status) in list(enumerate(pages.items()))[turn::2]:
        width = WIDTHS[(number // 2) % 2]
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(path)
        assert answer.status == status, path
        page.evaluate(OPEN)
        if out := sticks_out(page):
            found[path, width] = [f"sticks out by {out}"]
        if lines := [*faults(page), *faults_in_dark(page)]:
            found[path, width] = [*found.get((path, width), ()), *lines]
        watched.assert_private()
        assert page.evaluate(TRY_MARKUP) == "TypeError", f"Trusted Types on {path}"
        watched.told.clear()  # the refusal just provoked is told there
    assert found == {}
