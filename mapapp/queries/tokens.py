"""Mailed links: what one is good for, before it is used."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ..models.account import Token
from ..sealing import fingerprint


class Standing(NamedTuple):
    """A link that can be used: for what, for whose account (None: for an address that has none), and about what."""

    purpose: str
    account_id: int | None
    about: dict[str, Any]


def standing(connection: Connection, key: str, *purposes: str) -> Standing | None:
    """Return what a link is good for now; None when it is unknown, used, over, or for something else."""
    statement = select(Token.purpose, Token.account_id, Token.about).where(
        Token.hash == fingerprint(key),
        Token.purpose.in_(purposes),
        Token.used_at.is_(None),
        Token.ends_at > func.now(),
    )
    row = connection.execute(statement).one_or_none()
    return Standing(*row) if row else None
