"""Points in words: the nearest place that the gazetteer knows, else the coordinates as the language writes them."""

from flask import g
from flask_babel import gettext as _

from .. import i18n
from ..queries import gazetteer
from . import asked
from .facets import say_value


def _coordinates(latitude: float, longitude: float) -> str:
    north, east = i18n.number(abs(latitude), g.lang), i18n.number(abs(longitude), g.lang)
    return f"{north}° {_('N') if latitude >= 0 else _('S')}, {east}° {_('E') if longitude >= 0 else _('W')}"


def _say_point(value: str) -> str:
    latitude, longitude = (float(part) for part in value.split(","))
    found = gazetteer.nearest(asked.connection(), latitude, longitude, g.lang)
    return f"{found.name}, {say_value('country', found.country)}" if found else _coordinates(latitude, longitude)


def say(field: str, value: str) -> str:
    """Return a value of a search field in the words of the page's language; `near` is latitude,longitude in degrees.

    One statement for `near`, none for a distance.
    """
    if field == "near":
        return _say_point(value)
    if field == "within_km":
        return i18n.number(float(value), g.lang)
    return say_value(field, value)
