"""What the map is told of an answer: rings and pins of a view, with names that a screen reader can say."""

from collections.abc import Iterator
from typing import Any

import orjson
from flask import request
from markupsafe import Markup

from .. import i18n
from ..atlas import Answer, Marker
from ..errors import Problem
from ..queries import practices
from . import asked
from .keeping import keep, kept
from .translating import gettext as _
from .translating import ngettext
from .wording import place_name

SAID = 3  # themes of a ring that its name lists
HIGHEST_ZOOM = 20
STACK_REACH = 1e-6  # degrees around a shared point
EVERYWHERE = (-180.0, -85.0, 180.0, 85.0)


def _refuse(field: str, detail: str) -> Problem:
    return Problem(400, _("This request cannot be read"), detail, field=field)


def _numbers(field: str, count: int) -> tuple[float, ...]:
    parts = request.args.get(field, "").split(",")
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        numbers = ()
    bounds = (180.0, 90.0) if count == 4 else (90.0, 180.0)
    if len(numbers) != count or not all(abs(n) <= bounds[i % 2] for i, n in enumerate(numbers)):
        raise _refuse(field, _("Please give %(count)s numbers, separated by commas.", count=count))
    return numbers


def read_view() -> tuple[tuple[float, float, float, float], int] | None:
    """Return view (west, south, east, north in degrees) and zoom of the address, None where it has no view.

    Raises Problem (400) naming the parameter that makes no sense.
    """
    if "view" not in request.args:
        return None
    west, south, east, north = _numbers("view", 4)
    if south > north:
        raise _refuse("view", _("The southern edge lies north of the northern edge."))
    zoom = request.args.get("zoom", "")
    if not (zoom.isascii() and zoom.isdigit() and len(zoom) < 3 and int(zoom) <= HIGHEST_ZOOM):
        raise _refuse("zoom", _("Please give a number from %(low)s to %(high)s.", low=0, high=HIGHEST_ZOOM))
    return (west, south, east, north), int(zoom)


def _where(place: str | None, country: str, kind: str, lang: str) -> str:
    name, place = i18n.country_name(country, lang), place_name(place)
    if kind == "country":
        return _("all of %(country)s", country=name)
    where = ", ".join(dict.fromkeys(part for part in (place, name) if part))
    return _("%(place)s, whole region", place=where) if kind == "region" else where


def _start_of_name(marker: Marker, count: str) -> str:
    place = place_name(marker.place)
    if not place:
        return ngettext("%(count)s practice", "%(count)s practices", marker.n, count=count)
    if marker.same_point:
        return ngettext(
            "%(count)s practice in %(place)s", "%(count)s practices in %(place)s", marker.n, count=count, place=place
        )
    return ngettext(
        "%(count)s practice near %(place)s", "%(count)s practices near %(place)s", marker.n, count=count, place=place
    )


def _rings(found: list[Marker], lang: str) -> Iterator[dict[str, Any]]:
    label, others = asked.labels(), _("other themes")
    known = kept("ring", lang)  # whoever moves the map meets most of its rings again
    for marker in found:
        ring = known.get(marker)
        if ring is not None:
            yield ring
            continue
        count = i18n.number(marker.n, lang)
        parts = [f"{i18n.number(number, lang)} {label('theme', theme)}" for theme, number in marker.mix[:SAID]]
        if len(marker.mix) > SAID:
            parts.append(others)
        name = _start_of_name(marker, count)
        ring = {
            "at": [marker.lat, marker.lon],
            "n": marker.n,
            "words": count,
            "mix": marker.mix[:5],
            "name": f"{name}: {i18n.in_words(parts, lang)}" if parts else name,
            "stack": marker.same_point,
            "box": marker.extent,
        }
        keep(known, marker, ring)
        yield ring


def _pin(card: practices.PracticeTitle, lang: str) -> dict[str, Any]:
    where = _where(card.place, card.country, card.location_kind or "", lang)
    return {
        "slug": card.slug,
        "kind": card.location_kind,
        "theme": card.theme,
        "name": _("%(title)s, %(place)s", title=card.title, place=where),
    }


def _pins(ids: list[int], lang: str) -> dict[int, dict[str, Any]]:
    """Return what the pins of records say, by id; those that are not known yet come with one statement."""
    known = kept("pin", lang)
    found = {one: pin for one in ids if (pin := known.get(one))}
    missing = [one for one in ids if one not in found]
    if missing:
        for card in practices.titles(asked.connection(), missing, lang):
            found[card.id] = _pin(card, lang)
            keep(known, card.id, found[card.id])
    return found


def _drawn(found: list[Marker], lang: str, spread: bool) -> list[dict[str, Any]]:
    """Return markers as the map reads them; with `spread` the records of a shared point come one by one."""
    single = [marker.n == 1 or (spread and marker.same_point) for marker in found]
    pins = _pins([one for marker, alone in zip(found, single, strict=True) if alone for one in marker.ids], lang)
    rings = _rings([marker for marker, alone in zip(found, single, strict=True) if not alone], lang)
    drawn = []
    for marker, alone in zip(found, single, strict=True):
        if alone:
            drawn += [{"at": [marker.lat, marker.lon], **pins[one]} for one in marker.ids if one in pins]
        else:
            drawn.append(next(rings))
    return drawn


def in_view(answer: Answer, view: tuple[float, float, float, float], zoom: int, lang: str) -> dict[str, Any]:
    """Return the markers of a view, and how many records the answer has in all."""
    return {
        "total": answer.total,
        "extent": answer.extent,
        "markers": _drawn(answer.markers(view, zoom), lang, spread=False),
    }


def as_data_block(found: dict[str, Any]) -> Markup:
    """Return markers as JSON that can stand in a page: nothing in it can end the element around it."""
    return Markup(orjson.dumps(found).decode().replace("<", "\\u003c"))  # noqa: S704 no markup is left in it


def of_point(answer: Answer, lang: str) -> dict[str, Any]:
    """Return the records that share the point `stack=lat,lon` of the address, one marker each."""
    lat, lon = _numbers("stack", 2)
    box = (lon - STACK_REACH, lat - STACK_REACH, lon + STACK_REACH, lat + STACK_REACH)
    return {"markers": _drawn(answer.markers(box, HIGHEST_ZOOM), lang, spread=True)}
