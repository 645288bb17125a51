"""What several forms share: texts per language, and the place with its precision, country and point."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from wtforms import Form

from ..countries import iso_codes
from .coordinates import NotCoordinates, Point, decimal, parse
from .fields import N_, Choice, Line, Number, Ticked, add_fault, refuse

LOCATION_KINDS = ("address", "municipality", "region", "country")
NOT_ON_THE_MAP = "none"
# Languages that texts are written in: those of the Union and its neighbours, its own regions, and of many newcomers.
_OF_EUROPE = (
    "en de it fr es pt nl da sv fi no el pl cs sk sl hr hu ro bg et lv lt mt ga eu ca gl cy lb is sq bs mk sr tr uk ru"
)
LANGUAGES = (*_OF_EUROPE.split(), "ar", "fa", "ps", "ku", "so", "ti", "am", "ur")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", re.ASCII)


class Lookups(NamedTuple):
    """What a form is held against: vocabulary keys by vocabulary, slugs, NUTS codes, and the year that it is."""

    terms: Mapping[str, Collection[str]]
    projects: Collection[str]
    regions: Collection[str]
    territories: Collection[str]
    organisations: Collection[str]  # whose records the author may keep up
    this_year: int


class Language(Choice):
    """The language (BCP 47) of a text."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(known=LANGUAGES, **rest)

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no language tag; a record may be in a language that is not offered to new ones."""
        if self.data is not None and not (_TAG.fullmatch(self.data) and len(self.data) <= 12):
            raise refuse(N_("Please choose a language."))


# What is told of a point that cannot be read, by the reason of NotCoordinates.
NO_POINT = {
    "range": N_("There is no such point: latitude goes from −90 to 90 and longitude from −180 to 180 degrees."),
    "part": N_("Minutes and seconds are less than 60."),
    "shape": N_("Please write coordinates like 47.2406, 10.7383 or 47°14′26″N 10°44′18″E."),
}


class Coordinates(Line):
    """A point as people write it; `data` is a Point or None. `lang` is the language it is written in."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=200, **rest)
        self.lang = "en"

    def process_data(self, value: Point | None) -> None:
        """Take a point of ours."""
        self.data, self.typed = value, decimal(value) if value else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; it is read when it is looked at, in the language of the page."""
        if valuelist:
            self.typed = valuelist[0]
            self.data = None

    def read(self) -> Point | None:
        """Return the point that was typed; None where there is none, or none that can be read."""
        if self.data is None and self.typed.strip():
            try:
                self.data = parse(self.typed, self.lang)
            except NotCoordinates:
                return None
        return self.data

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no point, saying why."""
        if self.read() is not None or not self.typed.strip():
            return
        try:
            parse(self.typed, self.lang)
        except NotCoordinates as error:
            raise refuse(NO_POINT[str(error)]) from None

    def pin(self, point: Point) -> None:
        """Set the point, as if it had been typed."""
        self.process_data(point)


class PlaceFields(Form):
    """Where something is, and how exactly that is known."""

    place_name = Line(longest=200)
    place_id = Number(1, 10**10)
    country = Choice()
    location_kind = Choice(known=(*LOCATION_KINDS, NOT_ON_THE_MAP))
    coordinates = Coordinates()
    place_is_right = Ticked()  # the author's answer when country and point contradict each other


def place_values(form: Any) -> dict[str, Any]:
    """Return the place as values. A kind without a point is none, and the other way round."""
    point, kind = form.coordinates.read(), readable(form.location_kind)
    there = point is not None and kind in LOCATION_KINDS
    return {
        "place_name": readable(form.place_name),
        "place_id": readable(form.place_id),
        "country": readable(form.country),
        "location": {"lon": point.longitude, "lat": point.latitude} if there else None,
        "location_kind": kind if there else None,
    }


def place_pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the form's names and values of a place."""
    yield "place_name", values["place_name"] or ""
    yield "place_id", str(values["place_id"] or "")
    yield "country", values["country"] or ""
    location = values["location"]
    # A record that has a country or a place, and no point, was put so on purpose.
    placed = values["country"] or values["place_name"]
    yield "location_kind", values["location_kind"] or (NOT_ON_THE_MAP if placed else "")
    yield "coordinates", decimal(Point(location["lat"], location["lon"])) if location else ""


