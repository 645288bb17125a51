"""Words that stand for a filter: vocabulary labels, synonyms and names of countries in all languages, folded."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from babel import Locale, UnknownLocaleError

from ..countries import iso_codes
from ..folding import fold
from ..queries.vocabulary import Word

#: A field of a search and one of its values.
Meaning = tuple[str, str]

LANGUAGES = tuple(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv "  # noqa: SIM905 - a list to be read
    "ca no uk ar tr fa is mk sq sr eu gl ru".split()
)
#: What people call a country and CLDR does not list.
SHORT_NAMES = {"GB": ("uk", "great britain", "england", "gb"), "NL": ("holland",), "CZ": ("czech republic",)}
LONGEST_RUN = 6  # words in a label
FIELD_OF = {"service_category": "category"}

#: Words too frequent to ask for, folded; kept when nothing else is left. One letter alone is always one of them.
STOP = frozenset(
    """
    a an and are as at by for from in into is of on or that the to with
    aber als am an auf aus bei beim das dem den der des die ein eine einem einen einer eines fur im in ist mit nach
    oder sind sowie uber um und unter vom von vor zu zum zur
    a ad agli ai al alla alle allo anche con da dagli dai dal dalla dalle degli dei del della delle di e ed gli i il
    in l la le lo nei nel nella nelle o per su sul sulla tra un una uno
    au aux avec ce ces chez dans de des du en et l la le les ou par pour sur un une
    al con de del e el en es la las los o para por sin sobre su un una y
    aan bij de een en het in met naar of op te tot van voor
    av den det en ett for fran i med och om pa som till
    a ao aos as com da das de do dos e em na nas no nos o os ou para por um uma
    a do i na o od po w we z za ze
    """.split()  # noqa: SIM905 - a list to be read
)

_WORD = re.compile(r"[^\W_]+")


def is_stop_word(word: str) -> bool:
    """Whether a folded word says nothing beside others (the Turkish for work, iş, does so only alone)."""
    return len(word) == 1 or word in STOP


def tokens(words: str) -> list[str]:
    """Return the folded words of a text; punctuation parts them."""
    return _WORD.findall(fold(words))


@lru_cache(maxsize=1)
def _countries() -> tuple[tuple[str, str, str], ...]:
    """Return (ISO code, name as written, language) for every country in all languages: read once a process."""
    found = []
    for tag in LANGUAGES:
        try:
            names = Locale.parse("pt_PT" if tag == "pt" else tag).territories
        except UnknownLocaleError:
            continue
        found += [(code, str(names[code]), tag) for code in iso_codes() if code in names]
    found += [(code, name, "en") for code, names in SHORT_NAMES.items() for name in names]
    return tuple(found)


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class Dictionary:
    """Folded labels, synonyms and country names with what they mean. Built once for each snapshot's vocabulary."""

    def __init__(self, words: Iterable[Word], fields: Sequence[str]) -> None:
        """Take the words of the vocabularies that are among `fields` (names of search fields), and all countries."""
        self._meanings: dict[tuple[str, ...], set[Meaning]] = {}
        self._written: dict[str, str] = {}
        for vocabulary, key, said in words:
            field = FIELD_OF.get(vocabulary, vocabulary)
            if field in fields:
                self._add(said, (field, key))
        for code, name, _language in _countries():
            self._add(name, ("country", code))
        self._runs = sorted(self._meanings)
        self._singles = sorted(self._written)
        self._like: dict[str, list[int]] = {}
        for index, word in enumerate(self._singles):
            for part in _trigrams(word):
                self._like.setdefault(part, []).append(index)

    def _add(self, said: str, meaning: Meaning) -> None:
        run = tuple(tokens(said))
        if run and len(run) <= LONGEST_RUN:
            self._meanings.setdefault(run, set()).add(meaning)
            for word in run:
                if len(word) >= 4:
                    self._written.setdefault(word, word)

    def meanings(self, run: Sequence[str]) -> set[Meaning]:
        """Return what a run of folded words means as a whole; empty for words that mean nothing here."""
        return self._meanings.get(tuple(run), set())

    def meanings_starting(self, run: Sequence[str]) -> set[Meaning]:
        """Return what runs of as many words mean whose last word begins with the last of `run`."""
        *head, last = run
        found: set[Meaning] = set()
        for known in self._runs[bisect_left(self._runs, tuple(run)) :]:
            if list(known[: len(head)]) != head or len(known) < len(run) or not known[len(head)].startswith(last):
                break
            if len(known) == len(run):
                found |= self._meanings[known]
        return found

    def knows(self, word: str) -> bool:
        """Whether a folded word is part of a label, synonym or name: then it is no typing error."""
        return word in self._written or (word,) in self._meanings

    def similar(self, word: str) -> list[str]:
        """Return up to 20 known words that share the most trigrams with a folded word."""
        parts = _trigrams(word)
        hits = [index for part in parts for index in self._like.get(part, ())]
        if not hits:
            return []
        indices, shared = np.unique(np.array(hits), return_counts=True)
        sizes = np.array([len(_trigrams(self._singles[index])) for index in indices.tolist()])
        likeness = shared / (len(parts) + sizes - shared)
        best = np.argsort(-likeness, kind="stable")[:20]
        return [self._singles[int(indices[i])] for i in best if likeness[i] >= 0.25]


@lru_cache(maxsize=4)
def dictionary_of(words: tuple[Word, ...], fields: tuple[str, ...]) -> Dictionary:
    """Return the dictionary of some words, kept while they stay the same: snapshots come and go more often."""
    return Dictionary(words, fields)


def edits(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, exchanged or swapped with the next to turn one into other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(row[-1] + 1, before[j] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that a mistyped word stands for: within one edit up to five letters, two up to nine, else
    three; the fewest edits win, then the first letter being right, then the order of the candidates."""
    allowed = 1 if len(word) <= 5 else 2 if len(word) <= 9 else 3
    best: tuple[int, bool, int] | None = None
    found = None
    for place, candidate in enumerate(candidates):
        if abs(len(candidate) - len(word)) > allowed:
            continue
        score = (edits(word, candidate), candidate[0] != word[0], place)
        if score[0] <= allowed and (best is None or score < best):
            best, found = score, candidate
    return found
