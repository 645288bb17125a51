"""Reference data that an import brings whole: vocabulary terms, territories, the gazetteer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.loaded import CHANGED_HERE, LoadedFile, LoadedRecord
from ..models.vocabulary import Term as TermRow
from ..models.vocabulary import TermLabel, TermSynonym
from ..queries.vocabulary import former
from .incoming import IncomingPlace, IncomingTerritory, Label, ReferenceFile, Synonym, Term

FILES: Any = LoadedFile.__table__
Progress = Callable[[str, int, int], None]
REPORT_EVERY = 2_000  # rows between two calls of `progress`


@dataclass(slots=True)
class Counts:
    """What happened to the rows of one kind. `kept` are keys changed here since, `left` keys that left their file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def write_terms(
    connection: Connection, terms: Sequence[Term], labels: Sequence[Label], synonyms: Sequence[Synonym]
) -> dict[str, Counts]:
    """Bring terms, labels and synonyms to what the files say; those that no file has any more stay, and so does what
    admins have changed here: the words of a term in a language, the order of a vocabulary, merged terms."""
    changed = changed_words(connection)
    gone = set(former(connection))
    return {
        "term": _write_small(connection, TermRow.__table__, 2, terms, changed["term"] | gone),
        "label": _write_small(connection, TermLabel.__table__, 3, labels, changed["label"] | gone),
        "synonym": _write_small(connection, TermSynonym.__table__, 4, synonyms, changed["synonym"] | gone),
    }


def changed_words(connection: Connection) -> dict[str, set[tuple[str, ...]]]:
    """Return what admins have changed: (vocabulary, key) of terms whose place they chose, (vocabulary, key, language)
    of labels, and of the synonyms in a language."""
    found: dict[str, set[tuple[str, ...]]] = {"term": set(), "label": set(), "synonym": set()}
    rows = select(LoadedRecord.kind, LoadedRecord.key).where(LoadedRecord.kind.in_(list(found)))
    for kind, key in connection.execute(rows):
        found[kind].add(tuple(key.split("|")))
    return found


def keep_changed(connection: Connection, kind: str, *keys: tuple[str, ...]) -> None:
    """Note that an admin has changed terms, labels or synonyms: loads leave them alone from now on. `kind` and `keys`:
    see `changed_words`."""
    rows = [{"kind": kind, "key": "|".join(key), "sha256": "", "version": CHANGED_HERE} for key in keys]
    if rows:
        connection.execute(upsert(LoadedRecord).on_conflict_do_nothing(), rows)


def _write_small(
    connection: Connection, table: Any, identity: int, given: Sequence[Any], changed: set[tuple[str, ...]]
) -> Counts:
    """Add and change rows of a table small enough to be read whole. The first `identity` fields are the key; rows whose
    key begins as one of `changed` are left as they are."""
    if not given:
        return Counts(0, 0, 0)
    fields = given[0]._fields
    key = fields[:identity]

    def ours(row: tuple[Any, ...]) -> bool:
        return any(row[:length] in changed for length in range(2, identity + 1))

    rows = [row for row in given if not ours(tuple(row))]
    found = connection.execute(select(*(table.c[name] for name in fields)))
    there = {tuple(row)[:identity]: tuple(row) for row in found}
    others = [tuple(row) for row in given if ours(tuple(row)) and there.get(tuple(row)[:identity]) != tuple(row)]
    kept = ["|".join(map(str, row[:identity])) for row in others]
    fresh = [row for row in rows if tuple(row)[: len(key)] not in there]
    differing = [row for row in rows if there.get(tuple(row)[: len(key)], tuple(row)) != tuple(row)]
    if differing and table.name != "term":
        # Deleted first, so that two keys may exchange their labels.
        connection.execute(
            delete(table).where(
                tuple_(*(table.c[name] for name in key)).in_([tuple(row)[: len(key)] for row in differing])
            )
        )
        _copy(connection, table.name, fields, differing)
    elif differing:
        for row in differing:
            connection.execute(
                update(table)
                .where(*(table.c[name] == getattr(row, name) for name in key))
                .values(**{name: getattr(row, name) for name in fields if name not in key})
            )
    if fresh:
        _copy(connection, table.name, fields, fresh)
    gone = there.keys() - {tuple(row)[: len(key)] for row in rows}
    left = sorted("|".join(map(str, known)) for known in gone if not ours(known))
    return Counts(len(fresh), len(differing), len(rows) - len(fresh) - len(differing), sorted(kept), left)


