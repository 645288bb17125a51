"""Sessions: opened at sign-in, kept alive by use, ended by their owner, by time, or with what they rested on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ..models.account import Account, Attempt, SignedIn, Token
from ..queries.sessions import GUARDED, LONGEST, LONGEST_GUARDED
from ..sealing import fingerprint, new_key

HALFWAY = timedelta(minutes=15)  # from the password to the second factor
LONGEST_DEVICE = 200  # characters


def open_session(
    connection: Connection,
    account_id: int,
    *,
    full: bool,
    device: str = "",
    address: str | None = None,
    state: Mapping[str, Any] | None = None,
) -> str:
    """Return the key of a new session of an account; the browser has it, we keep its fingerprint."""
    key = new_key()
    role = connection.scalar(select(Account.role).where(Account.id == account_id))
    longest = LONGEST_GUARDED if role in GUARDED else LONGEST
    connection.execute(
        insert(SignedIn).values(
            hash=fingerprint(key),
            account_id=account_id,
            full=full,
            state=dict(state or {}),
            ends_at=datetime.now(UTC) + (longest if full else HALFWAY),
            device=device[:LONGEST_DEVICE] or None,
            address=address,
        )
    )
    if full:
        connection.execute(update(Account).where(Account.id == account_id).values(last_seen_at=func.now()))
    return key


def touch(connection: Connection, session_id: int) -> None:
    """Note that a session is in use."""
    connection.execute(update(SignedIn).where(SignedIn.id == session_id).values(seen_at=func.now()))


def remember(connection: Connection, session_id: int, state: Mapping[str, Any]) -> None:
    """Keep what the next step of a session must know; replaces what was kept before."""
    connection.execute(update(SignedIn).where(SignedIn.id == session_id).values(state=dict(state)))


def end(connection: Connection, account_id: int, session_id: int) -> bool:
    """End one session of an account; tells whether it was there."""
    ended = delete(SignedIn).where(SignedIn.id == session_id, SignedIn.account_id == account_id)
    return connection.execute(ended).rowcount > 0


def end_all(connection: Connection, account_id: int, but: int | None = None) -> int:
    """End the sessions of an account, but one if its id is given; returns how many."""
    ended = delete(SignedIn).where(SignedIn.account_id == account_id)
    if but is not None:
        ended = ended.where(SignedIn.id != but)
    return connection.execute(ended).rowcount


def sweep(connection: Connection) -> None:
    """Remove what time has ended: sessions, links that were good until a month ago, counts older than a day."""
    now = datetime.now(UTC)
    connection.execute(delete(SignedIn).where(SignedIn.ends_at < now))
    connection.execute(delete(Token).where(Token.ends_at < now - timedelta(days=30)))
    connection.execute(delete(Attempt).where(Attempt.since < now - timedelta(days=1)))
