"""Records as CSV (RFC 4180), safe to open in a spreadsheet.

UTF-8 with a byte order mark: a spreadsheet takes a file without one for its system's old code page and breaks every
accent, while programs that read UTF-8 files skip the mark (Python: encoding "utf-8-sig") or do not mind it.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from . import crs
from .fields import Collection, Field
from .shapes import Shape
from .tables import safe

COPY_OPTIONS = "FORMAT csv"
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
SYSTEM = "crs"  # the column that names the system of the coordinates
#: The last columns of a file, alike in every row: a table has no other place to say whom to name, which search it
#: answers, and where that search is. Licence, source and date are fields of each record.
ABOUT = ("attribution", "search", "search_url")
_BOM = b"\xef\xbb\xbf"
_NO_FORMULA = ("integer", "number", "date", "timestamp")  # negative numbers stay numbers
_DATATYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "timestamp": "dateTime"}


def _point(shape: Shape) -> list[str]:
    """Return the columns that say where: text, or two numbers where a record has at most one point. A table names the
    system of its numbers itself when it is another than WGS 84 with the east first."""
    system = [SYSTEM] if shape.epsg != crs.GEOGRAPHIC and not shape.north_first else []
    if shape.wkt:
        return ["wkt", *system]
    if not shape.collection.flat:
        return []
    return ["lon", "lat", *system] if shape.epsg in crs.DEGREES else ["x", "y", *system]


def names(collection: Collection, shape: Shape | None = None) -> list[str]:
    """Return the header: the published fields, then the slug and the point (degrees, EPSG:4326, unless asked)."""
    shape = shape or Shape(collection)
    return [field.name for field, _sql in shape.cells()] + ["slug"] + _point(shape)


def head(shape: Shape, more: Sequence[str] = ()) -> bytes:
    """Return the byte order mark and the header line, which ends with the columns `more`."""
    return _BOM + ",".join([*names(shape.collection, shape), *more]).encode() + b"\r\n"


def ending(about: dict[str, Any]) -> bytes:
    """Return the end of every row of a file: the cells of the columns ABOUT, and the end of the line."""
    text = io.StringIO(newline="")
    cells = (about["attribution"], about["search"]["words"], about["search"]["link"])
    csv.writer(text).writerow(["", *(safe(cell) for cell in cells)])
    return text.getvalue().encode()


def row_sql(shape: Shape) -> str:
    """Return the SQL of the cells of one row, over the columns of `queries.export.copy_lines`."""
    cells = [_cell(field, sql) for field, sql in shape.cells()] + ["v.slug"]
    digits = 6 if shape.epsg in crs.DEGREES else 2
    if shape.wkt:
        place = f"ST_FlipCoordinates({shape.geometry()})" if shape.north_first else shape.geometry()
        cells += [f"ST_AsText({place}, {digits})"]
    elif shape.collection.flat:
        cells += [f"trim_scale(round(ST_{axis}({shape.geometry()})::numeric, {digits}))" for axis in "XY"]
    if SYSTEM in _point(shape):
        cells.append(f"'EPSG:{shape.epsg:d}'")
    return ", ".join(cells)


def _cell(field: Field, value: str) -> str:
    if field.kind == "boolean":
        return f"{value}::text"
    if field.kind in _NO_FORMULA:
        return value
    if field.kind == "list":
        # The separator must not occur inside an item.
        joined = f"array_to_string(ARRAY(SELECT replace(item, ';', ',') FROM unnest({value}) item), ';')"  # noqa: S608
        value = f"nullif({joined}, '')"
    # A spreadsheet takes these beginnings for a formula; the apostrophe makes them text again.
    return f"regexp_replace({value}, '^(?=[=+@\\t\\r\\n-])', '''')"


def description(shape: Shape, address: str, about: dict[str, Any]) -> dict[str, Any]:
    """Return what a CSV file has no room for, as W3C CSV on the Web metadata: licence, source, date, each column."""
    columns: list[dict[str, Any]] = []
    for field, _sql in shape.cells():
        column = {
            "name": field.name,
            "titles": field.name,
            "dc:title": field.title,
            "dc:description": field.description,
        }
        if field.kind == "list":
            column["separator"] = ";"
        columns.append(column | {"datatype": _DATATYPES.get(field.kind, "string")})
    columns.append({"name": "slug", "titles": "slug", "datatype": "string", "required": True})
    columns += [
        {"name": one, "titles": one, "datatype": "string" if one in ("wkt", SYSTEM) else "number"}
        for one in _point(shape)
    ]
    columns += [{"name": one, "titles": one, "datatype": "string"} for one in ABOUT]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": address,
        "dc:title": f"{shape.collection.plural}: {about['search']['words']}",
        "dc:license": {"@id": about["licence_url"]},
        "dc:source": {"@id": about["source"]},
        "dc:relation": {"@id": about["search"]["link"]},
        "dc:modified": about["generated"],
        "dc:rights": about["attribution"],
        "dc:spatial": crs.name(shape.epsg),
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {"columns": columns, "primaryKey": "slug"},
    }
