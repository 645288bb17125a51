"""Thirty payloads through every text field, on every surface: no dialog opens, no policy is even tried."""

from typing import Any

import pytest
from sqlalchemy import text

from mapapp.writing import moderation
from mapapp.writing.moderation import Draft

from ..cast import Stage, make_stage
from ..payloads import PAYLOADS
from ..proposing import SITE, actor, practice_values, propose, publish, service_values

GROUPS = [" ".join(PAYLOADS[start : start + 6]) for start in range(0, len(PAYLOADS), 6)]


def poisoned(payload: str) -> dict[str, Any]:
    """Return the values of a practice each of whose texts is the payload."""
    words = dict.fromkeys(("title", "summary", "description", "lessons", "transferability"), payload)
    return practice_values(
        texts={
            "en": {**words, "origin": "author", "source_version": None},
            "de": {**words, "origin": "translator", "source_version": 1},
        },
        place_name=payload,
        organisation=payload,
        partners=[payload, payload],
        source_title=payload,
        programmes=[payload],
    )


def poisoned_service(payload: str) -> dict[str, Any]:
    """Return the values of a service each of whose texts is the payload."""
    words = dict.fromkeys(("name", "description", "eligibility", "cost", "documents"), payload)
    return service_values(
        texts={"en": {**words, "origin": "author", "source_version": None}},
        organisation=payload,
        place_name=payload,
        address=payload,
        phone=payload[:40],
    )


def poisoned_evaluation(payload: str, slug: str) -> dict[str, Any]:
    """Return what an evaluation says of a practice, each of its texts the payload."""
    words = dict.fromkeys(("strength", "room_for_improvement", "evidence"), payload)
    return {
        "practice": slug,
        "framework": "REGIN",
        "version": "2021",
        "evaluator": payload,
        "date": "2026-05",
        "source_url": None,
        "language": "en",
        "criteria": {"Innovation": {"level": "high", **words}},
    }


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    """The cast, with thirty published practices, and with new ones, changes, questions and refusals that wait."""
    stage = make_stage(people_app)
    with stage.app.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        moderator = actor(connection, "moderator")
        slugs = [publish(connection, author, moderator, poisoned(one)) for one in PAYLOADS[:-1]] + [""]
        # Photos and evaluations are said of practices, services stand beside them.
        photo = connection.execute(text("INSERT INTO photo (width, height) VALUES (8, 8) RETURNING id")).scalar_one()
        seen = [{"id": str(photo), "alt": {"en": GROUPS[0], "de": GROUPS[1]}, "credit": GROUPS[2]}]
        slugs[-1:] = [publish(connection, author, moderator, poisoned(PAYLOADS[-1]) | {"photos": seen})]
        admin = actor(connection, "admin")
        for slug, words in zip(slugs, GROUPS, strict=False):
            publish(connection, author, moderator, poisoned_service(words), kind="service")
            said = poisoned_evaluation(words, slug)
            publish(connection, admin, moderator, said, kind="evaluation", slug=slug)
            propose(connection, admin, said | {"evaluator": f"{words} again"}, kind="evaluation", slug=slug)
            propose(connection, author, poisoned_service(words), kind="service", note=words)
            changed = propose(connection, author, poisoned(words), action="change", slug=slug, note=words)
            new = propose(connection, author, poisoned(words), note=words)
            moderation.ask(connection, moderator, changed.public_id, changed.revision, words, SITE)
            moderation.return_(connection, moderator, new.public_id, new.revision, words, SITE)
        moderation.save_draft(connection, author, Draft("practice", poisoned(GROUPS[0])))
        connection.execute(text("UPDATE account SET name = :words"), {"words": GROUPS[0][:80]})
        connection.execute(text("UPDATE organisation SET name = :words"), {"words": GROUPS[1][:200]})
        connection.execute(
            text("UPDATE term_label SET label = :words || key WHERE vocabulary = 'theme' AND language IN ('en', 'de')"),
            {"words": GROUPS[3]},
        )
    return stage


