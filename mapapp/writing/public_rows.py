"""Writes the rows of one public record from its values: columns, texts, terms, territories, photos, documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from .. import contacts
from ..models.account import Organisation
from ..models.place import Place
from ..models.practice import Practice, PracticeTerm, PracticeTerritory, PracticeText
from ..models.project import Project
from ..models.proposal import Photo, PracticePhoto
from ..models.region import Region
from ..models.service import Service, ServiceText
from ..queries.values import SERVICE_TEXTS, TEXTS
from .documents import write_documents
from .linking import link_places

TABLES: dict[str, Any] = {"practice": Practice.__table__, "service": Service.__table__}
TEXT_TABLES: dict[str, Any] = {"practice": PracticeText.__table__, "service": ServiceText.__table__}
TEXT_FIELDS = {"practice": TEXTS, "service": SERVICE_TEXTS}
_PLAIN = {
    "practice": [
        "place_name",
        "country",
        "location_kind",
        "organisation",
        "organisation_type",
        "partners",
        "programmes",
        "start_year",
        "end_year",
        "status",
        "budget_eur",
        "website",
        "source_title",
        "source_url",
    ],
    "service": [
        "category",
        "organisation",
        "place_name",
        "country",
        "address",
        "location_kind",
        "languages",
        "phone",
        "website",
        "opening_hours",
        "temporarily_closed",
        "source_url",
    ],
}
_TERMS = {"themes": "theme", "dimensions": "dimension", "target_groups": "target_group"}
_LEVEL = {"address": 3, "municipality": 3, "region": 2, "country": 0}  # of the territory that a point of a kind is in

# Outlines are drawn at 1:3 million: a point on the shore may lie a little outside of its own.
_NUTS = text("""
SELECT code FROM territory, (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point) AS here
WHERE level = :level AND ST_DWithin(outline, point, CASE WHEN country = :country THEN 0.1 ELSE 0 END)
ORDER BY country = :country DESC, outline <-> point, code LIMIT 1
""")


class Unpublishable(Exception):
    """A value that leads nowhere; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _one(connection: Connection, column: Any, key: Any, value: Any, field: str) -> Any:
    """Return the column of the row that a value names; None for no value."""
    if value is None:
        return None
    found = connection.execute(select(column).where(key == value)).scalar_one_or_none()
    if found is None:
        raise Unpublishable(field)
    return found


def _point(location: Mapping[str, Any] | None) -> str | None:
    return f"SRID=4326;POINT({float(location['lon'])} {float(location['lat'])})" if location else None


def nuts_code(connection: Connection, values: Mapping[str, Any]) -> str | None:
    """Return the NUTS code of the territory that a record's point lies in, as small as its kind is precise; a region
    that is one territory is that one. None without a point or outside of all."""
    place, kind = values["location"], values["location_kind"]
    covered = values.get("territories") or []
    if kind == "region" and len(covered) == 1:
        return str(covered[0])
    if not place:
        return None
    given = {"lon": place["lon"], "lat": place["lat"], "country": values["country"], "level": _LEVEL[kind]}
    return connection.execute(_NUTS, given).scalar_one_or_none()


def _columns(connection: Connection, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: values[name] for name in _PLAIN[kind]} | contacts.of(values)
    columns["location"] = _point(values["location"])
    columns["owner_id"] = _one(connection, Organisation.id, Organisation.slug, values["owner"], "owner")
    # A place that a newer gazetteer has lost is found again by its name.
    place = select(Place.geoname_id).where(Place.geoname_id == values["place_id"])
    columns["place_id"] = connection.execute(place).scalar_one_or_none() if values["place_id"] else None
    if kind == "practice":
        columns["project_id"] = _one(connection, Project.id, Project.slug, values["project"], "project")
    else:
        columns["region_id"] = _one(connection, Region.id, Region.slug, values["region"], "region")
    return columns


def create(connection: Connection, kind: str, slug: str, version: int, values: Mapping[str, Any]) -> int:
    """Write a new record; return its id. Raises Unpublishable."""
    table = TABLES[kind]
    columns = _columns(connection, kind, values)
    if kind == "practice":
        columns["nuts_code"] = nuts_code(connection, values)
    statement = insert(table).values(slug=slug, version=version, **columns).returning(table.c.id)
    record_id = int(connection.execute(statement).scalar_one())
    _write_parts(connection, kind, record_id, version, values)
    return record_id


