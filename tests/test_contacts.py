"""A person's name and address: unticked they are nowhere in public, ticked on the page of the practice and no other."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from mapapp.i18n import LANGUAGES
from mapapp.queries import accounts as known
from mapapp.queries import records
from mapapp.writing import accounts, moderation

from .conftest import SAMPLES
from .contributing import fields
from .people import PersonClient, sign_in
from .proposing import SITE, actor, propose, publish, titled

NAME, MAIL = "Qvuxyrolle Eins", "qvuxyrolle@qvuxy.example"
OTHER, OTHER_MAIL = "Zyjwarolle Zwei", "zyjwarolle@zyjwa.example"
TITLE = "Waffle mornings of the valley"
CONTACT = {"contact_name": NAME, "contact_mail": MAIL}
HIDDEN, SHOWN = CONTACT | {"contact_public": False}, CONTACT | {"contact_public": True}


def published(app: Any, contact: dict[str, Any], organisation: str = "contact-house", title: str = TITLE) -> str:
    """Return the slug of a practice that a partner of an organisation wrote and a moderator approved."""
    with app.extensions["engine"].begin() as connection:
        partner = actor(connection, "partner", organisation)
        values = titled(title, owner=organisation, **contact)
        return publish(connection, partner, actor(connection, "moderator"), values, organisation=organisation)


def surfaces(app: Any, *slugs: str) -> list[str]:
    """Return an address of every route that can be read, about each practice where it is about one, and a search."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        own = rule.arguments & {"slug", "record"}
        for slug in slugs if own else slugs[:1]:
            for lang in LANGUAGES if rule.endpoint == "practices.detail" else LANGUAGES[:1]:
                for ending in ("csv", "geojson", "gpkg") if "ending" in rule.arguments else ("",):
                    samples = SAMPLES | {"slug": slug, "record": slug, "lang": lang, "ending": ending}
                    built = rule.build({name: samples.get(name, "x") for name in rule.arguments}, append_unknown=False)
                    assert built, rule
                    found.append(built[1] if own else f"{built[1]}?q=Waffle+mornings&bbox=5,40,20,55&zoom=7")
    return list(dict.fromkeys(found))


def where(client: PersonClient, addresses: list[str], *words: str) -> set[str]:
    """Return the addresses whose answer, headers or body, says anything of a person."""
    found, answered = set(), 0
    for address in addresses:
        answer = client.get(address)
        answered += answer.status_code == 200
        said = answer.get_data() + str(answer.headers).encode()
        if any(word.encode() in said for word in words):
            found.add(address)
    assert answered > 50, answered
    return found


def test_a_contact_is_where_its_person_wants_it(people_app: Any, anyone: PersonClient) -> None:
    shown = {"contact_name": OTHER, "contact_mail": OTHER_MAIL, "contact_public": True}
    slugs = published(people_app, HIDDEN), published(people_app, shown, title=f"{TITLE}, again")
    addresses = surfaces(people_app, *slugs)
    assert where(anyone, addresses, NAME, MAIL, "vuxyrolle") == set()
    seen = where(anyone, addresses, OTHER, OTHER_MAIL, "yjwarolle")
    assert seen == {f"/{lang}/practices/{slugs[1]}" for lang in LANGUAGES}
    page = anyone.get(f"/en/practices/{slugs[1]}").text
    assert f'href="mailto:{OTHER_MAIL}"' in page
    assert OTHER not in "".join(re.findall(r"<script type=.application/ld.json.*?</script>", page, re.S))
    for query in ("Qvuxyrolle", MAIL, "Zyjwarolle", OTHER_MAIL):
        assert 'data-total="0"' in anyone.get(f"/en/?q={query}", headers={"Accept": "text/html"}).text, query
    with people_app.extensions["engine"].connect() as connection:
        document = connection.execute(text("SELECT string_agg(d::text, ' ') FROM practice_document AS d")).scalar_one()
        assert "qvuxy" not in document.lower()
        assert "zyjwa" not in document.lower()


def proposal(app: Any, address: str) -> Any:
    """Return a proposal as it is stored."""
    with app.extensions["engine"].connect() as connection:
        query = text("SELECT * FROM proposal WHERE public_id = :id")
        return connection.execute(query, {"id": re.findall(r"[0-9a-f-]{36}", address)[0]}).one()


