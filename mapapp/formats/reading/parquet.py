"""GeoParquet that people send, read by Arrow: its first rows, its one geometry, and the system of its coordinates."""

import json
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet

WGS84 = "EPSG:4326"  # longitude first, as everywhere here


class Columns(NamedTuple):
    """What a file holds: names and values of the columns, well-known binary (None without a geometry), the system."""

    names: list[str]
    values: list[list[Any]]
    geometries: list[bytes | None] | None
    crs: str | None


class NotRead(ValueError):
    """A file that is no GeoParquet that can be read."""


def read(path: str, most: int) -> Columns:
    """Return the first rows of a file, `most` of them. Raises NotRead."""
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            spatial, system = _described(schema.metadata or {})
            named = [field.name for field in schema if field.name != spatial and _plain(field.type)]
            rows: list[dict[str, Any]] = []
            asked = [*named, spatial] if spatial else named
            for batch in file.iter_batches(most, columns=asked, use_threads=False):
                rows += batch.to_pylist()
                if len(rows) >= most:
                    break
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotRead from error
    rows = rows[:most]
    shapes = [_binary(row[spatial]) for row in rows] if spatial else None
    return Columns(named, [[row[name] for row in rows] for name in named], shapes, system)


def _described(metadata: dict[bytes, bytes]) -> tuple[str, str | None]:
    """Return the name of the geometry (empty without one) and its system."""
    geo = json.loads(metadata.get(b"geo", b"{}"))
    if not geo:
        return "", None
    name = geo["primary_column"]
    column = geo["columns"][name]
    if column["encoding"] != "WKB":
        raise NotRead(column["encoding"])
    if "crs" not in column:
        return name, WGS84
    known = (column["crs"] or {}).get("id", {})
    system = f"{known.get('authority')}:{known.get('code')}"
    return name, WGS84 if system == "OGC:CRS84" else system


def _plain(kind: pa.DataType) -> bool:
    """Tell whether a person could read such a column as a cell."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _binary(value: Any) -> bytes | None:
    return value if isinstance(value, bytes) and value else None
