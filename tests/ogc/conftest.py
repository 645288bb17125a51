"""The data set of the abstract test suite of CQL2, as collections that only these tests serve."""

import os
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import fields
from mapapp.queries import export
from mapapp.settings import Settings

CONFORMANCE = Path(
    os.environ.get("SHARED_CONFORMANCE", Path(__file__).parent.parent.parent.parent / "shared" / "conformance")
)
PACKAGE = CONFORMANCE / "cql2data" / "ne110m4cql2.gpkg"
TYPES = {"INTEGER": "bigint", "REAL": "double precision", "DATE": "date", "DATETIME": "timestamptz"}
KINDS = {
    "INTEGER": "integer",
    "REAL": "number",
    "DATE": "date",
    "DATETIME": "timestamp",
    "BOOLEAN": "boolean",
}
_numbers = count()
ENVELOPES = (0, 32, 48, 48, 64)  # bytes before the WKB of a geometry of a GeoPackage, by the kind of its envelope


def _wkb(blob: bytes) -> str:
    return blob[8 + ENVELOPES[blob[3] >> 1 & 7] :].hex()


def _copy(table: str, source: sqlite3.Connection, engine: Engine) -> None:
    columns = [(row[1], row[2]) for row in source.execute(f'PRAGMA table_info("{table}")')]
    made = ", ".join(
        f'"{name}" ' + ("geometry" if name == "geom" else "int" if name == "fid" else TYPES.get(kind, "text"))
        for name, kind in columns
        if kind != "BOOLEAN"
    )
    flags = "".join(f', "{name}" boolean' for name, kind in columns if kind == "BOOLEAN")
    named = [name for name, _kind in columns]
    bound = ", ".join(
        f"ST_SetSRID(ST_GeomFromWKB(decode(:{name}, 'hex')), 4326)"
        if name == "geom"
        else f"CAST(:{name} AS boolean)"
        if kind == "BOOLEAN"
        else f"CAST(:{name} AS {TYPES.get(kind, 'text')})"
        for name, kind in columns
    )
    rows = [
        {name: _wkb(value) if name == "geom" else value for name, value in zip(named, row, strict=True)}
        for row in source.execute(f'SELECT * FROM "{table}"')
    ]
    for row in rows:
        row |= {name: bool(row[name]) for name, kind in columns if kind == "BOOLEAN" and row[name] is not None}
    listed = ", ".join(f'"{name}"' for name in named)
    with engine.begin() as connection:
        connection.execute(text(f'CREATE TABLE "{table}" ({made}{flags}, slug text)'))
        connection.execute(text(f'INSERT INTO "{table}" ({listed}) VALUES ({bound})'), rows)
        connection.execute(text(f'UPDATE "{table}" SET slug = fid'))
    fields.PUBLISHED[table] = fields.Collection(
        table,
        table,
        tuple(
            fields.Field(name, "geometry" if name == "geom" else KINDS.get(kind, "text"), f'r."{name}"', name, name)
            for name, kind in columns
            if name != "fid"
        ),
    )
    export.SOURCES[table] = export.Source(table, {}, "r.geom", "fid")


@pytest.fixture(scope="module")
def natural_earth(postgis: Any, worker_id: str) -> Iterator[Engine]:
    """A database with the tables of the data set, which the API gives as collections while the tests of a file run."""
    if not PACKAGE.exists():
        pytest.skip(f"{PACKAGE} is not here: point SHARED_CONFORMANCE to the folder of the conformance data")
    engine = postgis.clone("template_empty", f"cql2_{worker_id}_{next(_numbers)}")
    source = sqlite3.connect(f"file:{PACKAGE}?mode=ro", uri=True)
    tables = [name for (name,) in source.execute("SELECT table_name FROM gpkg_geometry_columns")]
    for table in tables:
        _copy(table, source, engine)
    source.close()
    yield engine
    for table in tables:
        del fields.PUBLISHED[table], export.SOURCES[table]
    engine.dispose()


@pytest.fixture(scope="module")
def natural_earth_client(settings: Settings, natural_earth: Engine) -> Any:
    """A client of the API with the collections of the data set."""
    return create_app(settings, natural_earth).test_client()
