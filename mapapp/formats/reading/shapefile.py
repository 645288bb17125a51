"""A Shapefile as people send it: a ZIP archive of its parts. Which layers it holds, and what their cut names stand for.

Standard library only; nothing is unpacked.
"""

import csv
import io
import re
import zipfile
import zlib
from typing import NamedTuple

LARGEST = 128 * 1024 * 1024  # bytes of all parts together
MOST_PARTS = 100
# What damaged, encrypted and strangely packed archives raise, and what is no table in them.
BROKEN = (zipfile.BadZipFile, zlib.error, csv.Error, NotImplementedError, OSError, RuntimeError, EOFError)
_NAMES = "fields.csv"  # what our own archives hold beside the parts
_LONGEST_LIST = 256 * 1024  # bytes
_LAYER = re.compile(r"(?:[\w. -]+/)?[\w. -]+\.shp", re.IGNORECASE)


class Archive(NamedTuple):
    """The layers (name, address for GDAL), and the whole names of fields by the cut ones."""

    layers: dict[str, str]
    names: dict[str, str]


class NoShapefile(ValueError):
    """No archive with a Shapefile; the message names the reason: not_this_kind, too_much_text, broken."""


def look(path: str) -> Archive:
    """Return what an archive holds. Raises NoShapefile."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
                raise NoShapefile("too_much_text")
            inside = [part.filename for part in parts if _LAYER.fullmatch(part.filename) and ".." not in part.filename]
            names = _whole_names(archive, parts)
    except BROKEN as error:
        raise NoShapefile("broken") from error
    if not inside:
        raise NoShapefile("not_this_kind")
    layers = {name.rpartition("/")[2][: -len(".shp")]: f"/vsizip/{{{path}}}/{name}" for name in inside}
    return Archive(layers, names)


def _whole_names(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> dict[str, str]:
    listed = next((part for part in parts if part.filename.rpartition("/")[2] == _NAMES), None)
    if listed is None or listed.file_size > _LONGEST_LIST:
        return {}
    text = archive.read(listed).decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {row["short"]: row["field"] for row in rows if row.get("short") and row.get("field")}
