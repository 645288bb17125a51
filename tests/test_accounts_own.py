"""Entering an account by a mailed link, setting up second factors, and what a person may do to their own account."""

import re
from html import unescape
from typing import Any

import orjson
import pyotp
import pytest

from mapapp.views import confirming
from mapapp.writing import accounts, mail, second_factors

from .entering import PASSWORD, change, give_code, give_password, made, now_code, read, remember_session
from .people import PersonClient, add_account

pytestmark = pytest.mark.usefixtures("quick_passwords")
NEW = "another four loose words"
SITE = mail.Site("Practice Atlas", "https://atlas.example.org")
LINK = re.compile(r"https?://[^/\s]+(/[a-z]{2}/account/link/[\w-]+)")


@pytest.fixture(autouse=True)
def no_tries_yet(people_app: Any) -> None:
    change(people_app, "DELETE FROM attempt")


def mailed(app: Any, to: str) -> tuple[str, str]:
    """Return the kind of the last mail to somebody, and the path of the link in it."""
    found = read(app, "SELECT kind, plain FROM message WHERE receiver = :to ORDER BY id DESC LIMIT 1", to=to)
    assert found, f"no mail to {to}"
    return found[0].kind, LINK.search(found[0].plain)[1]


def invited(app: Any, to: str, role: str, organisation: int | None = None) -> str:
    """Return the path of the link in a new invitation."""
    with app.extensions["engine"].begin() as connection:
        admin = add_account(connection, "inviting@example.org", "admin")
        person = type("Admin", (), {"id": admin})()
        accounts.invite(connection, person, to, role, [organisation] if organisation else [], "en", site=SITE)
    return mailed(app, to)[1]


def entered(app: Any, mail: str, role: str = "partner") -> PersonClient:
    """Return a client that has just signed in with the password; with a code, too, where the role needs one."""
    made(app, mail, role, second=role != "partner")
    client = app.test_client()
    give_password(client, mail)
    if role != "partner":
        assert give_code(client, now_code()).status_code == 303
    return client


def actions(app: Any, account: int) -> list[str]:
    return [row.action for row in read(app, "SELECT action FROM audit_entry WHERE account_id = :id", id=account)]


def test_an_invited_partner_chooses_a_password_and_is_in(people_app: Any, anyone: PersonClient) -> None:
    path = invited(people_app, "invited@example.org", "partner")
    page = anyone.get(path)
    assert page.status_code == 200
    assert "invited@example.org" in page.text
    for password, said in (
        ("short", "Too short"),
        ("invited@example.org", "Do not build it"),
        ("a" * 20, "Too simple"),
    ):
        refused = anyone.send(path, {"name": "A partner", "new_password": password})
        assert refused.status_code == 422
        assert said in refused.text
        assert "A partner" in refused.text
        assert 'name="new_password" type="password"' in refused.text
        assert "a" * 20 not in refused.text
    assert anyone.send(path, {"name": " ", "new_password": NEW}).status_code == 422
    answer = anyone.send(path, {"name": "A\npartner", "new_password": NEW})
    assert (answer.status_code, answer.location) == (303, "/en/account/")
    kept = read(people_app, "SELECT name, role, password_hash FROM account WHERE mail = 'invited@example.org'")[0]
    assert (kept.name, kept.role) == ("A partner", "partner")
    assert kept.password_hash.startswith("$argon2id$")
    again = people_app.test_client().get(path)
    assert again.location == "/en/account/link?gone=1"
    assert people_app.test_client().send(path, {"name": "x", "new_password": NEW}).location == "/en/account/link?gone=1"


