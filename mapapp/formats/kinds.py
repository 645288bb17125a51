"""The forms that files can be had in: name, ending, media type, and whether they leave at once or are made first."""

from typing import NamedTuple

from . import flat, geojson, kml


class Kind(NamedTuple):
    """A form of file. `making` is one of `making.KINDS`, or empty where it leaves while it is made; `any_crs` tells
    whether it can be had in another reference system than WGS 84, `several` whether it holds more than one table."""

    ending: str
    name: str
    media_type: str
    making: str = ""
    any_crs: bool = False
    several: bool = False


KINDS = {
    kind.ending: kind
    for kind in (
        Kind("gpkg", "GeoPackage", "application/geopackage+sqlite3", "gpkg", any_crs=True, several=True),
        Kind("geojson", "GeoJSON", geojson.MEDIA_TYPE),
        Kind("csv", "CSV", flat.MEDIA_TYPE, any_crs=True),
        Kind(
            "xlsx",
            "Excel (XLSX)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            any_crs=True,
            several=True,
        ),
        Kind("kml", "KML", kml.MEDIA_TYPE),
        Kind("shp.zip", "Shapefile (ZIP)", "application/zip", "shp", any_crs=True),
        Kind("fgb", "FlatGeobuf", "application/vnd.flatgeobuf", "fgb", any_crs=True),
        Kind("parquet", "GeoParquet", "application/vnd.apache.parquet", "parquet", any_crs=True),
        Kind("geojsons", "GeoJSONSeq", geojson.SEQUENCE_TYPE),
    )
}
WHOLE = ("gpkg", "xlsx")  # the forms in which everything is one file
