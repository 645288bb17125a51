"""Photos over HTTP: taken in with a form or alone, shown to everybody once they are public, to few before."""

import re
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, abort, g, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ..errors import Problem
from ..forms import pictures
from ..forms.fields import N_, Fault, Sent
from ..forms.practice import MOST_PHOTOS
from ..queries import photos as known
from ..writing import attempts, photos
from . import acting, asked, guarding, trying
from .answering import always_fresh

blueprint = Blueprint("photos", __name__)

FIELD = "new_photos"  # of the form: files
LARGEST_FORM = 64 * 1024 * 1024  # bytes: six of the largest photos at once, and the words
SENT_EACH_HOUR = attempts.Limit(120, trying.HOUR)
FOR_EVER = "public, max-age=31536000, immutable"  # a photo never changes: another one has another name
_NUMBER = re.compile(r"photos-(\d{1,4})-")
_LANGUAGE = re.compile(r"texts-\d{1,4}-language")


class NotTaken(NamedTuple):
    """A file that was not taken, by the name that it had, and why."""

    name: str
    fault: Fault


class Taken(NamedTuple):
    """A form with the photos that came with it: `given` names them as if they had been there before."""

    given: Sent
    refused: list[NotTaken]


def languages_of(given: Sent) -> list[str]:
    """Return the languages in which a form has texts: each photo is described in all of them."""
    found = [value for name, values in given.items() if _LANGUAGE.fullmatch(name) for value in values[:1] if value]
    return list(dict.fromkeys(found)) or [g.lang]


def take(given: Sent) -> Taken:
    """Take the photos that were sent with the practice form; the words about them are still to be written.

    Call it in a view that `acting.needs()` somebody and that is marked `guarding.takes(photos.LARGEST_FORM)`.
    """
    files = [one for one in request.files.getlist(FIELD) if one.filename]
    found, refused = Sent({name: list(values) for name, values in given.items()}), []
    there = {int(match[1]) for name in given if (match := _NUMBER.match(name))}
    number = max(there, default=-1) + 1
    for file in files:
        fault = N_("A practice has at most %(most)s photos.") if len(there) >= MOST_PHOTOS else None
        one = Fault(fault, {"most": MOST_PHOTOS}) if fault else _take(file)
        if isinstance(one, Fault):
            refused.append(NotTaken(_name_of(file), one))
            continue
        found[f"photos-{number}-id"] = [str(one)]
        for place, language in enumerate(languages_of(given)):
            found[f"photos-{number}-alt-{place}-language"] = [language]
        there.add(number)
        number += 1
    return Taken(found, refused)


def _name_of(file: FileStorage) -> str:
    return (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1][:80]


def _take(file: FileStorage) -> UUID | Fault:
    """Keep one file; return its id, or why it cannot be kept."""
    one = acting.me()
    if one is None:
        raise acting.denied()
    with acting.transaction() as connection:  # before the work of decoding, which is what is limited
        if attempts.take(connection, attempts.Try(f"photo:account:{one.id}", SENT_EACH_HOUR)):
            return Fault(N_("You have sent very many photos. Please go on in an hour."))
    try:
        picture = pictures.read(file.stream.read(pictures.LARGEST + 1))
    except pictures.NotTaken as error:
        return error.fault
    with acting.transaction() as connection:
        return photos.take(connection, asked.settings().data_dir, picture, one.id)


@blueprint.post("/<lang:lang>/contribute/photos")
@acting.needs()
@guarding.takes(LARGEST_FORM)
def send(lang: str) -> Any:
    """Take photos that a script sends while the form is open; answer with their part of the form."""
    given = Sent({name: request.form.getlist(name) for name in request.form})
    taken = take(given)
    new = [name for name in taken.given if name.endswith("-id") and name not in given]
    if not new:
        fault = taken.refused[0].fault if taken.refused else Fault(N_("There was no photo in what was sent."))
        raise Problem(422, _("This photo was not taken"), fault.say(_), field=FIELD)
    numbers = [int(name.split("-")[1]) for name in new]
    page = render_template(
        "contribute/new_photos.html",
        photos=[(number, taken.given[f"photos-{number}-id"][0]) for number in numbers],
        spoken=languages_of(given),
        refused=taken.refused,
    )
    return Response(page, 201)


@blueprint.get("/photos/<uuid:photo>/<size>.webp")
@always_fresh
def show(photo: UUID, size: str) -> Response:
    """A photo: to everybody when a public practice shows it, else to who sent it, their fellows and moderators."""
    if size not in pictures.SIZES:
        abort(404)
    public = known.is_public(asked.connection(), photo)
    if not public and not _may_see(photo):
        abort(404)
    file = photos.path(asked.settings().data_dir, photo, size)
    if not file.is_file():
        abort(404)
    answer = send_file(file, mimetype="image/webp", conditional=True, max_age=None)
    answer.headers["Cache-Control"] = FOR_EVER if public else "private, no-store"
    return answer


def _may_see(photo: UUID) -> bool:
    one = acting.me()
    if one is None:
        return False
    if one.role in ("moderator", "admin"):
        return True
    of = [] if one.role == "contributor" else [organisation.id for organisation in one.organisations]
    return known.is_of(asked.connection(), photo, one.id, of)


def address(photo: object, size: str) -> str:
    """Return the address of a photo."""
    return asked.below(f"/photos/{photo}/{size}.webp")


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(photo_address=address, photo_widths=pictures.SIZES)
