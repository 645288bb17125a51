"""Contributing over HTTP: the ways in, a practice from draft to queue, one's own contributions, who may see them."""

import re

import pytest
from sqlalchemy import text

from .contributing import NEW, TITLE, edit_of, fields, id_of, row, scalar, send, whole, written

CHANGE = "/en/contribute/practices/imst-abc-cafe/change"


def test_the_start_page_shows_the_ways_in_and_sets_no_cookie(anyone, partner_client):
    answer = anyone.get("/en/contribute/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert 'action="/en/account/link"' in answer.text
    assert f'name="next" value="{NEW}"' in answer.text
    assert f"sign-in?next={NEW}" in answer.text
    assert f'href="{NEW}"' in partner_client.get("/en/contribute/").text


@pytest.mark.parametrize("address", [NEW, CHANGE, "/en/contribute/services/new"])
def test_somebody_who_is_not_signed_in_is_shown_the_ways_in_first(anyone, address):
    answer = anyone.get(address)
    assert answer.status_code == 200
    assert 'id="form"' not in answer.text
    assert f'name="next" value="{address}"' in answer.text


def test_a_public_practice_leads_to_its_correction_and_sets_no_cookie(anyone):
    answer = anyone.get("/en/practices/imst-abc-cafe")
    assert f'href="{CHANGE}"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_practice_goes_from_the_form_to_the_queue(partner_client):
    answer = send(partner_client, NEW, {"texts-0-title": TITLE}, go="where")
    assert answer.status_code == 303
    assert answer.location.endswith("/edit#where")
    public_id = id_of(answer)
    assert row(partner_client, public_id).state == "draft"
    answer = send(partner_client, edit_of(public_id), whole(), go="submit")
    assert answer.status_code == 303
    stored = row(partner_client, public_id)
    assert stored.state == "submitted"
    assert stored.values["texts"]["en"]["title"] == TITLE
    assert stored.values["location"] == {"lon": 11.4041, "lat": 47.2692}
    assert stored.values["owner"] == "first-organisation"
    assert stored.organisation_id == partner_client.organisation_id
    assert "With the moderators" in partner_client.get(answer.location).text
    listed = partner_client.get("/en/contribute/mine").text
    assert TITLE in listed


def test_somebody_without_an_account_suggests_a_correction(contributor_client):
    answer = send(contributor_client, CHANGE, {"texts-0-summary": "It is on Mondays.", "note": "I go there."}, "submit")
    stored = row(contributor_client, id_of(answer))
    assert (stored.state, stored.action, stored.slug, stored.note) == (
        "submitted", "change", "imst-abc-cafe", "I go there.",
    )  # fmt: skip
    assert stored.base_version == 1
    changed = {name for name in stored.values if stored.values[name] != stored.base[name]}
    assert changed == {"texts"}
    assert contributor_client.get("/en/practices/imst-abc-cafe").text.count("It is on Mondays.") == 0


def test_a_second_visit_to_a_correction_goes_on_with_the_first(partner_client):
    answer = send(partner_client, "/en/contribute/practices/utrecht-plan-einstein/change", {"note": "one"})
    public_id = id_of(answer)
    again = partner_client.get("/en/contribute/practices/utrecht-plan-einstein/change")
    assert again.status_code == 303
    assert again.location == edit_of(public_id)


def test_a_form_that_is_sent_twice_makes_one_proposal(partner_client):
    values = {**fields(partner_client.get(NEW).text), **whole(), "go": "submit"}
    before = written(partner_client)
    first, second = partner_client.send(NEW, values), partner_client.send(NEW, values)
    assert id_of(first) == id_of(second)
    assert written(partner_client) == before + 1
    mails = "SELECT count(*) FROM message WHERE kind = 'proposal_submitted' AND plain LIKE :id"
    assert scalar(partner_client, mails, id=f"%{id_of(first)}%") == 1
    edit = edit_of(id_of(first))
    more = {**fields(partner_client.get(edit).text), "texts-0-title": "Another title", "go": "submit"}
    assert [partner_client.send(edit, more).status_code for _ in range(2)] == [303, 303]
    assert scalar(partner_client, mails, id=f"%{id_of(first)}%") == 2


def test_two_windows_do_not_overwrite_each_other(partner_client):
    edit = edit_of(id_of(send(partner_client, NEW, whole())))
    here = fields(partner_client.get(edit).text)
    assert send(partner_client, edit, {"texts-0-title": "From the other window"}).status_code == 303
    answer = partner_client.send(edit, {**here, "texts-0-title": "From this window", "go": "stay"})
    assert answer.status_code == 409
    assert 'value="From this window"' in answer.text
    assert "another window" in answer.text
    answer = partner_client.send(edit, {**fields(answer.text), "go": "stay"})
    assert answer.status_code == 303
    assert 'value="From this window"' in partner_client.get(edit).text


def test_a_new_form_that_lay_open_does_not_overwrite_its_draft(partner_client):
    old = {**fields(partner_client.get(NEW).text), **whole(), "go": "stay"}
    edit = edit_of(id_of(partner_client.send(NEW, old)))
    send(partner_client, edit, {"texts-0-title": "Written on"})
    answer = partner_client.send(NEW, {**old, "texts-0-title": "From the page before"})
    assert answer.status_code == 409
    assert f'action="{edit}"' in answer.text
    assert 'value="Written on"' in partner_client.get(edit).text


def test_a_script_saves_and_is_told_where_to_go_on(partner_client):
    values = {**fields(partner_client.get(NEW).text), "texts-0-title": "By itself", "go": "autosave"}
    answer = partner_client.send(NEW, values, headers={"Accept": "application/json"})
    assert answer.json["revision"] == 1
    answer = partner_client.send(answer.json["to"], {**values, "revision": "9"}, headers={"Accept": "application/json"})
    assert answer.status_code == 200  # the same words again: nothing to save, whatever the page believed
    values |= {"texts-0-title": "By itself, changed", "revision": "9"}
    answer = partner_client.send(answer.json["to"], values, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "still on this page" in answer.json["detail"]


def test_the_author_follows_answers_and_takes_back(partner_client, moderator_client):
    from mapapp.writing import moderation

    from .proposing import SITE

    public_id = id_of(send(partner_client, NEW, whole(**{"texts-0-title": "Asked about"}), "submit"))
    moderator = moderation.Actor(moderator_client.account_id, "moderator")
    with partner_client.application.extensions["engine"].begin() as connection:
        moderation.ask(connection, moderator, public_id, 1, "Since when?", SITE)  # type: ignore[arg-type]
    address = f"/en/contribute/proposals/{public_id}"
    assert "Since when?" in partner_client.get(address).text
    assert "Question to you" in partner_client.get("/en/contribute/mine").text
    assert partner_client.send(f"{address}/answer", {"words": " "}).status_code == 422
    assert partner_client.send(f"{address}/answer", {"words": "Since 2019."}).status_code == 303
    page = partner_client.get(address).text
    assert "Since 2019." in page
    assert 'name="words"' not in page
    with partner_client.application.extensions["engine"].begin() as connection:
        moderation.return_(connection, moderator, public_id, 1, "Which town?", SITE)  # type: ignore[arg-type]
    assert "Which town?" in partner_client.get("/en/contribute/mine").text
    assert "Which town?" in partner_client.get(edit_of(public_id)).text
    assert partner_client.send(f"{address}/withdraw").status_code == 303
    assert row(partner_client, public_id).state == "withdrawn"
    assert send(partner_client, edit_of(public_id), {}, "submit").status_code == 303
    assert partner_client.send(f"{address}/answer", {"words": "again"}).status_code in (303, 409)


def test_a_contribution_is_its_authors_and_their_organisations(person, partner_client, other_partner_client):
    public_id = id_of(send(partner_client, NEW, whole()))
    fellow = person("partner", "first-organisation")
    for tail in ("", "/edit", "/preview"):
        address = f"/en/contribute/proposals/{public_id}{tail}"
        assert partner_client.get(address).status_code == 200, tail
        assert fellow.get(address).status_code == 200, tail
        assert other_partner_client.get(address).status_code == 404, tail
        assert person("moderator").get(address).status_code == 404, tail
    for tail in ("/edit", "/withdraw", "/answer"):
        answer = other_partner_client.send(f"/en/contribute/proposals/{public_id}{tail}", {"words": "x"})
        assert answer.status_code == 404, tail
    assert TITLE not in other_partner_client.get("/en/contribute/mine").text


def test_the_preview_is_the_page_and_nobody_else_sees_it(anyone, partner_client):
    words = {"texts-0-title": "Preview of a garden", "texts-0-description": "It **grows**.", "partners": "One\nTwo"}
    public_id = id_of(send(partner_client, NEW, whole(**words), "preview"))
    page = partner_client.get(f"/en/contribute/proposals/{public_id}/preview").text
    assert re.search(r"<h1[^>]*>Preview of a garden</h1>", page)
    assert "<strong>grows</strong>" in page
    assert "One and Two" in page
    assert 'name="robots" content="noindex"' in page
    assert "application/ld+json" not in page
    assert "Preview of a garden" not in anyone.get("/en/?q=garden").text


def test_similar_practices_are_named_in_the_page_and_for_scripts(partner_client):
    public_id = id_of(send(partner_client, NEW, {"texts-0-title": "ABC-Café Imst"}))
    page = partner_client.get(edit_of(public_id)).text
    assert "Could it be one of these?" in page
    assert 'href="/en/practices/imst-abc-cafe"' in page
    found = partner_client.get("/en/contribute/similar?title=ABC-Caf%C3%A9%20Imst").text
    assert 'href="/en/contribute/practices/imst-abc-cafe/change"' in found
    without = partner_client.get("/en/contribute/similar?title=ABC-Caf%C3%A9%20Imst&except=imst-abc-cafe").text
    assert "/en/practices/imst-abc-cafe" not in without
    assert "hidden" in partner_client.get("/en/contribute/similar?title=x").text


def test_what_is_not_there_is_said_so(partner_client):
    for address in (
        "/en/contribute/practices/no-such-practice/change",
        "/en/contribute/proposals/00000000-0000-4000-8000-000000000000",
        "/en/contribute/proposals/00000000-0000-4000-8000-000000000000/edit",
        "/en/contribute/regions/new",
    ):
        assert partner_client.get(address).status_code == 404, address


def test_a_correction_of_a_merged_practice_leads_to_the_one_that_took_its_place(partner_client):
    with partner_client.application.extensions["engine"].begin() as connection:
        connection.execute(
            text("INSERT INTO former_record (kind, slug, moved_to) VALUES ('practice', 'was-there', 'imst-abc-cafe')")
        )
    assert partner_client.get("/en/contribute/practices/was-there/change").location == CHANGE


def test_a_service_leads_to_its_correction(anyone):
    assert 'href="/en/contribute/services/imst-abc-cafe/change"' in anyone.get("/en/services/imst-abc-cafe").text
