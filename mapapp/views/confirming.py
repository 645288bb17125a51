"""Asking for the password again before something that would hand an account over to whoever sits at the screen."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, make_response, redirect, render_template, request
from flask_babel import gettext as _

from .. import passwords
from ..errors import Problem
from ..queries import accounts as known
from ..queries.accounts import Account
from ..writing import attempts, auditing, sessions
from . import acting, asked, entering, interrupted, trying
from .answering import always_fresh
from .failing import wants_json

blueprint = Blueprint("confirming", __name__)
View = TypeVar("View", bound=Callable[..., Any])
GOOD_FOR = 15 * 60  # seconds from the password to the last thing it is good for


def account() -> Account:
    """Return the account of the person who asks, signed in to the end or halfway."""
    one = acting.held()
    found = known.by_id(asked.connection(), one.account_id) if one else None
    if found is None:
        raise Problem(401, _("You are signed out"), _("Please sign in again."))
    return found


def _is_recent() -> bool:
    one = acting.held()
    return one is not None and 0 <= time.time() - one.state.get("confirmed", 0) < GOOD_FOR


def recently_confirmed(view: View) -> View:
    """Mark a view, below `needs`, that asks for the password again when it was given too long ago; a form is kept."""

    @wraps(view)
    def confirmed(*args: Any, **given: Any) -> Any:
        # Who came by a mailed link has no password; who has no session is the view's own affair.
        if acting.held() is None or _is_recent() or account().password_hash is None:
            return view(*args, **given)
        if wants_json():
            raise Problem(401, _("Please give your password again"), _("Open this page again to do so."))
        if request.method in ("GET", "HEAD"):
            return redirect(acting.address_of("confirm", acting.here()), 303)
        return _page(interrupted.sealed(), status=401)

    return confirmed  # type: ignore[return-value]


def _page(carried: str, problem: str = "", status: int = 200) -> Any:
    page = render_template(
        "account/confirm.html", next=entering.onward(), kept=carried, problem=problem, mail=account().mail
    )
    return make_response(page, status)


@blueprint.get("/<lang:lang>/account/confirm")
@always_fresh
def confirm_page(lang: str) -> Any:
    """The form that asks for the password again."""
    return _page("") if acting.held() else redirect(acting.address_of("sign-in", entering.onward()), 303)


@blueprint.post("/<lang:lang>/account/confirm")
@always_fresh
def confirm(lang: str) -> Any:
    """Take the password and go on to what was wanted."""
    one = acting.held()
    if one is None:
        return redirect(acting.address_of("sign-in", entering.onward()), 303)
    who, carried = account(), request.form.get(interrupted.FIELD, "")
    if seconds := trying.wait("sign_in", who.mail, trying.PASSWORDS):
        return entering.too_often(_page(carried, trying.in_words(seconds)), seconds)
    fits = passwords.fits(who.password_hash, request.form.get("password", "")[:1000])
    with acting.transaction() as connection:
        if fits:
            attempts.forget(connection, trying.who("sign_in", who.mail))
            sessions.remember(connection, one.id, one.state | {"confirmed": int(time.time())})
        else:
            auditing.note(connection, "confirmation_failed", account_id=who.id, address=request.remote_addr)
    if not fits:
        return _page(carried, _("That is not your password."), 401)
    return interrupted.repeat(carried) or redirect(entering.onward(), 303)