def addresses(stage: Stage) -> dict[str, list[str]]:
    """Return what each of them looks at."""
    with stage.app.extensions["engine"].connect() as connection:
        of = "SELECT slug FROM practice WHERE id IN (SELECT practice_id FROM practice_text WHERE title LIKE '%alert%' "
        slugs = connection.execute(text(of + "OR title LIKE '%elsewhere%') ORDER BY id")).scalars().all()
        states = connection.execute(
            text("SELECT public_id, state, author_id, kind FROM proposal WHERE state <> 'approved' ORDER BY id")
        ).all()
        services = connection.execute(
            text("SELECT slug FROM service WHERE phone IS NOT NULL AND address LIKE '%alert%'")
        )
        beside = services.scalars().all()
    me = stage.clients["author"].account_id
    own = [one for one, _state, author, _kind in states if author == me]
    shown = [one for one, _state, author, kind in states if author == me and kind == "practice"]
    waiting = [one for one, state, _author, _kind in states if state != "draft"]  # nobody but its author reads a draft
    assert len(slugs) == len(PAYLOADS)
    return {
        "nobody": [
            "/en/?country=AT",
            "/de/?country=AT&page=2",
            *(f"/en/practices/{slug}" for slug in slugs),
            "/en/services?country=AT",
            *(f"/en/services/{slug}" for slug in beside),
            "/en/insights",
            "/en/feed.atom?country=AT",
            "/sitemap.xml",
        ],
        "moderator": [
            "/en/review/",
            *(f"/en/review/{one}" for one in waiting),
            f"/en/review/records/practice/{slugs[0]}",
            "/en/review/duplicates",
        ],
        "author": [
            "/de/contribute/mine",
            *(f"/en/contribute/proposals/{one}" for one in own[-6:]),
            *(f"/en/contribute/proposals/{one}/edit" for one in own[-6:]),
            *(f"/en/contribute/proposals/{one}/preview" for one in shown[-6:]),
            "/en/account/",
        ],
        "admin": ["/en/admin/", "/en/admin/accounts", "/en/admin/log"],
    }


def test_no_payload_runs_anywhere(stage: Stage, serve: Any, browser: Any) -> None:
    seen: list[str] = []
    with serve(stage.app) as address:
        for who, pages in addresses(stage).items():
            context = browser.new_context(base_url=address)
            if who != "nobody":
                context.add_cookies([{"name": "session", "value": stage.clients[who].key, "url": address}])
            page = context.new_page()
            page.on("dialog", lambda one: (seen.append(f"{one.page.url}: {one.message}"), one.dismiss()))
            page.on(
                "console",
                lambda one: seen.append(f"{one.page.url}: {one.text}") if "Content Security" in one.text else None,
            )
            for one in pages:
                answer = page.goto(one, wait_until="load")
                assert answer.status == 200, one
                page.wait_for_timeout(30)
            context.close()
    assert seen == []


def test_a_popup_and_suggestions_show_payloads_as_words(stage: Stage, serve: Any, browser: Any) -> None:
    seen: list[str] = []
    slug = addresses(stage)["nobody"][2].rpartition("/")[2]
    with serve(stage.app) as address:
        page = browser.new_page(base_url=address)
        page.on("dialog", lambda one: (seen.append(one.message), one.dismiss()))
        page.on("console", lambda one: seen.append(one.text) if "Content Security" in one.text else None)
        page.goto(f"/en/?country=AT&q=alert&open={slug}")
        page.locator(".popup-card").wait_for()
        page.get_by_role("combobox").first.fill("alert")
        page.wait_for_timeout(500)
        page.close()
    assert seen == []


def test_mails_carry_payloads_as_words(stage: Stage, browser: Any) -> None:
    with stage.app.extensions["engine"].connect() as connection:
        mails = connection.execute(text("SELECT html, subject FROM message ORDER BY id")).all()
    assert len(mails) > 10
    seen: list[str] = []
    page = browser.new_page()
    page.on("dialog", lambda one: (seen.append(one.message), one.dismiss()))
    for html, subject in mails:
        assert "\n" not in subject
        page.set_content(html)
    page.wait_for_timeout(200)
    page.close()
    assert seen == []


def test_files_carry_payloads_as_data(stage: Stage) -> None:
    client = stage.clients["nobody"]
    table = client.get("/practices.csv?country=AT")
    assert table.headers["X-Content-Type-Options"] == "nosniff"
    assert table.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in table.headers["Content-Disposition"]
    geojson = client.get("/practices.geojson?country=AT")
    assert geojson.headers["Content-Type"].startswith("application/geo+json")
    titles = {one["properties"]["title"] for one in geojson.json["features"]}
    assert set(PAYLOADS) <= titles
