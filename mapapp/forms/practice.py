"""The form of a practice: what may be sent, and its values. A field of a practice is added here and in `queries`."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from wtforms import FieldList, Form, FormField

from .fields import (
    N_,
    Choice,
    Choices,
    Line,
    Lines,
    MailAddress,
    Money,
    Prose,
    Sent,
    Ticked,
    WebAddress,
    Year,
    add_fault,
    refuse,
    sent,
)
from .parts import (
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

TEXTS = ("title", "summary", "description", "lessons", "transferability")
STATUSES = ("running", "ended", "unknown")
EARLIEST_YEAR = 1900
MOST_LANGUAGES = 40
MOST_PHOTOS = 12
_LISTS = {"themes": "theme", "dimensions": "dimension", "target_groups": "target_group"}


class PracticeTexts(Form):
    """The texts in one language; `current` says that a translation says the same as the source as it is now."""

    language = Language()
    title = Line(longest=300)
    summary = Line(longest=600)
    description = Prose(longest=12_000)
    lessons = Prose(longest=8_000)
    transferability = Prose(longest=8_000)
    current = Ticked()


class PhotoId(Line):
    """The name of a photo that was taken in before."""

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no such name."""
        try:
            UUID(self.data or "")
        except ValueError:
            raise refuse(N_("There is no such photo.")) from None


class Alternative(Form):
    """What is seen on a photo, in one language."""

    language = Language()
    text = Line(longest=500)


class PhotoFields(Form):
    """A photo of the practice; `remove` takes it off."""

    id = PhotoId()
    credit = Line(longest=300)
    alt = FieldList(FormField(Alternative), max_entries=MOST_LANGUAGES)
    remove = Ticked()


class PracticeForm(PlaceFields):
    """A practice as it is sent. Make it with `make`, look at it with `check`, take its values with `clean`."""

    language = Language()
    texts = FieldList(FormField(PracticeTexts), max_entries=MOST_LANGUAGES)
    territories = Choices(most=60)
    themes = Choices()
    dimensions = Choices()
    target_groups = Choices()
    organisation = Line(longest=300)
    organisation_type = Choice()
    partners = Lines(most=60, longest=300)
    programmes = Lines(most=20, longest=120)
    project = Choice()
    start_year = Year(EARLIEST_YEAR, 2100)
    end_year = Year(EARLIEST_YEAR, 2100)
    status = Choice(known=STATUSES)
    budget_eur = Money()
    website = WebAddress()
    source_title = Line(longest=300)
    source_url = WebAddress()
    photos = FieldList(FormField(PhotoFields), max_entries=MOST_PHOTOS)
    owner = Choice()
    contact_name = Line(longest=200)
    contact_mail = MailAddress()
    contact_public = Ticked()  # the author's word that the person wants to be shown


def make(given: Sent, lookups: Lookups, lang: str) -> PracticeForm:
    """Return the form of what was sent. `lang` is the language of the page: what an O in coordinates means there."""
    form = PracticeForm(given)
    form.country.known = known_countries()
    form.coordinates.lang = lang
    form.territories.known = lookups.territories
    for name, vocabulary in _LISTS.items():
        form[name].known = lookups.terms[vocabulary]
    form.organisation_type.known = lookups.terms["organisation_type"]
    form.project.known = lookups.projects
    form.owner.known = lookups.organisations
    form.start_year.high = lookups.this_year + 5
    form.end_year.high = lookups.this_year + 20
    return form


def check(form: PracticeForm, complete: bool = True) -> bool:
    """Note at each field what is wrong with it; return whether nothing is. A draft need not be `complete`."""
    read(form)
    start, end = readable(form.start_year), readable(form.end_year)
    if start and end and end < start:
        add_fault(form.end_year, N_("This is before the first year."))
    if complete:
        _check_complete(form)
    return not faults(form)


