"""Makes the public rows say what an approved proposal says: create, change, retire, merge. Only moderation calls it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..folding import fold
from ..models.account import Member, Organisation
from ..models.evaluation import Evaluation, EvaluationText
from ..models.loaded import CHANGED_HERE, LoadedRecord
from ..models.practice import Practice
from ..models.proposal import FormerRecord, Proposal
from ..queries import records
from . import public_rows
from .public_rows import Unpublishable

__all__ = ["Published", "Stale", "Unpublishable", "publish"]

LONGEST_SLUG = 70  # characters
ONE_SLUG_AT_A_TIME = 7_240_119  # an advisory lock: two records with one title do not get one slug


class Published(NamedTuple):
    """The record that a proposal made or changed, and its version; the last one of a record that is public no more."""

    slug: str
    version: int


class Stale(Exception):
    """The record is not what the proposal was made from. `current` is what it says now; None when it is gone."""

    def __init__(self, current: Mapping[str, Any] | None) -> None:
        super().__init__("stale")
        self.current = current


def publish(connection: Connection, proposal: "Row[Any]") -> Published:
    """Write what a proposal says into the public tables, in the caller's transaction. Raises Stale or Unpublishable."""
    if proposal.kind == "evaluation":
        return _publish_evaluation(connection, proposal)
    if proposal.action == "create":
        return _create(connection, proposal)
    if proposal.action == "change":
        return _change(connection, proposal)
    if proposal.action == "retire":
        return _retire(connection, proposal)
    return _merge(connection, proposal)


def _create(connection: Connection, proposal: "Row[Any]") -> Published:
    kind, values = proposal.kind, proposal.values
    connection.execute(select(func.pg_advisory_xact_lock(ONE_SLUG_AT_A_TIME)))
    slug = proposal.slug or _new_slug(connection, kind, values)
    there = records.known(connection, kind, slug)
    if there is not None:  # somebody has brought the record back already
        raise Stale(there.values)
    # A record that comes back goes on counting: nobody takes its new version for one that they know.
    last = select(func.max(Proposal.published_version)).where(Proposal.kind == kind, Proposal.slug == slug)
    version = (connection.execute(last).scalar_one() or 0) + 1
    record_id = public_rows.create(connection, kind, slug, version, values)
    connection.execute(delete(FormerRecord).where(FormerRecord.kind == kind, FormerRecord.slug == slug))
    for evaluation in values.get("evaluations", ()):
        _write_evaluation(connection, record_id, slug, evaluation)
    _confirm(connection, proposal, record_id)
    return Published(slug, version)


def _change(connection: Connection, proposal: "Row[Any]") -> Published:
    record_id, current = _hold(connection, proposal, proposal.slug, proposal.base_version)
    version = current.version + 1
    public_rows.change(connection, proposal.kind, record_id, version, current.values, proposal.values)
    _confirm(connection, proposal, record_id)
    return Published(proposal.slug, version)


def _retire(connection: Connection, proposal: "Row[Any]") -> Published:
    record_id, current = _hold(connection, proposal, proposal.slug, proposal.base_version)
    kept = _evaluations(connection, proposal.slug) if proposal.kind == "practice" else []
    if kept:  # they go with the record, and come back with it
        base = dict(current.values) | {"evaluations": kept}
        connection.execute(update(Proposal).where(Proposal.id == proposal.id).values(base=base))
    _remove(connection, proposal.kind, proposal.slug, record_id, None, proposal.note)
    return Published(proposal.slug, current.version + 1)


def _merge(connection: Connection, proposal: "Row[Any]") -> Published:
    """Let the proposal's record go up in the one that its values name (`into`), which keeps its own words."""
    kind, into = proposal.kind, proposal.values.get("into")
    if not into or into == proposal.slug:
        raise Unpublishable("into")
    # Both are locked in one order, so that two merges cannot wait for each other.
    held = {slug: _locked(connection, kind, slug) for slug in sorted((proposal.slug, into))}
    if held[into] is None:
        raise Unpublishable("into")
    record_id, current = _hold(connection, proposal, proposal.slug, proposal.base_version)
    if kind == "practice":
        target = held[into]
        for statement in _MOVES:
            connection.execute(statement, {"source": record_id, "target": target})
        connection.execute(update(Practice).where(Practice.id == target).values(updated_at=func.now()))
    connection.execute(
        update(FormerRecord)
        .where(FormerRecord.kind == kind, FormerRecord.moved_to == proposal.slug)
        .values(moved_to=into)
    )
    _remove(connection, kind, proposal.slug, record_id, into, proposal.note)
    return Published(proposal.slug, current.version + 1)


# What others said and showed of the one is said and shown of the other, unless the same is there already.
_MOVES = (
    text("""
    UPDATE evaluation SET practice_id = :target WHERE practice_id = :source AND NOT EXISTS (
      SELECT FROM evaluation AS there WHERE there.practice_id = :target AND there.framework = evaluation.framework
      AND there.criterion = evaluation.criterion AND there.evaluator IS NOT DISTINCT FROM evaluation.evaluator)
    """),
    text("""
    UPDATE practice_photo SET practice_id = :target, position = position + 100 WHERE practice_id = :source
    AND NOT EXISTS (SELECT FROM practice_photo AS there WHERE there.practice_id = :target
      AND there.photo_id = practice_photo.photo_id)
    """),
)


