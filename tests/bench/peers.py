"""This API beside tipg, pygeoapi and MapServer on the same records in one run; `peers.md` says how and what is unequal.

They are no dependencies: the first two are installed by name into an environment of their own, the third by Debian.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Engine, text

from geodata.load import STARTING_DATA, load
from mapapp.cluster import DURABLE, Cluster
from mapapp.database import make_engine
from mapapp.formats import fields, written
from mapapp.migrating import migrate
from mapapp.models.practice import STATUSES
from mapapp.queries import export

from .driving import Caller, at_once, settle
from .fastcgi import Program
from .ogc import BOXES
from .seed import seed
from .web import free_port, server

NAMES = ["tipg==1.6.*", "pygeoapi", "geoalchemy2", "sqlalchemy", "psycopg2-binary", "uvicorn", "granian"]
LARGE = ("DE", "ES", "FR", "GB", "HU", "IT", "NL", "PL", "TR", "UA")  # which have most practices
GOALS = {"tipg": 8.0, "pygeoapi": 20.0, "MapServer": 2.0}
TURNS = 25
MAPSERVER = "/usr/lib/cgi-bin/mapserv"
SECONDS, ROUNDS = 1.0, 3  # in which a server is asked as often as it answers, in turns as well
Ask = Callable[[str], bytes]


class Peer(NamedTuple):
    """A server that runs: how it is asked, and its port where it speaks HTTP."""

    ask: Ask
    port: int | None = None


class Question(NamedTuple):
    """What every server is asked: a path for each, without end, in the same order of the same random choices."""

    name: str
    paths: Callable[[random.Random], Iterator[dict[str, str]]]
    of_pages: bool = True  # which the goals beside tipg and pygeoapi are about


def make_table(engine: Engine) -> None:
    """Write the records as one flat table with indexes: the peers know no joins, so this one favours them."""
    source = export.SOURCES["practice"]
    named = ", ".join(
        f"array_to_string({one.sql}, ';') AS {one.name}" if one.kind == "list" else f"({one.sql})::text AS {one.name}"
        for one in fields.PRACTICE.fields
    )
    named = named.replace("%(site)s", "'http://127.0.0.1:8000/en'").replace("%(licence)s", "'CC-BY-4.0'")
    joins = "".join(source.joins.values()).replace("%(lang)s", "'en'")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        if connection.execute(text("SELECT to_regclass('peer.practices')")).scalar_one():
            return
        connection.execute(text("CREATE SCHEMA peer"))
        made = f"CREATE TABLE peer.practices AS SELECT r.id, r.location AS geometry, {named} FROM practice r {joins}"
        connection.exec_driver_sql(made.replace("%", "%%"))
        for one in (
            "ALTER TABLE peer.practices ADD PRIMARY KEY (id)",
            "ALTER TABLE peer.practices ALTER geometry TYPE geometry(Point, 4326)",
            "CREATE INDEX ON peer.practices USING gist (geometry)",
            "CREATE INDEX ON peer.practices (country, status)",
            "ANALYZE peer.practices",
        ):
            connection.execute(text(one))


def _paths(query: dict[str, str], tail: str = "") -> dict[str, str]:
    """Return the path of a page in each of the APIs, whose parameters have the same names."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return {
        "ours": f"/ogc/collections/practices/items{tail}?{asked}",
        "tipg": f"/collections/peer.practices/items{tail}?f=geojson&{asked}",
        "pygeoapi": f"/collections/practices/items{tail}?f=json&{asked}",
        "MapServer": f"/peer/ogcapi/collections/practices/items{tail}?f=json&{asked}",
    }


def _first(_chance: random.Random) -> Iterator[dict[str, str]]:
    return repeat(_paths({"limit": "100"}))


def _from(least: int, most: int) -> Callable[[random.Random], Iterator[dict[str, str]]]:
    def paths(chance: random.Random) -> Iterator[dict[str, str]]:
        while True:  # each offset once before one comes again: whole answers are kept
            for offset in chance.sample(range(least, most + 1), most + 1 - least):
                yield _paths({"limit": "100", "offset": str(offset)})

    return paths


def _boxes(chance: random.Random) -> Iterator[dict[str, str]]:
    while True:
        edges = (edge + chance.uniform(-0.2, 0.2) for edge in chance.choice(BOXES))
        yield _paths({"limit": "100", "bbox": ",".join(f"{edge:.5f}" for edge in edges)})


