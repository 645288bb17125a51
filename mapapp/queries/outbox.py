"""The mails of the outbox, for somebody who tries the site out and has no mail server."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

MOST = 50  # the latest


class Mail(NamedTuple):
    """A mail. `state` is waiting, sending, sent or failed."""

    id: int
    receiver: str
    language: str
    subject: str
    plain: str
    state: str
    created_at: datetime


_LATEST = text("""
SELECT id, receiver, language, subject, plain, state, created_at FROM message ORDER BY id DESC LIMIT :most
""")


def latest(connection: Connection) -> list[Mail]:
    """Return the latest mails, the newest first."""
    return [Mail(*row) for row in connection.execute(_LATEST, {"most": MOST})]
