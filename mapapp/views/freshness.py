"""Still right? The page that an owner's mailed link opens, and the list of what nobody has confirmed for too long."""

from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from ..errors import Problem
from ..forms.fields import N_, tidy
from ..queries import freshness as known
from ..queries import tokens
from ..writing import freshness as writing
from . import acting, asked
from .answering import always_fresh

blueprint = Blueprint("freshness", __name__)
LONGEST = 4000  # characters
REFUSED = {
    "words": N_("Please say in a few words what is different, or why it should go."),
    "waiting": N_("This cannot be taken right now. Please try again later, or tell the people who run this site."),
}


def _over() -> Problem:
    return Problem(
        410,
        _("This link does not work any more"),
        _("It works once. Somebody has answered already, or it is too old, or the record has changed hands."),
        _("If something is wrong with the record, suggest a change on its page."),
    )


def _page(key: str, answer: str, problem: str = "", status: int = 200) -> Any:
    standing = tokens.standing(asked.connection(), key[:100], "fresh")
    record = None
    if standing is not None:
        record = known.one(asked.connection(), standing.about["kind"], standing.about["slug"], g.lang)
    if standing is None or record is None:
        raise _over()
    typed = request.form.get("words", "")
    page = render_template(
        "freshness/answer.html", record=record, answer=answer, problem=problem, typed=typed, longest=LONGEST
    )
    return page, status


def _chosen(given: str | None) -> str:
    return given if given in writing.ANSWERS else "right"


@blueprint.get("/<lang:lang>/contribute/fresh/<key>")
@always_fresh
def question(lang: str, key: str) -> Any:
    """The question with a button: nothing is done before it is pressed."""
    return _page(key, _chosen(request.args.get("answer")))


@blueprint.post("/<lang:lang>/contribute/fresh/<key>")
@always_fresh
def answer(lang: str, key: str) -> Any:
    """Take the answer of somebody who holds a mailed link, signed in or not."""
    what, words = _chosen(request.form.get("answer")), tidy(request.form.get("words", ""), lines=True)
    if len(words) > LONGEST:
        return _page(key, what, _("Please shorten this to %(longest)s characters.", longest=LONGEST), 422)
    try:
        with acting.transaction() as connection:
            kind = writing.answer(connection, key[:100], what, words, asked.mail_site(), address=request.remote_addr)
    except writing.Refused as error:
        if error.reason in ("over", "gone"):
            raise _over() from None
        return _page(key, what, _(REFUSED[error.reason]), 422 if error.reason == "words" else 409)
    return render_template("freshness/thanks.html", answer=what, kind=kind)


@blueprint.get("/<lang:lang>/review/freshness")
@acting.needs("moderator", "admin")
def stale(lang: str) -> str:
    """What nobody has confirmed for too long."""
    site = asked.site()
    found = known.stale(asked.connection(), site.fresh_months, lang)
    return render_template("freshness/stale.html", records=found, months=site.fresh_months, most=known.MOST)
