"""The queue of proposals, and one proposal with its differences and the decision."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug import Response as Answer

from .. import contacts, differing
from ..queries import duplicates, proposals, records
from ..queries.proposals import PAGE, Proposal, Reader
from ..queries.whereabouts import Spot
from ..writing import moderation
from ..writing.moderation import Conflict, Refused
from . import acting, asked, differing_words, review_words, reviewing
from .acting import Me
from .reviewing import DECIDERS

blueprint = Blueprint("review", __name__)
blueprint.context_processor(review_words.words)

KINDS = ("practice", "service", "evaluation")


@dataclass
class Trouble:
    """Why a step was not taken: its words, and what had been typed; `step` is the one that was tried. `overtaken`: the
    record is another one by now, which its page says beside the three states."""

    status: int = 200
    told: str = ""
    step: str = ""
    words: str = ""
    overtaken: bool = False


@dataclass
class View:
    """What the page of a proposal shows of the record. `stale`: the record is not what the proposal was made from."""

    rows: Sequence[differing_words.Row] = ()
    same: Sequence[differing_words.Row] = ()
    stale: bool = False
    gone: bool = False
    three: Sequence[differing_words.Three] = ()
    other: Mapping[str, Any] = field(default_factory=dict)


@blueprint.get("/<lang:lang>/review/")
@DECIDERS
def index(lang: str) -> str:
    """The proposals that wait, the oldest first."""
    _me, reader = reviewing.reader()
    kind = request.args.get("kind")
    kind = kind if kind in KINDS else None
    number = request.args.get("page", "1")
    page = min(max(int(number), 1), 1000) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    found = proposals.waiting(asked.connection(), reader, lang, kind, page)
    total = found.counts.get(kind, 0) if kind else sum(found.counts.values())
    return render_template(
        "review/index.html",
        found=found,
        kind=kind,
        kinds=KINDS,
        page=page,
        pages=-(-total // PAGE),
        total=total,
        reader=reader,
        done=_done(reader, lang),
        address=lambda number: url_for("review.index", kind=kind, page=number if number > 1 else None),
    )


def _done(reader: Reader, lang: str) -> Proposal | None:
    """Return the proposal that was just decided on, which the address names."""
    name = reviewing.as_uuid(request.args.get("done", ""))
    found = proposals.one(asked.connection(), name, lang) if name else None
    if found is None or not (reader.everything or found.organisation_id in reader.organisations):
        return None
    return found if found.state in ("approved", "returned", "agreed") else None


@blueprint.get("/<lang:lang>/review/<public_id>")
@DECIDERS
def proposal(lang: str, public_id: str) -> Response:
    """One proposal: what it changes, who sent it, what can be done with it."""
    me, reader, seen = reviewing.find(public_id, lang)
    return _page(me, reader, seen, Trouble())


def _page(me: Me, reader: Reader, seen: Proposal, trouble: Trouble) -> Response:
    connection = asked.connection()
    shown = View() if seen.state in reviewing.TAKEN_BACK else _view(connection, seen, reader.everything)
    body = render_template(
        "review/proposal.html",
        seen=seen,
        view=shown,
        me=me,
        moderates=reader.everything,
        possible=reviewing.possible(me, seen),
        steps=proposals.steps(connection, seen.id),
        following=proposals.following(connection, reader, seen),
        alike=_alike(connection, seen) if seen.state in reviewing.OPEN else (),
        trouble=trouble,
    )
    return make_response(body, trouble.status)


def _view(connection: Connection, seen: Proposal, moderates: bool) -> View:
    view = View()
    waits = seen.state in reviewing.OPEN
    known = records.known(connection, seen.kind, seen.slug, seen.values) if seen.slug and waits else None
    if waits:
        view.stale, view.gone = _stale(seen, known)
        if seen.kind == "evaluation" and records.known(connection, "practice", seen.values.get("practice", "")) is None:
            view.stale = view.gone = True
    if view.stale and known and seen.action == "change":
        # Who agrees for an organisation sees no more of a contact than its proposal says.
        now = known.values if moderates else contacts.as_in(known.values, seen.base)
        view.three = differing_words.three(differing.three_way(seen.base or {}, now, seen.values))
    after: Mapping[str, Any] = seen.values
    if seen.action == "merge":
        into = records.known(connection, seen.kind, seen.values.get("into", ""))
        view.other = after = into.values if into else {}
    elif seen.action == "retire":
        after = seen.base or {}
    view.rows = differing_words.rows(differing.compare(seen.base, after))
    view.same = differing_words.rows(differing.unchanged(seen.base, after)) if seen.base else ()
    return view


def _stale(seen: Proposal, known: records.Known | None) -> tuple[bool, bool]:
    """Tell whether the record is another one by now, and whether it is gone."""
    if seen.kind == "evaluation":
        return (seen.base or None) != (known.values if known else None), False
    if seen.action == "create":
        return known is not None, False
    return known is None or known.version != seen.base_version, known is None


def _alike(connection: Connection, seen: Proposal) -> Sequence[duplicates.Similar]:
    if seen.kind != "practice" or seen.action not in ("create", "change"):
        return ()
    values = seen.values
    where = values.get("location")
    return duplicates.similar(
        connection,
        seen.title or "",
        duplicates.plain_address(values.get("website") or ""),
        Spot(where["lat"], where["lon"]) if where else None,
        g.lang,
        seen.slug or "",
    )


Step = Callable[[Connection, moderation.Actor, Proposal], object]


def _approve(connection: Connection, actor: moderation.Actor, seen: Proposal) -> object:
    return moderation.approve(connection, actor, seen.public_id, reviewing.revision(), asked.mail_site())


def _agree(connection: Connection, actor: moderation.Actor, seen: Proposal) -> object:
    return moderation.agree(connection, actor, seen.public_id, reviewing.revision())


def _return(connection: Connection, actor: moderation.Actor, seen: Proposal) -> object:
    words = reviewing.words()
    return moderation.return_(connection, actor, seen.public_id, reviewing.revision(), words, asked.mail_site())


def _ask(connection: Connection, actor: moderation.Actor, seen: Proposal) -> object:
    return moderation.ask(connection, actor, seen.public_id, reviewing.revision(), reviewing.words(), asked.mail_site())


def _catch_up(connection: Connection, actor: moderation.Actor, seen: Proposal) -> object:
    return moderation.catch_up(connection, actor, seen.public_id, reviewing.revision())


STEPS: Mapping[str, Step] = {
    "approve": _approve,
    "agree": _agree,
    "return": _return,
    "ask": _ask,
    "catch-up": _catch_up,
}
LEAVES = ("approve", "agree", "return")  # the queue comes next: the proposal is done with


@blueprint.post("/<lang:lang>/review/<public_id>/<any('approve', 'agree', 'return', 'ask', 'catch-up'):step>")
@DECIDERS
def decide(lang: str, public_id: str, step: str) -> Answer:
    """Take a step with a proposal as it was seen."""
    me, reader, seen = reviewing.find(public_id, lang, taken_back=True)
    try:
        reviewing.check_words()
        with acting.transaction() as connection:
            STEPS[step](connection, reviewing.actor(me), seen)
    except Refused as refused:
        status, told = reviewing.in_words(refused)
        if refused.reason == "not_yours":
            raise acting.denied() from refused
        trouble = Trouble(status, told, step, reviewing.words())
    except Conflict as conflict:
        stale = conflict.what == "stale" and not reviewing.words()
        trouble = Trouble(409, reviewing.overtaken(conflict), step, reviewing.words(), stale)
    else:
        if step in LEAVES:
            return redirect(url_for("review.index", done=public_id), 303)
        return redirect(url_for("review.proposal", public_id=public_id, said=step), 303)
    me, reader, seen = reviewing.find(public_id, lang, taken_back=True)
    return _page(me, reader, seen, trouble)
