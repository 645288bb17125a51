"""The archive: everything public in one file that is read without a server, and back into a database."""

import hashlib
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from markupsafe import escape
from PIL import Image
from sqlalchemy import Engine, text

from mapapp import archiving, command_line
from mapapp.database import Base
from mapapp.factory import create_app
from mapapp.forms import pictures
from mapapp.queries import archive
from mapapp.settings import Settings
from mapapp.writing import photos
from mapapp.writing.restoring import NotRestored

from .proposing import actor, evaluate, practice_values, propose, publish, service_values, titled

SECRET = "canary"  # in everything that is not public
SHOWN = "garden-of-languages"
LEFT = "('imst-abc-cafe', 'imst-marjam')"
RECORDS = ("practice", "service", "region", "project", "event", "need")
ADDRESSES = (
    "/practices.geojson?lang=all",
    "/practices.csv?theme=dwelling",
    "/services.csv?lang=de",
    "/regions.geojson",
    "/de/feed.atom?q=Wohnen",
    "/changes.json",
)


class Archived(NamedTuple):
    path: Path
    engine: Engine
    settings: Settings
    photo: str


def _photo(connection: Any, data_dir: Path, account: int, colour: str) -> str:
    sent = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(sent, "JPEG")
    return str(photos.take(connection, data_dir, pictures.read(sent.getvalue()), account))


def _fill(engine: Engine, data_dir: Path) -> str:
    """Leave a few records, add one of everything that people can add; return the photo that everybody may see."""
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM practice WHERE slug NOT IN {LEFT}"))
        connection.execute(text("UPDATE term SET retired_at = now() WHERE key = 'rural-development'"))
        connection.execute(text("INSERT INTO former_term VALUES ('theme', 'dwelling', 'housing')"))
        connection.execute(
            text(
                "INSERT INTO site_setting (name, language, value) VALUES ('name', '', 'Atlas of Tests'), "
                "('welcome', 'de', 'Willkommen im *Probelauf*'), ('privacy', 'en', 'Nothing is kept.'), "
                "('fresh_months', '', '77'), ('canary', '', 'canary')"
            )
        )
        by, moderator = actor(connection, "partner", f"{SECRET}-association"), actor(connection, "moderator")
        connection.execute(text("UPDATE organisation SET name = 'The gardeners'"))  # shown as who has confirmed
        shown, hidden = (_photo(connection, data_dir, by.id, colour) for colour in ("teal", "crimson"))
        told = {"alt": {"en": "A garden in spring", "de": "Ein Garten im Frühling"}, "credit": "The gardeners"}
        publish(
            connection, by, moderator, practice_values(photos=[told | {"id": shown}], owner=f"{SECRET}-association")
        )
        other = publish(connection, by, moderator, titled("Gone and merged"))
        publish(connection, moderator, actor(connection, "admin"), {"into": SHOWN}, action="merge", slug=other)
        other = publish(connection, by, moderator, titled("Gone for good"))
        publish(connection, by, moderator, {}, action="retire", slug=other, note=f"{SECRET}: for the moderators")
        vouching = actor(connection, "partner", "vouching-association")
        owned = service_values(source_url=None, owner="vouching-association")
        publish(connection, vouching, moderator, owned, kind="service")
        waiting = titled(f"{SECRET} garden", photos=[{"id": hidden, "alt": {"en": SECRET}, "credit": SECRET}])
        propose(connection, by, waiting, note=SECRET)
        evaluate(connection, SHOWN, ["REGIN", "Other"])
        connection.execute(text("UPDATE account SET name = 'canary', mail = 'canary' || id || '@example.org'"))
        connection.execute(text("UPDATE organisation SET website = 'https://canary.example.org'"))
        connection.execute(text("INSERT INTO loaded_record VALUES ('canary', 'canary', 'canary', 1)"))
        connection.execute(text("INSERT INTO checked_link (address) VALUES ('https://example.org/canary')"))
    return shown


@pytest.fixture(scope="module")
def archived(postgis: Any, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    """The archive of a small site with one of everything, and the site."""
    engine = postgis.clone("template_atlas", f"archived_{worker_id}")
    folder = tmp_path_factory.mktemp("archive")
    settings = Settings(data_dir=folder, secret_key="x" * 40, contact="atlas@example.org")
    photo = _fill(engine, folder)
    assert command_line.archive(settings, engine, folder / "atlas.zip") == 0
    assert command_line.archive(settings, engine, folder / "atlas.zip") == 1, "what is there is not written over"
    yield Archived(folder / "atlas.zip", engine, settings, photo)
    postgis.drop(engine)


@pytest.fixture(scope="module")
def opened(archived: Archived) -> Path:
    """The folder that an archive is unpacked to."""
    folder = archived.path.parent / "opened"
    with zipfile.ZipFile(archived.path) as file:
        file.extractall(folder)
    return folder


@pytest.fixture
def emptied(atlas_engine: Engine) -> Engine:
    """A database without records that has its territories and places, most of the work, already."""
    with atlas_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(archive.PUBLIC)}, loaded_record RESTART IDENTITY CASCADE"))
    return atlas_engine


