"""Rows put down as CSV, as Arrow batches: typed by the kinds of the published fields, in flat memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, csv

from . import LIST

GEOMETRY = "geometry"
TYPES = {
    "integer": pa.int32(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("ms", "UTC"),
}
BLOCK = 4 * 1024 * 1024  # bytes read at once


def _read_as(kind: str) -> pa.DataType:
    return TYPES.get(kind, pa.string())


def _lists(column: Any, nested: bool) -> Any:
    """Return a column of lists as arrays, or joined by semicolons (which then do not occur inside an item)."""
    if nested:
        return compute.split_pattern(column, LIST)
    return compute.replace_substring(compute.replace_substring(column, ";", ","), LIST, ";")


def batches(table: dict[str, Any], nested: bool) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the schema of a table and its rows, batch by batch; `nested` keeps lists as lists.

    The geometry is well-known binary in a last column of that name, where the table has one.
    """
    columns = [(name, kind) for name, kind, _title in table["columns"]]
    read = {name: _read_as(kind) for name, kind in columns}
    if table["geometry"]:
        read[GEOMETRY] = pa.string()
    schema = pa.schema(
        [pa.field(name, pa.list_(pa.string()) if nested and kind == "list" else read[name]) for name, kind in columns]
        + ([pa.field(GEOMETRY, pa.binary())] if table["geometry"] else [])
    )

    def given() -> Iterator[pa.RecordBatch]:
        if not Path(table["rows"]).stat().st_size:
            return
        reader = csv.open_csv(
            table["rows"],
            csv.ReadOptions(column_names=list(read), block_size=BLOCK),
            csv.ParseOptions(newlines_in_values=True),
            csv.ConvertOptions(
                column_types=read,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t", "true"],
                false_values=["f", "false"],
            ),
        )
        for batch in reader:
            arrays = [
                _lists(batch.column(at), nested) if kind == "list" else batch.column(at)
                for at, (_name, kind) in enumerate(columns)
            ]
            if table["geometry"]:
                texts = batch.column(len(columns)).to_pylist()
                arrays.append(pa.array([text and bytes.fromhex(text) for text in texts], pa.binary()))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, given()
