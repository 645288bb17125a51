"""The records of a collection as numpy columns and bitmaps, built whole from one reading of the database.

A bitmap holds one bit a record (uint64 words, bit i of word j is row 64 j + i). Filters and facet counts are then
`&`, `|` and popcounts: some microseconds for each value of 100,000 records. Rows lie in Morton order of their points,
so that the records of any map tile or cluster cell are neighbours; records without a point come last.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from ..queries import columns as read
from ..queries.tiles import LAT_LIMIT

Bitmap = NDArray[np.uint64]
Rows = NDArray[np.int32]

#: Fields kept as one bitmap a value; `region` and `place` have too many values for that.
BITMAPS = {
    "practice": (
        "theme",
        "country",
        "dimension",
        "target_group",
        "programme",
        "organisation_type",
        "status",
        "project",
        "criterion",
        "language",
    ),
    "service": ("country", "category", "language"),
}
#: Fields whose options come from a vocabulary: shown even when no record has them.
VOCABULARIES = {
    "theme": "theme",
    "dimension": "dimension",
    "target_group": "target_group",
    "organisation_type": "organisation_type",
    "status": "status",
    "criterion": "criterion",
    "category": "service_category",
}
MORTON_BITS = 26


@dataclass(frozen=True, slots=True)
class Field:
    """The options of a field in their order (vocabulary order, else alphabetical), and a bitmap for each."""

    options: tuple[str, ...]
    place: dict[str, int]
    bits: NDArray[np.uint64]  # shape (options, words)


@dataclass(frozen=True, slots=True)
class Regions:
    """NUTS codes in order, and the rows of each: those of code i are rows[starts[i]:starts[i + 1]]."""

    codes: list[str]
    starts: list[int]
    rows: Rows

    def rows_under(self, prefix: str) -> Rows:
        """Return the rows of a territory and of those inside it (repeats possible)."""
        first, last = bisect_left(self.codes, prefix), bisect_left(self.codes, prefix + "~")
        return self.rows[self.starts[first] : self.starts[last]]


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a collection; arrays have one entry a row.

    x and y are Web Mercator as parts of the world's square (0 to 1, y southwards), lon and lat degrees (EPSG:4326);
    all four NaN without location. `kind` is the place in `location_kinds` from 1, 0 without location.
    """

    size: int
    located: int
    ids: Rows
    row_of: Rows  # row of an id, -1 where there is none
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    morton: NDArray[np.uint64]
    kind: NDArray[np.int16]
    start_year: NDArray[np.int16]
    end_year: NDArray[np.int16]
    updated: NDArray[np.float64]
    confirmed: NDArray[np.int32]
    place: Rows  # index in place_names, -1 without
    place_names: list[str]
    fields: dict[str, Field]
    regions: Regions
    everything: Bitmap
    slugs: list[bytes]

    def slug(self, row: int) -> str:
        """Return the slug of a row."""
        return self.slugs[row].decode()