def silent(_kind: str, _done: int, _total: int) -> None:
    """Say nothing."""


def tables(engine: Engine) -> dict[str, bytes]:
    with engine.connect() as connection:
        return {name: b"".join(archive.copy_out(connection, name)) for name in archive.PUBLIC}


def test_an_archive_read_back_is_the_same_site(
    archived: Archived, emptied: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = replace(archived.settings, data_dir=tmp_path)
    assert command_line._load(emptied, own, archived.path) == 0
    counts = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    before, after = tables(archived.engine), tables(emptied)
    for name in archive.PUBLIC:
        assert int(counts[name]) > 0, name
        assert after[name] == before[name], name
    here = create_app(archived.settings, archived.engine).test_client()
    there = create_app(own, emptied).test_client()
    photo = f"/photos/{archived.photo}/large.webp"
    for path in (*ADDRESSES, photo):
        with here.get(path) as mine, there.get(path) as theirs:
            assert mine.status_code == 200, path
            assert theirs.data == mine.data, path
    moved = there.get("/en/practices/gone-and-merged")
    assert (moved.status_code, moved.location) == (301, f"/en/practices/{SHOWN}")
    assert there.get("/en/practices/gone-for-good").status_code == 410
    page = there.get("/de/", headers={"Accept": "text/html"}).text
    assert "Atlas of Tests" in page
    assert "<em>Probelauf</em>" in page
    with emptied.begin() as connection:  # new records get numbers of their own
        connection.execute(
            text("INSERT INTO practice (slug, country, source_url) VALUES ('new', 'AT', 'https://example.org')")
        )
    with pytest.raises(NotRestored, match="already"):
        archiving.load(emptied, archived.path, silent, tmp_path)


def test_an_archive_is_whole_and_read_without_a_server(archived: Archived, opened: Path) -> None:
    names = {path.relative_to(opened).as_posix() for path in opened.rglob("*") if path.is_file()}
    listed = dict(reversed(line.split("  ")) for line in (opened / "SHA256SUMS").read_text().splitlines())
    assert names == set(listed) | {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((opened / name).read_bytes()).hexdigest() == digest
    pages = [name for name in names if name.endswith(".html") and not name.startswith("map.")]
    assert len(pages) > 10
    for name in pages:
        page = (opened / name).read_text(encoding="utf-8")
        links = re.findall(r'(?:href|src)="([^"]+)"', page)
        assert links
        here = {link.partition("#")[::2] for link in links if not link.startswith(("http://", "https://"))}
        assert {file or name for file, _place in here} <= names, name
        for file, place in here:
            other = (opened / (file or name)).read_text(encoding="utf-8") if place else ""
            assert not place or f'id="{place}"' in other, (name, file, place)
        assert not re.findall(r'<(?:link|img|script)[^>]*"(?:https?:)?//', page)
    practices = (opened / "practices.de.html").read_text(encoding="utf-8")
    with archived.engine.connect() as connection:
        assert practices.count("<article") == connection.execute(text("SELECT count(*) FROM practice")).scalar()
    for plural in ("events", "needs"):
        page = (opened / f"{plural}.de.html").read_text(encoding="utf-8")
        with archived.engine.connect() as connection:
            number = connection.execute(text(f"SELECT count(*) FROM {plural[:-1]}")).scalar()
        assert page.count("<article") == number > 0
        assert {f"files/{plural}.csv", f"files/{plural}.geojson"} <= names
    assert "Begegnungscafé" in practices
    assert f'src="media/{archived.photo}-medium.webp" alt="Ein Garten im Frühling"' in practices
    assert len(list((opened / "media").iterdir())) == len(pictures.SIZES)
    assert "<em>Probelauf</em>" in (opened / "index.de.html").read_text(encoding="utf-8")


def _articles(opened: Path, plural: str, lang: str) -> dict[str, str]:
    page = (opened / f"{plural}.{lang}.html").read_text(encoding="utf-8")
    return dict(re.findall(r'<article id="([^"]+)">(.*?)</article>', page, re.S))


@pytest.mark.parametrize("lang", ["en", "de", "it"])
def test_pages_of_an_archive_say_what_was_said_counted_and_reported_as_the_site_does(
    archived: Archived, opened: Path, lang: str
) -> None:
    client = create_app(archived.settings, archived.engine).test_client()
    evaluation = r'<dl>\s*<div><dt>(?:(?!<dl>).)*?<p class="criterion-source">.*?</p>'
    report = r"<li>\s*<p>(?:(?!<li>).)*? · .*?</li>"
    figure = r'<tr><th scope="row">([^<]*)</th><td class="number">([^<]*)</td>'  # in the table of all of them
    figure += r'<td[^>]*>([^<]*)</td><td>([^<]*)</td><td><a href="([^"]+)"'
    unit, dated = "<span[^>]*>([^<]*)", r'class="hint">([^<]*) · <a href="([^"]+)"'
    shown = dict.fromkeys(("practices", "regions", "projects"), 0)
    for plural in shown:
        for slug, article in _articles(opened, plural, lang).items():
            page = client.get(f"/{lang}/{plural}/{slug}").text
            if plural == "regions":
                wanted = re.findall(figure, page)
                assert re.findall(f"<div><dt>([^<]*)</dt><dd>([^<]*) {unit}</span>.*?{dated}", article) == wanted, slug
            elif plural == "projects":
                part = page.partition('<ul class="press">')[2].partition("</ul>")[0]
                wanted = re.findall(report, part, re.S)
                assert re.findall(report, article.partition('<ul class="press">')[2], re.S) == wanted, slug
            else:
                wanted = re.findall(evaluation, page, re.S)
                assert re.findall(evaluation, article, re.S) == wanted, slug
            shown[plural] += len(wanted)
    assert min(shown.values()) > 0, shown
    said = _articles(opened, "practices", lang)[SHOWN]
    marked = '<dd lang="en" dir="ltr">' if lang != "en" else "<dd>"
    for words in (f"{marked}Asked under REGIN", f"{marked}Forty interviews", "A region · ", "2024", "REGIN 2.1"):
        assert words in said
    assert "Asked under Other" not in said, "the site shows one framework"
    with archived.engine.connect() as connection:
        general = connection.execute(text("SELECT title FROM media_report WHERE project_id IS NULL")).scalars().all()
    pages = "".join(_articles(opened, "projects", lang).values())
    assert not any(str(escape(title)) in pages for title in general), "no page of the site shows them"


def test_nothing_that_is_not_public_is_in_an_archive(opened: Path) -> None:
    holding = [
        path.name for path in opened.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes().lower()
    ]
    assert holding == []
    package = opened / "files" / "practice-atlas.gpkg"
    with sqlite3.connect(package) as file:
        assert SECRET not in "\n".join(file.iterdump()).lower()
    file.close()
    settings = (opened / "tables" / "site_setting.csv").read_text()
    assert "fresh_months" not in settings
    assert "Nothing is kept." in settings


def test_every_table_and_column_is_held_or_withheld() -> None:
    decided = [*archive.PUBLIC, *archive.REFERENCE, *archive.MADE, *archive.WITHHELD]
    assert sorted(decided) == sorted(Base.metadata.tables), "say in queries/archive.py whether this table is public"
    for name, held in archive.PUBLIC.items():
        stored = sorted(column.name for column in Base.metadata.tables[name].columns if column.computed is None)
        said = sorted([*held.columns.split(), *held.withheld.split()])
        assert said == stored, f"say in queries/archive.py whether this column of {name} is public"
        assert set(held.only) <= set(held.columns.split())


def test_an_archive_without_a_photo_is_none_and_one_of_two_states_is_begun_again(
    archived: Archived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRestored, match="folder of photos"):
        archiving.write(replace(archived.settings, data_dir=tmp_path / "lost"), archived.engine, tmp_path / "a.zip")
    begun = []

    def members(*_given: object) -> Iterator[tuple[str, bytes]]:
        begun.append(1)
        yield "hello.txt", b"hello"
        if len(begun) < moved:
            with archived.engine.begin() as connection:
                connection.execute(text("UPDATE data_version SET version = version + 1 WHERE collection = 'site'"))

    monkeypatch.setattr(archiving, "_members", members)
    moved = 9
    with pytest.raises(NotRestored, match="change while"):
        archiving.write(archived.settings, archived.engine, tmp_path / "a.zip")
    assert (len(begun), list(tmp_path.glob("a.*"))) == (archiving.TRIES, [])
    moved, begun[:] = 2, []
    assert archiving.write(archived.settings, archived.engine, tmp_path / "a.zip") == 1
    assert [path.name for path in tmp_path.glob("a.*")] == ["a.zip"]


@pytest.mark.browser
def test_an_archive_is_browsed_from_disk(archived: Archived, opened: Path, browser: Any) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto((opened / "index.html").as_uri())
    page.get_by_role("link", name="Deutsch").click()
    page.get_by_role("link", name="Praxisbeispiele").click()
    photo = page.get_by_role("img", name="Ein Garten im Frühling")
    photo.scroll_into_view_if_needed()
    photo.evaluate("image => image.decode()")
    assert photo.evaluate("image => image.naturalWidth") == 400
    page.get_by_role("link", name="Atlas of Tests").first.click()
    page.get_by_role("link", name="Karte").click()
    page.wait_for_selector(".folium-map canvas")
    assert said == []
    context.close()


def test_an_archive_that_was_changed_is_refused(archived: Archived, emptied: Engine, tmp_path: Path) -> None:
    def made(name: str, changes: dict[str, bytes | None], summed: bool) -> Path:
        """Return a copy with other files, or without them; its checksums right all the same if `summed`."""
        content = {}
        with zipfile.ZipFile(archived.path) as old:
            content = {one: old.read(one) for one in old.namelist()} | changes
        kept = {one: data for one, data in content.items() if data is not None}
        if summed:
            lines = [
                f"{hashlib.sha256(data).hexdigest()}  {one}\n" for one, data in kept.items() if one != "SHA256SUMS"
            ]
            kept["SHA256SUMS"] = "".join(lines).encode()
        with zipfile.ZipFile(tmp_path / name, "w") as new:
            for one, data in kept.items():
                new.writestr(one, data)
        return tmp_path / name

    with zipfile.ZipFile(archived.path) as old:
        practices, files = old.read("tables/practice.csv"), old.namelist()
    photo = next(name for name in files if name.endswith("large.webp"))
    table = "tables/practice.csv"
    for number, (changes, summed, words) in enumerate(
        (
            ({table: practices.replace(b"Imst", b"Tsmi")}, False, r"practice\.csv"),
            ({table: practices.replace(b"country", b"canary", 1)}, True, "unknown columns"),
            ({table: practices.replace(b",AT,", b",Austria,")}, True, "does not fit"),
            ({photo: b"<html>"}, True, "is no photo"),
            ({photo: None}, True, "lacks media/"),
            ({"archive.json": b"[]"}, True, "does not say its form"),
            ({"archive.json": b'{"format": "practice-atlas-archive/2"}'}, True, "has the form"),
            ({table: practices.replace(b"\n", b"\n,", 1)}, True, r"does not fit \(practice, line 2"),
        )
    ):
        with pytest.raises(NotRestored, match=words):
            archiving.load(emptied, made(f"{number}.zip", changes, summed), silent, tmp_path)
    with emptied.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM term")).scalar() == 0
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(NotRestored, match="no archive"):
        archiving.load(emptied, other, silent, tmp_path)


def test_what_is_no_archive_or_a_part_of_one_is_refused_in_a_line(
    archived: Archived, emptied: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = archived.path.read_bytes()
    shutil.copy(__file__, tmp_path / "no.zip")
    (tmp_path / "part.zip").write_bytes(whole[: len(whole) // 2])
    for number, start in enumerate(range(len(whole) - 3000, len(whole) - 100, 290)):  # in the list of its files
        (tmp_path / f"damaged-{number}.zip").write_bytes(whole[:start] + bytes(40) + whole[start + 40 :])
    worn = (whole[at : at + 5000] + b"\xaa" * 9 for at in range(0, len(whole), 5009))
    (tmp_path / "worn.zip").write_bytes(b"".join(worn))
    for path in sorted(tmp_path.glob("*.zip")):
        with pytest.raises(NotRestored):
            archiving.load(emptied, path, silent, tmp_path)
    own = replace(archived.settings, data_dir=tmp_path)
    assert command_line._load(emptied, own, tmp_path / "nothing.zip") == 1
    assert capsys.readouterr().err == f"mapapp: {tmp_path}/nothing.zip: No such file or directory\n"
    assert command_line.archive(own, archived.engine, tmp_path / "nowhere" / "a.zip") == 1
    assert "nowhere/a.zip cannot be written: No such file or directory" in capsys.readouterr().err


def test_records_in_an_archive_name_the_site_by_its_own_address(archived: Archived, opened: Path) -> None:
    practices = json.loads((opened / "files" / "practices.geojson").read_text())
    assert archived.settings.address != "http://localhost"
    for one in (practices["source"], practices["features"][0]["properties"]["url"]):
        assert one.startswith(f"{archived.settings.address}/")
    about = json.loads((opened / "archive.json").read_text())
    assert (about["source"], about["changed"]) == (practices["source"], _newest(archived.engine))
    assert about["attribution"] == practices["attribution"]


def _newest(engine: Engine) -> str:
    parts = " UNION ALL ".join(f"SELECT max(updated_at) AS at FROM {name}" for name in RECORDS)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT max(at) FROM ({parts}) AS every")).scalar_one()
    return f"{found:%Y-%m-%dT%H:%M:%SZ}"
