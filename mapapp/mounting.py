"""A site below a path of its host: https://region.example/atlas. The path is the operator's word alone: what a request
says of it (X-Forwarded-Prefix), anybody can write."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from .i18n import LANGUAGES
from .settings import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def mounted(application: "WSGIApplication", root: str) -> "WSGIApplication":
    """Return an application that lies below a path, whether the proxy before it takes the path off or passes it on."""
    start = f"{root}/"

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = root
        if path == root or path.startswith(start):
            environ["PATH_INFO"] = path[len(root) :] or "/"
        return application(environ, start_response)

    return answer


def check(app: Flask, root: str) -> None:
    """Refuse a path that begins like one of the site's own: nobody could tell whether a proxy had taken it off.

    Raises SettingsError.
    """
    own = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} | {"static", *LANGUAGES}
    first = root.split("/")[1]
    if first in own:
        raise SettingsError(
            f"MAPAPP_BASE_URL: the site itself has addresses that begin with /{first}; give it another path."
        )
