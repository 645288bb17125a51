"""A record over time, and what moderators propose themselves: undo, retire, merge; pairs that could be one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug import Response

from .. import contacts, differing
from ..errors import Problem
from ..queries import duplicate_pairs, proposals, records
from ..queries.proposals import Change
from ..writing import moderation
from ..writing.moderation import Draft, Refused
from . import acting, asked, differing_words, review_words, reviewing
from .reviewing import MODERATORS

blueprint = Blueprint("review_records", __name__)
blueprint.context_processor(review_words.words)

ADDRESS = re.compile(r"(?:(practices|services)/)?([a-z0-9-]{1,100})/?(?:[?#].*)?$")  # of a public page, or a slug alone
KIND = "any('practice', 'service')"


class Entry(NamedTuple):
    """A change of a record and what it changed, as it is shown; `now` is the version that is public. `back` says
    whether the record could be brought back to the state after this change."""

    change: Change
    rows: Sequence[differing_words.Row]
    now: bool
    back: bool


class Trouble(NamedTuple):
    """Why something could not be proposed: its words, and what had been typed; `step` is merge, retire or undo-N, where
    N is the version."""

    status: int = 200
    told: str = ""
    step: str = ""
    words: str = ""
    into: str = ""


def _not_found() -> Problem:
    return Problem(404, _("There is no such record"), _("The address may be mistyped, or the record has moved."))


def _entry(change: Change, known: records.Known | None) -> Entry:
    after: Mapping[str, Any] = {} if change.action in ("retire", "merge") else change.values
    now = known is not None and change.kind != "evaluation" and change.published_version == known.version
    back = change.kind != "evaluation" and change.action in ("create", "change") and not now
    return Entry(change, differing_words.rows(differing.compare(change.base, after)) if after else (), now, back)


def _title(said: Mapping[str, Any], slug: str) -> str:
    texts = said.get("texts") or {}
    own: Mapping[str, Any] = texts.get(said.get("language")) or next(iter(texts.values()), {})
    return str(own.get("title") or own.get("name") or slug)


@blueprint.get("/<lang:lang>/review/records")
@MODERATORS
def find(lang: str) -> Response:
    """Lead from the address of a record's public page to its history."""
    address = request.args.get("address", "").strip()[:500]
    if not address:
        return redirect(url_for("review.index"), 303)
    found = ADDRESS.search(address)
    if found is None:
        raise _not_found()
    kind, slug = "service" if found[1] == "services" else "practice", found[2]
    return redirect(url_for("review_records.record", kind=kind, slug=slug), 303)


@blueprint.get(f"/<lang:lang>/review/records/<{KIND}:kind>/<slug>")
@MODERATORS
def record(lang: str, kind: str, slug: str) -> Response:
    """Everything that ever happened to a record: who, when, what and why."""
    return _page(kind, slug, Trouble())


def _page(kind: str, slug: str, trouble: Trouble) -> Response:
    connection = asked.connection()
    known = records.known(connection, kind, slug)
    former = records.former(connection, kind, slug)
    history = proposals.history(connection, kind, slug)
    if known is None and former is None and not history:
        raise _not_found()
    entries = [_entry(one, known) for one in history]
    first = next((one for one in reversed(history) if one.kind == kind), None)
    said = known.values if known else next((one.base for one in history if one.base), {})
    body = render_template(
        "review/record.html",
        kind=kind,
        slug=slug,
        title=_title(said, slug),
        known=known,
        former=former,
        entries=entries,
        # What was there before the first change came with the starting data.
        begun=first is None or bool(first.base),
        first_version=first.base_version if first else None,
        new_key=uuid4,
        open=proposals.under_way(connection, kind, slug),
        trouble=trouble,
    )
    return make_response(body, trouble.status)


def _propose(draft: Draft, step: str) -> Response:
    """Send a proposal of the moderator's own and show it: whoever is alone may decide on it there."""
    if not draft.note:
        told = _("Please say why: the reason stays in the record's history.")
        return _refused(draft, step, 422, told)
    me, _reader = reviewing.reader()
    actor = reviewing.actor(me)
    try:
        reviewing.check_words()
        with acting.transaction() as connection:
            saved = moderation.save_draft(connection, actor, draft._replace(language=me.language))
            moderation.submit(connection, actor, saved.public_id, saved.revision, asked.mail_site())
    except Refused as refused:
        status, told = reviewing.in_words(refused)
        return _refused(draft, step, status, told)
    except moderation.Conflict as conflict:
        return _refused(draft, step, 409, reviewing.overtaken(conflict))
    return redirect(url_for("review.proposal", public_id=saved.public_id), 303)


def _refused(draft: Draft, step: str, status: int, told: str) -> Response:
    """Show the record with why nothing was proposed, and what had been typed."""
    return _page(
        draft.kind, draft.slug or "", Trouble(status, told, step, draft.note or "", request.form.get("into", ""))
    )


def _key() -> str | None:
    """Return what makes a form that is sent twice one proposal."""
    key = reviewing.as_uuid(request.form.get("key", ""))
    return f"review-{key}" if key else None


@blueprint.post(f"/<lang:lang>/review/records/<{KIND}:kind>/<slug>/retire")
@MODERATORS
def retire(lang: str, kind: str, slug: str) -> Response:
    """Propose that a record leaves the map."""
    return _propose(Draft(kind, {}, "retire", slug, note=reviewing.words(), key=_key()), "retire")


def _taken_away(connection: Connection, kind: str, slug: str, version: int) -> Mapping[str, Any] | None:
    """Return what a record was when it left the map, evaluations included; None where that was another version."""
    last = next((one for one in proposals.history(connection, kind, slug) if one.action == "retire"), None)
    return last.base if last and last.base_version == version else None


@blueprint.post(f"/<lang:lang>/review/records/<{KIND}:kind>/<slug>/undo")
@MODERATORS
def undo(lang: str, kind: str, slug: str) -> Response:
    """Propose that a record says again what it said at an earlier version, or comes back at all."""
    text = request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    connection = asked.connection()
    known = records.known(connection, kind, slug)
    values = None if known else _taken_away(connection, kind, slug, version)
    values = values or records.at_version(connection, kind, slug, version)
    if values is None:
        raise _not_found()
    # What somebody said of a contact is never brought back: the person may have changed their mind.
    values = contacts.as_in(values, known.values if known else None)
    action = "change" if known else "create"
    base = known.version if known else None
    return _propose(Draft(kind, values, action, slug, base, reviewing.words(), key=_key()), f"undo-{version}")


@blueprint.post(f"/<lang:lang>/review/records/<{KIND}:kind>/<slug>/merge")
@MODERATORS
def merge(lang: str, kind: str, slug: str) -> Response:
    """Propose that a record goes up in another one."""
    into = request.form.get("into", "").strip().replace("\0", "")
    into = into.rstrip("/").rsplit("/", 1)[-1].split("?")[0]  # a whole address will do
    draft = Draft(kind, {"into": into}, "merge", slug, note=reviewing.words(), key=_key())
    if into == slug or records.known(asked.connection(), kind, into) is None:
        told = _("The other record was not found. Give the address of a record that is public, other than this one.")
        return _refused(draft, "merge", 422, told)
    return _propose(draft, "merge")


@blueprint.get("/<lang:lang>/review/duplicates")
@MODERATORS
def duplicates(lang: str) -> str:
    """Pairs of practices that could be one and the same."""
    return render_template(
        "review/duplicates.html", pairs=duplicate_pairs.pairs(asked.connection(), lang), new_key=uuid4
    )
