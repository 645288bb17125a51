"""Files that leave while they are made: GeoJSON, GeoJSON sequences, CSV, KML. Flat memory, one snapshot of the data.

The ids are known before the first byte; their rows are read in batches by primary key, all in one transaction, so that
a file never mixes two states of the data. Small files are whole before they leave; long ones go through `spool`.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import brotli
from sqlalchemy import Connection, text

from . import colours, flat, geojson, kml, written
from .shapes import Shape
from .spool import through_a_file

FIRST, REST = 50, 1000  # records read first, which should leave early, and at a time later on
PIECE = 256 * 1024  # bytes of a piece, and a record: long records do not make a file cost more memory
GZIP_WINDOW = 31  # zlib's way of asking for a gzip header
PATIENCE = "SET LOCAL statement_timeout = '60s'"  # for one batch; only a database in trouble needs it

Connect = Callable[[], AbstractContextManager[Connection]]


class Origin(NamedTuple):
    """Where rows come from: a way to connect, and a folder for what waits for slow readers."""

    connect: Connect
    folder: Path | None = None


class Form(NamedTuple):
    """How a format is written: the SQL of a line and its COPY options; what makes a line ready; what stands before,
    between, behind and after the lines (`behind` only where there are any)."""

    line: str
    options: str
    ready: Callable[[bytes], bytes]
    head: bytes
    between: bytes = b""
    behind: bytes = b""
    tail: bytes = b""


def geojson_form(shape: Shape, matched: int, about: dict[str, Any]) -> Form:
    """Return how a FeatureCollection of `matched` records is written; `about` are its foreign members."""
    return Form(
        geojson.feature_sql(shape.properties()),
        geojson.COPY_OPTIONS,
        lambda line: line[:-1],
        geojson.head(shape.collection.plural, matched, about),
        b",\n",
        b"\n",
        geojson.tail(),
    )


def sequence_form(shape: Shape, about: dict[str, Any]) -> Form:
    """Return how a sequence of features (RFC 8142) is written; its first feature carries `about`."""
    waiting = [about]

    def ready(line: bytes) -> bytes:
        return geojson.RECORD + (geojson.with_about(line[:-1], waiting.pop()) + b"\n" if waiting else line)

    return Form(geojson.feature_sql(shape.properties()), geojson.COPY_OPTIONS, ready, b"")


def lines_form(shape: Shape) -> Form:
    """Return how plain features, one a line, are written: for what is made of them here."""
    return Form(geojson.feature_sql(shape.properties()), geojson.COPY_OPTIONS, bytes, b"")


def csv_form(shape: Shape, about: dict[str, Any]) -> Form:
    """Return how a table of text is written; each row ends with whom to name and which search it answers."""
    ending = flat.ending(about)
    return Form(flat.row_sql(shape), flat.COPY_OPTIONS, lambda row: row[:-1] + ending, flat.head(shape, flat.ABOUT))


def kml_form(
    shape: Shape, title: str, about: Sequence[tuple[str, str]], themes: Sequence[tuple[str, str, str]]
) -> Form:
    """Return how placemarks are written; `about` are (what, words) of the whole file, `themes`
    (key, words, #rrggbb)."""
    cells = [field for field, _sql in shape.cells()]
    styled_by = "themes" if any(field.name == "themes" for field in cells) else ""
    return Form(
        kml.line_sql(shape),
        kml.COPY_OPTIONS,
        lambda line: kml.placemark(line, cells, styled_by),
        kml.head(title, about, [colours.Colour(key, value) for key, _words, value in themes] if styled_by else ()),
        tail=kml.tail(),
    )


@contextmanager
def snapshot(connect: Connect) -> Iterator[Connection]:
    """Give a connection that sees one state of the data for as long as the block runs."""
    with connect() as connection:
        fixed = connection.execution_options(isolation_level="REPEATABLE READ")
        fixed.execute(text(PATIENCE))
        yield fixed


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    start, size = 0, FIRST
    while start < len(ids):
        yield [int(one) for one in ids[start : start + size]]
        start, size = start + size, REST


def _pieces(connect: Connect, shape: Shape, ids: Sequence[int], values: dict[str, Any], form: Form) -> Iterator[bytes]:
    before = form.head
    with snapshot(connect) as connection:
        for batch in _batches(ids):
            bound = {**values, "ids": batch}
            lines = written.lines(connection, shape.collection.name, shape.columns(), form.line, form.options, bound)
            # Closed before the connection is: whoever leaves in the middle ends the COPY, which holds it.
            with closing(lines):  # type: ignore[type-var]
                for rows in _parts(map(form.ready, lines)):
                    yield before + form.between.join(rows)
                    before = form.between
    yield (form.behind if before is not form.head else before) + form.tail


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Give lines in lists of about PIECE bytes."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= PIECE:
            yield part
            part, size = [], 0
    if part:
        yield part


def streamed(origin: Origin, shape: Shape, ids: Sequence[int], values: dict[str, Any], form: Form) -> Iterator[bytes]:
    """Give the records in the order of their ids; `values` are what the fields need (lang, site, licence).

    Records that are gone by now are left out.
    """
    pieces = _pieces(origin.connect, shape, ids, values, form)
    if len(ids) <= FIRST + REST:
        yield b"".join(pieces)
        return
    yield next(pieces)
    yield from through_a_file(pieces, origin.folder)


def feature(connection: Connection, shape: Shape, record_id: int, values: dict[str, Any]) -> bytes:
    """Return one record as a GeoJSON feature."""
    one = geojson.feature_sql(shape.properties())
    bound = {**values, "ids": [record_id]}
    return b"".join(written.lines(connection, shape.collection.name, shape.columns(), one, geojson.COPY_OPTIONS, bound))


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same pieces with the first already made: a failure is told now, not in the middle of a file."""
    first = next(pieces, b"")

    def rest() -> Iterator[bytes]:
        with closing(pieces):  # type: ignore[type-var]
            yield first
            yield from pieces

    return rest()


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
    with closing(pieces):  # type: ignore[type-var]
        for number, piece in enumerate(pieces):
            packed = pack(piece) + (flush() if number == 0 else b"")
            if packed:
                yield packed
    yield finish()
