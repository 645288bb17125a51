"""Answers that need no work: 304 and kept bodies; and what every answer carries when it leaves."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, current_app, g, request

from ..caching import COMPRESSIBLE, SMALL, Kept, Shelf, choose_encoding, compress, make_etag
from ..security import secure
from . import asked

View = TypeVar("View", bound=Callable[..., object])
FRAGMENT = "X-Fragment"  # a script asks for a part of the page at the page's own address


def always_fresh(view: View) -> View:
    """Mark a view whose answer depends on more than the data and the address: it is never kept."""
    view.always_fresh = True  # type: ignore[attr-defined]
    return view


def _asks_for_public_data() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in ("GET", "HEAD") and view is not None and not getattr(view, "always_fresh", False)


def answer_from_shelf() -> Response | None:
    """Answer with 304 or a kept body where the data version says that nothing changed. Runs before every view."""
    if not _asks_for_public_data():
        return None
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    g.etag = make_etag(
        *asked.versions(),
        current_app.extensions["build"],
        request.url_root,
        request.full_path,
        request.headers.get(FRAGMENT, ""),
        request.headers.get("Accept-Language", "") if request.path == "/" else "",
        encoding,
    )
    if request.if_none_match.contains(g.etag):
        return Response(status=304)
    kept = current_app.extensions["shelf"].get(g.etag)
    if kept is None:
        return None
    g.from_shelf = True
    return Response(kept.body, kept.status, list(kept.headers))


def finish(response: Response) -> Response:
    """Compress, keep and label an answer. Runs after every view, errors included."""
    secure(response.headers, request.is_secure)
    etag = g.get("etag")
    if response.status_code == 304:
        response.headers["ETag"] = f'"{etag}"'
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["Vary"] = f"Accept-Encoding, {FRAGMENT}"
        return response
    if response.is_streamed or response.direct_passthrough:
        return response
    if not g.get("from_shelf"):
        _encode(response)
        if etag and response.status_code == 200 and "Set-Cookie" not in response.headers:
            response.headers["ETag"] = f'"{etag}"'
            response.headers.setdefault("Cache-Control", "public, no-cache")
            kept = Kept(response.status_code, tuple(response.headers.items()), response.get_data())
            current_app.extensions["shelf"].put(etag, kept)
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


def _encode(response: Response) -> None:
    response.headers["Vary"] = f"Accept-Encoding, {FRAGMENT}"
    kind = response.content_type or ""
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    body = response.get_data()
    if encoding and len(body) >= SMALL and kind.startswith(COMPRESSIBLE) and "Content-Encoding" not in response.headers:
        response.set_data(compress(body, encoding))
        response.headers["Content-Encoding"] = encoding


def install(app: Flask) -> None:
    """Put both ends around every request of the application."""
    app.extensions["shelf"] = Shelf()
    app.before_request(answer_from_shelf)
    app.after_request(finish)
