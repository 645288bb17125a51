"""Tables as the files that GDAL writes: GeoPackage (several layers), FlatGeobuf and Shapefile (the first one)."""

import csv
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyogrio.raw import write_arrow

from . import geopackage
from .rows import GEOMETRY, batches

DBF_NAME, DBF_TEXT = 10, 254  # characters of a name, bytes of a text: all that dBASE has room for
GEOPACKAGE = "1.3"  # the version that a QGIS of some years ago opens without a warning
WHEN_UNKNOWN = "1970-01-01T00:00:00Z"  # of an empty database
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the time of files in an archive: the same records make the same archive


def _write(table: dict[str, Any], target: str, driver: str, names: list[str] | None = None, **options: Any) -> None:
    schema, rows = batches(table, nested=False)
    if names:
        schema = pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])
        rows = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in rows)
    spatial = table["geometry"] is not None
    write_arrow(
        pa.RecordBatchReader.from_batches(schema, rows),
        target,
        layer=table["name"],
        driver=driver,
        geometry_name=GEOMETRY if spatial else None,
        geometry_type=table["geometry"],
        crs=f"EPSG:{table['epsg']}" if spatial else None,
        **options,
    )


def write(job: dict[str, Any]) -> None:
    """Write the tables of a job as its kind."""
    about = job["about"]
    # GDAL would write the hour of the making into the file; the state of the data is what matters.
    moment = (about["date"] or WHEN_UNKNOWN).replace("Z", ".000Z")
    # A file that is not finished is thrown away: nothing is gained by waiting for the disk after every table.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment, "OGR_SQLITE_SYNCHRONOUS": "OFF"})
    said = {what: words for what, words in about["rows"] if words}
    words = "\n".join(f"{what}: {text}" for what, text in said.items())
    first = job["tables"][0]
    if job["kind"] == "fgb":
        # The index of a FlatGeobuf has no room for records without a place; they matter more than it does.
        indexed = "NO" if _somewhere_unplaced(first) else "YES"
        options = {"TITLE": first["title"], "DESCRIPTION": words, "SPATIAL_INDEX": indexed}
        _write(first, job["target"], "FlatGeobuf", layer_options=options, layer_metadata=said)
    elif job["kind"] == "shp":
        _shapefile(first, Path(job["target"]), words)
    else:
        for table in job["tables"]:
            options = {"IDENTIFIER": table["name"], "DESCRIPTION": f"{table['title']}\n{words}"}
            options |= {"DATETIME_PRECISION": "MILLISECOND"} | ({"GEOMETRY_NAME": "geom"} if table["geometry"] else {})
            new: dict[str, Any] = {} if table is not first else {"dataset_options": {"VERSION": GEOPACKAGE}}
            _write(table, job["target"], "GPKG", layer_options=options, layer_metadata=said, **new)
        geopackage.finish(Path(job["target"]), job["tables"], about)


def _somewhere_unplaced(table: dict[str, Any]) -> bool:
    return any(batch.column(batch.num_columns - 1).null_count for batch in batches(table, nested=False)[1])


def short_names(names: list[str]) -> list[str]:
    """Return names that fit a dBASE table: ten characters, no two alike."""
    found: list[str] = []
    for name in names:
        short, number = name[:DBF_NAME], 1
        while short in found:
            short = f"{name[: DBF_NAME - 1 - number // 10]}{number}"
            number += 1
        found.append(short)
    return found


def _shapefile(table: dict[str, Any], target: Path, about: str) -> None:
    names = [name for name, _kind, _title in table["columns"]]
    short = short_names(names)
    folder = target.with_suffix(".parts")
    folder.mkdir()
    path = folder / f"{table['name']}.shp"
    _write(table, str(path), "ESRI Shapefile", [*short, GEOMETRY], layer_options={"ENCODING": "UTF-8"})
    with (folder / "fields.csv").open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("short", "field", "kind", "title"))
        lines.writerows((one, *column) for one, column in zip(short, table["columns"], strict=True))
    limits = (
        f"Encoding: UTF-8. Names of fields are cut to {DBF_NAME} characters (fields.csv has the whole ones), "
        f"texts to {DBF_TEXT} bytes: a Shapefile has room for no more. The GeoPackage holds everything."
    )
    (folder / "about.txt").write_text(f"{about}\n\n{limits}\n", encoding="utf-8")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(part.name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part.read_bytes())
