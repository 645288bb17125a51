"""The words of pages that say hundreds of them: each message is looked up once a language and then kept."""

from typing import Any

from flask import Flask
from flask_babel import force_locale, get_translations
from markupsafe import Markup

from ..i18n import LANGUAGES
from . import asked

_catalogues: dict[str, Any] = {}
_said: dict[str, dict[str, Markup]] = {}
_plain: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}


def _language() -> str:
    found: str = asked.notes().get("lang", "en")
    return found


def _catalogue() -> Any:
    lang = _language()
    found = _catalogues.get(lang)
    if found is None:
        with force_locale(lang):  # flask-babel may remember another language from earlier in the request
            found = _catalogues[lang] = get_translations()
    return found


def _kept(message: str) -> Markup:
    """Return a message without variables in the language of the page; there are as many as the sources contain."""
    said = _said.setdefault(_language(), {})
    found = said.get(message)
    if found is None:
        found = said[message] = Markup(_catalogue().ugettext(message))  # noqa: S704 our own catalogue
    return found


def gettext(message: str, **variables: object) -> str:
    """Return a message in the language of the page, with its variables put in."""
    kept = _plain[_language()]
    said = kept.get(message)
    if said is None:
        said = kept[message] = str(_kept(message))
    return said % variables if variables else said


def ngettext(one: str, many: str, number: int, **variables: object) -> str:
    """Return the form of a message that fits a number, with its variables put in; `num` is the number itself."""
    said: str = _catalogue().ungettext(one, many, number)
    return said % {"num": number, **variables}


def _in_template(message: str, **variables: object) -> Markup:
    said = _kept(message)
    # Without variables only a doubled percent sign has a meaning.
    return said % variables if variables or "%" in said else said


def _many_in_template(one: str, many: str, number: int, **variables: object) -> Markup:
    said: str = _catalogue().ungettext(one, many, number)
    return Markup(said) % {"num": number, **variables}  # noqa: S704 our own catalogue; variables are escaped


def install(app: Flask) -> None:
    """Replace the look-ups that flask-babel gave the templates, which ask for the catalogue at every word."""
    app.jinja_env.globals.update({"_": _in_template, "gettext": _in_template, "ngettext": _many_in_template})
