"""The mails of a site that somebody tries out on their own machine, as a page: no mail server is needed for that."""

from flask import Blueprint, abort, render_template, request

from ..queries import outbox
from ..settings import LOOPBACK
from . import asked
from .answering import always_fresh

blueprint = Blueprint("mailbox", __name__)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def _is_own_machine() -> bool:
    """Tell whether the request comes from this machine's own browser; other names are refused before (see hosts)."""
    direct = not any(name in request.headers for name in FORWARDED)
    return direct and request.remote_addr in LOOPBACK


@blueprint.get("/<lang:lang>/account/mailbox")
@always_fresh
def index(lang: str) -> str:
    """The latest mails. There is no such page on a site that others can reach, or that has a mail server."""
    if not asked.settings().shows_mail or not _is_own_machine():
        abort(404)
    return render_template("account/mailbox.html", mails=outbox.latest(asked.connection()))
