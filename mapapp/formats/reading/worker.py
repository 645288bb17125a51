"""The process that reads a file of somebody else's, with GDAL where it needs to: little memory, little time, one
driver, no network. Says what it found, or why not, as JSON on its standard output, and ends.

`python -m mapapp.formats.reading.worker read KIND PATH LAYER` or `write xlsx PATH SHEETS`.
"""

import json
import math
import re
import resource
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import MOST_ROWS, OURS, TABLES, placing, shapefile
from .separated import LONGEST_CELL, NotSeparated, parse

MEMORY = 1536 * 1024 * 1024  # bytes of address space; the libraries alone take a third of them
PROCESSOR = 20  # seconds
MOST_COLUMNS = 240  # our own tables with every text in forty languages
MOST_TEXT = 6_000_000  # characters in all cells
MOST_GEOMETRY = 2_000_000  # bytes in all geometries
DRIVERS = {"xlsx": "XLSX", "geojson": "GeoJSON", "geojsons": "GeoJSONSeq", "gpkg": "GPKG", "kml": "LIBKML"} | {
    "fgb": "FlatGeobuf",
    "shp.zip": "ESRI Shapefile",
}
OPTIONS = {
    "OGR_XLSX_HEADERS": "FORCE",
    "OGR_XLSX_FIELD_TYPES": "STRING",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_TIMEOUT": "1",
    "CPL_TMPDIR": "/nowhere",
    "GDAL_NUM_THREADS": "1",
}
TRANSLATIONS = "translations"
_UNNAMED = re.compile(r"Field\d+")  # what GDAL calls columns without headings
_NO_TEXT = {"encoding": None, "separator": None}  # of a Sheet that is no table of text
OPEN = {"gpkg": {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"}}


class Stop(Exception):
    """The file is not read; the message is a reason of `Unreadable`."""


def limit(writes: bool) -> None:
    """Give this process no more than it needs."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR),
        (resource.RLIMIT_FSIZE, 16 * 1024 * 1024 if writes else 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def gdal(kind: str) -> Any:
    """Return pyogrio with one single driver. A driver that cannot be shut out ends the process."""
    sys.modules["pandas"] = None  # type: ignore[assignment]  # loaded wherever it is found, and needed by nothing here
    import pyogrio
    import pyogrio.raw
    from pyogrio import _ogr

    driver = DRIVERS[kind]
    others = ",".join(name for name in pyogrio.list_drivers() if name != driver)
    pyogrio.set_gdal_config_options(OPTIONS | {"GDAL_SKIP": others, "OGR_SKIP": others})
    _ogr._register_drivers()
    if set(pyogrio.list_drivers()) != {driver}:
        raise Stop("broken")
    return pyogrio


def read(kind: str, path: str, layer: str) -> dict[str, Any]:
    """Return the parts of a Sheet."""
    if kind == "csv":
        return _read_separated(path)
    return _read_parquet(path) if kind == "parquet" else _read_layer(kind, path, layer)


def _read_separated(path: str) -> dict[str, Any]:
    try:
        rows, encoding, separator = parse(Path(path).read_bytes())
    except NotSeparated as error:
        raise Stop(str(error)) from error
    if not rows:
        raise Stop("empty")
    headings = rows[0][1]
    while headings and not headings[-1]:
        headings.pop()
    wide = len(headings)
    found = [
        (number, (cells + [""] * wide)[:wide], None, any(cells[wide:])) for number, cells in rows[1 : MOST_ROWS + 2]
    ]
    placed, system = placing.place(headings, found)
    return _checked(headings, placed) | {
        "crs": system,
        "layers": [],
        "layer": None,
        "encoding": encoding,
        "separator": separator,
    }


def _read_parquet(path: str) -> dict[str, Any]:
    from . import parquet

    try:
        found = parquet.read(path, MOST_ROWS + 1)
    except parquet.NotRead as error:
        raise Stop("broken") from error
    headings, columns = list(found.names), found.values
    size = len(columns[0]) if columns else 0
    rows = _rows("parquet", range(size), found.geometries, columns)
    return _checked(headings, rows) | {"crs": found.crs, "layers": [], "layer": None} | _NO_TEXT


def _layers(pyogrio: Any, kind: str, path: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the address of each layer, and the whole names of its fields where they were cut."""
    if kind != "shp.zip":
        return {str(name): path for name, _type in pyogrio.list_layers(path)}, {}
    try:
        return shapefile.look(path)
    except shapefile.NoShapefile as error:
        raise Stop(str(error)) from error


def _read_layer(kind: str, path: str, layer: str) -> dict[str, Any]:
    pyogrio = gdal(kind)
    from pyogrio.errors import DataSourceError, FeatureError, FieldError, GeometryError

    try:
        layers, whole = _layers(pyogrio, kind, path)
        if not layers:
            raise Stop("no_rows")
        if layer and layer not in layers:
            raise Stop("no_such_layer")
        for name in [layer] if layer else layers:
            meta, numbers, geometries, columns = pyogrio.raw.read(
                layers[name],
                layer=name,
                max_features=MOST_ROWS + 1,
                return_fids=True,
                datetime_as_string=True,
                **OPEN.get(kind, {}),
            )
            names = [str(one) for one in meta["fields"]]
            if kind == "xlsx" and len(numbers) == 1 and all(map(_UNNAMED.fullmatch, names)):
                names, numbers = [str(column[0]) for column in columns], []  # GDAL takes a lone line for a row
            # A search of ours that found nothing: the tables behind it are not what the file is about.
            if len(numbers) or set(names) >= OURS:
                break
    except (DataSourceError, FeatureError, FieldError, GeometryError, UnicodeDecodeError, ValueError) as error:
        raise Stop("broken") from error
    headings = [whole.get(one, one) for one in names]
    if TRANSLATIONS in headings:
        columns = _spread(headings, columns)
    rows, system = _rows(kind, numbers, geometries, columns), meta["crs"]
    if kind == "xlsx":
        rows, system = placing.place(headings, rows)
    return _checked(headings, rows) | {"crs": system, "layers": list(layers), "layer": name} | _NO_TEXT


def _rows(kind: str, numbers: Any, geometries: Any, columns: Any) -> list[Any]:
    """Return the parts of each Row that holds anything."""
    found = []
    for at in range(len(numbers)):
        cells = [_cell(column[at]) for column in columns]
        geometry = geometries[at] if geometries is not None else None
        if any(cells) or geometry is not None:
            first = 2 if kind in TABLES else 1
            found.append((at + first, cells, geometry.hex() if geometry is not None else None, False))
    return found


def _spread(headings: list[str], columns: Any) -> list[Any]:
    """Return the columns with one for each translation that our own features hold as a structure, beside the others:
    title_de, title_it …; `headings` grow with them."""
    found, at = list(columns), headings.index(TRANSLATIONS)
    read = []
    for value in found[at]:
        try:
            texts = json.loads(value or "{}")
            read.append({f"{name}_{tag}": text for tag, one in texts.items() for name, text in one.items()})
        except (ValueError, TypeError, AttributeError):  # somebody else's column of that name
            return found
    for name in sorted({name for one in read for name in one} - set(headings)):
        headings.append(name)
        found.append([one.get(name) for one in read])
    return found


def _cell(value: Any) -> str | list[str]:
    """Return what a person would read in a cell; nothing as an empty text."""
    if value is None:
        return ""
    if hasattr(value, "tolist"):  # of numpy, lists too
        value = value.tolist()
    if isinstance(value, bytes):
        return ""
    if isinstance(value, list | tuple):
        return [text for one in value if isinstance(text := _cell(one), str) and text]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    text = _plain(str(value))
    if text.startswith("[") and text.endswith("]"):  # a list that the driver has left as JSON
        try:
            listed = json.loads(text)
        except ValueError:
            return text
        return [_plain(str(one)) for one in listed if isinstance(one, str | int | float)]
    return text


def _plain(text: str) -> str:
    """Return a text that can be written everywhere: JSON may hold halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _checked(headings: list[str], rows: list[Any]) -> dict[str, Any]:
    """Return headings and rows, if they are not too many or too long."""
    if not rows:
        raise Stop("no_rows")
    if not any(headings):
        raise Stop("no_headings")
    if len(headings) > MOST_COLUMNS:
        raise Stop("too_many_columns")
    if len(rows) > MOST_ROWS:
        raise Stop("too_many_rows")
    texts = [text for row in rows for cell in row[1] for text in (cell if isinstance(cell, list) else [cell])]
    geometry = sum(len(row[2] or "") for row in rows) // 2
    longest = max((len(text) for text in texts), default=0)
    if longest > LONGEST_CELL or sum(map(len, texts)) > MOST_TEXT or geometry > MOST_GEOMETRY:
        raise Stop("too_much_text")
    return {"headings": headings, "rows": rows}


def write(path: str, sheets: dict[str, Any]) -> dict[str, Any]:
    """Write a workbook whose cells are texts."""
    import numpy as np

    pyogrio = gdal("xlsx")
    for number, (name, (headings, rows)) in enumerate(sheets.items()):
        columns = [np.array([row[at] for row in rows], dtype=object) for at in range(len(headings))]
        pyogrio.raw.write(
            path,
            geometry=None,
            field_data=columns,
            fields=headings,
            layer=name,
            driver=DRIVERS["xlsx"],
            append=number > 0,
        )
    return {}


def main(words: list[str]) -> dict[str, Any]:
    """Do what is asked; return what was found or the reason why not."""
    do, kind, path, more = words
    try:
        limit(writes=do == "write")
        return write(path, json.loads(more)) if do == "write" else read(kind, path, more)
    except Stop as stop:
        return {"reason": str(stop)}
    except MemoryError:
        return {"reason": "too_much_text"}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
