"""A search as a program asks it: every parameter must be understood, or the answer is a 400 that names it."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import g, request
from flask_babel import gettext as _

from .. import i18n, search
from ..atlas import Answer
from ..errors import Problem
from . import asked, placing

# What a page's address may also say: it chooses a view of the records, not the records.
VIEW_ONLY = ("page", "at", "open", "show", "layers", "view", "zoom")


def refuse_unknown(known: Iterable[str]) -> None:
    """Raise a Problem for a parameter that is not among `known`: a mistyped filter must not be taken for none."""
    names = sorted(known)
    for name in request.args:
        if name not in names and name not in VIEW_ONLY:
            raise Problem(
                400,
                _("This request cannot be read"),
                _("There is no parameter “%(name)s” here.", name=name[:60]),
                _("Known are: %(names)s.", names=i18n.in_words(names, g.lang)),
                field=name[:60],
            )


def strict(collection: str, others: Iterable[str] = ()) -> search.Search:
    """Return the search of the address; `others` are parameters that the caller reads itself.

    Raises Problem (400) naming the first parameter that is unknown or cannot be understood.
    """
    refuse_unknown((*search.FIELDS[collection], *others))
    parsed = search.parse(request.args, asked.snapshot(collection).known, collection)
    if parsed.problems:
        first = parsed.problems[0]
        detail = search.say_problem(first, _)
        if first.code == "unknown":
            detail = _("“%(value)s” is no value of “%(name)s”.", value=first.value, name=first.field)
        raise Problem(400, _("This request cannot be read"), detail, field=first.field)
    return parsed.search


def answer(collection: str, question: search.Search, lang: str) -> Answer:
    """Return the one answer to a search, with titles in the order of `lang`."""
    return asked.snapshot(collection).answer(asked.connection(), question, lang)


def words(question: search.Search) -> str:
    """Return a search as one line of words; empty when everything is asked for."""
    return " · ".join(chip.text for chip in search.in_words(question, placing.say, _))


def page_of(question: search.Search, lang: str, page: str = "") -> str:
    """Return the address of the page that shows a search: Explore, or another page of the site ("services")."""
    asked_for = urlencode(search.to_args(question), safe=",")
    return asked.below(f"/{lang}/{page}") + (f"?{asked_for}" if asked_for else "")
