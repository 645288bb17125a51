"""Differences of records in words of the page's language: what a field is called, what stood there and stands there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from babel.dates import get_day_names
from flask import g
from flask_babel import gettext as _

from .. import dates, i18n
from ..differing import Difference, Piece, Threeway
from ..queries import contributions
from . import asked, form_words, offering, wording

VOCABULARIES = {
    "themes": "theme",
    "dimensions": "dimension",
    "target_groups": "target_group",
    "organisation_type": "organisation_type",
    "status": "status",
    "category": "service_category",
}
LONG = 360  # characters of an unchanged stretch; of a longer one its ends are shown
SHOWN = 130  # characters of each end


class Side(NamedTuple):
    """What a field says in one of two states, item by item; nothing where it is empty."""

    items: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return all of it as running text."""
        return i18n.in_words(self.items, g.lang) if len(self.items) > 1 else "".join(self.items)


class Row(NamedTuple):
    """A difference as it is shown. `about` says to which language or criterion it belongs; `lang` marks its text."""

    shape: str
    label: str
    about: str
    lang: str | None
    before: Side
    after: Side
    pieces: tuple[Piece, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...]
    difference: Difference

    @property
    def moved(self) -> str:
        """Return how far a place was moved, in words; empty where one of the two is not known."""
        metres = self.difference.metres
        if metres is None:
            return ""
        if metres < 1000:
            return _("%(number)s m away", number=i18n.number(round(metres), g.lang))
        return _("%(number)s km away", number=i18n.number(round(metres / 1000, 1 if metres < 20_000 else None), g.lang))


class Three(NamedTuple):
    """A field that both sides, or one of them, changed, as it is shown."""

    label: str
    about: str
    lang: str | None
    base: Side
    current: Side
    proposed: Side
    clash: bool


def rows(found: Iterable[Difference]) -> list[Row]:
    """Return differences as they are shown."""
    return [_row(one) for one in found]


def three(found: Iterable[Threeway]) -> list[Three]:
    """Return a three-way view as it is shown."""
    return [
        Three(
            field_name(one.field),
            _about(one.part),
            _language(one.field, one.part),
            _side(one.field, one.base),
            _side(one.field, one.current),
            _side(one.field, one.proposed),
            one.clash,
        )
        for one in found
    ]


def _row(one: Difference) -> Row:
    return Row(
        one.shape,
        field_name(one.field),
        _about(one.part),
        _language(one.field, one.part),
        _side(one.field, one.before),
        _side(one.field, one.after),
        shortened(one.pieces),
        _items(one.field, one.gone),
        _items(one.field, one.new),
        _items(one.field, one.kept),
        one,
    )


def field_name(field: str) -> str:
    """Return what a field is called."""
    own = {
        "location": _("Point on the map"),
        "origin": _("Written by"),
        "opening_hours": _("Opening hours"),
        "framework": _("Framework"),
        "into": _("Goes up in"),
        "practice": _("Practice"),
        "region": _("Partner region"),
    }
    return own.get(field) or form_words.label_of(field)


def _is_language(part: str) -> bool:
    return 0 < len(part) <= 3 or "-" in part[2:4]


def _about(part: str) -> str:
    if not part:
        return ""
    return i18n.language_name(part, g.lang) if _is_language(part) else wording.label("criterion", part)


def _language(field: str, part: str) -> str | None:
    return part if part and _is_language(part) and field != "origin" else None


def _side(field: str, value: Any) -> Side:
    if value is None or value in ("", []):
        return Side((_("no"),) if field in ("temporarily_closed", "contact_public") else ())
    return Side(_items(field, value if isinstance(value, list) else [value]))


def _items(field: str, values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(say(field, value) for value in values)


def say(field: str, value: Any) -> str:
    """Return one value of a field in words."""
    if field in VOCABULARIES:
        return wording.label(VOCABULARIES[field], value)
    if field == "country":
        return i18n.country_name(value, g.lang)
    if field in ("language", "languages"):
        return i18n.language_name(value, g.lang)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _structure(field, value)
    if field == "budget_eur":
        return _("%(number)s euros", number=i18n.number(float(value), g.lang))
    if field == "date":
        return dates.say_date(value, g.lang)
    if field == "practice" and (named := contributions.title_of(asked.connection(), value, g.lang)):
        return named[0]
    return _KEYS.get(field, lambda: {})().get(value) or offering.called(field, value) or str(value)


_KEYS = {
    "location_kind": lambda: {
        "address": _("address"),
        "municipality": _("town or village"),
        "region": _("whole region"),
        "country": _("whole country"),
    },
    "origin": lambda: {"author": _("its author"), "translator": _("a translator"), "machine": _("a machine")},
    "level": lambda: {"low": _("some evidence"), "medium": _("good evidence"), "high": _("strong evidence")},
}


def _structure(field: str, value: Mapping[str, Any]) -> str:
    if field == "location":
        return coordinates(value["lat"], value["lon"])
    if field == "opening_hours":
        day = get_day_names("wide", locale=i18n.locale(g.lang))[value["day"] - 1]
        return f"{day} {value['opens']}–{value['closes']}"
    if field == "photos":
        said = value["alt"].get(g.lang) or next(iter(value["alt"].values()), "")
        return _("%(words)s (photo: %(credit)s)", words=said, credit=value["credit"] or "–")
    return ", ".join(str(one) for one in value.values())


def coordinates(latitude: float, longitude: float) -> str:
    """Return a point (degrees, EPSG:4326) as a reader expects it."""
    north = _("N") if latitude >= 0 else _("S")
    east = _("E") if longitude >= 0 else _("W")
    written = [i18n.number(round(abs(one), 3), g.lang) for one in (latitude, longitude)]
    return f"{written[0]}° {north}, {written[1]}° {east}"


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return pieces with the middle of long unchanged stretches left out (`how` is "left_out" there)."""
    found: list[Piece] = []
    for at, (how, words) in enumerate(pieces):
        if how != "same" or len(words) <= LONG or len(pieces) == 1:
            found.append(Piece(how, words))
            continue
        if at:
            found.append(Piece("same", words[:SHOWN].rsplit(" ", 1)[0]))
        found.append(Piece("left_out", ""))
        if at + 1 < len(pieces):
            found.append(Piece("same", words[-SHOWN:].split(" ", 1)[-1]))
    return tuple(found)
