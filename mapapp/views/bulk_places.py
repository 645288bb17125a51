"""The place of a row that has no point: found by name in the gazetteer or by NUTS code; what was assumed is said."""

from collections.abc import Mapping, Sequence

from flask import g
from flask_babel import gettext as _

from .. import i18n
from ..folding import fold
from ..forms.coordinates import Point, decimal
from ..forms.fields import Sent
from ..queries import territories, whereabouts
from ..queries.territories import Named
from ..queries.whereabouts import Around, Candidate
from . import asked, locating

FAR_LARGER = 10  # times: then the larger place of a name is meant


def first(given: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the first value that was sent under a name; an empty text where there is none."""
    return next(iter(given.get(name, ())), "")


def find(given: Sent, code: str) -> list[str]:
    """Put a point into a row that has none; return what was assumed, in words. `code` is a NUTS code, or empty.

    What cannot be found is said too: such a practice is published without a point.
    """
    kind = first(given, "location_kind")
    if kind == "none" or first(given, "coordinates"):
        return []
    if code and (kind in ("region", "country") or not first(given, "place_name")):
        return _whole(given, territories.named(asked.connection(), [code.upper()]).get(code.upper()), code)
    if kind in ("region", "country"):
        return _region_of_that_name(given)
    return _place(given, code)


def _whole(given: Sent, area: Around | Named | None, words: str) -> list[str]:
    """Let a row stand for a whole territory."""
    if area is None:
        given["location_kind"] = ["none"]
        return [_("There is no region called “%(name)s”, so it will not be on the map.", name=words)]
    given["country"] = given.get("country") or [area.country]
    given["location_kind"] = ["region" if area.level else "country"]
    if area.level:
        given["place_name"] = given.get("place_name") or [area.name]
        given["territories"] = list(dict.fromkeys([*given.get("territories", []), area.code]))
    locating.fill(given)
    return [_("Stands for all of %(name)s (%(code)s).", name=area.name, code=area.code)]


def _region_of_that_name(given: Sent) -> list[str]:
    locating.fill(given)
    name, country = first(given, "place_name"), first(given, "country")
    if first(given, "coordinates") or not name:
        return []
    found = [
        one
        for one in whereabouts.territories(asked.connection(), name)
        if fold(one.name) == fold(name) and one.level and (not country or one.country == country)
    ]
    return _whole(given, found[0] if found else None, name)


def _place(given: Sent, code: str) -> list[str]:
    name, country = first(given, "place_name"), first(given, "country")
    if not name:
        given["location_kind"] = ["none"]
        return [_("No place is given, so it will not be on the map.")]
    found = whereabouts.called(asked.connection(), name, g.lang, country if len(country) == 2 else None)
    if not found:
        given["location_kind"] = ["none"]
        return [_("No place called “%(name)s” is known, so it will not be on the map. Give coordinates.", name=name)]
    chosen, doubt = _choose(found, name, code)
    if chosen is None:  # the form asks for the country
        given["location_kind"] = ["none"]
        return [doubt]
    given["place_id"] = [str(chosen.id)]
    given["country"] = given.get("country") or [chosen.country]
    given["coordinates"] = [decimal(Point(chosen.latitude, chosen.longitude))]
    given["location_kind"] = given.get("location_kind") or ["municipality"]
    return [doubt] if doubt else []


def _where(one: Candidate) -> str:
    return ", ".join(part for part in (one.around, i18n.country_name(one.country, g.lang)) if part)


def _choose(found: Sequence[Candidate], name: str, code: str) -> tuple[Candidate | None, str]:
    """Return which of the places of a name is meant, and what the author should know about it."""
    if code:
        within = [one for one in found if _lies_in(one, code)]
        if within:
            return within[0], ""
    if len(found) == 1:
        return found[0], ""
    largest, second = found[0], found[1]
    if len({one.country for one in found}) > 1 and largest.population < FAR_LARGER * second.population:
        places = "; ".join(_where(one) for one in found[:4])
        return None, _("Several places are called “%(name)s”: %(places)s.", name=name, places=places)
    return largest, _(
        "Several places are called “%(name)s”; the one in %(where)s was taken. If you mean another, give its "
        "coordinates or NUTS code.",
        name=name,
        where=_where(largest),
    )


def _lies_in(one: Candidate, code: str) -> bool:
    around = whereabouts.around(asked.connection(), whereabouts.Spot(one.latitude, one.longitude))
    return any(area.code == code.upper() for area in around)
