"""The one Answer: everything that the list, the map, a download and the API say of a search is read off it."""

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..search import Search
from .columns import VOCABULARIES, Bitmap, Rows, unpack
from .filters import masks
from .markers import Marker, View, markers
from .order import ordered
from .text import Matched, without_words

if TYPE_CHECKING:
    from .snapshot import Snapshot

#: What a visitor can drop together: the field of a mask and the fields of the search behind it.
DROPPED = {"year": ("year_from", "year_to")}


class FacetCount(NamedTuple):
    """An option and how many records it would leave beside all other filters."""

    value: str
    count: int  # type: ignore[assignment]  # tuple.count is of no use here


class Rescue(NamedTuple):
    """A way out of an empty answer: the filter to drop, and how many records are then found."""

    field: str
    value: str  # the one value of the field, or one word of several; empty: the whole field
    count: int  # type: ignore[assignment]  # tuple.count is of no use here
    search: Search


class Answer:
    """The records of one search on one snapshot. Parts are worked out when first read, and once.

    `replaced` maps words that nothing was found for to the known words searched instead.
    """

    def __init__(self, snapshot: "Snapshot", search: Search, lang: str, matched: Matched | None) -> None:
        """Evaluate the filters; `matched` is what PostgreSQL and the vocabulary found for `search.q`."""
        self.snapshot, self.search, self.lang = snapshot, search, lang
        self.replaced: dict[str, str] = matched.replaced if matched else {}
        self._units = matched.units if matched else ()
        self._relevance = matched.relevance if matched else None
        self._masks = masks(snapshot.columns, search)
        if matched is not None:
            self._masks["q"] = matched.bitmap
        self.bitmap: Bitmap = self._all_but("")

    def _all_but(self, name: str) -> Bitmap:
        chosen = [mask for field, mask in self._masks.items() if field != name]
        return np.bitwise_and.reduce(chosen, axis=0) if chosen else self.snapshot.columns.everything

    @cached_property
    def _flags(self) -> NDArray[np.bool_]:
        return unpack(self.bitmap, self.snapshot.columns.size)

    @cached_property
    def rows(self) -> NDArray[np.integer]:
        """The rows found, in the order of the columns (Morton order, those without a point last)."""
        return np.flatnonzero(self._flags)

    @cached_property
    def total(self) -> int:
        """How many records were found."""
        return int(np.bitwise_count(self.bitmap).sum())

    @cached_property
    def unlocated(self) -> int:
        """How many of them have no point and so are not on the map."""
        return int(np.count_nonzero(self._flags[self.snapshot.columns.located :]))

    @cached_property
    def ordered_rows(self) -> Rows:
        """The rows in the order asked for."""
        return ordered(self.snapshot, self.search, self.lang, self._flags, self._relevance)

    @cached_property
    def ids(self) -> Rows:
        """The ids in the order asked for: a page is a slice of them."""
        return self.snapshot.columns.ids[self.ordered_rows]

    @cached_property
    def sorted_ids(self) -> Rows:
        """The ids in their own order, which no change of a record moves: what is paged through."""
        return np.sort(self.snapshot.columns.ids[self._flags])

    def narrowed(self, bitmap: Bitmap) -> "Answer":
        """Return the answer with only those of its records that are in a bitmap too."""
        other = Answer.__new__(Answer)
        other.snapshot, other.search, other.lang = self.snapshot, self.search, self.lang
        other.replaced, other._units, other._relevance = self.replaced, self._units, self._relevance
        other._masks = {**self._masks, "filter": bitmap & self._masks.get("filter", bitmap)}
        other.bitmap = self.bitmap & bitmap
        return other

    @cached_property
    def countries(self) -> int:
        """In how many countries the records are."""
        bits = self.snapshot.columns.fields["country"].bits
        return int(np.count_nonzero((bits & self.bitmap).any(axis=1)))

    @cached_property
    def facets(self) -> dict[str, tuple[FacetCount, ...]]:
        """The counts of every field: the most frequent first, ties in the order of the vocabulary.

        A count ignores the field's own filter, so that it says what choosing the option would add. Vocabulary
        fields and chosen options keep their zeros.
        """
        return {name: self._facet(name) for name in self.snapshot.columns.fields}

    def _facet(self, name: str) -> tuple[FacetCount, ...]:
        field = self.snapshot.columns.fields[name]
        beside = self._all_but(name) if name in self._masks else self.bitmap
        counts = np.bitwise_count(field.bits & beside).sum(axis=1)
        chosen = getattr(self.search, name)
        order = np.argsort(-counts.astype(np.int64), kind="stable").tolist()
        options = [FacetCount(field.options[index], int(counts[index])) for index in order]
        kept = [option for option in options if option.count or name in VOCABULARIES or option.value in chosen]
        strange = [FacetCount(value, 0) for value in chosen if value not in field.place]
        return (*kept, *strange)

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of the records with a point; None when there is none."""
        columns = self.snapshot.columns
        rows = self.rows[: self.total - self.unlocated]
        if not len(rows):
            return None
        lon, lat = columns.lon[rows], columns.lat[rows]
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def markers(self, view: View, zoom: int) -> list[Marker]:
        """Return what the map draws in a view (west, south, east, north in degrees) at a zoom level."""
        return markers(self, view, zoom)

    @cached_property
    def rescue(self) -> tuple[Rescue, ...]:
        """For an empty answer, each single filter that can be dropped to find something, the most records first."""
        if self.total:
            return ()
        ways = []
        for name in self._masks:
            count = int(np.bitwise_count(self._all_but(name)).sum())
            if count:
                dropped = self.search
                for field in DROPPED.get(name, (name,)):
                    dropped = dropped.without(field)
                chosen = getattr(self.search, name, ())
                value = chosen[0] if isinstance(chosen, tuple) and len(chosen) == 1 else ""
                ways.append(Rescue(name, value, count, dropped))
        ways += self._rescue_from_words()
        return tuple(sorted(ways, key=lambda way: -way.count))

    def _rescue_from_words(self) -> list[Rescue]:
        """Return what is found when a single word is left out."""
        ways = []
        for words, _bitmap in self._units if len(self._units) > 1 else ():
            others = [bitmap for other, bitmap in self._units if other != words]
            found = np.bitwise_and.reduce([self._all_but("q"), *others], axis=0)
            count = int(np.bitwise_count(found).sum())
            q = without_words(self.search.q, words)
            if count and q:
                ways.append(Rescue("q", " ".join(words), count, self.search.with_(q=q)))
        return ways
