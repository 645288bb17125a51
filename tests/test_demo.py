"""A demonstration: sample accounts and a banner with MAPAPP_DEMO=1, nothing of either without."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from mapapp import command_line
from mapapp.factory import create_app
from mapapp.settings import SettingsError, read_settings
from mapapp.writing import demo

from .people import PersonClient

BANNER = "Demonstration with sample accounts"


def site(settings: Any, engine: Any, on: bool) -> Any:
    """The application as `mapapp serve` starts it."""
    settings = replace(settings, demo=on)
    command_line._sample_accounts(engine, settings)
    app = create_app(settings, engine)
    app.test_client_class = PersonClient
    return app


@pytest.fixture
def demonstration(settings: Any, people_engine: Any) -> Iterator[Any]:
    yield site(settings, people_engine, True)
    with people_engine.begin() as connection:
        demo.close_accounts(connection)


def test_every_page_of_a_demonstration_says_so_and_how_to_sign_in(demonstration: Any) -> None:
    for path in ("/en/", "/en/about", "/en/practices/imst-abc-cafe", "/en/account/sign-in", "/en/no-such-page"):
        page = demonstration.test_client().get(path).text
        assert BANNER in page, path
        assert 'href="/en/account/sign-in"' in page, path
    for mail in demo.ADDRESSES.values():
        assert mail in demonstration.test_client().get("/en/account/sign-in").text


@pytest.mark.parametrize("role", demo.ADDRESSES)
def test_everybody_may_be_a_sample_account(demonstration: Any, role: str) -> None:
    client = demonstration.test_client()
    answer = client.send("/en/account/demo", {"role": role, "next": "/en/account/"})
    assert (answer.status_code, answer.location) == (303, "/en/account/")
    page = client.get("/en/account/").text
    assert demo.ADDRESSES[role] in page
    assert BANNER in page


def test_a_demonstration_opens_no_other_account(demonstration: Any) -> None:
    assert demonstration.test_client().send("/en/account/demo", {"role": "contributor"}).status_code == 404
    assert demonstration.test_client().post("/en/account/demo", data={"role": "admin"}).status_code == 403
    with demonstration.extensions["engine"].connect() as connection:
        kept = connection.execute(text("SELECT DISTINCT password_hash FROM account WHERE name LIKE 'Sample %'")).all()
    assert kept == [(None,)]


def test_sample_accounts_are_listed_as_such_and_not_as_invited(demonstration: Any) -> None:
    client = demonstration.test_client()
    client.send("/en/account/demo", {"role": "admin"})
    with demonstration.extensions["engine"].begin() as connection:
        connection.execute(
            text("INSERT INTO account (mail, role) VALUES ('guest@example.org', 'partner') ON CONFLICT DO NOTHING")
        )

    def listed(state: str) -> str:
        return client.get(f"/en/admin/accounts?state={state}").text

    for mail in demo.ADDRESSES.values():
        assert mail in listed("sample")
        assert mail not in listed("invited")
    assert "guest@example.org" in listed("invited")
    assert "guest@example.org" not in listed("sample")
    number = (
        demonstration.extensions["engine"]
        .connect()
        .scalar(text("SELECT id FROM account WHERE mail = 'partner@example.org'"))
    )
    page = client.get(f"/en/admin/accounts/{number}").text
    assert "Sample account" in page
    assert "Invite again" not in page


def test_without_the_setting_there_is_nothing_of_it(settings: Any, people_engine: Any) -> None:
    with_it = site(settings, people_engine, True)
    client = with_it.test_client()
    client.send("/en/account/demo", {"role": "admin"})
    key = client.get_cookie("session").value
    without = site(settings, people_engine, False)
    for path in ("/en/", "/en/about", "/en/account/sign-in"):
        page = without.test_client().get(path).text
        assert BANNER not in page
        assert "admin@example.org" not in page
    assert without.test_client().send("/en/account/demo", {"role": "admin"}).status_code == 404
    client = without.test_client()
    client.set_cookie("session", key)
    assert client.get("/en/account/").status_code == 303


def test_a_page_kept_without_the_banner_is_not_good_with_it(settings: Any, people_engine: Any) -> None:
    tags = [site(settings, people_engine, on).test_client().get("/en/about").headers["ETag"] for on in (False, True)]
    assert tags[0] != tags[1]


def test_an_empty_database_has_no_account(settings: Any, empty_engine: Any) -> None:
    command_line._sample_accounts(empty_engine, settings)
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar_one() == 0


@pytest.mark.parametrize(
    ("given", "expected"), [({}, False), ({"MAPAPP_DEMO": "0"}, False), ({"MAPAPP_DEMO": "1"}, True)]
)
def test_the_setting(tmp_path: Any, given: dict[str, str], expected: bool) -> None:
    assert read_settings({"MAPAPP_DATA_DIR": str(tmp_path), **given}).demo is expected


def test_a_setting_that_is_neither_is_refused(tmp_path: Any) -> None:
    with pytest.raises(SettingsError, match="MAPAPP_DEMO"):
        read_settings({"MAPAPP_DATA_DIR": str(tmp_path), "MAPAPP_DEMO": "yes please"})


def test_the_first_admin_is_made_from_the_command_line(
    settings: Any, people_engine: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.add_account(people_engine, settings, "first-admin@example.org", "admin", "de") == 0
    link = capsys.readouterr().out.splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/de/account/link/")
    app = site(settings, people_engine, False)
    client = app.test_client()
    path = link.removeprefix("http://127.0.0.1:8000")
    answer = client.send(path, {"name": "An admin", "new_password": "four loose words suffice"})
    assert answer.location.startswith("/de/account/second-factor")
    assert command_line.add_account(people_engine, settings, "first-admin@example.org", "admin", "de") == 1
    assert "already" in capsys.readouterr().err
    assert command_line.add_account(people_engine, settings, "no address", "admin", "de") == 1
    assert "no mail address" in capsys.readouterr().err


def test_nobody_is_given_the_address_of_a_sample_account(
    settings: Any, people_engine: Any, admin_client: PersonClient, capsys: pytest.CaptureFixture[str]
) -> None:
    # Such an account would be closed at the next start without the demonstration.
    assert command_line.add_account(people_engine, settings, "Admin@example.org", "admin", "en") == 1
    assert "sample account" in capsys.readouterr().err
    sent = {"mail": "partner@example.org", "role": "partner", "language": "en"}
    answer = admin_client.send("/en/admin/accounts/invite", sent)
    assert answer.status_code == 422
    assert "sample account" in answer.text
