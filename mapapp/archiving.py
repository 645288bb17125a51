"""The archive: everything public as one ZIP that outlives the site. Pages to read without a server, files for
programs, photos, the tables as they are, and checksums; and the way back into an empty database.
"""

import csv
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, g, render_template
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine

from . import i18n
from .factory import create_app
from .formats import fields
from .forms.pictures import SIZES
from .queries import archive, data_version, export, practice_page, projects, regions, site, territories
from .queries import archive_pages as pages
from .queries import photos as shown
from .settings import Settings
from .views import openness, taking, wording
from .views.downloads import LAYERS
from .views.figures import figures_of
from .views.practices import profile
from .writing import photos
from .writing.reference import Progress
from .writing.restoring import NotRestored, restore

FORMAT = "practice-atlas-archive/1"
SUMS, ABOUT = "SHA256SUMS", "archive.json"
LARGEST = 16 * 1024**3  # bytes of an archive when unpacked
BLOCK = 1024 * 1024  # bytes
BROKEN = (KeyError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)  # what damaged ZIP files raise
TRIES = 3  # an archive shows one state of the data: while records change, it is begun again
#: What the site itself gives away, and where it lies in the archive.
FILES = (
    ("/practice-atlas.gpkg?lang=all", "files/practice-atlas.gpkg"),
    ("/catalog.ttl", "files/catalog.ttl"),
    ("/events.ics", "files/events.ics"),
    ("/services.hsds.json", "files/services.hsds.json"),
    *(
        (f"/{one.plural}.{ending}?lang=all", f"files/{one.plural}.{ending}")
        for one in LAYERS
        for ending in ("csv", "geojson")
    ),
    *((f"/practices.map.html?lang={lang}", f"map.{lang}.html") for lang in i18n.LANGUAGES),
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same records make the same archive


def _media(photo: object, size: str) -> str:
    """Return where a photo lies in an archive."""
    return f"media/{photo}-{size}.webp"


def _features(
    client: FlaskClient, one: fields.Collection, lang: str, known: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Return the records of a collection that are among those known by slug: others came while this is written, and
    it is begun again."""
    found = json.loads(client.get(f"/{one.plural}.geojson?lang={lang}").data)["features"]
    return [feature for feature in found if feature["id"] in known]


def _day(written: str) -> str:
    """Return the day of a day or moment as files say it, on the clock of the site and in the language of the page."""
    found = datetime.fromisoformat(written)
    return i18n.day(wording.on_our_clock(found) if found.tzinfo else found.date(), g.lang)


def _spoken(field: fields.Field, told: Mapping[str, Any]) -> str | None:
    """Return the language of a field's value; None where it is no text of the record's translations."""
    if field.kind != "text" or not field.sql.startswith(("t.", "d.")):
        return None
    longer = told.get("description_language") if field.sql.startswith("d.") else None
    return longer or told.get("language")


def _linked(features: Mapping[str, list[dict[str, Any]]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the records that belong to a project or a region: by their collection, then by its slug."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for plural, field in (("practices", "project"), ("events", "project"), ("services", "region"), ("needs", "region")):
        grouped = found.setdefault(plural, {})
        for feature in features[plural]:
            grouped.setdefault(feature["properties"][field], []).append(feature)
    return found


def _last_change(connection: Connection) -> datetime | None:
    """Return when a record last changed."""
    return max((at for one in LAYERS if (at := export.last_change(connection, one.name))), default=None)


def _beside(connection: Connection, collection: fields.Collection, lang: str) -> dict[str, Any]:
    """Return what the pages of a collection's records show of other tables: each by slug, as the pages show it."""
    found: dict[str, Any] = {"made": pages.made(connection, collection.name, lang)}
    if collection in (fields.PRACTICE, fields.SERVICE):
        found["vouched"] = pages.vouched(connection, collection.name)
    if collection is fields.PRACTICE:
        evaluated = practice_page.evaluations_of_all(connection, lang)
        found["profiles"] = {slug: profile(said, lang) for slug, said in evaluated.items()}
        found |= {"photos": shown.of_all(connection, lang), "only": pages.practices(connection, lang)}
    elif collection is fields.SERVICE:
        hours = pages.opening_hours(connection)
        found["weeks"] = {slug: openness.week(hours.get(slug, ()), lang) for slug in found["made"]}
    elif collection is fields.REGION:
        figures = regions.figures_of_all(connection)
        found["figures"] = {slug: figures_of(one).shown for slug, one in figures.items()}
        found["roles"] = pages.together(pages.roles(connection), "region", "project")
    elif collection is fields.PROJECT:
        found["roles"] = pages.together(pages.roles(connection), "project", "region")
        found |= {"press": projects.press_of_all(connection), "local": pages.local_titles(connection)}
    return found


def _territories(connection: Connection, features: Mapping[str, list[dict[str, Any]]]) -> dict[str, territories.Named]:
    """Return the territories that records lie in or cover, by code."""
    codes = {one["properties"].get("nuts") for listed in features.values() for one in listed} - {None}
    return territories.named(connection, codes | pages.covered(connection))


def pages_of(app: Flask, connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Give a page for each collection and language, and one that leads to them."""
    client = app.test_client()
    for lang in i18n.LANGUAGES:
        with app.test_request_context(f"/{lang}/data"):
            g.lang = lang
            beside = {one.plural: _beside(connection, one, lang) for one in LAYERS}
            features = {one.plural: _features(client, one, lang, beside[one.plural]["made"]) for one in LAYERS}
            linked, named = _linked(features), _territories(connection, features)
            for one in LAYERS:
                page = render_template(
                    "archive/collection.html",
                    lang=lang,
                    collection=one,
                    features=features,
                    linked=linked,
                    territories=named,
                    spoken=_spoken,
                    day=_day,
                    media=_media,
                    **beside[one.plural],
                )
                yield f"{one.plural}.{lang}.html", page.encode()
            start = render_template(
                "archive/index.html",
                lang=lang,
                features=features,
                files=[name for _path, name in FILES],
                changed=_last_change(connection),
            )
            yield f"index.{lang}.html", start.encode()
            if lang == i18n.LANGUAGES[0]:
                yield "index.html", start.encode()
    yield "archive.css", Path(__file__).with_name("static").joinpath("archive.css").read_bytes()


def _photos(connection: Connection, data_dir: Path) -> Iterator[tuple[str, bytes]]:
    for photo in archive.photos(connection):
        for size in SIZES:
            file = photos.path(data_dir, photo, size)
            try:
                yield _media(photo, size), file.read_bytes()
            except FileNotFoundError as error:
                raise NotRestored(f"{file} is not there: bring back the folder of photos first") from error


def _members(settings: Settings, engine: Engine) -> Iterator[tuple[str, bytes]]:
    # Nobody asks over the network here: what is written names the site by its own address.
    app = create_app(replace(settings, base_url=settings.address), engine)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for table in archive.PUBLIC:
            yield f"tables/{table}.csv", b"".join(archive.copy_out(connection, table))
        yield from _photos(connection, settings.data_dir)
        for path, name in FILES:
            answer = app.test_client().get(path)
            if answer.status_code != 200:
                raise NotRestored(f"{path}: {answer.status_code}")
            yield name, answer.data
        yield from pages_of(app, connection)
        with app.test_request_context("/"):
            about = {
                "format": FORMAT,
                "site": site.read(connection, settings).name,
                "licence": fields.LICENCE_URL,
                "attribution": taking.attribution(),
                "source": f"{settings.address}/",
                "changed": taking.moment(_last_change(connection)),
                "tables": list(archive.PUBLIC),
            }
    yield ABOUT, json.dumps(about, indent=1).encode()


def write(settings: Settings, engine: Engine, target: Path) -> int:
    """Write the archive of a database as a ZIP file; return how many files are in it.

    Raises NotRestored where a photo is missing or the records change again and again while it is written; then there
    is no file.
    """
    unfinished = target.with_name(f"{target.name}.part")
    try:
        for _try in range(TRIES):
            before = _versions(engine)
            number = _pack(unfinished, _members(settings, engine))
            if _versions(engine) == before:
                unfinished.rename(target)
                return number
    finally:
        unfinished.unlink(missing_ok=True)
    raise NotRestored("records change while the archive is written; try again at a quieter hour")


def _pack(target: Path, members: Iterator[tuple[str, bytes]]) -> int:
    sums = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            packed = zipfile.ZIP_STORED if name.endswith(".webp") else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name, _EPOCH), content, packed)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        file.writestr(zipfile.ZipInfo(SUMS, _EPOCH), "".join(sums))
    return len(sums)


def _versions(engine: Engine) -> data_version.Versions:
    with engine.connect() as connection:
        return data_version.read(connection)


def _checked(file: zipfile.ZipFile) -> dict[str, Any]:
    """Return what an archive says of itself, after all of it was held against its checksums. Raises NotRestored."""
    if sum(one.file_size for one in file.infolist()) > LARGEST:
        raise NotRestored("the archive is too large")
    try:
        listed = io.TextIOWrapper(file.open(SUMS), encoding="utf-8").read().splitlines()
        about = json.loads(file.read(ABOUT))
    except BROKEN as error:
        raise NotRestored(f"this is no archive of a practice atlas, or a damaged one ({error})") from error
    if not isinstance(about, dict) or "format" not in about:
        raise NotRestored(f"this is no archive of a practice atlas: {ABOUT} does not say its form")
    if about["format"] != FORMAT:
        raise NotRestored(f"the archive has the form {about.get('format')!r}; this program reads {FORMAT!r}")
    wanted = {name: digest for digest, _gap, name in (line.partition("  ") for line in listed)}
    for name in (ABOUT, *(f"tables/{table}.csv" for table in archive.PUBLIC)):
        if name not in wanted:
            raise NotRestored(f"the archive lacks {name}")
    for name, digest in wanted.items():
        try:
            with file.open(name) as content:
                true = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        except BROKEN as error:
            raise NotRestored(f"{name} cannot be read") from error
        if true != digest:
            raise NotRestored(f"{name} is not what was archived: its checksum differs")
    return about


def _unpack(file: zipfile.ZipFile, member: str, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out, file.open(member) as content:
        shutil.copyfileobj(content, out, BLOCK)
    return target


def _bring_photos(file: zipfile.ZipFile, table: Path, data_dir: Path) -> None:
    """Put the photos that a table names into the data folder: files first, rows later."""
    with table.open(encoding="utf-8", newline="") as lines:
        try:
            named = [UUID(row["id"]) for row in csv.DictReader(lines)]
        except (KeyError, ValueError) as error:
            raise NotRestored(f"{table.name}: a photo without a name of its own") from error
    for photo in named:
        for size in SIZES:
            try:
                with file.open(_media(photo, size)) as content:
                    start = content.read(12)
            except KeyError as error:
                raise NotRestored(f"the archive lacks {_media(photo, size)}") from error
            if not (start.startswith(b"RIFF") and start.endswith(b"WEBP")):
                raise NotRestored(f"{_media(photo, size)} is no photo")
            _unpack(file, _media(photo, size), photos.path(data_dir, photo, size))


def load(engine: Engine, path: Path, progress: Progress, data_dir: Path) -> dict[str, int]:
    """Read an archive into an empty migrated database, its photos into the data folder; return the rows of each table.

    Raises NotRestored; then no row was written, and photos that came are reaped.
    """
    from geodata import gazetteer, nuts

    try:
        archive_file = zipfile.ZipFile(path)
    except BROKEN as error:
        raise NotRestored(f"{path} is no archive, or only a part of one ({error})") from error
    with archive_file as file, tempfile.TemporaryDirectory() as name:
        _checked(file)
        tables = {table: _unpack(file, f"tables/{table}.csv", Path(name) / f"{table}.csv") for table in archive.PUBLIC}

        def bring() -> None:
            _bring_photos(file, tables["photo"], data_dir)

        return restore(engine, tables, nuts.reference_file(), gazetteer.reference_file(), progress, bring)
