"""How terms look: the class of a theme's colour, the icon of a theme or category, as their key or an admin says."""

import orjson
from flask import Flask, g
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from ..looks import ICON_OF, Look
from ..queries import vocabulary
from . import asked

_NONE = Look(None, None)


def _of(name: str, key: str) -> Look:
    return vocabulary.looks(asked.connection(), asked.versions()).get((name, key), _NONE)


def theme_colour(key: str) -> str:
    """Return the name of a theme's colour."""
    return _of("theme", key).colour or key


def theme_class(key: str) -> str:
    """Return the class that gives a theme its colour."""
    return f"theme-{theme_colour(key)}"


def theme_icon(key: str) -> str:
    """Return the name of a theme's icon."""
    return _of("theme", key).icon or ICON_OF["theme"] + key


def category_icon(key: str) -> str:
    """Return the name of the icon of a category of services."""
    return _of("service_category", key).icon or ICON_OF["service_category"] + key


def looks_attribute() -> Markup:
    """Return what scripts have to know of themes that look otherwise than their key says, as an attribute; nothing
    where there are none, or while the database is away."""
    if g.get("away", True):
        return Markup("")
    try:
        every = vocabulary.looks(asked.connection(), asked.versions())
    except SQLAlchemyError:
        return Markup("")
    themes = {key: list(look) for (name, key), look in every.items() if name == "theme"}
    return Markup(' data-looks="{}"').format(orjson.dumps(themes).decode()) if themes else Markup("")


def install(app: Flask) -> None:
    """Give the templates the looks of terms."""
    app.jinja_env.globals.update(
        theme_class=theme_class, theme_icon=theme_icon, category_icon=category_icon, looks_attribute=looks_attribute
    )
