"""Who may look at what in review, and what they are told when a step is not possible."""

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from ..errors import Problem
from ..forms.fields import tidy
from ..queries import proposals
from ..queries.proposals import Proposal, Reader
from ..writing import moderation, transitions
from ..writing.moderation import Conflict, Refused
from . import acting, asked
from .acting import Me

DECIDERS = acting.needs("partner", "moderator", "admin")  # of the partners only editors: see `reader`
MODERATORS = acting.needs(*moderation.MODERATORS)
OPEN = ("submitted", "agreed")
TAKEN_BACK = ("draft", "withdrawn")
LONGEST_WORDS = 4000


def reader() -> tuple[Me, Reader]:
    """Return who asks and what of the queue they may see. Raises Problem (403) for those who may see nothing."""
    me = acting.me()
    if me is None:
        raise acting.denied()
    if me.role in moderation.MODERATORS:
        return me, Reader(True)
    own = [one.id for one in me.organisations if one.editor]
    if not own:
        raise acting.denied()
    return me, Reader(False, own)


def actor(me: Me) -> moderation.Actor:
    """Return a person as one who acts."""
    return moderation.Actor(me.id, me.role, me.organisations, me.may_evaluate)


def as_uuid(text: str) -> UUID | None:
    """Return the identifier that an address names, or None where it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def find(public_id: str, lang: str, *, taken_back: bool = False) -> tuple[Me, Reader, Proposal]:
    """Return a proposal that the person who asks may see, on demand also one that its author has `taken_back` to write
    on. Raises Problem (403, 404)."""
    me, seen_by = reader()
    name = as_uuid(public_id)
    found = proposals.one(asked.connection(), name, lang) if name else None
    if found is None or not (seen_by.everything or found.organisation_id in seen_by.organisations):
        raise Problem(404, _("There is no such proposal"), _("The address may be mistyped."))
    if found.state in TAKEN_BACK and not taken_back:
        raise Problem(
            404,
            _("This proposal does not wait for a decision"),
            _("Its author has taken it back or is writing on it. It comes back to the queue when it is sent again."),
            link=(url_for("review.index"), _("Review")),
        )
    return me, seen_by, found


def possible(me: Me, seen: Proposal) -> frozenset[str]:
    """Return the steps that a person can take with a proposal now."""
    own = moderation.relations(actor(me), seen.author_id, seen.organisation_id)
    steps = {
        one
        for one in ("agreed", "approved", "returned", "asked", "caught_up")
        if transitions.allowed(one, seen.state, own)
    }
    if seen.needs_key:
        steps.discard("approved")
    else:
        steps.discard("agreed")
    if seen.author_id == me.id and not moderation.only_moderator(asked.connection(), actor(me)):
        steps -= {"approved", "asked"}
    return frozenset(steps)


def revision() -> int:
    """Return the revision that the person had before them."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def words() -> str:
    """Return what the person wrote to the author."""
    return tidy(request.form.get("words", ""), lines=True)


def check_words() -> None:
    """Refuse words that are too long to be kept whole. Raises Refused."""
    if len(words()) > LONGEST_WORDS:
        raise Refused("words_too_long")


def in_words(refused: Refused) -> tuple[int, str]:
    """Return the status and the words for a step that is not possible."""
    reasons: dict[str, tuple[int, str]] = {
        "unknown": (404, _("There is no such proposal")),
        "not_yours": (403, _("Your account does not have the right to do this.")),
        "wrong_state": (409, _("The proposal has moved on meanwhile: this is not possible any more.")),
        "own_proposal": (409, _("This is your own proposal. Another moderator has to decide on it.")),
        "second_key": (409, _("An editor of the organisation has to agree first.")),
        "words_missing": (422, _("Please say why: the author reads these words.")),
        "words_too_long": (422, _("Please shorten this to %(longest)s characters.", longest=LONGEST_WORDS)),
        "no_record": (409, _("The record is not public any more.")),
        "unpublishable": (409, _unpublishable(refused.detail)),
    }
    return reasons.get(refused.reason, (409, _("This is not possible now.")))


def _unpublishable(detail: str) -> str:
    from .differing_words import field_name

    if detail.startswith("ck_") or not detail:
        return _(
            "The record is not complete enough to be published: a rule of the database stands against it. (%(rule)s)",
            rule=detail or "?",
        )
    return _(
        "“%(field)s” leads nowhere: what it names is not there any more. Return the proposal and say so.",
        field=field_name(detail),
    )


def overtaken(conflict: Conflict) -> str:
    """Return what somebody is told who was not the first."""
    if conflict.what == "decided":
        return _("Somebody else has decided meanwhile. Nothing was changed by you.")
    if conflict.what == "changed":
        return _(
            "The author has changed the proposal since you opened this page. Nothing was decided. "
            "Please look at it again."
        )
    return _("The record was changed since this proposal was written. Nothing was published.")
