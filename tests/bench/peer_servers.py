"""The servers beside which this API is measured, each started for one run."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Engine

from .driving import Caller, settle
from .fastcgi import Program
from .web import free_port, server

NAMES = ["tipg==1.6.*", "pygeoapi", "geoalchemy2", "sqlalchemy", "psycopg2-binary", "uvicorn", "granian"]
MAPSERVER = "/usr/lib/cgi-bin/mapserv"
Ask = Callable[[str], bytes]


class Peer(NamedTuple):
    """A server that runs: how it is asked, and its port where it speaks HTTP."""

    ask: Ask
    port: int | None = None


def install(venv: Path) -> None:
    """Make the environment of the peers unless it is there."""
    if not (venv / "bin" / "tipg-is-here").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", *NAMES], check=True)
        (venv / "bin" / "tipg-is-here").touch()


@contextmanager
def _running(command: list[str], port: int, ready: str, more: dict[str, str], folder: Path) -> Iterator[Peer]:
    with (folder / f"{Path(command[0]).name}-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | more, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                ask = _over_http(port)
                ask(ready)
                break
            except (OSError, RuntimeError):
                time.sleep(0.3)
        yield Peer(ask, port)
    finally:
        process.terminate()
        process.wait(30)


def _over_http(port: int) -> Ask:
    kept = [Caller(port)]

    def ask(path: str) -> bytes:
        try:
            kept[0].send(path)
            return kept[0].receive()
        except OSError:  # closed while others took their time
            kept[0] = Caller(port)
            kept[0].send(path)
            return kept[0].receive()

    return ask


def tipg(engine: Engine, folder: Path, venv: Path, schema: str, stack: ExitStack) -> Peer:
    """Start tipg, which finds the records in a schema of the database."""
    port = free_port()
    host = quote(str(engine.url.query["host"]), safe="")
    more = {
        "DATABASE_URL": f"postgresql://atlas@{host}:5432/{engine.url.database}",
        "TIPG_DB_SCHEMAS": json.dumps([schema]),
    }
    command = [str(venv / "bin" / "uvicorn"), "tipg.main:app", "--port", str(port), "--log-level", "warning"]
    command += ["--timeout-keep-alive", "600"]  # the others are asked in between
    return stack.enter_context(_running(command, port, f"/collections/{schema}.practices", more, folder))


def pygeoapi(engine: Engine, folder: Path, venv: Path, schema: str, stack: ExitStack) -> Peer:
    """Start pygeoapi, likewise."""
    port = free_port()
    data = {
        "host": engine.url.query["host"],
        "dbname": engine.url.database,
        "user": "atlas",
        "password": "",
        "search_path": [schema],
    }
    provider = {"type": "feature", "name": "PostgreSQL", "data": data, "id_field": "id", "table": "practices"}
    words = {"title": "Practices", "description": "Practices", "keywords": ["practices"]}
    collection = words | {
        "type": "collection",
        "links": [],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "providers": [provider | {"geom_field": "geometry", "count": True}],
    }
    contact = {"name": "", "position": "", "address": "", "city": "", "country": "", "email": "", "url": ""}
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 100, "max_items": 10_000},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": words | {"keywords_type": "theme", "terms_of_service": "", "url": "http://127.0.0.1"},
            "license": {"name": "CC BY 4.0", "url": "http://127.0.0.1"},
            "provider": {"name": "", "url": "http://127.0.0.1"},
            "contact": contact,
        },
        "resources": {"practices": collection},
    }
    written, definition = folder / "pygeoapi.json", folder / "openapi.json"
    written.write_text(json.dumps(config))  # JSON is YAML
    more = {"PYGEOAPI_CONFIG": str(written), "PYGEOAPI_OPENAPI": str(definition)}
    made = [str(venv / "bin" / "pygeoapi"), "openapi", "generate", str(written), "--output-file", str(definition)]
    subprocess.run([*made, "--format", "json"], env=os.environ | more, check=True, capture_output=True)
    command = [str(venv / "bin" / "granian"), "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4"]
    command += ["--port", str(port), "--no-access-log", "pygeoapi.flask_app:APP"]
    return stack.enter_context(_running(command, port, "/collections/practices?f=json", more, folder))


_MAPFILE = """MAP
NAME "peer"
SIZE 256 256
EXTENT -180 -90 180 90
PROJECTION "epsg:4326" END
WEB METADATA
  "ows_enable_request" "*"
  "ows_title" "peer"
  "ows_srs" "EPSG:4326"
  "ows_onlineresource" "http://127.0.0.1/?map=peer"
  "oga_onlineresource" "http://127.0.0.1/peer/ogcapi"
  "wfs_getfeature_formatlist" "geojson"
END END
OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=stream" END
OUTPUTFORMAT NAME "mvt" DRIVER "MVT" EXTENSION "pbf" END
LAYER
  NAME "practices" TYPE POINT STATUS ON TEMPLATE "none"
  PROJECTION "epsg:4326" END
  EXTENT -180 -90 180 90
  CONNECTIONTYPE POSTGIS CONNECTION "host={host} user=atlas dbname={database}" PROCESSING "CLOSE_CONNECTION=DEFER"
  DATA "geometry FROM {schema}.practices USING UNIQUE id USING SRID=4326"
  METADATA "ows_title" "Practices" "gml_include_items" "all" "gml_featureid" "id" "ows_extent" "-180 -90 180 90" END
END
END
"""


def mapserver(engine: Engine, folder: Path, _venv: Path, schema: str, stack: ExitStack) -> Peer:
    """Start MapServer, likewise, behind FastCGI."""
    mapfile, config = folder / "peer.map", folder / "mapserver.conf"
    mapfile.write_text(_MAPFILE.format(host=engine.url.query["host"], database=engine.url.database, schema=schema))
    config.write_text(f'CONFIG\n  ENV\n  END\n  MAPS\n    peer "{mapfile}"\n  END\nEND\n')
    program = Program([MAPSERVER], folder / f"{schema}.socket", os.environ | {"MAPSERVER_CONFIG_FILE": str(config)})
    stack.callback(program.close)

    def ask(path: str) -> bytes:
        program.send(path)
        return program.receive()

    return Peer(ask)


def ours(engine: Engine, folder: Path, size: int, stack: ExitStack) -> Peer:
    """Start our own server, and leave it the time that it takes to have `size` features at hand."""
    more = {"DATABASE_URL": engine.url.render_as_string(hide_password=False), "MAPAPP_DATA_DIR": str(folder)}
    port, _pid = stack.enter_context(server("mapapp.wsgi:application", more))
    settle(port, "/ogc/collections/practices/items?limit=100", size)
    return Peer(_over_http(port), port)