def test_an_invited_moderator_sets_up_a_second_factor_before_anything_else(
    people_app: Any, anyone: PersonClient
) -> None:
    path = invited(people_app, "invited-moderator@example.org", "moderator")
    answer = anyone.send(path, {"name": "A moderator", "new_password": NEW})
    assert answer.location.startswith("/en/account/second-factor")
    remember_session(anyone)
    assert anyone.get("/en/account/").location.startswith("/en/account/second-factor")
    page = anyone.get("/en/account/second-factor").text
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]
    wrong = anyone.send("/en/account/second-factor/app", {"sealed": sealed, "code": "000000"})
    assert wrong.status_code == 422
    assert secret[:4] in wrong.text  # the app that has read the square stays right
    code = pyotp.TOTP(secret).now()
    done = anyone.send("/en/account/second-factor/app", {"sealed": sealed, "code": code})
    assert done.status_code == 200
    codes = re.findall(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>", done.text)
    assert len(set(codes)) == 10
    remember_session(anyone)
    assert anyone.get("/en/account/").status_code == 200
    stored = read(people_app, "SELECT totp_secret FROM account WHERE mail = 'invited-moderator@example.org'")[0]
    assert secret not in stored.totp_secret
    assert codes[0] not in anyone.get("/en/account/second-factor").text
    give_password(anyone, "invited-moderator@example.org", NEW)
    assert give_code(anyone, code).status_code == 401  # the code that set it up is used, too
    assert give_code(anyone, codes[3]).status_code == 303


def test_somebody_else_s_sealed_secret_is_no_good(people_app: Any) -> None:
    one, other = (entered(people_app, f"{name}@example.org") for name in ("seal-one", "seal-other"))
    page = one.get("/en/account/second-factor").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    values = {"sealed": re.search(r'name="sealed" value="([^"]+)"', page)[1], "code": pyotp.TOTP(secret).now()}
    assert other.send("/en/account/second-factor/app", values).status_code == 422
    assert one.send("/en/account/second-factor/app", values).status_code == 200


def test_a_contributor_comes_in_by_a_mailed_link(people_app: Any, anyone: PersonClient) -> None:
    asked = anyone.send("/de/account/link", {"mail": "new@example.org", "next": "/de/contribute/mine"})
    assert asked.location == "/de/account/link-sent"
    assert anyone.get("/de/account/link-sent").status_code == 200
    assert read(people_app, "SELECT 1 FROM account WHERE mail = 'new@example.org'") == []
    kind, path = mailed(people_app, "new@example.org")
    assert (kind, path[:4]) == ("sign_in", "/de/")
    assert anyone.get(path).status_code == 200  # looking at it does not use it up
    answer = anyone.send(path)
    assert (answer.status_code, answer.location) == (303, "/de/contribute/mine")
    remember_session(anyone)
    assert anyone.get("/de/account/").status_code == 200
    assert anyone.get("/de/account/password").status_code == 403
    assert people_app.test_client().send(path).location == "/de/account/link?gone=1"
    assert read(people_app, "SELECT role, language FROM account WHERE mail = 'new@example.org'") == [
        ("contributor", "de")
    ]


def test_an_old_link_is_good_no_more(people_app: Any, anyone: PersonClient) -> None:
    anyone.send("/en/account/link", {"mail": "late@example.org"})
    change(people_app, "UPDATE token SET ends_at = now() - interval '1 second'")
    assert anyone.get(mailed(people_app, "late@example.org")[1]).location == "/en/account/link?gone=1"
    assert "too old" in anyone.get("/en/account/link?gone=1").text


def test_a_link_gives_a_partner_no_way_round_the_password(people_app: Any, anyone: PersonClient) -> None:
    anyone.send("/en/account/link", {"mail": "promoted@example.org"})
    _kind, path = mailed(people_app, "promoted@example.org")
    made(people_app, "promoted@example.org", "partner")  # invited between asking and opening
    assert anyone.send(path).location == "/en/account/link?gone=1"
    assert anyone.get_cookie("session") is None


def test_a_forgotten_password_is_replaced_by_mail(people_app: Any, anyone: PersonClient) -> None:
    elsewhere = entered(people_app, "forgetful@example.org", "moderator")
    anyone.send("/en/account/link", {"mail": "FORGETFUL@example.org"})
    kind, path = mailed(people_app, "forgetful@example.org")
    assert kind == "reset"
    answer = anyone.send(path, {"new_password": NEW, "name": "Somebody else"})
    assert answer.location.startswith("/en/account/second-step")  # the mailbox alone does not open it
    assert elsewhere.get("/en/account/").status_code == 303
    assert read(people_app, "SELECT name FROM account WHERE mail = 'forgetful@example.org'") == [("forgetful",)]
    assert give_password(anyone, "forgetful@example.org").status_code == 401
    assert give_password(anyone, "forgetful@example.org", NEW).status_code == 303


def test_a_disabled_account_gets_no_mail(people_app: Any, anyone: PersonClient) -> None:
    account = made(people_app, "disabled@example.org", "partner")
    change(people_app, "UPDATE account SET disabled_at = now() WHERE id = :id", id=account)
    anyone.send("/en/account/link", {"mail": "disabled@example.org"})
    assert read(people_app, "SELECT 1 FROM message WHERE receiver = 'disabled@example.org'") == []


def test_links_to_one_address_end(people_app: Any, anyone: PersonClient) -> None:
    statuses = [anyone.send("/en/account/link", {"mail": "flood@example.org"}).status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    assert len(read(people_app, "SELECT 1 FROM message WHERE receiver = 'flood@example.org'")) == 5


def test_what_a_contributor_typed_waits_beside_the_mailed_link(people_app: Any, anyone: PersonClient) -> None:
    kept = anyone.send("/en/account/", {"name": "typed before", "language": "en", "csrf": "s.x.y"})
    carried = unescape(re.search(r'name="kept" value="([^"]+)"', kept.text)[1])
    sent = anyone.send("/en/account/link", {"mail": "waiting@example.org", "kept": carried})
    assert carried in unescape(sent.text)
    early = anyone.send("/en/account/go-on", {"kept": carried})
    assert "not signed in yet" in early.text
    assert carried in unescape(early.text)
    anonymous = re.search(r'name="csrf" value="([^"]+)"', sent.text)[1]
    anyone.send(mailed(people_app, "waiting@example.org")[1])
    again = anyone.send("/en/account/go-on", {"kept": carried, "csrf": anonymous})
    assert "typed before" in again.text
    assert "data-send-now" in again.text


def test_a_person_changes_name_and_language_and_nothing_else(people_app: Any) -> None:
    client = entered(people_app, "changing@example.org")
    more = {"role": "admin", "may_evaluate": "on", "mail": "x@example.org", "id": "1"}
    assert client.send("/en/account/", {"name": "New name", "language": "it", **more}).status_code == 303
    row = read(
        people_app,
        "SELECT name, language, role, may_evaluate FROM account WHERE mail = 'changing@example.org'",
    )
    assert row == [("New name", "it", "partner", False)]
    refused = client.send("/en/account/", {"name": "Kept <b>typed</b>", "language": "xx"})
    assert refused.status_code == 422
    assert "Kept &lt;b&gt;typed" in refused.text


def test_a_new_password_puts_everybody_else_out(people_app: Any) -> None:
    client = entered(people_app, "renewing@example.org")
    other = people_app.test_client()
    give_password(other, "renewing@example.org")
    assert client.send("/en/account/password", {"new_password": "short"}).status_code == 422
    assert client.send("/en/account/password", {"new_password": NEW}).status_code == 303
    assert client.get("/en/account/").status_code == 200
    assert other.get("/en/account/").status_code == 303


def test_who_can_sign_in_learns_by_mail_that_the_way_was_changed(people_app: Any) -> None:
    client = entered(people_app, "told@example.org")
    change(people_app, "UPDATE account SET language = 'de' WHERE mail = 'told@example.org'")
    assert client.send("/en/account/password", {"new_password": "six rather odd words, no verse"}).status_code == 303
    change(people_app, "UPDATE account SET totp_secret = 'x' WHERE mail = 'told@example.org'")
    assert client.send("/en/account/second-factor/app/remove").status_code == 303
    told = read(people_app, "SELECT language, plain FROM message WHERE receiver = 'told@example.org' ORDER BY id")
    assert [one.language for one in told] == ["de", "de"]
    assert len({one.plain for one in told}) == 2
    assert all("/de/account/link" in one.plain for one in told)


def test_before_a_delicate_change_the_password_is_asked_again(people_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = entered(people_app, "delicate@example.org")
    moment = confirming.time.time() + confirming.GOOD_FOR + 1
    monkeypatch.setattr(confirming.time, "time", lambda: moment)
    for page in ("password", "second-factor", "delete"):
        assert client.get(f"/en/account/{page}").location == f"/en/account/confirm?next=/en/account/{page}"
    held = client.send("/en/account/export")
    assert held.status_code == 401
    carried = unescape(re.search(r'name="kept" value="([^"]+)"', held.text)[1])
    assert client.send("/en/account/confirm", {"password": "wrong", "kept": carried}).status_code == 401
    again = client.send("/en/account/confirm", {"password": PASSWORD, "kept": carried})
    assert 'action="/en/account/export"' in again.text
    assert client.get("/en/account/delete").status_code == 200
    assert client.get("/en/account/confirm?next=//elsewhere.example").status_code == 200
    onward = client.send("/en/account/confirm", {"password": PASSWORD, "next": "//elsewhere.example"})
    assert onward.location == "/en/account/"


def test_nobody_carries_a_password_through_a_page(people_app: Any, anyone: PersonClient) -> None:
    kept = anyone.send("/en/account/password", {"new_password": "a-secret-that-was-typed", "csrf": "s.x.y"})
    carried = unescape(re.search(r'name="kept" value="([^"]+)"', kept.text)[1])
    made(people_app, "carrying@example.org", "partner")
    again = give_password(anyone, "carrying@example.org", kept=carried)
    assert 'action="/en/account/password"' in again.text
    assert "a-secret-that-was-typed" not in again.text


def test_sessions_are_listed_and_ended_one_by_one_or_all(people_app: Any) -> None:
    client = entered(people_app, "many@example.org")
    others = [people_app.test_client() for _ in range(3)]
    for other in others:
        give_password(other, "many@example.org")
    page = client.get("/en/account/").text
    assert page.count("Sign out there") == 3
    stranger = entered(people_app, "stranger@example.org")
    stranger.send(f"/en/account/sessions/{others[0].session_id}/end")
    assert others[0].get("/en/account/").status_code == 200
    client.send(f"/en/account/sessions/{others[0].session_id}/end")
    assert [other.get("/en/account/").status_code for other in others] == [303, 200, 200]
    client.send("/en/account/sessions/end-others")
    assert [other.get("/en/account/").status_code for other in others] == [303, 303, 303]
    assert client.get("/en/account/").status_code == 200


def test_the_last_second_factor_of_a_moderator_stays(people_app: Any) -> None:
    client = entered(people_app, "bound@example.org", "moderator")
    assert client.send("/en/account/second-factor/app/remove").status_code == 409
    partner = entered(people_app, "free@example.org")
    change(people_app, "UPDATE account SET totp_secret = 'x' WHERE mail = 'free@example.org'")
    assert partner.send("/en/account/second-factor/app/remove").status_code == 303
    assert read(people_app, "SELECT totp_secret FROM account WHERE mail = 'free@example.org'") == [(None,)]


def test_a_passkey_belongs_to_one_account_once(people_app: Any) -> None:
    first, second = (made(people_app, f"key-{name}@example.org", "partner") for name in ("first", "second"))
    key = {"credential_id": b"one", "public_key": b"public", "sign_count": 0, "name": "Key"}
    with people_app.extensions["engine"].begin() as connection:
        assert second_factors.keep_passkey(connection, first, **key)
        assert not second_factors.keep_passkey(connection, first, **key)
        assert not second_factors.keep_passkey(connection, second, **key)


@pytest.mark.parametrize(
    "answer", ["", "{}", "not JSON", "[]", '{"id": "x", "rawId": "x", "response": {}}', "x" * 30_000]
)
def test_a_made_up_passkey_is_none(people_app: Any, answer: str) -> None:
    client = entered(people_app, "made-up@example.org")
    asked = client.post(
        "/en/account/second-factor/passkey-options",
        headers={"X-CSRF-Token": client.csrf(), "Origin": "http://localhost", "Accept": "application/json"},
    )
    assert asked.json["rp"]["id"] == "localhost"
    refused = client.send("/en/account/second-factor/passkey", {"attestation": answer, "name": "x"})
    assert refused.status_code == 422
    moderator = people_app.test_client()
    made(people_app, "made-up-moderator@example.org", "moderator", second=True)
    give_password(moderator, "made-up-moderator@example.org")
    moderator.post(
        "/en/account/second-step/passkey",
        headers={"X-CSRF-Token": moderator.csrf(), "Origin": "http://localhost", "Accept": "application/json"},
    )
    assert moderator.send("/en/account/second-step", {"assertion": answer or "-"}).status_code == 401


def test_new_recovery_codes_replace_the_old(people_app: Any) -> None:
    client = entered(people_app, "codes-again@example.org", "moderator")
    first, second = (
        re.findall(r"<code>([a-z2-9-]{14})</code>", client.send("/en/account/second-factor/codes").text) for _ in "12"
    )
    give_password(client, "codes-again@example.org")
    assert give_code(client, first[0]).status_code == 401
    assert give_code(client, second[0]).status_code == 303


def test_a_person_takes_their_data_away_and_it_is_noted(people_app: Any) -> None:
    client = entered(people_app, "taking@example.org")
    account = read(people_app, "SELECT id FROM account WHERE mail = 'taking@example.org'")[0].id
    answer = client.send("/en/account/export")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    data = orjson.loads(answer.data)
    assert data["account"][0]["mail"] == "taking@example.org"
    assert data["sessions"]
    assert "own_data_exported" in [entry["action"] for entry in data["log"]]
    assert not re.search(r"argon2|totp_secret|\"hash\"", answer.text)
    assert "own_data_exported" in actions(people_app, account)


def test_a_deleted_account_names_nobody_and_frees_the_address(people_app: Any) -> None:
    people_app.test_client().send("/en/account/link", {"mail": "Leaving@example.org"})
    client = entered(people_app, "leaving@example.org")
    account = read(people_app, "SELECT id FROM account WHERE mail = 'leaving@example.org'")[0].id
    assert client.get("/en/account/delete").status_code == 200
    assert client.send("/en/account/delete").status_code == 422
    gone = client.send("/en/account/delete", {"sure": "on"})
    assert gone.status_code == 200
    assert client.get_cookie("session") is None
    row = read(people_app, "SELECT mail, name, password_hash FROM account WHERE id = :id", id=account)
    assert row == [(None, None, None)]
    for table in ("message", "token", "audit_entry", "session", "account"):
        rows = str(read(people_app, f"SELECT t::text FROM {table} t"))
        assert "leaving@example.org" not in rows.lower(), table
    assert "account_deleted" in actions(people_app, account)
    assert invited(people_app, "leaving@example.org", "partner")


def test_the_last_admin_stays(people_app: Any) -> None:
    change(people_app, "UPDATE account SET password_hash = NULL WHERE role = 'admin'")
    client = entered(people_app, "last@example.org", "admin")
    assert client.send("/en/account/delete", {"sure": "on"}).status_code == 409
    made(people_app, "second-to-last@example.org", "admin")
    assert client.send("/en/account/delete", {"sure": "on"}).status_code == 200


def test_an_account_page_is_nobody_else_s(people_app: Any, anyone: PersonClient, person: Any) -> None:
    for client in (person("contributor"), person("partner"), person("moderator"), person("admin")):
        page = client.get("/en/account/")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
    assert anyone.get("/en/account/").status_code == 303
