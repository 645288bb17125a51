"""What the words of a search find: in the documents (PostgreSQL) and by what they mean (vocabulary, countries).

Every word must be found, each in its own way: "Wien Wohnen" finds a practice whose text names Vienna and whose theme
is housing, whatever language it is written in.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from ..queries import texts
from .columns import Bitmap, pack, unpack
from .words import LONGEST_RUN, Dictionary, Meaning, is_stop_word, nearest, tokens

if TYPE_CHECKING:
    from .snapshot import Snapshot

MOST_WORDS = 16
SHORTEST_START = 3  # letters from which the last word may be the beginning of one
TYPO = (5, 30)  # letters of a word that may be a typing error

# What a word's place is worth. A record with all words in its title comes before all others (ALL_IN_TITLE); then the
# sum decides.
TITLE, TITLE_START, MEANING, ANYWHERE, ALL_IN_TITLE = 16, 12, 6, 2, 1000


class Matched(NamedTuple):
    """The records that the words find, a rank for every row (least first), the words that were replaced, and what
    each unit alone finds, with the words of the search that it comes from."""

    bitmap: Bitmap
    relevance: NDArray[np.integer]
    replaced: dict[str, str]
    units: tuple[tuple[tuple[str, ...], Bitmap], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One word, or a run of words that mean something together; `start`: its last word may be unfinished."""

    words: tuple[str, ...]
    meanings: frozenset[Meaning]
    start: bool

    @property
    def stop(self) -> bool:
        """Whether it is a stop word: left out beside others; alone, its meaning counts before its occurrences."""
        return len(self.words) == 1 and is_stop_word(self.words[0])


def units(words: list[str], dictionary: Dictionary) -> list[Unit]:
    """Part folded words into units: the longest runs with a meaning first, stop words left out unless alone."""
    found: list[Unit] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_RUN, len(words) - at), 0, -1):
            run = tuple(words[at : at + length])
            last = at + length == len(words) and len(run[-1]) >= SHORTEST_START
            meanings = dictionary.meanings(run)
            if not meanings and last:
                meanings = dictionary.meanings_starting(run)
            if meanings or length == 1:
                found.append(Unit(run, frozenset(meanings), last))
                at += length
                break
    telling = [unit for unit in found if not unit.stop]
    return list(dict.fromkeys(telling or found))[:MOST_WORDS]


def _flags(snapshot: "Snapshot", packed: bytes) -> NDArray[np.bool_]:
    """Return packed ids as flags; ids that came after the snapshot was built are none of its."""
    row_of = snapshot.columns.row_of
    ids = np.frombuffer(packed, dtype=">i4").astype(np.int32)
    rows = row_of[ids[ids < len(row_of)]]
    flags = np.zeros(snapshot.columns.size, np.bool_)
    flags[rows[rows >= 0]] = True
    return flags


def _meant(snapshot: "Snapshot", meanings: frozenset[Meaning]) -> NDArray[np.bool_]:
    columns = snapshot.columns
    bitmap = np.zeros_like(columns.everything)
    for name, value in meanings:
        field = columns.fields[name]
        if value in field.place:
            bitmap |= field.bits[field.place[value]]
    return unpack(bitmap, columns.size)


@dataclass(slots=True)
class _Evidence:
    """How a unit is matched, row by row: whether at all, its worth, and whether in the title."""

    matches: NDArray[np.bool_]
    worth: NDArray[np.int16]
    in_title: NDArray[np.bool_]
    nowhere: bool


def _weigh(snapshot: "Snapshot", unit: Unit, found: list[texts.Found]) -> _Evidence:
    """Weigh what the documents say of each word of a unit (all must be in them) with what the unit means."""
    size = snapshot.columns.size
    title, title_start, anywhere = (np.ones(size, np.bool_) for _ in range(3))
    for word in found:
        in_title = _flags(snapshot, word.title)
        title &= in_title
        title_start &= in_title | _flags(snapshot, word.title_start)
        anywhere &= _flags(snapshot, word.anywhere)
    meant = _meant(snapshot, unit.meanings)
    worth = np.where(title, TITLE, title_start * TITLE_START).astype(np.int16)
    worth += meant * np.int16(MEANING) + anywhere * np.int16(ANYWHERE)
    matches = meant if unit.stop and unit.meanings else meant | anywhere
    nowhere = not unit.meanings and not matches.any()
    return _Evidence(matches, worth, title_start, nowhere)


def _weigh_all(connection: Connection, snapshot: "Snapshot", asked: list[Unit]) -> list[_Evidence]:
    words = [word for unit in asked for word in unit.words]
    starts = [unit.start and place == len(unit.words) - 1 for unit in asked for place in range(len(unit.words))]
    found = texts.find(connection, snapshot.collection, words, starts, snapshot.languages)
    evidence, at = [], 0
    for unit in asked:
        evidence.append(_weigh(snapshot, unit, found[at : at + len(unit.words)]))
        at += len(unit.words)
    return evidence


def _mend(connection: Connection, snapshot: "Snapshot", unit: Unit) -> Unit | None:
    """Return the unit that a mistyped word stands for, or None where nothing is near enough."""
    (word,) = unit.words
    dictionary = snapshot.dictionary
    if not TYPO[0] <= len(word) <= TYPO[1] or dictionary.knows(word) or texts.is_town(connection, word):
        return None
    known = texts.similar_words(connection, snapshot.collection, word)
    meant = nearest(word, [*known, *dictionary.similar(word)])
    return Unit((meant,), frozenset(dictionary.meanings((meant,))), False) if meant else None


def match(connection: Connection, snapshot: "Snapshot", q: str) -> Matched | None:
    """Return what the words of `q` find; None where it has no word at all.

    One statement for all words; one more for each word that nothing is found for, and one for those put in their place.
    """
    asked = units(tokens(q), snapshot.dictionary)
    if not asked:
        return None
    evidence = _weigh_all(connection, snapshot, asked)
    mended: dict[int, Unit] = {}
    for place, (unit, found) in enumerate(zip(asked, evidence, strict=True)):
        if found.nowhere and len(unit.words) == 1:
            other = _mend(connection, snapshot, unit)
            if other is not None:
                mended[place] = other
    if mended:
        for place, found in zip(mended, _weigh_all(connection, snapshot, list(mended.values())), strict=True):
            evidence[place] = found
    matches = np.logical_and.reduce([found.matches for found in evidence])
    worth = np.add.reduce([found.worth for found in evidence])
    worth[np.logical_and.reduce([found.in_title for found in evidence])] += ALL_IN_TITLE
    return Matched(
        bitmap=pack(matches),
        relevance=-worth,
        replaced={asked[place].words[0]: unit.words[0] for place, unit in mended.items()},
        units=tuple((unit.words, pack(found.matches)) for unit, found in zip(asked, evidence, strict=True)),
    )


def without_words(q: str, words: tuple[str, ...]) -> str:
    """Return what was typed without the words of a unit, the rest as it was."""
    return " ".join(piece for piece in q.split() if not set(tokens(piece)) <= set(words))
