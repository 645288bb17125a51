"""Reference data that an import brings whole: vocabulary terms, territories, the gazetteer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.loaded import LoadedFile
from ..models.vocabulary import Term as TermRow
from ..models.vocabulary import TermLabel, TermSynonym
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
    """Bring terms, labels and synonyms to what the files say; those that no file has any more stay."""
    return {
        "term": _write_small(connection, TermRow.__table__, ("vocabulary", "key"), terms),
        "label": _write_small(connection, TermLabel.__table__, ("vocabulary", "key", "language"), labels),
        "synonym": _write_small(
            connection, TermSynonym.__table__, ("vocabulary", "key", "language", "synonym"), synonyms
        ),
    }


def _write_small(connection: Connection, table: Any, key: tuple[str, ...], rows: Sequence[Any]) -> Counts:
    """Add and change rows of a table small enough to be read whole."""
    if not rows:
        return Counts(0, 0, 0)
    fields = rows[0]._fields
    there = {
        tuple(row)[: len(key)]: tuple(row) for row in connection.execute(select(*(table.c[name] for name in fields)))
    }
    fresh = [row for row in rows if tuple(row)[: len(key)] not in there]
    changed = [row for row in rows if there.get(tuple(row)[: len(key)], tuple(row)) != tuple(row)]
    if changed and table.name != "term":
        # Deleted first, so that two keys may exchange their labels.
        connection.execute(
            delete(table).where(
                tuple_(*(table.c[name] for name in key)).in_([tuple(row)[: len(key)] for row in changed])
            )
        )
        connection.execute(insert(table), [row._asdict() for row in changed])
    elif changed:
        for row in changed:
            connection.execute(
                update(table)
                .where(*(table.c[name] == getattr(row, name) for name in key))
                .values(**{name: getattr(row, name) for name in fields if name not in key})
            )
    if fresh:
        connection.execute(insert(table), [row._asdict() for row in fresh])
    left = sorted("|".join(map(str, known)) for known in there.keys() - {tuple(row)[: len(key)] for row in rows})
    return Counts(len(fresh), len(changed), len(rows) - len(fresh) - len(changed), left=left)


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
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {target} ({listed}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in _counted(file, table, progress):
            copy.write_row(row)
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


def _counted(file: ReferenceFile[Any], name: str, progress: Progress) -> Iterator[Any]:
    for done, row in enumerate(file.read()):
        if done % REPORT_EVERY == 0:
            progress(name, done, file.count)
        yield row
    progress(name, file.count, file.count)