def check_place(form: Any) -> None:
    """Note what is missing or contradictory about the place."""
    if form.country.data is None:
        add_fault(form.country, N_("Please choose the country."))
    kind = form.location_kind.data
    if kind is None:
        add_fault(form.location_kind, N_("Please say how exactly the place is known."))
    if kind in LOCATION_KINDS and not form.coordinates.typed.strip():
        add_fault(
            form.coordinates,
            N_("The place has no point yet: find it by name, click on the map, or choose “Not on the map”."),
        )


def known_countries() -> frozenset[str]:
    """Return the ISO 3166-1 codes that a place may have."""
    return iso_codes()


def readable(field: Any) -> Any:
    """Return the value of a field, None (an empty list) when it could not be read."""
    if getattr(field, "unreadable", False):
        return [] if isinstance(field.data, list) else None
    return field.data


def walk(form: Any) -> Iterator[Any]:
    """Give every single field of a form, in order, those of its parts too."""
    for field in form:
        if hasattr(field, "entries"):
            for entry in field.entries:
                if hasattr(entry, "form"):
                    yield from walk(entry.form)
                else:
                    yield entry
        elif hasattr(field, "form"):
            yield from walk(field.form)
        else:
            yield field


def read(form: Any) -> bool:
    """Validate each field by itself; mark those that cannot be read: their values are none, what was typed stays."""
    found = form.validate()
    for field in walk(form):
        field.unreadable = bool(field.errors)
    return bool(found)


def left_over(form: Any) -> dict[str, str]:
    """Return what was typed into fields that cannot be read, by name: a draft keeps it beside its values."""
    return {
        field.name: field.typed
        for field in walk(form)
        if getattr(field, "unreadable", False) and getattr(field, "typed", "")
    }


def text_values(form: Any, fields: tuple[str, ...], base: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the texts by language. Who made a text and from which version of the source follows from `base`, the
    record that is being changed: what was not touched stays what it was."""
    source = readable(form.language)
    before = (base or {}).get("texts", {})
    texts: dict[str, dict[str, Any]] = {}
    for entry in form.texts.entries:
        part = entry.form
        language = readable(part.language)
        said = {name: readable(part[name]) for name in fields}
        if language is None or language in texts or not (any(said.values()) or language == source):
            continue
        old = before.get(language)
        touched = old is None or any(old[name] != said[name] for name in fields)
        if not touched:
            origin, version = old["origin"], old["source_version"]
        else:
            origin = "author" if language == source else "translator"
            version = None if old is None or language == source else old["source_version"]
        if part.current.data and language != source:
            version = None
        texts[language] = said | {"origin": origin, "source_version": version}
    return texts


def text_pairs(values: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give the form's names and values of the texts, the source first."""
    languages = sorted(values["texts"], key=lambda language: (language != values["language"], language))
    for number, language in enumerate(languages):
        said = values["texts"][language]
        yield f"texts-{number}-language", language
        for name in fields:
            yield f"texts-{number}-{name}", said[name] or ""
        if said["source_version"] is None and language != values["language"]:
            yield f"texts-{number}-current", "1"


# What is told where the title of a practice or the name of a service is missing: at the source, at a translation.
_UNCALLED = {
    "title": (N_("Please give it a title."), N_("Please give the title in this language too.")),
    "name": (N_("Please give it a name."), N_("Please give the name in this language too.")),
}


def check_texts(form: Any, name: str) -> None:
    """Note texts without their title or name, twice the same language, and a source language without a text."""
    seen = set()
    for entry in form.texts.entries:
        part, language = entry.form, entry.form.language.data
        filled = any(field.data for field in part if field.name.rsplit("-", 1)[1] not in ("language", "current"))
        if not filled and language != form.language.data:
            continue
        if language is None:
            add_fault(part.language, N_("Please choose a language."))
        elif language in seen:
            add_fault(part.language, N_("There is already a text in this language."))
        if not part[name].data and not part[name].errors:
            add_fault(part[name], _UNCALLED[name][language != form.language.data])
        seen.add(language)
    if form.language.data is None:
        add_fault(form.language, N_("Please choose the language in which you write."))
    elif form.language.data not in seen:
        add_fault(form.language, N_("There is no text in this language yet."))
