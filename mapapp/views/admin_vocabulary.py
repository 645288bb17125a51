"""Vocabularies, as admins run them: words per language, order, merging, retiring."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _

from .. import i18n
from ..folding import fold
from ..forms import vocabulary as forms
from ..forms.fields import N_, Fault
from ..queries import terms as known
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
    "sure": N_("Tick the box to say that you are sure: this cannot be undone."),
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
    return page("vocabulary", "vocabularies", vocabulary=vocabulary, name=name, terms=found, languages_in_all=languages)


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
    found = known.one(asked.connection(), vocabulary.replace("\0", ""), key.replace("\0", ""))
    if found is None:
        raise missing()
    return found


def _term_page(found: known.Term, words: forms.Words, status: int = 200, problem: str = "", into: str = "") -> Any:
    every = known.listed(asked.connection(), found.vocabulary, g.lang)
    return page(
        "term",
        "vocabularies",
        status,
        term=found,
        fields=words.fields,
        term_languages=_languages(),
        name=vocabulary_names().get(found.vocabulary, found.vocabulary),
        label_here=next((one.label for one in every if one.key == found.key), found.key),
        uses=next((one.uses for one in every if one.key == found.key), 0),
        others=[(one.key, one.label) for one in every if one.key != found.key],
        is_open=found.vocabulary in known.OPEN,
        problem=problem,
        into=into,
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
                writing.merge(connection, myself(), vocabulary, key, into, address=request.remote_addr)
        except writing.Refused as error:
            reason = error.reason
    if reason:
        return _refused(found, {"sure": 422, "unknown": 422}.get(reason, 409), reason, into)
    return went(f"vocabularies/{vocabulary}/{into}", "merged")


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


def _refused(found: known.Term, status: int, reason: str, into: str = "") -> Any:
    words: Mapping[str, Any] = found._asdict()
    form = forms.of_term(_languages(), words["labels"], words["synonyms"])
    return _term_page(found, form, status, _(REFUSED[reason]), into)
