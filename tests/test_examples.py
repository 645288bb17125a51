"""The examples on the page "Use this data" and in docs/gis.md work as they stand, against a running site."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.test_downloads import rows_of

GUIDE = Path(__file__).parent.parent / "docs" / "gis.md"
SHOWN = "https://your-atlas"
RSCRIPT = shutil.which("Rscript")
HOUSING = "theme=housing"
SECONDS = 120


@pytest.fixture
def examples(client: Any, live_server: str) -> dict[str, str]:
    """The examples of the page by name, their addresses those of the running site."""
    page = client.get("/de/data", headers={"Accept": "text/html"}, base_url=live_server).text
    return {name: unescape(code) for name, code in re.findall(r'<code data-example="(\w+)">(.*?)</code>', page, re.S)}


@pytest.fixture
def guide(live_server: str) -> dict[str, str]:
    """The examples of the guide by language, those of one language together."""
    found: dict[str, str] = {}
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.S | re.M):
        found[language] = found.get(language, "") + code.replace(SHOWN, live_server)
    return found


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sized(client: Any, query: str = HOUSING) -> int:
    return json.loads(client.get(f"/practices.geojson?{query}").data)["numberMatched"]


def test_curl_takes_tables_and_packages(examples: dict[str, str], client: Any, tmp_path: Path) -> None:
    run("bash", "-e", "-c", examples["curl"], folder=tmp_path)
    rows = rows_of((tmp_path / "practices.csv").read_bytes())
    assert {row["country"] for row in rows} == {"AT"}
    assert (tmp_path / "practices.gpkg").read_bytes().startswith(b"SQLite format 3")
    assert len(json.loads((tmp_path / "housing.json").read_bytes())["features"]) == sized(client)


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="gdal-bin is not installed")
def test_gdal_asks_for_what_it_needs(examples: dict[str, str], client: Any, tmp_path: Path) -> None:
    run("bash", "-e", "-c", examples["gdal"], folder=tmp_path)
    found = json.loads((tmp_path / "austria.geojson").read_bytes())["features"]
    assert len(found) == sized(client, "country=AT")


def test_python_reads_with_what_it_has(examples: dict[str, str], client: Any, tmp_path: Path) -> None:
    assert len(run(sys.executable, "-c", examples["python"], folder=tmp_path).splitlines()) == sized(client)


def test_geopandas_finds_its_records(examples: dict[str, str], client: Any, tmp_path: Path) -> None:
    said = run(sys.executable, "-c", examples["geopandas"] + "\nprint(len(practices))", folder=tmp_path)
    assert said.splitlines()[-1] == str(sized(client))


def _needs_r() -> None:
    there = (
        RSCRIPT
        and not subprocess.run([RSCRIPT, "-e", "library(sf)"], capture_output=True, check=False, timeout=60).returncode
    )
    if not there:
        pytest.skip("R with the package sf is not installed")


def test_r_reads(examples: dict[str, str], client: Any, tmp_path: Path) -> None:
    _needs_r()
    said = run(str(RSCRIPT), "-e", examples["r"] + "\ncat(nrow(practices))", folder=tmp_path)
    assert said.endswith(str(sized(client)))


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="gdal-bin is not installed")
def test_the_guide_works_too(guide: dict[str, str], client: Any, tmp_path: Path) -> None:
    run("bash", "-e", "-c", guide["sh"], folder=tmp_path)
    for name in ("practices.gpkg", "at.geojson", "services.geojson"):
        assert (tmp_path / name).stat().st_size > 1000
    said = run(sys.executable, "-c", guide["python"] + "\nprint(len(practices), len(texts))", folder=tmp_path)
    practices, texts = map(int, said.splitlines()[-1].split())
    assert practices == sized(client)
    assert texts > sized(client, "country=AT")
    assert set(guide) == {"sh", "python", "r", "html"}


def test_the_guide_works_in_r(guide: dict[str, str], client: Any, tmp_path: Path) -> None:
    _needs_r()
    assert run(str(RSCRIPT), "-e", guide["r"] + "\ncat(nrow(practices))", folder=tmp_path).endswith(str(sized(client)))
