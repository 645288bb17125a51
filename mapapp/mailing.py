"""Sends what lies in the outbox: by SMTP, or, on a machine where somebody is trying the site out, onto the console."""

import logging
import random
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from .queries import site as described
from .settings import Settings
from .writing import freshness, outbox, photos, uploads
from .writing.mail import one_line
from .writing.outbox import Outgoing

log = logging.getLogger("mapapp.mail")
TIMEOUT_S = 20
EVERY_S = 5.0  # between two looks into the outbox
AWAY_S = 60.0  # after trouble with the database
DIGESTS_EVERY = 60  # looks
REAPS_EVERY = 720  # looks: an hour


class Server(NamedTuple):
    """A mail server. `secure`: encrypted from the first byte; otherwise as soon as the server offers it."""

    host: str
    port: int
    secure: bool
    user: str
    password: str


class Tally(NamedTuple):
    """What a round of sending came to."""

    sent: int = 0
    later: int = 0
    given_up: int = 0

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.later} to be tried again, {self.given_up} given up"


Send = Callable[[EmailMessage], None]


def server_of(url: str) -> Server:
    """Return the server that an address such as smtp://user:password@host:587 names (see Settings.smtp_url)."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    return Server(
        parts.hostname or "localhost",
        parts.port or (465 if secure else 587),
        secure,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def build(outgoing: Outgoing, name: str, sender: str) -> EmailMessage:
    """Return a mail from the outbox as it goes over the wire. `name` is the site's, `sender` its mail address."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = outgoing.message_id
    message["Date"] = format_datetime(outgoing.created_at)
    message["From"] = Address(_plain(name), addr_spec=sender)
    message["To"] = outgoing.receiver
    message["Subject"] = _plain(outgoing.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.plain)
    message.add_alternative(outgoing.html, subtype="html")
    message["Content-Language"] = outgoing.language  # setting the content takes such headers away
    return message


def _plain(words: str) -> str:
    """Return a text as one line that no reader takes for an encoded word, which may stand for anything."""
    return one_line(words).replace("=?", "= ?")


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Give a connection to a server. A password is never sent in the clear to another machine."""
    context = ssl.create_default_context()
    if server.secure:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    with client:
        client.ehlo()
        if not server.secure and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
        elif not server.secure and server.user and server.host not in ("localhost", "127.0.0.1", "::1"):
            raise smtplib.SMTPException("the server offers no encryption, so the password is not sent")
        if server.user:
            client.login(server.user, server.password)
        yield client


def send_due(engine: Engine, settings: Settings) -> Tally:
    """Send every mail that is due. Without a mail server they go onto the console where that is allowed, else wait."""
    total = Tally()
    if not settings.smtp_url and not settings.shows_mail:
        return total
    while True:
        with engine.begin() as connection:
            claimed = outbox.claim(connection)
        if not claimed:
            return total
        name = _site_name(engine, settings)
        found = _by_smtp(engine, settings, claimed, name) if settings.smtp_url else _onto_console(engine, claimed)
        total = Tally(*(one + other for one, other in zip(total, found, strict=True)))


def _site_name(engine: Engine, settings: Settings) -> str:
    with engine.connect() as connection:
        return described.read(connection, settings).name


def _by_smtp(engine: Engine, settings: Settings, claimed: list[Outgoing], name: str) -> Tally:
    tally = [0, 0, 0]
    waiting = list(claimed)
    try:
        with _connected(server_of(settings.smtp_url)) as client:
            while waiting:
                outgoing = waiting[0]
                try:
                    message = build(outgoing, name, settings.sender)
                except ValueError as error:  # no mail can be made of it
                    tally[_failed(engine, outgoing, error, for_good=True)] += 1
                else:
                    tally[_send_one(engine, client, outgoing, message)] += 1
                waiting.pop(0)
    except (OSError, smtplib.SMTPException) as error:  # the server is the trouble, not a mail
        log.warning("the mail server does not take mails: %s", error)
        for outgoing in waiting:
            tally[_failed(engine, outgoing, error)] += 1
    return Tally(*tally)


def _send_one(engine: Engine, client: smtplib.SMTP, outgoing: Outgoing, message: EmailMessage) -> int:
    """Send a mail and note what came of it; return which figure of the tally counts it."""
    try:
        client.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _failed(engine, outgoing, f"{code} {_decoded(said)}", for_good=code >= 500)
    except (smtplib.SMTPNotSupportedError, UnicodeError) as error:  # an address that this server cannot write to
        return _failed(engine, outgoing, error, for_good=True)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
        return _failed(engine, outgoing, f"{code} {_decoded(error.smtp_error)}", for_good=code >= 500)
    with engine.begin() as connection:
        outbox.note_sent(connection, outgoing)
    return 0


def _decoded(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _failed(engine: Engine, outgoing: Outgoing, error: object, *, for_good: bool = False) -> int:
    with engine.begin() as connection:
        again = outbox.note_failed(connection, outgoing, str(error), for_good=for_good)
    return 1 if again else 2


def _onto_console(engine: Engine, claimed: list[Outgoing]) -> Tally:
    for outgoing in claimed:
        print(f"\nMail to {outgoing.receiver}: {outgoing.subject}\n\n{outgoing.plain}", flush=True)
        with engine.begin() as connection:
            outbox.note_sent(connection, outgoing, keep=True)
    return Tally(sent=len(claimed))


def queue_digests(engine: Engine, settings: Settings) -> int:
    """Write the daily summaries that are due, and forget mails of long ago; return how many summaries that made."""
    with engine.begin() as connection:
        site = described.read(connection, settings)
        outbox.sweep(connection)
        return outbox.queue_digests(connection, site, settings.address)


def ask_owners(engine: Engine, settings: Settings) -> freshness.Round:
    """Write the mails that ask owners whether their records are still right, where some are due today."""
    with engine.begin() as connection:
        return freshness.ask_owners(connection, described.read(connection, settings), settings.address, daily=True)


def reap(engine: Engine, settings: Settings) -> photos.Reaped:
    """Throw out the photos that nothing names, and the tables that nobody has confirmed."""
    uploads.sweep(settings.data_dir)
    return photos.reap(engine, settings.data_dir)


class Courier(threading.Thread):
    """Looks into the outbox every few seconds until it is told to stop, and does what is due by the hour. Several may
    do so at once. Without a mail server it sends nothing, and does the rest."""

    def __init__(self, engine: Engine, settings: Settings, every: float = EVERY_S) -> None:
        """Make a courier that has not started yet; `every` is in seconds."""
        super().__init__(name="courier", daemon=True)
        self.engine, self.settings, self.every = engine, settings, every
        self._end = threading.Event()

    def stop(self) -> None:
        """End after the mail that is being sent."""
        self._end.set()
        self.join(TIMEOUT_S)

    def run(self) -> None:
        """Send, and wait; trouble is told once and tried again."""
        looks, pause = 0, self.every
        while not self._end.wait(pause * random.uniform(0.8, 1.2)):  # noqa: S311 - so that couriers do not meet
            pause = self.every
            try:
                if looks % DIGESTS_EVERY == 0:
                    queue_digests(self.engine, self.settings)
                    ask_owners(self.engine, self.settings)
                if looks % REAPS_EVERY == 0:
                    reap(self.engine, self.settings)
                send_due(self.engine, self.settings)
                looks += 1
            except SQLAlchemyError as error:
                log.warning("mails wait: %s", str(error.__cause__ or error).splitlines()[0])
                pause = AWAY_S
            except Exception:
                log.exception("mails wait")
                pause = AWAY_S
