"""Tables and maps that people send, read by another process within limits: rows of text and geometries come back."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

ENDINGS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".geojson": "geojson", ".json": "geojson"} | {
    ".gpkg": "gpkg",
    ".kml": "kml",
    ".geojsons": "geojsons",
    ".geojsonl": "geojsons",
    ".fgb": "fgb",
    ".parquet": "parquet",
    ".zip": "shp.zip",
}
TABLES = ("csv", "xlsx")  # their first row holds the headings
OURS = frozenset(("updated_at", "licence"))  # fields of every record that people take away here
LARGEST = 10 * 1024 * 1024  # bytes of a file
MOST_ROWS = 500
SECONDS = 25  # of the clock; the process may use 20 of a processor
PATIENCE = 5  # seconds that one waits for another to be read
_MAGIC = {"xlsx": b"PK\x03\x04", "gpkg": b"SQLite format 3\0", "fgb": b"fgb\x03fgb", "parquet": b"PAR1"} | {
    "shp.zip": b"PK\x03\x04"
}
_ARROW = {"ARROW_DEFAULT_MEMORY_POOL": "system", "ARROW_IO_THREADS": "1", "OMP_NUM_THREADS": "1"}
_WORKER = "mapapp.formats.reading.worker"
_one_at_a_time = Lock()  # a reader may take 1 GB and a whole processor

Cell = str | list[str]


class Row(NamedTuple):
    """One row: its number as people see it in their program, its cells, its geometry (WKB as hexadecimal text), and
    whether it had more cells than there are headings."""

    number: int
    cells: list[Cell]
    geometry: str | None
    ragged: bool


class Sheet(NamedTuple):
    """A table as it was read. `crs` is what the file says of its coordinates ("EPSG:4326"), None where it says nothing;
    `layers` are all tables of the file, `layer` the one that this is; `encoding` and `separator` those of a CSV."""

    headings: list[str]
    rows: list[Row]
    crs: str | None
    layers: list[str]
    layer: str | None
    encoding: str | None
    separator: str | None


class Unreadable(ValueError):
    """A file that cannot be read. `reason`: unknown_kind, not_this_kind, empty, no_headings, no_rows, too_many_rows,
    too_many_columns, too_much_text, encoding, broken, too_slow, no_such_layer, busy (others are read just now)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


def kind_of(name: str, start: bytes) -> str:
    """Return which kind (a value of ENDINGS) a file is by its name, if its first bytes do not say otherwise.

    Raises Unreadable.
    """
    kind = ENDINGS.get(Path(name.lower()).suffix)
    if kind is None:
        raise Unreadable("unknown_kind")
    if not start.strip():
        raise Unreadable("empty")
    magic = _MAGIC.get(kind)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    fits = {
        "geojson": text.startswith(b"{"),
        "geojsons": text.startswith((b"\x1e", b"{")),
        "kml": text.startswith(b"<"),
        "csv": not start.startswith((*_MAGIC.values(), b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0")),
    }
    if not (start.startswith(magic) if magic else fits[kind]):
        raise Unreadable("not_this_kind", kind)
    return kind


def read(path: Path, kind: str, layer: str | None = None) -> Sheet:
    """Return the rows of a file of a kind; of a file with several tables the one named `layer`, else the first with
    rows. Raises Unreadable."""
    found = _run(["read", kind, str(path), layer or ""])
    rows = [Row(*row) for row in found.pop("rows")]
    return Sheet(rows=rows, **found)


def write_workbook(path: Path, sheets: dict[str, tuple[list[str], list[list[str]]]]) -> None:
    """Write an XLSX file: by the name of each sheet its headings and its rows of text. Raises Unreadable."""
    _run(["write", "xlsx", str(path), json.dumps(sheets)])


def _run(words: list[str]) -> dict[str, Any]:
    """Run the process that knows GDAL, alone and within limits, never two at once; return what it says."""
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Unreadable("busy")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", _WORKER, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"} | _ARROW,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow") from None
    finally:
        _one_at_a_time.release()
    try:
        found = json.loads(done.stdout)
    except ValueError:  # it was ended by one of its limits, or by what it read
        raise Unreadable("broken") from None
    if "reason" in found:
        raise Unreadable(found["reason"], found.get("detail", ""))
    return dict(found)
