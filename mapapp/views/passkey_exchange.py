"""Passkeys over HTTP: which host they belong to, and the challenge that a session remembers for its next form."""

import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, request
from sqlalchemy import Connection

from .. import passkeys
from ..passkeys import Host
from ..queries import accounts as known
from ..queries.accounts import Account
from ..queries.sessions import Held
from ..sealing import proof
from ..writing import second_factors, sessions
from . import acting, asked

GOOD_FOR = 300  # seconds from the challenge to its answer


def _address() -> str:
    return asked.settings().base_url or request.host_url


def host() -> Host:
    """Return the site as a passkey knows it."""
    parts = urlsplit(_address())
    return Host(parts.hostname or "", (f"{parts.scheme}://{parts.netloc}".lower(),))


def possible() -> bool:
    """Tell whether browsers make passkeys for this address: by https, or this machine itself, by its name."""
    name = host().name
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and (acting.over_https() or name == "localhost" or name.endswith(".localhost"))
    return False


def _remember(one: Held, purpose: str) -> str:
    challenge = passkeys.new_challenge()
    asked_for = {"purpose": purpose, "challenge": challenge, "at": int(time.time())}
    with acting.transaction() as connection:
        sessions.remember(connection, one.id, one.state | {"passkey": asked_for})
    return challenge


def _take(connection: Connection, one: Held, purpose: str) -> str:
    """Return the challenge that was remembered for a purpose, and forget it: no answer is taken twice."""
    asked_for: dict[str, Any] = one.state.get("passkey", {})
    rest = {name: value for name, value in one.state.items() if name != "passkey"}
    sessions.remember(connection, one.id, rest)
    young = 0 <= time.time() - asked_for.get("at", 0) <= GOOD_FOR
    return str(asked_for.get("challenge", "")) if young and asked_for.get("purpose") == purpose else ""


def _as_json(options: str) -> Response:
    return current_app.response_class(options, mimetype="application/json")


def ask_to_use(one: Held) -> Response:
    """Answer a script that wants to use a passkey of the session's account."""
    there = known.passkeys(asked.connection(), one.account_id)
    return _as_json(passkeys.to_use(host(), _remember(one, "use"), [row.credential_id for row in there]))


def ask_to_make(one: Held) -> Response:
    """Answer a script that wants to make a passkey for the session's account."""
    there = known.passkeys(asked.connection(), one.account_id)
    settings = asked.settings()
    person = proof(settings.secret_key, "passkey person", str(one.account_id))
    options = passkeys.to_make(
        host(), asked.site().name, one.mail, person, _remember(one, "make"), [row.credential_id for row in there]
    )
    return _as_json(options)


def prove(connection: Connection, account: Account) -> bool:
    """Tell whether the form of this request holds the right answer of one of the account's passkeys; note its use."""
    one = acting.held()
    if one is None:
        return False
    rows = known.passkeys(connection, account.id)
    stored = [passkeys.Stored(row.credential_id, row.public_key, row.sign_count) for row in rows]
    found = passkeys.used(host(), _take(connection, one, "use"), request.form.get("assertion", ""), stored)
    if found is None:
        return False
    row = next(row for row in rows if row.credential_id == found.credential_id)
    second_factors.use_passkey(connection, row.id, found.sign_count)
    return True


def keep(connection: Connection, account: Account, name: str) -> bool:
    """Keep the passkey that the form of this request holds; False when the answer is not right, or known already."""
    one = acting.held()
    if one is None:
        return False
    found = passkeys.made(host(), _take(connection, one, "make"), request.form.get("attestation", ""))
    if found is None:
        return False
    return second_factors.keep_passkey(connection, account.id, **found._asdict(), name=name)
