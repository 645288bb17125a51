"""Lets one term of a vocabulary go up in another, and takes that back.

A merged term is gone: its records have the other, its words become the other's synonyms, and its key stays as a former
one, which searches and files may go on naming. What was changed is kept with the former key (`FormerTerm.kept`), so
that an undo changes back just that, and only where nobody has changed it since.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.need import Need
from ..models.practice import Practice, PracticeTerm
from ..models.project import Project
from ..models.proposal import Proposal
from ..models.service import Service
from ..models.vocabulary import FormerTerm, Term, TermLabel, TermSynonym
from ..queries import terms as known
from .reference import keep_changed
from .vocabulary import Acting, Refused, hold, note, refuse_taken

Kept = dict[str, Any]
_IN_VALUES = {
    "theme": "themes",
    "target_group": "target_groups",
    "organisation_type": "organisation_type",
    "service_category": "category",
}
_OPEN = ("draft", "returned", "submitted", "agreed")
_WAITING = ("submitted", "agreed")
# The label of the one that goes is a word that people know it by.
_MOVE_WORDS = text("""
INSERT INTO term_synonym (vocabulary, key, language, synonym)
SELECT vocabulary, :into, language, words FROM (
  SELECT vocabulary, key, language, label AS words FROM term_label
  UNION SELECT vocabulary, key, language, synonym FROM term_synonym
) AS said WHERE vocabulary = :vocabulary AND key = :key
  AND NOT EXISTS (SELECT FROM term_label AS there WHERE there.vocabulary = said.vocabulary AND there.key = :into
    AND there.language = said.language AND lower(there.label) = lower(said.words))
ON CONFLICT DO NOTHING RETURNING language, synonym
""")
_PRACTICES_WITH = text("""
SELECT slug, position, EXISTS (SELECT FROM practice_term AS other WHERE other.practice_id = practice.id
  AND other.vocabulary = one.vocabulary AND other.key = :into) AS both
FROM practice_term AS one JOIN practice ON practice.id = practice_id
WHERE vocabulary = :vocabulary AND key = :key ORDER BY slug
""")
_PROJECTS_WITH = text("SELECT slug, themes FROM project WHERE :key = ANY(themes) ORDER BY slug FOR UPDATE")
_NAMED = text(
    "SELECT id, values, base FROM proposal WHERE kind = :kind AND "
    "(values -> :field @> to_jsonb(:key ::text) OR base -> :field @> to_jsonb(:key ::text)) ORDER BY id FOR UPDATE"
)


def _kind(vocabulary: str) -> str:
    return "service" if vocabulary == "service_category" else "practice"


def merge(
    connection: Connection, actor: Acting, vocabulary: str, key: str, into: str, *, address: str | None = None
) -> int:
    """Let a term go up in another of its vocabulary; return how many records have the other one for it now.

    Raises Refused.
    """
    if vocabulary not in known.OPEN:
        raise Refused("closed")
    keys = hold(connection, vocabulary)
    if key == into:
        raise Refused("same")
    if key not in keys or into not in keys:
        raise Refused("unknown")
    kept = _as_it_is(connection, vocabulary, key) | {"into": into}
    languages = {language for language, *_rest in (*kept["labels"], *kept["synonyms"])}
    kept["records"] = _move_records(connection, vocabulary, key, into)
    kept["proposals"] = _move_proposals(connection, vocabulary, key, into)
    moved = connection.execute(_MOVE_WORDS, {"vocabulary": vocabulary, "key": key, "into": into})
    kept["given"] = [list(row) for row in moved]
    keep_changed(connection, "synonym", *((vocabulary, into, language) for language in languages))
    followed = update(FormerTerm).where(FormerTerm.vocabulary == vocabulary, FormerTerm.moved_to == key)
    led = connection.execute(followed.values(moved_to=into).returning(FormerTerm.key)).scalars()
    kept["former"] = sorted(led)
    connection.execute(delete(Term).where(Term.vocabulary == vocabulary, Term.key == key))
    connection.execute(insert(FormerTerm).values(vocabulary=vocabulary, key=key, moved_to=into, kept=kept))
    number = sum(map(len, kept["records"].values()))
    note(connection, "terms_merged", actor, vocabulary, key, address, into=into, records=number)
    return number


def _as_it_is(connection: Connection, vocabulary: str, key: str) -> Kept:
    """Return a term's own row and its words."""
    row = connection.execute(select(Term).where(Term.vocabulary == vocabulary, Term.key == key)).one()
    labels = select(TermLabel.language, TermLabel.label, TermLabel.origin).where(
        TermLabel.vocabulary == vocabulary, TermLabel.key == key
    )
    words = select(TermSynonym.language, TermSynonym.synonym).where(
        TermSynonym.vocabulary == vocabulary, TermSynonym.key == key
    )
    return {
        "position": row.position,
        "retired": row.retired_at is not None,
        "colour": row.colour,
        "icon": row.icon,
        "labels": [list(one) for one in connection.execute(labels)],
        "synonyms": [list(one) for one in connection.execute(words)],
    }


