"""The words of pages that say hundreds of them: gettext with the catalogue of the request looked up once."""

from typing import Any

from flask import Flask, g
from flask_babel import get_translations


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def gettext(message: str, **variables: object) -> str:
    """Return a message in the language of the page, with its variables put in."""
    said: str = _catalogue().ugettext(message)
    return said % variables if variables else said


def install(app: Flask) -> None:
    """Replace the look-ups that flask-babel gave the templates, which ask for the catalogue at every word."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _catalogue().ugettext(message),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, message: _catalogue().upgettext(context, message),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
    )
