"""Addresses that lead nowhere, as admins see them; a button has all of them looked at."""

from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import gettext as _

from .. import link_check
from ..queries import links as known
from ..writing import links as writing
from . import acting, asked
from .admin import myself, page, went

blueprint = Blueprint("admin_links", __name__)
BROKEN = ("gone", "unreachable", "forbidden")


def state_names() -> dict[str, str]:
    """Return what came of a look in the words of the page."""
    return {
        "works": _("works"),
        "gone": _("page not there"),
        "unreachable": _("does not answer"),
        "refused": _("lets no programs in: look yourself"),
        "forbidden": _("not a public address"),
    }


def problem_names() -> dict[str, str]:
    """Return what went wrong in the words of the page."""
    return {
        "name": _("there is no such host"),
        "certificate": _("its certificate is not valid"),
        "timeout": _("no answer in time"),
        "connection": _("no connection"),
        "server": _("error of the server"),
        "redirects": _("it redirects in circles"),
        "address": _("not a valid address"),
        "port": _("an unusual port"),
    }


@blueprint.get("/<lang:lang>/admin/links")
@acting.needs("admin")
def listed(lang: str) -> Any:
    """What the last look found."""
    connection = asked.connection()
    states = ("refused",) if request.args.get("show") == "refused" else BROKEN
    return page(
        "links",
        "links",
        overview=known.overview(connection),
        links=known.listed(connection, states, lang),
        shown="refused" if states == ("refused",) else "broken",
        states=state_names(),
        problems=problem_names(),
        most=known.MOST,
    )


@blueprint.post("/<lang:lang>/admin/links")
@acting.needs("admin")
def queue(lang: str) -> Any:
    """Have every address looked at, beside the requests."""
    with acting.transaction() as connection:
        writing.queue(connection, myself(), address=request.remote_addr)
    if not current_app.testing:
        link_check.start(current_app.extensions["engine"])
    return went("links", "queued")