def _column(vocabulary: str) -> tuple[Any, Any]:
    """Return the table and the column of a vocabulary of which a record has one term."""
    return (Service, Service.category) if vocabulary == "service_category" else (Practice, Practice.organisation_type)


def _move_records(connection: Connection, vocabulary: str, key: str, into: str) -> Kept:
    """Give the records the other term. Return which those were: slug, place among the record's terms, whether it had
    the other one already; the ids of needs; and projects with their themes before and after."""
    if vocabulary not in ("theme", "target_group"):
        table, column = _column(vocabulary)
        now = {column: into, table.updated_at: func.now()}
        slugs = connection.execute(update(table).where(column == key).values(now).returning(table.slug))
        return {"with": [[slug, 0, False] for slug in sorted(slugs.scalars())], "needs": [], "projects": []}
    given = {"vocabulary": vocabulary, "key": key, "into": into}
    found = [list(row) for row in connection.execute(_PRACTICES_WITH, given)]
    mine = (PracticeTerm.vocabulary == vocabulary, PracticeTerm.key == key)
    both = select(PracticeTerm.practice_id).where(PracticeTerm.vocabulary == vocabulary, PracticeTerm.key == into)
    connection.execute(delete(PracticeTerm).where(*mine, PracticeTerm.practice_id.in_(both.scalar_subquery())))
    connection.execute(update(PracticeTerm).where(*mine).values(key=into))
    _changed_now(connection, [slug for slug, _position, _both in found])
    needs: list[int] = []
    projects: list[Any] = []
    if vocabulary == "theme":
        for slug, before in connection.execute(_PROJECTS_WITH, {"key": key}).all():
            projects.append([slug, before, _renamed(before, key, into)])
            _give_themes(connection, *projects[-1])
        now = {"theme": into, "updated_at": func.now()}
        moved = connection.execute(update(Need).where(Need.theme == key).values(**now).returning(Need.id))
        needs = sorted(moved.scalars())
    return {"with": found, "needs": needs, "projects": projects}


def _give_themes(connection: Connection, slug: str, before: list[str], after: list[str]) -> int:
    """Give a project other themes where it has those that it had before; return whether it did, as a number."""
    mine = (Project.slug == slug, Project.themes == before)
    return connection.execute(update(Project).where(*mine).values(themes=after, updated_at=func.now())).rowcount


def _changed_now(connection: Connection, practices: Iterable[str]) -> None:
    """Note that practices have changed: whoever follows the changes gets their other terms."""
    connection.execute(update(Practice).where(Practice.slug.in_(practices)).values(updated_at=func.now()))


