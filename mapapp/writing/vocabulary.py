"""What admins do to vocabularies: new terms, words per language, order, looks, terms that are offered no more.

Loads of files leave alone what was changed here. For terms that become one see `term_merging`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..looks import Look
from ..models.vocabulary import FormerTerm, Term, TermLabel, TermSynonym
from ..queries import terms as known
from . import auditing
from .reference import keep_changed


class Acting(Protocol):
    """Who acts: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


class Refused(ValueError):
    """Something that cannot be done. `reason`: unknown (no such term), closed (the vocabulary is none whose terms are
    added, merged or retired), same (a term and itself), english (a term needs an English label), taken (`language`:
    another term has this label), there (a term has this key), former (a merged term had it), forgotten (nobody noted
    what a merge changed), later (the term that it led to was merged itself)."""

    def __init__(self, reason: str, language: str = "") -> None:
        super().__init__(reason)
        self.reason, self.language = reason, language


def hold(connection: Connection, vocabulary: str) -> list[str]:
    """Lock the terms of a vocabulary: admins change it one after the other. Return their keys in order."""
    rows = select(Term.key).where(Term.vocabulary == vocabulary).order_by(Term.position, Term.key).with_for_update()
    return list(connection.execute(rows).scalars())


def note(
    connection: Connection, action: str, actor: Acting, vocabulary: str, key: str, address: str | None, **details: Any
) -> None:
    """Write what an admin did to a term into the audit log."""
    subject = f"term:{vocabulary}/{key}"
    auditing.note(connection, action, account_id=actor.id, subject=subject, address=address, **details)


class New(NamedTuple):
    """A term that is to be added: labels and synonyms by language (BCP 47), the key of the term that it comes after
    (None: at the end), its look."""

    key: str
    labels: Mapping[str, str | None]
    synonyms: Mapping[str, Sequence[str]]
    after: str | None = None
    look: Look = Look(None, None)


def add(connection: Connection, actor: Acting, vocabulary: str, new: New, *, address: str | None = None) -> None:
    """Add a term to a vocabulary: forms and filters offer it from now on, and loads leave it alone. Raises Refused."""
    if vocabulary not in known.OPEN:
        raise Refused("closed")
    keys = hold(connection, vocabulary)
    former = select(FormerTerm.key).where(FormerTerm.vocabulary == vocabulary, FormerTerm.key == new.key)
    if new.key in keys:
        raise Refused("there")
    if connection.execute(former).scalar_one_or_none() is not None:
        raise Refused("former")
    labels = {language: label for language, label in new.labels.items() if label}
    if "en" not in labels:
        raise Refused("english")
    last = select(func.coalesce(func.max(Term.position) + 1, 0)).where(Term.vocabulary == vocabulary)
    row = {"vocabulary": vocabulary, "key": new.key, "position": last.scalar_subquery(), **new.look._asdict()}
    connection.execute(insert(Term).values(**row))
    for language, label in labels.items():
        _label(connection, vocabulary, new.key, language, label)
    for language, words in new.synonyms.items():
        _search_words(connection, vocabulary, new.key, language, words)
    for kind in ("term", "label", "synonym"):
        keep_changed(connection, kind, (vocabulary, new.key))
    if new.after in keys:
        _in_order(connection, vocabulary, _moved([*keys, new.key], new.key, keys.index(new.after) + 1))
    said: dict[str, Any] = {
        "labels": labels,
        "synonyms": {one: words for one, words in new.synonyms.items() if words},
        **new.look._asdict(),
    }
    note(connection, "term_added", actor, vocabulary, new.key, address, **said)


