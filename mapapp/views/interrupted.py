"""Forms that were sent when their session had ended or their time was over: what was typed is kept and sent again."""

from typing import NamedTuple

from flask import current_app, render_template, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from ..errors import Problem
from . import acting, asked
from .failing import known_problem, wants_json

FIELD = "kept"
KEPT_FOR = 24 * 3600  # seconds
LONGEST = 700_000  # characters of a sealed form: the page that carries it must be able to send it
# Neither what is ours nor what is secret: no page carries a password around.
NOT_KEPT = ("csrf", FIELD, "password", "new_password", "code", "assertion", "attestation")


class Kept(NamedTuple):
    """A form as it was sent: its own path with query, its fields in order. Files cannot be kept by a page."""

    path: str
    fields: list[tuple[str, str]]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(asked.settings().secret_key, salt="kept form")


def _fields() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT]


def too_large() -> tuple[str, int]:
    """Answer a form of somebody who is signed in that is larger than is taken: its text without its files, to be sent
    again. Where the text itself is the trouble, its long fields lie open to be shortened."""
    fields = _fields()
    if wants_json() or not any(value.strip() for _name, value in fields):
        raise known_problem(413)
    kept = Kept(acting.here(), fields)
    length = sum(len(value.encode("utf-8", "replace")) for _name, value in fields)
    long = length > (current_app.config["MAX_CONTENT_LENGTH"] or 0)
    return render_template("account/repeat.html", form=kept, fresh=False, large=True, long=long), 413


def sealed() -> str:
    """Return the form of this request as one signed text that a page can carry; nothing where it is too long."""
    carried = str(_signer().dumps([acting.here(), _fields()]))
    return carried if len(carried) <= LONGEST else ""


def opened(carried: str) -> Kept | None:
    """Return the form that a page carried; None when it is not ours or too old."""
    if not carried:
        return None
    try:
        path, fields = _signer().loads(carried, max_age=KEPT_FOR)
    except BadData:
        return None
    return Kept(path, [(name, value) for name, value in fields])


def sign_in_first() -> tuple[str, int]:
    """Answer a form whose session has ended: the page to sign in, which carries it along."""
    kept, problem = sealed(), ""
    if not kept:
        problem = _(
            "You were signed out while you were writing, and the form is too long to be kept here. Nothing was saved. "
            "Sign in again in a new window, then go back in this one and save."
        )
    page = render_template("account/sign_in.html", kept=kept, next=acting.account_address(), mail="", problem=problem)
    return page, 401


def send_again() -> tuple[str, int]:
    """Answer a form of our own whose proof is too old: nothing was done, one press sends it again."""
    if wants_json():
        raise Problem(403, _("This page is too old"), _("Nothing was changed."), _("Open the page again."))
    kept = opened(sealed())
    if kept is None:
        raise Problem(
            403,
            _("This page is too old"),
            _("Nothing was changed."),
            _("Go back and copy what you typed, then open the page again."),
        )
    return render_template("account/repeat.html", form=kept, fresh=False, large=False, long=False), 403


def repeat(carried: str) -> str | None:
    """Return the page that sends a carried form again; None when there is none. It may only lead to our own pages."""
    kept = opened(carried)
    if kept is None or acting.own_path(kept.path, "") == "":
        return None
    return render_template("account/repeat.html", form=kept, fresh=True, large=False, long=False)
