"""A step that is refused after a form was sent: the page says why and still holds what was typed."""

import re
from typing import Any

import pytest

from mapapp.writing import moderation

from .contributing import NEW, edit_of, fields, id_of, row, send, whole, written
from .people import PersonClient
from .proposing import actor, publish, titled

TYPED = "Typed before it was refused"
KEY = "6f1c2d9e-0000-4000-8000-00000000000a"


def record(people_app: Any, title: str, *, changed: bool = False) -> str:
    """Return the address of the review of a published practice, of which there may be a second version."""
    with people_app.extensions["engine"].begin() as connection:
        author, moderator = actor(connection, "partner", "house"), actor(connection, "moderator", "deciders")
        slug = publish(connection, author, moderator, titled(title))
        if changed:
            publish(connection, author, moderator, titled(f"{title} anew"), action="change", slug=slug)
    return f"/en/review/records/practice/{slug}"


def alert(html: str) -> str:
    """Return what a page says went wrong."""
    return " ".join(re.findall(r'role="alert".*?</div>', html, re.S))


def test_a_form_that_somebody_else_has_sent_is_refused_with_what_was_typed(
    partner_client: PersonClient, other_partner_client: PersonClient
) -> None:
    mine = {name: value for name, value in fields(partner_client.get(NEW).text).items() if name != "csrf"}
    public_id = id_of(partner_client.send(NEW, {**mine, **whole(), "go": "stay"}))
    count = written(other_partner_client)
    theirs = {**mine, **whole(**{"texts-0-title": TYPED}), "note": "And a word", "go": "submit"}
    answer = other_partner_client.send(NEW, theirs)
    assert answer.status_code == 403
    assert "This is not yours to do" in alert(answer.text)
    again = fields(answer.text)
    assert (again["texts-0-title"], again["note"]) == ([TYPED], ["And a word"])
    assert 'data-autosave="' not in answer.text, "scripts would send it again and again"
    assert written(other_partner_client) == count
    assert TYPED not in str(row(partner_client, public_id).values)


def test_a_form_that_is_saved_but_cannot_be_sent_any_more_shows_both(
    people_app: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's step comes between saving and sending."""
    client = person("partner", "hasty")
    public_id = id_of(send(client, NEW, whole()))

    def refuse(*_given: Any) -> None:
        raise moderation.Refused("wrong_state", "agreed")

    monkeypatch.setattr(moderation, "submit", refuse)
    answer = send(client, edit_of(public_id), {"texts-0-title": TYPED}, "submit")
    assert answer.status_code == 409
    assert "has moved on meanwhile" in alert(answer.text)
    assert fields(answer.text)["texts-0-title"] == [TYPED]
    saved = row(client, public_id)
    assert saved.values["texts"]["en"]["title"] == TYPED
    assert fields(answer.text)["revision"] == [str(saved.revision)], "it can be sent from here"


def test_a_fellow_who_sends_what_waits_agreed_is_told_and_keeps_the_form(people_app: Any, person: Any) -> None:
    fellow = person("partner", "careful", second_key=True)
    editor = person("partner", "careful", editor=True, second_key=True)
    public_id = id_of(send(editor, NEW, whole(**{"texts-0-title": TYPED}), "submit"))
    assert row(editor, public_id).state == "agreed"
    address = edit_of(public_id)
    answer = send(fellow, address, {}, "submit")
    assert answer.status_code == 409
    assert "has moved on meanwhile" in alert(answer.text)
    assert fields(answer.text)["texts-0-title"] == [TYPED]
    assert row(fellow, public_id).state == "agreed"


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ({"words": ""}, 422, "Please say why"),
        ({"words": f"{TYPED} {'x' * 4000}"}, 422, "Please shorten this"),
        ({"words": TYPED, "key": KEY}, 403, "does not have the right"),
    ],
)
@pytest.mark.parametrize("step", ["undo", "retire"])
def test_an_undo_that_is_refused_keeps_its_words_where_they_were_typed(
    people_app: Any,
    moderator_client: PersonClient,
    admin_client: PersonClient,
    step: str,
    typed: dict[str, str],
    status: int,
    told: str,
) -> None:
    address = record(people_app, f"Refused {step} {status} {len(typed['words'])}", changed=True)
    if "key" in typed:  # somebody else's form
        typed = {"words": TYPED, "key": f"{KEY[:-1]}{'b' if step == 'undo' else 'c'}"}
        other = record(people_app, f"Another {step}", changed=True)
        assert admin_client.send(f"{other}/{step}", {**typed, "version": "1"}).status_code == 303
    answer = moderator_client.send(f"{address}/{step}", {**typed, "version": "1"})
    assert answer.status_code == status
    assert told in alert(answer.text)
    forms = [one.partition("</form>")[0] for one in answer.text.split("<form")[1:]]
    holding = [one for one in forms if f"{typed['words']}</textarea>" in one] if typed["words"] else []
    assert len(holding) == bool(typed["words"])
    for form in holding:
        assert f'action="{address}/{step}"' in form
        assert step == "retire" or 'name="version" value="1"' in form
    assert "Under way" not in moderator_client.get(address).text, "nothing was proposed"