def _move_proposals(connection: Connection, vocabulary: str, key: str, into: str) -> list[Any]:
    """Let proposals say the other term, decided ones too: whoever goes back to an earlier version must be able to.
    Return what each said: id, values or base, the field before and after."""
    field, changes = _IN_VALUES[vocabulary], []
    for row in connection.execute(_NAMED, {"kind": _kind(vocabulary), "field": field, "key": key}).all():
        for name, values in (("values", row.values), ("base", row.base)):
            before = (values or {}).get(field)
            after = _renamed(before, key, into)
            if after != before:
                changes.append([row.id, name, before, after])
                _put(connection, row.id, name, field, after)
    return changes


def _put(connection: Connection, proposal_id: int, name: str, field: str, said: Any, revision: int = 0) -> None:
    column = Proposal.values if name == "values" else Proposal.base
    values = connection.execute(select(column).where(Proposal.id == proposal_id)).scalar_one()
    now = {name: dict(values) | {field: said}, "revision": Proposal.revision + revision}
    connection.execute(update(Proposal).where(Proposal.id == proposal_id).values(**now))


def _renamed(said: Any, key: str, into: str) -> Any:
    if isinstance(said, list):
        return list(dict.fromkeys(into if one == key else one for one in said))
    return into if said == key else said


def part(connection: Connection, actor: Acting, vocabulary: str, key: str, *, address: str | None = None) -> int:
    """Take a merge back: the term is there again with its words, its place and its look; records that had it and have
    the other one for it now get it back. Return how many those are. Raises Refused."""
    hold(connection, vocabulary)
    mine = (FormerTerm.vocabulary == vocabulary, FormerTerm.key == key)
    row = connection.execute(select(FormerTerm.moved_to, FormerTerm.kept).where(*mine)).one_or_none()
    if row is None:
        raise Refused("unknown")
    if row.kept is None:
        raise Refused("forgotten")
    kept, into = row.kept, row.moved_to
    if into != kept["into"]:
        raise Refused("later")
    for language, label, _origin in kept["labels"]:
        refuse_taken(connection, vocabulary, key, language, label)
    _restore(connection, vocabulary, key, into, kept)
    back = _give_back(connection, vocabulary, key, into, kept["records"]["with"])
    needs = update(Need).where(Need.id.in_(kept["records"]["needs"]), Need.theme == into)
    needs = needs.values(theme=key, updated_at=func.now())
    number = len(back) + connection.execute(needs).rowcount
    for slug, before, after in kept["records"].get("projects", ()):
        number += _give_themes(connection, slug, after, before)
    rewritten = _give_proposals_back(connection, vocabulary, key, into, kept["proposals"], back)
    led = (FormerTerm.vocabulary == vocabulary, FormerTerm.moved_to == into, FormerTerm.key.in_(kept["former"]))
    connection.execute(update(FormerTerm).where(*led).values(moved_to=key))
    connection.execute(delete(FormerTerm).where(*mine))
    said = {"into": into, "records": number, "proposals": rewritten}
    note(connection, "terms_parted", actor, vocabulary, key, address, **said)
    return number


def _restore(connection: Connection, vocabulary: str, key: str, into: str, kept: Kept) -> None:
    look = {name: kept[name] for name in ("position", "colour", "icon")}
    retired = func.now() if kept["retired"] else None
    connection.execute(insert(Term).values(vocabulary=vocabulary, key=key, retired_at=retired, **look))
    for language, label, origin in kept["labels"]:
        words = {"language": language, "label": label, "origin": origin}
        connection.execute(insert(TermLabel).values(vocabulary=vocabulary, key=key, **words))
    for language, synonym in kept["synonyms"]:
        connection.execute(
            insert(TermSynonym).values(vocabulary=vocabulary, key=key, language=language, synonym=synonym)
        )
    for language, synonym in kept["given"]:
        theirs = (TermSynonym.language == language, TermSynonym.synonym == synonym)
        connection.execute(
            delete(TermSynonym).where(TermSynonym.vocabulary == vocabulary, TermSynonym.key == into, *theirs)
        )


