"""The container files name only what the project has, and the container's command runs as a plain process."""

import dataclasses
import glob
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import Engine

from mapapp import assets, cluster
from mapapp.command_line import _parser
from mapapp.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent
SERVING = ("mapapp", "geodata", "migrations", "pyproject.toml")


def instructions() -> list[list[tuple[str, str]]]:
    """Return (instruction, words) of the Dockerfile by stage."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    stages: list[list[tuple[str, str]]] = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, words = line.split(None, 1)
            if name == "FROM":
                stages.append([])
            stages[-1].append((name, words))
    return stages


STAGES = instructions()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ENVIRONMENT = dict(pair.split("=", 1) for name, words in STAGES[-1] if name == "ENV" for pair in shlex.split(words))


def words_of(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [words for found, words in stage if found == name]


def variables() -> set[str]:
    """Return the variables that the settings are read from."""
    return {"DATABASE_URL", "SMTP_URL"} | {f"MAPAPP_{field.name.upper()}" for field in dataclasses.fields(Settings)}


def test_there_is_a_stage_for_node_one_for_wheels_and_one_that_only_runs() -> None:
    bases = [words_of(stage, "FROM")[0] for stage in STAGES]
    assert len(bases) == 3
    assert re.match(r"node:18-bookworm\S* AS browser", bases[0])
    assert bases[1] == bases[2] + " AS wheels"
    assert bases[2].startswith("python:3.11-slim-bookworm")
    running = " ".join(words for _name, words in STAGES[-1])
    assert not re.search(r"apt|gcc|build-essential|npm|postgres|pip", running)


def test_everything_that_is_copied_is_there_and_reaches_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    names = {words_of(stage, "FROM")[0].split(" AS ")[1] for stage in STAGES[:-1]}
    for stage in STAGES:
        for words in words_of(stage, "COPY"):
            parts = words.split()
            if parts[0].startswith("--from="):
                assert parts[0].removeprefix("--from=") in names
                continue
            for source in parts[:-1]:
                assert glob.glob(source, root_dir=ROOT), source
                assert source.split("/")[0] in sent, f"{source} is not sent to the builder"
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not sent & {"var", ".git", ".venv", "node_modules", "tests", ".env"}


def test_what_the_browser_loads_is_built_where_the_site_looks_for_it(tmp_path: Path) -> None:
    assert "npm run build" in words_of(STAGES[0], "RUN")
    for words in words_of(STAGES[0], "COPY"):
        *sources, target = words.split()
        for source in (ROOT / match for pattern in sources for match in glob.glob(pattern, root_dir=ROOT)):
            if source.is_dir():
                shutil.copytree(source, tmp_path / target, ignore=shutil.ignore_patterns("dist"), dirs_exist_ok=True)
            else:
                (tmp_path / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(source, tmp_path / target)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    made = subprocess.run(["npm", "run", "build"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    made_here, served = (
        json.loads((root / assets.DIST.relative_to(ROOT) / "manifest.json").read_text())["files"]
        for root in (tmp_path, ROOT)
    )
    assert made_here.keys() == served.keys()
    built = next(words for words in words_of(STAGES[-1], "COPY") if "--from=browser" in words)
    assert built.split()[2].rstrip("/") == assets.DIST.relative_to(ROOT).as_posix()
    assert built.split()[1] == f"/app/{built.split()[2]}"


def test_the_wheels_stage_installs_this_project_from_locked_files() -> None:
    installs = words_of(STAGES[1], "RUN")
    assert any("--require-hashes" in words and "-r requirements.txt" in words for words in installs)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    copied = " ".join(words_of(STAGES[1], "COPY")).split()
    assert project["project"]["readme"] in copied
    assert set(project["tool"]["setuptools"]["dynamic"]["dependencies"]["file"]) <= set(copied)
    assert {f"{name}/" for name in project["tool"]["setuptools"]["packages"]} <= set(copied)
    locked = (ROOT / "requirements.txt").read_text()
    assert all(re.search(rf"^{name}==", locked, re.MULTILINE) for name in ("setuptools", "babel", "granian"))


def test_the_image_runs_our_command_as_nobody_in_particular() -> None:
    command = yaml.safe_load(words_of(STAGES[-1], "CMD")[-1])
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert command[0] in scripts
    assert _parser().parse_args(command[1:]).command == "serve"
    assert words_of(STAGES[-1], "USER") == [COMPOSE["services"]["site"]["user"]]
    assert int(COMPOSE["services"]["site"]["user"]) > 999


def test_ports_paths_and_variables_agree(app: Flask) -> None:
    site = COMPOSE["services"]["site"]
    assert words_of(STAGES[-1], "EXPOSE") == [ENVIRONMENT["MAPAPP_PORT"]]
    assert site["ports"][0].endswith(f":{ENVIRONMENT['MAPAPP_PORT']}")
    assert words_of(STAGES[-1], "VOLUME") == [ENVIRONMENT["MAPAPP_DATA_DIR"]]
    assert site["volumes"] == [f"data:{ENVIRONMENT['MAPAPP_DATA_DIR']}"]
    health = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", words_of(STAGES[-1], "HEALTHCHECK")[0])
    assert health
    assert health[1] == ENVIRONMENT["MAPAPP_PORT"]
    assert health[2] in {str(rule) for rule in app.url_map.iter_rules()}
    named = {name for name in ENVIRONMENT if name.startswith("MAPAPP_")} | set(site["environment"])
    assert named <= variables()


def test_compose_starts_with_the_example_filled_in_and_not_without() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = dict(re.findall(r"\$\{([A-Z_]+)(:[?-][^}]*)\}", text))
    assert set(used) == set(example)
    secrets = {name for name, default in used.items() if default.startswith(":?")}
    assert secrets == {"ATLAS_DATABASE_PASSWORD", "MAPAPP_SECRET_KEY"}
    assert not any(example[name] for name in secrets)
    filled = example | {name: "k" * 40 for name in secrets}

    def fill(value: str) -> str:
        return re.sub(r"\$\{([A-Z_]+):[?-]([^}]*)\}", lambda m: filled[m[1]] or m[2], value)

    given = {name: fill(str(value)) for name, value in COMPOSE["services"]["site"]["environment"].items()}
    settings = read_settings(given)
    assert settings.database_url.startswith("postgresql+psycopg://atlas:kkk")
    assert "@database:5432/atlas" in settings.database_url


def test_the_database_is_ours_alone() -> None:
    site, database = COMPOSE["services"]["site"], COMPOSE["services"]["database"]
    for service in (site, database):
        assert service["read_only"] is True
        assert "/tmp" in service["tmpfs"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert service["user"] not in ("root", "0")
        assert all(volume.split(":")[0] in COMPOSE["volumes"] for volume in service["volumes"])
        assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert "ports" not in database
    assert database["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert re.match(r"postgis/postgis:1[5-9]-3\.", database["image"])
    assert database["healthcheck"]["test"][1] == "pg_isready"
    assert site["depends_on"]["database"]["condition"] == "service_healthy"
    # The server sorts and folds as the private one of `make run` does.
    private = Path(cluster.__file__).read_text()
    assert all(option in private for option in database["environment"]["POSTGRES_INITDB_ARGS"].split())


@pytest.fixture
def project() -> Iterator[Path]:
    """The project as the image has it: files that nobody may write."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-container-"))
    for name in SERVING:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    shutil.rmtree(folder)


