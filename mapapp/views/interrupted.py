"""Forms that were sent when their session had ended or their time was over: what was typed is kept and sent again."""

from typing import NamedTuple

from flask import g, render_template, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from ..errors import Problem
from . import acting, asked
from .failing import wants_json

FIELD = "kept"
KEPT_FOR = 24 * 3600  # seconds
# Neither what is ours nor what is secret: no page carries a password around.
NOT_KEPT = ("csrf", FIELD, "password", "new_password", "code", "assertion", "attestation")


class Kept(NamedTuple):
    """A form as it was sent: its own path with query, its fields in order. Files cannot be kept by a page."""

    path: str
    fields: list[tuple[str, str]]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(asked.settings().secret_key, salt="kept form")


def sealed() -> str:
    """Return the form of this request as one signed text that a page can carry."""
    largest = request.max_content_length or 0
    small = (request.content_length or 0) <= largest
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in NOT_KEPT] if small else []
    return str(_signer().dumps([request.full_path.rstrip("?"), fields]))


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
    page = render_template("account/sign_in.html", kept=sealed(), next=f"/{g.lang}/account/", mail="", problem="")
    return page, 401


def send_again() -> tuple[str, int]:
    """Answer a form of our own whose proof is too old: nothing was done, one press sends it again."""
    if wants_json():
        raise Problem(403, _("This page is too old"), _("Nothing was changed."), _("Open the page again."))
    kept = Kept(request.full_path.rstrip("?"), [])
    kept = opened(sealed()) or kept
    return render_template("account/repeat.html", form=kept, fresh=False), 403


def repeat(carried: str) -> str | None:
    """Return the page that sends a carried form again; None when there is none. It may only lead to our own pages."""
    kept = opened(carried)
    if kept is None or acting.own_path(kept.path, "") == "":
        return None
    return render_template("account/repeat.html", form=kept, fresh=True)
