"""Answers that need no work: 304 and kept bodies; and what every answer carries when it leaves."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Request, Response, abort, current_app, g, request
from werkzeug.datastructures import Headers

from ..caching import COMPRESSIBLE, KEPT_BYTES, SMALL, Kept, Shelf, choose_encoding, compress, make_etag
from . import asked

View = TypeVar("View", bound=Callable[..., object])
FRAGMENT = "X-Fragment"  # a script asks for a part of the page at the page's own address
FRAGMENTS = frozenset({"results"})


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
    name = request.headers.get(FRAGMENT, "")
    return name if name in FRAGMENTS else ""


def negotiated(asker: Request) -> str:
    """Return what else an answer of the OGC API depends on: form and language follow the asker where none is named."""
    return f"{asker.headers.get('Accept', '')} {g.lang}" if asker.path.startswith("/ogc") else ""


def vary(response: Response, names: str) -> None:
    """Say what else of a request an answer depends on; Response.vary parses and writes the header at every name."""
    there = response.headers.get("Vary")
    response.headers["Vary"] = f"{there}, {names}" if there else names


def answer_from_shelf() -> Response | None:
    """Answer with 304 or a kept body where the data version says that nothing changed. Runs before every view."""
    # Looked up once: this runs for every answer, and each look-up costs five calls.
    asker: Request = request._get_current_object()  # type: ignore[attr-defined]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if not asker.host:
        abort(400)  # a Host header that is no host
    view = app.view_functions.get(asker.endpoint or "")
    if asker.method not in ("GET", "HEAD") or view is None or getattr(view, "always_fresh", False):
        return None
    headers = asker.headers
    etag = g.etag = make_etag(
        *(() if getattr(view, "without_data", False) else asked.versions()),
        asked.site_version() if getattr(view, "with_site", False) else "",
        app.extensions["build"],
        asked.root(),
        asker.full_path,
        fragment(),
        negotiated(asker),
        g.lang if asker.path == "/" else "",
        choose_encoding(headers.get("Accept-Encoding", "")),
    )
    if "If-None-Match" in headers:
        known = asker.if_none_match
        # A proxy that compresses weakens the tag; `*` only says that the asker has something.
        if not known.star_tag and known.contains_weak(etag):
            return Response(status=304)
    kept = app.extensions["shelf"].get(etag) or app.extensions["timed shelf"].get(etag)
    if kept is None:
        return None
    g.from_shelf = kept
    return Response(kept.body, kept.status)


def finish(response: Response) -> Response:
    """Compress, keep and label an answer. Runs after every view, errors included."""
    etag, timed, kept = g.get("etag"), g.get("timed"), g.get("from_shelf")
    if kept:
        # As it left the first time: what others add to every answer, it has already.
        response.headers = Headers(kept.headers)
        return response
    vary(response, f"Accept-Encoding, {FRAGMENT}")
    status, headers = response.status_code, response.headers
    if status >= 400:
        headers["Cache-Control"] = "no-store"
    if etag and status in (200, 302, 304):
        # What tells its own time is the same answer at another time, though not byte for byte.
        headers["ETag"] = f'W/"{etag}"' if timed else f'"{etag}"'
        headers.setdefault("Cache-Control", "public, no-cache")
    if status == 304 or response.is_streamed or response.direct_passthrough:
        return response
    _encode(response)
    if etag and status == 200 and request.method == "GET" and "Set-Cookie" not in headers:
        made = Kept(status, tuple(headers.items()), response.get_data())
        current_app.extensions["timed shelf" if timed else "shelf"].put(etag, made)
    return response


def _encode(response: Response) -> None:
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    if not encoding or "Content-Encoding" in response.headers:
        return
    if (response.content_type or "").startswith(COMPRESSIBLE) and len(body := response.get_data()) >= SMALL:
        response.set_data(compress(body, encoding))
        response.headers["Content-Encoding"] = encoding


def install(app: Flask) -> None:
    """Put both ends around every request of the application."""
    app.extensions["shelf"] = Shelf()
    # Pages of features tell when they were made, and are told so again. Whoever fetches all of them, page by page,
    # must not push out what visitors look at: they have a shelf of their own.
    app.extensions["timed shelf"] = Shelf(KEPT_BYTES // 2)
    app.before_request(answer_from_shelf)
    app.after_request(finish)
