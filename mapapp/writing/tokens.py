"""Mailed links that work once: made, used, withdrawn. Only the fingerprint of a link's key is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, update

from ..models.account import Token
from ..queries.tokens import Standing
from ..sealing import fingerprint, new_key

GOOD_FOR = {"sign_in": timedelta(hours=1), "reset": timedelta(hours=1), "invite": timedelta(days=7)}


def issue(
    connection: Connection,
    purpose: str,
    *,
    account_id: int | None = None,
    about: Mapping[str, Any] | None = None,
    good_for: timedelta | None = None,
) -> str:
    """Return the key of a new link. `purpose` is one of models.account.PURPOSES; `about` (JSON) is handed back when
    the link is used. Purposes that are not in GOOD_FOR say for how long the link is good."""
    key = new_key()
    connection.execute(
        insert(Token).values(
            hash=fingerprint(key),
            purpose=purpose,
            account_id=account_id,
            about=dict(about or {}),
            ends_at=datetime.now(UTC) + (good_for or GOOD_FOR[purpose]),
        )
    )
    return key


def use(connection: Connection, key: str, *purposes: str) -> Standing | None:
    """Use a link up and return what it was good for; None when it is unknown, used, over, or for something else.

    Of two who use it at once, one gets it.
    """
    statement = (
        update(Token)
        .where(
            Token.hash == fingerprint(key),
            Token.purpose.in_(purposes),
            Token.used_at.is_(None),
            Token.ends_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(Token.purpose, Token.account_id, Token.about)
    )
    row = connection.execute(statement).one_or_none()
    return Standing(*row) if row else None


def withdraw(connection: Connection, account_id: int, *purposes: str) -> None:
    """Make the links of an account useless."""
    connection.execute(delete(Token).where(Token.account_id == account_id, Token.purpose.in_(purposes)))
