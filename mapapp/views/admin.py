"""The start of the administration, and what all of its pages share."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug import Response

from ..errors import Problem
from ..forms.fields import Fault, Sent, sent
from ..queries import administration
from . import acting, asked

blueprint = Blueprint("admin", __name__)

#: The sections, by the end of their address.
SECTIONS = ("", "accounts", "organisations", "vocabularies", "site", "statistics", "links", "log")


def section_names() -> dict[str, str]:
    """Return the sections in the words of the page."""
    return {
        "": _("Overview"),
        "accounts": _("Accounts"),
        "organisations": _("Organisations"),
        "vocabularies": _("Vocabularies"),
        "site": _("Site"),
        "statistics": _("Statistics"),
        "links": _("Links"),
        "log": _("Log"),
    }


def done_words(key: str) -> str:
    """Return the sentence that says what was done; empty for no such key."""
    return {
        "saved": _("Saved."),
        "nothing": _("Nothing was different, so nothing was changed."),
        "invited": _("The invitation is on its way."),
        "disabled": _("The account is shut. Its sessions have ended."),
        "enabled": _("The account is open again."),
        "sessions": _("The account is signed out everywhere."),
        "second-factor": _("The second factor is gone. The next sign-in sets up a new one where it is needed."),
        "added": _("The term is there: forms and filters offer it from now on."),
        "parted": _("The merge is undone: the term has its words and its records again."),
        "merged": _("The terms are one now. The old key leads to the new one."),
        "retired": _("The term is retired: records keep it, forms offer it no more."),
        "offered": _("The term is offered again."),
        "queued": _("The addresses are being checked. This takes a few minutes; open this page again to see more."),
    }.get(key, "")


def page(template: str, section: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """Return a page of the administration."""
    drawn = render_template(
        f"admin/{template}.html",
        sections=section_names(),
        current=section,
        done=done_words(request.args.get("done", "")),
        say=lambda fault: fault.say(_) if isinstance(fault, Fault) else fault,
        **values,
    )
    return drawn, status


def went(path: str, done: str = "") -> Response:
    """Return the redirect after a change: to a path below the administration, which then says what was done."""
    mark = "&" if "?" in path else "?"
    return redirect(asked.below(f"/{g.lang}/admin/{path}") + (f"{mark}done={done}" if done else ""), 303)


def form_sent() -> Sent:
    """Return what the form of this request holds."""
    return sent(request.form.items(multi=True))


def myself() -> acting.Me:
    """Return the admin who asks. Only below `needs`."""
    one = acting.me()
    if one is None:
        raise acting.denied()
    return one


def missing() -> Problem:
    """Return what somebody is told who asks for something that is not there."""
    return Problem(404, _("There is no page here"), _("The address may be mistyped, or the record has moved."))


@blueprint.get("/<lang:lang>/admin/")
@acting.needs("admin")
def index(lang: str) -> Any:
    """What there is to run, and what waits."""
    return page("index", "", overview=administration.overview(asked.connection()))
