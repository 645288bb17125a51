"""One practice: its page, and its card for the map."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import NamedTuple

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from .. import i18n
from ..atlas import Similar, similar
from ..errors import Problem
from ..queries import export, practices, vocabulary
from ..queries.practice_page import Evaluated
from ..search import parse
from . import asked, former
from .explore_page import address_of, query_of
from .wording import absolute, label

blueprint = Blueprint("practices", __name__)

FRAMEWORK = "REGIN"  # whose seven criteria the profile shows
LIKE = 4  # similar practices on a page


class Alike(NamedTuple):
    """A similar practice and why it is similar, in words."""

    card: practices.PracticeCard
    why: tuple[str, ...]


class Criterion(NamedTuple):
    """One criterion of the evaluation profile, and all that was said under it, the newest first."""

    key: str
    words: str
    said: tuple[Evaluated, ...]


def not_found() -> Problem:
    """Return what a visitor is told who asks for a practice that is not there."""
    return Problem(
        404,
        _("There is no such practice"),
        _("The address may be mistyped, or the record has moved."),
        _("Search for it on the map."),
    )


def _why(found: Similar) -> tuple[str, ...]:
    reasons = [_("Same project")] if found.same_project else []
    reasons += [label("theme", key) for key in found.themes]
    reasons += [label("target_group", key) for key in found.target_groups[:2]]
    if found.km is not None:
        reasons.append(_("%(number)s km away", number=i18n.number(round(found.km), g.lang)))
    elif found.same_country:
        reasons.append(_("Same country"))
    return tuple(reasons)


def _alike(practice_id: int, lang: str) -> list[Alike]:
    found = similar(asked.snapshot(), practice_id, LIKE)
    cards = {card.id: card for card in practices.cards(asked.connection(), [one.id for one in found], lang)}
    return [Alike(cards[one.id], _why(one)) for one in found if one.id in cards]


def profile(evaluations: Iterable[Evaluated], lang: str) -> list[Criterion]:
    """Return what was said of a practice under each criterion of the framework."""
    said = [one for one in evaluations if one.framework == FRAMEWORK]
    known = vocabulary.options(asked.connection(), asked.versions(), "criterion", lang)
    return [Criterion(key, words, tuple(one for one in said if one.criterion == key)) for key, words in known]


def _citation(record: practices.PracticePage, title: str, lang: str) -> str:
    return _(
        "%(site)s: %(title)s. Version %(version)s of %(day)s. %(address)s. Licence: CC BY 4.0.",
        site=asked.site().name,
        title=title,
        version=record.version,
        day=i18n.day(record.updated_at, lang),
        address=absolute(url_for("practices.detail", slug=record.slug)),
    )


@blueprint.get("/<lang:lang>/practices/<slug>")
def detail(lang: str, slug: str) -> str | Response:
    """The page of a practice; a search in the address leads back to its results."""
    connection = asked.connection()
    record = practices.detail(connection, slug, lang)
    if record is None:
        return former.answer("practice", slug, lang, not_found())
    title, summary = record.said("title"), record.said("summary")
    if title is None:  # the database sees to it that every practice has one
        raise not_found()
    search = parse(request.args, asked.snapshot().known).search
    shown = profile(record.evaluations, lang)
    return render_template(
        "practices/detail.html",
        record=record,
        machine_readable=SimpleNamespace(**record._asdict(), title=title, summary=summary),
        title=title,
        summary=summary,
        texts=[(name, record.said(name)) for name in ("description", "lessons", "transferability")],
        profile=shown,
        evaluated=sum(bool(one.said) for one in shown),
        alike=_alike(record.id, lang),
        citation=_citation(record, title.text, lang),
        back=address_of(search),
        found_by=search.filtered,
        query=query_of(search),
    )


@blueprint.get("/<lang:lang>/practices/<slug>/card")
def card(lang: str, slug: str) -> str:
    """The card of a practice, as the map shows it beside the marker."""
    connection = asked.connection()
    found = export.id_of(connection, "practice", slug)
    rows = practices.cards(connection, [found], lang) if found is not None else []
    if not rows:
        raise not_found()
    search = parse(request.args, asked.snapshot().known).search
    return render_template("practices/card.html", row=rows[0], query=query_of(search))
