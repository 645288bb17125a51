"""Nothing typed is lost: forms that outlived their session, their record or their place, words that are too long."""

import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from mapapp.views import guarding
from mapapp.writing import moderation
from mapapp.writing.attempts import Limit

from .contributing import NEW, edit_of, fields, id_of, row, send, whole, written
from .entering import change, give_password, made
from .proposing import SITE, actor, propose, publish, titled

pytestmark = pytest.mark.usefixtures("quick_passwords")
SAME = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
TYPED = "Typed while the world went on"


@pytest.fixture
def published(people_app: Any) -> Any:
    """The way to publish a practice: returns its slug."""

    def put(title: str) -> str:
        with people_app.extensions["engine"].begin() as connection:
            return publish(connection, actor(connection, "partner", "house"), _moderator(connection), titled(title))

    return put


@pytest.fixture
def retire(people_app: Any) -> Any:
    """The way to take a practice off the map; returns the id of the proposal."""

    def put(slug: str) -> str:
        with people_app.extensions["engine"].begin() as connection:
            author = actor(connection, "partner", "house")
            saved = propose(connection, author, {}, action="retire", slug=slug, note="It has closed.")
            moderation.approve(connection, _moderator(connection), saved.public_id, saved.revision, SITE)
        return str(saved.public_id)

    return put


def _moderator(connection: Any) -> Any:
    return actor(connection, "moderator", "deciders")