def write_territories(connection: Connection, file: ReferenceFile[IncomingTerritory], progress: Progress) -> Counts:
    """Load the territories when their file is new."""
    if _already(connection, file):
        return Counts(0, 0, file.count)
    return _write_large(connection, "territory", IncomingTerritory._fields, "code", file, progress)


def write_places(connection: Connection, file: ReferenceFile[IncomingPlace], progress: Progress) -> Counts:
    """Load the gazetteer when its file is new."""
    if _already(connection, file):
        return Counts(0, 0, file.count)
    return _write_large(connection, "place", IncomingPlace._fields, "geoname_id", file, progress)


def _already(connection: Connection, file: ReferenceFile[Any]) -> bool:
    known = connection.execute(select(FILES.c.sha256).where(FILES.c.name == file.name)).scalar()
    return known == file.sha256


def _write_large(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    key: str,
    file: ReferenceFile[Any],
    progress: Progress,
) -> Counts:
    """Copy a file into a table through a temporary one; rows that are the same stay untouched."""
    before = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608
    listed = ", ".join(columns)
    target = table
    if before:
        target = f"incoming_{table}"
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {target} ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0"  # noqa: S608
        )
    # An empty table is filled without its indexes: building them once is several times faster than keeping them up.
    indexes = [] if before else _drop_indexes(connection, table)
    _copy(connection, target, columns, _counted(file, table, progress))
    for definition in indexes:
        connection.exec_driver_sql(definition)
    connection.exec_driver_sql(f"ANALYZE {target}")
    changed, added = 0, file.count
    if before:
        others = [column for column in columns if column != key]
        now = ", ".join(f"{column} = excluded.{column}" for column in others)
        differs = " OR ".join(f"old.{column} IS DISTINCT FROM excluded.{column}" for column in others)
        # xmax is zero for a row that was inserted and not updated.
        result = connection.exec_driver_sql(
            f"INSERT INTO {table} AS old ({listed}) SELECT {listed} FROM {target} "  # noqa: S608
            f"ON CONFLICT ({key}) DO UPDATE SET {now} WHERE {differs} RETURNING xmax = 0"
        ).scalars()
        new = list(result)
        added, changed = sum(new), len(new) - sum(new)
    statement = upsert(FILES).values(name=file.name, sha256=file.sha256)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"sha256": statement.excluded.sha256, "loaded_at": func.now()}
        )
    )
    return Counts(added, changed, file.count - added - changed)


def _drop_indexes(connection: Connection, table: str) -> list[str]:
    """Drop the indexes of a table that hold no constraint; return the statements that make them again."""
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    rows = connection.execute(
        text(
            "SELECT i.indexname, i.indexdef FROM pg_indexes AS i "
            "WHERE i.schemaname = current_schema() AND i.tablename = :table "
            "AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conname = i.indexname)"
        ),
        {"table": table},
    ).all()
    for name, _ in rows:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [definition for _, definition in rows]


def _copy(connection: Connection, table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Append rows to a table the fast way."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver of this project
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _counted(file: ReferenceFile[Any], name: str, progress: Progress) -> Iterator[Any]:
    for done, row in enumerate(file.read()):
        if done % REPORT_EVERY == 0:
            progress(name, done, file.count)
        yield row
    progress(name, file.count, file.count)
