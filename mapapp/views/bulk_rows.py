"""The rows of a table that was sent, as proposals to be: checked by the practice form, compared with what is public."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g
from flask_babel import gettext as _

from .. import contacts, countries, i18n
from ..folding import fold
from ..forms import practice, table
from ..forms.coordinates import NotCoordinates, Point, parse
from ..forms.fields import Sent
from ..forms.parts import LANGUAGES, walk
from ..queries import records, vocabulary
from ..queries.values import Known
from ..writing.moderation import Draft
from ..writing.uploads import Upload
from . import asked, bulk_places, drafting, form_words, locating, offering
from .bulk_places import first
from .form_words import Told
from .keeping import kept

ROUNDED = 1e-6  # degrees: our own files give a point so exactly
CUT = 251  # bytes: a text as long as that has been cut by a Shapefile, which has room for 254, between two letters


class Line(NamedTuple):
    """A row as it was understood. `state`: new, change, same, wrong, empty. `wrong` is what stands against it, `notes`
    what was assumed; `values` are those of the form, `draft` what it becomes."""

    number: int
    title: str
    title_language: str
    place: str
    state: str
    wrong: list[Told]
    notes: list[str]
    draft: Draft | None


class _Row(NamedTuple):
    number: int
    cells: Mapping[str, table.Cell]
    point: Point | None
    area: bool
    ragged: bool


def words() -> table.Words:
    """Return what the words in cells stand for, in every language of the site."""
    found: table.Words = kept("words of tables", g.lang, lambda: {"all": _read_words()})["all"]
    return found


def _read_words() -> table.Words:
    terms: dict[str, dict[str, str]] = {}
    for one in vocabulary.all_words(asked.connection()):
        terms.setdefault(one.vocabulary, {})[fold(one.words)] = one.key
    offers = offering.offers(None)
    for name, options in offers.terms.items():
        terms.setdefault(name, {}).update({fold(key): key for key, _words in options})
    languages = {fold(i18n.language_name(code, lang)): code for lang in i18n.LANGUAGES for code in LANGUAGES}
    languages |= {fold(i18n.own_name(code)): code for code in LANGUAGES}
    projects: dict[str, str] = {}
    for slug, said in offers.projects:
        short, _colon, title = said.partition(": ")
        projects |= {fold(word): slug for word in (slug, said, short, title) if word}
    named = countries.by_name((*i18n.LANGUAGES, "fr", "es", "nl", "el", "pl"))
    return table.Words(terms, named, languages, projects)


def _rows(upload: Upload) -> list[_Row]:
    found = []
    for number, cells, placed, ragged in upload.sheet["rows"]:
        named = {target: cell for target, cell in zip(upload.columns, cells, strict=True) if target}
        point = Point(placed[0], placed[1]) if placed else None
        found.append(_Row(number, named, point, bool(placed and placed[2]), ragged))
    return found


def lines(upload: Upload) -> list[Line]:
    """Return every row of a table as it is understood now."""
    known, offers = words(), offering.offers(None)
    defaults = table.Defaults(**upload.defaults)
    return [_line(upload, row, known, offers, defaults) for row in _rows(upload)]


def _line(upload: Upload, row: _Row, known: table.Words, offers: offering.Offered, defaults: table.Defaults) -> Line:
    if table.nothing_said(row.cells, row.point):
        return Line(row.number, "", "", "", "empty", [], [], None)
    slug = table.line(row.cells.get("slug", ""))
    there = records.known(asked.connection(), "practice", slug) if slug else None
    notes: list[str] = []
    if there is not None and not drafting.may_see_contact(slug):
        there = there._replace(values=contacts.apart(there.values))
        if any(table.line(row.cells.get(name, "")) for name in contacts.FIELDS):
            notes.append(_("The contact of this practice stays: its organisation or the moderators change it."))
    if there is not None and upload.kind == "shp.zip":
        row = _without_what_was_cut(row, there, notes)
    if slug and there is None:
        notes.append(_("There is no practice “%(slug)s” on this site, so a new one is made.", slug=slug[:80]))
    given = _begin(row, known, defaults, there, notes)
    if there is not None:
        offers = offering.offers(there.values)
    form = practice.make(given, offering.lookups(offers), g.lang)
    practice.check(form, True)
    locating.question(form)
    wrong = [Told("", "", fault.say(_)) for fault in table.faults(row.cells, row.ragged)] + form_words.told(form)
    values = practice.clean(form, there.values if there else None)
    state = "wrong" if wrong else "new" if there is None else "change"
    if there is not None and (not wrong or not _touched(form, given, there)) and values == _as_it_is(there, offers):
        state, wrong = "same", []
    text: dict[str, Any] = values["texts"].get(values["language"]) or next(iter(values["texts"].values()), {})
    draft = _draft(upload, row, values, slug, there) if state in ("new", "change") else None
    place = ", ".join(part for part in (values["place_name"], i18n.country_name(values["country"], g.lang)) if part)
    title = (text.get("title") or "")[:200]
    return Line(row.number, title, values["language"] or "", place, state, wrong, notes, draft)


def _begin(row: _Row, known: table.Words, defaults: table.Defaults, there: Known | None, notes: list[str]) -> Sent:
    """Return what the form would have been sent for a row."""
    code = table.line(row.cells.get("nuts", ""))
    if there is None:
        given = table.begin(row.cells, row.point, known, defaults)
        if first(given, "coordinates") and not first(given, "location_kind"):
            given["location_kind"] = ["region" if row.area else defaults.location_kind]
        notes += bulk_places.find(given, code)
        locating.fill(given)
        return given
    before = practice.to_form(there.values)
    given = Sent({name: list(values) for name, values in before.items()})
    table.overlay(given, row.cells, row.point, known, defaults)
    _keep_what_only_looks_different(given, before)
    if first(given, "coordinates") == first(before, "coordinates") and any(
        first(given, name) != first(before, name) for name in ("place_name", "country")
    ):
        given |= {"coordinates": [], "place_id": []}
        if first(given, "location_kind") == "none":
            given["location_kind"] = []
        notes += bulk_places.find(given, code)
    if first(given, "coordinates") and first(given, "location_kind") in ("", "none"):
        given["location_kind"] = [defaults.location_kind]
    return given


def _without_what_was_cut(row: _Row, there: Known, notes: list[str]) -> _Row:
    """Return a row of a Shapefile without the texts that it has cut: half a text must not replace a whole one."""
    cut = {name: cell for name, cell in row.cells.items() if len(table.line(cell).encode()) >= CUT}
    whole = [_flat(value) for values in practice.to_form(there.values).values() for value in values]
    if not all(any(one.startswith(_flat(table.line(cell))) for one in whole) for cell in cut.values()):
        notes.append(_("A Shapefile cuts long texts off; those stay as they are. Please send them in another form."))
    return row._replace(cells={name: cell for name, cell in row.cells.items() if name not in cut})


def _flat(text: str) -> str:
    """Return a text as a Shapefile has it: no lines, semicolons between the items of a list."""
    return " ".join(text.replace(";", " ").split())


def _point(text: str) -> Point | None:
    try:
        return parse(text, g.lang)
    except NotCoordinates:
        return None


def _keep_what_only_looks_different(given: Sent, before: Sent) -> None:
    """Undo what our own files round or replace: the last digits of a point, a semicolon inside of a list."""
    now, was = _point(first(given, "coordinates")), _point(first(before, "coordinates"))
    if now and was and max(abs(now.latitude - was.latitude), abs(now.longitude - was.longitude)) <= ROUNDED:
        given["coordinates"] = before["coordinates"]
    for name in ("partners", "programmes"):
        if first(given, name) == first(before, name).replace(";", ","):
            given[name] = before[name]


def _as_it_is(there: Known, offers: offering.Offered) -> dict[str, Any]:
    """Return a record as its own form would send it."""
    form = practice.make(practice.to_form(there.values), offering.lookups(offers), g.lang)
    practice.check(form, False)
    return practice.clean(form, there.values)


def _touched(form: Any, given: Sent, there: Known) -> bool:
    """Tell whether any field that is wrong says something else than the record does."""
    before = practice.to_form(there.values)
    names = [field.name for field in walk(form) if field.errors]
    return any(given.get(name, []) != before.get(name, []) for name in names)


def _draft(upload: Upload, row: _Row, values: dict[str, Any], slug: str, there: Known | None) -> Draft:
    return Draft(
        kind="practice",
        values=values,
        action="change" if there else "create",
        slug=slug if there else None,
        base_version=there.version if there else None,
        organisation=drafting.organisation_of(values),
        key=f"table:{upload.id}:{row.number}",
        language=g.lang,
    )
