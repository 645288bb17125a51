"""Suggestions while a visitor types: each leads to a search or to a record."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import Connection

from ..folding import fold
from ..i18n import country_name
from ..queries import suggest as read
from .columns import bitmap_of
from .words import tokens

if TYPE_CHECKING:
    from .snapshot import Snapshot

MOST = 10
EACH = 3
SHORTEST_PLACE = 3  # letters; fewer are the beginning of thousands of places
SHORTEST_SYNONYM = 4  # letters from which the beginning of a word of any language is taken for a term
PLACE_KM = 50


class Suggestion(NamedTuple):
    """One suggestion. `kind` is practice, place, partner (a partner region), region (a NUTS territory), or a field.

    `args` are the parameters of the search it leads to (see `search.to_args`); `slug` is the record's for practice and
    partner. `detail` says where it is; `n` how many records it finds, None where that is not known.
    """

    kind: str
    text: str
    detail: str
    args: tuple[tuple[str, str], ...]
    slug: str
    n: int | None


class Names:
    """Names of partner regions and territories with their folded words; kept with a snapshot."""

    def __init__(self, named: Iterable[read.Named]) -> None:
        """Fold the names once."""
        self._names = [(fold(one.name), one) for one in named]
        self._said = {(one.code, one.language): one for _folded, one in self._names}

    def starting(self, typed: str, kind: str, lang: str) -> list[read.Named]:
        """Return the records of a kind of which a name begins so, or has a word that does, in the reader's words."""
        inside = f" {typed}"
        hits = [
            (not folded.startswith(typed), len(folded), folded, one)
            for folded, one in self._names
            if one.kind == kind and (folded.startswith(typed) or inside in folded)
        ]
        first: dict[str, read.Named] = {}
        for *_rank, one in sorted(hits):
            first.setdefault(one.code, self._said.get((one.code, lang), one))
        return list(first.values())


def _terms(snapshot: "Snapshot", words: list[str], lang: str, label: Callable[[str, str], str]) -> list[Suggestion]:
    """Return the options of fields that the words mean or begin to say: those whose own label begins so come first,
    then those with most records."""
    typed, dictionary = " ".join(words), snapshot.dictionary
    exact = dictionary.meanings(words)
    found = []
    for field, value in exact | dictionary.meanings_starting(words):
        column = snapshot.columns.fields[field]
        place = column.place.get(value)
        n = int(np.bitwise_count(column.bits[place]).sum()) if place is not None else 0
        said = country_name(value, lang) if field == "country" else label(field, value)
        so_called = f" {fold(said)}".find(f" {typed}") >= 0
        if n and (so_called or (field, value) in exact or len(typed) >= SHORTEST_SYNONYM):
            found.append((not so_called, -n, Suggestion(field, said, "", ((field, value),), "", n)))
    return [suggestion for *_rank, suggestion in sorted(found)]


def _regions(snapshot: "Snapshot", typed: str, lang: str) -> list[Suggestion]:
    """Return partner regions, and NUTS territories that have records; of those with one name the largest."""
    found = [
        Suggestion("partner", one.name, country_name(one.country, lang), (), one.code, None)
        for one in snapshot.names.starting(typed, "partner", lang)[:2]
    ]
    territories: dict[str, Suggestion] = {}
    for one in snapshot.names.starting(typed, "region", lang):
        rows = snapshot.columns.regions.rows_under(one.code)
        n = int(np.bitwise_count(bitmap_of(rows, snapshot.columns.size)).sum()) if len(rows) else 0
        if n and one.name not in territories:
            territory = Suggestion("region", one.name, country_name(one.country, lang), (("region", one.code),), "", n)
            territories[one.name] = territory
        if len(territories) == 2:
            break
    return [*found, *territories.values()]


def suggest(
    connection: Connection, snapshot: "Snapshot", q: str, lang: str, label: Callable[[str, str], str]
) -> list[Suggestion]:
    """Return up to ten suggestions for what has been typed: at most three statements.

    `label(field, value)` gives the words of a vocabulary term in the reader's language.
    """
    words = tokens(q[:100])[:8]
    if not words:
        return []
    typed = " ".join(words)
    snapshot.prepare_names(connection)
    terms = _terms(snapshot, words, lang, label)[:EACH]
    regions = _regions(snapshot, typed, lang)
    titles = [
        Suggestion("practice", one.title, one.place or country_name(one.country, lang), (), one.slug, None)
        for one in read.practices(connection, words, lang)
    ]
    places = [
        Suggestion(
            "place",
            one.name,
            country_name(one.country, lang),
            (("near", f"{round(one.lat, 4):g},{round(one.lon, 4):g}"), ("within_km", str(PLACE_KM))),
            "",
            None,
        )
        for one in (read.places(connection, words, lang) if len(typed) >= SHORTEST_PLACE else ())
    ]
    room = MOST - len(terms) - len(regions) - len(places)
    return [*terms, *regions, *places, *titles[: max(room, 0)]]
