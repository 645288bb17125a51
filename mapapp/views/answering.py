"""Answers that need no work: 304 and kept bodies; and what every answer carries when it leaves."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, Request, Response, abort, current_app, request

from ..caching import COMPRESSIBLE, KEPT_BYTES, SMALL, Kept, Shelf, choose_encoding, compress, make_etag
from . import asked

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

View = TypeVar("View", bound=Callable[..., object])
FRAGMENT = "X-Fragment"  # a script asks for a part of the page at the page's own address
FRAGMENTS = frozenset({"results"})
_FRAGMENT = "HTTP_X_FRAGMENT"  # the header in the environment: one that is missing costs nothing to look for there
VARY = f"Accept-Encoding, {FRAGMENT}"


class Answer(Response):
    """A response; one that was kept leaves with the headers with which it left the first time and no others."""

    kept: Kept | None = None

    def get_wsgi_response(self, environ: "WSGIEnvironment") -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers as they are sent."""
        if self.kept is None:
            return super().get_wsgi_response(environ)
        body = [] if environ["REQUEST_METHOD"] == "HEAD" else [self.kept.body]
        return body, self.status, list(self.kept.headers)


def always_fresh(view: View) -> View:
    """Mark a view whose answer depends on more than the data and the address: it is never kept."""
    view.always_fresh = True  # type: ignore[attr-defined]
    return view


def without_data(view: View) -> View:
    """Mark a view that needs nothing from the database: it answers while the database is away."""
    view.without_data = True  # type: ignore[attr-defined]
    return view


def with_site(view: View) -> View:
    """Mark a view that shows what admins say of the site and nothing else of the database: it answers without it."""
    view.without_data = view.with_site = True  # type: ignore[attr-defined]
    return view


def fragment() -> str:
    """Return the name of the part of the page that a script asks for; empty for the whole page."""
    return _fragment(request.environ)


def _fragment(environ: "WSGIEnvironment") -> str:
    name = environ.get(_FRAGMENT, "")
    return name if name in FRAGMENTS else ""


def negotiated(asker: Request, lang: str) -> str:
    """Return what else an answer of the OGC API depends on: form and language follow the asker where none is named."""
    return f"{asker.environ.get('HTTP_ACCEPT', '')} {lang}" if asker.path.startswith("/ogc") else ""


def answer_from_shelf() -> Response | None:
    """Answer with 304 or a kept body where the data version says that nothing changed. Runs before every view."""
    # Looked up once: this runs for every answer, and each look-up costs five calls.
    asker = asked.asker()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    notes = asked.notes()
    if not asker.host:
        abort(400)  # a Host header that is no host
    view, environ = app.view_functions.get(asker.endpoint or ""), asker.environ
    if asker.method not in ("GET", "HEAD") or view is None or getattr(view, "always_fresh", False):
        return None
    etag = notes.etag = make_etag(
        *(() if getattr(view, "without_data", False) else asked.versions()),
        asked.site_version() if getattr(view, "with_site", False) else "",
        app.extensions["build"],
        asked.root(asker),
        asker.full_path,
        _fragment(environ),
        negotiated(asker, notes.lang),
        notes.lang if asker.path == "/" else "",
        choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )
    if "HTTP_IF_NONE_MATCH" in environ:
        known = asker.if_none_match
        # A proxy that compresses weakens the tag; `*` only says that the asker has something.
        if not known.star_tag and known.contains_weak(etag):
            return Answer(status=304)
    kept = app.extensions["shelf"].get(etag) or app.extensions["timed shelf"].get(etag)
    if kept is None:
        return None
    answer = Answer(status=kept.status)
    answer.kept = notes.from_shelf = kept
    return answer


def finish(response: Answer) -> Answer:
    """Compress, keep and label an answer. Runs after every view, errors included."""
    notes = asked.notes()
    if "from_shelf" in notes:
        return response
    asker, status, etag = asked.asker(), response.status_code, notes.get("etag")
    there = {name.lower() for name, _value in response.headers}
    # Response.vary would parse and write the header at every name.
    more = [("Vary", ", ".join([value for name, value in response.headers if name == "Vary"] + [VARY]))]
    if status >= 400:
        more.append(("Cache-Control", "no-store"))
    if etag and status in (200, 302, 304):
        # What tells its own time is the same answer at another time, though not byte for byte.
        more.append(("ETag", f'W/"{etag}"' if "timed" in notes else f'"{etag}"'))
        if "cache-control" not in there:
            more.append(("Cache-Control", "public, no-cache"))
    if status == 304 or response.is_streamed or response.direct_passthrough:
        response.headers.update(more)
        return response
    _encode(response, choose_encoding(asker.environ.get("HTTP_ACCEPT_ENCODING", "")))
    if etag and status == 200 and asker.method == "GET" and "set-cookie" not in there:
        body = response.get_data()
        more.append(("Content-Length", str(len(body))))
        replaced = {name for name, _value in more}
        headers = (*(one for one in response.headers if one[0] not in replaced), *more)
        response.kept = Kept(status, headers, body)
        current_app.extensions["timed shelf" if "timed" in notes else "shelf"].put(etag, response.kept)
    else:
        response.headers.update(more)
    return response


def _encode(response: Response, encoding: str) -> None:
    if not encoding or "Content-Encoding" in response.headers:
        return
    if (response.content_type or "").startswith(COMPRESSIBLE) and len(body := response.get_data()) >= SMALL:
        response.set_data(compress(body, encoding))
        response.headers["Content-Encoding"] = encoding


def install(app: Flask) -> None:
    """Put both ends around every request of the application."""
    app.response_class = Answer
    app.extensions["shelf"] = Shelf()
    # Pages of features tell when they were made, and are told so again. Whoever fetches all of them, page by page,
    # must not push out what visitors look at, nor what others ask for again: they have a wary shelf of their own.
    app.extensions["timed shelf"] = Shelf(KEPT_BYTES // 2, wary=True)
    app.before_request(answer_from_shelf)
    app.after_request(finish)
