"""Files that must be whole before they can leave (GeoPackage, XLSX, FlatGeobuf, Shapefile, GeoParquet): their rows are
put down from one snapshot of the data, then another process, which may fail without harm, makes the file of them.

Only a fixed number are made at once, whatever the number of workers: a locked file stands for each place.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ...queries import export, related
from .. import crs
from ..shapes import Shape
from ..stream import Connect, snapshot

KINDS = ("gpkg", "xlsx", "fgb", "shp", "parquet", "html")
AT_ONCE = 2  # files being made, in all workers of this installation together
SECONDS = 300  # of the clock, for one file
KEPT_BYTES = 256 * 1024 * 1024  # of finished files, until the data change
_WORKER = "mapapp.formats.making.worker"


class Busy(Exception):
    """As many files as allowed are being made: ask again in some seconds."""


class NotMade(Exception):
    """The process that makes files has failed; the message is for the log."""


class Table(NamedTuple):
    """One table of a file: its name and title, (name, kind, title) of its columns, Point, MultiPoint or None, its
    reference system, and what writes its rows."""

    name: str
    title: str
    columns: list[tuple[str, str, str]]
    geometry: str | None
    epsg: int
    rows: Callable[[Connection], Iterator[bytes]]


def layer(shape: Shape, ids: Sequence[int], values: dict[str, Any], title: str, say: Callable[[str], str]) -> Table:
    """Return the records of a collection as a table: slug, the published fields, the geometry (as hexadecimal WKB).
    `say` gives the titles of fields in the language of the file."""
    cells = shape.cells()
    plain = {field.name for field in shape.collection.fields}

    def cell(kind: str, sql: str) -> str:
        # The separator of lists must not occur inside an item; chr(31) does not occur in texts.
        return f"nullif(array_to_string({sql}, E'\\x1f'), '')" if kind == "list" else f"({sql})::text"

    line = ", ".join(["v.slug", *(cell(field.kind, sql) for field, sql in cells)])
    line += f", encode(ST_AsBinary({shape.geometry()}), 'hex')"

    def rows(connection: Connection) -> Iterator[bytes]:
        bound = {**values, "ids": [int(one) for one in ids]}
        return export.copy_lines(connection, shape.collection.name, shape.columns(), line, "FORMAT csv", bound)

    columns = [("slug", "key", "Slug")]
    for field, _sql in cells:
        language = "" if field.name in plain else f" ({field.name.rpartition('_')[2]})"
        columns.append((field.name, field.kind, say(field.title) + language))
    kind = "Point" if shape.collection.flat else "MultiPoint"
    return Table(shape.collection.plural, title, columns, kind, shape.epsg, rows)


def beside(table: related.Related, ids: Sequence[int] | None) -> Table:
    """Return what belongs to the records of the ids (None: all of it) as a table without geometry."""
    wanted = None if ids is None else [int(one) for one in ids]

    def rows(connection: Connection) -> Iterator[bytes]:
        return related.copy_rows(connection, table, wanted)

    columns = [(name, kind, name) for name, kind in table.columns]
    return Table(table.name, table.name.replace("_", " "), columns, None, crs.GEOGRAPHIC, rows)


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    """Hold one of the places for makers while the block runs. Raises Busy."""
    for number in range(AT_ONCE):
        with (folder / f"place-{number}").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield
            return
    raise Busy


def _run(job: dict[str, Any], folder: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", _WORKER],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd=folder,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise NotMade(f"{job['kind']}: longer than {SECONDS} s") from error
    if done.returncode:
        raise NotMade(f"{job['kind']}: {done.stderr.decode(errors='replace')[-2000:]}")


def make(kind: str, connect: Connect, folder: Path, tables: Sequence[Table], about: dict[str, Any], key: str) -> Path:
    """Return a file of a kind (one of KINDS) that holds the tables; the first one is what it is about.

    `about` says whose it is: `rows` are (what, words), `title` and `date` (YYYY-MM-DDTHH:MM:SSZ or None). `key` names
    the file: one made before under the same key is given again, as long as there is room. Raises Busy, NotMade.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{key}.{kind}"
    if kept.exists():
        os.utime(kept)  # the least lately asked for goes first
        return kept
    with _place(folder), tempfile.TemporaryDirectory(prefix="making-", dir=folder) as name:
        work = Path(name)
        with snapshot(connect) as connection:
            for table in tables:
                with (work / f"{table.name}.csv").open("wb") as spool:
                    spool.writelines(table.rows(connection))
        made = work / f"made.{kind}"
        described = [table._asdict() | {"rows": str(work / f"{table.name}.csv")} for table in tables]
        _run({"kind": kind, "target": str(made), "tables": described, "about": about}, work)
        made.rename(kept)
    _forget(folder)
    return kept


def _forget(folder: Path) -> None:
    """Remove the files least lately asked for, until the rest fits."""
    found = []
    for path in folder.glob("*.*"):
        try:
            found.append((path.stat().st_mtime, path.stat().st_size, path))
        except FileNotFoundError:  # another worker was faster
            continue
    room = KEPT_BYTES
    for number, (_time, size, path) in enumerate(sorted(found, reverse=True)):
        room -= size
        if room < 0 and number:  # the newest is about to leave
            path.unlink(missing_ok=True)
