"""Signing in and out: password, then the second factor; a form that waits is carried along."""

import time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from .. import passwords, second_factor
from ..errors import Problem
from ..queries import accounts as known
from ..queries.accounts import Account
from ..queries.sessions import GUARDED
from ..sealing import SealBroken, unseal
from ..writing import accounts, attempts, auditing, second_factors, sessions
from . import acting, asked, interrupted, passkey_exchange, trying
from .answering import always_fresh
from .guarding import own_origin_suffices

blueprint = Blueprint("entering", __name__)


def onward() -> str:
    """Return where the person goes on to: one of our own paths, else their own page."""
    return acting.own_path(request.values.get("next"), acting.account_address())


def is_done(account: Account, given: bool) -> bool:
    """Tell whether somebody is signed in to the end. `given`: by the second factor too."""
    return given or not (account.second or account.role in GUARDED)


def begin(connection: Connection, account: Account, *, given: bool = False) -> str:
    """Open a session for somebody who proved who they are; return its key. What the browser had before ends."""
    old = acting.held()
    if old is not None:
        sessions.end(connection, old.account_id, old.id)
    full = is_done(account, given)
    key = sessions.open_session(
        connection,
        account.id,
        full=full,
        device=request.user_agent.string or "",
        address=request.remote_addr,
        state={"confirmed": int(time.time())},
    )
    if full:
        auditing.note(connection, "signed_in", account_id=account.id, address=request.remote_addr)
        sessions.sweep(connection)
    return key


def enter(account: Account, key: str, then: str, *, given: bool = False) -> Any:
    """Answer somebody whose session is open and committed: on to the second factor, the form that waits, or `then`."""
    acting.become(key)
    carried = request.form.get(interrupted.FIELD, "")
    if is_done(account, given):
        answer = make_response(interrupted.repeat(carried) or redirect(then, 303))
    elif account.second and carried:
        answer = _second_step_page(account, then)
    else:
        answer = make_response(
            redirect(acting.address_of("second-step" if account.second else "second-factor", then), 303)
        )
    acting.give_cookie(answer, key)
    return answer


def too_often(page: Response, seconds: int) -> Response:
    """Return the page that asks to wait, with the status and header that say so to programs."""
    page.status_code = 429
    page.headers["Retry-After"] = str(seconds)
    return page


def _sign_in_page(problem: str = "", status: int = 200) -> Response:
    page = render_template(
        "account/sign_in.html",
        next=onward(),
        kept=request.form.get(interrupted.FIELD, ""),
        mail=request.form.get("mail", "")[:254],
        problem=problem,
    )
    return make_response(page, status)


@blueprint.get("/<lang:lang>/account/sign-in")
@always_fresh
def sign_in_page(lang: str) -> Any:
    """The form to sign in; somebody who is signed in is sent on."""
    return redirect(onward(), 303) if acting.me() else _sign_in_page()


@blueprint.post("/<lang:lang>/account/sign-in")
@own_origin_suffices
@always_fresh
def sign_in(lang: str) -> Any:
    """Take mail address and password. Whatever is wrong, the answer is the same and takes the same time."""
    mail, password = request.form.get("mail", "").strip()[:254], request.form.get("password", "")[:1000]
    mail = mail.replace("\0", "")
    if seconds := trying.wait("sign_in", mail, trying.PASSWORDS):
        return too_often(_sign_in_page(trying.in_words(seconds)), seconds)
    account = known.by_mail(asked.connection(), mail)
    fits = passwords.fits(account.password_hash if account else None, password)
    with acting.transaction() as connection:
        if account is None or not fits:
            auditing.note(
                connection,
                "sign_in_failed",
                subject=f"account:{account.id}" if account else None,
                address=request.remote_addr,
            )
        else:
            if passwords.is_outdated(account.password_hash or ""):
                accounts.rehash_password(connection, account.id, passwords.hash_of(password))
            attempts.forget(connection, trying.who("sign_in", mail))
            key = begin(connection, account)
    if account is None or not fits:
        return _sign_in_page(
            _("Mail address and password do not fit together. Check both, or get a link by mail."), 401
        )
    return enter(account, key, onward())


