"""Everybody who may ask for a page, in one database, with one record of theirs in each state a record can have."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import text

from mapapp.writing import moderation
from mapapp.writing.moderation import Draft

from .people import PersonClient, add_account, add_organisation, sign_in
from .proposing import actor, practice_values, put

#: The author is an editor of an organisation, the fellow a plain member of it; the stranger belongs to another one.
CAST = ("nobody", "contributor", "author", "fellow", "stranger", "moderator", "admin")
STATES = ("draft", "submitted", "agreed", "returned", "withdrawn", "approved")


class Stage(NamedTuple):
    """The clients by the names of CAST, and the application that they ask."""

    app: Any
    clients: dict[str, PersonClient]

    def proposal(self, state: str, **changes: Any) -> str:
        """Return the public id of a new proposal of the author's in a state."""
        with self.app.extensions["engine"].begin() as connection:
            author = actor(connection, "partner", "first-organisation", editor=True)
            values = practice_values(owner="first-organisation") | changes
            saved = moderation.save_draft(
                connection, author, Draft("practice", values, organisation="first-organisation")
            )
            if state != "draft":
                put(connection, saved.public_id, state)
                connection.execute(
                    text("UPDATE proposal SET submitted_at = now() WHERE public_id = :id"), {"id": saved.public_id}
                )
        return str(saved.public_id)


def make_stage(app: Any) -> Stage:
    """Return the cast, signed in."""
    app.test_client_class = PersonClient
    people = {
        "contributor": ("contributor@example.org", "contributor", "", False),
        "author": ("first-organisation-partner-editor@example.org", "partner", "first-organisation", True),
        "fellow": ("fellow@example.org", "partner", "first-organisation", False),
        "stranger": ("stranger@example.org", "partner", "second-organisation", True),
        "moderator": ("moderator@example.org", "moderator", "", False),
        "admin": ("admin@example.org", "admin", "", False),
    }
    clients: dict[str, PersonClient] = {"nobody": app.test_client()}
    for name, (mail, role, organisation, editor) in people.items():
        with app.extensions["engine"].begin() as connection:
            of = add_organisation(connection, organisation) if organisation else None
            account = add_account(connection, mail, role, of, editor=editor)
        clients[name] = sign_in(app, account, of or 0)
    return Stage(app, clients)


def private_rules(app: Any) -> Iterator[tuple[str, str, str]]:
    """Give (endpoint, method, rule) of every route that reads the cookie or takes something in."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        private = any(f"/{part}" in str(rule) for part in ("contribute", "review", "account", "admin", "photos"))
        for method in sorted(methods):
            if private or method != "GET":
                yield rule.endpoint, method, str(rule)
