"""The outbox: which mails are due, who sends them now, what came of it; the summary for moderators.

A mail is claimed in a short transaction before it is sent and marked in another one after it: no lock is held while a
mail server answers. Whoever dies in between leaves a claim that ends by itself; the mail then goes out once more under
the same Message-ID, by which mail servers and readers know it again.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from ..queries.site import Site
from . import mail
from .mail import Receiver

CLAIM = timedelta(minutes=10)  # longer than a batch can take
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))  # after each failure
KEPT = timedelta(days=180)  # what was sent is forgotten then
MONDAY, FRIDAY = 0, 4  # as Python counts
LISTED = 10  # proposals in a summary


class Outgoing(NamedTuple):
    """A mail that was claimed; `tries` counts this one."""

    id: int
    message_id: str
    receiver: str
    language: str
    kind: str
    subject: str
    plain: str
    html: str
    created_at: datetime
    tries: int


class Line(NamedTuple):
    """A proposal in a summary."""

    title: str
    since: datetime


_CLAIM = text("""
UPDATE message SET state = 'sending', tries = tries + 1, due_at = now() + :claim
WHERE id IN (
  SELECT id FROM message WHERE state IN ('waiting', 'sending') AND due_at <= now()
  ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED
)
RETURNING id, message_id, receiver, language, kind, subject, plain, html, created_at, tries
""")
# A text that was sent has done its work, and may hold a link that is as good as a password.
_SENT = text("""
UPDATE message SET state = 'sent', sent_at = now(), error = NULL,
  plain = CASE WHEN :keep THEN plain ELSE '' END, html = CASE WHEN :keep THEN html ELSE '' END
WHERE id = :id AND state <> 'sent'
""")
_QUESTION_SENT = text("UPDATE freshness SET sent_at = now() WHERE :id = ANY(messages) AND sent_at IS NULL")
_FAILED = text("""
UPDATE message SET state = :state, error = :error, due_at = now() + :wait
WHERE id = :id AND state = 'sending' AND tries = :tries
""")
_SWEEP = text("DELETE FROM message WHERE state IN ('sent', 'failed') AND created_at < now() - :kept")
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(7240120)")
_WAITING = text("""
SELECT coalesce(said #>> ARRAY['texts', said ->> 'language', 'title'],
  said #>> ARRAY['texts', said ->> 'language', 'name'], said ->> 'practice', slug, '…') AS title, submitted_at
FROM (SELECT CASE WHEN values ? 'texts' OR base IS NULL THEN values ELSE base END AS said, slug, submitted_at, id
  FROM proposal WHERE state IN ('submitted', 'agreed')) AS waiting
ORDER BY submitted_at, id
""")
_MODERATORS = text("""
SELECT mail, language, id FROM account
WHERE role IN ('moderator', 'admin') AND digest = ANY(:wanted) AND disabled_at IS NULL AND mail IS NOT NULL
  AND (password_hash IS NOT NULL OR totp_secret IS NOT NULL) -- an invitation may have gone to a wrong address
  AND NOT EXISTS (SELECT FROM message WHERE account_id = account.id AND kind = 'digest' AND created_at >= :midnight)
ORDER BY id
""")
_NOW = text("SELECT now()")


def claim(connection: Connection, most: int = 20) -> list[Outgoing]:
    """Take mails that are due; nobody else gets them while the claim lasts."""
    return [Outgoing(*row) for row in connection.execute(_CLAIM, {"most": most, "claim": CLAIM})]


def note_sent(connection: Connection, outgoing: Outgoing, *, keep: bool = False) -> None:
    """Note that a mail server has taken a mail; its text is forgotten unless it is to be kept. An owner
    is waited for from the moment on at which the question has left."""
    connection.execute(_SENT, {"id": outgoing.id, "keep": keep})
    if outgoing.kind == "freshness":
        connection.execute(_QUESTION_SENT, {"id": outgoing.id})


def note_failed(connection: Connection, outgoing: Outgoing, error: str, *, for_good: bool = False) -> bool:
    """Note why a mail could not be sent, to be tried again later; return whether it will be."""
    again = not for_good and outgoing.tries <= len(WAITS)
    wait = WAITS[min(outgoing.tries, len(WAITS)) - 1]
    given = {"id": outgoing.id, "tries": outgoing.tries, "error": error[:500], "wait": wait}
    connection.execute(_FAILED, {**given, "state": "waiting" if again else "failed"})
    return again


def sweep(connection: Connection) -> None:
    """Forget mails of long ago."""
    connection.execute(_SWEEP, {"kept": KEPT})


def wanted_on(now: datetime, site: Site) -> list[str]:
    """Return which wishes for a summary (see models.account.DIGESTS) are met at a moment on the site's clock."""
    day = now.weekday()
    comes = {"daily": True, "workdays": day <= FRIDAY, "weekly": day == MONDAY}.get(site.digest, False)
    if not comes or now.hour < site.digest_hour:
        return []
    return ["every", "weekly"] if day == MONDAY else ["every"]


def queue_digests(connection: Connection, site: Site, address: str) -> int:
    """Write to each moderator who wants it what waits, once a day at most; return how many mails that made.

    Days and hours are those of the site's clock; `address` is that of the site. Of several at once, one does it.
    """
    now = connection.execute(_NOW).scalar_one().astimezone(site.zone)
    wanted = wanted_on(now, site)
    if not wanted or not connection.execute(_ONE_AT_A_TIME).scalar_one():
        return 0
    waiting = [Line(title, since.astimezone(site.zone)) for title, since in connection.execute(_WAITING)]
    given = {"wanted": wanted, "midnight": now.replace(hour=0, minute=0, second=0, microsecond=0)}
    receivers = [Receiver(*row) for row in connection.execute(_MODERATORS, given)] if waiting else []
    for receiver in receivers:
        mail.queue(
            connection,
            "digest",
            receiver,
            {
                "site": mail.Site(site.name, address),
                "waiting": waiting[:LISTED],
                "number": len(waiting),
                "link": f"{address}/{receiver.language}/review/",
            },
        )
    return len(receivers)
