"""What admins do to vocabularies: words per language, order, terms that become one, terms that are offered no more.

A merged term is gone: its records have the other, its words become the other's synonyms, and its key stays as a former
one, which searches and files may go on naming. Loads of files leave alone what was changed here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.need import Need
from ..models.practice import Practice, PracticeTerm
from ..models.proposal import Proposal
from ..models.service import Service
from ..models.vocabulary import FormerTerm, Term, TermLabel, TermSynonym
from ..queries import terms as known
from . import auditing
from .reference import keep_changed

_IN_VALUES = {
    "theme": "themes",
    "target_group": "target_groups",
    "organisation_type": "organisation_type",
    "service_category": "category",
}
# The label of the one that goes is a word that people know it by.
_MOVE_WORDS = text("""
INSERT INTO term_synonym (vocabulary, key, language, synonym)
SELECT vocabulary, :into, language, words FROM (
  SELECT vocabulary, key, language, label AS words FROM term_label
  UNION SELECT vocabulary, key, language, synonym FROM term_synonym
) AS said WHERE vocabulary = :vocabulary AND key = :key
  AND NOT EXISTS (SELECT FROM term_label AS there WHERE there.vocabulary = said.vocabulary AND there.key = :into
    AND there.language = said.language AND lower(there.label) = lower(said.words))
ON CONFLICT DO NOTHING
""")


class Acting(Protocol):
    """Who acts: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


class Refused(ValueError):
    """Something that cannot be done. `reason`: unknown (no such term), closed (the vocabulary is none whose terms are
    merged or retired), same (a term and itself), english (a term needs an English label), taken (`language`: another
    term has this label)."""

    def __init__(self, reason: str, language: str = "") -> None:
        super().__init__(reason)
        self.reason, self.language = reason, language


def _hold(connection: Connection, vocabulary: str) -> list[str]:
    """Lock the terms of a vocabulary: admins change it one after the other. Return their keys in order."""
    rows = select(Term.key).where(Term.vocabulary == vocabulary).order_by(Term.position, Term.key).with_for_update()
    return list(connection.execute(rows).scalars())


def _note(
    connection: Connection, action: str, actor: Acting, vocabulary: str, key: str, address: str | None, **details: Any
) -> None:
    subject = f"term:{vocabulary}/{key}"
    auditing.note(connection, action, account_id=actor.id, subject=subject, address=address, **details)


def say(
    connection: Connection,
    actor: Acting,
    vocabulary: str,
    key: str,
    labels: Mapping[str, str | None],
    synonyms: Mapping[str, Sequence[str]],
    *,
    address: str | None = None,
) -> bool:
    """Give a term other words in some languages (BCP 47); None takes a label away. Return whether anything was
    different. Raises Refused."""
    if key not in _hold(connection, vocabulary):
        raise Refused("unknown")
    there = known.one(connection, vocabulary, key)
    if there is None or labels.get("en", there.labels.get("en")) is None:
        raise Refused("unknown" if there is None else "english")
    named = {one: label for one, label in labels.items() if there.labels.get(one) != label}
    searched = {
        language: sorted(set(words))
        for language, words in synonyms.items()
        if set(words) != set(there.synonyms.get(language, ()))
    }
    for language, label in named.items():
        _label(connection, vocabulary, key, language, label)
    for language, words in searched.items():
        mine = (TermSynonym.vocabulary == vocabulary, TermSynonym.key == key, TermSynonym.language == language)
        connection.execute(delete(TermSynonym).where(*mine))
        rows = [{"vocabulary": vocabulary, "key": key, "language": language, "synonym": word} for word in words]
        if rows:
            connection.execute(insert(TermSynonym), rows)
    keep_changed(connection, "label", *((vocabulary, key, language) for language in named))
    keep_changed(connection, "synonym", *((vocabulary, key, language) for language in searched))
    if named or searched:
        said: dict[str, Any] = {"labels": named, "synonyms": searched}
        _note(connection, "term_changed", actor, vocabulary, key, address, **said)
    return bool(named or searched)


def _label(connection: Connection, vocabulary: str, key: str, language: str, label: str | None) -> None:
    if label is None:
        mine = (TermLabel.vocabulary == vocabulary, TermLabel.key == key, TermLabel.language == language)
        connection.execute(delete(TermLabel).where(*mine))
        return
    same = select(TermLabel.key).where(
        TermLabel.vocabulary == vocabulary,
        TermLabel.language == language,
        func.lower(TermLabel.label) == label.lower(),
        TermLabel.key != key,
    )
    if connection.execute(same.limit(1)).scalar_one_or_none() is not None:
        raise Refused("taken", language)
    row = {"label": label, "origin": "author" if language == "en" else "translator"}
    statement = upsert(TermLabel).values(vocabulary=vocabulary, key=key, language=language, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["vocabulary", "key", "language"], set_=row))