def carried(html: str) -> dict[str, list[str]]:
    """Return the fields of the page that sends a kept form again."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', html, re.S):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_a_large_form_whose_session_ended_is_saved_after_signing_in(people_app: Any, anyone: Any) -> None:
    anyone.account_id = made(people_app, "large@example.org", "contributor")
    give_password(anyone, "large@example.org")
    edit = edit_of(id_of(send(anyone, NEW, whole())))
    form = {**fields(anyone.get(edit).text), "csrf": anyone.csrf(), "texts-0-title": TYPED, "go": "stay"}
    change(people_app, "DELETE FROM session WHERE id = :id", id=anyone.session_id)
    photo = FileStorage(io.BytesIO(b"\xff\xd8\xff" + b"\0" * 2 * 1024 * 1024), "large.jpg")
    boundary, body = encode_multipart(MultiDict({**form, "new_photos": photo}))
    answer = anyone.post(edit, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=SAME)
    assert answer.status_code == 401
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept
    again = give_password(anyone, "large@example.org", kept=unescape(kept[1]))
    assert again.status_code == 200
    assert anyone.send(edit, carried(again.text)).status_code == 303
    texts = row(anyone, edit.split("/")[-2]).values["texts"]
    assert texts["en"]["title"] == TYPED
    assert texts["en"]["summary"] == "Neighbours meet and learn."


MEGABYTE = 1024 * 1024
NEW_VIEW = "contribute.create"


def posted(client: Any, address: str, form: dict[str, Any], megabytes: int) -> Any:
    """Send a form with a photo of so many megabytes, as browsers do without scripts."""
    photo = FileStorage(io.BytesIO(b"\xff\xd8\xff" + b"\0" * megabytes * MEGABYTE), "large.jpg")
    boundary, body = encode_multipart(MultiDict({**form, "new_photos": photo, "note": "Typed below the photos"}))
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=SAME)


@pytest.fixture
def small_limits(people_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_app.view_functions[NEW_VIEW], "largest_body", 2 * MEGABYTE)
    monkeypatch.setattr(guarding, "LARGEST_OF_STRANGERS", MEGABYTE)
    monkeypatch.setattr(guarding, "LARGEST_SIFTED", 5 * MEGABYTE)


def test_a_form_with_too_many_photos_comes_back_with_its_text(partner_client: Any, small_limits: None) -> None:
    form = {**fields(partner_client.get(NEW).text), **whole(**{"texts-0-title": TYPED}), "go": "stay"}
    count = written(partner_client)
    answer = posted(partner_client, NEW, form, 3)
    assert answer.status_code == 413
    assert "photos and tables are not" in answer.text
    assert written(partner_client) == count
    again = carried(answer.text)
    assert (again["texts-0-title"], again["note"]) == ([TYPED], ["Typed below the photos"])
    saved = row(partner_client, id_of(partner_client.send(NEW, again)))
    assert saved.values["texts"]["en"]["title"] == TYPED
    told = posted(partner_client, NEW, {**form, "csrf": "not ours"}, 3)
    assert told.status_code == 403


def test_a_text_that_is_itself_too_large_lies_open_to_be_shortened(partner_client: Any) -> None:
    public_id = id_of(send(partner_client, NEW, whole()))
    words = "Wörter\n" * 200_000
    answer = partner_client.send(f"/en/contribute/proposals/{public_id}/answer", {"words": words})
    assert answer.status_code == 413
    shown = re.search(
        r'<textarea class="input" id="kept-1" name="words" rows="8">\n(.*?)</textarea>', answer.text, re.S
    )
    assert shown
    assert unescape(shown[1]) == words
    form = {**fields(partner_client.get(NEW).text), **whole(note=words)}
    boundary, body = encode_multipart(MultiDict({**form, "csrf": partner_client.csrf(), "go": "stay"}))
    kind = f"multipart/form-data; boundary={boundary}"
    answer = partner_client.post(NEW, data=body, content_type=kind, headers=SAME)
    assert answer.status_code == 422
    assert words[:9000] in answer.text


def test_photos_and_a_session_that_ended_cost_the_photos_only(people_app: Any, anyone: Any, small_limits: None) -> None:
    anyone.account_id = made(people_app, "photos@example.org", "contributor")
    give_password(anyone, "photos@example.org")
    form = {**fields(anyone.get(NEW).text), **whole(**{"texts-0-title": TYPED}), "csrf": anyone.csrf(), "go": "stay"}
    change(people_app, "DELETE FROM session WHERE id = :id", id=anyone.session_id)
    answer = posted(anyone, NEW, form, 3)
    assert answer.status_code == 401
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept
    again = carried(give_password(anyone, "photos@example.org", kept=unescape(kept[1])).text)
    assert (again["texts-0-title"], again["note"]) == ([TYPED], ["Typed below the photos"])


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_size: Any) -> bytes:
        raise AssertionError("it was read")

    readline = readinto = read  # type: ignore[assignment]


def unread(client: Any, megabytes: int, headers: dict[str, str]) -> int:
    """Return the answer to a form that says that it is so large, and of which nothing can be read."""
    environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(megabytes * MEGABYTE)}
    kind = "multipart/form-data; boundary=x"
    return int(client.post(NEW, content_type=kind, headers=headers, environ_overrides=environ).status_code)


def test_a_hostile_body_is_refused_unread_and_strangers_are_counted(
    people_app: Any, partner_client: Any, anyone: Any, small_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [unread(client, 6, SAME) for client in (partner_client, anyone)] == [413, 413]
    monkeypatch.setattr(guarding, "SIFTED", Limit(2, timedelta(hours=1)))
    change(people_app, "DELETE FROM attempt")
    form = {**whole(), "csrf": anyone.csrf()}
    assert [posted(anyone, NEW, form, 3).status_code for _ in range(4)] == [401, 401, 413, 413]
    assert unread(anyone, 3, {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}) == 403


def test_a_form_too_long_to_be_kept_says_so_and_promises_nothing(
    people_app: Any, anyone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapapp.views import interrupted

    monkeypatch.setattr(interrupted, "LONGEST", 200)
    anyone.account_id = made(people_app, "longer@example.org", "contributor")
    give_password(anyone, "longer@example.org")
    edit = edit_of(id_of(send(anyone, NEW, whole())))
    form = {**fields(anyone.get(edit).text), "csrf": anyone.csrf(), "note": "x" * 500}
    change(people_app, "DELETE FROM session WHERE id = :id", id=anyone.session_id)
    answer = anyone.send(edit, form)
    assert answer.status_code == 401
    assert 'name="kept"' not in answer.text
    assert "too long to be kept" in answer.text


def test_a_form_of_which_only_a_part_arrives_changes_nothing(partner_client: Any, moderator_client: Any) -> None:
    public_id = id_of(send(partner_client, NEW, whole()))
    before = row(partner_client, public_id)
    for client, address in (
        (partner_client, edit_of(public_id)),
        (partner_client, NEW),
        (partner_client, "/en/contribute/practices/imst-abc-cafe/change"),
        (moderator_client, "/en/contribute/practices/imst-abc-cafe/evaluate"),
    ):
        count = written(client)
        assert client.send(address, {}).status_code == 400, address
        assert written(client) == count, address
    assert row(partner_client, public_id) == before


def test_an_evaluation_that_was_published_meanwhile_becomes_a_change_of_it(
    person: Any, people_app: Any, published: Any, retire: Any
) -> None:
    client = person("moderator")
    slug = published("Evaluated meanwhile")
    address = f"/en/contribute/practices/{slug}/evaluate"
    given = {"evaluator": "A team", "date": "2026-10", "criteria-0-strength": "It is new.", "criteria-0-level": "high"}
    public_id = id_of(send(client, address, given, "submit"))
    here = fields(client.get(edit_of(public_id)).text)
    with people_app.extensions["engine"].begin() as connection:
        revision = row(client, public_id).revision
        moderation.approve(connection, _moderator(connection), public_id, revision, SITE)  # type: ignore[arg-type]
    answer = client.send(edit_of(public_id), {**here, "criteria-0-strength": TYPED, "go": "stay"})
    assert answer.status_code == 409
    assert TYPED in answer.text
    assert f'action="{address}"' in answer.text
    assert "data-autosave" not in answer.text
    again = id_of(client.send(address, {**fields(answer.text), "go": "stay"}))
    assert again != public_id
    assert TYPED in str(row(client, again).values)
    retire(slug)
    answer = client.send(edit_of(public_id), {**here, "criteria-0-strength": TYPED, "go": "stay"})
    assert answer.status_code == 409
    assert TYPED in answer.text
    assert "not public any more" in answer.text


def test_a_change_of_a_record_that_went_keeps_what_was_typed(
    contributor_client: Any, published: Any, retire: Any
) -> None:
    address = f"/en/contribute/practices/{published('Gone while somebody wrote')}/change"
    form = {**fields(contributor_client.get(address).text), "texts-0-summary": TYPED, "go": "submit"}
    retire(address.split("/")[-2])
    count = written(contributor_client)
    answer = contributor_client.send(address, form)
    assert answer.status_code == 404
    assert TYPED in answer.text
    assert "not public any more" in answer.text
    assert "data-autosave" not in answer.text
    assert "data-lies-open" in answer.text
    assert written(contributor_client) == count


def test_scripts_do_not_save_over_another_window(partner_client: Any) -> None:
    edit = edit_of(id_of(send(partner_client, NEW, whole())))
    page = partner_client.get(edit).text
    assert " data-autosave" in page
    assert send(partner_client, edit, {"texts-0-title": "From the other window"}).status_code == 303
    answer = partner_client.send(edit, {**fields(page), "texts-0-title": "From this window", "go": "stay"})
    assert answer.status_code == 409
    assert " data-autosave" not in answer.text
    assert " data-lies-open" in answer.text


def test_words_that_are_too_long_are_told_and_kept_whole(partner_client: Any, moderator_client: Any) -> None:
    public_id = id_of(send(partner_client, NEW, whole(), "submit"))
    answer = send(partner_client, edit_of(public_id), {"note": "n" * 4001})
    assert answer.status_code == 422
    assert "n" * 4001 in answer.text
    lines = "line\r\n" * 700  # 4,200 characters as browsers send them, 3,499 as people count them
    assert send(partner_client, edit_of(public_id), {"note": lines}, "submit").status_code == 303
    address = f"/en/review/{public_id}"
    answer = moderator_client.send(f"{address}/ask", {"revision": "2", "words": "w" * 4001})
    assert answer.status_code == 422
    assert "w" * 4001 in answer.text
    assert "shorten this to 4000" in answer.text
    revision = str(row(partner_client, public_id).revision)
    assert moderator_client.send(f"{address}/ask", {"revision": revision, "words": "Since when?"}).status_code == 303
    own = f"/en/contribute/proposals/{public_id}"
    answer = partner_client.send(f"{own}/answer", {"words": "a" * 4001})
    assert answer.status_code == 422
    assert "a" * 4001 in answer.text
    assert partner_client.send(f"{own}/answer", {"words": "line\r\n" * 700}).status_code == 303


def test_an_answer_that_came_too_late_is_still_on_the_page(partner_client: Any) -> None:
    public_id = id_of(send(partner_client, NEW, whole()))
    answer = partner_client.send(f"/en/contribute/proposals/{public_id}/answer", {"words": TYPED})
    assert answer.status_code == 409
    assert TYPED in answer.text


def test_what_moderators_typed_is_kept_when_it_cannot_be_proposed(moderator_client: Any) -> None:
    address = "/en/review/records/practice/imst-abc-cafe"
    count = written(moderator_client)
    for step, given in (
        ("merge", {"into": "no-such-practice", "words": TYPED}),
        ("merge", {"into": "utrecht-plan-einstein", "words": ""}),
        ("retire", {"words": "x" * 4001}),
    ):
        answer = moderator_client.send(f"{address}/{step}", given)
        assert answer.status_code == 422, step
        for typed in given.values():
            assert typed.strip() in answer.text, (step, given)
        assert re.search(r'<details class="speak" open>', answer.text), (step, given)
    assert written(moderator_client) == count


def test_every_step_has_words_and_what_was_retired_is_not_called_published(
    people_app: Any, person: Any, published: Any, retire: Any
) -> None:
    client, fellow = person("partner", "first-organisation", editor=True), person("partner", "house")
    slug = published("Soon off the map")
    public_id = id_of(send(client, f"/en/contribute/practices/{slug}/change", {"texts-0-summary": "New."}, "submit"))
    change(
        people_app,
        "INSERT INTO proposal_step (proposal_id, step, revision, account_id) "
        "SELECT id, 'caught_up', revision, author_id FROM proposal "
        "WHERE public_id = :id",
        id=public_id,
    )
    page = client.get(f"/en/contribute/proposals/{public_id}")
    assert page.status_code == 200
    assert "Put on top of the record as it is now" in page.text
    with people_app.extensions["engine"].begin() as connection:
        moderation.approve(connection, _moderator(connection), public_id, 1, SITE)  # type: ignore[arg-type]
    assert "Published. Thank you!" in client.get(f"/en/contribute/proposals/{public_id}").text
    removal = retire(slug)
    page = client.get(f"/en/contribute/proposals/{public_id}").text
    assert "Published. Thank you!" not in page
    assert "Not public any more" in page
    assert f'href="/en/practices/{slug}"' not in page
    page = fellow.get(f"/en/contribute/proposals/{removal}").text
    assert "Soon off the map" in page
    assert "Taken off the map" in page
    assert "Published" not in page
    assert "Taken off the map" in fellow.get("/en/contribute/mine").text
