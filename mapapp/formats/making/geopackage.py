"""What GDAL leaves out of a GeoPackage: the styles that QGIS draws its layers with, and whose it is."""

import sqlite3
from pathlib import Path
from typing import Any

from . import styles

# The table in which QGIS keeps styles; it finds it by this name.
_STYLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""
_ABOUT = "CREATE TABLE about (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, what TEXT, words TEXT)"
_CONTENTS = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
    "VALUES (?, 'attributes', ?, ?, ?, 0)"
)


def finish(path: Path, tables: list[dict[str, Any]], about: dict[str, Any]) -> None:
    """Add styles and the table `about` to a GeoPackage of the tables."""
    moment = (about["date"] or "1970-01-01T00:00:00Z").replace("Z", ".000Z")
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA synchronous = OFF")
        file.execute(_STYLES)
        for table in tables:
            if table["geometry"]:
                titles = [(name, title) for name, _kind, title in table["columns"]]
                style = styles.qml(table["name"], about["labels"], titles)
                file.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                    "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                    "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)",
                    (table["name"], table["name"], style, about["title"], moment),
                )
        file.execute(_ABOUT)
        file.executemany("INSERT INTO about (what, words) VALUES (?, ?)", [pair for pair in about["rows"] if pair[1]])
        file.execute(_CONTENTS, ("layer_styles", "layer_styles", "", moment))
        file.execute(_CONTENTS, ("about", "about", about["title"], moment))
    file.close()
