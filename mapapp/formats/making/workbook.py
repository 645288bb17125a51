"""Tables as an Excel workbook (ISO 29500): a sheet each, and a last one that says whose it is.

Every text is written as text: nothing that a record says is taken for a formula or followed as a link.
"""

import datetime as dt
import struct
from typing import Any

import xlsxwriter

from .rows import batches

LONGEST = 32_767  # characters in a cell of a workbook
WIDTHS = {"text": 40, "address": 30, "list": 24}  # characters
_NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


def coordinates(wkb: bytes | None) -> tuple[float, float] | None:
    """Return the one point of well-known binary, None where there is none or several."""
    if wkb is None or len(wkb) != 21:  # byte order, type, two numbers
        return None
    return struct.unpack("<dd" if wkb[0] else ">dd", wkb[5:])


def _put(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, formats["day"])
    else:
        sheet.write_string(row, column, str(value).translate(_NOT_XML)[:LONGEST])


def _sheet(book: Any, table: dict[str, Any], formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table["name"][:31])
    point = ["lon", "lat"] if table["epsg"] in (4326, 4258) else ["x", "y"]
    system = [] if table["epsg"] == 4326 else ["crs"]
    names = [name for name, _kind, _title in table["columns"]]
    heads = names + ([*point, *system] if table["geometry"] == "Point" else [])
    for column, name in enumerate(heads):
        kind = table["columns"][column][1] if column < len(names) else "number"
        sheet.set_column(column, column, WIDTHS.get(kind, max(11, len(name) + 2)))
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(heads):
        sheet.write_string(0, column, name, formats["head"])
    row = 0
    _schema, rows = batches(table, nested=False)
    for batch in rows:
        columns = [batch.column(at).to_pylist() for at in range(len(names))]
        places = batch.column(len(names)).to_pylist() if table["geometry"] == "Point" else None
        for at in range(batch.num_rows):
            row += 1
            for column, values in enumerate(columns):
                _put(sheet, row, column, values[at], formats)
            if places and (found := coordinates(places[at])):
                for column, value in enumerate(found, len(names)):
                    sheet.write_number(row, column, round(value, 6))
            if places and system:
                sheet.write_string(row, len(heads) - 1, f"EPSG:{table['epsg']}")
    sheet.autofilter(0, 0, max(row, 1), len(heads) - 1)


def write(job: dict[str, Any]) -> None:
    """Write the tables of a job, each with its header; rows leave memory as they are written."""
    about = job["about"]
    with xlsxwriter.Workbook(job["target"], {"constant_memory": True}) as book:
        changed = about["date"] and dt.datetime.fromisoformat(about["date"].replace("Z", "+00:00")).replace(tzinfo=None)
        book.set_properties(
            {
                "title": about["title"],
                "comments": "\n".join(f"{what}: {words}" for what, words in about["rows"] if words),
            }
            | ({"created": changed} if changed else {})
        )
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for table in job["tables"]:
            _sheet(book, table, formats)
        sheet = book.add_worksheet(about["sheet"][:31])
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 90)
        for row, (what, words) in enumerate([pair for pair in about["rows"] if pair[1]]):
            sheet.write_string(row, 0, what, formats["head"])
            sheet.write_string(row, 1, words, formats["wrap"])
