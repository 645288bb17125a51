"""What every test stands on: one private PostGIS cluster a run, template databases, the app, a browser.

`template_empty` is migrated, `template_atlas` also holds the starting data. With xdist the first worker builds them,
the others wait at a file lock; each worker reads its own clone. The last one to leave stops the server.
"""

import json
import logging
import os
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mapapp import cluster, migrating
from mapapp.database import make_engine
from mapapp.settings import Settings

from .strict import Strict

pytest_plugins = ["tests.people"]

SECRET = "a-secret-for-tests-only-0123456789abcdef"
# What stands in a route, by the name of its part; the slug is a practice's and a service's.
SAMPLES: dict[str, object] = {
    "lang": "de",
    "slug": "imst-abc-cafe",
    "number": 1,
    "name": "freshness",
    "folder": "practices",
    "kind": "practice",
    "ending": "csv",
    "vocabulary": "theme",
    "public_id": UUID(int=1),
    "upload": UUID(int=1),
    "photo": UUID(int=1),
    "size": "small",
}
# What stands in the addresses of the OGC API.
SAMPLES |= {"collection_id": "practices", "record": "imst-abc-cafe", "which": "queryables", "grid": "WebMercatorQuad"}
SAMPLES |= {"zoom": 0, "row": 0, "column": 0}
# Files that another process makes: whoever asks every route has each kind made once, for the smallest collection.
MADE_FIRST = re.compile(r"/(?!services\.)[a-z-]+\.(gpkg|xlsx|fgb|shp\.zip|parquet|map\.html)")
SLUGS = {"regions": "imst", "projects": "eu-belong"}
_PREFIX = "practice-atlas-tests-"
_names = count()


class _Run:
    """The cluster of one run, shared by its workers: their process ids stand in a file, under a lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = cluster.Cluster(folder, cluster.FOR_TESTS)
        self.workers = folder / "pids.json"

    def __enter__(self) -> "_Run":
        _stop_orphans()
        self.folder.mkdir(mode=0o755, exist_ok=True)
        with self._locked():
            others = self._others()
            self.workers.write_text(json.dumps([*others, os.getpid()]))
            if not others:
                self._build()
        return self

    def __exit__(self, *_error: object) -> None:
        with self._locked():
            others = self._others()
            self.workers.write_text(json.dumps(others))
            if others:
                return
            self.cluster.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _others(self) -> list[int]:
        """The workers that are still there; one that crashed does not count."""
        known = json.loads(self.workers.read_text()) if self.workers.exists() else []
        return [pid for pid in known if pid != os.getpid() and Path(f"/proc/{pid}").exists()]

    def _locked(self) -> "_Lock":
        return _Lock(self.folder / "lock")

    def _build(self) -> None:
        from geodata.load import STARTING_DATA, load

        self.cluster.start()
        try:
            self.cluster.create_database("template_empty")
            _with_engine(self.cluster.url("template_empty"), migrating.migrate)
            self.cluster.create_database("template_atlas", "template_empty")
            _with_engine(self.cluster.url("template_atlas"), lambda engine: load(engine, STARTING_DATA))
        except BaseException:
            self.cluster.stop()
            raise

    def clone(self, template: str, name: str) -> Engine:
        with self._locked():
            self.cluster.create_database(name, template)
        return make_engine(self.cluster.url(name), pool_size=4)

    def drop(self, engine: Engine) -> None:
        name = engine.url.database
        engine.dispose()

        def drop(admin: Engine) -> None:
            with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET statement_timeout = 0"))  # a busy machine takes its time
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))

        _with_engine(self.cluster.url("postgres"), drop)


def _stop_orphans() -> None:
    """Stop the servers of earlier runs of ours whose workers were all killed before they could: one worker at a time,
    as all of a run begin with this."""
    with _Lock(Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getuid()}.lock"):
        for workers in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/pids.json"):
            run = _Run(workers.parent)
            if workers.stat().st_uid == os.getuid() and not run._others():
                if run.cluster.running():
                    run.cluster.stop()
                shutil.rmtree(run.folder, ignore_errors=True)


class _Lock:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        flock(self.file, LOCK_EX)

    def __exit__(self, *_error: object) -> None:
        flock(self.file, LOCK_UN)
        self.file.close()


def _with_engine(url: str, act: Any) -> None:
    engine = make_engine(url)
    try:
        act(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgis(worker_id: str, testrun_uid: str) -> Iterator[_Run]:
    """The private server of this run. Its folder is one that the user `postgres` can enter."""
    with _Run(Path(tempfile.gettempdir()) / f"{_PREFIX}{testrun_uid[:12]}") as run:
        yield run


@pytest.fixture(scope="session")
def engine(postgis: _Run, worker_id: str) -> Iterator[Engine]:
    """The starting data, shared by the tests of a worker: read it, or write in `session`, which is rolled back."""
    engine = postgis.clone("template_atlas", f"atlas_{worker_id}")
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on the starting data whose changes, commits included, are rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def empty_engine(postgis: _Run, worker_id: str) -> Iterator[Engine]:
    """A fresh migrated database without data, for this test alone."""
    engine = postgis.clone("template_empty", f"empty_{worker_id}_{next(_names)}")
    yield engine
    postgis.drop(engine)


@pytest.fixture
def atlas_engine(postgis: _Run, worker_id: str) -> Iterator[Engine]:
    """A fresh database with the starting data, for this test alone: it may commit."""
    engine = postgis.clone("template_atlas", f"own_{worker_id}_{next(_names)}")
    yield engine
    postgis.drop(engine)


@pytest.fixture
def dial() -> Iterator[Callable[..., Engine]]:
    """The way to make an engine of one's own: its connections are closed after the test, failed ones too.

    One that is left open is told of (psycopg warns) whenever it is collected: in some other test, which then fails.
    """
    with ExitStack() as stack:

        def make(url: str, pool_size: int = 1) -> Engine:
            engine = make_engine(url, pool_size)
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a public site, with a data folder of their own."""
    return Settings(data_dir=tmp_path_factory.mktemp("data"), secret_key=SECRET)


@pytest.fixture(scope="session")
def app(settings: Settings, engine: Engine) -> Any:
    """The application on the starting data."""
    from mapapp.factory import create_app

    app = create_app(settings, engine)
    app.testing = True
    app.jinja_env.undefined = Strict
    return app


@pytest.fixture
def client(app: Any) -> Any:
    """A client of the application that keeps no cookies between tests."""
    return app.test_client()


@contextmanager
def _serving(app: Any) -> Iterator[str]:
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its line per request buries what failed
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.fixture(scope="session")
def live_server(app: Any) -> Iterator[str]:
    """The application on a free port of this machine, for browsers; the value is its address."""
    with _serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def serve() -> Any:
    """The way to put another application on a port: `with serve(app) as address`."""
    return _serving


@pytest.fixture(scope="session")
def addresses(app: Any) -> list[tuple[Rule, str]]:
    """Every route that can be read, new ones too, and an address of it with records that there are."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            plural = next((part for part in str(rule).split("/") if part in SLUGS), "")
            samples = SAMPLES | {"slug": SLUGS.get(plural, SAMPLES["slug"])}
            built = rule.build({name: samples.get(name, "x") for name in rule.arguments}, append_unknown=False)
            assert built, f"no address for {rule}"
            found.append((rule, built[1]))
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, live_server: str) -> Iterator[Any]:
    """A page in a fresh browser context whose relative addresses lead to the live server."""
    context = browser.new_context(base_url=live_server, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
