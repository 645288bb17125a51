"""The words of the vocabularies per language, read once for each data version."""

from collections.abc import Callable, Collection
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, text

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

_retired: tuple[Versions, frozenset[tuple[str, str]]] | None = None
_looks: tuple[Versions, dict[tuple[str, str], Look]] | None = None
_kept: dict[str, tuple[Versions, dict[tuple[str, str], str]]] = {}
_lock = Lock()


class Word(NamedTuple):
    """A label or synonym in some language, and the term it stands for."""

    vocabulary: str
    key: str
    words: str


def _read(connection: Connection, lang: str) -> dict[tuple[str, str], str]:
    rows = connection.execute(_LABELS, {"lang": lang})
    return {(vocabulary, key): label for vocabulary, key, label in rows}


def labels(connection: Connection, versions: Versions, lang: str) -> Callable[[str, str], str]:
    """Return the function that gives the label of a key of a vocabulary (or search field) in a language.

    English stands in for a missing label, the key for an unknown term.
    """
    found = _kept.get(lang)
    if found is None or found[0] != versions:
        found = (versions, _read(connection, lang))
        with _lock:
            _kept[lang] = found
    words = found[1]
    return lambda vocabulary, key: words.get((VOCABULARY_OF.get(vocabulary, vocabulary), key), key)


def options(connection: Connection, versions: Versions, vocabulary: str, lang: str) -> list[tuple[str, str]]:
    """Return the keys and labels of a vocabulary (or search field) in the order in which they are shown."""
    labels(connection, versions, lang)
    name = VOCABULARY_OF.get(vocabulary, vocabulary)
    return [(key, label) for (found, key), label in _kept[lang][1].items() if found == name]


def offered(
    connection: Connection, versions: Versions, vocabulary: str, lang: str, but: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return the keys and labels that a form offers: none that is retired, but those that a record has already."""
    global _retired
    found = _retired
    if found is None or found[0] != versions:
        found = _retired = (versions, frozenset((one, key) for one, key in connection.execute(_RETIRED)))
    name, gone = VOCABULARY_OF.get(vocabulary, vocabulary), found[1]
    every = options(connection, versions, vocabulary, lang)
    return [(key, label) for key, label in every if (name, key) not in gone or key in but]


def looks(connection: Connection, versions: Versions) -> dict[tuple[str, str], Look]:
    """Return the looks that admins gave to terms, by vocabulary and key."""
    global _looks
    found = _looks
    if found is None or found[0] != versions:
        read = connection.execute(_LOOKS)
        found = _looks = (versions, {(name, key): Look(colour, icon) for name, key, colour, icon in read})
    return found[1]


def former(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the keys that were merged into others: (vocabulary, key) → the key that they mean now."""
    return {(vocabulary, key): moved_to for vocabulary, key, moved_to in connection.execute(_FORMER)}


def all_words(connection: Connection) -> list[Word]:
    """Return every label and synonym in every language."""
    return [Word(*row) for row in connection.execute(_WORDS)]
