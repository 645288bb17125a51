"""The command `mapapp` as a new user meets it: a real process, a private server of its own, a real port."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from mapapp.cluster import Cluster
from mapapp.command_line import main
from mapapp.queries.statistics import counts

COMMAND = [str(Path(sys.executable).parent / "mapapp")]


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="atlas-run-"))
    path.chmod(0o755)
    yield path
    cluster = Cluster(path)
    if cluster.data.exists() and cluster.running():
        cluster.stop()
    shutil.rmtree(path)


def environment(folder, **more):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"MAPAPP_DATA_DIR": str(folder), "MAPAPP_WORKERS": "1"} | more


def run(folder, *given, **more):
    return subprocess.run(
        [*COMMAND, *given],
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def open_site(folder, port):
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        env=environment(folder, MAPAPP_PORT=port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready", timeout=2):
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"the site did not open: {process.communicate()[0][-2000:]}")


def close(process):
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[0]
    return process.returncode, said


def words(monkeypatch, capsys, folder, *given, **more):
    """Run a command that ends at once without a process of its own."""
    for name in ("DATABASE_URL", "MAPAPP_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"MAPAPP_DATA_DIR": str(folder)} | more).items():
        monkeypatch.setenv(name, value)
    return main([*given]), capsys.readouterr().err


def test_a_site_of_ones_own_from_the_first_start_to_the_last(folder, monkeypatch, capsys):
    """One story, because each part stands on the one before; tests of their own may run in any order."""
    # The first start fills the database; another command shares its server; Ctrl-C ends all of it.
    port = free_port()
    process = open_site(folder, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/de/", timeout=10) as answer:
        assert 'data-total="151"' in answer.read().decode()
    again = run(folder, "load")
    assert again.returncode == 0
    assert again.stdout
    assert all(line.endswith(" unchanged") for line in again.stdout.splitlines())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready", timeout=10) as answer:
        assert answer.status == 200
    code, said = close(process)
    assert code == 0
    assert f"http://127.0.0.1:{port}/" in said
    assert not Cluster(folder).running()

    # The next start finds the data, and leaves no server behind either.
    assert "practice              151" in run(folder, "stats").stdout
    assert not Cluster(folder).running()

    # Reset asks first, and never touches a database of the operator's own.
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    assert words(monkeypatch, capsys, folder, "reset")[0] == 1
    theirs = {"DATABASE_URL": "postgresql://u@h/d", "MAPAPP_SECRET_KEY": "k" * 40}
    code, said = words(monkeypatch, capsys, folder, "reset", "--yes", **theirs)
    assert (code, "DATABASE_URL" in said) == (1, True)
    assert (folder / "postgres" / "PG_VERSION").exists()
    assert words(monkeypatch, capsys, folder, "reset", "--yes")[0] == 0
    assert not (folder / "postgres").exists()


def test_a_port_that_somebody_else_has_is_not_shared_with_them(folder, monkeypatch, capsys):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the workers of another site do
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, said = words(monkeypatch, capsys, folder, "serve", MAPAPP_PORT=port)
    assert code == 1
    assert f"port {port}: Address already in use" in said
    assert "MAPAPP_PORT" in said


def test_a_bad_file_is_reported_by_line_and_column_and_nothing_is_loaded(empty_engine, tmp_path):
    source = Path(__file__).parent.parent / "geodata" / "starting_data"
    spoiled = tmp_path / "data"
    shutil.copytree(source, spoiled)
    path = spoiled / "practices.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",municipality,", ",galaxy,", 1), encoding="utf-8")
    url = empty_engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    found = run(tmp_path, "load", str(spoiled), DATABASE_URL=url, MAPAPP_SECRET_KEY="k" * 40)
    assert found.returncode == 1
    assert "practices.csv" in found.stdout
    assert "coord_precision" in found.stdout
    assert "Traceback" not in found.stdout + found.stderr
    with empty_engine.connect() as connection:
        assert dict(counts(connection))["practice"] == 0


def test_a_setting_that_cannot_be_used_ends_in_one_line_that_names_it(tmp_path):
    found = run(tmp_path, "serve", MAPAPP_PORT="many")
    assert found.returncode == 1
    assert found.stderr.startswith("mapapp: MAPAPP_PORT=")
    assert len(found.stderr.strip().splitlines()) == 1


def test_a_database_that_does_not_answer_is_one_line_too(tmp_path, monkeypatch, capsys):
    theirs = {"DATABASE_URL": f"postgresql://atlas@/atlas?host={tmp_path}", "MAPAPP_SECRET_KEY": "k" * 40}
    code, said = words(monkeypatch, capsys, tmp_path, "stats", **theirs)
    assert code == 1
    assert "the database does not answer" in said
    assert len(said.strip().splitlines()) == 1
