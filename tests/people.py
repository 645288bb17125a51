"""The cast: people of each role, signed in, each in a database of the module's own, which may be written to.

A client sends forms as a browser would: `client.send(address, {"title": "…"})` adds the proof that the form is ours.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text

from mapapp import passwords
from mapapp.sealing import fingerprint, new_key
from mapapp.settings import Settings

from .strict import Strict

ORIGIN = "http://localhost"


class PersonClient(FlaskClient):
    """A client that is one person: `account_id`, `organisation_id`, `session_id`, and `key`, the session's cookie."""

    account_id: int
    organisation_id: int
    session_id: int | None = None
    key: str = ""

    def csrf(self) -> str:
        """Return a token that is good for this person's forms."""
        from mapapp.views.guarding import token_of

        with self.application.test_request_context("/"):
            return token_of(self.session_id)

    def send(self, address: str, values: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post a form as the browser would."""
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        return self.post(address, data={"csrf": self.csrf(), **(values or {})}, headers=headers, **more)


def add_organisation(connection: Connection, slug: str, *, second_key: bool = False) -> int:
    """Return the id of an organisation, made if it is not there."""
    statement = text(
        "INSERT INTO organisation (slug, name, second_key) VALUES (:slug, :slug, :second_key) "
        "ON CONFLICT (slug) DO UPDATE SET second_key = :second_key RETURNING id"
    )
    return int(connection.execute(statement, {"slug": slug, "second_key": second_key}).scalar_one())


def add_account(
    connection: Connection, mail: str, role: str, organisation_id: int | None = None, *, editor: bool = False
) -> int:
    """Return the id of an account with a second factor and no password, made if it is not there."""
    known = connection.execute(text("SELECT id FROM account WHERE lower(mail) = :mail"), {"mail": mail}).scalar()
    if known is None:
        known = connection.execute(
            text(
                "INSERT INTO account (mail, name, role, totp_secret, may_evaluate) "
                "VALUES (:mail, :name, :role, :totp, :evaluate) RETURNING id"
            ),
            {
                "mail": mail,
                "name": mail.split("@")[0],
                "role": role,
                "totp": None if role == "contributor" else "not a secret",
                "evaluate": role in ("moderator", "admin"),
            },
        ).scalar_one()
    if organisation_id is not None:
        connection.execute(
            text(
                "INSERT INTO member (account_id, organisation_id, editor) VALUES (:account, :organisation, :editor) "
                "ON CONFLICT (account_id, organisation_id) DO UPDATE SET editor = :editor"
            ),
            {"account": known, "organisation": organisation_id, "editor": editor},
        )
    return int(known)


def sign_in(app: Any, account_id: int, organisation_id: int = 0) -> PersonClient:
    """Return a client that is signed in to an account of the application's database."""
    app.test_client_class = PersonClient
    client: PersonClient = app.test_client()
    client.account_id, client.organisation_id, client.key = account_id, organisation_id, new_key()
    with app.extensions["engine"].begin() as connection:
        client.session_id = connection.execute(
            text(
                'INSERT INTO session (hash, account_id, "full", ends_at) '
                "VALUES (:hash, :account, true, now() + interval '8 hours') RETURNING id"
            ),
            {"hash": fingerprint(client.key), "account": account_id},
        ).scalar_one()
    client.set_cookie("session", client.key)
    return client


@pytest.fixture(scope="module")
def people_engine(postgis: Any, worker_id: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with the starting data for the tests of one module: they may commit."""
    name = "".join(letter if letter.isalnum() else "_" for letter in request.module.__name__.lower())[-30:]
    engine = postgis.clone("template_atlas", f"people_{worker_id}_{name}")
    yield engine
    postgis.drop(engine)


@pytest.fixture(scope="module")
def people_app(settings: Settings, people_engine: Engine) -> Any:
    """The application on the module's own database."""
    from mapapp.factory import create_app

    app = create_app(settings, people_engine)
    app.testing = True
    app.jinja_env.undefined = Strict
    app.test_client_class = PersonClient
    return app


@pytest.fixture
def anyone(people_app: Any) -> PersonClient:
    """A client of somebody without a session; `send` proves that the form is ours."""
    client: PersonClient = people_app.test_client()
    return client


@pytest.fixture
def person(people_app: Any) -> Callable[..., PersonClient]:
    """The way to sign somebody in: `person("partner", "third", editor=True)` is a partner of an organisation."""

    def enter(role: str, organisation: str = "", *, editor: bool = False, second_key: bool = False) -> PersonClient:
        with people_app.extensions["engine"].begin() as connection:
            of = add_organisation(connection, organisation, second_key=second_key) if organisation else None
            mail = f"{organisation or 'no'}-{role}{'-editor' if editor else ''}@example.org"
            account = add_account(connection, mail, role, of, editor=editor)
        return sign_in(people_app, account, of or 0)

    return enter


@pytest.fixture
def partner_client(person: Callable[..., PersonClient]) -> PersonClient:
    """A partner of the organisation `first-organisation`, one of its editors."""
    return person("partner", "first-organisation", editor=True)


@pytest.fixture
def other_partner_client(person: Callable[..., PersonClient]) -> PersonClient:
    """A partner of another organisation."""
    return person("partner", "second-organisation")


@pytest.fixture
def moderator_client(person: Callable[..., PersonClient]) -> PersonClient:
    """A moderator."""
    return person("moderator")


@pytest.fixture
def admin_client(person: Callable[..., PersonClient]) -> PersonClient:
    """An admin."""
    return person("admin")


@pytest.fixture
def contributor_client(person: Callable[..., PersonClient]) -> PersonClient:
    """Somebody who came by a mailed link."""
    return person("contributor")


@pytest.fixture(scope="module")
def quick_passwords() -> Any:
    """Passwords hashed with less work: what they cost is not what is tested here."""
    whole = passwords.HASHER
    passwords.HASHER = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._nobodys.cache_clear()
    yield
    passwords.HASHER = whole
    passwords._nobodys.cache_clear()
