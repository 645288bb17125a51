"""The database goes away, hangs, is slow or has no room: a real page within seconds, and back without a restart."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, TextClause, text
from werkzeug.test import TestResponse

from mapapp import cluster, database, migrating
from mapapp.database import make_engine
from mapapp.factory import create_app
from mapapp.settings import Settings

HTML = {"Accept": "text/html"}
PAGES = ("/de/", "/de/regions", "/de/projects", "/de/services", "/de/insights", "/de/data", "/de/practices/a")
FILES = ("/practices.geojson", "/practices.csv", "/de/feed.atom", "/sitemap.xml")
SOON = 2.0  # seconds


@pytest.fixture(scope="module")
def private_server() -> Iterator[cluster.Cluster]:
    """A private server that these tests may kill."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-faults-"))
    folder.chmod(0o755)
    # What is committed must survive the kill: an asynchronous commit loses up to 0.6 s of them.
    ours = cluster.Cluster(folder, cluster.FOR_TESTS | {"synchronous_commit": "on"})
    ours.start()
    ours.create_database()
    engine = make_engine(ours.url())
    try:
        migrating.migrate(engine)
    finally:
        engine.dispose()
    yield ours
    if ours.running():
        ours.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(private_server: cluster.Cluster) -> cluster.Cluster:
    """The server, running, whatever the test before did to it."""
    private_server.start()
    return private_server


@pytest.fixture
def engine(server: cluster.Cluster, dial: Any) -> Engine:
    return dial(server.url())


@pytest.fixture
def client(settings: Settings, engine: Engine) -> Any:
    return create_app(settings, engine).test_client()


def kill(server: cluster.Cluster) -> None:
    """End the server as a crash does: no goodbye to anybody."""
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        if not server.running():
            return
        time.sleep(0.05)
    raise AssertionError("the server outlived its end")


def ask(engine: Engine, statement: TextClause) -> Any:
    """Return what a statement finds in a transaction of its own."""
    with engine.connect() as connection:
        return connection.execute(statement).scalar_one()


def quick(client: Any, path: str, **options: Any) -> TestResponse:
    start = time.monotonic()
    answer = client.get(path, **options)
    assert time.monotonic() - start <= SOON + 0.5, path
    return answer


def assert_told_in_german(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers
    assert '<html lang="de"' in answer.text
    assert "<h1>" in answer.text
    assert "database" not in answer.text.lower()
    assert "Datenbank" in answer.text


def test_a_crashed_database_is_told_and_comes_back_by_itself(client: Any, server: cluster.Cluster) -> None:
    assert client.get("/de/", headers=HTML).status_code == 200
    kill(server)
    for path in PAGES:
        assert_told_in_german(quick(client, path, headers=HTML))
    for path in FILES:
        answer = quick(client, path)
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert "Retry-After" in answer.headers
    assert client.get("/healthz/live").status_code == 200
    assert quick(client, "/healthz/ready").status_code == 503
    assert client.get("/robots.txt").status_code == 200
    server.start()
    for path in PAGES[:-1]:
        assert client.get(path, headers=HTML).status_code == 200
    assert client.get("/healthz/ready").status_code == 200


def test_a_restart_between_two_requests_is_not_noticed(client: Any, server: cluster.Cluster) -> None:
    assert client.get("/de/", headers=HTML).status_code == 200
    server.stop()
    server.start()
    assert client.get("/de/data", headers=HTML).status_code == 200


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(settings: Settings, dial: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        port = silent.getsockname()[1]
        engine = dial(f"postgresql+psycopg://atlas:unused@127.0.0.1:{port}/atlas")
        client = create_app(settings, engine).test_client()
        for path in ("/de/", "/de/data"):
            start = time.monotonic()
            assert_told_in_german(client.get(path, headers=HTML))
            assert time.monotonic() - start <= SOON + 1


def test_a_statement_that_takes_too_long_is_ended_and_told(
    settings: Settings, server: cluster.Cluster, engine: Engine, dial: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "OPTIONS", database.OPTIONS.replace("=8000", "=300"))
    impatient = dial(server.url())
    client = create_app(settings, impatient).test_client()
    assert client.get("/de/", headers=HTML).status_code == 200
    with engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE practice, region, project, service, practice_text IN ACCESS EXCLUSIVE MODE"))
        for path in ("/de/data", "/de/regions", "/de/practices/a"):
            assert_told_in_german(quick(client, path, headers=HTML))
        assert quick(client, "/practices/a.geojson").status_code == 503
    assert client.get("/de/data", headers=HTML).status_code == 200


def test_a_first_reading_that_is_cut_off_is_told_and_made_again(client: Any, engine: Engine) -> None:
    answers: list[TestResponse] = []
    asking = threading.Thread(target=lambda: answers.append(client.get("/de/", headers=HTML)))
    with engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE practice IN ACCESS EXCLUSIVE MODE"))
        asking.start()
        cut = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        until = time.monotonic() + 5
        while not ask(engine, cut):
            assert time.monotonic() < until, "nobody reads"
            time.sleep(0.05)
        asking.join(5)
    assert_told_in_german(answers[0])
    assert client.get("/de/", headers=HTML).status_code == 200


def test_more_readers_than_connections_are_told_to_wait(client: Any) -> None:
    assert client.get("/de/", headers=HTML).status_code == 200
    engine = client.application.extensions["reader"]
    held = [engine.connect() for _ in range(engine.pool.size() + engine.pool._max_overflow)]
    try:
        assert_told_in_german(quick(client, "/de/data", headers=HTML))
    finally:
        for connection in held:
            connection.close()
    assert client.get("/de/data", headers=HTML).status_code == 200