def move(
    connection: Connection, actor: Acting, vocabulary: str, key: str, by: int, *, address: str | None = None
) -> None:
    """Move a term by so many places in the order shown (negative: up). Raises Refused."""
    keys = _hold(connection, vocabulary)
    if key not in keys:
        raise Refused("unknown")
    place = keys.index(key)
    wanted = min(max(place + by, 0), len(keys) - 1)
    keys.insert(wanted, keys.pop(place))
    for position, one in enumerate(keys):
        connection.execute(
            update(Term)
            .where(Term.vocabulary == vocabulary, Term.key == one, Term.position != position)
            .values(position=position)
        )
    keep_changed(connection, "term", *((vocabulary, one) for one in keys))
    _note(connection, "term_moved", actor, vocabulary, key, address, place=wanted + 1)


def retire(
    connection: Connection, actor: Acting, vocabulary: str, key: str, retired: bool, *, address: str | None = None
) -> None:
    """Offer a term no more, or again. Records keep it. Raises Refused."""
    if vocabulary not in known.OPEN:
        raise Refused("closed")
    if key not in _hold(connection, vocabulary):
        raise Refused("unknown")
    connection.execute(
        update(Term)
        .where(Term.vocabulary == vocabulary, Term.key == key)
        .values(retired_at=func.now() if retired else None)
    )
    _note(connection, "term_retired" if retired else "term_offered", actor, vocabulary, key, address)


def merge(
    connection: Connection, actor: Acting, vocabulary: str, key: str, into: str, *, address: str | None = None
) -> int:
    """Let a term go up in another of its vocabulary; return how many records have the other one for it now.

    Raises Refused. It cannot be undone: nobody knows afterwards which record had which.
    """
    if vocabulary not in known.OPEN:
        raise Refused("closed")
    keys = _hold(connection, vocabulary)
    if key == into:
        raise Refused("same")
    if key not in keys or into not in keys:
        raise Refused("unknown")
    there = known.one(connection, vocabulary, key)
    languages = set(there.labels) | set(there.synonyms) if there else set()
    moved = _move_records(connection, vocabulary, key, into)
    _move_proposals(connection, vocabulary, key, into)
    given = {"vocabulary": vocabulary, "key": key, "into": into}
    connection.execute(_MOVE_WORDS, given)
    keep_changed(connection, "synonym", *((vocabulary, into, language) for language in languages))
    connection.execute(
        update(FormerTerm).where(FormerTerm.vocabulary == vocabulary, FormerTerm.moved_to == key).values(moved_to=into)
    )
    connection.execute(delete(Term).where(Term.vocabulary == vocabulary, Term.key == key))
    connection.execute(insert(FormerTerm).values(vocabulary=vocabulary, key=key, moved_to=into))
    _note(connection, "terms_merged", actor, vocabulary, key, address, into=into, records=moved)
    return moved


def _move_records(connection: Connection, vocabulary: str, key: str, into: str) -> int:
    if vocabulary in ("theme", "target_group"):
        mine = (PracticeTerm.vocabulary == vocabulary, PracticeTerm.key == key)
        both = select(PracticeTerm.practice_id).where(PracticeTerm.vocabulary == vocabulary, PracticeTerm.key == into)
        doubled = delete(PracticeTerm).where(*mine, PracticeTerm.practice_id.in_(both.scalar_subquery()))
        moved = connection.execute(doubled).rowcount
        moved += connection.execute(update(PracticeTerm).where(*mine).values(key=into)).rowcount
        if vocabulary == "theme":
            moved += connection.execute(update(Need).where(Need.theme == key).values(theme=into)).rowcount
        return moved
    if vocabulary == "organisation_type":
        statement = update(Practice).where(Practice.organisation_type == key).values(organisation_type=into)
    else:
        statement = update(Service).where(Service.category == key).values(category=into)
    return connection.execute(statement).rowcount


def _move_proposals(connection: Connection, vocabulary: str, key: str, into: str) -> None:
    """Let proposals say the other term, decided ones too: whoever goes back to an earlier version must be able to."""
    field = _IN_VALUES[vocabulary]
    kind = "service" if vocabulary == "service_category" else "practice"
    named = text(
        "SELECT id, values, base FROM proposal WHERE kind = :kind AND "
        "(values -> :field @> to_jsonb(:key ::text) OR base -> :field @> to_jsonb(:key ::text)) ORDER BY id FOR UPDATE"
    )
    for row in connection.execute(named, {"kind": kind, "field": field, "key": key}).all():
        changed = {
            name: _renamed(values, field, key, into)
            for name, values in (("values", row.values), ("base", row.base))
            if values is not None
        }
        connection.execute(update(Proposal).where(Proposal.id == row.id).values(**changed))


def _renamed(values: Mapping[str, Any], field: str, key: str, into: str) -> dict[str, Any]:
    said = values.get(field)
    if isinstance(said, list):
        return dict(values) | {field: list(dict.fromkeys(into if one == key else one for one in said))}
    return dict(values) | ({field: into} if said == key else {})
