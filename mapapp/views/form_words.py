"""What the forms of contributors are called: their steps, their fields, and what is wrong with a field, in words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask import g

from .. import i18n
from ..forms.fields import N_, Fault
from ..forms.parts import walk
from .translating import gettext as _

_TEXT = re.compile(r"texts-(\d+)-(\w+)")
_IN_A_LANGUAGE = re.compile(r"((?:texts|photos-\d+-alt)-\d+)-\w+")
_PHOTO = re.compile(r"(photos-\d+)-id")
_DAY = re.compile(r"hours_([1-7])")
_ENTRY = re.compile(r"(photos|criteria)-(\d+)-(\w+)")


class Step(NamedTuple):
    """A step of a form: its anchor, its title, the fields in it."""

    name: str
    title: str
    fields: tuple[str, ...]


class Told(NamedTuple):
    """What is wrong with a field: its name, what it is called, what to do about it."""

    field: str
    label: str
    words: str

    @property
    def anchor(self) -> str:
        """The id of the field's input."""
        return self.field if self.field.startswith("photos-") else f"f-{self.field}"


PRACTICE = (
    Step("what", N_("What"), ("language", "title", "summary", "description", "themes", "dimensions", "target_groups")),
    Step("where", N_("Where"), ("place_name", "place_id", "country", "location_kind", "coordinates", "territories")),
    Step(
        "who",
        N_("Who and when"),
        (
            *("organisation", "organisation_type", "partners", "programmes", "project", "start_year", "end_year"),
            *("status", "budget_eur", "website", "owner"),
            *("contact_name", "contact_mail", "contact_public"),
        ),
    ),
    Step("works", N_("How well it works"), ("lessons", "transferability", "source_title", "source_url", "photos")),
    Step("review", N_("Review and send"), ()),
)
SERVICE = (
    Step("what", N_("What"), ("language", "category", "name", "description", "eligibility", "cost", "documents")),
    Step("where", N_("Where"), ("place_name", "place_id", "address", "country", "location_kind", "coordinates")),
    Step("when", N_("When and how"), ("languages", "phone", "website", "hours", "temporarily_closed")),
    Step("who", N_("Who"), ("organisation", "region", "source_url", "owner")),
    Step("review", N_("Review and send"), ()),
)
EVALUATION = (
    Step("about", N_("Evaluation"), ("evaluator", "date", "version", "source_url", "language")),
    Step("criteria", N_("The seven criteria"), ("criteria",)),
    Step("review", N_("Review and send"), ()),
)
STEPS: Mapping[str, tuple[Step, ...]] = {"practice": PRACTICE, "service": SERVICE, "evaluation": EVALUATION}
LABELS = {
    "language": N_("Language"),
    "title": N_("Title"),
    "name": N_("Name of the service"),
    "summary": N_("In one or two sentences"),
    "description": N_("What it does"),
    "lessons": N_("Results and lessons"),
    "transferability": N_("Could it work elsewhere?"),
    "themes": N_("Themes"),
    "dimensions": N_("Dimensions"),
    "target_groups": N_("Target groups"),
    "place_name": N_("Place"),
    "place_id": N_("Place"),
    "country": N_("Country"),
    "location_kind": N_("How exact is the place?"),
    "coordinates": N_("Point on the map"),
    "territories": N_("Covered territories"),
    "organisation": N_("Organisation in charge"),
    "organisation_type": N_("Organisation type"),
    "partners": N_("Partners"),
    "programmes": N_("Programmes"),
    "project": N_("Project"),
    "start_year": N_("First year"),
    "end_year": N_("Last year"),
    "status": N_("Status"),
    "budget_eur": N_("Budget in euros"),
    "website": N_("Website"),
    "source_title": N_("Title of the source"),
    "source_url": N_("Web address of the source"),
    "owner": N_("Who keeps this entry up to date?"),
    "contact_name": N_("Contact person"),
    "contact_mail": N_("Mail address of the contact person"),
    "contact_public": N_("Name and address on the public page"),
    "category": N_("Category"),
    "eligibility": N_("Who is it for?"),
    "cost": N_("What does it cost?"),
    "documents": N_("What to bring along"),
    "address": N_("Address"),
    "languages": N_("Languages spoken"),
    "phone": N_("Telephone"),
    "hours": N_("Opening hours"),
    "temporarily_closed": N_("Temporarily closed"),
    "region": N_("Partner region"),
    "evaluator": N_("Who evaluates?"),
    "date": N_("Date of the evaluation"),
    "version": N_("Version of the framework"),
    "level": N_("Evidence"),
    "strength": N_("Strength"),
    "room_for_improvement": N_("Room for improvement"),
    "evidence": N_("What is this based on?"),
    "criteria": N_("Criteria"),
    "photos": N_("Photos"),
    "credit": N_("Whose photo is it?"),
    "text": N_("What is to be seen?"),
    "mail": N_("Mail address"),
}


def label_of(name: str) -> str:
    """Return what a field is called in the language of the page."""
    return _(LABELS[name]) if name in LABELS else name


def base_name(name: str) -> str:
    """Return the field that an entry of a form is one of: texts-0-title is a title, hours_3 are hours."""
    if found := _TEXT.fullmatch(name):
        return found[2]
    if found := _ENTRY.match(name):
        return found[1]
    return name.split("_")[0] if name.startswith("hours_") else name


def say(faults: Iterable[Any]) -> list[str]:
    """Return what is wrong with a field, in words of the page's language."""
    return [fault.say(_) if isinstance(fault, Fault) else str(fault) for fault in faults]


def told(form: Any) -> list[Told]:
    """Return everything that is wrong with a form, in the order of its fields."""
    found: list[Told] = []
    fields = {field.name: field for field in walk(form)}
    for field in fields.values():
        if not field.errors:
            continue
        # A photo that nobody has described is at fault itself: what it lacks is written into its first description.
        name = _PHOTO.sub(r"\1-alt-0-text", field.name)
        label = label_of(base_name(name) if "-" not in name else name.rsplit("-", 1)[-1])
        if (part := _IN_A_LANGUAGE.fullmatch(name)) and len(form.texts.entries) > 1:
            language = fields[f"{part[1]}-language"].data if f"{part[1]}-language" in fields else None
            if language:
                label = _("%(field)s (%(language)s)", field=label, language=i18n.language_name(language, g.lang))
        if day := _DAY.fullmatch(name):
            label = f"{label}: {i18n.weekdays(g.lang)[int(day[1]) - 1]}"
        if (part := _ENTRY.match(name)) and part[1] == "photos" and len(form.photos.entries) > 1:
            label = f"{_('Photo %(number)s', number=int(part[2]) + 1)}: {label}"
        found.extend(Told(name, label, words) for words in say(field.errors))
    return found


def in_order(kind: str, form: Any) -> list[Told]:
    """Return everything that is wrong with a form, in the order of its page."""
    return [one for found in by_step(kind, told(form)).values() for one in found]


def by_step(kind: str, found: Iterable[Told]) -> dict[str, list[Told]]:
    """Return what is wrong by the step in which it stands."""
    steps: dict[str, list[Told]] = {step.name: [] for step in STEPS[kind]}
    for one in found:
        base = base_name(one.field)
        step = next((step.name for step in STEPS[kind] if base in step.fields), STEPS[kind][0].name)
        steps[step].append(one)
    return steps
