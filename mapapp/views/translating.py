"""The words of templates: gettext with the catalogue of the request looked up once, not for every word."""

from typing import Any

from flask import Flask, g
from flask_babel import get_translations


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def install(app: Flask) -> None:
    """Replace the look-ups that flask-babel gave the templates; what they say stays the same."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _catalogue().ugettext(message),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, message: _catalogue().upgettext(context, message),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
    )
