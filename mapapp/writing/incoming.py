"""What an import brings: records, terms, territories and places as plain values, before they are rows."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Point(NamedTuple):
    """A point in EPSG:4326, degrees."""

    longitude: float
    latitude: float

    def __str__(self) -> str:
        return f"SRID=4326;POINT({self.longitude} {self.latitude})"


@dataclass(frozen=True, slots=True)
class Text:
    """The texts of a record in one language, by column."""

    language: str
    values: Mapping[str, str | None]
    origin: str = "machine"
    is_source: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a kind: `values` by column, `references` from a column to the key of another record, texts,
    and `parts`: rows of tables that belong to it. `key` is what its file calls it. `said` is the checksum of what its
    file says where this is something else: a term that was merged here has another key."""

    kind: str
    key: str
    values: Mapping[str, object]
    references: Mapping[str, str | None] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()
    parts: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    said: str = ""

    def sha256(self) -> str:
        """Return a checksum that changes with anything the record says."""
        if self.said:
            return self.said
        said = [
            self.values,
            self.references,
            [[text.language, text.origin, text.is_source, text.values] for text in self.texts],
            self.parts,
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


class Term(NamedTuple):
    """A vocabulary key in its place in the order shown."""

    vocabulary: str
    key: str
    position: int


class Label(NamedTuple):
    """The word shown for a term in one language."""

    vocabulary: str
    key: str
    language: str
    label: str
    origin: str


class Synonym(NamedTuple):
    """A word that people type for a term."""

    vocabulary: str
    key: str
    language: str
    synonym: str


class IncomingTerritory(NamedTuple):
    """A NUTS unit; the shapes are hexadecimal EWKB multipolygons in EPSG:4326."""

    code: str
    level: int
    country: str
    name: str
    name_latin: str
    vintage: int
    later_code: str | None
    outline: str
    sketch: str


class IncomingPlace(NamedTuple):
    """A populated place; `names` is a JSON object from language to name, `location` EWKT (see `Point`)."""

    geoname_id: int
    name: str
    names: str
    folded_names: str
    country: str
    population: int
    location: str


@dataclass(frozen=True, slots=True)
class ReferenceFile(Generic[T]):
    """A file of reference data that is loaded whole when its checksum is new; `read` gives its rows, `count` many."""

    name: str
    sha256: str
    count: int
    read: Callable[[], Iterable[T]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything that one import brings. `present` holds the keys that the files name, by kind, usable or not:
    what was loaded before and is not among them has left its file."""

    terms: tuple[Term, ...]
    labels: tuple[Label, ...]
    synonyms: tuple[Synonym, ...]
    records: tuple[Record, ...]
    present: Mapping[str, frozenset[str]]
    territories: ReferenceFile[IncomingTerritory] | None = None
    places: ReferenceFile[IncomingPlace] | None = None
