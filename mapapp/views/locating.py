"""The place in a form: what a choice from the gazetteer fills in, what follows from a point, what contradicts it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g

from .. import i18n
from ..countries import iso_codes
from ..forms.coordinates import NotCoordinates, Point, decimal, parse, sexagesimal
from ..forms.fields import N_, Sent, add_fault
from ..queries import gazetteer, territories, whereabouts
from ..queries.whereabouts import Around, Spot
from . import asked

SHOWN_DIGITS = 6  # of a degree: a tenth of a metre


class Lying(NamedTuple):
    """Where a point lies, in words; `country` is ISO 3166-1, None where no outline is known there."""

    country: str | None
    country_name: str
    near: str | None
    territories: list[Around]
    decimal: str
    sexagesimal: str


class Option(NamedTuple):
    """A place or territory that somebody may mean. `value` chooses it; `point` is decimal degrees."""

    value: str
    words: str
    detail: str
    country: str
    point: str
    kind: str


class Help(NamedTuple):
    """What the page says about the place beside its fields: where the point lies, and what may have been meant.

    `no_point` is why what is typed is no point, told while somebody types; what was sent has it at its field."""

    lying: Lying | None = None
    places: tuple[Option, ...] | None = None
    areas: tuple[Option, ...] | None = None
    covered: tuple[tuple[str, str], ...] = ()
    no_point: str = ""


def help_for(form: Any, asked_for: Mapping[str, str]) -> Help:
    """Return what the page of a form says about its place; `asked_for` are the parameters `find` and `area`."""
    if not hasattr(form, "coordinates"):
        return Help()
    point, area = form.coordinates.read(), asked_for.get("area", "").strip()[:100]
    words = (form.place_name.data or "") if "find" in asked_for else ""
    country = form.country.data or ""
    return Help(
        lying(point) if point else None,
        tuple([*places(words, form.coordinates.typed, country), *areas(words)]) if words else None,
        tuple(areas(area)) if area else None,
        tuple(named(form.territories.data)) if hasattr(form, "territories") else (),
    )


def contradicts(form: Any, found: Help) -> bool:
    """Tell whether the point of a form lies in another country than the one that was chosen."""
    if found.lying is None or found.lying.country is None or form.location_kind.data == "none":
        return False
    return form.country.data in iso_codes() and form.country.data not in {
        found.lying.country,
        *(one.country for one in found.lying.territories),
    }


def point_of(text: str) -> Point | None:
    """Return the point that a text writes in the language of the page, or None."""
    try:
        return parse(text, g.lang)
    except NotCoordinates:
        return None


def lying(point: Point) -> Lying:
    """Return where a point (degrees) lies."""
    around = whereabouts.around(asked.connection(), Spot(*point))
    near = gazetteer.nearest(asked.connection(), point.latitude, point.longitude, g.lang)
    country = around[0].country if around else near.country if near else None
    return Lying(
        country,
        i18n.country_name(country, g.lang),
        near.name if near else None,
        [one for one in around if one.level > 0],
        decimal(Point(*(round(one, SHOWN_DIGITS) for one in point))),
        sexagesimal(point, g.lang),
    )


def _nearness(near: str) -> Spot | None:
    point = point_of(near)
    return Spot(*point) if point else None


def places(words: str, near: str = "", country: str = "") -> list[Option]:
    """Return the places and territories that somebody may mean who typed `words`; the likeliest places first."""
    connection = asked.connection()
    spot = _nearness(near)
    found = whereabouts.candidates(connection, words, g.lang, spot)
    if country and spot is None:  # the country that was chosen is nearer than any other
        found = sorted(found, key=lambda one: one.country != country)
    return [
        Option(
            f"place:{one.id}",
            one.name,
            ", ".join(
                part for part in (one.around, i18n.country_name(one.country, g.lang)) if part and part != one.name
            ),
            one.country,
            decimal(Point(one.latitude, one.longitude)),
            "municipality",
        )
        for one in found
    ]


def areas(words: str) -> list[Option]:
    """Return the territories that somebody may mean who typed a name or a NUTS code."""
    connection = asked.connection()
    found = []
    for one in whereabouts.territories(connection, words):
        spot, country = whereabouts.spot_of(connection, one.code), i18n.country_name(one.country, g.lang)
        detail, kind = (f"{one.code}, {country}", "region") if one.level else (one.code, "country")
        point = decimal(Point(*spot)) if spot else ""
        found.append(Option(f"nuts:{one.code}", one.name, detail, one.country, point, kind))
    return found


def named(codes: list[str]) -> list[tuple[str, str]]:
    """Return (code, name) of territories, in their order."""
    known = territories.named(asked.connection(), codes)
    return [(code, known[code].name if code in known else code) for code in codes]


def take_choice(given: Sent, form: Mapping[str, str]) -> None:
    """Put a place or territory that was chosen from a list into what was sent."""
    kind, _colon, key = form.get("choose", "").partition(":")
    connection = asked.connection()
    if kind == "place" and key.isascii() and key.isdigit() and len(key) < 11:
        place = whereabouts.place(connection, int(key), g.lang)
        if place:
            given |= {
                "place_name": [place.name],
                "place_id": [str(place.id)],
                "country": [place.country],
                "coordinates": [decimal(Point(place.latitude, place.longitude))],
            }
            if given.getlist("location_kind")[:1] not in (["address"], ["municipality"]):
                given["location_kind"] = ["municipality"]
    elif kind == "nuts":
        area = territories.named(connection, [key]).get(key)
        spot = whereabouts.spot_of(connection, key) if area else None
        if area and spot:
            given |= {
                "place_name": [area.name] if area.level else [],
                "place_id": [],
                "country": [area.country],
                "coordinates": [decimal(Point(*spot))],
                "location_kind": ["region" if area.level else "country"],
            }
            covered = given.setdefault("territories", [])
            if area.level and key not in covered:
                covered.append(key)


def fill(given: Sent) -> None:
    """Add what follows: the country from the point, and the point that stands for a whole region or country."""
    connection = asked.connection()
    typed = " ".join(given.getlist("coordinates")).strip()
    country = " ".join(given.getlist("country")).strip()
    kind = " ".join(given.getlist("location_kind")).strip()
    if typed and not country:
        point = point_of(typed)
        around = whereabouts.around(connection, Spot(*point)) if point else []
        if around:
            given["country"] = [around[0].country]
    if typed:
        return
    spot = None
    if kind == "country" and country:
        spot = whereabouts.spot_of_country(connection, country)
    elif kind == "region" and given.getlist("territories"):
        spot = whereabouts.spot_of(connection, given.getlist("territories")[0])
    if spot:
        given["coordinates"] = [decimal(Point(*spot))]


def question(form: Any) -> None:
    """Ask the author at the field of the country when the point lies in another one; they may say that it is right."""
    point, country = form.coordinates.read(), form.country.data
    if point is None or country is None or form.place_is_right.data or form.country.errors:
        return
    if form.location_kind.data not in ("address", "municipality", "region", "country"):
        return
    around = whereabouts.around(asked.connection(), Spot(*point))
    if around and country not in {one.country for one in around}:
        add_fault(
            form.country,
            N_(
                "The point lies in %(there)s, but you chose %(here)s. Please move the point or choose the other "
                "country, or say below that both are right."
            ),
            there=i18n.country_name(around[0].country, g.lang),
            here=i18n.country_name(country, g.lang),
        )
