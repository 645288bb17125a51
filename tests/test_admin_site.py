"""What admins say of the site stands on its pages at once; the log and the figures say what there is."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from mapapp.factory import create_app
from mapapp.settings import Settings

from .people import PersonClient

HTML = {"Accept": "text/html"}
SAID = {
    "name": "Migration <Map>",
    "contact": "office@example.org",
    "operator": "The office\n1 Main Street",
    "welcome_de": "Willkommen, **alle**! <script>alert(1)</script>",
    "imprint_en": "Registered at [the court](https://court.example.org).",
    "privacy_en": "The log is kept for a week.",
    "fresh_months": "6",
    "grace_weeks": "3",
    "time_zone": "Europe/Lisbon",
    "digest": "workdays",
    "digest_hour": "18",
}


@pytest.fixture
def said(people_app: Any, admin_client: PersonClient) -> Any:
    yield admin_client.send("/en/admin/site", SAID)
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("DELETE FROM site_setting"))


def test_pages_say_it_at_once_and_old_copies_are_stale(anyone: PersonClient, admin_client: PersonClient) -> None:
    pages = ("/de/", "/en/about", "/en/imprint", "/en/privacy", "/de/regions", "/en/site.webmanifest", "/de/feed.atom")
    tags = {path: anyone.get(path, headers=HTML).headers["ETag"] for path in pages}
    assert admin_client.send("/en/admin/site", SAID).location == "/en/admin/site?done=saved"
    for path, tag in tags.items():
        answer = anyone.get(path, headers=HTML | {"If-None-Match": tag})
        assert answer.status_code == 200, path
        assert "Migration" in answer.text, path
        assert "<Map>" not in answer.text or "json" in answer.content_type, path


def test_texts_are_shown_in_their_language_and_harmless(anyone: PersonClient, said: Any) -> None:
    german = anyone.get("/de/", headers=HTML).text
    assert "<strong>alle</strong>" in german
    assert "<script>alert" not in german
    assert "Willkommen" not in anyone.get("/de/?theme=housing", headers=HTML).text
    assert "Willkommen" in anyone.get("/en/", headers=HTML).text  # better in another language than not at all
    imprint = anyone.get("/de/imprint", headers=HTML).text
    assert '<div class="prose" lang="en" dir="ltr">' in imprint
    assert 'href="https://court.example.org"' in imprint
    assert "1 Main Street" in imprint
    assert "mailto:office@example.org" in imprint
    assert "kept for a week" in anyone.get("/en/privacy", headers=HTML).text


def test_the_form_shows_what_holds_and_gives_it_back(people_app: Any, admin_client: PersonClient, said: Any) -> None:
    page = admin_client.get("/en/admin/site").text
    assert 'value="Migration &lt;Map&gt;"' in page
    assert "Registered at [the court]" in page
    assert page.count(" selected>") == 2
    assert '<option value="Europe/Lisbon" selected>Europe/Lisbon</option>' in page
    assert '<option value="workdays" selected>' in page
    with people_app.extensions["engine"].connect() as connection:
        rows = connection.execute(text("SELECT name, language FROM site_setting ORDER BY 1, 2")).all()
        assert {("digest", ""), ("digest_hour", ""), ("time_zone", "")} <= {tuple(one) for one in rows}
        assert ("welcome", "de") in {tuple(one) for one in rows}
        noted = (
            connection.execute(text("SELECT details FROM audit_entry WHERE action = 'site_changed'")).scalars().all()
        )
    assert "name" in noted[-1]["settings"]
    assert admin_client.send("/en/admin/site", SAID).location.endswith("done=nothing")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"contact": "javascript:alert(1)"}, "contact"),
        ({"contact": "no mail"}, "contact"),
        ({"fresh_months": "soon"}, "fresh_months"),
        ({"grace_weeks": "0"}, "grace_weeks"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"digest": "hourly"}, "digest"),
        ({"digest_hour": "24"}, "digest_hour"),
        ({"imprint_de": "x" * 20_001}, "imprint_de"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(admin_client: PersonClient, wrong: Any, field: str) -> None:
    answer = admin_client.send("/en/admin/site", SAID | {"operator": "typed for long"} | wrong)
    assert answer.status_code == 422
    assert f'id="{field}-fault-1"' in answer.text
    assert f'<li><a href="#{field}">' in answer.text
    assert "typed for long" in answer.text


def test_without_the_database_the_site_is_what_was_known_last(settings: Settings, dial: Any) -> None:
    engine = dial("postgresql+psycopg://atlas:unused@127.0.0.1:1/atlas")
    client = create_app(settings, engine).test_client()
    answer = client.get("/de/imprint", headers=HTML)
    assert answer.status_code == 200
    assert "Practice Atlas" in answer.text


def test_the_log_is_narrowed_and_paged(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for number in range(60):
            connection.execute(
                text(
                    "INSERT INTO audit_entry (action, subject, address, details, account_id) VALUES "
                    "('tested', :subject, '192.0.2.7', CAST(:details AS jsonb), :account)"
                ),
                {"subject": f"thing:{number}", "details": '{"why": "<b>x</b>"}', "account": admin_client.account_id},
            )
    page = admin_client.get("/en/admin/log?action=tested").text
    assert page.count("192.0.2.7") == 50
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    rest = admin_client.get("/en/admin/log" + older[1].replace("&amp;", "&")).text
    assert rest.count("192.0.2.7") == 10
    assert admin_client.get("/en/admin/log?subject=THING:59").text.count("192.0.2.7") == 1
    assert "No entry fits" in admin_client.get("/en/admin/log?first=2031-01-01").text
    assert "No entry fits" in admin_client.get("/en/admin/log?action=tested&last=2001-01-01").text
    mine = admin_client.get(f"/en/admin/log?account={admin_client.account_id}&action=tested").text
    assert mine.count("192.0.2.7") == 50
    assert (
        admin_client.get("/en/admin/log?first=x&last=%00&account=-1&before=9999999999&subject=%00").status_code == 200
    )


def test_the_figures_are_those_of_the_tables(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for days in (1, 3, 5):
            connection.execute(
                text(
                    "INSERT INTO proposal (kind, action, state, published_version, slug, submitted_at, decided_at) "
                    "VALUES ('practice', 'change', 'approved', 2, 'x', now() - interval '6 days', "
                    "now() - interval '6 days' + make_interval(days => :days))"
                ),
                {"days": days},
            )
        connection.execute(
            text(
                "INSERT INTO message (message_id, receiver, language, kind, subject, plain, html, state) "
                "VALUES ('<1@x>', 'a@example.org', 'en', 'x', 's', 'p', 'h', 'failed')"
            )
        )
    page = " ".join(re.sub(r"<[^>]+>", " ", admin_client.get("/en/admin/statistics").text).split())
    assert "3 decisions in the last year: half of them within 3 days, nine of ten within 5 days." in page
    assert "Failed 1" in page
    assert "searches are not counted" in page
    assert "1 mail could not be sent" in " ".join(re.sub(r"<[^>]+>", " ", admin_client.get("/en/admin/").text).split())


@pytest.mark.parametrize(
    ("zone", "said", "first", "found"),
    [
        ("Europe/Brussels", "2026-07-02 00:30:00", "2026-07-02", True),
        ("UTC", "2026-07-01 22:30:00", "2026-07-02", False),
        ("Asia/Dubai", "2026-07-02 02:30:00", "2026-07-02", True),
    ],
)
def test_times_are_those_of_the_sites_clock(
    people_app: Any, admin_client: PersonClient, zone: str, said: str, first: str, found: bool
) -> None:
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE action = 'dated'"))
        connection.execute(text("INSERT INTO audit_entry (action, at) VALUES ('dated', '2026-07-01 22:30Z')"))
    admin_client.send("/en/admin/site", SAID | {"time_zone": zone})
    page = admin_client.get("/en/admin/log?action=dated").text
    assert f"When ({zone})" in page
    assert f">{said}</time>" in page
    narrowed = admin_client.get(f"/en/admin/log?action=dated&first={first}").text
    assert ("No entry fits" not in narrowed) is found
    with people_app.test_request_context("/en/"):
        words = people_app.jinja_env.from_string("{{ format_moment(at) }} / {{ format_day(at) }}")
        people_app.update_template_context(given := {"at": datetime(2026, 7, 1, 22, 30, tzinfo=UTC)})
        drawn = words.render(given)
    zones = {"Europe/Brussels": "00:30 CEST", "UTC": "22:30 UTC", "Asia/Dubai": "02:30 UTC+04"}
    day = "2 July 2026" if found else "1 July 2026"
    assert drawn == f"{day}, {zones[zone]} / {day}"
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("DELETE FROM site_setting"))