@blueprint.post("/<lang:lang>/account/sign-out")
@own_origin_suffices
@always_fresh
def sign_out(lang: str) -> Any:
    """End the session."""
    one = acting.held()
    if one is not None:
        with acting.transaction() as connection:
            sessions.end(connection, one.account_id, one.id)
            auditing.note(connection, "signed_out", account_id=one.account_id, address=request.remote_addr)
    answer = make_response(redirect(acting.account_address("signed-out"), 303))
    acting.take_cookie(answer)
    return answer


@blueprint.get("/<lang:lang>/account/signed-out")
@always_fresh
def signed_out(lang: str) -> str:
    """Say that the session is over."""
    return render_template("account/signed_out.html")


def _second_step_page(account: Account, then: str, problem: str = "", status: int = 200) -> Response:
    page = render_template(
        "account/second_step.html",
        account=account,
        next=then,
        kept=request.form.get(interrupted.FIELD, ""),
        problem=problem,
        passkeys=bool(account.passkeys) and passkey_exchange.possible(),
    )
    return make_response(page, status)


def _halfway() -> Account | None:
    """Return the account of somebody who gave the password and has yet to give the second factor."""
    one = acting.held()
    if one is None or one.full or not one.second:
        return None
    return known.by_id(asked.connection(), one.account_id)


@blueprint.get("/<lang:lang>/account/second-step")
@always_fresh
def second_step_page(lang: str) -> Any:
    """The form for the second factor."""
    account = _halfway()
    if account is None:
        return redirect(onward() if acting.me() else acting.address_of("sign-in", onward()), 303)
    return _second_step_page(account, onward())


@blueprint.post("/<lang:lang>/account/second-step/passkey")
@always_fresh
def second_step_passkey(lang: str) -> Any:
    """What a script needs to ask the browser for a passkey."""
    one = acting.held()
    if one is None or one.full:
        raise Problem(401, _("You are signed out"), _("Please sign in again."))
    return passkey_exchange.ask_to_use(one)


@blueprint.post("/<lang:lang>/account/second-step")
@own_origin_suffices
@always_fresh
def second_step(lang: str) -> Any:
    """Take a code of the app, a recovery code or a passkey's answer; each works once."""
    account = _halfway()
    if account is None:
        return _sign_in_page(_("That took too long. Please sign in again."), 401)
    if seconds := trying.wait("second", account.mail, trying.CODES):
        return too_often(_second_step_page(account, onward(), trying.in_words(seconds)), seconds)
    with acting.transaction() as connection:
        given = _is_given(connection, account)
        if given:
            attempts.forget(connection, trying.who("second", account.mail))
            key = begin(connection, account, given=True)
        else:
            auditing.note(connection, "second_factor_failed", account_id=account.id, address=request.remote_addr)
    if not given:
        problem = (
            _("The passkey did not fit. Please try again, or use a code.")
            if request.form.get("assertion")
            else _("That code does not fit. A code works once and only for half a minute: take the next one.")
        )
        return _second_step_page(account, onward(), problem, 401)
    return enter(account, key, onward(), given=True)


def _is_given(connection: Connection, account: Account) -> bool:
    """Tell whether the second factor was proved; what proved it is used up then."""
    if request.form.get("assertion"):
        return passkey_exchange.prove(connection, account)
    secret_key, code = asked.settings().secret_key, request.form.get("code", "").strip()[:40]
    if account.totp_secret:
        try:
            secret = unseal(secret_key, "totp", account.totp_secret, str(account.id))
        except SealBroken:
            secret = ""
        step = second_factor.matching_step(secret, code) if secret else None
        if step is not None:
            return second_factors.use_step(connection, account.id, step)
    code_hash = second_factor.recovery_hash(secret_key, account.id, code)
    if code and second_factors.use_recovery_code(connection, account.id, code_hash):
        auditing.note(connection, "recovery_code_used", account_id=account.id, address=request.remote_addr)
        accounts.tell_changed(connection, account, "recovery_code_used", site=asked.mail_site())
        return True
    return False
