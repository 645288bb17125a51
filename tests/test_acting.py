"""Who may do what: sessions, roles, forgery, forms whose session ended; nothing of it on public pages."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Blueprint, request
from sqlalchemy import text

from mapapp.factory import create_app
from mapapp.views import acting, guarding

from .people import ORIGIN, PersonClient, add_account, sign_in

SAME = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def desk(settings: Any, people_engine: Any) -> Any:
    """The application with a page for each kind of right, whose forms say what reached them."""
    app = create_app(settings, people_engine)
    app.testing = True
    app.test_client_class = PersonClient
    blueprint = Blueprint("desk", __name__)

    def said(lang: str) -> str:
        who = acting.me()
        return f"{who.role if who else 'nobody'}: {'|'.join(request.form.getlist('words'))}"

    for path, view in {
        "contribute/desk": acting.needs()(said),
        "review/desk": acting.needs("moderator", "admin")(said),
        "contribute/open": said,
        "desk": said,
    }.items():
        blueprint.add_url_rule(f"/<lang:lang>/{path}", path.replace("/", "-"), view, methods=["GET", "POST"])
    app.register_blueprint(blueprint)
    return app


@pytest.fixture
def partner(desk: Any) -> PersonClient:
    with desk.extensions["engine"].begin() as connection:
        account = add_account(connection, "partner@example.org", "partner")
    return sign_in(desk, account)


def change(app: Any, statement: str, **values: Any) -> None:
    with app.extensions["engine"].begin() as connection:
        connection.execute(text(statement), values)


def test_a_session_says_who_asks(partner: PersonClient) -> None:
    answer = partner.get("/en/contribute/desk")
    assert answer.text == "partner: "
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_public_pages_do_not_look_at_the_cookie(desk: Any, partner: PersonClient) -> None:
    assert partner.get("/en/desk").text == "nobody: "
    with_cookie, without = partner.get("/en/about"), desk.test_client().get("/en/about")
    assert with_cookie.data == without.data
    assert "Set-Cookie" not in with_cookie.headers
    assert "Cookie" not in with_cookie.headers.get("Vary", "")


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(desk: Any) -> None:
    answer = desk.test_client().get("/en/contribute/desk?a=1")
    assert answer.status_code == 303
    assert answer.location == "/en/account/sign-in?next=/en/contribute/desk%3Fa%3D1"


def test_a_role_that_does_not_suffice_is_refused_and_noted(desk: Any, partner: PersonClient) -> None:
    answer = partner.get("/en/review/desk")
    assert answer.status_code == 403
    assert "This is not yours to do" in answer.text
    with desk.extensions["engine"].connect() as connection:
        noted = connection.execute(text("SELECT account_id, subject FROM audit_entry WHERE action = 'denied'")).all()
    assert (partner.account_id, "/en/review/desk") in noted


@pytest.mark.parametrize(
    "ended", ["ends_at = now() - interval '1 second'", "seen_at = now() - interval '9 hours'"], ids=["absolute", "idle"]
)
def test_a_session_ends_by_time(desk: Any, partner: PersonClient, ended: str) -> None:
    change(desk, f"UPDATE session SET {ended} WHERE id = :id", id=partner.session_id)
    assert partner.get("/en/contribute/desk").status_code == 303


def test_a_session_that_is_used_stays(desk: Any, partner: PersonClient) -> None:
    change(desk, "UPDATE session SET seen_at = now() - interval '7 hours' WHERE id = :id", id=partner.session_id)
    assert partner.get("/en/contribute/desk").status_code == 200
    with desk.extensions["engine"].connect() as connection:
        seen = connection.execute(
            text("SELECT now() - seen_at < interval '1 minute' FROM session WHERE id = :id"), {"id": partner.session_id}
        )
        assert seen.scalar_one()


def test_a_disabled_account_is_out_at_once(desk: Any) -> None:
    with desk.extensions["engine"].begin() as connection:
        account = add_account(connection, "disabled@example.org", "partner")
    client = sign_in(desk, account)
    assert client.get("/en/contribute/desk").status_code == 200
    change(desk, "UPDATE account SET disabled_at = now() WHERE id = :id", id=account)
    assert client.get("/en/contribute/desk").status_code == 303


@pytest.mark.parametrize(("second", "step"), [(None, "second-factor"), ("sealed", "second-step")])
def test_a_moderator_without_the_second_factor_gets_no_further(desk: Any, second: str | None, step: str) -> None:
    with desk.extensions["engine"].begin() as connection:
        account = add_account(connection, f"{step}@example.org", "moderator")
    change(desk, "UPDATE account SET totp_secret = :second WHERE id = :id", second=second, id=account)
    client = sign_in(desk, account)
    if second:  # a session that only knows the password
        change(desk, 'UPDATE session SET "full" = false WHERE id = :id', id=client.session_id)
    answer = client.get("/en/review/desk")
    assert answer.status_code == 303
    assert answer.location.startswith(f"/en/account/{step}?next=")


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        (SAME, None),
        (SAME | {"Origin": "https://elsewhere.example"}, "own"),
        (SAME | {"Sec-Fetch-Site": "cross-site"}, "own"),
        (SAME | {"Sec-Fetch-Site": "same-site"}, "own"),
        ({"Origin": "null"}, "own"),
        ({}, "s.made.up"),
        ({}, "other"),
    ],
    ids=["no token", "foreign origin", "cross-site", "neighbour", "sandboxed", "made up", "another session's"],
)
def test_a_forged_form_changes_nothing(partner: PersonClient, headers: dict[str, str], token: str | None) -> None:
    with partner.application.test_request_context("/"):
        tokens = {"own": partner.csrf(), "other": guarding.token_of((partner.session_id or 0) + 1)}
    values = {"words": "x"} | ({"csrf": tokens.get(token, token)} if token else {})
    answer = partner.post("/en/contribute/desk", data=values, headers=headers)
    assert answer.status_code == 403
    assert "partner: x" not in answer.text


def test_a_form_of_ours_is_taken(desk: Any, partner: PersonClient) -> None:
    assert partner.send("/en/contribute/desk", {"words": "kept"}).text == "partner: kept"
    by_script = partner.post("/en/contribute/desk", data={"words": "x"}, headers={"X-CSRF-Token": partner.csrf()})
    assert by_script.text == "partner: x"
    assert desk.test_client().send("/en/contribute/open", {"words": "free"}).text == "nobody: free"


def test_a_stranger_s_token_is_no_good_for_a_session(desk: Any, partner: PersonClient) -> None:
    with desk.test_request_context("/"):
        free = guarding.token_of(None)
    answer = partner.post("/en/contribute/desk", data={"words": "x", "csrf": free})
    assert answer.status_code == 403


def test_a_form_whose_time_is_over_is_sent_again_with_what_was_typed(desk: Any, monkeypatch: Any) -> None:
    client = desk.test_client()
    with desk.test_request_context("/"):
        monkeypatch.setattr(guarding.time, "time", lambda: 1_000_000)
        old = guarding.token_of(None)
        monkeypatch.undo()
    typed = 'one\n "two" <three>'
    answer = client.post("/en/contribute/open", data={"words": typed, "csrf": old}, headers=SAME)
    assert answer.status_code == 403
    assert "Nothing you typed is lost" in answer.text
    assert typed in unescape(answer.text)
    assert re.search(r'<form [^>]*action="/en/contribute/open"', answer.text)


def test_a_form_whose_session_ended_is_kept_by_the_page_to_sign_in(desk: Any, partner: PersonClient) -> None:
    csrf = partner.csrf()
    change(desk, "DELETE FROM session WHERE id = :id", id=partner.session_id)
    answer = partner.post("/en/contribute/desk", data={"words": "typed", "csrf": csrf}, headers=SAME)
    assert answer.status_code == 401
    assert re.search(r'name="kept" value="[^"]+"', answer.text)
    told = partner.post(
        "/en/contribute/desk", data={"words": "typed", "csrf": csrf}, headers=SAME | {"Accept": "application/json"}
    )
    assert told.status_code == 401
    assert told.is_json


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/en/account/",
        "//elsewhere.example/en/account/",
        "/\\elsewhere.example/en/account/",
        "/en/account/\n//x",
        "/en/account//elsewhere.example",
        "javascript:alert(1)//en/account/",
        "/static/x",
        "",
    ],
)
def test_only_our_own_pages_come_next(desk: Any, address: str) -> None:
    with desk.app_context():
        assert acting.own_path(address, "otherwise") == "otherwise"
        assert acting.own_path("/de/review/queue?page=2", "otherwise") == "/de/review/queue?page=2"
