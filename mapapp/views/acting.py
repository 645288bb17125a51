"""Who asks: the person behind the session cookie, what their role lets them do, the connection on which they write."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..errors import Problem
from ..queries import sessions as known
from ..sealing import fingerprint
from ..writing import attempts, auditing, sessions
from . import asked
from .failing import wants_json

View = TypeVar("View", bound=Callable[..., Any])
ROLES = ("contributor", "partner", "moderator", "admin")
# Below these addresses the cookie is read; everywhere else the site is the same for everybody.
PRIVATE = re.compile(r"/[a-z]{2}/(?:contribute|review|account|admin)(?:/|$)")
PHOTOS = re.compile(r"(?:/[a-z]{2})?/photos(?:/|$)")
STRANGERS = attempts.Limit(20, timedelta(minutes=15))  # denials of people without a session, of one address
SEEN_EVERY = timedelta(minutes=5)  # a session that is used is noted at most this often


class MyOrganisation(NamedTuple):
    """An organisation that the person belongs to; an editor may turn its second key."""

    id: int
    slug: str
    name: str
    editor: bool


class Me(NamedTuple):
    """The person who asks. `full` says that they are signed in to the end, second factor included."""

    id: int
    name: str | None
    mail: str
    role: str
    language: str
    may_evaluate: bool
    organisations: tuple[MyOrganisation, ...]
    full: bool


def is_private(path: str) -> bool:
    """Tell whether pages at a path may depend on who asks, and so are never kept."""
    return PRIVATE.match(path) is not None


def cookie_name() -> str:
    """Return the name of the session cookie; over https the browser itself holds it to this host and to https.

    Such a cookie is of the whole host: the name tells sites apart that lie below different paths of one.
    """
    name = "session" + asked.below("").replace("/", ".")
    return f"__Host-{name}" if over_https() else name


def over_https() -> bool:
    """Tell whether visitors reach the site by https."""
    return request.is_secure or asked.settings().base_url.startswith("https://")


def held() -> known.Held | None:
    """Return the session of the request, signed in to the end or halfway; read once."""
    if "held" not in g:
        g.held = None
        key = request.cookies.get(cookie_name(), "")
        if key and (is_private(request.path) or PHOTOS.match(request.path)):
            g.held = known.held(asked.connection(), fingerprint(key))
            if g.held and datetime.now(UTC) - g.held.seen_at > SEEN_EVERY:
                with transaction() as connection:
                    sessions.touch(connection, g.held.id)
    found: known.Held | None = g.held
    return found


def become(key: str) -> None:
    """Let the rest of this request, its page above all, see the session that it has just opened."""
    g.held = known.held(asked.connection(), fingerprint(key))


def _is_full(one: known.Held) -> bool:
    # Somebody who was made a moderator meanwhile needs a second factor from now on.
    return one.full and (one.second or one.role not in known.GUARDED)


def somebody() -> Me | None:
    """Return the person who asks even when they are signed in halfway only: for the pages of signing in."""
    one = held()
    if one is None:
        return None
    mine = tuple(MyOrganisation(**organisation) for organisation in one.organisations)
    return Me(one.account_id, one.name, one.mail, one.role, one.language, one.may_evaluate, mine, _is_full(one))


def me() -> Me | None:
    """Return the person who asks, signed in to the end; None for everybody else and on every public page."""
    one = somebody()
    return one if one and one.full else None


@contextmanager
def transaction() -> Iterator[Connection]:
    """Give the connection on which a request writes; committed at the end of the block, rolled back on an error."""
    with current_app.extensions["engine"].begin() as connection:
        yield connection
    if watch := current_app.extensions["watch"]:
        watch.doubt()  # the next page of this worker shows what was written; it is told of it a moment later


def give_cookie(response: Response, key: str) -> None:
    """Let the browser keep the key of a session until it is closed; scripts never see it."""
    response.set_cookie(cookie_name(), key, path="/", secure=over_https(), httponly=True, samesite="Lax")


def take_cookie(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(cookie_name(), path="/", secure=over_https(), httponly=True, samesite="Lax")


def here() -> str:
    """Return the address of this request on our host, with its query."""
    return asked.below(request.full_path.rstrip("?"))


def account_address(page: str = "") -> str:
    """Return the address of a page of one's account, the first one without a name."""
    return asked.below(f"/{g.lang}/account/{page}")


def own_path(address: str | None, otherwise: str) -> str:
    """Return an address that leads to one of our own private pages, or `otherwise` for any other."""
    root = asked.below("")
    if not address or not address.startswith(root) or not PRIVATE.match(address, len(root)):
        return otherwise
    if re.search(r"[\\\x00-\x20\x7f]", address):
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc or "//" in parts.path else address


def note_denial(reason: str) -> None:
    """Write into the audit log that the request was refused. Of strangers at one address only so many are noted:
    nobody fills the log from outside."""
    one = held()
    with transaction() as connection:
        if one is None:
            counted = attempts.Try(f"denied:address:{attempts.of_address(request.remote_addr)}", STRANGERS)
            if attempts.take(connection, counted):
                return
        auditing.note(
            connection,
            "denied",
            account_id=one.account_id if one else None,
            subject=request.path[:500],
            address=request.remote_addr,
            reason=reason,
            method=request.method,
        )


def denied() -> Problem:
    """Return the refusal of something that the person's role does not allow, after writing it down."""
    note_denial("role")
    return Problem(
        403,
        _("This is not yours to do"),
        _("Your account does not have the right to open this page or to do this."),
        _("If you think it should, ask the people who run this site."),
    )


def _turned_away() -> Any:
    """Answer somebody who is not signed in, or halfway only."""
    from . import interrupted

    if wants_json() and "text/html" not in request.headers.get("Accept", ""):  # a link to a file is opened by a person
        raise Problem(401, _("You are signed out"), _("Sign in again; what you typed is still on this page."))
    then = here() if request.method in ("GET", "HEAD") else account_address()
    one = held()
    if one is not None:
        return redirect(step_address(one, then), 303)
    if request.method in ("GET", "HEAD"):
        return redirect(address_of("sign-in", then), 303)
    return interrupted.sign_in_first()


def step_address(one: known.Held, then: str) -> str:
    """Return where somebody goes who is signed in halfway: giving the second factor, or setting one up."""
    return address_of("second-step" if one.second else "second-factor", then)


def address_of(step: str, then: str) -> str:
    """Return the address of a page of signing in that leads on to one of our own paths."""
    from urllib.parse import quote

    return account_address(f"{step}?next={quote(then, safe='/')}")


def needs(*roles: str) -> Callable[[View], View]:
    """Mark a view that only people with one of the roles may use; without roles everybody who is signed in may.

    Somebody else is sent to sign in (what they had typed is kept), or gets 403. Its answers are never kept.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **given: Any) -> Any:
            one = me()
            if one is None:
                return _turned_away()
            if roles and one.role not in roles:
                raise denied()
            return view(*args, **given)

        guarded.always_fresh = True  # type: ignore[attr-defined]
        guarded.roles = roles or ROLES  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def _shown() -> Me | None:
    """Return who is shown in the frame of the page; nobody on public pages, and nobody while the database is away."""
    try:
        return me() if is_private(request.path) else None
    except DBAPIError:
        return None


def _private_answers_stay_private(response: Response) -> Response:
    if is_private(asked.asker().path):
        response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Give templates `me`, and keep private answers out of every cache."""
    app.context_processor(lambda: {"me": _shown()})
    app.after_request(_private_answers_stay_private)
