"""Setting up and taking away second factors: an app's codes, passkeys, recovery codes on paper."""

from typing import Any

import segno
from flask import Blueprint, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from .. import second_factor
from ..errors import Problem
from ..queries import accounts as known
from ..queries.accounts import Account
from ..queries.sessions import GUARDED
from ..sealing import SealBroken, seal, unseal
from ..writing import accounts, attempts, auditing, mail, second_factors, sessions
from . import acting, asked, entering, passkey_exchange, trying
from .answering import always_fresh
from .confirming import account as _account
from .confirming import recently_confirmed

blueprint = Blueprint("second_factors", __name__)
LONGEST_NAME = 60  # characters of a passkey's name


def _who() -> Account | None:
    """Return who may set up a second factor: people with a password, and those of them whose role makes them do so."""
    one = acting.held()
    if one is None or one.role == "contributor" or (not one.full and one.second):
        return None
    return known.by_id(asked.connection(), one.account_id)


def _elsewhere() -> Any:
    one = acting.held()
    if one is None:
        return redirect(acting.address_of("sign-in", acting.account_address("second-factor")), 303)
    return redirect(acting.account_address() if one.full else acting.step_address(one, acting.account_address()), 303)


def _square(account: Account, secret: str) -> str:
    """Return the square for an app's camera as a data address: a picture that no other address ever answers with."""
    address = second_factor.address(secret, account.mail, asked.site().name)
    found: str = segno.make(address, error="m").svg_data_uri(scale=4, border=3, dark="#000", light="#fff")
    return found


def _page(
    account: Account, *, problem: str = "", passkey_problem: str = "", closed: str = "", status: int = 200
) -> Any:
    """Return the page; `closed` is the sealed secret of an app that has already read the square."""
    key = asked.settings().secret_key
    secret = _opened(account, closed) or second_factor.new_secret()
    page = render_template(
        "account/second_factor.html",
        account=account,
        next=entering.onward(),
        required=account.role in GUARDED,
        ready=acting.me() is not None,
        last=account.role in GUARDED and bool(account.totp_secret) + account.passkeys == 1,
        passkeys=known.passkeys(asked.connection(), account.id),
        passkeys_possible=passkey_exchange.possible(),
        square=_square(account, secret),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=seal(key, "new totp", secret, str(account.id)),
        problem=problem,
        passkey_problem=passkey_problem,
    )
    return make_response(page, status)


def _opened(account: Account, closed: str) -> str:
    try:
        return unseal(asked.settings().secret_key, "new totp", closed, str(account.id)) if closed else ""
    except SealBroken:
        return ""


@blueprint.get("/<lang:lang>/account/second-factor")
@always_fresh
@recently_confirmed
def second_factor_page(lang: str) -> Any:
    """What second factors there are, and how to set one up."""
    account = _who()
    return _page(account) if account else _elsewhere()


def _after_first(connection: Connection, account: Account) -> tuple[list[str], str]:
    """Make the recovery codes and, for somebody who was held up on the way in, the session; return both (its key)."""
    codes = second_factor.new_recovery_codes()
    key = asked.settings().secret_key
    second_factors.keep_recovery_codes(
        connection, account.id, [second_factor.recovery_hash(key, account.id, code) for code in codes]
    )
    return codes, "" if acting.me() else entering.begin(connection, account, given=True)


def _set_up(account: Account, codes: list[str], session: str) -> Any:
    """Answer somebody who has set up a second factor: with the codes, which are shown this once, if it is the first."""
    if not codes:
        return redirect(acting.account_address("second-factor"), 303)
    if session:
        acting.become(session)
    answer = make_response(render_template("account/recovery_codes.html", codes=codes, next=entering.onward()))
    if session:
        acting.give_cookie(answer, session)
    return answer


