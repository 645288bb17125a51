"""The form of a local service: what may be sent, and its values. A field is added here and in `queries`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import FieldList, Form, FormField

from .fields import N_, Choice, Choices, Line, Prose, Sent, Ticked, WebAddress, add_fault, refuse, sent
from .parts import (
    LANGUAGES,
    Language,
    Lookups,
    PlaceFields,
    check_place,
    check_texts,
    known_countries,
    place_pairs,
    place_values,
    read,
    readable,
    text_pairs,
    text_values,
    walk,
)

TEXTS = ("name", "description", "eligibility", "cost", "documents")
DAYS = range(1, 8)  # Monday first
MOST_LANGUAGES = 40
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?"
_SPAN = re.compile(rf"{_TIME}\s*(?:[-–—]|to|bis|alle)\s*{_TIME}", re.ASCII)


def read_hours(text: str) -> list[tuple[str, str]] | None:
    """Return the hours of a day as (opens, closes), "HH:MM" each, or None. Read are "9-12, 14:00–18:30"."""
    found = []
    for part in re.split(r"[,;/]|\n", text):
        if not part.strip():
            continue
        span = _SPAN.fullmatch(part.strip())
        if span is None:
            return None
        opens, closes = [(int(span[at]), int(span[at + 1] or 0)) for at in (1, 3)]
        if any(hour > 24 or minute > 59 or (hour == 24 and minute) for hour, minute in (opens, closes)):
            return None
        if opens == closes or opens[0] == 24:
            return None
        found.append((f"{opens[0]:02}:{opens[1]:02}", f"{closes[0]:02}:{closes[1]:02}"))
    return found


class Hours(Line):
    """The hours of a day of the week; `data` is a list of (opens, closes)."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=120, **rest)

    def process_data(self, value: Any) -> None:
        """Take hours of ours."""
        self.data = list(value or ())
        self.typed = ", ".join(f"{opens}–{closes}" for opens, closes in self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self.typed = valuelist[0]
            self.data = read_hours(self.typed) or []

    def pre_validate(self, form: Form) -> None:
        """Refuse what are no hours."""
        if len(self.typed) > self.longest or read_hours(self.typed) is None:
            raise refuse(N_("Please write hours such as 9:00–12:00, 14:00–18:00, or leave the day empty."))


class ServiceTexts(Form):
    """The texts in one language; `current` says that a translation says the same as the source as it is now."""

    language = Language()
    name = Line(longest=300)
    description = Prose(longest=4_000)
    eligibility = Prose(longest=2_000)
    cost = Prose(longest=1_000)
    documents = Prose(longest=2_000)
    current = Ticked()


class ServiceForm(PlaceFields):
    """A service as it is sent. Make it with `make`, look at it with `check`, take its values with `clean`."""

    category = Choice()
    language = Language()
    texts = FieldList(FormField(ServiceTexts), max_entries=MOST_LANGUAGES)
    organisation = Line(longest=300)
    address = Line(longest=300)
    languages = Choices(known=LANGUAGES)
    phone = Line(longest=60)
    website = WebAddress()
    hours_1 = Hours()
    hours_2 = Hours()
    hours_3 = Hours()
    hours_4 = Hours()
    hours_5 = Hours()
    hours_6 = Hours()
    hours_7 = Hours()
    temporarily_closed = Ticked()
    region = Choice()
    source_url = WebAddress()
    owner = Choice()


def make(given: Sent, lookups: Lookups, lang: str) -> ServiceForm:
    """Return the form of what was sent. `lang` is the language of the page: what an O in coordinates means there."""
    form = ServiceForm(given)
    form.country.known = known_countries()
    form.coordinates.lang = lang
    form.category.known = lookups.terms["service_category"]
    form.region.known = lookups.regions
    form.owner.known = lookups.organisations
    return form


def check(form: ServiceForm, complete: bool = True) -> bool:
    """Note at each field what is wrong with it; return whether nothing is. A draft need not be `complete`."""
    read(form)
    if form.phone.data and not re.fullmatch(r"[+\d][\d\s()/.\-–]{3,}(?:\s?[a-zA-Z.]{1,8}\s?\d{1,6})?", form.phone.data):
        add_fault(form.phone, N_("Please write a number such as +43 512 1234."))
        form.phone.unreadable = True
    if complete:
        check_texts(form, "name")
        if form.category.data is None:
            add_fault(form.category, N_("Please choose what kind of service it is."))
        check_place(form)
        if not form.source_url.data and not form.owner.data:
            add_fault(form.source_url, N_("Please give a page where readers can check this."))
    return not faults(form)


def faults(form: ServiceForm) -> bool:
    """Whether any field has one."""
    return any(field.errors for field in walk(form))


def clean(form: ServiceForm, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the values of a form that was looked at; `base` are those of the record that is being changed. What
    cannot be read is none: `parts.left_over` has it."""
    return {
        "category": readable(form.category),
        "language": readable(form.language),
        "texts": text_values(form, TEXTS, base),
        **place_values(form),
        **{name: readable(form[name]) for name in ("organisation", "address", "languages", "phone", "website")},
        "opening_hours": [
            {"day": day, "opens": opens, "closes": closes}
            for day in DAYS
            for opens, closes in readable(form[f"hours_{day}"])
        ],
        "temporarily_closed": bool(form.temporarily_closed.data),
        **{name: readable(form[name]) for name in ("region", "source_url", "owner")},
    }


def to_form(values: Mapping[str, Any]) -> Sent:
    """Return values as the form sends them: `clean` gives the same values back."""
    return sent(_pairs(values))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in (
        "language",
        "category",
        "organisation",
        "address",
        "phone",
        "website",
        "region",
        "source_url",
        "owner",
    ):
        yield name, values[name] or ""
    yield from text_pairs(values, TEXTS)
    yield from place_pairs(values)
    for language in values["languages"]:
        yield "languages", language
    for day in DAYS:
        hours = [f"{one['opens']}–{one['closes']}" for one in values["opening_hours"] if one["day"] == day]
        yield f"hours_{day}", ", ".join(hours)
    if values["temporarily_closed"]:
        yield "temporarily_closed", "1"


def empty(language: str) -> dict[str, Any]:
    """Return the values of a service of which nothing is known but the language of its author."""
    form = ServiceForm(sent([("language", language), ("texts-0-language", language)]))
    read(form)
    return clean(form)
