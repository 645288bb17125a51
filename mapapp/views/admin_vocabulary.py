"""Vocabularies, as admins run them: new terms, words per language, order, looks, merging, retiring."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _

from .. import assets, i18n
from ..folding import fold
from ..forms import vocabulary as forms
from ..forms.fields import N_, Fault
from ..looks import COLOURS, ICON_OF, ICONS, has_colour, has_icon
from ..queries import terms as known
from ..writing import term_merging
from ..writing import vocabulary as writing
from . import acting, asked
from .admin import form_sent, missing, myself, page, went

blueprint = Blueprint("admin_vocabulary", __name__)
REFUSED = {
    "unknown": N_("This is not there any more."),
    "closed": N_("The terms of this vocabulary are fixed: the site itself or a framework relies on them."),
    "same": N_("Choose another term."),
    "english": N_("A term needs an English word: it stands in where a language has none."),
    "taken": N_("Another term of this vocabulary has this word in this language."),
    "sure": N_("Tick the box to say that you are sure."),
    "there": N_("There is a term with this key."),
    "former": N_("A term that was merged had this key: its address leads to another term. Choose another key."),
    "forgotten": N_("This merge is from before the site kept what merges change. It cannot be undone."),
    "later": N_("The term that it was merged with was merged itself since. Undo that first."),
}


def vocabulary_names() -> dict[str, str]:
    """Return the vocabularies in the words of the page."""
    return {
        "theme": _("Themes"),
        "target_group": _("Target groups"),
        "dimension": _("Dimensions"),
        "organisation_type": _("Types of organisations"),
        "service_category": _("Categories of services"),
        "status": _("States of practices"),
        "criterion": _("Criteria of evaluations"),
        "coord_precision": _("Kinds of locations"),
        "level": _("Levels of regions"),
        "destination_type": _("Kinds of destinations"),
        "membership_role": _("Roles in projects"),
        "indicator": _("Indicators of regions"),
        "need_kind": _("Kinds of needs"),
        "event_type": _("Kinds of events"),
    }


def _languages() -> list[str]:
    """Return the languages of the words: those of the interface first, the others by their name."""
    others = [one for one in known.languages(asked.connection()) if one not in i18n.LANGUAGES]
    return [*i18n.LANGUAGES, *sorted(others, key=lambda one: fold(i18n.language_name(one, g.lang)))]


@blueprint.get("/<lang:lang>/admin/vocabularies")
@acting.needs("admin")
def listed(lang: str) -> Any:
    """Every vocabulary, those with open ends first."""
    names = vocabulary_names()
    order = {name: place for place, name in enumerate(names)}
    found = sorted(known.vocabularies(asked.connection()), key=lambda one: order.get(one.name, len(order)))
    return page("vocabularies", "vocabularies", vocabularies=found, names=names, open=known.OPEN)


@blueprint.get("/<lang:lang>/admin/vocabularies/<vocabulary>")
@acting.needs("admin")
def one(lang: str, vocabulary: str) -> Any:
    """The terms of a vocabulary in their order."""
    found = known.listed(asked.connection(), vocabulary.replace("\0", ""), lang)
    if not found:
        raise missing()
    languages = len(_languages())
    name = vocabulary_names().get(vocabulary, vocabulary)
    return page(
        "vocabulary",
        "vocabularies",
        vocabulary=vocabulary,
        name=name,
        terms=found,
        languages_in_all=languages,
        is_open=vocabulary in known.OPEN,
    )


def _palette() -> list[tuple[int, str, str]]:
    """Return the colours that a theme can have, each with its number and which theme uses it: those that nobody uses
    come first."""
    users = known.used_colours(asked.connection())
    said = {colour: asked.labels()("theme", key) for colour, key in users.items()}
    found = [(number, colour, said.get(colour, "")) for number, colour in enumerate(COLOURS, 1)]
    return sorted(found, key=lambda one: bool(one[2]))


def _icons(own: str = "") -> list[tuple[str, str]]:
    """Return the icons that a term can have, in words; `own` is that of its key."""
    words = {
        "leaf": _("Leaf"),
        "baby": _("Small child"),
        "palette": _("Palette"),
        "music": _("Music"),
        "utensils": _("Knife and fork"),
        "bike": _("Bicycle"),
        "laptop": _("Computer"),
        "recycle": _("Circle of arrows"),
        "puzzle": _("Piece of a puzzle"),
        "brain": _("Brain"),
        "wheat": _("Ear of grain"),
        "library": _("Books"),
        "globe": _("Globe"),
        "handshake": _("Handshake"),
        "idea": _("Light bulb"),
        "shield": _("Shield"),
        "building": _("Building"),
        "service-meeting-place": _("Cup"),
        "service-mobility": _("Bus"),
        "service-health": _("Stethoscope"),
        "service-counselling": _("Speech bubble"),
    }
    mine = [(own, _("Its own icon"))] if own and own not in ICONS else []
    return [*mine, *((name, words[name]) for name in ICONS)]


def _own_icon(vocabulary: str, key: str) -> str:
    """Return the icon that is drawn for a key; empty where there is none."""
    name = ICON_OF.get(vocabulary, "") + key
    return name if has_icon(vocabulary) and name in assets.read_assets().icons else ""


def _new_page(vocabulary: str, form: forms.NewTerm, status: int = 200) -> Any:
    terms = known.listed(asked.connection(), vocabulary, g.lang)
    return page(
        "new_term",
        "vocabularies",
        status,
        vocabulary=vocabulary,
        name=vocabulary_names().get(vocabulary, vocabulary),
        fields=form.fields,
        term_languages=i18n.LANGUAGES,
        order=[(one.key, _("after “%(name)s”", name=one.label)) for one in terms],
        palette=_palette() if has_colour(vocabulary) else (),
        icons=_icons() if has_icon(vocabulary) else (),
    )


@blueprint.get("/<lang:lang>/admin/vocabularies/<vocabulary>/new")
@acting.needs("admin")
def new(lang: str, vocabulary: str) -> Any:
    """The form of a term that is to be added."""
    if vocabulary not in known.OPEN:
        raise missing()
    return _new_page(vocabulary, forms.empty(i18n.LANGUAGES))


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/new")
@acting.needs("admin")
def add(lang: str, vocabulary: str) -> Any:
    """Add a term."""
    if vocabulary not in known.OPEN:
        raise missing()
    keys = [one.key for one in known.listed(asked.connection(), vocabulary, lang)]
    form = forms.read_new(form_sent(), i18n.LANGUAGES, vocabulary, keys)
    if not form.words.right:
        return _new_page(vocabulary, form, 422)
    given = writing.New(form.key, form.words.labels, form.words.synonyms, form.after, form.look)
    try:
        with acting.transaction() as connection:
            writing.add(connection, myself(), vocabulary, given, address=request.remote_addr)
    except writing.Refused as error:
        field = "key" if error.reason in ("there", "former") else f"label-{error.language or 'en'}"
        form.fields[field].errors.append(Fault(REFUSED[error.reason]))
        return _new_page(vocabulary, form, 422)
    return went(f"vocabularies/{vocabulary}/{form.key}", "added")


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>")
@acting.needs("admin")
def move(lang: str, vocabulary: str) -> Any:
    """Move a term up or down."""
    by = {"1": 1, "-1": -1}.get(request.form.get("by", ""))
    if by is None:
        raise missing()
    key = request.form.get("key", "").replace("\0", "")
    try:
        with acting.transaction() as connection:
            writing.move(connection, myself(), vocabulary.replace("\0", ""), key, by, address=request.remote_addr)
    except writing.Refused:
        raise missing() from None
    return went(f"vocabularies/{vocabulary}#{key}")


def _found(vocabulary: str, key: str) -> known.Term:
    found = known.one(asked.connection(), vocabulary.replace("\0", ""), key.replace("\0", ""), g.lang)
    if found is None:
        raise missing()
    return found


def _term_page(found: known.Term, words: forms.Words, status: int = 200, **told: str) -> Any:
    """Draw a term. `told`: `problem`, what went wrong; `faulty`, the field of the merge that has it; `into`."""
    every = known.listed(asked.connection(), found.vocabulary, g.lang)
    own = _own_icon(found.vocabulary, found.key)
    return page(
        "term",
        "vocabularies",
        status,
        term=found,
        fields=forms.of_look(found.look, found.key, own) | words.fields,
        palette=_palette() if has_colour(found.vocabulary) else (),
        icons=_icons(own) if has_icon(found.vocabulary) else (),
        term_languages=_languages(),
        name=vocabulary_names().get(found.vocabulary, found.vocabulary),
        label_here=next((one.label for one in every if one.key == found.key), found.key),
        uses=next((one.uses for one in every if one.key == found.key), 0),
        others=[(one.key, one.label) for one in every if one.key != found.key],
        is_open=found.vocabulary in known.OPEN,
        **{"problem": "", "faulty": "", "into": ""} | told,
    )


@blueprint.get("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>")
@acting.needs("admin")
def term(lang: str, vocabulary: str, key: str) -> Any:
    """One term with its words in every language."""
    found = _found(vocabulary, key)
    return _term_page(found, forms.of_term(_languages(), found.labels, found.synonyms))


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>")
@acting.needs("admin")
def say(lang: str, vocabulary: str, key: str) -> Any:
    """Give a term other words."""
    found, words = _found(vocabulary, key), forms.read(form_sent(), _languages())
    if not words.right:
        return _term_page(found, words, 422)
    try:
        with acting.transaction() as connection:
            changed = writing.say(
                connection, myself(), vocabulary, key, words.labels, words.synonyms, address=request.remote_addr
            )
    except writing.Refused as error:
        words.fields[f"label-{error.language or 'en'}"].errors.append(Fault(REFUSED[error.reason]))
        return _term_page(found, words, 422)
    return went(f"vocabularies/{vocabulary}/{key}", "saved" if changed else "nothing")


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>/merge")
@acting.needs("admin")
def merge(lang: str, vocabulary: str, key: str) -> Any:
    """Let a term go up in another."""
    found, into = _found(vocabulary, key), request.form.get("into", "")[:100].replace("\0", "")
    reason = "" if request.form.get("sure") else "sure"
    if not reason:
        try:
            with acting.transaction() as connection:
                term_merging.merge(connection, myself(), vocabulary, key, into, address=request.remote_addr)
        except writing.Refused as error:
            reason = error.reason
    if reason:
        # A closed vocabulary has no such form: that is told at the top.
        faulty = {"sure": "sure", "closed": ""}.get(reason, "into")
        return _refused(found, {"sure": 422, "unknown": 422}.get(reason, 409), reason, into=into, faulty=faulty)
    return went(f"vocabularies/{vocabulary}/{into}", "merged")


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>/part")
@acting.needs("admin")
def part(lang: str, vocabulary: str, key: str) -> Any:
    """Take back that another term, whose key the form names, went up in this one."""
    found, former = _found(vocabulary, key), request.form.get("former", "")[:100].replace("\0", "")
    if former not in {one.key for one in found.former}:
        return _refused(found, 409, "unknown")
    try:
        with acting.transaction() as connection:
            term_merging.part(connection, myself(), vocabulary, former, address=request.remote_addr)
    except writing.Refused as error:
        return _refused(found, 409, error.reason)
    return went(f"vocabularies/{vocabulary}/{former}", "parted")


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>/look")
@acting.needs("admin")
def look(lang: str, vocabulary: str, key: str) -> Any:
    """Give a term another colour and icon."""
    found = _found(vocabulary, key)
    if not has_icon(vocabulary):
        raise missing()
    wanted, fields = forms.read_look(form_sent(), vocabulary, _own_icon(vocabulary, key))
    if any(one.errors for one in fields.values()):
        words = forms.of_term(_languages(), found.labels, found.synonyms)
        words.fields |= fields
        return _term_page(found, words, 422)
    with acting.transaction() as connection:
        writing.look(connection, myself(), vocabulary, key, wanted, address=request.remote_addr)
    return went(f"vocabularies/{vocabulary}/{key}", "saved")


@blueprint.post("/<lang:lang>/admin/vocabularies/<vocabulary>/<key>/<any('retired', 'offered'):act>")
@acting.needs("admin")
def retire(lang: str, vocabulary: str, key: str, act: str) -> Any:
    """Offer a term no more, or again."""
    found = _found(vocabulary, key)
    try:
        with acting.transaction() as connection:
            writing.retire(connection, myself(), vocabulary, key, act == "retired", address=request.remote_addr)
    except writing.Refused as error:
        return _refused(found, 409, error.reason)
    return went(f"vocabularies/{vocabulary}/{key}", act)


def _refused(found: known.Term, status: int, reason: str, **told: str) -> Any:
    words: Mapping[str, Any] = found._asdict()
    form = forms.of_term(_languages(), words["labels"], words["synonyms"])
    return _term_page(found, form, status, problem=_(REFUSED[reason]), **told)