def _locked(connection: Connection, kind: str, slug: str) -> int | None:
    table = public_rows.TABLES[kind]
    return connection.execute(select(table.c.id).where(table.c.slug == slug).with_for_update()).scalar_one_or_none()


def _hold(connection: Connection, proposal: "Row[Any]", slug: str, version: int | None) -> tuple[int, records.Known]:
    """Lock a record; return its id and what it says. Raises Stale when it is gone or has another version."""
    record_id = _locked(connection, proposal.kind, slug)
    current = records.known(connection, proposal.kind, slug) if record_id is not None else None
    if record_id is None or current is None:
        raise Stale(None)
    if current.version != version:
        raise Stale(current.values)
    return record_id, current


def _remove(
    connection: Connection, kind: str, slug: str, record_id: int, moved_to: str | None, reason: str | None
) -> None:
    table = public_rows.TABLES[kind]
    connection.execute(delete(table).where(table.c.id == record_id))
    row = {"moved_to": moved_to, "reason": reason, "at": func.now()}
    statement = upsert(FormerRecord).values(kind=kind, slug=slug, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "slug"], set_=row))


def _new_slug(connection: Connection, kind: str, values: Mapping[str, Any]) -> str:
    """Return an address for a new record, made once from its title, that no record has or had."""
    texts = values["texts"]
    source: Mapping[str, Any] = texts.get("en") or texts.get(values["language"]) or next(iter(texts.values()), {})
    words = fold(source.get("title") or source.get("name") or "")
    plain = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in words).split()
    stem = "-".join(plain)[:LONGEST_SLUG].strip("-") or kind  # a title in Greek or Arabic has none of these letters
    table = public_rows.TABLES[kind]
    like = f"{stem}%"  # letters, digits and hyphens only
    taken = set(connection.execute(select(table.c.slug).where(table.c.slug.like(like))).scalars())
    former = select(FormerRecord.slug).where(FormerRecord.kind == kind, FormerRecord.slug.like(like))
    taken |= set(connection.execute(former).scalars())
    number = 1
    while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return slug


def _confirm(connection: Connection, proposal: "Row[Any]", record_id: int) -> None:
    """Note who vouches for the record: its owner, when one of its own members has sent the proposal. A proposal that
    changes nothing vouches for nothing: its words say that something is wrong."""
    if proposal.action == "change" and proposal.values == proposal.base:
        return
    query = (
        select(Organisation.name)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Organisation.slug == proposal.values["owner"], Member.account_id == proposal.author_id)
    )
    name = connection.execute(query).scalar_one_or_none()
    if name is not None:
        public_rows.confirm(connection, proposal.kind, record_id, proposal.submitted_at.date(), name)


def _publish_evaluation(connection: Connection, proposal: "Row[Any]") -> Published:
    """Write what an evaluator says of a practice, in place of what they said before. Its version is the practice's,
    which does not grow: an edit of the practice that waits is none the worse for it."""
    values = proposal.values
    slug = values["practice"]
    practice_id = _locked(connection, "practice", slug)
    if practice_id is None:
        raise Stale(None)
    current = records.known(connection, "evaluation", slug, values)
    if (proposal.base or None) != (current.values if current else None):
        raise Stale(current.values if current else None)
    if proposal.action in ("retire", "merge"):
        values = dict(values) | {"criteria": {}}
    _write_evaluation(connection, practice_id, slug, values)
    statement = update(Practice).where(Practice.id == practice_id).values(updated_at=func.now())
    return Published(slug, connection.execute(statement.returning(Practice.version)).scalar_one())


def _write_evaluation(connection: Connection, practice_id: int, slug: str, values: Mapping[str, Any]) -> None:
    framework, evaluator = values.get("framework") or "REGIN", values.get("evaluator")
    mine = (
        Evaluation.practice_id == practice_id,
        Evaluation.framework == framework,
        Evaluation.evaluator.is_not_distinct_from(evaluator),
    )
    connection.execute(delete(Evaluation).where(*mine))
    for criterion, said in values["criteria"].items():
        statement = insert(Evaluation).values(
            practice_id=practice_id,
            framework=framework,
            criterion=criterion,
            evaluator=evaluator,
            level=said.get("level"),
            evidence=said.get("evidence"),
            version=values.get("version"),
            date=values.get("date"),
            source_url=values.get("source_url"),
        )
        evaluation_id = connection.execute(statement.returning(Evaluation.id)).scalar_one()
        connection.execute(
            insert(EvaluationText).values(
                evaluation_id=evaluation_id,
                language=values["language"],
                origin="author",
                is_source=True,
                strength=said.get("strength"),
                room_for_improvement=said.get("room_for_improvement"),
            )
        )
    if evaluator is None:  # what the files say under no evaluator's name is theirs no more
        changed = update(LoadedRecord).where(LoadedRecord.kind == "evaluation", LoadedRecord.key.like(f"{slug}|%"))
        connection.execute(changed.values(version=CHANGED_HERE))


def _evaluations(connection: Connection, slug: str) -> list[Mapping[str, Any]]:
    """Return all that is said of a practice, as values of evaluations."""
    query = (
        select(Evaluation.framework, Evaluation.evaluator)
        .join(Practice, Practice.id == Evaluation.practice_id)
        .where(Practice.slug == slug)
        .distinct()
    )
    said = [
        records.known(connection, "evaluation", slug, {"framework": framework, "evaluator": evaluator})
        for framework, evaluator in connection.execute(query)
    ]
    return [one.values for one in said if one is not None]
