"""One collection at one data version, and the keeper that swaps snapshots when the data change."""

import time
from collections import OrderedDict
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from threading import Lock

import numpy as np
from babel import Locale
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from ..countries import iso_codes
from ..queries import columns as read
from ..queries import data_version
from ..queries.data_version import Versions
from ..queries.suggest import region_names
from ..queries.texts import languages_of_services
from ..queries.vocabulary import VOCABULARY_OF, all_words, former
from ..search import Known, Search
from .answer import Answer
from .columns import Columns, Rows, build
from .suggest import Names
from .text import match
from .words import dictionary_of

PATIENCE = 2.0  # seconds that a request waits for another one's rebuild before it is answered from the old columns
KEPT_ROWS = 16_000_000  # rows of kept answers (about 5 bytes each)


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Let statements read a whole collection, which takes longer than any visitor's may."""
    connection.execute(text("SET statement_timeout = '120s'"))
    try:
        yield
    finally:
        # A connection that is gone, or a transaction that failed, takes the setting with it.
        with suppress(SQLAlchemyError):
            connection.execute(text("RESET statement_timeout"))


class Snapshot:
    """The columns of a collection at a data version. Nothing in it changes but what it has worked out before."""

    def __init__(self, connection: Connection, collection: str, version: int) -> None:
        """Build the columns from what `connection` sees."""
        self.collection, self.version = collection, version
        self.columns: Columns = build(connection, collection)
        self.dictionary = dictionary_of(tuple(all_words(connection)), tuple(self.columns.fields))
        self.languages = self._text_languages(connection)
        self._former = former(connection)
        self.names = Names(())
        self._named = False
        self._orders: dict[str, Rows] = {}
        self._answers: OrderedDict[tuple[Search, str], Answer] = OrderedDict()
        self._most = max(4, min(128, KEPT_ROWS // max(1, self.columns.size)))
        self._lock = Lock()

    def _text_languages(self, connection: Connection) -> tuple[str, ...]:
        """Return the languages that the texts are in; a service's `language` is what is spoken there."""
        if self.collection == "practice":
            return self.columns.fields["language"].options
        return tuple(languages_of_services(connection))

    @cached_property
    def known(self) -> Mapping[str, Container[str]]:
        """What `search.parse` may accept: terms and values in use, any country, language and NUTS code."""
        found: dict[str, Container[str]] = {name: field.place for name, field in self.columns.fields.items()}
        for name, field in self.columns.fields.items():
            vocabulary = VOCABULARY_OF.get(name, name)
            moved = {key: to for (of, key), to in self._former.items() if of == vocabulary}
            if moved:
                found[name] = Known(field.place, moved)
        found["country"] = iso_codes()
        if "language" in found:
            found["language"] = Locale("en").languages.keys() | self.columns.fields["language"].place.keys()
        return found

    def title_order(self, lang: str) -> Rows:
        """Return all rows in the order of the titles that a reader of `lang` is shown."""
        return self._orders[lang]

    def prepare(self, connection: Connection, lang: str) -> None:
        """Read the title order of a language unless it is known: one statement a language and data version."""
        if lang in self._orders:
            return
        with _patient(connection):
            ids = np.frombuffer(read.title_order(connection, self.collection, lang), dtype=">i4")
        known = ids[ids < len(self.columns.row_of)]
        rows = self.columns.row_of[known.astype(np.int32)]
        order = rows[rows >= 0]
        if len(order) != self.columns.size:  # the data have moved on: by id until the next snapshot
            order = np.argsort(self.columns.ids, kind="stable").astype(np.int32)
        self._orders[lang] = order

    def prepare_names(self, connection: Connection) -> None:
        """Read the names of regions unless they are known: one statement a data version."""
        if not self._named:
            self.names = Names(region_names(connection))
            self._named = True

    def answer(self, connection: Connection, search: Search, lang: str, by_title: bool = True) -> Answer:
        """Answer a search for a reader of `lang`. The last answers are kept, so that moving the map costs no search.

        Who never reads the list in the order of its titles says so (`by_title`): that order costs a sort of them all.
        """
        if by_title:
            self.prepare(connection, lang)
        key = (search, lang)
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
                return kept
        matched = match(connection, self, search.q) if search.q else None
        answer = Answer(self, search, lang, matched)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def forget_answers(self) -> None:
        """Let go of the kept answers: who still holds one keeps it, nobody else will ask."""
        with self._lock:
            self._answers.clear()


class Atlas:
    """Keeps the newest snapshot of each collection; one per process, safe for its threads."""

    def __init__(self) -> None:
        """Start with nothing: the first request, or `warm`, builds."""
        self._snapshots: dict[str, Snapshot] = {}
        self._building = {"practice": Lock(), "service": Lock()}

    def current(
        self, connection: Connection, collection: str = "practice", versions: Versions | None = None
    ) -> Snapshot:
        """Return the snapshot of a collection at its data version, rebuilt whole when the data have changed.

        `versions` saves reading them again within a request. One thread builds; the others wait for it some time and
        then go on with the old snapshot, which stays whole for whoever holds it.
        """
        wanted = getattr(versions or data_version.read(connection), collection)
        found = self._snapshots.get(collection)
        if found is not None and found.version != wanted and versions is not None:
            # Another request may have seen a newer version already; only what is true now decides.
            wanted = getattr(data_version.read(connection), collection)
        if found is not None and found.version == wanted:
            return found
        lock = self._building[collection]
        if not lock.acquire(timeout=PATIENCE if found is not None else -1):
            return self._snapshots[collection]
        try:
            found = self._snapshots.get(collection)
            if found is None or found.version != wanted:
                old, found = found, self._build(connection, collection)
                self._snapshots[collection] = found
                if old is not None:
                    old.forget_answers()
            return found
        finally:
            lock.release()

    def _build(self, connection: Connection, collection: str) -> Snapshot:
        """Build between two equal versions: no change was published in between, so that all columns fit together."""
        with _patient(connection):
            for pause in (0.0, 0.05, 0.2, 0.5, 1.0):
                time.sleep(pause)
                before = data_version.read(connection)
                snapshot = Snapshot(connection, collection, getattr(before, collection))
                if getattr(data_version.read(connection), collection) == snapshot.version:
                    break
        return snapshot

    def warm(self, connection: Connection, languages: tuple[str, ...] = ()) -> None:
        """Build all collections and the title orders of some languages: at the start of a server."""
        for collection in self._building:
            snapshot = self.current(connection, collection)
            for lang in languages:
                snapshot.prepare(connection, lang)
