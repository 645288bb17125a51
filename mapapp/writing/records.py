"""Imports: everything an import brings becomes public rows in one transaction. The only place where they are committed.

A record is known by its key. One that its file gave before and that did not change since is not touched at all; one
whose file changed is updated and its version grows; one that was changed, merged or retired here since it was loaded is
kept as it is and reported. Nothing is deleted: what left its file is reported. A record also counts as changed when
something that is told with it has: its evaluations, memberships, figures, reports, or the place of its region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select, update

from .. import models
from ..models.loaded import LoadedRecord
from ..models.proposal import FormerRecord
from ..queries.vocabulary import former
from .documents import documents_missing, write_documents
from .incoming import Incoming, Point, Record, Text
from .linking import link_places
from .reference import Counts, Progress, write_places, write_terms, write_territories

ONE_AT_A_TIME = 7_240_118  # an advisory lock: two servers that start together do not load at once
VOCABULARIES = {"organisation_type": "organisation_type", "category": "service_category", "theme": "theme"}
LOADED: Table = LoadedRecord.__table__  # type: ignore[assignment]


class Kind(NamedTuple):
    """How records of a kind are kept: their table, the columns that identify them, their texts, what they refer to."""

    table: Any
    identity: tuple[str, ...]
    text: Any = None
    owner: str = ""  # the column of `text` and of the parts that holds the record's id
    references: Mapping[str, str] = {}  # column → kind
    parts: Mapping[str, Any] = {}

    def counted(self) -> bool:
        """Tell whether its records have versions and times of change; the `version` of an evaluation is that of its
        framework."""
        return "updated_at" in self.table.c


# In the order of their references.
KINDS: dict[str, Kind] = {
    "project": Kind(models.project.Project.__table__, ("slug",), models.project.ProjectText.__table__, "project_id"),
    "region": Kind(models.region.Region.__table__, ("slug",), models.region.RegionText.__table__, "region_id"),
    "membership": Kind(
        models.project.Membership.__table__,
        ("project_id", "region_id", "role"),
        references={"project_id": "project", "region_id": "region"},
    ),
    "practice": Kind(
        models.practice.Practice.__table__,
        ("slug",),
        models.practice.PracticeText.__table__,
        "practice_id",
        {"project_id": "project"},
        {
            "practice_term": models.practice.PracticeTerm.__table__,
            "practice_territory": models.practice.PracticeTerritory.__table__,
        },
    ),
    "evaluation": Kind(
        models.evaluation.Evaluation.__table__,
        ("practice_id", "framework", "criterion", "evaluator"),
        models.evaluation.EvaluationText.__table__,
        "evaluation_id",
        {"practice_id": "practice"},
    ),
    "service": Kind(
        models.service.Service.__table__,
        ("slug",),
        models.service.ServiceText.__table__,
        "service_id",
        {"region_id": "region"},
    ),
    "event": Kind(
        models.event.Event.__table__,
        ("slug",),
        models.event.EventText.__table__,
        "event_id",
        {"project_id": "project"},
    ),
    "media": Kind(models.media.MediaReport.__table__, ("outlet", "title"), references={"project_id": "project"}),
    "indicator": Kind(
        models.region.RegionIndicator.__table__,
        ("region_id", "indicator", "year"),
        references={"region_id": "region"},
    ),
    "need": Kind(
        models.need.Need.__table__,
        ("slug",),
        models.need.NeedText.__table__,
        "need_id",
        {"region_id": "region"},
    ),
}


# Records that are published at the place, or with the country, of regions.
_AT_REGIONS = {
    "project": (models.project.Membership.project_id, models.project.Membership.region_id),
    "need": (models.need.Need.id, models.need.Need.region_id),
}


class _Known(NamedTuple):
    id: int | None
    version: int


def write(engine: Engine, incoming: Incoming, progress: Progress) -> dict[str, Counts]:
    """Bring the public tables to what `incoming` says, in one transaction; return what happened by kind.

    `progress` is called with a kind, how many of its rows are done, and how many there are. Raises what PostgreSQL
    raises when a constraint refuses a row; then nothing was written.
    """
    written: dict[str, Counts] = {}
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        new_places = False
        if incoming.territories is not None:
            written["territory"] = write_territories(connection, incoming.territories, progress)
        if incoming.places is not None:
            written["place"] = write_places(connection, incoming.places, progress)
            new_places = bool(written["place"].added or written["place"].changed)
        written |= write_terms(connection, incoming.terms, incoming.labels, incoming.synonyms)
        moved = former(connection)
        ids: dict[str, dict[str, int]] = {}
        touched: dict[str, list[int]] = {}
        tellers: dict[str, set[int]] = {}
        places = _places(connection)
        for name in KINDS:
            records = [_as_merged(record, moved) for record in incoming.records if record.kind == name]
            progress(name, 0, len(records))
            counts, touched[name] = _write_kind(connection, name, records, ids, tellers)
            counts.left = _left(connection, name, incoming.present.get(name, frozenset()))
            written[name] = counts
            progress(name, len(records), len(records))
        _changed_now(
            connection,
            tellers,
            [region for region, where in _places(connection).items() if places.get(region, where) != where],
        )
        link_places(connection, None if new_places else touched)
        # Documents carry names of places, territories, projects and regions.
        names = new_places or touched["project"] or touched["region"]
        for collection in ("practice", "service"):
            everything = names or documents_missing(connection, collection)
            if everything or touched[collection]:
                write_documents(connection, collection, None if everything else touched[collection])
    return written


def _write_kind(
    connection: Connection,
    name: str,
    records: Sequence[Record],
    ids: dict[str, dict[str, int]],
    tellers: dict[str, set[int]],
) -> tuple[Counts, list[int]]:
    """Write the records of one kind; `ids` maps a kind and a key to an id and learns those of this kind, `tellers`
    learns by kind the ids of records that this kind is told with."""
    kind = KINDS[name]
    counts = Counts()
    known = _known(connection, kind)
    loaded = _loaded(connection, name)
    former = _former(connection)
    touched: list[int] = []
    fresh: list[tuple[Record, dict[str, object]]] = []
    for record in records:
        if _is_gone(kind, record, ids, former):
            counts.kept.append(record.key)
            continue
        row = _row(kind, record, ids)
        there = known.get(tuple(row.get(column) for column in kind.identity))
        sha256, version = loaded.get(record.key, ("", 0))
        if there is None and record.key in loaded:
            counts.kept.append(record.key)  # taken away here: an evaluation by which another was replaced
        elif there is None:
            fresh.append((record, row))
        elif sha256 == record.sha256():
            counts.unchanged += 1
        elif there.version != version:
            counts.kept.append(record.key)
        else:
            counts.changed += 1
            _change(connection, kind, record, row, there, tellers)
            if there.id is not None:
                touched.append(there.id)
    counts.added = len(fresh)
    touched += _add(connection, kind, fresh)
    for _record, row in fresh:
        _tell(kind, row, tellers)
    if "slug" in kind.identity:
        table = kind.table
        ids[name] = {slug: id_ for slug, id_ in connection.execute(select(table.c.slug, table.c.id))}
    return counts, touched


def _places(connection: Connection) -> dict[int, tuple[Any, ...]]:
    """Return where each region is: what projects and needs are published with."""
    region = KINDS["region"].table.c
    rows = connection.execute(select(region.id, region.country, func.ST_AsEWKB(region.location)))
    return {id_: tuple(where) for id_, *where in rows}


def _tell(kind: Kind, row: Mapping[Any, Any], tellers: dict[str, set[int]]) -> None:
    """Note which records a row is told with, where it has no time of change of its own."""
    if not kind.counted():
        for column, of_kind in kind.references.items():
            tellers.setdefault(of_kind, set()).update({row[column]} - {None})


def _changed_now(connection: Connection, tellers: Mapping[str, set[int]], moved: list[int]) -> None:
    """Note that records have changed, and those at the regions that moved: whoever follows the changes reads again."""
    for name in KINDS:
        ids = set(tellers.get(name, ()))
        if moved and name in _AT_REGIONS:
            theirs, region = _AT_REGIONS[name]
            ids |= set(connection.execute(select(theirs).where(region.in_(moved))).scalars())
        if ids:
            table = KINDS[name].table
            # Those that this load has written are changed already.
            mine = (table.c.id.in_(ids), table.c.updated_at < func.now())
            connection.execute(update(table).where(*mine).values(updated_at=func.now()))


def _as_merged(record: Record, moved: Mapping[tuple[str, str], str]) -> Record:
    """Return a record with the terms that those of its file were merged into here."""
    values = {
        column: moved[VOCABULARIES[column], str(value)]
        for column, value in record.values.items()
        if column in VOCABULARIES and (VOCABULARIES[column], str(value)) in moved
    }
    terms = record.parts.get("practice_term", ())
    if not values and not any((str(one["vocabulary"]), str(one["key"])) in moved for one in terms):
        return record
    renamed: dict[tuple[str, str], Mapping[str, object]] = {}
    for one in terms:
        vocabulary, key = str(one["vocabulary"]), str(one["key"])
        key = moved.get((vocabulary, key), key)
        renamed.setdefault((vocabulary, key), dict(one) | {"key": key})
    parts = dict(record.parts) | ({"practice_term": tuple(renamed.values())} if terms else {})
    return replace(record, values=dict(record.values) | values, parts=parts, said=record.sha256())


def _known(connection: Connection, kind: Kind) -> dict[tuple[object, ...], _Known]:
    """Return what the table has, by identity. Tables without a version count as never changed here."""
    columns = kind.table.c
    own = [columns[name] for name in kind.identity]
    extra = [columns[name] for name in ("id", *(("version",) if kind.counted() else ())) if name in columns]
    found = {}
    for row in connection.execute(select(*own, *extra)):
        rest = dict(zip([column.name for column in extra], row[len(own) :], strict=True))
        found[tuple(row[: len(own)])] = _Known(rest.get("id"), rest.get("version", 1))
    return found


def _loaded(connection: Connection, name: str) -> dict[str, tuple[str, int]]:
    rows = connection.execute(select(LOADED.c.key, LOADED.c.sha256, LOADED.c.version).where(LOADED.c.kind == name))
    return {key: (sha256, version) for key, sha256, version in rows}


def _former(connection: Connection) -> set[tuple[str, str]]:
    """Return (kind, slug) of the records that were retired or merged here."""
    rows = connection.execute(select(FormerRecord.kind, FormerRecord.slug))
    return {(kind, slug) for kind, slug in rows}


def _is_gone(kind: Kind, record: Record, ids: dict[str, dict[str, int]], former: set[tuple[str, str]]) -> bool:
    """Tell whether a record, or one that it belongs to, was retired or merged here."""
    if (record.kind, record.key) in former:
        return True
    belongs = ((of_kind, record.references.get(column)) for column, of_kind in kind.references.items())
    return any((of_kind, key) in former and key not in ids[of_kind] for of_kind, key in belongs)


def _left(connection: Connection, name: str, present: frozenset[str]) -> list[str]:
    return sorted(set(_loaded(connection, name)) - present)


def _row(kind: Kind, record: Record, ids: dict[str, dict[str, int]]) -> dict[str, object]:
    """Return the columns of a record with its references resolved and its point as EWKT."""
    row = {
        column: str(value) if isinstance(value, Point) else list(value) if isinstance(value, tuple) else value
        for column, value in record.values.items()
    }
    for column, of_kind in kind.references.items():
        key = record.references.get(column)
        row[column] = None if key is None else ids[of_kind][key]
    return row


def _add(connection: Connection, kind: Kind, fresh: list[tuple[Record, dict[str, object]]]) -> list[int]:
    if not fresh:
        return []
    rows = [row for _, row in fresh]
    new_ids: list[int] = []
    if "id" in kind.table.c:
        statement = insert(kind.table).returning(kind.table.c.id, sort_by_parameter_order=True)
        new_ids = list(connection.execute(statement, rows).scalars())
        columns = dict.fromkeys(name for record, _ in fresh for text in record.texts for name in text.values)
        texts = [
            dict.fromkeys(columns) | _text_row(kind, text, new_id, 1)
            for (record, _), new_id in zip(fresh, new_ids, strict=True)
            for text in record.texts
        ]
        if texts:
            connection.execute(insert(kind.text), texts)
        for name, table in kind.parts.items():
            parts = [
                {kind.owner: new_id, **part}
                for (record, _), new_id in zip(fresh, new_ids, strict=True)
                for part in record.parts.get(name, ())
            ]
            if parts:
                connection.execute(insert(table), parts)
    else:
        connection.execute(insert(kind.table), rows)
    connection.execute(
        insert(LOADED),
        [{"kind": record.kind, "key": record.key, "sha256": record.sha256()} for record, _ in fresh],
    )
    return new_ids


def _text_row(kind: Kind, text: Text, owner: int, source_version: int) -> dict[str, object]:
    return {
        kind.owner: owner,
        "language": text.language,
        "origin": text.origin,
        "is_source": text.is_source,
        "source_version": source_version,
        **text.values,
    }


def _change(
    connection: Connection,
    kind: Kind,
    record: Record,
    row: dict[str, object],
    there: _Known,
    tellers: dict[str, set[int]],
) -> None:
    """Bring one record to what its file says now; its version grows by one."""
    table = kind.table
    version = there.version + 1
    _tell(kind, row, tellers)
    if there.id is not None:
        before = connection.execute(select(table).where(table.c.id == there.id)).mappings().one()
        _tell(kind, before, tellers)  # it may have been told with another one
        now: dict[str, object] = {"version": version, "updated_at": func.now()} if kind.counted() else {}
        connection.execute(update(table).where(table.c.id == there.id).values(**row, **now))
        for text in record.texts:
            _change_text(connection, kind, text, there.id, version)
        for name, part_table in kind.parts.items():
            connection.execute(delete(part_table).where(part_table.c[kind.owner] == there.id))
            parts = [{kind.owner: there.id, **part} for part in record.parts.get(name, ())]
            if parts:
                connection.execute(insert(part_table), parts)
    connection.execute(
        update(LOADED)
        .where(LOADED.c.kind == record.kind, LOADED.c.key == record.key)
        .values(sha256=record.sha256(), version=version if kind.counted() else 1)
    )


def _change_text(connection: Connection, kind: Kind, text: Text, owner: int, version: int) -> None:
    """Write one language's texts where they differ: only these are made from the new version."""
    table = kind.text
    here = and_(table.c[kind.owner] == owner, table.c.language == text.language)
    fields = [*text.values, "origin", "is_source"]
    there = connection.execute(select(*(table.c[name] for name in fields)).where(here)).one_or_none()
    new = _text_row(kind, text, owner, version)
    if there is None:
        connection.execute(insert(table).values(**new))
    elif any(new[name] != value for name, value in zip(fields, there, strict=True)):
        connection.execute(update(table).where(here).values(**new))