def test_only_those_concerned_meet_it_in_forms(
    people_app: Any, person: Any, other_partner_client: PersonClient, contributor_client: PersonClient
) -> None:
    slug = published(people_app, HIDDEN)
    address = f"/en/contribute/practices/{slug}/change"
    for client in (person("partner", "contact-house"), person("moderator")):
        assert MAIL in client.get(address).text
    for client in (other_partner_client, contributor_client):
        page = client.get(address)
        assert page.status_code == 200
        assert MAIL not in page.text
        assert "contact_mail" not in page.text
        # What the form does not ask for is not taken either, and the contact stays.
        more = {"contact_name": "Somebody Else", "contact_public": "1", "organisation": "Another house"}
        answer = client.send(address, {**fields(page.text), **more, "go": "save"})
        row = proposal(people_app, answer.location)
        assert MAIL not in str(row.values) + str(row.base)
        assert "Somebody" not in str(row.values)
        for part in ("", "/edit", "/preview"):
            assert MAIL not in client.get(f"/en/contribute/proposals/{row.public_id}{part}").text
        with people_app.extensions["engine"].begin() as connection:
            assert MAIL not in str(known.own_data(connection, client.account_id))
            by = moderation.Actor(client.account_id, "partner")
            moderation.submit(connection, by, row.public_id, row.revision, SITE)
            connection.execute(text("UPDATE practice SET version = version + 1 WHERE slug = :s"), {"s": slug})
            caught = moderation.catch_up(connection, actor(connection, "moderator"), row.public_id, row.revision)
            assert MAIL not in str(proposal_in(connection, row.public_id))
            moderation.approve(connection, actor(connection, "moderator"), row.public_id, caught.revision, SITE)
            said = records.known(connection, "practice", slug)
            assert said
            assert said.values["organisation"] == "Another house"
            assert {name: said.values[name] for name in HIDDEN} == HIDDEN


def proposal_in(connection: Any, public_id: Any) -> Any:
    statement = text("SELECT values, base FROM proposal WHERE public_id = :id")
    return tuple(connection.execute(statement, {"id": public_id}).one())


def test_a_tick_is_asked_for_and_taken_back(people_app: Any, person: Any, anyone: PersonClient) -> None:
    slug = published(people_app, SHOWN)
    member, address = person("partner", "contact-house"), f"/en/contribute/practices/{slug}/change"
    page = fields(member.get(address).text)
    assert page.pop("contact_public") == ["1"]
    answer = member.send(address, {**page, "go": "submit"})
    row = proposal(people_app, answer.location)
    moderator = person("moderator")
    review = moderator.get(f"/en/review/{row.public_id}").text
    assert "Name and address on the public page" in review
    assert MAIL in review
    with people_app.extensions["engine"].begin() as connection:
        moderation.approve(connection, actor(connection, "moderator"), row.public_id, row.revision, SITE)
    assert MAIL not in anyone.get(f"/en/practices/{slug}").text
    # Going back to the version before does not bring the name back.
    undo = moderator.send(
        f"/en/review/records/practice/{slug}/undo", {"version": "1", "words": "As it was.", "key": ""}
    )
    assert proposal(people_app, undo.location).values["contact_public"] is False
    with people_app.extensions["engine"].begin() as connection:
        nobody = titled(TITLE, contact_name=None, contact_mail=None, contact_public=True)
        saved = propose(connection, actor(connection, "partner"), nobody)
        with pytest.raises(moderation.Refused):
            moderation.approve(connection, actor(connection, "moderator"), saved.public_id, saved.revision, SITE)


def test_a_form_refuses_a_tick_for_nobody_and_what_is_no_address(person: Any) -> None:
    client = person("partner", "contact-house")
    page = fields(client.get("/en/contribute/practices/new").text)
    for sent, field in (
        ({"contact_public": "1"}, "contact_public"),
        ({"contact_mail": "a?b@c.example"}, "contact_mail"),
    ):
        answer = client.send("/en/contribute/practices/new", {**page, **sent, "key": field, "go": "submit"})
        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text


def test_what_is_kept_of_a_person_is_handed_out_and_leaves_with_them(people_app: Any, anyone: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        connection.execute(text("DELETE FROM practice WHERE contact_mail = :mail"), {"mail": MAIL})
        account = connection.execute(
            text("INSERT INTO account (mail, role) VALUES (:mail, 'contributor') RETURNING id"), {"mail": MAIL.upper()}
        ).scalar_one()
    slug = published(people_app, SHOWN)
    with people_app.extensions["engine"].begin() as connection:
        assert known.own_data(connection, account)["contact"] == [{"practice": slug, **SHOWN}]
    # The person comes by a link to that address, and takes the tick back.
    themselves = sign_in(people_app, account)
    assert 'name="contact_public" value="1" checked' in themselves.get(f"/en/contribute/practices/{slug}/change").text
    assert MAIL in anyone.get(f"/en/practices/{slug}").text
    with people_app.extensions["engine"].begin() as connection:
        assert accounts.delete_account(connection, account)
        left = connection.execute(
            text("SELECT count(*) FROM proposal WHERE (values::text || base::text) LIKE :mail"), {"mail": f"%{MAIL}%"}
        )
        assert left.scalar_one() == 0
    assert MAIL not in anyone.get(f"/en/practices/{slug}").text


def test_a_table_ticks_nobody(people_app: Any) -> None:
    from mapapp.forms import table
    from mapapp.forms.fields import Sent

    nothing = table.Words({}, {}, {}, {})
    defaults = table.Defaults("en", "municipality", "", "")
    for cells, ticked in (
        ({"contact_mail": MAIL}, False),
        ({"contact_mail": MAIL, "contact_public": "perhaps"}, False),
        ({"contact_mail": MAIL, "contact_public": "Ja"}, True),
        ({"contact_name": "Another Person"}, False),
        ({"organisation": "x"}, True),
    ):
        given = Sent({"contact_name": ["First"], "contact_public": ["1"]})
        table.overlay(given, cells, None, nothing, defaults)
        assert (given["contact_public"] == ["1"]) is ticked, cells