@blueprint.post("/<lang:lang>/account/second-factor/app")
@always_fresh
@recently_confirmed
def add_app(lang: str) -> Any:
    """Take the first code of an app, which proves that it has the secret."""
    account = _who()
    if account is None or account.totp_secret:
        return _elsewhere() if account is None else redirect(acting.account_address("second-factor"), 303)
    closed = request.form.get("sealed", "")
    if seconds := trying.wait("second", account.mail, trying.CODES):
        return entering.too_often(_page(account, problem=trying.in_words(seconds), closed=closed), seconds)
    secret = _opened(account, closed)
    step = second_factor.matching_step(secret, request.form.get("code", "")[:40]) if secret else None
    if step is None:
        problem = _(
            "That code does not fit. Type the one that the app shows now; the clock of your device must be right."
        )
        return _page(account, problem=problem, closed=closed, status=422)
    with acting.transaction() as connection:
        attempts.forget(connection, trying.who("second", account.mail))
        closed = seal(asked.settings().secret_key, "totp", secret, str(account.id))
        second_factors.keep_totp(connection, account.id, closed, step)
        _note(connection, account, "second_factor_added", kind="app")
        codes, session = _after_first(connection, account) if not account.second else ([], "")
    return _set_up(account, codes, session)


@blueprint.post("/<lang:lang>/account/second-factor/passkey-options")
@always_fresh
@recently_confirmed
def passkey_options(lang: str) -> Any:
    """What a script needs to ask the browser for a new passkey."""
    one = acting.held()
    if one is None or _who() is None:
        raise Problem(401, _("You are signed out"), _("Please sign in again."))
    return passkey_exchange.ask_to_make(one)


@blueprint.post("/<lang:lang>/account/second-factor/passkey")
@always_fresh
@recently_confirmed
def add_passkey(lang: str) -> Any:
    """Keep the passkey that the browser has made."""
    account = _who()
    if account is None:
        return _elsewhere()
    name = mail.one_line(request.form.get("name", ""))[:LONGEST_NAME].strip() or _("Passkey")
    with acting.transaction() as connection:
        kept = passkey_exchange.keep(connection, account, name)
        if kept:
            _note(connection, account, "second_factor_added", kind="passkey")
        codes, session = _after_first(connection, account) if kept and not account.second else ([], "")
    if not kept:
        return _page(account, passkey_problem=_("The passkey was not made. Please try again."), status=422)
    return _set_up(account, codes, session)


@blueprint.post("/<lang:lang>/account/second-factor/passkey/<int:number>/remove")
@acting.needs("partner", "moderator", "admin")
@recently_confirmed
def remove_passkey(lang: str, number: int) -> Any:
    """Remove a passkey; the last second factor of a role that needs one stays."""
    account = _account()
    with acting.transaction() as connection:
        removed = second_factors.remove_passkey(connection, account.id, number, last_too=account.role not in GUARDED)
        if removed:
            _note(connection, account, "second_factor_removed", kind="passkey")
    return _removed(account, removed)


@blueprint.post("/<lang:lang>/account/second-factor/app/remove")
@acting.needs("partner", "moderator", "admin")
@recently_confirmed
def remove_app(lang: str) -> Any:
    """Remove the codes of an app; the last second factor of a role that needs one stays."""
    account = _account()
    with acting.transaction() as connection:
        removed = second_factors.remove_totp(connection, account.id, last_too=account.role not in GUARDED)
        if removed:
            _note(connection, account, "second_factor_removed", kind="app")
    return _removed(account, removed)


def _removed(account: Account, removed: bool) -> Any:
    if removed:
        return redirect(acting.account_address("second-factor"), 303)
    return _page(
        account, problem=_("Your role needs a second factor. Add another one before you remove this."), status=409
    )


@blueprint.post("/<lang:lang>/account/second-factor/codes")
@acting.needs("partner", "moderator", "admin")
@recently_confirmed
def new_codes(lang: str) -> Any:
    """Make new recovery codes; the old ones are good no more."""
    account = _account()
    if not account.second:
        return redirect(acting.account_address("second-factor"), 303)
    with acting.transaction() as connection:
        codes, _session = _after_first(connection, account)
        _note(connection, account, "recovery_codes_made")
    return _set_up(account, codes, "")


def _note(connection: Connection, account: Account, action: str, **details: str) -> None:
    subject = f"account:{account.id}"
    auditing.note(connection, action, account_id=account.id, subject=subject, address=request.remote_addr, **details)
    accounts.tell_changed(connection, account, action, site=asked.mail_site())
    one = acting.held()
    if one is not None and action == "second_factor_added" and one.full:
        sessions.end_all(connection, account.id, but=one.id)  # whoever else is in came without it
