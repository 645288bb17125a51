"""This API beside tipg, pygeoapi and MapServer on the same records in one run; `peers.md` says how and what is unequal.

They are no dependencies: the first two are installed by name into an environment of their own, the third by Debian.
"""

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice, repeat
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Engine, text

from geodata.load import STARTING_DATA, load
from mapapp.cluster import DURABLE, Cluster
from mapapp.database import make_engine
from mapapp.formats import fields, written
from mapapp.formats.fields import Field
from mapapp.migrating import migrate
from mapapp.models.practice import STATUSES
from mapapp.queries import export

from .driving import at_once
from .ogc import BOXES
from .peer_servers import Peer, install, mapserver, ours, pygeoapi, tipg
from .seed import seed

LARGE = ("DE", "ES", "FR", "GB", "HU", "IT", "NL", "PL", "TR", "UA")  # which have most practices
TABLES = {
    "peer_view": "the same tables: the peers read them through a view",
    "peer": "one flat copy with indexes for the peers, which favours them",
}
GOALS = {"tipg": 8.0, "pygeoapi": 20.0, "MapServer": 2.0}
TURNS, LEAST, IN_A_ROW = 25, 3, 4
COLD, WARM = "first after the others", "the next ones"
PATIENCE = 30.0  # seconds: a question that has taken so long is asked LEAST times and no more
SECONDS, ROUNDS = 1.0, 3  # in which a server is asked as often as it answers, in turns as well


class Question(NamedTuple):
    """What every server is asked: a path for each, without end, in the same order of the same random choices."""

    name: str
    paths: Callable[[random.Random], Iterator[dict[str, str]]]
    of_pages: bool = True  # which the goals beside tipg and pygeoapi are about


def make_tables(engine: Engine) -> None:
    """Give the peers the records twice: as a view of our own tables, and as one flat table that favours them."""
    named = ", ".join(f"{_column(one)} AS {one.name}" for one in fields.PRACTICE.fields)
    for name, value in (("lang", "en"), ("site", "http://127.0.0.1:8000/en"), ("licence", "CC-BY-4.0")):
        named = named.replace(f"%({name})s", f"'{value}'")
    selected = f"SELECT r.id, r.location AS geometry, {named} FROM practice r".replace("%", "%%")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS peer_view"))
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW peer_view.practices AS {selected}")
        if connection.execute(text("SELECT to_regclass('peer.practices')")).scalar_one():
            return
        connection.execute(text("CREATE SCHEMA peer"))
        connection.exec_driver_sql(f"CREATE TABLE peer.practices AS {selected}")
        for one in (
            "ALTER TABLE peer.practices ADD PRIMARY KEY (id)",
            "ALTER TABLE peer.practices ALTER geometry TYPE geometry(Point, 4326)",
            "CREATE INDEX ON peer.practices USING gist (geometry)",
            "CREATE INDEX ON peer.practices (country, status)",
            "ANALYZE peer.practices",
        ):
            connection.execute(text(one))


def _column(one: Field) -> str:
    """Return a published field as text. Its joins stand within it: who counts records does not pay for them."""
    shown = f"array_to_string({one.sql}, ';')" if one.kind == "list" else f"({one.sql})::text"
    joins = [join for alias, join in export.SOURCES["practice"].joins.items() if re.search(rf"\b{alias}\.", one.sql)]
    return f"(SELECT {shown} FROM (SELECT) AS nothing {''.join(joins)})" if joins else shown


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


