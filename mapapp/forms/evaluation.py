"""The form of an evaluation: what was found under each criterion of a framework, by whom, when, on what grounds."""

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import FieldList, Form, FormField

from .fields import N_, Choice, Line, PartialDay, Prose, Sent, WebAddress, add_fault, sent
from .parts import Language, Lookups, read, readable, walk

LEVELS = ("low", "medium", "high")
FRAMEWORK = "REGIN"
SAID = ("level", "strength", "room_for_improvement", "evidence")
MOST_CRITERIA = 20


class CriterionFields(Form):
    """What was found under one criterion."""

    key = Choice()
    level = Choice(known=LEVELS)
    strength = Prose(longest=4_000)
    room_for_improvement = Prose(longest=4_000)
    evidence = Prose(longest=2_000)


class EvaluationForm(Form):
    """An evaluation as it is sent. `practice` is a slug that the page knows: it is not the sender's to choose."""

    practice = Line()
    evaluator = Line(longest=200)
    date = PartialDay()
    version = Line(longest=60)
    source_url = WebAddress()
    language = Language()
    criteria = FieldList(FormField(CriterionFields), max_entries=MOST_CRITERIA)


def make(given: Sent, lookups: Lookups, lang: str) -> EvaluationForm:  # noqa: ARG001 - forms are made alike
    """Return the form of what was sent; it has every criterion."""
    keys = list(lookups.terms["criterion"])
    there = [given[name][0] for name in given if name.startswith("criteria-") and name.endswith("-key")]
    number = len(there)
    for key in keys:
        if key not in there:
            given[f"criteria-{number}-key"] = [key]
            number += 1
    form = EvaluationForm(given)
    for entry in form.criteria.entries:
        entry.form.key.known = keys
    return form


def check(form: EvaluationForm, complete: bool = True) -> bool:
    """Note at each field what is wrong with it; return whether nothing is. A draft need not be `complete`."""
    read(form)
    if complete:
        if form.language.data is None:
            add_fault(form.language, N_("Please choose the language in which you write."))
        if form.evaluator.data is None:
            add_fault(form.evaluator, N_("Please say who evaluates: a person, a team or an organisation."))
        if form.date.data is None and not form.date.errors:
            add_fault(form.date, N_("Please say when this was found, as precisely as you know."))
        spoken = [entry.form for entry in form.criteria.entries if _said(entry.form)]
        if not spoken and form.criteria.entries:
            add_fault(
                form.criteria.entries[0].form.strength, N_("Please write something under at least one criterion.")
            )
        for part in spoken:
            if not part.strength.data and not part.room_for_improvement.data:
                add_fault(part.strength, N_("Please name a strength or room for improvement."))
    return not faults(form)


def _said(part: Any) -> bool:
    return any(readable(part[name]) for name in SAID)


def faults(form: EvaluationForm) -> bool:
    """Whether any field has one."""
    return any(field.errors for field in walk(form))


def clean(form: EvaluationForm, base: Mapping[str, Any] | None = None) -> dict[str, Any]:  # noqa: ARG001 - alike
    """Return the values of a form that was looked at. Criteria under which nothing was said are not there."""
    return {
        "practice": readable(form.practice),
        "framework": FRAMEWORK,
        "version": readable(form.version),
        "evaluator": readable(form.evaluator),
        "date": readable(form.date),
        "source_url": readable(form.source_url),
        "language": readable(form.language),
        "criteria": {
            entry.form.key.data: {name: readable(entry.form[name]) for name in SAID}
            for entry in form.criteria.entries
            if readable(entry.form.key) and _said(entry.form)
        },
    }


def to_form(values: Mapping[str, Any]) -> Sent:
    """Return values as the form sends them: `clean` gives the same values back."""
    return sent(_pairs(values))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("practice", "version", "evaluator", "date", "source_url", "language"):
        yield name, values[name] or ""
    for number, (key, said) in enumerate(values["criteria"].items()):
        yield f"criteria-{number}-key", key
        for name in SAID:
            yield f"criteria-{number}-{name}", said[name] or ""


def empty(practice: str, language: str, evaluator: str | None) -> dict[str, Any]:
    """Return the values of an evaluation of a practice (slug) of which nothing is known but who writes it."""
    return {
        "practice": practice,
        "framework": FRAMEWORK,
        "version": None,
        "evaluator": evaluator,
        "date": None,
        "source_url": None,
        "language": language,
        "criteria": {},
    }
