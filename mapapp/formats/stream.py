"""A file leaving piece by piece: memory stays flat and no database connection waits for a slow reader.

The ids are known before the first byte; each piece is the rows of the next few ids, read by primary key on a
connection that is given back before the piece is sent. A reader who leaves has nothing to free.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import brotli
from sqlalchemy import Connection

from ..queries import export
from . import flat, geojson
from .fields import Collection

FIRST, REST = 50, 1000  # records in the first piece, which should leave early, and in each later one
GZIP_WINDOW = 31  # zlib's way of asking for a gzip header

Connect = Callable[[], AbstractContextManager[Connection]]


def _pieces(ids: Sequence[int]) -> Iterator[list[int]]:
    start, size = 0, FIRST
    while start < len(ids):
        yield [int(one) for one in ids[start : start + size]]
        start, size = start + size, REST


def as_geojson(
    connect: Connect, collection: Collection, ids: Sequence[int], values: dict[str, Any], about: dict[str, Any]
) -> Iterator[bytes]:
    """Give a FeatureCollection of the records in the order of their ids.

    `values` are what the fields need (lang, site, licence); `about` the foreign members of the collection.
    """
    columns = [(field.name, field.sql) for field in collection.fields]
    feature = geojson.feature_sql(collection.fields)
    separator = geojson.head(collection.plural, len(ids), about)
    for piece in _pieces(ids):
        with connect() as connection:
            lines = export.copy_lines(
                connection, collection.name, columns, feature, geojson.COPY_OPTIONS, {**values, "ids": piece}
            )
            features = [line[:-1] for line in lines]
        if features:
            yield separator + b",\n".join(features)
            separator = b",\n"
    yield (b"\n" if separator == b",\n" else separator) + geojson.tail()


def as_csv(connect: Connect, collection: Collection, ids: Sequence[int], values: dict[str, Any]) -> Iterator[bytes]:
    """Give the header and one row a record in the order of the ids; `values` as for `as_geojson`."""
    columns = [(field.name, field.sql) for field in collection.fields]
    cells = flat.row_sql(collection)
    before = flat.head(collection)
    for piece in _pieces(ids):
        with connect() as connection:
            lines = export.copy_lines(
                connection, collection.name, columns, cells, flat.COPY_OPTIONS, {**values, "ids": piece}
            )
            rows = b"".join(map(flat.line, lines))
        yield before + rows
        before = b""
    if before:
        yield before


def feature(connection: Connection, collection: Collection, record_id: int, values: dict[str, Any]) -> bytes:
    """Return one record as a GeoJSON feature."""
    columns = [(field.name, field.sql) for field in collection.fields]
    one = geojson.feature_sql(collection.fields)
    bound = {**values, "ids": [record_id]}
    return b"".join(export.copy_lines(connection, collection.name, columns, one, geojson.COPY_OPTIONS, bound))


def compressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Give the pieces in an encoding (br, gzip or none), at the settings that cost least; the first leaves at once."""
    if encoding == "br":
        packer = brotli.Compressor(quality=1)
        pack, flush, finish = packer.process, packer.flush, packer.finish
    elif encoding == "gzip":
        zipper = zlib.compressobj(1, zlib.DEFLATED, GZIP_WINDOW)
        pack, flush, finish = zipper.compress, lambda: zipper.flush(zlib.Z_SYNC_FLUSH), zipper.flush
    else:
        yield from pieces
        return
    for number, piece in enumerate(pieces):
        packed = pack(piece) + (flush() if number == 0 else b"")
        if packed:
            yield packed
    yield finish()
