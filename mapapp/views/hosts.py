"""A site that is tried out answers under the names of its own machine only.

A page of somebody else, whose name is made to lead to this machine, would otherwise read and write as the person at it.
Where an address or proxies are set, names are the operator's matter: links then follow the address, not the request.
"""

from urllib.parse import urlsplit

from flask import Flask, request

from ..errors import Problem
from ..settings import LOOPBACK
from . import asked
from .translating import gettext as _


def _check() -> None:
    """Refuse a Host header that names another machine. Runs before every view."""
    name = urlsplit(f"//{request.host}").hostname or ""
    if name and name not in LOOPBACK and not name.endswith(".localhost"):  # which no resolver asks others for
        raise Problem(
            400,
            _("This site is not open under this name"),
            _("It is being tried out, for people at this machine only."),
            _(
                "Set MAPAPP_BASE_URL to the address that it shall have, or open %(address)s.",
                address=asked.settings().address,
            ),
        )


def install(app: Flask) -> None:
    """Check every request, unless the site is open to others."""
    if app.extensions["settings"].tried_out:
        app.before_request(_check)
