"""The archive: everything public as one ZIP that outlives the site. Pages to read without a server, files for
programs, the tables as they are, and checksums; and the way back into an empty database.
"""

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, g, render_template
from sqlalchemy import Engine

from . import i18n
from .factory import create_app
from .formats import fields
from .queries import archive
from .settings import Settings
from .writing.reference import Progress
from .writing.restoring import NotRestored, restore

FORMAT = "practice-atlas-archive/1"
SUMS, ABOUT = "SHA256SUMS", "archive.json"
LARGEST = 4 * 1024**3  # bytes of an archive when unpacked
#: What the site itself gives away, and where it lies in the archive.
FILES = (
    ("/practice-atlas.gpkg?lang=all", "files/practice-atlas.gpkg"),
    ("/catalog.ttl", "files/catalog.ttl"),
    ("/events.ics", "files/events.ics"),
    ("/services.hsds.json", "files/services.hsds.json"),
    *(
        (f"/{one.plural}.{ending}?lang=all", f"files/{one.plural}.{ending}")
        for one in fields.COLLECTIONS.values()
        for ending in ("csv", "geojson")
    ),
    *((f"/practices.map.html?lang={lang}", f"map.{lang}.html") for lang in i18n.LANGUAGES),
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same records make the same archive


def _pages(app: Flask) -> Iterator[tuple[str, bytes]]:
    """Give a page for each collection and language, and one that leads to them."""
    client = app.test_client()
    for lang in i18n.LANGUAGES:
        with app.test_request_context(f"/{lang}/data"):
            g.lang = lang
            sizes = {}
            for one in fields.COLLECTIONS.values():
                found = json.loads(client.get(f"/{one.plural}.geojson?lang={lang}").data)
                sizes[one.plural] = found["numberMatched"]
                page = render_template("archive/collection.html", lang=lang, collection=one, found=found)
                yield f"{one.plural}.{lang}.html", page.encode()
            start = render_template("archive/index.html", lang=lang, sizes=sizes, files=[name for _path, name in FILES])
            yield f"index.{lang}.html", start.encode()
            if lang == i18n.LANGUAGES[0]:
                yield "index.html", start.encode()
    yield "archive.css", Path(__file__).with_name("static").joinpath("archive.css").read_bytes()


def _members(settings: Settings, engine: Engine) -> Iterator[tuple[str, bytes]]:
    app = create_app(settings, engine)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for table in archive.PUBLIC:
            yield f"tables/{table}.csv", b"".join(archive.copy_out(connection, table))
    for path, name in FILES:
        answer = app.test_client().get(path)
        if answer.status_code != 200:
            raise NotRestored(f"{path}: {answer.status_code}")
        yield name, answer.data
    yield from _pages(app)
    about = {"format": FORMAT, "site": settings.site_name, "licence": fields.LICENCE_URL, "tables": archive.PUBLIC}
    yield ABOUT, json.dumps(about, indent=1).encode()


def write(settings: Settings, engine: Engine, target: Path) -> int:
    """Write the archive of a database as a ZIP file; return how many files are in it."""
    sums = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _members(settings, engine):
            file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        file.writestr(zipfile.ZipInfo(SUMS, _EPOCH), "".join(sums))
    return len(sums)


def is_archive(path: Path | None) -> bool:
    """Tell whether a path is an archive rather than a folder of data files."""
    return path is not None and path.is_file() and zipfile.is_zipfile(path)


def _checked(file: zipfile.ZipFile) -> dict[str, Any]:
    """Return what an archive says of itself, after all of it was held against its checksums. Raises NotRestored."""
    if sum(one.file_size for one in file.infolist()) > LARGEST:
        raise NotRestored("the archive is too large")
    try:
        listed = io.TextIOWrapper(file.open(SUMS), encoding="utf-8").read().splitlines()
        about: dict[str, Any] = json.loads(file.read(ABOUT))
    except (KeyError, ValueError) as error:
        raise NotRestored(f"this is no archive of a practice atlas ({error})") from error
    if about.get("format") != FORMAT:
        raise NotRestored(f"the archive has the form {about.get('format')!r}; this program reads {FORMAT!r}")
    wanted = {name: digest for digest, _gap, name in (line.partition("  ") for line in listed)}
    for name in (ABOUT, *(f"tables/{table}.csv" for table in archive.PUBLIC)):
        if name not in wanted:
            raise NotRestored(f"the archive lacks {name}")
    for name, digest in wanted.items():
        try:
            with file.open(name) as content:
                true = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        except (KeyError, zipfile.BadZipFile) as error:
            raise NotRestored(f"{name} cannot be read") from error
        if true != digest:
            raise NotRestored(f"{name} is not what was archived: its checksum differs")
    return about


def load(engine: Engine, path: Path, progress: Progress) -> dict[str, int]:
    """Read an archive into an empty migrated database; return the rows of each table. Raises NotRestored."""
    from geodata import gazetteer, nuts

    with zipfile.ZipFile(path) as file, tempfile.TemporaryDirectory() as name:
        _checked(file)
        tables = {}
        for table in archive.PUBLIC:
            tables[table] = Path(name) / f"{table}.csv"
            with tables[table].open("wb") as out, file.open(f"tables/{table}.csv") as content:
                while block := content.read(1024 * 1024):
                    out.write(block)
        return restore(engine, tables, nuts.reference_file(), gazetteer.reference_file(), progress)