def pack(flags: NDArray[np.bool_]) -> Bitmap:
    """Return a boolean array as a bitmap."""
    packed = np.packbits(flags, bitorder="little")
    words = np.zeros(-(-len(flags) // 64) * 8, np.uint8)
    words[: len(packed)] = packed
    return words.view(np.uint64)


def unpack(bitmap: Bitmap, size: int) -> NDArray[np.bool_]:
    """Return a bitmap as a boolean array of `size` rows."""
    return np.unpackbits(bitmap.view(np.uint8), count=size, bitorder="little").view(np.bool_)


def bitmap_of(rows: NDArray[np.integer], size: int) -> Bitmap:
    """Return the bitmap of some rows."""
    flags = np.zeros(size, np.bool_)
    flags[rows] = True
    return pack(flags)


def mercator(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Web Mercator as parts of the world's square for degrees; beyond its edge, the edge."""
    sine = np.sin(np.radians(np.clip(lat, -LAT_LIMIT, LAT_LIMIT)))
    return lon / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)


def _spread(parts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers of up to 32 bits with a gap after each bit."""
    for shift, kept in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        parts = (parts | (parts << np.uint64(shift))) & np.uint64(kept)
    return parts


def morton_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return the Morton code of points of the world's square; the largest number for NaN."""
    missing = np.isnan(x)
    side = 1 << MORTON_BITS
    across = np.clip(np.where(missing, 0, x) * side, 0, side - 1).astype(np.uint64)
    down = np.clip(np.where(missing, 0, y) * side, 0, side - 1).astype(np.uint64)
    code = _spread(across) | (_spread(down) << np.uint64(1))
    code[missing] = np.iinfo(np.uint64).max
    return code


def morton_of_tile(zoom: int, row: int, column: int) -> int:
    """Return the lowest Morton code in a tile; `row` counts from the north. A number to base 4 has gaps to base 2."""
    return (int(f"{column:b}", 4) | int(f"{row:b}", 4) << 1) << 2 * (MORTON_BITS - zoom)


def _regions(found: dict[str, Rows]) -> Regions:
    codes = sorted(found)
    starts = np.concatenate(([0], np.cumsum([len(found[code]) for code in codes], dtype=np.int64)))
    rows = np.concatenate([found[code] for code in codes]) if codes else np.empty(0, np.int32)
    return Regions(codes, [int(start) for start in starts], rows)


def _field(name: str, found: dict[str, Rows], keys: dict[str, list[str]], size: int) -> Field:
    options = keys.get(VOCABULARIES.get(name, ""), [])
    options = [*options, *sorted(set(found) - set(options))]
    bits = np.zeros((len(options), -(-size // 64)), np.uint64)
    for index, option in enumerate(options):
        if option in found:
            bits[index] = bitmap_of(found[option], size)
    return Field(tuple(options), {option: index for index, option in enumerate(options)}, bits)


def build(connection: Connection, collection: str) -> Columns:
    """Read a collection whole: three statements, whatever its size."""
    packed = read.records(connection, collection)
    table = np.frombuffer(packed.records, dtype=read.RECORD)
    size = len(table)
    x, y = mercator(table["lon"].astype(np.float64), table["lat"].astype(np.float64))
    morton = morton_of(x, y)
    # Records of one point stay in the order of their ids, so that nothing depends on how the table lies on disk.
    order = np.lexsort((table["id"], morton))
    table = table[order]
    ids = table["id"].astype(np.int32)
    row_of = np.full(int(ids.max(initial=0)) + 1, -1, np.int32)
    row_of[ids] = np.arange(size, dtype=np.int32)
    slugs = packed.slugs.split(b" ") if size else []

    found: dict[str, dict[str, Rows]] = {}
    for value in read.values(connection, collection):
        rows = row_of[np.frombuffer(value.ids, dtype=">i4").astype(np.int32)]
        found.setdefault(value.field, {})[value.value] = rows
    keys = read.vocabulary_keys(connection)
    names = sorted(found.get("place", {}))
    place = np.full(size, -1, np.int32)
    for index, name in enumerate(names):
        place[found["place"][name]] = index
    return Columns(
        size=size,
        located=int(np.count_nonzero(~np.isnan(x))),
        ids=ids,
        row_of=row_of,
        lon=table["lon"].astype(np.float64),
        lat=table["lat"].astype(np.float64),
        x=x[order],
        y=y[order],
        morton=morton[order],
        kind=table["kind"].astype(np.int16),
        start_year=table["start_year"].astype(np.int16),
        end_year=table["end_year"].astype(np.int16),
        updated=table["updated"].astype(np.float64),
        confirmed=table["confirmed"].astype(np.int32),
        place=place,
        place_names=names,
        fields={name: _field(name, found.get(name, {}), keys, size) for name in BITMAPS[collection]},
        regions=_regions(found.get("region", {})),
        everything=pack(np.ones(size, np.bool_)),
        slugs=[slugs[index] for index in order.tolist()],
    )
