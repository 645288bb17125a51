"""Ten crashes while people send forms: what was acknowledged is there exactly once, and nothing is there by half."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, text

from mapapp import cluster, migrating
from mapapp.database import make_engine
from mapapp.factory import create_app
from mapapp.settings import Settings
from tests.conftest import SECRET
from tests.contributing import whole
from tests.people import add_account, add_organisation, sign_in

ROUNDS = 10
SENDERS = 4
WAIT_S = 60.0  # on a machine that has much else to do
GIVEN_UP_S = 6.0  # a worker that dies sooner after it was started again is taken for one that cannot live


@dataclass
class Site:
    """A site with workers of its own on a database server of its own."""

    server: cluster.Cluster
    process: "subprocess.Popen[bytes]"
    port: int
    cookie: str
    token: str

    def oldest_worker(self) -> tuple[int, float]:
        """Return the process that has served longest, and its age in seconds."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        now, ticks = float(Path("/proc/uptime").read_text().split()[0]), os.sysconf("SC_CLK_TCK")
        begun = {}
        for child in children:
            after_name = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            begun[int(child)] = int(after_name[19]) / ticks
        oldest = min(begun, key=begun.__getitem__)
        return oldest, now - begun[oldest]

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Return status and Location of an answer. Raises OSError or HTTPException when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {
            "Cookie": f"session={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
        }
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location", "")
        finally:
            connection.close()


@dataclass
class Sender:
    """Somebody who sends one form after the other. `patient` ones send a form again until it is acknowledged, as a
    browser's reload would; the others go on to the next."""

    site: Site
    name: str
    patient: bool
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    deadline: float = 0.0

    def send(self, number: int, end: threading.Event) -> None:
        key = f"{self.name}-{number}"
        form = {
            **whole(),
            "texts-0-language": "en",
            "texts-0-title": f"Form {key}",
            "key": key,
            "revision": "1",
            "go": "submit",
            "csrf": self.site.token,
        }
        while True:
            with suppress(OSError, http.client.HTTPException):
                status, location = self.site.ask("POST", "/en/contribute/practices/new", urlencode(form, doseq=True))
                if status == 303:
                    self.acknowledged[key] = location
                    return
                if status not in (500, 503):  # cut off on the way, or the database is away
                    self.refused.append(f"{key}: {status} {location}")
                    return
            if not self.patient:
                return
            if end.wait(0.05) and time.monotonic() > self.deadline:
                raise AssertionError(f"{key} was never taken")

    def run(self, end: threading.Event) -> None:
        self.deadline = time.monotonic() + WAIT_S
        for number in range(10_000):
            if end.is_set():
                return
            self.send(number, end)
            time.sleep(0.02)


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="atlas-crashes-"))
    folder.chmod(0o755)
    server = cluster.Cluster(folder, cluster.FOR_TESTS | {"synchronous_commit": "on"})
    server.start()
    server.create_database()
    engine = make_engine(server.url())
    migrating.migrate(engine)
    app = create_app(settings, engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO term (vocabulary, key, position) VALUES ('theme', 'language', 1)"))
        account = add_account(connection, "partner@example.org", "partner", add_organisation(connection, "house"))
    client = sign_in(app, account)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MAPAPP_RUNNING_DATABASE": server.url(),
        "MAPAPP_SECRET_KEY": SECRET,
        "MAPAPP_DATA_DIR": str(settings.data_dir),
        "MAPAPP_BASE_URL": f"http://127.0.0.1:{port}",
    }
    options = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "2", "--respawn-failed-workers"]
    process = subprocess.Popen(
        [Path(sys.executable).parent / "granian", *options, "--port", str(port), "mapapp.wsgi:application"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    found = Site(server, process, port, client.key, client.csrf())
    engine.dispose()
    try:
        wait_until_ready(found)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=WAIT_S)
        if server.running():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(site: Site) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            if site.ask("GET", "/healthz/ready")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the site did not come up")


def crash(site: Site, number: int) -> None:
    """Kill the database server or a worker: no goodbye to anybody."""
    if number % 5 in (1, 3):
        oldest, age = site.oldest_worker()
        time.sleep(max(0.0, GIVEN_UP_S - age))
        os.kill(oldest, signal.SIGKILL)
        return
    pid = int((site.server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + WAIT_S
    while site.server.running():
        assert time.monotonic() < until
        time.sleep(0.02)
    site.server.start()


def test_what_was_acknowledged_is_there_once_and_nothing_is_there_by_half(site: Site, dial: Any) -> None:
    end = threading.Event()
    senders = [Sender(site, f"sender{number}", patient=number % 2 == 0) for number in range(SENDERS)]
    threads = [threading.Thread(target=sender.run, args=(end,)) for sender in senders]
    for thread in threads:
        thread.start()
    progress = []
    for number in range(ROUNDS):
        before = sum(len(sender.acknowledged) for sender in senders)
        crash(site, number)
        until = time.monotonic() + WAIT_S
        while sum(len(sender.acknowledged) for sender in senders) < before + SENDERS and time.monotonic() < until:
            time.sleep(0.02)
        progress.append(sum(len(sender.acknowledged) for sender in senders) - before)
    end.set()
    for thread in threads:
        thread.join(timeout=2 * WAIT_S)
    assert [one for sender in senders for one in sender.refused] == []
    assert min(progress) >= SENDERS, progress  # each time it came back by itself
    acknowledged = {key: place for sender in senders for key, place in sender.acknowledged.items()}
    check(dial(site.server.url()), acknowledged)


def check(engine: Engine, acknowledged: dict[str, str]) -> None:
    with engine.connect() as connection:
        proposals = connection.execute(text("SELECT id, public_id::text, key, state, values FROM proposal")).all()
        steps = connection.execute(text("SELECT proposal_id, step FROM proposal_step ORDER BY id")).all()
        mails = connection.execute(text("SELECT kind, plain FROM message")).all()
    told = Counter(one.public_id for one in proposals for mail in mails if one.public_id in mail.plain)
    assert len(mails) == sum(told.values())
    by_key = {one.key: one for one in proposals}
    assert len(by_key) == len(proposals)  # each form once
    assert acknowledged
    for key, place in acknowledged.items():
        assert by_key[key].state == "submitted", key
        assert by_key[key].public_id in place
    for one in proposals:
        taken = [step.step for step in steps if step.proposal_id == one.id]
        assert one.values["texts"]["en"]["title"] == f"Form {one.key}"
        # A form whose answer got lost may lie there as a draft, as a whole one.
        whole_ones = {"submitted": (["saved", "submitted"], 1), "draft": (["saved"], 0)}
        assert (taken, told[one.public_id]) == whole_ones[one.state], one.key