def change(
    connection: Connection,
    kind: str,
    record_id: int,
    version: int,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
) -> None:
    """Bring a record to new values and a new version; `before` are those that it has. Raises Unpublishable."""
    table = TABLES[kind]
    columns = _columns(connection, kind, values)
    where = ("location", "location_kind", "country", "territories")
    # A code that somebody chose stays as long as the place does.
    if kind == "practice" and any(before[name] != values[name] for name in where):
        columns["nuts_code"] = nuts_code(connection, values)
    now = {"version": version, "updated_at": func.now()}
    connection.execute(update(table).where(table.c.id == record_id).values(**columns, **now))
    _write_parts(connection, kind, record_id, version, values)


def confirm(connection: Connection, kind: str, record_id: int, day: Any, by: str) -> None:
    """Note that a record's owner vouches for it: it is not marked as unconfirmed any more."""
    now = {"confirmed_on": day, "confirmed_by": by, "lapsed_on": None, "updated_at": func.now()}
    table = TABLES[kind]
    connection.execute(update(table).where(table.c.id == record_id).values(**now))


def _write_parts(connection: Connection, kind: str, record_id: int, version: int, values: Mapping[str, Any]) -> None:
    _write_texts(connection, kind, record_id, version, values)
    if kind == "practice":
        _write_lists(connection, record_id, values)
    if not connection.execute(select(TABLES[kind].c.place_id).where(TABLES[kind].c.id == record_id)).scalar_one():
        link_places(connection, {kind: [record_id]})
    write_documents(connection, kind, [record_id])


def _write_texts(connection: Connection, kind: str, record_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Write the texts that differ. A source text that changed carries the new version; a translation the version that
    its writer worked from, which is the new one where they do not name another."""
    table, fields = TEXT_TABLES[kind], TEXT_FIELDS[kind]
    owner = table.c[f"{kind}_id"]
    mine = owner == record_id
    there = {row.language: row for row in connection.execute(select(table).where(mine))}
    said, source = values["texts"], values["language"]
    if source not in said:
        raise Unpublishable("language")
    gone = there.keys() - said.keys()
    if gone:
        connection.execute(delete(table).where(mine, table.c.language.in_(gone)))
    if there and not (source in there and there[source].is_source):
        connection.execute(update(table).where(mine).values(is_source=False))  # there is one source at a time
    for language, words in said.items():
        old = there.get(language)
        same = old is not None and all(getattr(old, name) == words.get(name) for name in fields)
        if language == source:
            made_from = old.source_version if same and old is not None and old.is_source else version
        else:
            made_from = min(words.get("source_version") or version, version)
        row = {name: words.get(name) for name in fields} | {
            "origin": words.get("origin") or "author",
            "is_source": language == source,
            "source_version": made_from,
        }
        statement = upsert(table).values(**{owner.name: record_id, "language": language}, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=[owner.name, "language"], set_=row))


def _write_lists(connection: Connection, record_id: int, values: Mapping[str, Any]) -> None:
    terms = [
        {"practice_id": record_id, "vocabulary": vocabulary, "key": key, "position": position}
        for field, vocabulary in _TERMS.items()
        for position, key in enumerate(dict.fromkeys(values[field]))
    ]
    _replace(connection, PracticeTerm, record_id, terms)
    codes = [{"practice_id": record_id, "code": code} for code in dict.fromkeys(values["territories"])]
    _replace(connection, PracticeTerritory, record_id, codes)
    photos = [
        {"practice_id": record_id, "photo_id": one["id"], "position": at, "alt": one["alt"], "credit": one["credit"]}
        for at, one in enumerate(values["photos"])
    ]
    wanted = {str(one["photo_id"]) for one in photos}
    if wanted:
        known = connection.execute(select(Photo.id).where(Photo.id.in_(wanted))).scalars()
        if {str(one) for one in known} != wanted:
            raise Unpublishable("photos")
    _replace(connection, PracticePhoto, record_id, photos)


def _replace(connection: Connection, model: Any, record_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(delete(model).where(model.practice_id == record_id))
    if rows:
        connection.execute(insert(model), list(rows))