def compare(engine: Engine, folder: Path, venv: Path, size: int, schema: str) -> None:
    """Ask all servers the same, in turns, and print the medians and how many times as long as ours the others take.

    `schema` is one of TABLES: where the peers find the records.
    """
    with ExitStack() as stack:
        peers = {"ours": ours(engine, folder, size, stack)}
        for name, start in (("tipg", tipg), ("pygeoapi", pygeoapi), ("MapServer", mapserver)):
            try:
                peers[name] = start(engine, folder, venv, schema, stack)
            except (OSError, RuntimeError, subprocess.CalledProcessError, UnboundLocalError) as error:
                print(f"{name} does not run here: {error}", file=sys.stderr)
        print(f"| | {' | '.join(peers)} |\n|---|{'---:|' * len(peers)}")
        for question in QUESTIONS:
            for when, medians in _medians(question, peers, schema).items():
                said = {peer: (f"{one:.2f} ms", one / medians["ours"]) for peer, one in medians.items()}
                _say(f"{question.name}: {when}", question, peers, said)
            rates = _rates(question, peers, schema)
            words = {peer: f"{one:,.0f}/s" if one >= 10 else f"{one:.2f}/s" for peer, one in rates.items()}
            said = {peer: (words[peer], rates["ours"] / one) for peer, one in rates.items()}
            _say(f"{question.name}: four at once", question, peers, said)


def _medians(question: Question, peers: dict[str, Peer], schema: str) -> dict[str, dict[str, float]]:
    """Return how many milliseconds each server needs, in the middle: for the first of a few questions that it is asked
    after all others have worked, and for the next ones."""
    took: dict[str, dict[str, list[float]]] = {COLD: {}, WARM: {}}
    paths, started = _at(schema, question.paths(random.Random(1))), time.monotonic()
    for turn in range(-1, TURNS):
        if turn >= LEAST and time.monotonic() - started > PATIENCE:
            print(f"{question.name}: {turn} turns", file=sys.stderr)
            break
        asked = list(islice(paths, IN_A_ROW))
        for name in (name for name in peers if name in asked[0]):
            for place, path in enumerate(asked):
                begun = time.perf_counter()
                try:
                    body = peers[name].ask(path[name])
                except RuntimeError as error:  # such as MapServer's 404 for records without a place
                    print(f"{name}, {question.name}: {error}", file=sys.stderr)
                    continue
                if turn >= 0:
                    milliseconds = (time.perf_counter() - begun) * 1000
                    took[WARM if place else COLD].setdefault(name, []).append(milliseconds)
                elif not place:
                    print(f"{question.name}, {name}: {len(body):,} bytes", file=sys.stderr)
    return {when: {peer: statistics.median(one) for peer, one in of.items()} for when, of in took.items()}


def _at(schema: str, paths: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Return the paths where tipg, which names a collection after its table, finds it in a schema."""
    for one in paths:
        yield one | ({"tipg": one["tipg"].replace("/peer.", f"/{schema}.", 1)} if "tipg" in one else {})


def _rates(question: Question, peers: dict[str, Peer], schema: str) -> dict[str, float]:
    """Return how many requests a second each server answers that speaks HTTP, several at once, in turns."""
    known = next(question.paths(random.Random(2)))
    ports = {name: one.port for name, one in peers.items() if one.port and name in known}
    paths = {name: map(itemgetter(name), _at(schema, question.paths(random.Random(2)))) for name in ports}
    found: dict[str, list[float]] = {name: [] for name in ports}
    started = time.monotonic()
    for turn in range(ROUNDS):
        if turn and time.monotonic() - started > PATIENCE:
            break
        for name, port in ports.items():
            found[name].append(at_once(port, paths[name], SECONDS))
    return {name: statistics.median(one) for name, one in found.items()}


def _say(name: str, question: Question, peers: dict[str, Peer], cells: dict[str, tuple[str, float]]) -> None:
    """Print a line; `cells` are what was measured and how many times as good ours is."""
    said = []
    for peer in peers:
        if peer not in cells:
            said.append("–")
            continue
        words, ratio = cells[peer]
        goal = GOALS.get(peer, 0) if question.of_pages or peer == "MapServer" else 0
        said.append(words if peer == "ours" else f"{words} ({ratio:.1f}x{' – missed' if ratio < goal else ''})")
    print(f"| {name} | {' | '.join(said)} |", flush=True)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="number of practices to seed")
    parser.add_argument("--database", help="address of a database seeded before, which gains the schemas of the peers")
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
        make_tables(engine)
        for schema, words in TABLES.items():
            print(f"\n{words}\n", flush=True)
            compare(engine, folder, chosen.venv.absolute(), chosen.rows, schema)


if __name__ == "__main__":
    main()
