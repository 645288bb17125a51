"""Failures as pages and problem documents: the one table from what went wrong to what the visitor is told."""

import logging

import orjson
import psycopg
from flask import Flask, Response, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ..errors import Problem
from ..formats.kinds import KINDS
from ..security import IN_FRAMES

log = logging.getLogger("mapapp")
RETRY_AFTER_S = 5
AWAY = (OperationalError, TimeoutError, psycopg.OperationalError)  # a cancelled statement is one of them
# Addresses that programs ask for.
DATA = (".json", ".atom", ".xml", ".qgz", ".qlr", *(f".{ending}" for ending in KINDS))
TEMPLATES = {400: "errors/400.html", 404: "errors/404.html", 410: "errors/404.html", 503: "errors/503.html"}


def known_problem(status: int) -> Problem:
    """Return what a visitor is told for a status that has no words of its own."""
    if status == 404:
        return Problem(
            404,
            _("There is no page here"),
            _("The address may be mistyped, or the record has moved."),
            _("Search for it on the map."),
        )
    if status == 503:
        return Problem(
            503,
            _("The database is away"),
            _("The map comes back by itself as soon as it answers again."),
            _("Please try again in a few moments."),
        )
    if status == 405:
        return Problem(405, _("That is not possible here"), _("This address does not take that kind of request."))
    if status == 413:
        return Problem(
            413,
            _("That is too large"),
            _("The request is larger than this site accepts."),
            _("Go back: what you typed is still in the form. Then send fewer or smaller files at once."),
        )
    if status < 500:
        return Problem(
            status,
            _("This request cannot be read"),
            _("Something in the address is not as expected."),
            _("Check the address, or start again from the map."),
        )
    return Problem(
        status,
        _("Something went wrong on our side"),
        _("It has been noted. Nothing you entered was changed."),
        _("Please try again; if it stays like this, tell us."),
    )


def wants_json(status: int = 0) -> bool:
    """Tell whether the asker is a program: by its Accept header, or by an address that names a data format. Who only
    has to wait for a file (503) is a program unless it asks for pages by name, as browsers do."""
    data = request.path.endswith(DATA)
    ogc = request.path.startswith("/ogc") and request.args.get("f") != "html"
    if ogc or (data and status == 503):
        return "text/html" not in request.headers.get("Accept", "")
    kinds = ["text/html", "application/json", "application/problem+json"]
    best = request.accept_mimetypes.best_match(kinds, default=kinds[0])
    return best != kinds[0] or data


def _framed() -> bool:
    """Tell whether the address is the one for frames of other sites, or one below it that does not exist."""
    return request.path.split("/")[2:3] == ["embed"]


def tell(problem: Problem) -> Response:
    """Return the page or the problem document of a problem; in the frame of another site it can be read, too."""
    g.pop("etag", None)
    framed = _framed()
    if wants_json(problem.status):
        response = Response(orjson.dumps(problem.as_json()), problem.status, content_type="application/problem+json")
    else:
        usual = "errors/500.html" if problem.status >= 500 else "errors/400.html"
        template = "errors/embed.html" if framed else TEMPLATES.get(problem.status, usual)
        response = Response(render_template(template, problem=problem), problem.status)
    if framed:
        response.headers.update(IN_FRAMES)
    if problem.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def install(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(Problem)
    def said(error: Problem) -> Response:
        return tell(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()  # type: ignore[return-value]
        response = tell(known_problem(error.code or 500))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(DBAPIError)
    @app.errorhandler(TimeoutError)
    @app.errorhandler(psycopg.Error)  # a download reads by the driver itself
    def database(error: Exception) -> Response:
        if isinstance(error, (DataError, psycopg.DataError)):
            log.warning("asked for what no column can hold: %s", type(error).__name__)
            return tell(known_problem(400))
        away = isinstance(error, AWAY) or getattr(error, "connection_invalidated", False)
        log.log(logging.WARNING if away else logging.ERROR, "database: %s", error, exc_info=not away)
        return tell(known_problem(503 if away else 500))

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.error("unforeseen: %s %s", request.method, request.path, exc_info=error)
        return tell(known_problem(500))
