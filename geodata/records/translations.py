"""Translated texts of records, grouped by record and language. All of them were made by machine."""

from typing import NamedTuple

from mapapp.writing.incoming import Text

from .. import cells
from ..reading import BadRow, Row
from .checking import Files

PRACTICE_TRANSLATIONS = ("slug", "language", "title", "summary")
RECORD_TRANSLATIONS = ("record_type", "slug", "language", "field", "text")

# The field of the file, the column of the table; the first of each kind must be there.
_FIELDS = {
    "project": {field: field for field in ("title", "aims", "measures", "benefits", "location")},
    "region": {"name": "name", "authority_role_summary": "authority_role"},
    "service": {"name": "name"},
    "event": {"title": "title"},
    "evaluation": {"strength": "strength", "room_for_improvement": "room_for_improvement"},
}
_OPTIONAL = frozenset({"evaluation"})  # kinds of which no field must be there


class _Group(NamedTuple):
    kind: str
    key: str
    language: str


def read_translations(files: Files) -> dict[tuple[str, str], Row]:
    """Put the translations into `files.texts`; return for each kind and key the first row that translates it."""
    first: dict[tuple[str, str], Row] = {}
    _read_practices(files, first)
    _read_records(files, first)
    return first


def _read_practices(files: Files, first: dict[tuple[str, str], Row]) -> None:
    seen: set[tuple[str, str]] = set()
    for row in files.tables["practice_translations.csv"].rows:
        slug, language = row.need("slug", cells.slug, ""), _language(row)
        values = {"title": row.need("title", cells.title, ""), "summary": row.read("summary", cells.text)}
        if (slug, language) in seen:
            row.refuse("language", f"'{language}' was there before for '{slug}'")
        if row.problems:
            files.bad.extend(row.problems)
            continue
        seen.add((slug, language))
        first.setdefault(("practice", slug), row)
        files.texts.setdefault(("practice", slug), []).append(Text(language, values))


def _read_records(files: Files, first: dict[tuple[str, str], Row]) -> None:
    groups: dict[_Group, dict[str, str | None]] = {}
    rows: dict[_Group, Row] = {}
    for row in files.tables["record_translations.csv"].rows:
        kind = row.need("record_type", _kind, "")
        group = _Group(kind, row.need("slug", cells.text, ""), _language(row))
        column = _FIELDS.get(kind, {}).get(row.need("field", cells.text, ""))
        if kind and row["field"] and column is None:
            row.refuse("field", f"'{row['field']}' is not a translated field of a {kind}")
        words = row.need("text", cells.text, "")
        if column in groups.get(group, {}):
            row.refuse("field", f"'{row['field']}' was there before for '{group.key}' in {group.language}")
        if row.problems or column is None:
            files.bad.extend(row.problems)
            continue
        rows.setdefault(group, row)
        groups.setdefault(group, {})[column] = words
    for group, found in groups.items():
        columns = list(_FIELDS[group.kind].values())
        row = rows[group]
        if group.kind not in _OPTIONAL and columns[0] not in found:
            files.bad.append(
                BadRow(row.file, row.line, "field", f"'{group.key}' has no {columns[0]} in {group.language}")
            )
            continue
        first.setdefault((group.kind, group.key), row)
        values = {column: found.get(column) for column in columns}
        files.texts.setdefault((group.kind, group.key), []).append(Text(group.language, values))


def _kind(cell: str) -> str:
    if cell not in _FIELDS:
        raise ValueError(f"'{cell}' is not one of {', '.join(_FIELDS)}")
    return cell


def _language(row: Row) -> str:
    language = row.need("language", cells.language, "")
    if language == "en":
        row.refuse("language", "'en' is the language of the sources, not a translation")
    return language


def check_translated(files: Files, first: dict[tuple[str, str], Row]) -> None:
    """Report translations of records that are not there, once all records have been read."""
    for (kind, key), row in first.items():
        if key not in files.usable.get(kind, ()):
            reason = f"'{key}' is not the slug of a usable {kind}"
            files.bad.append(BadRow(row.file, row.line, "slug", reason))
