"""Signing in: password, second factor, mailed links; what somebody learns who guesses; how often they may."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from mapapp import passwords, second_factor
from mapapp.views import entering
from mapapp.views.guarding import token_of
from mapapp.views.trying import QUARTER
from mapapp.writing.attempts import EPOCH

from .entering import PASSWORD, change, give_code, give_password, made, now_code, read
from .people import PersonClient, add_account

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture(autouse=True)
def no_tries_yet(people_app: Any) -> None:
    change(people_app, "DELETE FROM attempt")


def test_a_partner_signs_in_with_the_password_and_out_again(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "in-and-out@example.org", "partner")
    answer = give_password(anyone, " In-And-Out@example.org ", next="/en/contribute/mine")
    assert (answer.status_code, answer.location) == (303, "/en/contribute/mine")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie
    assert anyone.get("/en/account/").status_code == 200
    assert anyone.send("/en/account/sign-out").location == "/en/account/signed-out"
    assert read(people_app, "SELECT 1 FROM session WHERE id = :id", id=anyone.session_id) == []
    assert anyone.get("/en/account/").status_code == 303


def test_over_https_the_cookie_is_for_this_host_and_https_only(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "https@example.org", "partner")
    answer = anyone.send(
        "/en/account/sign-in",
        {"mail": "https@example.org", "password": PASSWORD},
        base_url="https://localhost",
        headers={"Origin": "https://localhost"},
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_session_of_before_is_not_carried_over(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "fixation@example.org", "partner")
    give_password(anyone, "fixation@example.org")
    before, old = anyone.get_cookie("session").value, anyone.session_id
    give_password(anyone, "fixation@example.org")
    assert anyone.get_cookie("session").value != before
    assert read(people_app, "SELECT 1 FROM session WHERE id = :id", id=old) == []


def test_the_second_factor_follows_the_password(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "second@example.org", "moderator", second=True)
    answer = give_password(anyone, "second@example.org", next="/en/review/")
    assert answer.location == "/en/account/second-step?next=/en/review/"
    assert anyone.get("/en/account/").location.startswith("/en/account/second-step")
    assert anyone.get("/en/account/second-factor").location.startswith("/en/account/second-step")
    wrong = give_code(anyone, "000000")
    assert wrong.status_code == 401
    code = now_code()
    answer = give_code(anyone, f" {code[:3]} {code[3:]}", next="/en/review/")
    assert (answer.status_code, answer.location) == (303, "/en/review/")
    assert anyone.get("/en/account/").status_code == 200


def test_a_code_works_once(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "once@example.org", "moderator", second=True)
    code = now_code()
    for expected in (303, 401):
        give_password(anyone, "once@example.org")
        assert give_code(anyone, code).status_code == expected


def test_a_recovery_code_works_once(people_app: Any, anyone: PersonClient) -> None:
    account = made(people_app, "paper@example.org", "moderator", second=True)
    code = second_factor.new_recovery_codes()[0]
    kept = second_factor.recovery_hash(people_app.config["SECRET_KEY"], account, code)
    change(people_app, "INSERT INTO recovery_code VALUES (:account, :hash)", account=account, hash=kept)
    for expected in (303, 401):
        give_password(anyone, "paper@example.org")
        assert give_code(anyone, code.upper().replace("-", " ")).status_code == expected


def test_who_guesses_learns_nothing(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "known@example.org", "partner")
    disabled = made(people_app, "put-out@example.org", "partner")
    change(people_app, "UPDATE account SET disabled_at = now() WHERE id = :id", id=disabled)
    with people_app.extensions["engine"].begin() as connection:
        add_account(connection, "no-password@example.org", "contributor")

    def said(mail: str) -> tuple[int, str]:
        answer = give_password(people_app.test_client(), mail, "another wrong password")
        return answer.status_code, re.sub(r'name="csrf" value="[^"]+"', "", answer.text).replace(mail, "MAIL")

    expected = said("known@example.org")
    assert expected[0] == 401
    for mail in ("nobody@example.org", "put-out@example.org", "no-password@example.org"):
        assert said(mail) == expected

    def asked(mail: str) -> tuple[int, str]:
        answer = people_app.test_client().send("/en/account/link", {"mail": mail})
        return answer.status_code, answer.location

    expected_link = asked("known@example.org")
    assert expected_link == (303, "/en/account/link-sent")
    for mail in ("nobody@example.org", "put-out@example.org", "no-password@example.org"):
        assert asked(mail) == expected_link


def test_a_guess_costs_the_same_work_whoever_is_meant(
    people_app: Any, anyone: PersonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(people_app, "work@example.org", "partner")
    checked = []
    whole = passwords.fits
    monkeypatch.setattr(entering.passwords, "fits", lambda kept, typed: checked.append(typed) or whole(kept, typed))
    for mail in ("work@example.org", "nobody-at-work@example.org"):
        give_password(anyone, mail, "wrong")
    assert checked == ["wrong", "wrong"]
    hashes = []

    class Counting(passwords.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Any:
            hashes.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=64, parallelism=1))
    for mail in ("work@example.org", "nobody-at-work@example.org"):
        give_password(anyone, mail, "wrong")
    assert len(hashes) == 2
    assert hashes[0] == hashes[1]  # argon2 with the same parameters, for nobody's password, too


def test_guesses_at_an_account_end_and_no_restart_forgets_them(
    people_app: Any, settings: Any, people_engine: Any, anyone: PersonClient
) -> None:
    from mapapp.factory import create_app

    made(people_app, "guessed@example.org", "partner")
    for _ in range(10):
        assert give_password(anyone, "guessed@example.org", "wrong").status_code == 401
    restarted = create_app(settings, people_engine)
    restarted.test_client_class = PersonClient
    for mail, password in (("guessed@example.org", PASSWORD), ("Guessed@Example.org", "wrong")):
        answer = restarted.test_client().send("/en/account/sign-in", {"mail": mail, "password": password})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 900
        assert "Please wait" in answer.text
    made(people_app, "neighbour@example.org", "partner")
    assert give_password(anyone, "neighbour@example.org").status_code == 303


def test_guesses_from_one_address_end(people_app: Any, anyone: PersonClient) -> None:
    change(people_app, "INSERT INTO attempt VALUES ('sign_in:address:127.0.0.1', :since, 60)", since=quarter())
    assert give_password(anyone, "any@example.org").status_code == 429
    elsewhere = anyone.send(
        "/en/account/sign-in",
        {"mail": "any@example.org", "password": "x"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert elsewhere.status_code == 401


def test_guesses_from_everywhere_end(people_app: Any, anyone: PersonClient) -> None:
    change(people_app, "INSERT INTO attempt VALUES ('sign_in:all', :since, 1000)", since=quarter())
    assert give_password(anyone, "any@example.org").status_code == 429


def test_guesses_at_the_second_factor_end(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "codes@example.org", "moderator", second=True)
    give_password(anyone, "codes@example.org")
    for _ in range(8):
        assert give_code(anyone, "000000").status_code == 401
    assert give_code(anyone, now_code()).status_code == 429
    assert give_password(people_app.test_client(), "codes@example.org").status_code == 303
    assert give_code(anyone, now_code()).status_code == 429  # a new session starts no new count


def test_an_account_gets_its_link_in_its_own_language(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "german@example.org", "partner")
    change(people_app, "UPDATE account SET language = 'de' WHERE mail = 'german@example.org'")
    assert anyone.send("/it/account/link", {"mail": "german@example.org"}).status_code == 303
    (mail,) = read(people_app, "SELECT language, plain FROM message WHERE receiver = 'german@example.org'")
    assert mail.language == "de"
    assert "/de/account/link/" in mail.plain


def quarter() -> Any:
    moment = datetime.now(UTC)
    return EPOCH + (moment - EPOCH) // QUARTER * QUARTER


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/en/account//x", "/en/"]
)
def test_signing_in_leads_to_our_own_pages_only(people_app: Any, anyone: PersonClient, address: str) -> None:
    made(people_app, "redirect@example.org", "partner", second=True)
    give_password(anyone, "redirect@example.org", next=address)
    assert give_code(anyone, now_code(), next=address).location == "/en/account/"
    assert anyone.get("/en/account/sign-in", query_string={"next": address}).location == "/en/account/"


@pytest.mark.parametrize("field", ["mail", "password"])
@pytest.mark.parametrize("value", ["", "\0", "\ud800", "x" * 5000, "'; DROP TABLE account; --", "💥@💥"])
def test_odd_input_is_refused_and_nothing_breaks(anyone: PersonClient, field: str, value: str) -> None:
    values = {"mail": "odd@example.org", "password": "x", field: value.encode("utf-8", "surrogatepass")}
    assert anyone.send("/en/account/sign-in", values).status_code == 401
    assert anyone.send("/en/account/link", {"mail": values["mail"]}).status_code in (303, 422)


def test_what_was_typed_waits_until_one_has_signed_in_again(people_app: Any, anyone: PersonClient) -> None:
    made(people_app, "typing@example.org", "partner", second=True)
    typed = 'A name with "quotes"\nand <lines>'
    with people_app.test_request_context("/"):
        stale = {"csrf": token_of(987654)}
    kept = anyone.send("/en/account/", {"name": typed, "language": "de", **stale})
    assert kept.status_code == 401
    carried = unescape(re.search(r'name="kept" value="([^"]+)"', kept.text)[1])
    second = give_password(anyone, "typing@example.org", kept=carried)
    assert second.status_code == 200
    assert carried in unescape(second.text)
    again = give_code(anyone, now_code(), kept=carried)
    assert again.status_code == 200
    assert re.search(r'<form [^>]*action="/en/account/"[^>]* data-send-now', again.text)
    assert typed in unescape(again.text)
    csrf = re.search(r'name="csrf" value="([^"]+)"', again.text)[1]
    done = anyone.post(
        "/en/account/",
        data={"csrf": csrf, "name": typed, "language": "de"},
        headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    )
    assert done.status_code == 303
    assert read(people_app, "SELECT name, language FROM account WHERE mail = 'typing@example.org'") == [
        ('A name with "quotes" and <lines>', "de")
    ]


def test_signing_in_failures_and_ends_are_written_down(people_app: Any, anyone: PersonClient) -> None:
    account = made(people_app, "logged@example.org", "partner")
    give_password(anyone, "logged@example.org", "wrong")
    give_password(anyone, "logged@example.org")
    anyone.send("/en/account/sign-out")
    subject = f"account:{account}"
    noted = read(
        people_app,
        "SELECT action, host(address) FROM audit_entry WHERE account_id = :id OR subject = :subject ORDER BY id",
        id=account,
        subject=subject,
    )
    assert noted == [(action, "127.0.0.1") for action in ("sign_in_failed", "signed_in", "signed_out")]
    everything = str(read(people_app, "SELECT a.*, a.details::text FROM audit_entry a"))
    assert PASSWORD not in everything
