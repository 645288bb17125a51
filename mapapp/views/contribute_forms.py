"""The forms of contributors: begun, saved at every step, sent. A form that is sent twice makes one proposal."""

from typing import Any
from uuid import UUID

from flask import g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from .. import i18n
from ..atlas.words import tokens
from ..errors import Problem
from ..forms.parts import LANGUAGES
from ..queries import contributions, proposals, records, suggest
from ..writing import moderation
from . import acting, asked, drafting, form_words, guarding, locating, photos, text_tabs
from .answering import always_fresh
from .contribute import blueprint, door
from .drafting import Desk
from .failing import wants_json

FOLDER = "<any(practices,services):folder>"
AFTER = ("what", "where", "who", "when", "works", "about", "criteria", "review")  # steps that can be gone on to


def _page(desk: Desk, status: int = 200) -> Any:
    """Draw a form."""
    if request.method == "GET":
        drafting.FORMS[desk.kind].check(desk.form, False)  # what could not be read when it was saved
    helped = locating.help_for(desk.form, request.args)
    page = render_template(
        f"contribute/{desk.kind}.html",
        desk=desk,
        form=desk.form,
        steps=form_words.STEPS[desk.kind],
        missing=desk.missing,
        help=helped,
        contradicts=locating.contradicts(desk.form, helped),
        tabs=text_tabs.tabs(desk.form, desk.base) if hasattr(desk.form, "texts") else [],
        language_offer=drafting.language_offer(desk.form, desk.offers) if hasattr(desk.form, "texts") else [],
        similar=drafting.similar(desk) if desk.kind == "practice" else [],
        weekdays=i18n.weekdays(g.lang) if desk.kind == "service" else [],
        about=_title(desk.slug) if desk.kind == "evaluation" else None,
    )
    return page, status


def _title(slug: str | None) -> tuple[str, str] | None:
    """Return the title of a published practice and its language."""
    return contributions.title_of(asked.connection(), slug or "", g.lang)


def _kept(desk: Desk, saved: moderation.Saved) -> Any:
    """Answer somebody whose form was saved: on to what they pressed."""
    go = request.form.get("go", "")
    edit = url_for("contribute.edit", public_id=saved.public_id)
    if wants_json():
        return jsonify(revision=saved.revision, to=edit)
    more = {
        "find": (url_for("contribute.edit", public_id=saved.public_id, find=1), "where"),
        "find-area": (
            url_for("contribute.edit", public_id=saved.public_id, area=request.form.get("area", "")[:100]),
            "territories",
        ),
        "preview": (url_for("contribute.preview", public_id=saved.public_id), ""),
        "save": (url_for("contribute.proposal", public_id=saved.public_id), ""),
    }
    if go == "add-language" and request.form.get("add_language") in LANGUAGES:
        language = request.form["add_language"]
        address = url_for("contribute.edit", public_id=saved.public_id, language=language), f"text-{language}"
    elif request.form.get("choose"):
        address = edit, "where"
    else:
        address = more.get(go, (edit, {"photos": "works"}.get(go, go if go in AFTER else "")))
    return redirect(f"{address[0]}#{address[1]}" if address[1] else address[0], 303)


def _take(desk: Desk) -> Any:
    """Keep what was sent; send it to the moderators when that is asked and nothing stands against it."""
    _whole()
    drafting.read(desk)
    if desk.problem:  # there is nothing any more that this could be kept for
        return _unsaved(desk, Problem(404, desk.problem))
    if len(desk.note) > drafting.LONGEST_NOTE:
        told = _("Please shorten this to %(longest)s characters.", longest=drafting.LONGEST_NOTE)
        return _unsaved(desk, Problem(422, _("Your words to the moderators are too long"), told))
    saved = None
    try:
        saved = drafting.save(desk)
        if request.form.get("go") == "submit" and not desk.refused:
            if not drafting.complete(desk.kind, desk.form):
                desk.told = form_words.in_order(desk.kind, desk.form)
                return _saved_but(desk, saved)
            drafting.submit(saved)
            return redirect(url_for("contribute.proposal", public_id=saved.public_id), 303)
    except moderation.Conflict as conflict:
        return _conflict(desk, conflict)
    except moderation.Refused as refused:
        return _unsaved(desk, drafting.refusal(refused), saved)
    return _saved_but(desk, saved) if desk.refused else _kept(desk, saved)


def _whole() -> None:
    """Refuse a form of which only a part arrived: what is missing would count as emptied. Raises Problem."""
    if "revision" not in request.form:
        raise Problem(
            400,
            _("This form did not arrive whole"),
            _("Nothing was changed."),
            _("Open the form again and send it from there."),
        )


def _unsaved(desk: Desk, problem: Problem, saved: moderation.Saved | None = None) -> Any:
    """Show what was typed with the reason why it could not be taken; `saved` is what could be kept of it before."""
    if wants_json():
        raise problem
    desk.problem = " ".join(f"{part.rstrip('.')}." for part in (problem.title, problem.detail) if part)
    if saved:
        return _saved_but(desk, saved, problem.status)
    return _page(desk, problem.status)


def _saved_but(desk: Desk, saved: moderation.Saved, status: int = 422) -> Any:
    """Show a form that is kept as a draft and cannot be sent yet."""
    desk.proposal = proposals.one(asked.connection(), saved.public_id, g.lang)
    desk.to = url_for("contribute.edit", public_id=saved.public_id)
    desk.revision = saved.revision
    return _page(desk, status)


