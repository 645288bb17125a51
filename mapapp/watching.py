"""The data versions as PostgreSQL tells of them: no request has to ask while nothing has changed.

Every change of the data notifies whoever listens, at its commit (see the migration of `bump_data_version`). Each worker
listens on a connection of its own. What it knows is only good while that connection is: before it listens, and from the
moment that the server goes away, every request asks again.
"""

import logging
import threading
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from .queries import data_version
from .queries.data_version import Versions

CHANNEL = "data_version"
EVERY_S = 5.0  # seconds without a word after which the connection is tried
AGAIN_S = 1.0  # seconds before the server is called again

log = logging.getLogger("mapapp")


class Watch(threading.Thread):
    """Knows the data versions for as long as nothing has changed; safe for the threads of one worker."""

    def __init__(self, engine: Engine) -> None:
        """Make a watch that does not listen yet."""
        super().__init__(name="watch", daemon=True)
        self.engine = engine
        self.known: Versions | None = None
        self._lock = threading.Lock()
        self._listening = False
        self._told = 0  # how often something was said to have changed
        self._over = threading.Event()

    def read(self, connection: Connection) -> Versions:
        """Return the versions as the connection sees them, and know them unless something changed meanwhile."""
        told = self._told
        found = data_version.read(connection)
        with self._lock:
            if self._listening and told == self._told:
                self.known = found
        return found

    def doubt(self) -> None:
        """Know nothing until the versions are read again: this worker has just written, or was told of a change."""
        with self._lock:
            self._told += 1
            self.known = None

    def end(self) -> None:
        """Stop listening, at the latest when the connection is tried the next time."""
        self._over.set()
        self.doubt()

    def run(self) -> None:
        """Listen; when the server goes away, let go of all its connections and call again."""
        while not self._over.is_set():
            try:
                with self.engine.connect() as connection:
                    self._listen(connection)
            except (psycopg.Error, SQLAlchemyError) as error:
                log.info("not listening: %s", str(error).splitlines()[0])
                self._listening = False
                self.doubt()
                self.engine.dispose()  # connections to a server that went away would fail one visitor each
                self._over.wait(AGAIN_S)

    def _listen(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        connection.detach()  # it never goes back to the pool
        driver.autocommit = True
        driver.execute(f"LISTEN {CHANNEL}")
        self._listening = True
        self.doubt()  # who began to read before may have read what was true before
        while not self._over.is_set():
            for _change in driver.notifies(timeout=EVERY_S):
                self.doubt()
            driver.execute("SELECT 1")
