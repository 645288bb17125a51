"""The words of the vocabularies per language, read once for each data version."""

from collections.abc import Callable, Collection, Hashable
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from ..looks import Look
from .data_version import Versions

_LABELS = text("""
SELECT term.vocabulary, term.key, coalesce(own.label, english.label, term.key)
FROM term
LEFT JOIN term_label AS own
  ON own.vocabulary = term.vocabulary AND own.key = term.key AND own.language = :lang
LEFT JOIN term_label AS english
  ON english.vocabulary = term.vocabulary AND english.key = term.key AND english.language = 'en'
ORDER BY term.vocabulary, term.position
""")
_WORDS = text("""
SELECT vocabulary, key, label FROM term_label
UNION ALL SELECT vocabulary, key, synonym FROM term_synonym
""")

_RETIRED = text("SELECT vocabulary, key FROM term WHERE retired_at IS NOT NULL")
_LOOKS = text(
    "SELECT vocabulary, key, colour, icon FROM term WHERE colour IS NOT NULL OR icon IS NOT NULL ORDER BY key"
)
_FORMER = text("SELECT vocabulary, key, moved_to FROM former_term")

#: Search fields whose vocabulary has another name.
VOCABULARY_OF = {"category": "service_category"}

# By engine: a process may have several databases, and equal versions of two of them say nothing of each other.
_kept: WeakKeyDictionary[Engine, dict[Hashable, tuple[Versions, Any]]] = WeakKeyDictionary()
_lock = Lock()


class Word(NamedTuple):
    """A label or synonym in some language, and the term it stands for."""

    vocabulary: str
    key: str
    words: str


def _once(connection: Connection, versions: Versions, kind: Hashable, read: Callable[[], Any]) -> Any:
    """Return what `read` gives, read once a database, kind and data version."""
    with _lock:
        kept = _kept.setdefault(connection.engine, {})
    found = kept.get(kind)
    if found is None or found[0] != versions:
        found = kept[kind] = (versions, read())
    return found[1]


def _labels(connection: Connection, versions: Versions, lang: str) -> dict[tuple[str, str], str]:
    def read() -> dict[tuple[str, str], str]:
        rows = connection.execute(_LABELS, {"lang": lang})
        return {(vocabulary, key): label for vocabulary, key, label in rows}

    words: dict[tuple[str, str], str] = _once(connection, versions, ("labels", lang), read)
    return words


def labels(connection: Connection, versions: Versions, lang: str) -> Callable[[str, str], str]:
    """Return the function that gives the label of a key of a vocabulary (or search field) in a language.

    English stands in for a missing label, the key for an unknown term.
    """
    words = _labels(connection, versions, lang)
    return lambda vocabulary, key: words.get((VOCABULARY_OF.get(vocabulary, vocabulary), key), key)


def options(connection: Connection, versions: Versions, vocabulary: str, lang: str) -> list[tuple[str, str]]:
    """Return the keys and labels of a vocabulary (or search field) in the order in which they are shown."""
    name = VOCABULARY_OF.get(vocabulary, vocabulary)
    return [(key, label) for (found, key), label in _labels(connection, versions, lang).items() if found == name]


def offered(
    connection: Connection, versions: Versions, vocabulary: str, lang: str, but: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return the keys and labels that a form offers: none that is retired, but those that a record has already."""
    gone = _once(connection, versions, "retired", lambda: {(one, key) for one, key in connection.execute(_RETIRED)})
    name = VOCABULARY_OF.get(vocabulary, vocabulary)
    every = options(connection, versions, vocabulary, lang)
    return [(key, label) for key, label in every if (name, key) not in gone or key in but]


def looks(connection: Connection, versions: Versions) -> dict[tuple[str, str], Look]:
    """Return the looks that admins gave to terms, by vocabulary and key."""

    def read() -> dict[tuple[str, str], Look]:
        return {(name, key): Look(colour, icon) for name, key, colour, icon in connection.execute(_LOOKS)}

    found: dict[tuple[str, str], Look] = _once(connection, versions, "looks", read)
    return found


def former(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the keys that were merged into others: (vocabulary, key) → the key that they mean now."""
    return {(vocabulary, key): moved_to for vocabulary, key, moved_to in connection.execute(_FORMER)}


def all_words(connection: Connection) -> list[Word]:
    """Return every label and synonym in every language."""
    return [Word(*row) for row in connection.execute(_WORDS)]
