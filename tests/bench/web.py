"""What a visitor waits for: the same over HTTP, from a production server with one worker."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine

from mapapp.atlas import Atlas
from mapapp.search import to_args

from .measure import Figure, figure, goal_of, searches

FRAGMENT = {"X-Fragment": "results", "Accept-Encoding": "gzip, deflate, br"}  # as browsers ask
EARLIER = 200  # other searches and views before the measured ones


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(application: str, more: dict[str, str], ready: str = "/healthz/live") -> Iterator[tuple[int, int]]:
    """Serve an application (module:name) on a free port; yield the port and the process id of the worker's parent.

    `more` are settings; `ready` is a path that answers once it runs.
    """
    port = free_port()
    env = os.environ | {"MAPAPP_SECRET_KEY": "a-secret-of-the-benchmark-0123456789", **more}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", application]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):  # a million records are read in three languages first
            try:
                _get(port, ready)
                break
            except OSError:
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def _get(port: int, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    while response.read(1 << 20):
        pass
    connection.close()
    return response


def memory(pid: int) -> float:
    """Return the most memory (MB) that a process and its children have held."""
    most = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(fields["PPid"]) == pid or int(fields["Pid"]) == pid:
            most = max(most, int(fields.get("VmHWM", "0 kB").split()[0]))
    return most / 1024


def over_http(engine: Engine, size: int, folder: Path) -> list[Figure]:
    """Measure Explore's fragment for another search each time, a 304 and a marker request."""
    with engine.connect() as connection:
        random_search = searches(Atlas().current(connection), seed=9)
    url = engine.url.render_as_string(hide_password=False)
    with server("mapapp.wsgi:application", {"DATABASE_URL": url, "MAPAPP_DATA_DIR": str(folder)}) as (port, pid):

        def fragment(_turn: int) -> object:
            query = urlencode(to_args(next(random_search)))
            return _get(port, f"/en/?{query}&view=-25,33,45,71&zoom=4", FRAGMENT)

        def pan(turn: int) -> object:
            lon = 5 + turn / 100
            return _get(port, f"/en/markers.json?view={lon},45,{lon + 20},52&zoom=6", {"Accept-Encoding": "br"})

        # A server that has run for a while: a card or ring met for the first time is drawn, later ones are kept.
        for turn in range(EARLIER):
            fragment(turn)
            pan(-turn)
        etag = _get(port, "/en/", FRAGMENT).headers["ETag"] or ""
        figures = [
            figure("HTTP: filter change, whole fragment", fragment, 60, goal_of(size)),
            figure("HTTP: markers after a pan, zoom 6", pan, 40, 10),
            figure("HTTP: 304", lambda _: _get(port, "/en/", FRAGMENT | {"If-None-Match": etag}), 60),
        ]
        figures.append(Figure("most memory of the worker", memory(pid), 0, "MB"))
    return figures
