"""Tables of practices: sent, its columns named, looked at row by row, confirmed; then one proposal for each row."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ..errors import Problem
from ..formats import fields, reading, templates
from ..forms import table
from ..forms.fields import N_, Fault, tidy
from ..forms.parts import LANGUAGES, LOCATION_KINDS
from ..queries import geometries, records
from ..writing import attempts, auditing, moderation, uploads
from ..writing.uploads import Upload
from . import acting, asked, bulk_rows, drafting, form_words, guarding, offering, trying, wording
from .answering import always_fresh

blueprint = Blueprint("bulk", __name__)

FIELD = "table"  # of the form: the file
LARGEST_FORM = reading.LARGEST + 256 * 1024
SENT_EACH_HOUR = attempts.Limit(40, trying.HOUR)
ROLES = ("partner", "moderator", "admin")
LOCATED = ("lat", "lon", "coordinates")
LABELS = {
    "place_name": N_("Name of the place"),
    "description_language": N_("Language of the longer texts"),
    "nuts": N_("NUTS code"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "coordinates": N_("Coordinates in one column"),
    "slug": N_("Name of the practice in its address here (slug)"),
}
REASONS = {
    "unknown_kind": N_(
        "This kind of file is not taken. Please send CSV, XLSX, GeoJSON, GeoPackage, KML, FlatGeobuf, GeoParquet or a "
        "Shapefile as ZIP."
    ),
    "not_this_kind": N_("This file is not what the end of its name says. Please save it anew."),
    "empty": N_("This file is empty."),
    "no_headings": N_("The first row must hold the headings of the columns; it is empty."),
    "no_rows": N_("There are no rows below the headings."),
    "too_many_rows": N_("There are more than %(most)s rows. Please send them in several files."),
    "too_many_columns": N_("There are more columns than can be read. Please leave out those that are not needed."),
    "too_much_text": N_("A cell, or the whole file, holds more text than can be read."),
    "too_large": N_("This file is larger than %(megabytes)s MB. Please send it in parts."),
    "encoding": N_("The letters of this file cannot be read. Please save it as “CSV UTF-8”."),
    "too_slow": N_("This file takes too long to read. Please send it in parts, or as CSV."),
    "other_records": N_("These are other records of this site. A table can only hold practices."),
    "no_such_layer": N_("There is no such table in the file."),
    "unknown_crs": N_("The coordinates of this file are in an unknown system. Please save it in WGS 84 (EPSG:4326)."),
    "broken": N_("This file is damaged or too large to be read. Please save it anew, for example as CSV."),
    "no_file": N_("Please choose a file first."),
    "too_often": N_("That were very many files. Please go on in an hour."),
    "busy": N_("Other files are being read just now. Please try again in a minute."),
}


class Column(NamedTuple):
    """A column of the table: its heading, some of its cells, and what it is taken for."""

    number: int
    heading: str
    samples: list[str]
    target: str


@dataclass
class Refused(Exception):
    """A file that is not taken, and why."""

    reason: str


def _say(reason: str) -> str:
    given = {"most": reading.MOST_ROWS, "megabytes": reading.LARGEST // 1024**2}
    return Fault(REASONS.get(reason, REASONS["broken"]), given).say(_)


def _status(reason: str) -> int:
    return 503 if reason == "busy" else 422


def _me() -> acting.Me:
    one = acting.me()
    if one is None:
        raise acting.denied()
    return one


def _start(problem: str = "", status: int = 200) -> Any:
    page = render_template("contribute/upload.html", problem=problem, largest=reading.LARGEST, most=reading.MOST_ROWS)
    return page, status


@blueprint.get("/<lang:lang>/contribute/upload")
@acting.needs(*ROLES)
def index(lang: str) -> Any:
    """How to send a table, and the files to begin with."""
    return _start()


@blueprint.post("/<lang:lang>/contribute/upload")
@acting.needs(*ROLES)
@guarding.takes(LARGEST_FORM)
def send(lang: str) -> Any:
    """Take a file; nothing of it is stored in the database."""
    try:
        upload = _take()
    except Refused as refused:
        return _start(_say(refused.reason), _status(refused.reason))
    return redirect(url_for("bulk.look", upload=upload.id), 303)


def _take() -> Upload:
    one, file = _me(), request.files.get(FIELD)
    if file is None or not file.filename:
        raise Refused("no_file")
    content = file.stream.read(reading.LARGEST + 1)
    if len(content) > reading.LARGEST:
        raise Refused("too_large")
    with acting.transaction() as connection:
        if attempts.take(connection, attempts.Try(f"table:account:{one.id}", SENT_EACH_HOUR)):
            raise Refused("too_often")
    try:
        kind = reading.kind_of(file.filename, content[:1000])
    except reading.Unreadable as error:
        raise Refused(error.reason) from error
    folder = asked.settings().data_dir
    upload_id = uploads.keep(folder, kind, content)
    own = [organisation.slug for organisation in one.organisations]
    defaults = {
        "language": g.lang,
        "location_kind": "municipality",
        "owner": own[0] if len(own) == 1 else "",
        "source_title": "",
    }
    name = tidy(file.filename.replace("\\", "/").rsplit("/", 1)[-1])[:100]
    try:
        upload = Upload(upload_id, one.id, name, kind, _read(upload_id, kind), [], defaults)
    except Refused:
        uploads.remove(folder, upload_id)
        raise
    upload = upload._replace(columns=_guessed(upload))
    uploads.save(folder, upload)
    return upload


def _read(upload_id: UUID, kind: str, layer: str | None = None) -> dict[str, Any]:
    """Return what a file holds, its geometries as points in degrees."""
    path = uploads.file_of(asked.settings().data_dir, upload_id, kind)
    try:
        sheet = reading.read(path, kind, layer)
    except reading.Unreadable as error:
        raise Refused(error.reason) from error
    if _others(sheet):
        raise Refused("other_records")
    shapes = {number: row.geometry for number, row in enumerate(sheet.rows) if row.geometry}
    points = geometries.points(asked.connection(), shapes, _srid(sheet)) if shapes else {}
    rows = [(row.number, row.cells, points.get(number), row.ragged) for number, row in enumerate(sheet.rows)]
    return sheet._asdict() | {"rows": rows}


def _others(sheet: reading.Sheet) -> bool:
    """Tell whether a table is one of our own with records of another kind, whose slugs may be those of practices."""
    pages = tuple(f"/{one.plural}/" for one in fields.COLLECTIONS.values() if one is not fields.PRACTICE)
    if "url" not in sheet.headings:
        return False
    column = sheet.headings.index("url")
    found = [text for row in sheet.rows if (text := table.line(row.cells[column]))]
    site = f"{wording.base()}/"
    return bool(found) and all(one.startswith(site) and any(page in one for page in pages) for one in found)


def _srid(sheet: reading.Sheet) -> int:
    authority, _colon, code = (sheet.crs or "EPSG:4326").partition(":")
    if authority == "OGC" and code == "CRS84":
        return 4326
    if authority == "EPSG" and code.isdigit() and geometries.knows(asked.connection(), int(code)):
        return int(code)
    raise Refused("unknown_crs")


def _guessed(upload: Upload) -> list[str]:
    headings = upload.sheet["headings"]
    found = table.guess(headings, {label_of(target): target for target in table.TARGETS})
    if any(row[2] for row in upload.sheet["rows"]):  # the points of the map itself
        found = ["" if target in LOCATED else target for target in found]
    if "id" in headings and "slug" not in found:  # our own GeoJSON names its records so
        number = headings.index("id")
        first = [table.line(row[1][number]) for row in upload.sheet["rows"][:3]]
        if any(slug and records.known(asked.connection(), "practice", slug) for slug in first):
            found[number] = "slug"
    return found


def label_of(target: str) -> str:
    """Return what a target of columns is called in the language of the page."""
    name, _colon, language = target.partition(":")
    words = _(LABELS[name]) if name in LABELS else form_words.label_of(name)
    if not language:
        return words
    names = dict(offering.offers(None).languages)
    return _("%(field)s (%(language)s)", field=words, language=names.get(language, language))


def _upload(upload_id: UUID) -> Upload:
    found = uploads.find(asked.settings().data_dir, upload_id, _me().id)
    if found is None:
        raise Problem(
            404,
            _("This table is not here any more"),
            _("Tables that are not confirmed are kept for one day. Or it was confirmed already."),
            _("Look at your contributions, or send the file once more."),
        )
    return found


@blueprint.get("/<lang:lang>/contribute/upload/<uuid:upload>")
@acting.needs(*ROLES)
def look(lang: str, upload: UUID) -> Any:
    """What the columns are taken for, and every row as it was understood."""
    return _page(_upload(upload))


def _page(upload: Upload, problem: str = "", status: int = 200) -> Any:
    found = bulk_rows.lines(upload)
    offers = offering.offers(None)
    targets = [*table.TARGETS, *sorted({target for target in upload.columns if ":" in target})]
    page = render_template(
        "contribute/upload_look.html",
        upload=upload,
        columns=_columns(upload),
        targets=[(target, label_of(target)) for target in targets],
        lines=[one for one in found if one.state != "empty"],
        number={state: sum(one.state == state for one in found) for state in ("new", "change", "same", "wrong")},
        seen=_seen(found),
        spoken=offers.languages,
        kinds=LOCATION_KINDS,
        owners=offers.organisations,
        by_row=upload.kind in reading.TABLES,
        heading_of=_headings(upload),
        problem=problem,
    )
    return page, status


def _columns(upload: Upload) -> list[Column]:
    rows = upload.sheet["rows"]
    found = []
    for number, heading in enumerate(upload.sheet["headings"]):
        cells = (table.line(row[1][number]) for row in rows)
        samples = list(dict.fromkeys(cell[:60] for cell in cells if cell))[:3]
        found.append(Column(number, heading, samples, upload.columns[number]))
    return found


def _headings(upload: Upload) -> Mapping[str, str]:
    """Return the heading of the column that gives a field of the form, by the field's plain name."""
    named = zip(upload.columns, upload.sheet["headings"], strict=True)
    found = {target.partition(":")[0]: heading for target, heading in named if target}
    located = next((found[name] for name in LOCATED if name in found), None)
    return found | ({"coordinates": located} if located else {})


