"""A site on which every word that anybody ever typed is a payload: records, people, what they proposed and said."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text
from werkzeug.routing import Rule

from mapapp.queries.site import IN_LANGUAGES
from mapapp.writing import auditing, moderation, tokens
from mapapp.writing.moderation import Draft

from .cast import Stage, make_stage
from .conftest import SAMPLES
from .payloads import ALL, GROUPS, TURNS, poison
from .proposing import SITE, actor, practice_values, propose, publish, service_values


class Poisoned(NamedTuple):
    """The cast, how many rows hold payloads by "table.column", and what stands in addresses, by the part's name."""

    stage: Stage
    rows: Mapping[str, int]
    parts: Mapping[str, Sequence[Any]]


def practice(turn: int, **changes: Any) -> dict[str, Any]:
    """Return the values of a practice each of whose texts is payloads."""
    words = dict.fromkeys(("summary", "description", "lessons", "transferability"), TURNS[turn])
    words["title"] = GROUPS[turn]
    return (
        practice_values(
            texts={
                "en": {**words, "origin": "author", "source_version": None},
                "de": {**words, "origin": "translator", "source_version": 1},
            },
            **dict.fromkeys(("place_name", "organisation", "source_title"), TURNS[turn]),
            **dict.fromkeys(("partners", "programmes"), TURNS[:2]),
        )
        | changes
    )


def service(turn: int) -> dict[str, Any]:
    """Return the values of a service each of whose texts is payloads."""
    words = dict.fromkeys(("name", "description", "eligibility", "cost", "documents"), TURNS[turn])
    return service_values(
        texts={"en": {**words, "origin": "author", "source_version": None}},
        **dict.fromkeys(("organisation", "place_name", "address", "phone"), TURNS[turn]),
    )


def evaluation(slug: str, **changes: Any) -> dict[str, Any]:
    """Return what an evaluation says of a practice, each of its texts payloads."""
    words = dict.fromkeys(("strength", "room_for_improvement", "evidence"), ALL)
    return {
        "practice": slug,
        "framework": "REGIN",
        "version": "2021",
        "evaluator": ALL,
        "date": "2026-05",
        "source_url": None,
        "language": "en",
        "criteria": {"Innovation": {"level": "high", **words}},
    } | changes


def make(app: Any) -> Poisoned:
    """Return a site of payloads, with proposals in each state."""
    stage = make_stage(app)
    with app.extensions["engine"].begin() as connection:
        parts = _records(connection)
        _people(connection, stage, parts)
        rows = poison(connection)
    return Poisoned(stage, rows, parts)


def _records(connection: Connection) -> dict[str, list[Any]]:
    author = actor(connection, "partner", "first-organisation", editor=True)
    moderator, admin = actor(connection, "moderator"), actor(connection, "admin")
    photo = connection.execute(text("INSERT INTO photo (width, height) VALUES (8, 8) RETURNING id")).scalar_one()
    seen = [{"id": str(photo), "alt": {"en": ALL, "de": ALL}, "credit": ALL}]
    slug, other, gone = [publish(connection, author, moderator, practice(n, photos=seen)) for n in range(3)]
    beside = publish(connection, author, moderator, service(0), kind="service")
    publish(connection, admin, moderator, evaluation(slug), kind="evaluation", slug=slug)
    publish(connection, author, moderator, {}, action="retire", slug=gone, note=ALL)
    new = [
        propose(connection, admin, evaluation(slug, evaluator=ALL[1:]), kind="evaluation", slug=slug),
        propose(connection, author, service(1), kind="service", note=ALL),
        propose(connection, author, practice(4), action="change", slug=slug, note=ALL),
        propose(connection, author, practice(5), note=ALL),
        propose(connection, author, practice(6), note=ALL),
        propose(connection, moderator, {"into": other}, action="merge", slug=slug, note=ALL),
        moderation.save_draft(connection, author, Draft("practice", practice(7))),
    ]
    moderation.ask(connection, moderator, new[2].public_id, new[2].revision, ALL, SITE)
    moderation.return_(connection, moderator, new[3].public_id, new[3].revision, ALL, SITE)
    connection.execute(text("UPDATE practice SET confirmed_on = now() WHERE slug = :slug"), {"slug": slug})
    some = {
        "region": "SELECT slug FROM region ORDER BY id DESC LIMIT 1",
        "project": "SELECT p.slug FROM project p JOIN event ON p.id = project_id ORDER BY event.id DESC LIMIT 1",
    }
    return {
        "practices": [slug, gone],
        "services": [beside],
        **{f"{name}s": list(connection.execute(text(query)).scalars()) for name, query in some.items()},
        "public_id": [one.public_id for one in new],
        "photo": [photo],
    }


def _people(connection: Connection, stage: Stage, parts: dict[str, list[Any]]) -> None:
    """Say what people say of themselves and of the site, and let some of them do what is noted."""
    me, admin = stage.clients["author"], stage.clients["admin"]
    auditing.note(connection, "denied", account_id=me.account_id, subject=ALL, reason=ALL)
    connection.execute(
        text("INSERT INTO passkey (account_id, credential_id, public_key, name) VALUES (:me, 'x', 'x', 'x')"),
        {"me": me.account_id},
    )
    said = [(name, "") for name in ("name", "contact", "operator")]
    said += [(name, lang) for name in IN_LANGUAGES for lang in ("en", "de")]
    for name, lang in said:
        connection.execute(text("INSERT INTO site_setting VALUES (:name, :lang, 'x')"), {"name": name, "lang": lang})
    connection.execute(
        text(
            "INSERT INTO checked_link (address, state, problem, checked_at, broken_since) "
            "SELECT source_url, 'gone', 'x', now(), now() FROM practice ORDER BY id LIMIT 9 ON CONFLICT DO NOTHING"
        )
    )
    connection.execute(text("UPDATE message SET state = 'failed', error = 'x' WHERE id % 2 = 0"))
    about = {"kind": "practice", "slug": parts["practices"][0]}
    day = timedelta(days=1)
    parts["key"] = [tokens.issue(connection, "fresh", account_id=me.account_id, about=about, good_for=day)]
    parts["number"] = [admin.account_id]


OTHERS: Mapping[str, Sequence[Any]] = {
    "lang": ["en"],
    "slug": ["first-organisation"],
    "name": ["freshness"],
    "vocabulary": ["theme"],
    "folder": ["practices", "services"],
    "kind": ["practice", "service"],
    "size": ["small"],
    "ending": ["csv"],
    "upload": [UUID(int=1)],
}


def addresses(poisoned: Poisoned, rule: Rule) -> list[str]:
    """Return the addresses of a route: one for each proposal, record or kind that it could be about."""
    found: list[dict[str, Any]] = [{}]
    for name in sorted(rule.arguments):
        known = {**OTHERS, **poisoned.parts}.get(name, [SAMPLES.get(name, "x")])
        if "vocabularies" in str(rule) and name == "key":
            known = ["housing"]
        if name == "slug":
            known = next((values for part, values in poisoned.parts.items() if f"/{part}/" in str(rule)), known)
        found = [one | {name: value} for one in found for value in known]
    for one in found:
        about = one.get("kind", "") + "s" if "kind" in one else one.get("folder")
        if about:
            one["slug"] = poisoned.parts[about][-1 if "review" in str(rule) else 0]
    built = {rule.build(one, append_unknown=False) for one in found}
    return sorted({address[1] for address in built if address})