def who_runs() -> dict[str, Any]:
    """Return how to run as somebody who may not write everywhere: not as root, where that can read the libraries."""
    if os.getuid() != 0:
        return {}
    someone: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []}
    readable = subprocess.run(["test", "-x", sys.executable], check=False, **someone).returncode == 0
    return someone if readable else {}


def test_the_command_of_the_image_serves_from_files_it_cannot_write(atlas_engine: Engine, project: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = sorted(project.rglob("*"))
    environment = {
        **ENVIRONMENT,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(project),
        "DATABASE_URL": atlas_engine.url.render_as_string(hide_password=False),
        "MAPAPP_SECRET_KEY": "k" * 40,
        "MAPAPP_HOST": "127.0.0.1",
        "MAPAPP_PORT": str(port),
        "MAPAPP_WORKERS": "1",
    }
    command = yaml.safe_load(words_of(STAGES[-1], "CMD")[-1])
    script = Path(sys.executable).with_name(command[0])
    process = subprocess.Popen(
        [sys.executable, str(script), *command[1:]],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **who_runs(),
    )
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{address}/healthz/ready", timeout=4) as ready:
                    assert ready.status == 200
                    break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, process.stdout and process.stdout.read()
                assert time.monotonic() < until, "not ready within a minute"
                time.sleep(0.2)
        with urllib.request.urlopen(f"{address}/practices.geojson", timeout=10) as answer:
            assert answer.headers["Content-Type"] == "application/geo+json"
            assert len(answer.read()) > 100_000
    finally:
        process.send_signal(signal.SIGTERM)
        said, _none = process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM), said
    assert sorted(project.rglob("*")) == before
