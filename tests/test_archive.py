"""The archive: everything public in one file that is read without a server, and back into a database."""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from mapapp import archiving
from mapapp.factory import create_app
from mapapp.queries import archive
from mapapp.settings import Settings
from mapapp.writing.restoring import NotRestored


@pytest.fixture(scope="module")
def archived(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the starting data."""
    folder = tmp_path_factory.mktemp("archive")
    path = folder / "atlas.zip"
    archiving.write(Settings(data_dir=folder, secret_key="x" * 40), engine, path)
    return path


def silent(_kind: str, _done: int, _total: int) -> None:
    """Say nothing."""


def tables(engine: Engine) -> dict[str, bytes]:
    with engine.connect() as connection:
        return {name: b"".join(archive.copy_out(connection, name)) for name in archive.PUBLIC}


def test_an_archive_read_back_is_the_same_database(
    archived: Path, engine: Engine, empty_engine: Engine, settings: Settings
) -> None:
    counts = archiving.load(empty_engine, archived, silent)
    assert counts["practice"] > 100
    before, after = tables(engine), tables(empty_engine)
    assert set(before) == set(archive.PUBLIC)
    for name in archive.PUBLIC:
        assert after[name] == before[name], name
    here, there = (create_app(settings, one).test_client() for one in (engine, empty_engine))
    for path in ("/practices.geojson?lang=all", "/services.csv?lang=de", "/regions.geojson", "/de/feed.atom?q=Wohnen"):
        assert there.get(path).data == here.get(path).data
    with empty_engine.begin() as connection:  # new records get numbers of their own
        connection.execute(
            text("INSERT INTO practice (slug, country, source_url) VALUES ('new', 'AT', 'https://example.org')")
        )
    with pytest.raises(NotRestored, match="already"):
        archiving.load(empty_engine, archived, silent)


def test_an_archive_is_whole_and_read_without_a_server(archived: Path, client: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(archived) as file:
        file.extractall(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    listed = dict(reversed(line.split("  ")) for line in (tmp_path / "SHA256SUMS").read_text().splitlines())
    assert names == set(listed) | {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    for name in names:
        if name.endswith(".html") and not name.startswith("map."):
            page = (tmp_path / name).read_text(encoding="utf-8")
            links = re.findall(r'(?:href|src)="([^"]+)"', page)
            assert links
            assert {link for link in links if not link.startswith(("http://", "https://"))} <= names, name
            assert not re.findall(r'<(?:link|img|script)[^>]*"(?:https?:)?//', page)
    practices = (tmp_path / "practices.de.html").read_text(encoding="utf-8")
    assert practices.count("<article") == client.get("/practices.geojson").get_json(force=True)["numberMatched"]
    assert "Begegnungscafé" in practices


def test_an_archive_that_was_changed_is_refused(archived: Path, empty_engine: Engine, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(archived) as old, zipfile.ZipFile(changed, "w") as new:
        for one in old.infolist():
            content = old.read(one)
            new.writestr(one, content.replace(b"Imst", b"Tsmi") if one.filename == "tables/practice.csv" else content)
    with pytest.raises(NotRestored, match=r"practice\.csv"):
        archiving.load(empty_engine, changed, silent)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(NotRestored, match="no archive"):
        archiving.load(empty_engine, other, silent)
    assert archiving.is_archive(other)
    shutil.copy(__file__, tmp_path / "no.zip")
    assert not archiving.is_archive(tmp_path / "no.zip")
    assert not archiving.is_archive(tmp_path)


def test_an_archive_holds_what_is_public_and_nothing_else() -> None:
    named = {name for table in archive.PUBLIC for name in archive.columns(table)}
    assert "slug" in named
    assert not [name for name in named if re.search(r"account|password|token|mail|secret", name)]