def _filtered(chance: random.Random) -> Iterator[dict[str, str]]:
    every = [(country, status, str(offset)) for country in LARGE for status in STATUSES for offset in range(201)]
    while True:
        country, status, offset = chance.choice(every)  # another page each time, for some thousands
        equal = "".join(
            f"<PropertyIsEqualTo><ValueReference>{name}</ValueReference><Literal>{value}</Literal></PropertyIsEqualTo>"
            for name, value in (("country", country), ("status", status))
        )
        wfs = f"<Filter><And>{equal}</And></Filter>"
        yield _paths({"limit": "100", "country": country, "status": status, "offset": offset}) | {
            # The OGC API of MapServer 8.0 has no filters; its WFS has.
            "MapServer": "/?map=peer&SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=practices&COUNT=100"
            f"&STARTINDEX={offset}&OUTPUTFORMAT=geojson&FILTER={quote(wfs)}"
        }


def _one(chance: random.Random) -> Iterator[dict[str, str]]:
    while True:
        number = chance.randint(1, 90_000)
        yield _paths({}, f"/{number}") | {"ours": f"/ogc/collections/practices/items/practice-{number}"}


def _tiles(zoom: int) -> Callable[[random.Random], Iterator[dict[str, str]]]:
    def paths(chance: random.Random) -> Iterator[dict[str, str]]:
        while True:
            x, y = int(chance.uniform(0.48, 0.57) * 2**zoom), int(chance.uniform(0.29, 0.39) * 2**zoom)
            yield {
                "ours": f"/ogc/collections/practices/tiles/WebMercatorQuad/{zoom}/{y}/{x}",
                "tipg": f"/collections/peer.practices/tiles/WebMercatorQuad/{zoom}/{x}/{y}",
                "MapServer": "/?map=peer&mode=tile&tilemode=gmap&layers=practices&map.imagetype=mvt"
                f"&tile={x}+{y}+{zoom}",
            }

    return paths


QUESTIONS = (
    Question("first page of 100, the same again", _first),
    Question("page of 100 in front", _from(0, 5_000)),
    Question("page of 100 near offset 90,000", _from(85_000, 90_000)),
    Question("page of 100 anywhere", _from(0, 90_000)),
    Question("first page of 100 in a country's box", _boxes),
    Question("page of 100 by country and status", _filtered),
    Question("one feature", _one, of_pages=False),
    Question("tile z6", _tiles(6), of_pages=False),
    Question("tile z10", _tiles(10), of_pages=False),
)


