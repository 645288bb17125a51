"""A table as GeoParquet 1.1: columns with their types, lists as lists, the reference system as PROJJSON."""

import json
from typing import Any

import pyproj
from pyarrow import parquet

from .rows import GEOMETRY, batches


def write(job: dict[str, Any]) -> None:
    """Write the first table of a job."""
    table = job["tables"][0]
    schema, rows = batches(table, nested=True)
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [table["geometry"]]}
    if table["epsg"] != 4326:  # without a word it is longitude and latitude in WGS 84
        column["crs"] = pyproj.CRS.from_epsg(table["epsg"]).to_json_dict()
    described = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    said = {what: words for what, words in job["about"]["rows"] if words}
    metadata = {"geo": json.dumps(described), "about": json.dumps(said, ensure_ascii=False)}
    with parquet.ParquetWriter(job["target"], schema.with_metadata(metadata), compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(batch)