def _give_back(connection: Connection, vocabulary: str, key: str, into: str, records: Iterable[Any]) -> dict[str, bool]:
    """Give records the term again; return those: slug → whether they have the other one too."""
    back: dict[str, bool] = {}
    kept = {slug: (position, both) for slug, position, both in records}
    if vocabulary not in ("theme", "target_group"):
        table, column = _column(vocabulary)
        now = {column: key, table.updated_at: func.now()}
        theirs = update(table).where(table.slug.in_(kept), column == into).values(now)
        return dict.fromkeys(connection.execute(theirs.returning(table.slug)).scalars(), False)
    query = (
        select(Practice.id, Practice.slug)
        .join(PracticeTerm, PracticeTerm.practice_id == Practice.id)
        .where(Practice.slug.in_(kept), PracticeTerm.vocabulary == vocabulary, PracticeTerm.key == into)
    )
    for practice_id, slug in connection.execute(query).all():
        position, both = kept[slug]
        back[slug] = both
        row = {"practice_id": practice_id, "vocabulary": vocabulary, "key": key, "position": position}
        if both:
            connection.execute(upsert(PracticeTerm).values(**row).on_conflict_do_nothing())
        else:
            one = (PracticeTerm.practice_id == practice_id, PracticeTerm.vocabulary == vocabulary)
            connection.execute(update(PracticeTerm).where(*one, PracticeTerm.key == into).values(key=key))
    _changed_now(connection, back)
    return back


def _give_proposals_back(
    connection: Connection, vocabulary: str, key: str, into: str, changes: Iterable[Any], back: Mapping[str, bool]
) -> int:
    """Let proposals say again what they said before the merge, where they still say what it made of that; and those
    that were begun since about a record that has the term again, where its author left it alone. One that waits counts
    as changed: whoever looks at it sees what it says now. Return how many were rewritten."""
    field, kind = _IN_VALUES[vocabulary], _kind(vocabulary)
    before = {(one, name): (was, became) for one, name, was, became in changes}
    ids = {one for one, _name in before}
    theirs = (Proposal.id.in_(ids)) | (Proposal.slug.in_(list(back)) & Proposal.state.in_(_OPEN))
    query = (
        select(Proposal.id, Proposal.slug, Proposal.state, Proposal.values, Proposal.base)
        .where(Proposal.kind == kind, theirs)
        .order_by(Proposal.id)
        .with_for_update()
    )
    rewritten = 0
    for row in connection.execute(query).all():
        wanted = _wanted(row, field, before, key, into, back)
        for name, said in wanted.items():
            _put(connection, row.id, name, field, said, int(row.state in _WAITING))
        rewritten += bool(wanted)
    return rewritten


def _wanted(
    row: "Row[Any]", field: str, before: Mapping[tuple[int, str], Any], key: str, into: str, back: Mapping[str, bool]
) -> dict[str, Any]:
    """Return what a proposal is to say, by "values" and "base"; only what is something else than now."""
    wanted: dict[str, Any] = {}
    base = (row.base or {}).get(field)
    begun_since = (row.id, "base") not in before and row.slug in back
    for name, said in (("base", base), ("values", (row.values or {}).get(field))):
        was, became = before.get((row.id, name), (None, None))
        if was is not None:
            if said == became:
                wanted[name] = was
            elif into in _as_list(said):
                wanted[name] = _parted(said, key, into, into in _as_list(was))
        elif begun_since and into in _as_list(said) and into in _as_list(base):
            wanted[name] = _parted(said, key, into, back[row.slug])
    return {name: said for name, said in wanted.items() if said is not None}


def _as_list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _parted(said: Any, key: str, into: str, both: bool) -> Any:
    if not isinstance(said, list):
        return key
    if both:
        return [*said, *([] if key in said else [key])]
    return list(dict.fromkeys(key if one == into else one for one in said))
