"""Features of practices that were written beforehand: asked for most, they are read rather than made.

One line of `practice_feature` is a practice as GeoJSON in degrees with all its published fields in a language of the
site, exactly as the same SQL makes it at any time. Triggers throw out the lines of what changes, in the transaction of
the change; what is missing is made where it is asked for, and written by the `Scribe` as soon as it gets to it.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ..i18n import LANGUAGES
from ..queries import export, features
from . import fields, geojson
from .at_hand import SITE, AtHand, addressed

LINE = geojson.feature_sql(fields.PRACTICE.fields)
EVERY_S = 2.0  # seconds between two looks at the data version
AFTER_FAULT_S = 60.0  # seconds until the disk is tried again
BATCH = 500  # features written at a time; changes wait until they are

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def form() -> str:
    """Return the name of the SQL that writes the lines: those that an earlier version of it wrote are not read."""
    statement = features.statement(*_sql())
    return blake2b(statement.encode(), digest_size=8).hexdigest()


def _sql() -> tuple[list[tuple[str, str]], str]:
    return [(field.name, field.sql) for field in fields.PRACTICE.fields], LINE


def lines(
    connection: Connection,
    collection: str,
    columns: Sequence[tuple[str, str]],
    line: str,
    options: str,
    values: dict[str, Any],
) -> Iterator[bytes]:
    """Give what `queries.export.copy_lines` gives, from what was written beforehand where all of it was."""
    found = None
    if collection == "practice":
        found = many(connection, [int(one) for one in values["ids"]], line, values)
    if found is None:
        yield from export.copy_lines(connection, collection, columns, line, options, values)
    else:
        yield from (one + b"\n" for one in found)


def many(connection: Connection, keys: Sequence[int], line: str, values: dict[str, Any]) -> list[bytes] | None:
    """Return the features of practices without newlines; None unless all of them are there, written by `line`."""
    if line != LINE or values["lang"] not in LANGUAGES:
        return None
    found = features.read(connection, values["lang"], form(), keys)
    if len(found) < len(set(keys)):
        return None
    return addressed([found[key] for key in keys], values["site"])


def one(connection: Connection, slug: str, line: str, values: dict[str, Any]) -> bytes | None:
    """Return the feature of a practice by its slug; None unless it is there, written by `line`."""
    if line != LINE or values["lang"] not in LANGUAGES:
        return None
    found = features.one(connection, values["lang"], form(), slug)
    return addressed([found], values["site"])[0] if found else None


def fill(engine: Engine, languages: Sequence[str] = LANGUAGES, pause: float = 0.0) -> int:
    """Write all features that are missing in some languages, in batches, unless another process is at it; return how
    many.

    After each batch it rests for `pause` times as long as the batch took.
    """
    columns, line = _sql()
    count = 0
    for lang in languages:
        values = {"lang": lang, "site": SITE, "licence": fields.LICENCE, "form": form(), "most": BATCH}
        before, after = count, 0
        while True:
            start = time.monotonic()
            with engine.begin() as connection:
                keys = features.write(connection, columns, line, {**values, "after": after})
            count += len(keys)
            if not keys:
                break
            after = max(keys)
            time.sleep(pause * (time.monotonic() - start))
        if count - before > BATCH:
            with engine.begin() as connection:
                features.weigh(connection)
    return count


class Scribe(threading.Thread):
    """Writes the features of what has changed, whenever the data version says that something has, and has them read."""

    def __init__(self, engine: Engine, held: AtHand) -> None:
        """Make a scribe that has not started yet."""
        super().__init__(name="scribe", daemon=True)
        self.engine = engine
        self.held = held
        self._done = -1

    def run(self) -> None:
        """Look, write, and wait; while the database is away there is nothing to write."""
        while True:
            pause = EVERY_S
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("features are not written: %s", str(error.__cause__ or error).splitlines()[0])
            except OSError as error:
                log.warning("features are not at hand: %s", error)
                pause = AFTER_FAULT_S
            time.sleep(pause)

    def look(self) -> None:
        """Write what is missing, if anything has changed since the last time; have it read where it is asked for."""
        with self.engine.connect() as connection:
            wanted = features.version(connection)
        for lang in LANGUAGES:
            if wanted != self._done:
                fill(self.engine, (lang,), pause=1.0)
            if self.held.waits_for(lang, wanted):
                self.held.renew(self.engine, lang, form())
        self._done = wanted
