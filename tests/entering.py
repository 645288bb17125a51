"""How tests sign somebody in as people do: accounts with passwords and codes, and what is typed at each step."""

import time
from typing import Any

import pyotp
from sqlalchemy import text

from mapapp import passwords
from mapapp.sealing import fingerprint, seal

from .people import PersonClient, add_account

PASSWORD = "four loose words suffice"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def change(app: Any, statement: str, **values: Any) -> None:
    with app.extensions["engine"].begin() as connection:
        connection.execute(text(statement), values)


def read(app: Any, statement: str, **values: Any) -> Any:
    with app.extensions["engine"].connect() as connection:
        return connection.execute(text(statement), values).all()


def made(app: Any, mail: str, role: str, *, second: bool = False) -> int:
    """Return the id of an account with a password, and with an app's codes if `second`."""
    with app.extensions["engine"].begin() as connection:
        account = add_account(connection, mail, role)
    closed = seal(app.config["SECRET_KEY"], "totp", SECRET, str(account)) if second else None
    change(
        app,
        "UPDATE account SET password_hash = :hash, totp_secret = :closed, totp_used_step = NULL, disabled_at = NULL "
        "WHERE id = :id",
        hash=passwords.hash_of(PASSWORD),
        closed=closed,
        id=account,
    )
    return account


def remember_session(client: PersonClient) -> None:
    """Let the client make tokens for the session whose cookie it has."""
    cookie = client.get_cookie("session")
    client.session_id = None
    if cookie:
        found = read(client.application, "SELECT id FROM session WHERE hash = :hash", hash=fingerprint(cookie.value))
        client.session_id = found[0].id if found else None


def give_password(client: PersonClient, mail: str, password: str = PASSWORD, **more: str) -> Any:
    answer = client.send("/en/account/sign-in", {"mail": mail, "password": password, **more})
    remember_session(client)
    return answer


def give_code(client: PersonClient, code: str, **more: str) -> Any:
    answer = client.send("/en/account/second-step", {"code": code, **more})
    remember_session(client)
    return answer


def now_code(ahead: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(time.time()) + 30 * ahead)
