"""create_app(): the only place that knows all parts."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Flask, Request, current_app, g, redirect, request
from flask.sessions import NullSession, SessionInterface
from flask_babel import Babel
from sqlalchemy import Engine
from werkzeug import Response
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from . import assets, i18n, mounting
from .atlas import Atlas
from .database import reading
from .formats.at_hand import AtHand
from .kept_bytes import KeptBytes
from .security import secured
from .settings import Settings
from .views import acting, answering, asked, failing, guarding, hosts, looking, translating, wording
from .views import all as blueprints

LARGEST_BODY = 1024 * 1024  # bytes; nothing public takes more than a search


class _NoSessions(SessionInterface):
    """Flask's own sessions are not used: nothing is made of them for any request."""

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        """Return a session that refuses to be written."""
        return NullSession()


class _App(Flask):
    """Flask without the look whether each function of a request is a coroutine: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function."""
        return func


def create_app(settings: Settings, engine: Engine) -> Flask:
    """Return the application on a database whose migrations have run. Nothing is asked of the database yet."""
    app = _App(__name__, static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, BABEL_DEFAULT_LOCALE="en")
    # A form may be all text: one field of it may be as long as the whole.
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["APPLICATION_ROOT"] = settings.prefix or "/"  # where no server says it: archives, tests
    app.jinja_env.globals["root"] = settings.prefix  # before every address that a template writes
    app.url_map.converters["lang"] = i18n.LanguageConverter
    app.url_map.strict_slashes = False
    app.extensions |= {
        "settings": settings,
        "root": settings.prefix,
        "engine": engine,
        "reader": reading(engine),
        "atlas": Atlas(),
        "watch": None,  # who has one puts it there
        "kept": {},
        "lines": KeptBytes(),
        "keys": KeptBytes(),
        "at hand": AtHand(settings.data_dir / "features"),
        "build": f"{version('practice-atlas')}-{assets.build_id()}{'-demo' * settings.demo}-{settings.base_url}",
    }
    app.session_interface = _NoSessions()
    Babel(app, locale_selector=lambda: g.get("lang", "en"))
    app.url_value_preprocessor(_remember_language)
    app.url_defaults(_same_language)
    app.teardown_request(asked.release)
    hosts.install(app)  # before kept answers
    answering.install(app)
    failing.install(app)
    assets.install(app, settings.prefix)
    wording.install(app)
    looking.install(app)
    translating.install(app)
    acting.install(app)
    guarding.install(app)
    for blueprint in blueprints.BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "start", _start)
    _serve_static(app)
    app.wsgi_app = secured(app.wsgi_app, whole_host=not settings.prefix)  # type: ignore[assignment,method-assign]
    if settings.prefix:
        mounting.check(app, settings.prefix)
        app.wsgi_app = mounting.mounted(app.wsgi_app, settings.prefix)  # type: ignore[assignment,method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # Host and path are the operator's word where there is one; of a path nobody else is believed.
        host = 0 if settings.base_url else hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=host)  # type: ignore[method-assign]
    return app


def _remember_language(_endpoint: str | None, _values: dict[str, str] | None) -> None:
    asker, notes = asked.asker(), asked.notes()
    first = asker.path.split("/", 2)[1]
    named = first if first in i18n.LANGUAGES or "lang" not in asker.args else asker.args["lang"]
    accepted = asker.environ.get("HTTP_ACCEPT_LANGUAGE", "")
    notes.lang = named if named in i18n.LANGUAGES else i18n.choose_language(accepted)


def _same_language(endpoint: str, values: dict[str, str]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.lang


@answering.without_data
def _start() -> Response:
    """Send a visitor to the map in the language that their browser asks for."""
    query = request.query_string.decode("ascii", "ignore")
    response = redirect(asked.below(f"/{g.lang}/") + (f"?{query}" if query else ""))
    response.vary.add("Accept-Language")
    return response


def _serve_static(app: Flask) -> None:
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(assets.DIST),
        prefix="static/dist/",
        max_age=60,
        immutable_file_test=assets.is_hashed,
        allow_all_origins=False,
    )
