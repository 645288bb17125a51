"""Everything as GeoJSON over HTTP, beside what psql needs for a COPY of the same text; all in one run, in turns."""

import http.client
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

from mapapp.cluster import program
from mapapp.formats import fields, geojson
from mapapp.formats.shapes import Shape
from mapapp.queries import export

from .measure import Figure
from .web import server

PATH = "/practices.geojson"
TIMES = 3  # whole files of each kind
LEFT = 20  # files that are left after their first bytes
MB = 1024 * 1024


class _Noting:
    """Stands for a connection: keeps the COPY that would be made instead of making it."""

    def __init__(self) -> None:
        self.connection = self.driver_connection = self
        self.said: tuple[str, dict[str, object]] = ("", {})

    @contextmanager
    def cursor(self) -> Iterator["_Noting"]:
        yield self

    @contextmanager
    def copy(self, statement: str, values: dict[str, object]) -> Iterator[tuple[()]]:
        self.said = (statement, values)
        yield ()


def _statement(engine: Engine) -> str:
    """Return the COPY of all features as one statement with its values in it."""
    noting: Any = _Noting()
    shape = Shape(fields.PRACTICE)
    with engine.connect() as connection:
        values = {"lang": "en", "site": "http://127.0.0.1/en", "licence": fields.LICENCE}
        values["ids"] = export.all_ids(connection, "practice")  # type: ignore[assignment]
        line = geojson.feature_sql(shape.properties())
        list(export.copy_lines(noting, "practice", shape.columns(), line, geojson.COPY_OPTIONS, values))
        driver: Any = connection.connection.driver_connection
        return str(psycopg.ClientCursor(driver).mogrify(*noting.said))


# What was written beforehand, as it stands in its table: no file can be made with less.
STORED = (
    "COPY (SELECT convert_from(line, 'UTF8') FROM practice_feature JOIN practice ON practice.id = practice_id "
    "WHERE language = 'en' ORDER BY practice.slug) TO STDOUT WITH (" + geojson.COPY_OPTIONS + ")"
)


def _by_psql(engine: Engine, statement: str) -> float:
    where = [f"--{name}={engine.url.query[name]}" for name in ("host",)]
    command = [program("psql"), *where, f"--username={engine.url.username}", "-qAtX", str(engine.url.database)]
    start = time.perf_counter()
    subprocess.run(command, input=statement.encode(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def _fetch(port: int, most: int | None = None) -> tuple[float, float, int]:
    """Return the seconds to the first byte and to the last, and how many came; leave after `most` bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    start = time.perf_counter()
    connection.request("GET", PATH)
    answer = connection.getresponse()
    size = len(answer.read(1))
    first = time.perf_counter() - start
    while (most is None or size < most) and (block := answer.read(MB if most is None else most)):
        size += len(block)
    connection.close()
    return first, time.perf_counter() - start, size


def _workers(parent: int) -> list[Path]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"\nPPid:\t{parent}\n" in status.read_text():
                found.append(status)
        except OSError:
            continue
    return found


def _memory(status: Path, name: str) -> float:
    """Return VmRSS (now) or VmHWM (the most since it was reset) of a process in MB."""
    line = next(line for line in status.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def over_export(engine: Engine, folder: Path) -> list[Figure]:
    """Measure the whole file: first byte, last byte beside psql's COPY, memory above idle; and files that are left."""
    statement = _statement(engine)
    url = engine.url.render_as_string(hide_password=False)
    with server("mapapp.wsgi:application", {"DATABASE_URL": url, "MAPAPP_DATA_DIR": str(folder)}) as (port, pid):
        _fetch(port)  # the columns are built, the connections open
        idle = {status: _memory(status, "VmRSS") for status in _workers(pid)}
        for status in idle:
            status.with_name("clear_refs").write_text("5")  # the peak is counted anew
        copied, stored, whole = [], [], []
        for _turn in range(TIMES):
            copied.append(_by_psql(engine, statement))
            stored.append(_by_psql(engine, STORED))
            whole.append(_fetch(port))
        above = max(_memory(status, "VmHWM") - before for status, before in idle.items())
        first = sorted(_fetch(port, 100_000)[0] * 1000 for _turn in range(LEFT))
    total, beside = statistics.median(one[1] for one in whole), statistics.median(copied)
    load = os.getloadavg()[0]
    return [
        Figure(
            f"GeoJSON of everything ({whole[0][2] / MB:.0f} MB), load {load:.1f}", total, max(w[1] for w in whole), "s"
        ),
        Figure("the same text by psql's COPY", beside, max(copied), "s"),
        Figure("ratio of the two", total / beside, total / beside, "", 1.2),
        Figure("psql's COPY of what was written beforehand", statistics.median(stored), max(stored), "s"),
        Figure("first byte", statistics.median(first), first[-2], "ms", 30),
        Figure("memory above idle", above, above, "MB", 20),
    ]