def _conflict(desk: Desk, conflict: moderation.Conflict) -> Any:
    """Show what was typed beside the word that something else was saved or published meanwhile."""
    if wants_json():
        raise Problem(
            409,
            _("This was changed in another window or by somebody else"),
            _("What you typed is still on this page. Press “Save” to see what can be done."),
        )
    desk.conflict = "published" if conflict.state == "approved" else "changed"
    desk.revision = conflict.revision
    there = desk.proposal
    if there is None and (made := contributions.by_key(asked.connection(), desk.key)):
        there = proposals.one(asked.connection(), made, g.lang)
    if desk.conflict == "published" and there and there.slug:
        if desk.kind == "evaluation":
            current = drafting.evaluate(there.slug, url_for("contribute.evaluate", slug=there.slug), keep=True)
        else:
            folder = "services" if desk.kind == "service" else "practices"
            address = url_for("contribute.change", folder=folder, slug=there.slug)
            current = drafting.change(desk.kind, there.slug, address, keep=True)
        if current.problem:  # retired or merged since
            desk.conflict = ""
            return _unsaved(desk, Problem(409, current.problem))
        desk.to, desk.key, desk.slug = current.to, current.key, there.slug
        desk.base, desk.base_version, desk.proposal = current.base, current.base_version, None
    elif there:
        desk.proposal, desk.to = there, url_for("contribute.edit", public_id=there.public_id)
    return _page(desk, 409)


def _new(folder: str) -> Desk:
    kind = drafting.FOLDERS[folder]
    return drafting.new(kind, drafting.FORMS[kind].empty(g.lang), url_for("contribute.new", folder=folder))


@blueprint.get(f"/<lang:lang>/contribute/{FOLDER}/new")
@always_fresh
def new(lang: str, folder: str) -> Any:
    """An empty form; somebody who is not signed in is shown the ways in."""
    if acting.me() is None:
        heading = _("Share a practice") if folder == "practices" else _("Add a service")
        return door(asked.below(request.path), heading)
    return _page(_new(folder))


@blueprint.post(f"/<lang:lang>/contribute/{FOLDER}/new")
@acting.needs()
@guarding.takes(photos.LARGEST_FORM)
def create(lang: str, folder: str) -> Any:
    """Keep a new record as a draft, or send it."""
    return _take(_new(folder))


@blueprint.get(f"/<lang:lang>/contribute/{FOLDER}/<slug>/change")
@always_fresh
def change(lang: str, folder: str, slug: str) -> Any:
    """The form of a published record; the person's own draft about it, where there is one."""
    kind = drafting.FOLDERS[folder]
    gone = records.former(asked.connection(), kind, slug)
    if gone and gone.moved_to:
        return redirect(url_for("contribute.change", folder=folder, slug=gone.moved_to), 303)
    desk = drafting.change(kind, slug, asked.below(request.path))
    if acting.me() is None:
        about = _title(slug) if kind == "practice" else None
        return door(asked.below(request.path), _("Suggest a correction"), about)
    under_way = contributions.under_way(asked.connection(), kind, slug, drafting.actor().id)
    if under_way:
        return redirect(url_for("contribute.edit", public_id=under_way), 303)
    return _page(desk)


@blueprint.post(f"/<lang:lang>/contribute/{FOLDER}/<slug>/change")
@acting.needs()
@guarding.takes(photos.LARGEST_FORM)
def propose_change(lang: str, folder: str, slug: str) -> Any:
    """Keep a change of a published record as a draft, or send it."""
    kind, keep = drafting.FOLDERS[folder], "revision" in request.form
    return _take(drafting.change(kind, slug, asked.below(request.path), drafting.base_version(), keep=keep))


@blueprint.get("/<lang:lang>/contribute/evaluate")
@acting.needs()
def evaluate_which(lang: str) -> Any:
    """Find the practice that is to be evaluated, for people with that right."""
    drafting.may_evaluate()
    words = request.args.get("q", "")[:100].replace("\0", "").strip()
    folded = tokens(words)[:8]
    found = suggest.practices(asked.connection(), folded, lang, most=20) if folded else []
    return render_template("contribute/evaluate_which.html", words=words, found=found)


@blueprint.get("/<lang:lang>/contribute/practices/<slug>/evaluate")
@acting.needs()
def evaluate(lang: str, slug: str) -> Any:
    """The form of an evaluation, for people with that right; their own draft, where there is one."""
    desk = drafting.evaluate(slug, asked.below(request.path))
    under_way = contributions.under_way(asked.connection(), "evaluation", slug, drafting.actor().id)
    if under_way:
        return redirect(url_for("contribute.edit", public_id=under_way), 303)
    return _page(desk)


@blueprint.post("/<lang:lang>/contribute/practices/<slug>/evaluate")
@acting.needs()
def keep_evaluation(lang: str, slug: str) -> Any:
    """Keep an evaluation as a draft, or send it."""
    return _take(drafting.evaluate(slug, asked.below(request.path), keep="revision" in request.form))


@blueprint.get("/<lang:lang>/contribute/proposals/<uuid:public_id>/edit")
@acting.needs()
def edit(lang: str, public_id: UUID) -> Any:
    """The form of a contribution as it was last saved, on any device."""
    found = drafting.proposal_of(public_id)
    if found.state == "approved" or found.action not in ("create", "change"):
        return redirect(url_for("contribute.proposal", public_id=public_id), 303)
    language = request.args.get("language", "")
    return _page(drafting.open_proposal(found, language if language in LANGUAGES else ""))


@blueprint.post("/<lang:lang>/contribute/proposals/<uuid:public_id>/edit")
@acting.needs()
@guarding.takes(photos.LARGEST_FORM)
def write_on(lang: str, public_id: UUID) -> Any:
    """Keep a contribution, or send it."""
    return _take(drafting.open_proposal(drafting.proposal_of(public_id)))