def _seen(found: list[bulk_rows.Line]) -> str:
    """Return what stands for the rows as they were shown: only what was seen is confirmed."""
    drafts = [[one.draft.slug, one.draft.base_version, one.draft.values] for one in found if one.draft]
    return hashlib.sha256(orjson.dumps(drafts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


@blueprint.post("/<lang:lang>/contribute/upload/<uuid:upload>")
@acting.needs(*ROLES)
def decide(lang: str, upload: UUID) -> Any:
    """Name the columns anew, throw the table away, or make proposals of its rows."""
    found = _upload(upload)
    do = request.form.get("do", "")
    if do == "forget":
        uploads.remove(asked.settings().data_dir, upload)
        return redirect(url_for("bulk.index"), 303)
    if do in ("submit", "draft"):
        return _confirm(found, send=do == "submit")
    try:
        found = _named(found)
    except Refused as refused:
        return _page(found, _say(refused.reason), _status(refused.reason))
    uploads.save(asked.settings().data_dir, found)
    return redirect(url_for("bulk.look", upload=upload) + "#rows", 303)


def _named(upload: Upload) -> Upload:
    """Return a table with what its sender now says of it."""
    form = request.form
    layer = form.get("layer")
    if layer and layer != upload.sheet["layer"] and layer in upload.sheet["layers"]:
        upload = upload._replace(sheet=_read(upload.id, upload.kind, layer))
        return upload._replace(columns=_guessed(upload))
    columns: list[str] = []
    for number, before in enumerate(upload.columns):
        target = form.get(f"column-{number}", before)
        columns.append(target if table.is_target(target) and target not in columns else "")
    own = [slug for slug, _words in offering.offers(None).organisations]
    kinds = {"language": LANGUAGES, "location_kind": LOCATION_KINDS, "owner": (*own, "")}
    chosen = {name: form[name] for name, known in kinds.items() if form.get(name) in known}
    chosen["source_title"] = tidy(form.get("source_title", ""))[:300]
    return upload._replace(columns=columns, defaults=upload.defaults | chosen)


def _confirm(upload: Upload, send: bool) -> Any:
    """Make one proposal of each row that is right: all of them, or none when anything stands in the way."""
    lines = bulk_rows.lines(upload)
    drafts = [one.draft for one in lines if one.draft]
    if request.form.get("seen") != _seen(lines):
        return _page(upload, _("Something has changed since you looked. Please look again and confirm then."), 409)
    if not drafts:
        return _page(upload, _("There is no row to be sent."), 422)
    who = drafting.actor()
    try:
        with acting.transaction() as connection:
            saved = [moderation.save_draft(connection, who, draft) for draft in drafts]
            if send:
                moderation.submit_many(connection, who, saved, asked.mail_site())
            auditing.note(
                connection, "table_taken", account_id=who.id, address=request.remote_addr, rows=len(saved), sent=send
            )
    except moderation.Refused as refused:
        raise drafting.refusal(refused) from refused
    except moderation.Conflict:
        return _page(upload, _("Some of these rows were confirmed before and have moved on. Nothing was changed."), 409)
    uploads.remove(asked.settings().data_dir, upload.id)
    return redirect(url_for("contribute.mine"), 303)


@blueprint.get("/<lang:lang>/contribute/upload/practices.<ending>")
@always_fresh
@acting.needs(*ROLES)
def template(lang: str, ending: str) -> Response:
    """An empty table with the right headings; the workbook also lists the words that can be chosen."""
    if ending not in templates.MEDIA_TYPES:
        abort(404)
    offers = offering.offers(None)
    listed = [
        (table_name, key, said)
        for table_name, vocabulary in table.VOCABULARIES.items()
        for key, said in offers.terms[vocabulary]
    ]
    headings = (_("Column"), _("Write this"), _("It means"))
    try:
        made = templates.make(ending, headings, listed)
    except reading.Unreadable as error:  # others are read just now
        raise Problem(503, _("This is not possible just now"), _say(error.reason)) from error
    response = Response(made, content_type=templates.MEDIA_TYPES[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="practices.{ending}"'
    return response
