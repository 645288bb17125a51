"""A form on a contributor's desk: which record it is about, what was sent, how it is kept, what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from .. import contacts, i18n
from ..errors import Problem
from ..forms import drafts, evaluation, practice, service
from ..forms.fields import N_, Sent, sent, tidy
from ..forms.parts import walk
from ..queries import contacts as people
from ..queries import duplicates, proposals, records
from ..queries.proposals import Proposal
from ..queries.whereabouts import Spot
from ..sealing import new_key
from ..writing import moderation
from . import acting, asked, form_words, locating, offering, photos
from .form_words import Told

FORMS: Mapping[str, ModuleType] = {"practice": practice, "service": service, "evaluation": evaluation}
FOLDERS = {"practices": "practice", "services": "service"}
OURS = ("csrf", "key", "revision", "base_version", "go", "note", "language_was", "choose", "add_language")
LONGEST_NOTE = 4000  # characters, as an answer by a mailed link, which becomes a note too


@dataclass
class Desk:
    """One form with everything that its page needs. `base` is the record as it was when its change was begun;
    `conflict` says what came in between: changed (another revision was saved), published; `problem` in words why what
    was typed could not be kept."""

    kind: str
    form: Any
    offers: offering.Offered
    to: str
    proposal: Proposal | None = None
    slug: str | None = None
    base: Mapping[str, Any] | None = None
    base_version: int | None = None
    key: str = ""
    revision: int = 0
    note: str = ""
    told: list[Told] = field(default_factory=list)
    conflict: str = ""
    problem: str = ""
    refused: list[photos.NotTaken] = field(default_factory=list)

    @cached_property
    def missing(self) -> dict[str, list[Told]]:
        """What has yet to be filled in or put right before the form can be sent, by step."""
        whole = make(self.kind, given_of(self.form), self.offers)
        complete(self.kind, whole)
        return form_words.by_step(self.kind, form_words.told(whole))

    def is_done(self, step: form_words.Step) -> bool:
        """Whether something stands in a step and nothing is missing there."""
        names = {name for name in step.fields if name not in ("language", "status", "owner")}
        filled = any(form_words.base_name(one.name) in names and getattr(one, "data", None) for one in walk(self.form))
        return filled and not self.missing[step.name]

    @property
    def has_contact(self) -> bool:
        """Whether the form asks for the contact: not where it is somebody else's to see and change."""
        return contacts.speaks(self.base)

    @property
    def writes_on(self) -> bool:
        """Whether scripts may save by themselves: not what waits for a decision, which would leave the queue."""
        if self.problem or self.conflict:
            return False  # nor over what was saved elsewhere, before its author has seen it
        return self.proposal is None or self.proposal.state in ("draft", "returned")

    @property
    def lies_open(self) -> bool:
        """Whether the page shows what is nowhere saved."""
        return bool(self.problem or self.conflict)


def actor() -> moderation.Actor:
    """Return the person who asks as the one who acts."""
    me = acting.me()
    if me is None:
        raise acting.denied()
    return moderation.Actor(me.id, me.role, me.organisations, me.may_evaluate)


def given_of(form: Any) -> Sent:
    """Return what a form was made of."""
    given: Sent = form.given
    return given


def make(kind: str, given: Sent, offers: offering.Offered) -> Any:
    """Return the form of a kind from what was sent."""
    form = FORMS[kind].make(given, offering.lookups(offers), g.lang)
    form.given = given
    return form


def complete(kind: str, form: Any) -> bool:
    """Check whether a form can be sent to the moderators; what stands against it is noted at its fields."""
    FORMS[kind].check(form, True)
    if hasattr(form, "coordinates"):
        locating.question(form)
    return not FORMS[kind].faults(form)


