"""Signing in and out: password, then the second factor; a form that waits is carried along."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from .. import passwords, second_factor
from ..queries import accounts as known
from ..queries.accounts import Account
from ..queries.sessions import GUARDED
from ..sealing import SealBroken, unseal
from ..writing import accounts, attempts, auditing, second_factors, sessions
from . import acting, asked, interrupted, passkey_exchange, trying
from .answering import always_fresh

blueprint = Blueprint("entering", __name__)


def onward() -> str:
    """Return where the person goes on to: one of our own paths, else their own page."""
    return acting.own_path(request.values.get("next"), f"/{g.lang}/account/")


def _device() -> str:
    return request.user_agent.string or ""


def begin(connection: Connection, account: Account, *, given: bool = False) -> str:
    """Open a session for somebody who proved who they are; return its key. `given`: by the second factor too."""
    old = acting.held()
    if old is not None:
        sessions.end(connection, old.account_id, old.id)
    full = given or not (account.second or account.role in GUARDED)
    key = sessions.open_session(
        connection, account.id, full=full, device=_device(), address=request.remote_addr
    )
    if full:
        auditing.note(connection, "signed_in", account_id=account.id, address=request.remote_addr)
        sessions.sweep(connection)
    return key


def enter(account: Account, key: str, then: str, *, given: bool = False) -> Response:
    """Answer somebody whose session was opened: on to the second factor, to the form that waits, or to `then`."""
    carried = request.form.get(interrupted.FIELD, "")
    if given or not (account.second or account.role in GUARDED):
        answer = make_response(interrupted.after_sign_in(carried, key) or redirect(then, 303))
    elif account.second and carried:
        answer = make_response(_second_step_page(account, then, carried, key=key))
    else:
        answer = redirect(acting.address_of("second-step" if account.second else "second-factor", then), 303)
    acting.give_cookie(answer, key)
    return answer


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
    if acting.me():
        return redirect(onward(), 303)
    return _sign_in_page()


@blueprint.post("/<lang:lang>/account/sign-in")
@always_fresh
def sign_in(lang: str) -> Any:
    """Take mail address and password. Whatever is wrong, the answer is the same and takes the same time."""
    mail, password = request.form.get("mail", "").strip()[:254], request.form.get("password", "")[:1000]
    seconds = trying.wait("sign_in", mail, trying.PASSWORDS)
    if seconds:
        answer = _sign_in_page(trying.in_words(seconds), 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    with acting.transaction() as connection:
        account = known.by_mail(connection, mail.replace("\0", ""))
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
@always_fresh
def sign_out(lang: str) -> Any:
    """End the session."""
    one = acting.held()
    if one is not None:
        with acting.transaction() as connection:
            sessions.end(connection, one.account_id, one.id)
            auditing.note(connection, "signed_out", account_id=one.account_id, address=request.remote_addr)
    answer = redirect(f"/{lang}/account/signed-out", 303)
    acting.take_cookie(answer)  # type: ignore[arg-type]
    return answer


@blueprint.get("/<lang:lang>/account/signed-out")
@always_fresh
def signed_out(lang: str) -> str:
    """Say that the session is over."""
    return render_template("account/signed_out.html")


def _second_step_page(
    account: Account, then: str, carried: str, problem: str = "", status: int = 200, key: str = ""
) -> Response:
    page = render_template(
        "account/second_step.html", account=account, next=then, kept=carried, problem=problem,
        csrf=interrupted.field_for(key) if key else None, passkeys=account.passkeys and passkey_exchange.possible(),
    )
    return make_response(page, status)


def halfway() -> Account | None:
    """Return the account of somebody who gave the password and has yet to give the second factor."""
    one = acting.held()
    if one is None or one.full:
        return None
    return known.by_id(asked.connection(), one.account_id)


@blueprint.get("/<lang:lang>/account/second-step")
@always_fresh
def second_step_page(lang: str) -> Any:
    """The form for the second factor."""
    account = halfway()
    if account is None or not account.second:
        return redirect(onward() if acting.me() else acting.address_of("sign-in", onward()), 303)
    return _second_step_page(account, onward(), "")


@blueprint.post("/<lang:lang>/account/second-step")
@always_fresh
def second_step(lang: str) -> Any:
    """Take a code of the app, a recovery code or a passkey's answer; each works once."""
    account, carried = halfway(), request.form.get(interrupted.FIELD, "")
    if account is None:
        return redirect(acting.address_of("sign-in", onward()), 303)
    seconds = trying.wait("second", account.mail, trying.CODES)
    if seconds:
        answer = _second_step_page(account, onward(), carried, trying.in_words(seconds), 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    with acting.transaction() as connection:
        means = _means(connection, account)
        if means:
            attempts.forget(connection, trying.who("second", account.mail))
            key = begin(connection, account, given=True)
        else:
            auditing.note(
                connection, "second_factor_failed", account_id=account.id, address=request.remote_addr
            )
    if not means:
        problem = _("That did not fit. A code works once and for half a minute only: please wait for the next one.")
        return _second_step_page(account, onward(), carried, problem, 401)
    return enter(account, key, onward(), given=True)


def _means(connection: Connection, account: Account) -> str:
    """Return by what the second factor was proved, which is used up then; empty when it was not."""
    secret_key, code = asked.settings().secret_key, request.form.get("code", "").strip()[:40]
    if request.form.get("assertion"):
        one = acting.held()
        challenge = str(one.state.get("challenge", "")) if one else ""
        return "passkey" if passkey_exchange.prove(connection, account.id, challenge) else ""
    if account.totp_secret:
        try:
            secret = unseal(secret_key, "totp", account.totp_secret, str(account.id))
        except SealBroken:
            secret = ""
        step = second_factor.matching_step(secret, code) if secret else None
        if step is not None:
            return "app" if second_factors.use_step(connection, account.id, step) else ""
    code_hash = second_factor.recovery_hash(secret_key, account.id, code)
    if code and second_factors.use_recovery_code(connection, account.id, code_hash):
        auditing.note(connection, "recovery_code_used", account_id=account.id, address=request.remote_addr)
        return "recovery"
    return ""