@contextmanager
def _running(command: list[str], port: int, ready: str, more: dict[str, str], folder: Path) -> Iterator[Peer]:
    with (folder / f"{Path(command[0]).name}-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | more, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                caller = Caller(port)
                caller.send(ready)
                caller.receive()
                break
            except (OSError, RuntimeError):
                time.sleep(0.3)
        yield Peer(_ask(caller), port)
        caller.close()
    finally:
        process.terminate()
        process.wait(30)


def _ask(caller: Caller | Program) -> Ask:
    def ask(path: str) -> bytes:
        caller.send(path)
        return caller.receive()

    return ask


def _tipg(engine: Engine, folder: Path, venv: Path, stack: ExitStack) -> Peer:
    port = free_port()
    host = quote(str(engine.url.query["host"]), safe="")
    more = {
        "DATABASE_URL": f"postgresql://atlas@{host}:5432/{engine.url.database}",
        "TIPG_DB_SCHEMAS": '["peer"]',
    }
    command = [str(venv / "bin" / "uvicorn"), "tipg.main:app", "--port", str(port), "--log-level", "warning"]
    command += ["--timeout-keep-alive", "600"]  # the others are asked in between
    return stack.enter_context(_running(command, port, "/collections/peer.practices", more, folder))


def _pygeoapi(engine: Engine, folder: Path, venv: Path, stack: ExitStack) -> Peer:
    port = free_port()
    data = {
        "host": engine.url.query["host"],
        "dbname": engine.url.database,
        "user": "atlas",
        "password": "",
        "search_path": ["peer"],
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
  DATA "geometry FROM peer.practices USING UNIQUE id USING SRID=4326"
  METADATA "ows_title" "Practices" "gml_include_items" "all" "gml_featureid" "id" "ows_extent" "-180 -90 180 90" END
END
END
"""


def _mapserver(engine: Engine, folder: Path, _venv: Path, stack: ExitStack) -> Peer:
    mapfile, config = folder / "peer.map", folder / "mapserver.conf"
    mapfile.write_text(_MAPFILE.format(host=engine.url.query["host"], database=engine.url.database))
    config.write_text(f'CONFIG\n  ENV\n  END\n  MAPS\n    peer "{mapfile}"\n  END\nEND\n')
    program = Program([MAPSERVER], folder / "mapserver.socket", os.environ | {"MAPSERVER_CONFIG_FILE": str(config)})
    stack.callback(program.close)
    return Peer(_ask(program))


def _ours(engine: Engine, folder: Path, size: int, stack: ExitStack) -> Peer:
    more = {"DATABASE_URL": engine.url.render_as_string(hide_password=False), "MAPAPP_DATA_DIR": str(folder)}
    port, _pid = stack.enter_context(server("mapapp.wsgi:application", more))
    settle(port, next(_first(random.Random()))["ours"], size)
    caller = Caller(port)
    stack.callback(caller.close)
    return Peer(_ask(caller), port)


def compare(engine: Engine, folder: Path, venv: Path, size: int) -> None:
    """Ask all servers the same, in turns, and print the medians and how many times as long as ours the others take."""
    make_table(engine)
    with ExitStack() as stack:
        peers = {"ours": _ours(engine, folder, size, stack)}
        for name, start in (("tipg", _tipg), ("pygeoapi", _pygeoapi), ("MapServer", _mapserver)):
            try:
                peers[name] = start(engine, folder, venv, stack)
            except (OSError, RuntimeError, subprocess.CalledProcessError, UnboundLocalError) as error:
                print(f"{name} does not run here: {error}", file=sys.stderr)
        print(f"| | {' | '.join(peers)} |\n|---|{'---:|' * len(peers)}")
        for question in QUESTIONS:
            took: dict[str, list[float]] = {name: [] for name in peers}
            paths = question.paths(random.Random(1))
            for turn in range(-3, TURNS):
                for name, path in next(paths).items():
                    if name not in peers:
                        continue
                    begun = time.perf_counter()
                    try:
                        body = peers[name].ask(path)
                    except RuntimeError as error:  # such as MapServer's 404 for records without a place
                        print(f"{name}, {question.name}: {error}", file=sys.stderr)
                        continue
                    if turn >= 0:
                        took[name].append((time.perf_counter() - begun) * 1000)
                    elif turn == -1:
                        print(f"{question.name}, {name}: {len(body):,} bytes", file=sys.stderr)
            medians = {peer: statistics.median(one) for peer, one in took.items() if one}
            _say(question, peers, {peer: (f"{one:.1f} ms", one / medians["ours"]) for peer, one in medians.items()})
            rates = _rates(question, peers)
            _say(question, peers, {peer: (f"{one:,.0f}/s", rates["ours"] / one) for peer, one in rates.items()})


def _rates(question: Question, peers: dict[str, Peer]) -> dict[str, float]:
    """Return how many requests a second each server answers that speaks HTTP, several at once, in turns."""
    known = next(question.paths(random.Random(2)))
    ports = {name: one.port for name, one in peers.items() if one.port and name in known}
    paths = {name: map(itemgetter(name), question.paths(random.Random(2))) for name in ports}
    found: dict[str, list[float]] = {name: [] for name in ports}
    for _round in range(ROUNDS):
        for name, port in ports.items():
            found[name].append(at_once(port, paths[name], SECONDS))
    return {name: statistics.median(one) for name, one in found.items()}


def _say(question: Question, peers: dict[str, Peer], cells: dict[str, tuple[str, float]]) -> None:
    """Print a line; `cells` are what was measured and how many times as good ours is."""
    said = []
    for peer in peers:
        if peer not in cells:
            said.append("–")
            continue
        words, ratio = cells[peer]
        goal = GOALS.get(peer, 0) if question.of_pages or peer == "MapServer" else 0
        said.append(words if peer == "ours" else f"{words} ({ratio:.1f}x{' – missed' if ratio < goal else ''})")
    print(f"| {question.name} | {' | '.join(said)} |", flush=True)


def install(venv: Path) -> None:
    """Make the environment of the peers unless it is there."""
    if not (venv / "bin" / "tipg-is-here").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", *NAMES], check=True)
        (venv / "bin" / "tipg-is-here").touch()


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="number of practices to seed")
    parser.add_argument("--database", help="address of a database seeded before, which gains a schema `peer`")
    parser.add_argument("--venv", type=Path, default=Path("var/peers"), help="the environment of the peers")
    chosen = parser.parse_args()
    install(chosen.venv)
    with tempfile.TemporaryDirectory(prefix="practice-atlas-peers-") as name, ExitStack() as stack:
        folder, url = Path(name), chosen.database
        folder.chmod(0o755)
        if not url:
            cluster = Cluster(folder, DURABLE | {"fsync": "off", "shared_buffers": "1GB"})
            cluster.start()
            stack.callback(cluster.stop)
            cluster.create_database("peers")
            url = cluster.url("peers")
        engine = make_engine(url)
        stack.callback(engine.dispose)
        if not chosen.database:
            migrate(engine)
            load(engine, STARTING_DATA)
            seed(engine, chosen.rows, words=False)
            written.fill(engine)
        compare(engine, folder, chosen.venv.absolute(), chosen.rows)


if __name__ == "__main__":
    main()
