"""Whether this process lives, and whether it can answer: for those who run the site and their machines."""

import logging

import orjson
from flask import Blueprint, Response
from sqlalchemy.exc import DBAPIError, TimeoutError

from .. import migrating
from . import asked
from .answering import always_fresh

log = logging.getLogger("mapapp")
blueprint = Blueprint("health", __name__, url_prefix="/healthz")


def _tell(status: int, members: dict[str, object]) -> Response:
    response = Response(orjson.dumps(members), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/live")
@always_fresh
def live() -> Response:
    """The process answers. Nothing else is asked: a restart would not bring a database back."""
    return _tell(200, {"status": "live"})


@blueprint.get("/ready")
@always_fresh
def ready() -> Response:
    """The database answers, its tables are those of this version, and the columns are loaded."""
    try:
        asked.versions()
        if not migrating.is_current(asked.connection()):
            return _tell(503, {"status": "not ready", "waiting_for": "migrations"})
        counted = {name: asked.snapshot(name).columns.size for name in ("practice", "service")}
    except (DBAPIError, TimeoutError) as error:
        log.warning("not ready: %s", error)
        return _tell(503, {"status": "not ready", "waiting_for": "database"})
    return _tell(200, {"status": "ready", "records": counted})
