"""No page of those who write, review or administer scrolls sideways on the narrowest phone, 320 px; new pages too."""

from typing import Any

import pytest
from sqlalchemy import text

from ..cast import Stage, make_stage, private_rules
from ..proposing import actor, propose, publish, titled
from ..test_access import address_of

pytestmark = pytest.mark.browser

LONGEST = "Wohnraumvermittlungsgenossenschaftsversammlung"
OUT = """async () => {
  await document.fonts.ready;
  for (const one of document.querySelectorAll('main details')) one.open = true;
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    return make_stage(people_app)


def late(stage: Stage) -> str:
    """Return the public id of a proposal whose record has changed since it was written."""
    with stage.app.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        moderator = actor(connection, "moderator")
        slug = publish(connection, author, moderator, titled(LONGEST, website=f"https://example.org/{LONGEST}" * 3))
        known = connection.execute(text("SELECT version FROM practice WHERE slug = :slug"), {"slug": slug})
        change = {"action": "change", "slug": slug, "base_version": known.scalar_one()}
        found = propose(connection, author, titled(f"{LONGEST} am Abend"), **change)
        publish(connection, author, moderator, titled(f"{LONGEST} am Morgen", organisation=LONGEST), **change)
    return str(found.public_id)


def test_no_page_scrolls_sideways_at_320_pixels(browser: Any, serve: Any, stage: Stage) -> None:
    values = titled(LONGEST, organisation=LONGEST, owner="first-organisation")
    draft, sent, stale = stage.proposal("draft", **values), stage.proposal("submitted", **values), late(stage)
    paths: dict[str, set[str]] = {"admin": {"/de/regions", "/it/regions"}, "author": set()}
    for endpoint, method, rule in private_rules(stage.app):
        if method != "GET" or "<ending>" in rule:  # downloads
            continue
        if "public_id" not in rule:
            paths["admin"].add(address_of(rule, f"GET {endpoint}", lang="de"))
        else:
            for who, known in {"admin": (sent, stale), "author": (draft,)}.items():
                paths[who] |= {address_of(rule, f"GET {endpoint}", lang="de", public_id=one) for one in known}
    paths["author"].add("/de/contribute/mine")
    found, seen = {}, 0
    with serve(stage.app) as site:
        for who, addresses in paths.items():
            # Without scripts all parts of a page are there, and maps, which are as wide as they may, cost no time.
            narrow = {"width": 320, "height": 700}
            context = browser.new_context(base_url=site, viewport=narrow, java_script_enabled=False)
            context.add_cookies([{"name": "session", "value": stage.clients[who].key, "url": site, "httpOnly": True}])
            page = context.new_page()
            for path in sorted(addresses):
                seen += page.goto(path).status == 200
                if out := page.evaluate(OUT):
                    found[path] = out
            context.close()
    assert seen > 30
    assert found == {}
