"""Summaries for moderators: as often as the site and each of them wants, on the site's clock, one a day at most."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from mapapp import mailing
from mapapp.queries.site import Site
from mapapp.settings import Settings
from mapapp.writing import outbox

from .people import PersonClient, add_account
from .proposing import actor, propose, titled

ADDRESS = "https://atlas.example.org"
EVERY_DAY = Site("Atlas", digest_hour=0)
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=ZoneInfo("Europe/Brussels"))


@pytest.fixture
def waiting(people_engine: Engine) -> Iterator[Engine]:
    """Twelve proposals wait; one moderator, who reads German, wants every summary."""
    with people_engine.begin() as connection:
        partner = actor(connection, "partner", "house")
        connection.execute(text("UPDATE account SET digest = 'none'"))
        add_account(connection, "wants@example.org", "moderator")
        connection.execute(
            text("UPDATE account SET language = 'de', digest = 'every' WHERE mail = 'wants@example.org'")
        )
        for number in range(12):
            propose(connection, partner, titled(f"Number {number}"))
        connection.execute(text("DELETE FROM message"))
    yield people_engine
    with people_engine.begin() as connection:
        for table in ("message", "proposal_step", "proposal", "site_setting"):
            connection.execute(text(f"DELETE FROM {table}"))


def queue(engine: Engine, site: Site = EVERY_DAY) -> int:
    with engine.begin() as connection:
        return outbox.queue_digests(connection, site, ADDRESS)


def test_a_summary_says_what_waits_and_where(waiting: Engine) -> None:
    with waiting.connect() as connection:
        assert outbox.queue_digests(connection, EVERY_DAY, ADDRESS) == 1
        mail = connection.execute(text("SELECT receiver, subject, plain FROM message")).one()
    assert mail.receiver == "wants@example.org"
    assert "12" in mail.subject
    assert "Number 0" in mail.plain
    assert "Number 11" not in mail.plain
    assert f"{ADDRESS}/de/review/" in mail.plain
    with waiting.begin() as connection:
        connection.execute(text("UPDATE proposal SET state = 'withdrawn'"))
    assert queue(waiting) == 0, "nothing waits"


def test_whoever_has_not_taken_up_an_invitation_is_told_nothing(waiting: Engine) -> None:
    with waiting.begin() as connection:
        connection.execute(text("UPDATE account SET totp_secret = NULL WHERE mail = 'wants@example.org'"))
    assert queue(waiting) == 0
    with waiting.begin() as connection:
        connection.execute(text("UPDATE account SET totp_secret = 'again' WHERE mail = 'wants@example.org'"))
    assert queue(waiting) == 1


def test_of_several_workers_one_writes_it_once(waiting: Engine, settings: Settings) -> None:
    with waiting.begin() as connection:
        connection.execute(text("INSERT INTO site_setting (name, value) VALUES ('digest_hour', '0')"))
    with waiting.begin() as first:
        assert outbox.queue_digests(first, EVERY_DAY, ADDRESS) == 1
        assert mailing.queue_digests(waiting, settings) == 0, "another one is at it"
    assert mailing.queue_digests(waiting, settings) == 0, "it is there"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_one_of_the_sites_clock(waiting: Engine, zone: str) -> None:
    site = EVERY_DAY._replace(time_zone=zone)
    assert queue(waiting, site) == 1
    midnight = datetime.now(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    for sent, again in ((midnight, 0), (midnight - timedelta(seconds=1), 1)):
        with waiting.begin() as connection:
            connection.execute(text("UPDATE message SET created_at = :sent"), {"sent": sent})
        assert queue(waiting, site) == again


@pytest.mark.parametrize(
    ("rhythm", "days"), [("daily", range(7)), ("workdays", range(5)), ("weekly", [0]), ("never", [])]
)
def test_it_comes_on_the_days_and_from_the_hour_that_were_chosen(rhythm: str, days: Any) -> None:
    site = Site("Atlas", digest=rhythm)
    for day in range(7):
        now = MONDAY + timedelta(days=day)
        wishes = [] if day not in days else ["every", "weekly"] if day == 0 else ["every"]
        assert outbox.wanted_on(now, site) == wishes
        assert outbox.wanted_on(now - timedelta(minutes=1), site) == []
        assert outbox.wanted_on(now.replace(hour=17), site._replace(digest_hour=18)) == []


@pytest.mark.parametrize(("wish", "mails"), [("every", 1), ("weekly", 0), ("none", 0)])
def test_each_moderator_chooses(waiting: Engine, person: Any, monkeypatch: Any, wish: str, mails: int) -> None:
    moderator: PersonClient = person("moderator")
    kept = moderator.send("/en/account/", {"name": "M", "language": "en", "digest": wish})
    assert kept.status_code == 303
    assert f'<option value="{wish}" selected>' in moderator.get("/en/account/").text
    refused = moderator.send("/en/account/", {"name": "Typed", "language": "en", "digest": "hourly"})
    assert refused.status_code == 422
    assert 'id="digest-error"' in refused.text
    with waiting.begin() as connection:
        connection.execute(text("UPDATE account SET digest = 'none' WHERE mail = 'wants@example.org'"))
    monkeypatch.setattr(outbox, "wanted_on", lambda *_: ["every"])  # a Tuesday
    assert queue(waiting) == mails
