"""Forgery: every request that changes something proves that it comes from a form of ours, sent from our own pages."""

import hmac
import io
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

from ..errors import Problem
from ..sealing import proof
from ..writing import attempts
from ..writing.attempts import Limit
from . import acting, asked

View = TypeVar("View", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
FIELD = "csrf"
HEADER = "X-CSRF-Token"
OPEN_FOR = 24 * 3600  # seconds that a form of somebody without a session stays good
LARGEST_OF_STRANGERS = 16 * 1024 * 1024  # bytes that are read of a form whose session has ended, to keep its text
LARGEST_SIFTED = (
    128 * 1024 * 1024
)  # bytes that are read of a form that is too large, to keep its text without its files
LARGEST_TEXT = 4 * 1024 * 1024  # bytes of text in a form that a person has written; its fields have limits of their own
SIFTED = Limit(20, timedelta(hours=1))  # larger forms of strangers at one address


def takes(most: int) -> Callable[[View], View]:
    """Mark a view whose form may have up to `most` bytes instead of what every other form may have."""

    def mark(view: View) -> View:
        view.largest_body = most  # type: ignore[attr-defined]
        return view

    return mark


def own_origin_suffices(view: View) -> View:
    """Mark a view whose form may have been drawn for another session than the one it comes with, because signing in or
    out in another window changes that; what the browser says of its origin must be there then."""
    view.own_origin_suffices = True  # type: ignore[attr-defined]
    return view


def _sign(*parts: str) -> str:
    return urlsafe_b64encode(proof(asked.settings().secret_key, "csrf", *parts)[:24]).decode()


def token_of(session_id: int | None) -> str:
    """Return a new token for the forms of a session; without one it carries its time. No two tokens are the same, so
    that nothing can be guessed from how well a page compresses."""
    nonce = secrets.token_urlsafe(9)
    if session_id is not None:
        return f"s.{nonce}.{_sign('s', nonce, str(session_id))}"
    moment = str(int(time.time()))
    return f"a.{moment}.{nonce}.{_sign('a', moment, nonce)}"


def fits(token: str, session_id: int | None) -> bool:
    """Tell whether a token is good for a session, or for nobody's."""
    kind, *rest = token.split(".")
    if kind == "s" and session_id is not None and len(rest) == 2:
        return hmac.compare_digest(rest[1].encode(), _sign("s", rest[0], str(session_id)).encode())
    if kind == "a" and session_id is None and len(rest) == 3 and rest[0].isascii() and rest[0].isdigit():
        young = 0 <= time.time() - int(rest[0]) <= OPEN_FOR
        return hmac.compare_digest(rest[2].encode(), _sign("a", rest[0], rest[1]).encode()) and young
    return False


def csrf_token() -> str:
    """Return a token for the forms and scripts of this page."""
    one = acting.held()
    return token_of(one.id if one else None)


def csrf_field() -> Markup:
    """Return the hidden field that every form with method="post" must have."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def _own_origins() -> set[str]:
    addresses = [request.host_url, asked.settings().base_url]
    return {f"{parts.scheme}://{parts.netloc}".lower() for parts in map(urlsplit, addresses) if parts.netloc}


def _origin() -> bool | None:
    """Tell whether the browser says that the request comes from our own pages; None when it does not say."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return origin.lower() in _own_origins()
    return None if site is None else True


def _make_room(view: Any, known: bool, own: bool) -> bool:
    """Say how much is read of the request's body; return whether that is more than the view takes, for the words' sake.

    Of a form of ours that somebody has written, the text is read even when it is too large, or when their session has
    ended meanwhile (then they are not `known`): no file of it is kept. Anything larger is refused before it is read.
    """
    usual: int = getattr(view, "largest_body", request.max_content_length or 0)
    if not getattr(view, "roles", None):
        request.max_content_length = usual
        return False
    if not known and not own:
        return False
    if not known:
        usual = min(usual, LARGEST_OF_STRANGERS)
        request._get_file_stream = _nowhere  # type: ignore[method-assign]
    request.max_content_length = usual
    if not own:
        return False
    request.max_form_memory_size = LARGEST_TEXT
    length = request.content_length or 0
    if length <= usual or length > LARGEST_SIFTED or (not known and _too_often()):
        return False
    request.max_content_length = LARGEST_SIFTED
    request._get_file_stream = _nowhere  # type: ignore[method-assign]
    return True


def _too_often() -> bool:
    with acting.transaction() as connection:
        counted = attempts.Try(f"sifted:address:{attempts.of_address(request.remote_addr)}", SIFTED)
        return bool(attempts.take(connection, counted))


def _check() -> Any:
    """Refuse a change that does not come from a form of ours. Runs before every view."""
    if asked.asker().method in SAFE or request.routing_exception is not None:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    from . import interrupted

    own = _origin()
    if own is not False:
        one = acting.held()
        sifted = _make_room(view, one is not None, bool(own))
        token = request.headers.get(HEADER) or request.form.get(FIELD, "")
        if fits(token, one.id if one else None) or (own and token and getattr(view, "own_origin_suffices", False)):
            return interrupted.too_large() if sifted and one is not None else None
        if own and token and one is None and getattr(view, "roles", None):
            return None  # the session ended while the form was open: the view asks them to sign in, the text is kept
        if own and token:
            return interrupted.send_again()
    acting.note_denial("forgery")
    raise Problem(
        403,
        _("This did not come from a page of ours"),
        _("Nothing was changed."),
        _("Open the page again and send the form from there."),
    )


class _Nowhere(io.BytesIO):
    """A file that keeps nothing of what is written to it."""

    def write(self, content: Any, /) -> int:
        """Drop some bytes."""
        return len(content)


def _nowhere(*_about: Any, **_more: Any) -> IO[bytes]:
    return _Nowhere()


def install(app: Flask) -> None:
    """Check every change; give the templates their fields."""
    app.before_request(_check)
    app.jinja_env.globals.update(csrf_field=csrf_field, csrf_token=csrf_token)
