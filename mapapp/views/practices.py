"""One practice: its page, and its card for the map."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from ..errors import Problem
from ..queries import export, practices
from ..search import parse
from . import asked
from .explore_page import query_of

blueprint = Blueprint("practices", __name__)


def _not_found() -> Problem:
    return Problem(
        404,
        _("There is no such practice"),
        _("The address may be mistyped, or the record has moved."),
        _("Search for it on the map."),
    )


def _found_by() -> str:
    """Return the search that led here, as a query string; nothing of it that is no search."""
    return query_of(parse(request.args, asked.snapshot().known).search)


@blueprint.get("/<lang:lang>/practices/<slug>")
def detail(lang: str, slug: str) -> str:
    """The page of a practice."""
    raise _not_found()


@blueprint.get("/<lang:lang>/practices/<slug>/card")
def card(lang: str, slug: str) -> str:
    """The card of a practice, as the map shows it beside the marker."""
    connection = asked.connection()
    found = export.id_of(connection, "practice", slug)
    rows = practices.cards(connection, [found], lang) if found is not None else []
    if not rows:
        raise _not_found()
    return render_template("practices/card.html", row=rows[0], query=_found_by())
