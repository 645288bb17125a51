"""What a request brings with it: its language, one database connection, the atlas as it is now."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import current_app, g
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..queries import data_version, vocabulary
from ..queries.data_version import Versions
from ..settings import Settings

if TYPE_CHECKING:
    from ..atlas import Atlas, Snapshot


def settings() -> Settings:
    """Return the settings of this installation."""
    return current_app.extensions["settings"]


def connection() -> Connection:
    """Return the request's one connection, opened when first asked for and closed when the answer is made."""
    if "connection" not in g:
        g.connection = current_app.extensions["reader"].connect()
    return g.connection


def versions() -> Versions:
    """Return the data versions, read once a request: everything in one answer speaks of the same data."""
    if "versions" not in g:
        try:
            g.versions = data_version.read(connection())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            # The server was restarted while this connection lay in the pool: no reason to bother the visitor.
            release()
            g.versions = data_version.read(connection())
    return g.versions


def atlas() -> "Atlas":
    """Return the keeper of the columns in memory, which answer every search."""
    return current_app.extensions["atlas"]


def snapshot(collection: str = "practice") -> "Snapshot":
    """Return the columns of a collection as they are now.

    While another request rebuilds them they may be older than the data version: such an answer is given, not kept.
    """
    found = atlas().current(connection(), collection, versions())
    if found.version != getattr(versions(), collection):
        g.etag = None
    return found


def labels() -> Callable[[str, str], str]:
    """Return the words of every vocabulary in the language of the page, read once while the data stay the same."""
    if "labels" not in g:
        g.labels = vocabulary.labels(connection(), versions(), g.lang)
    return g.labels


def release(_error: BaseException | None = None) -> None:
    """Give the connection back; registered by the factory at the end of every request."""
    held = g.pop("connection", None)
    if held is not None:
        held.close()