def _check_complete(form: PracticeForm) -> None:
    check_texts(form, "title")
    source = next((entry.form for entry in form.texts if entry.form.language.data == form.language.data), None)
    if source and not source.summary.data and not source.description.data:
        add_fault(source.summary, N_("Please say in a sentence or two what the practice does."))
    check_place(form)
    if not form.themes.data:
        add_fault(form.themes, N_("Please choose at least one theme."))
    if not form.source_url.data and not form.source_title.data:
        add_fault(
            form.source_url,
            N_("Please give a page where readers can check this, or name below who vouches for it."),
        )
    if form.contact_public.data and not (form.contact_name.data or form.contact_mail.data):
        add_fault(form.contact_public, N_("There is nothing to show yet: give a name or a mail address."))
    for entry in form.photos:
        photo = entry.form
        if photo.remove.data:
            continue
        if not photo.credit.data:
            add_fault(photo.credit, N_("Please say whose photo it is."))
        if not any(one.form.text.data for one in photo.alt):
            seen = photo.alt.entries[0].form.text if photo.alt.entries else photo.id
            add_fault(seen, N_("Please describe the photo for people who cannot see it."))


def faults(form: PracticeForm) -> bool:
    """Whether any field has one."""
    return any(field.errors for field in walk(form))


def clean(form: PracticeForm, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the values of a form that was looked at; `base` are those of the record that is being changed. What
    cannot be read is none: `parts.left_over` has it."""
    return {
        "language": readable(form.language),
        "texts": text_values(form, TEXTS, base),
        **place_values(form),
        **{name: readable(form[name]) for name in ("territories", *_LISTS)},
        "organisation": readable(form.organisation),
        "organisation_type": readable(form.organisation_type),
        "partners": readable(form.partners),
        "programmes": readable(form.programmes),
        "project": readable(form.project),
        "start_year": readable(form.start_year),
        "end_year": readable(form.end_year),
        "status": readable(form.status) or "unknown",
        "budget_eur": readable(form.budget_eur),
        "website": readable(form.website),
        "source_title": readable(form.source_title),
        "source_url": readable(form.source_url),
        "photos": list(_photos(form)),
        "owner": readable(form.owner),
        **_contact(form),
    }


def _contact(form: PracticeForm) -> dict[str, Any]:
    """Return the contact person. Nobody's name and address are public by a tick that was given to nobody."""
    name, mail = readable(form.contact_name), readable(form.contact_mail)
    shown = bool(form.contact_public.data and (name or mail))
    return {"contact_name": name, "contact_mail": mail, "contact_public": shown}


def _photos(form: PracticeForm) -> Iterator[dict[str, Any]]:
    seen = set()
    for entry in form.photos.entries:
        photo = entry.form
        name = readable(photo.id)
        if name is None or name in seen or photo.remove.data:
            continue
        seen.add(name)
        alt = {
            one.form.language.data: one.form.text.data
            for one in photo.alt.entries
            if readable(one.form.language) and readable(one.form.text)
        }
        yield {"id": name, "alt": alt, "credit": readable(photo.credit)}


def to_form(values: Mapping[str, Any]) -> Sent:
    """Return values as the form sends them: `clean` gives the same values back."""
    return sent(_pairs(values))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "language", values["language"] or ""
    yield from text_pairs(values, TEXTS)
    yield from place_pairs(values)
    for name in ("territories", *_LISTS):
        for key in values[name]:
            yield name, key
    for name in ("partners", "programmes"):
        yield name, "\n".join(values[name])
    for name in ("organisation", "organisation_type", "project", "start_year", "end_year", "status", "budget_eur"):
        yield name, "" if values[name] is None else str(values[name])
    for name in ("website", "source_title", "source_url", "owner"):
        yield name, values[name] or ""
    for name in ("contact_name", "contact_mail"):
        yield name, values.get(name) or ""
    yield "contact_public", "1" if values.get("contact_public") else ""
    for number, photo in enumerate(values["photos"]):
        yield f"photos-{number}-id", photo["id"]
        yield f"photos-{number}-credit", photo["credit"] or ""
        for place, (language, said) in enumerate(sorted(photo["alt"].items())):
            yield f"photos-{number}-alt-{place}-language", language
            yield f"photos-{number}-alt-{place}-text", said


def empty(language: str) -> dict[str, Any]:
    """Return the values of a practice of which nothing is known but the language of its author."""
    form = PracticeForm(sent([("language", language), ("texts-0-language", language)]))
    read(form)
    return clean(form)
