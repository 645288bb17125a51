"""Mails: to a real SMTP server once each, tried again when it fails, in the reader's words."""

import email
import email.policy
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from mapapp import mailing
from mapapp.command_line import send_mail
from mapapp.settings import Settings
from mapapp.writing import mail, outbox
from mapapp.writing.mail import Receiver, Site

from .people import PersonClient

SITE = Site("Practice Atlas", "https://atlas.example.org")
DAY = datetime(2026, 11, 22, tzinfo=UTC)
ANSWERS = {"refused@example.org": "550 no such person", "busy@example.org": "451 try again later"}


@dataclass
class Sink:
    """A mail server that keeps what it takes; `answers` says what it tells some receivers instead."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=lambda: dict(ANSWERS))
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[Sink]:
    taken = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        taken.port = probe.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=taken.port)
    controller.start()
    yield taken
    controller.stop()


@pytest.fixture
def posting(settings: Settings, sink: Sink) -> Settings:
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{sink.port}", mail_from="atlas@example.org")


@pytest.fixture
def empty_box(people_engine: Engine) -> Engine:
    with people_engine.begin() as connection:
        connection.execute(text("DELETE FROM message"))
    return people_engine


def ask(connection: Connection, receiver: Receiver, title: str = "Garden", words: str = "Since when?") -> int:
    said = {"site": SITE, "title": title, "words": words, "link": f"{SITE.address}/en/contribute/"}
    return mail.queue(connection, "proposal_asked", receiver, said)


def states(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT state, tries FROM message ORDER BY id"))]


def make_due(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE message SET due_at = now() WHERE state IN ('waiting', 'sending')"))


def test_the_main_link_of_a_mail_is_a_button_whose_address_can_be_read() -> None:
    link = f"{SITE.address}/en/contribute/proposals/1"
    _subject, _plain, html = mail.draw("proposal_retired", "en", {"site": SITE, "title": "Garden", "link": link})
    assert re.search(rf'<a href="{link}" style="[^"]*background-color[^"]*">See the proposal</a>', html)
    assert f">{link}<" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    painted = re.sub(r"<a [^>]*>", "", html)  # beside buttons, words and paper have the colours of the mail program
    assert not re.search(r"(?<![-\w])color:|background", painted)


def test_a_mail_arrives_in_the_readers_language_as_text_and_as_html(
    empty_box: Engine, posting: Settings, sink: Sink
) -> None:
    with empty_box.begin() as connection:
        for language in ("en", "de", "it", "xx"):
            ask(connection, Receiver(f"{language}@example.org", language), "Straße <b>& Co</b>")
    assert mailing.send_due(empty_box, posting) == (4, 0, 0)
    by_receiver = {one["To"]: one for one in sink.mails}
    subjects = {one["Subject"] for one in sink.mails}
    assert len(subjects) == 3  # a language that the site does not speak is written to in English
    assert all("Straße <b>& Co</b>" in one for one in subjects)
    german = by_receiver["de@example.org"]
    assert german["From"] == "Practice Atlas <atlas@example.org>"
    assert (german["Content-Language"], german["Auto-Submitted"]) == ("de", "auto-generated")
    plain = german.get_body(("plain",)).get_content()
    html = german.get_body(("html",)).get_content()
    for body in (plain, html):
        assert "Since when?" in body
        assert f"{SITE.address}/en/contribute/" in body
        assert "A question" not in body
    assert '<html lang="de"' in html
    assert "<b>" not in html
    assert not re.search(r"<(?:img|link|script|iframe|style)|url\(|src=", html)  # nothing is fetched from anywhere
    assert states(empty_box) == [("sent", 1)] * 4
    with empty_box.connect() as connection:  # a text that was sent may hold a link that is as good as a password
        assert connection.execute(text("SELECT max(length(plain) + length(html)) FROM message")).scalar() == 0


def test_a_failure_is_tried_again_later_under_the_same_name_and_given_up_in_the_end(
    empty_box: Engine, posting: Settings, sink: Sink
) -> None:
    with empty_box.begin() as connection:
        for name in ("refused", "busy", "fine"):
            ask(connection, Receiver(f"{name}@example.org", "en"))
    assert mailing.send_due(empty_box, posting) == (1, 1, 1)
    assert states(empty_box) == [("failed", 1), ("waiting", 1), ("sent", 1)]
    assert mailing.send_due(empty_box, posting) == (0, 0, 0)  # not before its time
    with empty_box.connect() as connection:
        kept = connection.execute(text("SELECT message_id, error FROM message WHERE state = 'waiting'")).one()
    assert "451" in kept.error
    waits = []
    for _ in outbox.WAITS[1:]:
        make_due(empty_box)
        assert mailing.send_due(empty_box, posting) == (0, 1, 0)
        with empty_box.connect() as connection:
            wait = connection.execute(text("SELECT due_at - now() FROM message WHERE state = 'waiting'"))
            waits.append(wait.scalar_one())
    assert waits == sorted(waits)
    del sink.answers["busy@example.org"]
    make_due(empty_box)
    assert mailing.send_due(empty_box, posting) == (1, 0, 0)
    assert sink.mails[-1]["Message-ID"] == kept.message_id
    with empty_box.begin() as connection:
        ask(connection, Receiver("busy@example.org", "en"))
        connection.execute(text("UPDATE message SET tries = 8 WHERE state = 'waiting'"))
    sink.answers = ANSWERS
    assert mailing.send_due(empty_box, posting) == (0, 0, 1)


def test_a_server_that_is_away_costs_nothing_but_time(empty_box: Engine, settings: Settings) -> None:
    away = replace(settings, smtp_url="smtp://127.0.0.1:9")
    with empty_box.begin() as connection:
        for number in range(3):
            ask(connection, Receiver(f"{number}@example.org", "en"))
    assert mailing.send_due(empty_box, away) == (0, 3, 0)
    assert states(empty_box) == [("waiting", 1)] * 3
    elsewhere = replace(settings, smtp_url="smtp://user:secret@mail.invalid:25")
    make_due(empty_box)
    assert mailing.send_due(empty_box, elsewhere) == (0, 3, 0)


def test_of_many_who_send_at_once_each_mail_leaves_once(empty_box: Engine, posting: Settings, sink: Sink) -> None:
    with empty_box.begin() as connection:
        for number in range(60):
            ask(connection, Receiver(f"{number}@example.org", "en"))
    with ThreadPoolExecutor(4) as pool:
        sent = [done.sent for done in pool.map(lambda _: mailing.send_due(empty_box, posting), range(4))]
    assert sum(sent) == 60
    assert len({one["Message-ID"] for one in sink.mails}) == len(sink.mails) == 60


def test_a_mail_whose_sender_died_goes_out_again_under_the_same_name(
    empty_box: Engine, posting: Settings, sink: Sink
) -> None:
    with empty_box.begin() as connection:
        ask(connection, Receiver("one@example.org", "en"))
    with empty_box.begin() as connection:
        (claimed,) = outbox.claim(connection)  # and then its sender is killed
    assert mailing.send_due(empty_box, posting) == (0, 0, 0)  # the claim stands
    make_due(empty_box)
    assert mailing.send_due(empty_box, posting) == (1, 0, 0)
    assert [one["Message-ID"] for one in sink.mails] == [claimed.message_id]
    with empty_box.begin() as connection:  # the first one was only slow: what it notes changes nothing
        assert outbox.note_failed(connection, claimed, "too late")
    assert states(empty_box) == [("sent", 2)]


def test_a_courier_sends_by_itself_and_lives_through_trouble(
    empty_box: Engine, posting: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "AWAY_S", 0.05)
    monkeypatch.setattr(outbox, "wanted_on", lambda *_: [])
    true, arrived = mailing.send_due, threading.Event()

    def fails_once(engine: Engine, settings: Settings) -> mailing.Tally:
        monkeypatch.setattr(mailing, "send_due", true)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(mailing, "send_due", fails_once)
    with empty_box.begin() as connection:
        ask(connection, Receiver("one@example.org", "en"))
    courier = mailing.Courier(empty_box, posting, every=0.05)
    courier.start()
    try:
        for _ in range(100):
            if sink.mails or arrived.wait(0.05):
                break
    finally:
        courier.stop()
    assert [one["To"] for one in sink.mails] == ["one@example.org"]
    assert not courier.is_alive()


def test_without_a_mail_server_the_rest_is_still_done(
    empty_box: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = replace(settings, host="0.0.0.0", smtp_url="")
    assert not public.shows_mail
    done: list[str] = []
    reaped = threading.Event()
    monkeypatch.setattr(mailing, "REAPS_EVERY", 1)
    monkeypatch.setattr(mailing, "ask_owners", lambda *_: done.append("asked"))
    monkeypatch.setattr(mailing, "reap", lambda *_: (done.append("reaped"), reaped.set()))
    courier = mailing.Courier(empty_box, public, every=0.02)
    courier.start()
    assert reaped.wait(5)
    courier.stop()
    assert done[:2] == ["asked", "reaped"]
    assert "\nCourier(engine, settings).start()\n" in (mail.ROOT / "wsgi.py").read_text()


def test_without_a_server_mails_are_shown_on_this_machine_only(
    empty_box: Engine, settings: Settings, capsys: pytest.CaptureFixture[str], anyone: PersonClient
) -> None:
    with empty_box.begin() as connection:
        ask(connection, Receiver("one@example.org", "en"), words="See https://atlas.example.org/?a=1&b=<2>")
    assert send_mail(empty_box, settings) == 0
    assert "Mail to one@example.org: A question about Garden" in capsys.readouterr().out
    page = anyone.get("/en/account/mailbox")
    assert page.status_code == 200
    assert "one@example.org" in page.text
    assert "&lt;2&gt;" in page.text
    for host in ("atlas.example.org", "evil.test:8000"):
        assert anyone.get("/en/account/mailbox", headers={"Host": host}).status_code == 400
    assert anyone.get("/en/account/mailbox", headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 404
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert anyone.get("/en/account/mailbox", environ_base=elsewhere).status_code == 404
    with empty_box.begin() as connection:
        ask(connection, Receiver("one@example.org", "en"))
    public = replace(settings, base_url="https://atlas.example.org")
    assert send_mail(empty_box, public) == 1
    assert "SMTP_URL" in capsys.readouterr().err
    assert states(empty_box)[-1] == ("waiting", 0)


@pytest.mark.parametrize(
    "change",
    [
        {"smtp_url": "smtp://mail.example.org"},
        {"base_url": "https://atlas.example.org"},
        {"host": "0.0.0.0"},
        {"trusted_proxies": 1},
        {"database_url": "postgresql+psycopg://u@h/d"},
    ],
)
def test_a_site_that_others_can_reach_never_shows_mails(settings: Settings, change: dict[str, Any]) -> None:
    assert settings.shows_mail
    assert not replace(settings, **change).shows_mail


LINES = st.text(st.characters(codec="utf-8"), max_size=80) | st.sampled_from(
    [
        "a\r\nBcc: all@example.org",
        "a\nBcc: x",
        "a\rX: y",
        "a\u2028Bcc: x",
        "a\x0bBcc: x",
        "a\x00b",
        "=?utf-8?q?=0ABcc:?=",
    ]
)
HEADERS = {
    *("Message-ID", "Date", "From", "To", "Subject", "Content-Language", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}


@limits(deadline=None, max_examples=150)
@given(title=LINES, words=LINES, name=LINES)
def test_no_text_of_a_person_becomes_a_header(title: str, words: str, name: str) -> None:
    said = {"site": Site(name, SITE.address), "title": title, "words": words, "link": SITE.address}
    subject, plain, html = mail.draw("proposal_asked", "de", said)
    outgoing = outbox.Outgoing(1, "<a@b>", "one@example.org", "de", "proposal_asked", subject, plain, html, DAY, 1)
    written = mailing.build(outgoing, name, "atlas@example.org").as_bytes()
    read = email.message_from_bytes(written, policy=email.policy.SMTP)
    assert set(read.keys()) == HEADERS
    assert read["To"] == "one@example.org"
    assert [one.addr_spec for one in read["From"].addresses] == ["atlas@example.org"]
    assert read["Subject"].splitlines() in ([], [str(read["Subject"])])


@pytest.mark.parametrize("address", ["", "a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@b,c@d", "a@@b", "a"])
def test_a_receiver_that_is_none_is_refused(people_engine: Engine, address: str) -> None:
    with people_engine.begin() as connection, pytest.raises(ValueError, match="mail address"):
        ask(connection, Receiver(address, "en"))