def values_of(kind: str, form: Any, base: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a form as values; what cannot be read stands beside them."""
    FORMS[kind].check(form, False)
    return drafts.with_typed(FORMS[kind].clean(form, base), form)


def not_found() -> Problem:
    """Return what somebody is told who asks for a proposal that is not there, or not theirs."""
    return Problem(404, _("There is no such contribution"), _("It may be somebody else's, or its address is mistyped."))


def proposal_of(public_id: UUID) -> Proposal:
    """Return a proposal of the person who asks or of one of their organisations. Raises Problem (404)."""
    found = proposals.one(asked.connection(), public_id, g.lang)
    who = actor()
    if found is None:
        raise not_found()
    if not {"author", "fellow"} & moderation.relations(who, found.author_id, found.organisation_id):
        acting.note_denial("not_yours")  # but who asks learns no more than of one that is not there
        raise not_found()
    return found


def open_proposal(found: Proposal, language: str = "") -> Desk:
    """Return the desk with a proposal that is there, and with a text in one more language where that is wanted."""
    form_of = FORMS[found.kind]
    given = drafts.to_form(found.values, form_of.to_form)
    if language and found.kind != "evaluation":
        drafts.part_of(given, "texts", language)
    offers = offering.offers(found.base)
    return Desk(
        kind=found.kind,
        form=make(found.kind, given, offers),
        offers=offers,
        to=url_for("contribute.edit", public_id=found.public_id),
        proposal=found,
        slug=found.slug,
        base=found.base,
        base_version=found.base_version,
        revision=found.revision,
        note=found.note or "",
    )


def new(kind: str, values: Mapping[str, Any], to: str) -> Desk:
    """Return the desk with a new form."""
    offers = offering.offers(None)
    mine = [key for key, _words in offers.organisations]
    form = make(kind, FORMS[kind].to_form({**values, "owner": mine[0] if mine else None}), offers)
    return Desk(kind, form, offers, to, key=new_key())


def _gone(kind: str, slug: str, to: str, keep: bool) -> Desk:
    """Return the desk with a form that has lost its record, where there is something to `keep`. Raises Problem."""
    if not keep:
        raise Problem(404, _("There is no such record"), _("The address may be mistyped, or the record has moved."))
    offers = offering.offers(None)
    empty = evaluation.empty(slug, g.lang, None) if kind == "evaluation" else FORMS[kind].empty(g.lang)
    told = _(
        "The record is not public any more: it was taken off the map, or merged with another one. Nothing was saved. "
        "What you typed is still on this page, so that you can copy it."
    )
    return Desk(kind, make(kind, FORMS[kind].to_form(empty), offers), offers, to, slug=slug, problem=told)


def change(kind: str, slug: str, to: str, version: int | None = None, *, keep: bool = False) -> Desk:
    """Return the desk with a published record; `version` is the one that its author began from. Where it is gone the
    desk says so if there is something to `keep`, else raises Problem."""
    connection = asked.connection()
    known = records.known(connection, kind, slug)
    if known is None:
        return _gone(kind, slug, to, keep)
    base: Mapping[str, Any] = known.values
    if version is not None and version != known.version:
        base = contacts.as_in(records.at_version(connection, kind, slug, version) or known.values, known.values)
    if kind == "practice" and not may_see_contact(slug):
        base = contacts.apart(base)
    offers = offering.offers(base)
    form = make(kind, FORMS[kind].to_form(base), offers)
    version = known.version if version is None else version
    return Desk(kind, form, offers, to, slug=slug, base=base, base_version=version, key=new_key())


def may_see_contact(slug: str) -> bool:
    """Tell whether the person who asks may see and change the contact of a published practice."""
    me = acting.me()
    own = [one.id for one in me.organisations] if me else []
    return me is not None and people.may_see(asked.connection(), slug, me.id, me.role, own)


def may_evaluate() -> acting.Me:
    """Return the person who asks, who has the right to evaluate. Raises Problem (403)."""
    me = acting.me()
    if me is None or not me.may_evaluate:
        raise acting.denied()
    return me


def evaluate(slug: str, to: str, *, keep: bool = False) -> Desk:
    """Return the desk with what the person has said of a practice so far, or with an empty form. Where the practice is
    gone the desk says so if there is something to `keep`, else raises Problem."""
    me, connection = may_evaluate(), asked.connection()
    if records.known(connection, "practice", slug) is None:
        return _gone("evaluation", slug, to, keep)
    evaluator = me.organisations[0].name if me.organisations else me.name
    values = evaluation.empty(slug, g.lang, evaluator)
    known = records.known(connection, "evaluation", slug, values)
    offers = offering.offers(None)
    form = make("evaluation", evaluation.to_form(known.values if known else values), offers)
    base, version = (known.values, known.version) if known else (None, None)
    return Desk("evaluation", form, offers, to, slug=slug, base=base, base_version=version, key=new_key())


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def base_version() -> int | None:
    """Return the version of the record that the form was made from."""
    return _number("base_version")


def read(desk: Desk) -> None:
    """Put what was sent in the place of the desk's form."""
    given = sent((name, value) for name, value in request.form.items(multi=True) if name not in OURS)
    drafts.rename_source(given, request.form.get("language_was", ""))
    drafts.keep_order(given, desk.proposal.values if desk.proposal else desk.base or {})
    if desk.kind != "evaluation":
        locating.take_choice(given, request.form)
        locating.fill(given)
    if desk.kind == "evaluation":
        given["practice"] = [desk.slug or ""]
    if desk.kind == "practice":
        given, desk.refused = photos.take(given)
    desk.form = make(desk.kind, given, desk.offers)
    desk.note = tidy(request.form.get("note", ""), lines=True)
    desk.key = request.form.get("key", "")[:100].replace("\0", "") or desk.key
    desk.revision = _number("revision") or desk.revision


def save(desk: Desk) -> moderation.Saved:
    """Keep the desk's form as a proposal. Raises moderation.Refused, moderation.Conflict."""
    values = values_of(desk.kind, desk.form, desk.base)
    there = desk.proposal
    draft = moderation.Draft(
        kind=desk.kind,
        values=values,
        action="change" if desk.slug and desk.kind != "evaluation" else "create",
        slug=desk.slug,
        base_version=desk.base_version,
        note=desk.note or None,
        organisation=None if there else organisation_of(values),
        key=None if there else desk.key or None,
        language=g.lang,
        public_id=there.public_id if there else None,
        revision=desk.revision or 1,
    )
    with acting.transaction() as connection:
        return moderation.save_draft(connection, actor(), draft)


def organisation_of(values: Mapping[str, Any]) -> str | None:
    """Return for which of their organisations the person writes: the one that keeps the record up, or their only."""
    me = acting.me()
    own = [one.slug for one in me.organisations] if me else []
    owner = values.get("owner")
    return owner if owner in own else own[0] if own else None


def submit(saved: moderation.Saved) -> None:
    """Send a saved proposal to the moderators. Raises moderation.Refused, moderation.Conflict."""
    with acting.transaction() as connection:
        moderation.submit(connection, actor(), saved.public_id, saved.revision, asked.mail_site())


REFUSALS = {
    "unknown": (404, N_("There is no such contribution")),
    "not_yours": (403, N_("This is not yours to do")),
    "wrong_state": (409, N_("This is not possible any more: the contribution has moved on meanwhile")),
    "no_record": (404, N_("There is no such record")),
    "not_your_organisation": (403, N_("You do not belong to this organisation")),
    "may_not_evaluate": (403, N_("Your account does not have the right to evaluate")),
    "words_missing": (422, N_("Please write something first")),
}


def refusal(refused: moderation.Refused) -> Problem:
    """Return what somebody is told whose step is not possible."""
    status, words = REFUSALS.get(refused.reason, (409, N_("This is not possible now")))
    if status in (403, 404):
        acting.note_denial(refused.reason)
    return Problem(status, _(words), _("Nothing was changed."), _("Look at your contribution and go on from there."))


def similar(desk: Desk) -> list[duplicates.Similar]:
    """Return published practices that could be the one on the desk."""
    source = next((one.form for one in desk.form.texts if one.form.language.data == desk.form.language.data), None)
    point = desk.form.coordinates.read()
    return duplicates.similar(
        asked.connection(),
        (source.title.data if source else None) or "",
        desk.form.website.data or "",
        Spot(*point) if point else None,
        g.lang,
        desk.slug or "",
    )


def language_offer(form: Any, offers: offering.Offered) -> list[tuple[str, str]]:
    """Return the languages in which there is no text yet, those of the site first."""
    there = {entry.form.language.data for entry in form.texts.entries}
    options = [one for one in offers.languages if one[0] not in there]
    return sorted(options, key=lambda one: one[0] not in i18n.LANGUAGES)
