"""Owners are asked in time, answer without signing in, and nothing is removed when they do not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from mapapp import command_line, mailing
from mapapp.queries import freshness as known
from mapapp.queries import site as described
from mapapp.settings import Settings
from mapapp.writing import freshness, moderation

from .people import PersonClient, add_account, add_organisation
from .proposing import SITE, actor

HTML = {"Accept": "text/html"}
ADDRESS = "https://atlas.example.org"
SLUG = "imst-abc-cafe"


@pytest.fixture
def own(people_app: Any) -> Iterator[Engine]:
    """One practice that an organisation keeps up, last confirmed two years ago."""
    engine: Engine = people_app.extensions["engine"]
    with engine.begin() as connection:
        of = add_organisation(connection, "keeper")
        add_account(connection, "editor@example.org", "partner", of, editor=True)
        add_account(connection, "member@example.org", "partner", of)
        run(
            connection,
            "UPDATE practice SET owner_id = :o, confirmed_on = current_date - 730, lapsed_on = NULL WHERE slug = :s",
            o=of,
            s=SLUG,
        )
    yield engine
    with engine.begin() as connection:
        for table in ("freshness", "token", "message", "proposal_step", "proposal"):
            run(connection, f"DELETE FROM {table}")
        run(connection, "UPDATE practice SET owner_id = NULL, confirmed_on = NULL, lapsed_on = NULL")


def run(connection: Connection, statement: str, **values: Any) -> Any:
    return connection.execute(text(statement), values)


def ask(engine: Engine, **changes: Any) -> freshness.Round:
    site = described.from_settings(Settings())._replace(**changes)
    with engine.begin() as connection:
        return freshness.ask_owners(connection, site, ADDRESS)


def links(engine: Engine) -> dict[str, str]:
    """Return the paths of the three links of the last mail."""
    with engine.connect() as connection:
        plain = run(connection, "SELECT plain FROM message ORDER BY id DESC LIMIT 1").scalar_one()
    found = re.findall(rf"{ADDRESS}(/\w\w/contribute/fresh/[\w-]+\?answer=(\w+))", plain)
    return {answer: path for path, answer in found}


def row(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(statement)).one()


PRACTICE = (
    f"SELECT confirmed_on = current_date AS today, confirmed_by, lapsed_on, version FROM practice WHERE slug = '{SLUG}'"
)


def test_the_editors_get_one_mail_with_three_links(own: Engine) -> None:
    assert ask(own) == freshness.Round(1, 1, 0)
    mail = row(own, "SELECT receiver, subject, plain, html FROM message")
    assert mail.receiver == "editor@example.org"
    assert "still right?" in mail.subject
    assert set(links(own)) == {"right", "change", "retire"}
    assert mail.html.count("/contribute/fresh/") == 3
    assert ask(own) == freshness.Round(), "once is enough"


def test_everybody_is_asked_where_there_is_no_editor_and_nobody_where_it_is_off(own: Engine) -> None:
    with own.begin() as connection:
        run(connection, "UPDATE member SET editor = false")
    assert ask(own, fresh_months=0) == freshness.Round()
    assert ask(own, fresh_months=36) == freshness.Round()
    assert ask(own) == freshness.Round(1, 2, 0)
    with own.begin() as connection:
        run(connection, "UPDATE member SET editor = true WHERE account_id IN "
                        "(SELECT id FROM account WHERE mail = 'editor@example.org')")  # fmt: skip


def test_opening_a_link_changes_nothing_and_its_button_confirms(own: Engine, anyone: PersonClient) -> None:
    ask(own)
    path = links(own)["right"]
    before = anyone.get(f"/en/practices/{SLUG}", headers=HTML).headers["ETag"]
    for method in (anyone.get, anyone.head, anyone.get):
        assert method(path).status_code == 200
    assert not row(own, PRACTICE).today
    answer = anyone.send(path, {"answer": "right"})
    assert answer.status_code == 200
    assert "Thank you" in answer.text
    found = row(own, PRACTICE)
    assert (found.today, found.confirmed_by) == (True, "keeper")
    shown = anyone.get(f"/en/practices/{SLUG}", headers=HTML | {"If-None-Match": before})
    assert shown.status_code == 200
    assert re.search(r"Confirmed on [^<]+ by keeper\.", shown.text)
    assert anyone.send(path, {"answer": "right"}).status_code == 410, "a link works once"
    assert anyone.get(path).status_code == 410
    assert ask(own) == freshness.Round()
    assert row(own, "SELECT details, account_id FROM audit_entry WHERE action = 'freshness_answered'").account_id


def test_a_form_from_elsewhere_confirms_nothing(own: Engine, anyone: PersonClient) -> None:
    ask(own)
    path = links(own)["right"]
    assert anyone.post(path, data={"answer": "right"}).status_code == 403
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert anyone.send(path, {"answer": "right"}, headers=headers).status_code == 403
    assert not row(own, PRACTICE).today


@pytest.mark.parametrize("what", ["change", "retire"])
def test_other_answers_become_proposals_with_the_owners_words(own: Engine, anyone: PersonClient, what: str) -> None:
    ask(own)
    path = links(own)[what]
    nothing = anyone.send(path, {"answer": what, "words": "  "})
    assert nothing.status_code == 422
    too_long = anyone.send(path, {"answer": what, "words": "x" * 4001})
    assert too_long.status_code == 422
    assert "x" * 4001 in too_long.text
    assert anyone.send(path, {"answer": what, "words": "It has moved to another house."}).status_code == 200
    proposal = row(own, "SELECT action, proposal.slug, state, note, o.slug AS of FROM proposal "
                        "JOIN organisation o ON o.id = organisation_id")  # fmt: skip
    assert tuple(proposal) == (what, SLUG, "submitted", "It has moved to another house.", "keeper")
    assert not row(own, PRACTICE).today
    assert anyone.get(f"/en/practices/{SLUG}", headers=HTML).status_code == 200
    assert anyone.get(path).status_code == 410


def test_without_an_answer_a_record_is_marked_and_stays(own: Engine, anyone: PersonClient, person: Any) -> None:
    ask(own)
    with own.begin() as connection:  # without a mail server the question lies in the outbox
        run(connection, "UPDATE freshness SET asked_at = now() - interval '30 weeks'")
    assert ask(own) == freshness.Round()
    assert "has not gone out" in person("moderator").get("/en/review/freshness").text
    mailing.send_due(own, Settings())
    assert ask(own) == freshness.Round(), "the weeks are counted from the day on which it left"
    assert "no answer yet" in person("moderator").get("/en/review/freshness").text
    with own.begin() as connection:
        run(connection, "UPDATE freshness SET sent_at = now() - interval '7 weeks'")
    assert "Not confirmed lately" not in anyone.get(f"/en/practices/{SLUG}", headers=HTML).text
    assert ask(own, grace_weeks=8) == freshness.Round()
    assert ask(own) == freshness.Round(0, 0, 1)
    assert "Not confirmed lately" in anyone.get(f"/en/practices/{SLUG}", headers=HTML).text
    assert anyone.send(links(own)["right"], {"answer": "right"}).status_code == 200, "late is better than never"
    assert row(own, PRACTICE).lapsed_on is None
    assert "Not confirmed lately" not in anyone.get(f"/en/practices/{SLUG}", headers=HTML).text


def test_moderators_see_what_is_stale(own: Engine, anyone: PersonClient, person: Any) -> None:
    ask(own)
    page = person("moderator").get("/en/review/freshness").text
    assert f"/en/practices/{SLUG}" in page
    assert "has not gone out" in page
    assert person("partner").get("/en/review/freshness").status_code == 403
    with own.connect() as connection:
        (stale,) = known.stale(connection, 12, "de")
        assert (stale.slug, stale.owner, stale.confirmed) == (SLUG, "keeper", True)
        assert known.stale(connection, 0, "de") == []


def test_a_record_that_has_changed_hands_is_not_confirmed(own: Engine, anyone: PersonClient) -> None:
    ask(own)
    path = links(own)["right"]
    with own.begin() as connection:
        other = add_organisation(connection, "other-keeper")
        run(connection, "UPDATE practice SET owner_id = :o WHERE slug = :s", o=other, s=SLUG)
    assert anyone.send(path, {"answer": "right"}).status_code == 410
    assert not row(own, PRACTICE).today
    assert anyone.get("/en/contribute/fresh/nonsense").status_code == 410


@pytest.mark.parametrize(
    "gone",
    [
        "DELETE FROM member WHERE account_id IN (SELECT id FROM account WHERE mail = 'editor@example.org')",
        "UPDATE account SET disabled_at = now() WHERE mail = 'editor@example.org'",
    ],
)
def test_who_has_left_the_owner_confirms_nothing_any_more(own: Engine, anyone: PersonClient, gone: str) -> None:
    ask(own)
    path = links(own)["right"]
    with own.begin() as connection:
        run(connection, gone)
    assert anyone.send(path, {"answer": "right"}).status_code == 410
    assert not row(own, PRACTICE).today
    with own.begin() as connection:
        run(connection, "UPDATE account SET disabled_at = NULL WHERE mail = 'editor@example.org'")


def test_words_that_something_is_wrong_confirm_nothing_when_approved(own: Engine, anyone: PersonClient) -> None:
    ask(own)
    words = "It has moved.\r\n" * 280  # a line's end counts once, though browsers send two characters
    assert anyone.send(links(own)["change"], {"answer": "change", "words": words}).status_code == 200
    with own.begin() as connection:
        saved = run(connection, "SELECT public_id, revision FROM proposal").one()
        moderation.approve(connection, actor(connection, "moderator"), saved.public_id, saved.revision, SITE)
    assert not row(own, PRACTICE).today


def test_an_owner_is_not_flooded(own: Engine) -> None:
    with own.begin() as connection:
        run(connection, "UPDATE practice SET owner_id = (SELECT id FROM organisation WHERE slug = 'keeper'), "
                        "confirmed_on = current_date - 500")  # fmt: skip
    assert ask(own).asked == known.MOST_OF_OWNER
    assert ask(own).asked == known.MOST_OF_OWNER


def test_the_command_says_what_it_did(own: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.ask_owners(own, Settings()) == 0
    assert capsys.readouterr().out == "1 asked about (1 mails), 0 marked as not confirmed lately\n"


def test_the_courier_asks_once_a_day(own: Engine) -> None:
    assert mailing.ask_owners(own, Settings()).asked == 1
    with own.begin() as connection:
        run(connection, "UPDATE practice SET owner_id = (SELECT id FROM organisation WHERE slug = 'keeper'), "
                        "confirmed_on = current_date - 500")  # fmt: skip
    assert mailing.ask_owners(own, Settings()).asked == 0
    with own.begin() as connection:
        run(connection, "UPDATE freshness SET asked_at = asked_at - interval '1 day'")
    assert mailing.ask_owners(own, Settings()).asked == known.MOST_OF_OWNER
