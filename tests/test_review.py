"""Review in the browser's requests: the queue, one proposal in words, decisions, and who may see which of it."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from mapapp.queries.values import of_practice

from .people import PersonClient
from .proposing import Belongs, actor, propose, publish, service_values, state_of, titled

KEY = "6f1c2d9e-0000-4000-8000-000000000001"


@pytest.fixture
def put(people_app: Any) -> Any:
    """The way to send a proposal: returns its address in the review."""

    def send(values: dict[str, Any], kind: str = "practice", organisation: str = "house", **draft: Any) -> str:
        with people_app.extensions["engine"].begin() as connection:
            author = actor(connection, "partner", organisation)
            saved = propose(connection, author, values, kind=kind, organisation=organisation, **draft)
        return f"/en/review/{saved.public_id}"

    return send


def state(people_app: Any, address: str) -> str:
    with people_app.extensions["engine"].connect() as connection:
        return state_of(connection, address.rsplit("/", 1)[-1])  # type: ignore[arg-type]


def values_of(people_app: Any, slug: str) -> dict[str, Any]:
    with people_app.extensions["engine"].connect() as connection:
        known = of_practice(connection, slug)
    assert known
    return known.values


def version_of(people_app: Any, slug: str) -> int:
    with people_app.extensions["engine"].connect() as connection:
        known = of_practice(connection, slug)
    assert known
    return known.version


def decide(client: PersonClient, address: str, step: str, words: str = "", revision: int = 1) -> Any:
    return client.send(f"{address}/{step}", {"revision": str(revision), "words": words})


def test_an_approved_practice_is_public_at_once(people_app: Any, moderator_client: PersonClient, put: Any) -> None:
    address = put(titled("Orchard of Words"))
    queue = moderator_client.get("/en/review/")
    assert queue.status_code == 200
    assert "Orchard of Words" in queue.text
    page = moderator_client.get(address)
    assert page.status_code == 200
    for words in ("Orchard of Words", "New practice", "Neighbours meet.", "47.269° N", "house-partner"):
        assert words in page.text, words
    assert "Orchard of Words" not in moderator_client.get("/en/?q=orchard").text.replace('value="orchard"', "")
    answer = decide(moderator_client, address, "approve")
    assert answer.status_code == 303
    done = moderator_client.get(answer.location)
    assert "is published" in done.text
    assert moderator_client.get("/en/practices/orchard-of-words").status_code == 200
    assert "Orchard of Words" in moderator_client.get("/en/?q=orchard").text
    assert moderator_client.get(address).status_code == 200  # as history


def test_a_change_is_shown_in_words_and_on_the_map(people_app: Any, moderator_client: PersonClient, put: Any) -> None:
    known = values_of(people_app, "imst-abc-cafe")
    known["website"], known["location"] = "https://example.org/new", {"lon": 10.9, "lat": 47.3}
    known["themes"] = [*known["themes"][1:], "health"]
    known["owner"], known["project"], known["territories"] = "house", "eu-belong", ["AT335"]
    source = known["texts"][known["language"]]
    source["summary"] = f"Newly said. {source['summary']}"
    page = moderator_client.get(put(known, action="change", slug="imst-abc-cafe")).text
    assert "7 changes" in page, re.findall(r"\d+ changes", page)
    assert re.search(r'<ins><span class="visually-hidden">\[new: </span>Newly said', page)
    for words in ("https://example.org/new", "Health", "km away", 'data-before="47.', 'data-after="47.3,10.9"'):
        assert words in page, words
    for named in ("EU-BELONG: ", "(AT335)"):  # not by their keys
        assert named in page, named


def test_a_return_says_why_and_what_was_typed_is_kept(
    people_app: Any, moderator_client: PersonClient, put: Any
) -> None:
    address = put(titled("Returned once"))
    refused = decide(moderator_client, address, "return", "  ")
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert state(people_app, address) == "submitted"
    assert decide(moderator_client, address, "ask", "Since when?").status_code == 303
    assert "question not answered yet" in moderator_client.get("/en/review/").text
    done = moderator_client.get(decide(moderator_client, address, "return", "Please name a source.").location)
    assert "went back to its author" in done.text
    assert state(people_app, address) == "returned"
    page = moderator_client.get(address)
    assert "Please name a source." in page.text
    assert "Since when?" in page.text  # among the steps


def test_a_decision_on_what_is_not_there_any_more_is_told_and_loses_no_words(
    people_app: Any, moderator_client: PersonClient, admin_client: PersonClient, put: Any
) -> None:
    address = put(titled("Decided by another"))
    assert decide(moderator_client, address, "approve").status_code == 303
    late = decide(admin_client, address, "return", "My long reasons")
    assert late.status_code == 409
    assert "Somebody else has decided meanwhile" in late.text
    assert "My long reasons" in late.text
    changed = put(titled("Changed meanwhile"))
    assert decide(moderator_client, changed, "approve", revision=7).status_code == 409
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("UPDATE proposal SET state = 'draft' WHERE public_id = :id"), {"id": changed[-36:]})
    assert moderator_client.get(changed).status_code == 404
    taken_back = decide(moderator_client, changed, "return", "My other reasons")
    assert taken_back.status_code == 409
    assert "My other reasons" in taken_back.text
    assert "Neighbours meet." not in taken_back.text  # what its author writes on is not shown


def test_a_stale_proposal_is_shown_with_three_states_and_put_on_top_of_the_record(
    people_app: Any, moderator_client: PersonClient, put: Any
) -> None:
    slug = "amsterdam-hackyourfuture"
    known = values_of(people_app, slug)
    late = put({**known, "organisation": "Ours", "place_name": "Rotterdam"}, action="change", slug=slug)
    early = put({**known, "organisation": "Theirs", "start_year": 2011}, action="change", slug=slug)
    assert decide(moderator_client, early, "approve").status_code == 303
    for page in (moderator_client.get(late), decide(moderator_client, late, "approve")):
        for words in ("The record has changed since", "both changed it", "Theirs", "Ours", "2011"):
            assert words in page.text, words
    assert page.status_code == 409
    answer = decide(moderator_client, late, "catch-up")
    assert answer.status_code == 303
    page = moderator_client.get(answer.location)
    assert "2 changes" in page.text  # on top of what the other one made
    assert decide(moderator_client, late, "approve", revision=2).status_code == 303
    after = values_of(people_app, slug)
    assert (after["organisation"], after["place_name"], after["start_year"]) == ("Ours", "Rotterdam", 2011)


def test_an_organisation_that_wants_it_agrees_first(person: Any, moderator_client: PersonClient, put: Any) -> None:
    editor = person("partner", "careful", editor=True, second_key=True)
    with editor.application.extensions["engine"].begin() as connection:
        actor(connection, "partner", "careful", second_key=True)
        text_of = text("UPDATE organisation SET second_key = true WHERE slug = 'careful'")
        connection.execute(text_of)
        author = actor(connection, "partner", "elsewhere")
        own = Belongs(editor.organisation_id, "careful", "careful", False)
        saved = propose(connection, author._replace(organisations=(own,)), titled("Careful"), organisation="careful")
    address = f"/en/review/{saved.public_id}"
    page = moderator_client.get(address)
    assert "has to agree first" in page.text
    assert "/approve" not in page.text
    assert decide(moderator_client, address, "approve").status_code == 409
    elsewhere = put(titled("Not theirs to see"))
    assert 'href="/en/review/"' in editor.get("/en/contribute/mine").text, "the way to it is in the bar"
    queue = editor.get("/en/review/")
    assert "Careful" in queue.text
    assert "Not theirs to see" not in queue.text
    assert editor.get(elsewhere).status_code == 404
    assert decide(editor, address, "approve").status_code == 403
    assert decide(editor, address, "agree").status_code == 303
    assert decide(moderator_client, address, "approve").status_code == 303


def test_review_is_closed_to_everybody_else(
    anyone: PersonClient, other_partner_client: PersonClient, contributor_client: PersonClient, put: Any
) -> None:
    address = put(titled("Only for moderators"))
    record = "/en/review/records/practice/imst-abc-cafe"
    for path in ("/en/review/", address, "/en/review/duplicates", record):
        assert anyone.get(path).status_code == 303
        for client in (other_partner_client, contributor_client):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert "Only for moderators" not in answer.text
    for step in ("approve", "return", "ask", "agree", "catch-up"):
        assert decide(other_partner_client, address, step, "words").status_code == 403
    for what in ("retire", "undo", "merge"):
        assert other_partner_client.send(f"{record}/{what}", {"words": "why"}).status_code == 403


def test_nobody_decides_on_their_own_proposal(
    people_app: Any, moderator_client: PersonClient, admin_client: PersonClient
) -> None:
    record = "/en/review/records/practice/aragon-senderos"
    assert moderator_client.send(f"{record}/retire", {"words": ""}).status_code == 422
    sent = moderator_client.send(f"{record}/retire", {"words": "It ended in 2019.", "key": KEY})
    assert sent.status_code == 303
    again = moderator_client.send(f"{record}/retire", {"words": "It ended in 2019.", "key": KEY})
    assert again.location == sent.location  # a double click
    page = moderator_client.get(sent.location)
    assert "This is your own proposal" in page.text
    assert decide(moderator_client, sent.location, "approve").status_code == 409
    assert decide(admin_client, sent.location, "approve").status_code == 303
    assert moderator_client.get("/en/practices/aragon-senderos").status_code == 410
    history = moderator_client.get(record)
    assert "It ended in 2019." in history.text
    assert "Bring it back" in history.text
    back = moderator_client.send(f"{record}/undo", {"words": "It goes on.", "version": "1"})
    assert decide(admin_client, back.location, "approve").status_code == 303
    assert moderator_client.get("/en/practices/aragon-senderos").status_code == 200


def test_what_became_of_a_record_is_said_where_it_is_looked_for(
    people_app: Any, moderator_client: PersonClient, admin_client: PersonClient, partner_client: PersonClient
) -> None:
    with people_app.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        moderator = actor(connection, "moderator")
        one, two = (publish(connection, author, moderator, titled(f"Fate {name}")) for name in ("one", "two"))
    at = {slug: f"/en/practices/{slug}" for slug in (one, two)}
    mine = partner_client.get("/en/contribute/mine").text
    assert mine.count("See it on the site") >= 2

    def page_of(slug: str) -> str:
        listed = re.search(rf'href="(/en/contribute/proposals/[^"]+)"[^>]*>Fate {slug.split("-")[1]}<', mine)
        assert listed
        return str(partner_client.get(listed[1]).text)

    record = "/en/review/records/practice/"
    sent = moderator_client.send(f"{record}{one}/merge", {"into": two, "words": "They are the same."})
    assert decide(admin_client, sent.location, "approve").status_code == 303
    assert moderator_client.get(at[one]).location == at[two]
    for page in (partner_client.get("/en/contribute/mine").text, page_of(one)):
        assert re.search(rf'went up in another one on [^<]+ <a href="{at[two]}"', page)
        assert "Not public any more" in page
    sent = moderator_client.send(f"{record}{two}/retire", {"words": "It ended."})
    assert decide(admin_client, sent.location, "approve").status_code == 303
    gone = moderator_client.get(at[one])
    assert gone.status_code == 410
    assert f'href="{at[two]}"' in gone.text
    assert f'href="{record}{two}"' in moderator_client.get(record + one).text
    for page in (partner_client.get("/en/contribute/mine").text, page_of(one)):
        assert "which is public no more either" in page
    assert "was taken off the map on" in page_of(two)
    assert f'href="{at[two]}">See it' not in partner_client.get("/en/contribute/mine").text


def test_an_evaluation_names_its_practice_also_when_that_is_gone(
    people_app: Any, moderator_client: PersonClient, partner_client: PersonClient
) -> None:
    with people_app.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        moderator = actor(connection, "moderator")
        practice = publish(connection, author, moderator, titled("Garden that ended"))
        judged = {"practice": practice, "framework": "REGIN", "language": "en", "criteria": {}}
        propose(connection, author._replace(may_evaluate=True), judged, kind="evaluation", slug=practice)
        publish(connection, author, moderator, {}, action="retire", slug=practice, note="It ended")
    for page in (partner_client.get("/en/contribute/mine").text, moderator_client.get("/en/review/").text):
        assert re.search(r">\s*Garden that ended\s*<(?s:.){0,400}?Evaluation", page)
        assert f">{practice}<" not in page


def test_the_foot_of_private_pages_leads_to_what_is_the_persons(
    partner_client: PersonClient, anyone: PersonClient
) -> None:
    foot = partner_client.get("/en/contribute/mine").text.split("<footer")[1]
    assert "/account/sign-in" not in foot
    assert "/en/account/" in foot
    assert "/account/sign-in" in partner_client.get("/en/about").text.split("<footer")[1], "the same for everyone"
    assert "/account/sign-in" in anyone.get("/en/account/sign-in").text.split("<footer")[1]


def test_a_record_goes_back_to_an_earlier_version_and_its_history_says_everything(
    people_app: Any, moderator_client: PersonClient, admin_client: PersonClient, put: Any
) -> None:
    slug = "amsterdam-hackyourfuture"
    before = values_of(people_app, slug)
    version = version_of(people_app, slug)
    address = put({**before, "organisation": "Mistaken"}, action="change", slug=slug, note="The website says so.")
    assert decide(moderator_client, address, "approve").status_code == 303
    record = f"/en/review/records/practice/{slug}"
    page = moderator_client.get(record)
    for words in ("The website says so.", "house-partner", "no-moderator", f"version {version + 1}", "Mistaken"):
        assert words in page.text, words
    undone = moderator_client.send(f"{record}/undo", {"words": "It was wrong.", "version": str(version)})
    assert undone.status_code == 303
    assert "1 change" in moderator_client.get(undone.location).text
    assert decide(admin_client, undone.location, "approve").status_code == 303
    assert values_of(people_app, slug)["organisation"] == before["organisation"]
    assert version_of(people_app, slug) == version + 2  # nothing is unmade
    for version_asked in ("", "0", "99", "x"):
        answer = moderator_client.send(f"{record}/undo", {"words": "why", "version": version_asked})
        assert answer.status_code == 404, version_asked
    assert moderator_client.get("/en/review/records/practice/never-there").status_code == 404
    assert moderator_client.get("/en/review/records/region/imst").status_code == 404
    for typed in (f"http://localhost/de/practices/{slug}?q=x", slug, f"/en/practices/{slug}/"):
        found = moderator_client.get("/en/review/records", query_string={"address": typed})
        assert (found.status_code, found.location) == (303, record)
    for typed in ("//evil.test/<b>", "http://[", "…"):
        assert moderator_client.get("/en/review/records", query_string={"address": typed}).status_code == 404


def test_two_that_are_one_are_merged(
    people_app: Any, moderator_client: PersonClient, admin_client: PersonClient, put: Any
) -> None:
    twins = []
    for number in (1, 2):
        twin = titled("Weaving circle of the old mill", website=f"https://example.org/{number}")
        decide(moderator_client, put(twin), "approve")
        twins.append("weaving-circle-of-the-old-mill" + ("-2" if number == 2 else ""))
    pairs = moderator_client.get("/en/review/duplicates")
    assert pairs.status_code == 200
    assert all(f"/en/practices/{slug}" in pairs.text for slug in twins)
    address = f"/en/review/records/practice/{twins[1]}/merge"
    for into in ("", "nowhere", twins[1]):
        assert moderator_client.send(address, {"words": "why", "into": into}).status_code == 422
    sent = moderator_client.send(
        address, {"words": "The same", "into": f"http://localhost/de/practices/{twins[0]}?q=x"}
    )
    assert sent.status_code == 303
    assert "leads to the other one" in moderator_client.get(sent.location).text
    assert decide(admin_client, sent.location, "approve").status_code == 303
    moved = moderator_client.get(f"/de/practices/{twins[1]}")
    assert (moved.status_code, moved.location) == (301, f"/de/practices/{twins[0]}")


def test_services_and_evaluations_are_published_too(people_app: Any, moderator_client: PersonClient, put: Any) -> None:
    address = put(service_values(), kind="service")
    page = moderator_client.get(address)
    for words in ("New service", "Monday 09:00–12:00", "Arabic", "Advice."):
        assert words in page.text, words
    assert decide(moderator_client, address, "approve").status_code == 303
    assert moderator_client.get("/en/services/open-counter").status_code == 200
    assert "Open counter" in moderator_client.get("/en/review/records/service/open-counter").text
    with people_app.extensions["engine"].begin() as connection:
        criterion = connection.execute(
            text("SELECT key FROM term WHERE vocabulary = 'criterion' ORDER BY position LIMIT 1")
        ).scalar_one()
        said = {"level": "high", "strength": "Very strong indeed", "room_for_improvement": None, "evidence": "Seen"}
        values = {"practice": "imst-abc-cafe", "framework": "REGIN", "version": "2021", "evaluator": "A region"}
        values |= {"date": "2026-05", "source_url": None, "language": "en", "criteria": {criterion: said}}
        saved = propose(connection, actor(connection, "admin"), values, kind="evaluation", slug="imst-abc-cafe")
    address = f"/en/review/{saved.public_id}"
    page = moderator_client.get(address)
    for words in ("Evaluation of a practice", "Very strong indeed", "strong evidence", "May 2026"):
        assert words in page.text, words
    assert not re.search(r">\s*(imst-abc-cafe|2026-05)\s*<", page.text)
    assert decide(moderator_client, address, "approve").status_code == 303
    assert "Very strong indeed" in moderator_client.get("/en/practices/imst-abc-cafe").text
    with people_app.extensions["engine"].begin() as connection:
        lost = {**values, "practice": "gone-meanwhile"}
        saved = propose(connection, actor(connection, "admin"), lost, kind="evaluation", slug="gone-meanwhile")
    address = f"/en/review/{saved.public_id}"
    for page in (moderator_client.get(address), decide(moderator_client, address, "approve")):
        assert "The record is not public any more" in page.text
        assert "/approve" not in page.text
    assert page.status_code == 409


def test_nothing_that_a_person_wrote_becomes_markup(moderator_client: PersonClient, put: Any) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{7*7}}"
    address = put(titled(evil, organisation=evil, place_name=evil, partners=[evil], source_title=evil), note=evil)
    decide(moderator_client, address, "ask", evil)
    for path in (address, "/en/review/", "/de/review/", address.replace("/en/", "/it/")):
        page = moderator_client.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "{{7*7}}" in page or path.endswith("/review/")


def test_the_queue_is_read_page_by_page_and_by_kind(
    people_app: Any, moderator_client: PersonClient, put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapapp.queries import proposals
    from mapapp.views import review

    monkeypatch.setattr(proposals, "PAGE", 2)
    monkeypatch.setattr(review, "PAGE", 2)
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("UPDATE proposal SET state = 'withdrawn' WHERE state IN ('submitted', 'agreed')"))
    assert "Everything is decided" in moderator_client.get("/en/review/").text
    for number in range(3):
        put(titled(f"Waiting {number}"))
    put(service_values(), kind="service")
    first, second = (moderator_client.get(f"/en/review/?page={page}").text for page in (1, 2))
    assert ("Waiting 0" in first, "Waiting 2" in first) == (True, False)
    assert ("Waiting 2" in second, "Open counter" in second) == (True, True)
    services = moderator_client.get("/en/review/?kind=service").text
    assert ("Waiting 0" in services, "Open counter" in services) == (False, True)
    for query in ("page=0", "page=x", "page=99999", "kind=x", "done=x", "done=00000000-0000-0000-0000-000000000000"):
        assert moderator_client.get(f"/en/review/?{query}").status_code == 200, query
