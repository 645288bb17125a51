"""SOURCES.csv: where every data file comes from, its licence and credit, and the checksum that proves it."""

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "SOURCES.csv"


class Source(NamedTuple):
    """One data file. `file` is its path below geodata/, `date` when its content was taken or written."""

    file: str
    origin: str
    version: str
    licence: str
    credit: str
    date: str
    sha256: str


def read_sources() -> tuple[Source, ...]:
    """Return all rows of SOURCES.csv."""
    with SOURCES.open(encoding="utf-8", newline="") as file:
        return tuple(Source(*row) for row in list(csv.reader(file))[1:])


def name_of(path: Path) -> str:
    """Return a file as SOURCES.csv calls it."""
    return path.resolve().relative_to(FOLDER).as_posix()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def update_checksum(path: Path) -> None:
    """Write the checksum of a file that was made anew; raises KeyError when SOURCES.csv does not list it."""
    rows = read_sources()
    if all(row.file != name_of(path) for row in rows):
        raise KeyError(f"{name_of(path)} is not in SOURCES.csv; add a row that says where it comes from")
    changed = [row._replace(sha256=checksum(path)) if row.file == name_of(path) else row for row in rows]
    with SOURCES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Source._fields)
        writer.writerows(changed)
