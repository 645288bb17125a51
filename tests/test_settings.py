"""Settings: defaults, every bad value named with its remedy, the secret key kept."""

import stat

import pytest

from mapapp.mailing import server_of
from mapapp.settings import SettingsError, read_settings

KEY = "k" * 40


def test_nothing_set_gives_the_private_database_on_loopback(tmp_path):
    found = read_settings({"MAPAPP_DATA_DIR": str(tmp_path)})
    assert (found.host, found.port, found.database_url) == ("127.0.0.1", 8000, "")


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = read_settings({"MAPAPP_DATA_DIR": str(tmp_path)})
    again = read_settings({"MAPAPP_DATA_DIR": str(tmp_path)})
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_spelling_of_a_database_address_is_taken(given):
    assert read_settings({"DATABASE_URL": given, "MAPAPP_SECRET_KEY": KEY}).database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"MAPAPP_PORT": "eighty"}, "MAPAPP_PORT"),
        ({"MAPAPP_PORT": "0"}, "MAPAPP_PORT"),
        ({"MAPAPP_PORT": "70000"}, "MAPAPP_PORT"),
        ({"MAPAPP_PORT": "٨"}, "MAPAPP_PORT"),
        ({"MAPAPP_WORKERS": "-1"}, "MAPAPP_WORKERS"),
        ({"MAPAPP_TRUSTED_PROXIES": "many"}, "MAPAPP_TRUSTED_PROXIES"),
        ({"MAPAPP_BASE_URL": "atlas.example.org"}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": "https://example.org/a b"}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": "https://example.org/atlas?x=1"}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": "https://example.org//atlas"}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": "https://example.org/../atlas"}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": "https://example.org/atlas/.."}, "MAPAPP_BASE_URL"),
        ({"MAPAPP_BASE_URL": 'https://example.org/"><b>'}, "MAPAPP_BASE_URL"),
        ({"DATABASE_URL": "mysql://h/d", "MAPAPP_SECRET_KEY": KEY}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h/d"}, "MAPAPP_SECRET_KEY"),
        ({"MAPAPP_SECRET_KEY": "short"}, "MAPAPP_SECRET_KEY"),
        ({"MAPAPP_DATA_DIR": "/proc/nowhere"}, "MAPAPP_DATA_DIR"),
        ({"SMTP_URL": "mail.example.org"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.org:many"}, "SMTP_URL"),
        ({"MAPAPP_MAIL_FROM": "Atlas <a@b>\nBcc: c@d"}, "MAPAPP_MAIL_FROM"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_names_it(env, named, tmp_path):
    with pytest.raises(SettingsError) as said:
        read_settings({"MAPAPP_DATA_DIR": str(tmp_path)} | env)
    assert str(said.value).startswith(named)
    assert "\n" not in str(said.value)


def test_a_mail_server_is_taken_under_both_names_and_its_password_is_not_repeated(tmp_path):
    data = {"MAPAPP_DATA_DIR": str(tmp_path)}
    url = "smtps://user:p%40ss@mail.example.org"
    for name in ("SMTP_URL", "MAPAPP_SMTP_URL"):
        assert read_settings(data | {name: url}).smtp_url == url
    assert server_of(url) == ("mail.example.org", 465, True, "user", "p@ss")
    with pytest.raises(SettingsError) as said:
        read_settings(data | {"SMTP_URL": "http://user:secret@mail.example.org"})
    assert "secret" not in str(said.value)


@pytest.mark.parametrize(
    ("env", "sender"),
    [
        ({}, "noreply@127.0.0.1"),
        ({"MAPAPP_BASE_URL": "https://atlas.example.org"}, "noreply@atlas.example.org"),
        ({"MAPAPP_CONTACT": "people@example.org"}, "people@example.org"),
        ({"MAPAPP_CONTACT": "https://example.org/@people"}, "noreply@127.0.0.1"),
        ({"MAPAPP_CONTACT": "people@example.org", "MAPAPP_MAIL_FROM": "atlas@example.org"}, "atlas@example.org"),
    ],
)
def test_mails_come_from_an_address_that_somebody_named(env, sender, tmp_path):
    assert read_settings({"MAPAPP_DATA_DIR": str(tmp_path)} | env).sender == sender


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        ("", ""),
        ("https://example.org", ""),
        ("https://example.org/", ""),
        ("https://example.org/atlas/", "/atlas"),
        ("http://[::1]:8000/the.region/atlas-2", "/the.region/atlas-2"),
    ],
)
def test_the_address_says_below_which_path_the_site_lies(given, prefix, tmp_path):
    assert read_settings({"MAPAPP_DATA_DIR": str(tmp_path), "MAPAPP_BASE_URL": given}).prefix == prefix
