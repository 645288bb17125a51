"""Contributing, apart from the forms: the start page, the way in without an account, one's contributions."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from ..forms import drafts
from ..forms.fields import tidy
from ..queries import contributions, records
from ..queries.proposals import Proposal
from ..writing import moderation
from . import acting, asked, drafting, form_words
from .answering import always_fresh, with_site

blueprint = Blueprint("contribute", __name__)
LONGEST_ANSWER = 4000  # characters


@blueprint.get("/<lang:lang>/contribute/")
@with_site
@always_fresh
def index(lang: str) -> str:
    """How to share a practice, with and without an account."""
    return render_template("contribute/index.html", then=url_for("contribute.new", folder="practices"))


def door(then: str, heading: str, about: tuple[str, str] | None = None) -> str:
    """Return the page for somebody who wants to write and is not signed in: the ways in, which lead to `then`.

    `about` is the title of the record that they want to change, and its language.
    """
    return render_template("contribute/door.html", then=then, heading=heading, about=about)


@blueprint.get("/<lang:lang>/contribute/mine")
@acting.needs()
def mine(lang: str) -> str:
    """Everything that the person or their organisations have proposed, with what the moderators said."""
    who = drafting.actor()
    listed = contributions.of_account(asked.connection(), who.id, [one.id for one in who.organisations], lang)
    return render_template("contribute/mine.html", listed=listed, me_id=who.id)


@blueprint.get("/<lang:lang>/contribute/proposals/<uuid:public_id>")
@acting.needs()
def proposal(lang: str, public_id: UUID) -> str:
    """One contribution: where it stands, what was said about it, what can be done now."""
    return _page(public_id)[0]


def _page(public_id: UUID, problem: str = "", status: int = 200) -> tuple[str, int]:
    found = drafting.proposal_of(public_id)
    steps = contributions.steps(asked.connection(), found.id, drafting.actor().id)
    last = next((one for one in reversed(steps) if one.step in ("asked", "answered", "returned")), None)
    page = render_template(
        "contribute/proposal.html",
        found=found,
        title=title_of(found),
        gone=found.state == "approved" and not _is_public(found),
        fate=records.former(asked.connection(), _kind_of_record(found), found.slug or ""),
        steps=steps,
        said=last if last and last.step != "answered" and found.state in ("returned", "submitted", "agreed") else None,
        asked=bool(last and last.step == "asked" and found.state in ("submitted", "agreed")),
        problem=problem,
        answer=request.form.get("words", ""),
        longest=LONGEST_ANSWER,
    )
    return page, status


def _kind_of_record(found: Proposal) -> str:
    return "practice" if found.kind == "evaluation" else found.kind


def _is_public(found: Proposal) -> bool:
    return bool(found.slug) and records.known(asked.connection(), _kind_of_record(found), found.slug or "") is not None


def title_of(found: Proposal) -> tuple[str, str] | None:
    """Return what a contribution is about and in which language that is; None while it has no title."""
    # Who proposes that a record goes, or goes up in another one, says nothing new of it.
    values = drafts.plain(found.values if found.action in ("create", "change") else found.base or {})
    if found.kind == "evaluation":
        return contributions.title_of(asked.connection(), values["practice"], g.lang)
    text = values.get("texts", {}).get(values["language"]) or {}
    words = text.get("title") or text.get("name")
    return (words, values["language"]) if words else None


@blueprint.post("/<lang:lang>/contribute/proposals/<uuid:public_id>/withdraw")
@acting.needs()
def withdraw(lang: str, public_id: UUID) -> Response:
    """Take a contribution back; it stays in the list and can be taken up again."""
    drafting.proposal_of(public_id)
    try:
        with acting.transaction() as connection:
            moderation.withdraw(connection, drafting.actor(), public_id)
    except moderation.Refused as refused:
        raise drafting.refusal(refused) from refused
    return redirect(url_for("contribute.proposal", public_id=public_id), 303)


@blueprint.post("/<lang:lang>/contribute/proposals/<uuid:public_id>/answer")
@acting.needs()
def answer(lang: str, public_id: UUID) -> Any:
    """Answer a moderator's question."""
    words = tidy(request.form.get("words", ""), lines=True)
    if not words:
        return _page(public_id, _("Please write an answer first."), 422)
    if len(words) > LONGEST_ANSWER:
        return _page(public_id, _("Please shorten this to %(longest)s characters.", longest=LONGEST_ANSWER), 422)
    drafting.proposal_of(public_id)
    try:
        with acting.transaction() as connection:
            moderation.answer(connection, drafting.actor(), public_id, words, asked.mail_site())
    except moderation.Refused as refused:
        problem = drafting.refusal(refused)
        return _page(public_id, f"{problem.title}. {problem.detail}", problem.status)
    return redirect(url_for("contribute.proposal", public_id=public_id), 303)


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(
        say_faults=form_words.say,
        label_of=form_words.label_of,
    )
