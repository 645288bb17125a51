"""What a request brings with it: its language, one database connection, the atlas and the site as they are now."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Request, g
from flask.globals import _cv_app, _cv_request
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.local import LocalProxy
from werkzeug.sansio.utils import get_current_url

from ..kept_bytes import KeptBytes
from ..queries import data_version, vocabulary
from ..queries import site as described
from ..queries.data_version import Versions
from ..queries.site import Site
from ..settings import Settings
from ..writing import mail

if TYPE_CHECKING:
    from ..atlas import Atlas, Snapshot
    from ..formats.at_hand import AtHand, Held
    from ..watching import Watch


def _kept() -> dict[str, Any]:
    return _cv_app.get().app.extensions


def settings() -> Settings:
    """Return the settings of this installation."""
    found: Settings = _kept()["settings"]
    return found


def below(path: str) -> str:
    """Return the address on our host of a path of this site: below the path of MAPAPP_BASE_URL, where that has one."""
    root: str = _kept()["root"]
    return root + path


def asker() -> Request:
    """Return the request itself, for what runs often: each look at Flask's stand-in for it costs five calls."""
    return _cv_request.get().request


def notes() -> Any:
    """Return what is noted of the request, `g` itself."""
    return _cv_app.get().g


def root(asker: Request) -> str:
    """Return the address that this site was asked at, as `url_root` of the request, which works it out each time."""
    return _root(asker.scheme, asker.host, asker.root_path)


@lru_cache(maxsize=64)
def _root(scheme: str, host: str, path: str) -> str:
    return get_current_url(scheme, host, path)


def connection() -> Connection:
    """Return the request's one connection, opened when first asked for and closed when the answer is made."""
    found: Connection | None = g.get("connection")
    if found is None:
        found = g.connection = _kept()["reader"].connect()
    return found


# The same for those who mostly need none: it is taken from the pool when the first question is asked.
connection_if_needed: Connection = LocalProxy(connection)  # type: ignore[assignment]


def versions() -> Versions:
    """Return the data versions, the same for a whole request: everything in one answer speaks of the same data."""
    known = notes()
    found: Versions | None = known.get("versions")
    if found is None:
        watch: Watch | None = _kept()["watch"]
        found = known.versions = (watch.known if watch else None) or _read_versions(watch)
        known.away = False
    return found


def _read_versions(watch: "Watch | None") -> Versions:
    read = watch.read if watch else data_version.read
    g.away = True  # until it has answered
    try:
        return read(connection())
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # The server was restarted while this connection lay in the pool: no reason to bother the visitor.
        release()
        return read(connection())


def _known_site() -> tuple[int, Site]:
    """Return the site with its version, read once a version; what was known last while the database is away."""
    last: tuple[int, Site] | None = _kept().get("site")
    try:
        # Where the database did not answer before, the page that says so does not ask again.
        wanted = None if g.get("away") else versions().site
        if wanted is not None and (last is None or last[0] != wanted):
            last = _kept()["site"] = (wanted, described.read(connection(), settings()))
    except SQLAlchemyError:  # away, or the connection of this request was cut off before
        g.away = True
    return last or (0, described.from_settings(settings()))


def site() -> Site:
    """Return the site as its admins describe it; also while the database is away."""
    if "site" not in g:
        g.site = _known_site()
    return g.site[1]


def site_version() -> int:
    """Return the version of what admins say of the site."""
    site()
    return int(g.site[0])


def mail_site() -> mail.Site:
    """Return the site as mails name it."""
    return mail.Site(site().name, settings().address)


def atlas() -> "Atlas":
    """Return the keeper of the columns in memory, which answer every search."""
    return _kept()["atlas"]


def snapshot(collection: str = "practice") -> "Snapshot":
    """Return the columns of a collection as they are now.

    While another request rebuilds them they may be older than the data version: such an answer is given, not kept.
    """
    found = atlas().current(connection_if_needed, collection, versions())
    if found.version != getattr(versions(), collection):
        g.etag = None
    return found


def at_hand(lang: str, site: str) -> "Held | None":
    """Return the features of the practices in a language, where this worker has them as they are now."""
    keeper: AtHand = _kept()["at hand"]
    return keeper.find(lang, site, versions().practice)


def kept_lines() -> KeptBytes:
    """Return the keeper of finished lines of records."""
    return _kept()["lines"]


def kept_keys() -> KeptBytes:
    """Return the keeper of the keys that were found."""
    return _kept()["keys"]


def labels() -> Callable[[str, str], str]:
    """Return the words of every vocabulary in the language of the page, read once while the data stay the same."""
    if "labels" not in g:
        g.labels = vocabulary.labels(connection(), versions(), g.lang)
    return g.labels


def release(_error: BaseException | None = None) -> None:
    """Give the connection back; registered by the factory at the end of every request."""
    if "connection" in (known := notes()):
        known.pop("connection").close()
