"""Records as CSV (RFC 4180), safe to open in a spreadsheet.

UTF-8 with a byte order mark: a spreadsheet takes a file without one for its system's old code page and breaks every
accent, while programs that read UTF-8 files skip the mark (Python: encoding "utf-8-sig") or do not mind it.
"""

from .fields import Collection, Field

COPY_OPTIONS = "FORMAT csv"
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
_BOM = b"\xef\xbb\xbf"
_NO_FORMULA = ("integer", "number", "date", "timestamp")  # negative numbers stay numbers


def names(collection: Collection) -> list[str]:
    """Return the header: the published fields, then the slug and the point (degrees, EPSG:4326)."""
    return [field.name for field in collection.fields] + ["slug"] + (["lon", "lat"] if collection.flat else [])


def head(collection: Collection) -> bytes:
    """Return the byte order mark and the header line."""
    return _BOM + ",".join(names(collection)).encode() + b"\r\n"


def row_sql(collection: Collection) -> str:
    """Return the SQL of the cells of one row, over the columns of `queries.export.copy_lines`."""
    cells = [_cell(field) for field in collection.fields] + ["v.slug"]
    if collection.flat:
        cells += [f"trim_scale(round(ST_{axis}(v.geometry)::numeric, 6))" for axis in "XY"]
    return ", ".join(cells)


def _cell(field: Field) -> str:
    value = f"v.{field.name}"
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


def line(row: bytes) -> bytes:
    """Return a row as RFC 4180 ends it."""
    return row[:-1] + b"\r\n"
