"""Who is told of evaluations and of merged records, and in which language: those concerned, once, nobody of their own
step."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from mapapp.writing import moderation

from .proposing import SITE, actor, practice_values, propose, publish, titled


@pytest.fixture
def connection(session: Any) -> Connection:
    found: Connection = session.connection()
    return found


@pytest.fixture
def people(connection: Connection) -> Any:
    """An editor of the house that keeps a record up, who reads German, a stranger, and two who decide."""
    found = {
        "editor": actor(connection, "partner", "house", editor=True),
        "plain": actor(connection, "partner", "house"),
        "other": actor(connection, "partner", "elsewhere", editor=True),
        "moderator": actor(connection, "moderator"),
        "admin": actor(connection, "admin"),
    }
    for name, language in (("editor", "de"), ("other", "it")):
        given = {"id": found[name].id, "language": language}
        connection.execute(text("UPDATE account SET language = :language WHERE id = :id"), given)
    return found


def told(connection: Connection) -> list[tuple[str, str, str]]:
    """Return (kind, receiver, language) of every mail since this was asked last."""
    found = connection.execute(text("SELECT kind, receiver, language FROM message ORDER BY kind, receiver")).all()
    connection.execute(text("DELETE FROM message"))
    return [tuple(one) for one in found]


def saying(slug: str) -> dict[str, Any]:
    words = {"strength": "It is new.", "room_for_improvement": None, "evidence": None}
    return {
        "practice": slug,
        "framework": "REGIN",
        "version": "2021",
        "evaluator": "A team",
        "date": "2026-05",
        "source_url": None,
        "language": "en",
        "criteria": {"Innovation": {"level": "high", **words}},
    }


def test_an_evaluation_is_told_to_its_author_and_to_those_who_keep_the_practice_up(connection, people):
    slug = publish(connection, people["editor"], people["moderator"], practice_values(owner="house"))
    told(connection)
    saved = propose(connection, people["admin"], saying(slug), kind="evaluation", slug=slug, language="it")
    assert told(connection) == [("proposal_submitted", "no-admin@example.org", "it")]
    moderation.approve(connection, people["moderator"], saved.public_id, saved.revision, SITE)
    links = dict(connection.execute(text("SELECT kind, plain FROM message")).all())
    assert f"/it/practices/{slug}" in links["proposal_approved"]
    assert f"/de/practices/{slug}" in links["owned_changed"]
    assert "nicht mehr öffentlich" not in links["owned_changed"]
    assert told(connection) == [
        ("owned_changed", "house-partner-editor@example.org", "de"),  # the account's language
        ("proposal_approved", "no-admin@example.org", "it"),  # the one it was written in
    ]


def test_mails_about_an_evaluation_name_the_practice_and_say_what_is_public(connection, people):
    values = titled("A garden for all", owner="house")
    slug = publish(connection, people["editor"], people["moderator"], values)
    told(connection)
    saved = propose(connection, people["admin"], saying(slug), kind="evaluation", slug=slug)
    moderation.approve(connection, people["moderator"], saved.public_id, saved.revision, SITE)
    mails = connection.execute(text("SELECT kind, subject, plain, html FROM message")).all()
    assert {one.kind for one in mails} == {"proposal_submitted", "proposal_approved", "owned_changed"}
    for one in mails:
        for said in (one.subject, one.plain, one.html):
            assert "A garden for all" in said
            assert "on the public map" not in said
            assert f"“{slug}”" not in said
    approved = next(one for one in mails if one.kind == "proposal_approved")
    assert "Your evaluation" in approved.plain
    assert "Your evaluation" in approved.html


def test_an_evaluation_by_the_house_itself_and_one_of_a_practice_of_nobody_tell_no_owner(connection, people):
    own = publish(connection, people["editor"], people["moderator"], practice_values(owner="house"))
    nobodys = publish(connection, people["other"], people["moderator"], titled("Nobody keeps this up"))
    evaluator = people["plain"]._replace(may_evaluate=True)
    told(connection)
    for slug, organisation in ((own, "house"), (nobodys, None)):
        publish(
            connection,
            evaluator,
            people["moderator"],
            saying(slug),
            kind="evaluation",
            slug=slug,
            organisation=organisation,
        )
        assert {kind for kind, _receiver, _language in told(connection)} == {"proposal_submitted", "proposal_approved"}


def test_a_merge_is_told_to_its_author_and_to_those_who_kept_up_what_went(connection, people):
    gone = publish(connection, people["editor"], people["moderator"], titled("One of two", owner="house"))
    stays = publish(connection, people["other"], people["moderator"], titled("Other of two", owner="elsewhere"))
    told(connection)
    saved = propose(
        connection, people["moderator"], {"into": stays}, action="merge", slug=gone, note="The same", language="it"
    )
    told(connection)
    moderation.approve(connection, people["admin"], saved.public_id, saved.revision, SITE)
    plain = dict(connection.execute(text("SELECT kind, plain FROM message")).all())
    assert "One of two" in plain["owned_changed"]
    assert "nicht mehr öffentlich" not in plain["owned_changed"]
    assert "Adresse führt dorthin" in plain["owned_changed"]
    assert "L’indirizzo porta lì" in plain["proposal_merged"]
    assert told(connection) == [
        ("owned_changed", "house-partner-editor@example.org", "de"),
        ("proposal_merged", "no-moderator@example.org", "it"),
    ]