def look(
    connection: Connection, actor: Acting, vocabulary: str, key: str, wanted: Look, *, address: str | None = None
) -> None:
    """Give a term another colour and icon; None is that of its key. Raises Refused."""
    if key not in hold(connection, vocabulary):
        raise Refused("unknown")
    mine = (Term.vocabulary == vocabulary, Term.key == key)
    connection.execute(update(Term).where(*mine).values(**wanted._asdict()))
    note(connection, "term_look", actor, vocabulary, key, address, **wanted._asdict())


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
    if key not in hold(connection, vocabulary):
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
        _search_words(connection, vocabulary, key, language, words)
    keep_changed(connection, "label", *((vocabulary, key, language) for language in named))
    keep_changed(connection, "synonym", *((vocabulary, key, language) for language in searched))
    if named or searched:
        said: dict[str, Any] = {"labels": named, "synonyms": searched}
        note(connection, "term_changed", actor, vocabulary, key, address, **said)
    return bool(named or searched)


def _search_words(connection: Connection, vocabulary: str, key: str, language: str, words: Sequence[str]) -> None:
    mine = (TermSynonym.vocabulary == vocabulary, TermSynonym.key == key, TermSynonym.language == language)
    connection.execute(delete(TermSynonym).where(*mine))
    rows = [{"vocabulary": vocabulary, "key": key, "language": language, "synonym": word} for word in words]
    if rows:
        connection.execute(insert(TermSynonym), rows)


def _label(connection: Connection, vocabulary: str, key: str, language: str, label: str | None) -> None:
    if label is None:
        mine = (TermLabel.vocabulary == vocabulary, TermLabel.key == key, TermLabel.language == language)
        connection.execute(delete(TermLabel).where(*mine))
        return
    refuse_taken(connection, vocabulary, key, language, label)
    row = {"label": label, "origin": "author" if language == "en" else "translator"}
    statement = upsert(TermLabel).values(vocabulary=vocabulary, key=key, language=language, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["vocabulary", "key", "language"], set_=row))


def refuse_taken(connection: Connection, vocabulary: str, key: str, language: str, label: str) -> None:
    """Raise Refused where another term of the vocabulary has this label."""
    same = select(TermLabel.key).where(
        TermLabel.vocabulary == vocabulary,
        TermLabel.language == language,
        func.lower(TermLabel.label) == label.lower(),
        TermLabel.key != key,
    )
    if connection.execute(same.limit(1)).scalar_one_or_none() is not None:
        raise Refused("taken", language)


def move(
    connection: Connection, actor: Acting, vocabulary: str, key: str, by: int, *, address: str | None = None
) -> None:
    """Move a term by so many places in the order shown (negative: up). Raises Refused."""
    keys = hold(connection, vocabulary)
    if key not in keys:
        raise Refused("unknown")
    place = keys.index(key)
    wanted = min(max(place + by, 0), len(keys) - 1)
    _in_order(connection, vocabulary, _moved(keys, key, wanted))
    note(connection, "term_moved", actor, vocabulary, key, address, place=wanted + 1)


def _moved(keys: Sequence[str], key: str, place: int) -> list[str]:
    others = [one for one in keys if one != key]
    return [*others[:place], key, *others[place:]]


def _in_order(connection: Connection, vocabulary: str, keys: Sequence[str]) -> None:
    for position, one in enumerate(keys):
        connection.execute(
            update(Term)
            .where(Term.vocabulary == vocabulary, Term.key == one, Term.position != position)
            .values(position=position)
        )
    keep_changed(connection, "term", *((vocabulary, one) for one in keys))


def retire(
    connection: Connection, actor: Acting, vocabulary: str, key: str, retired: bool, *, address: str | None = None
) -> None:
    """Offer a term no more, or again. Records keep it. Raises Refused."""
    if vocabulary not in known.OPEN:
        raise Refused("closed")
    if key not in hold(connection, vocabulary):
        raise Refused("unknown")
    connection.execute(
        update(Term)
        .where(Term.vocabulary == vocabulary, Term.key == key)
        .values(retired_at=func.now() if retired else None)
    )
    note(connection, "term_retired" if retired else "term_offered", actor, vocabulary, key, address)
