"""A person's own page: name, language, password, sessions, what is kept of them, and the way out."""

from typing import Any

import orjson
from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from .. import i18n, passwords
from ..queries import accounts as known
from ..queries import sessions as opened
from ..queries.accounts import DIGESTS
from ..queries.sessions import GUARDED
from ..writing import accounts, auditing, sessions
from . import acting, asked
from .confirming import account as _account
from .confirming import recently_confirmed
from .mailed_links import clean_name, password_problem

blueprint = Blueprint("account", __name__)
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_name(sent: str | None) -> str:
    """Return what a browser says of itself in words that its owner knows: "Firefox, Linux"."""
    names = (
        next((name for mark, name in known_names if mark in (sent or "")), "") for known_names in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in names if name) or _("Unknown device")


def _note(action: str, connection: Any, **details: Any) -> None:
    one = _account()
    auditing.note(
        connection, action, account_id=one.id, subject=f"account:{one.id}", address=request.remote_addr, **details
    )


def _page(problems: dict[str, str] | None = None, status: int = 200) -> Any:
    account, one = _account(), acting.held()
    name = request.form.get("name", account.name or "") if problems else account.name
    page = render_template(
        "account/index.html",
        account=account,
        name=name,
        guarded=account.role in GUARDED,
        sessions=opened.of_account(asked.connection(), account.id),
        session_id=one.id if one else None,
        device_name=device_name,
        problems=problems or {},
        saved="saved" in request.args,
    )
    return make_response(page, status)


@blueprint.get("/<lang:lang>/account/")
@acting.needs()
def index(lang: str) -> Any:
    """The account of the person who asks."""
    return _page()


@blueprint.post("/<lang:lang>/account/")
@acting.needs()
def change(lang: str) -> Any:
    """Keep what the person says of themselves."""
    account = _account()
    name, language = clean_name(request.form.get("name", "")), request.form.get("language", "")
    problems = {}
    if not name and account.role != "contributor":
        problems["name"] = _("Please write the name under which others here see you.")
    if language not in i18n.LANGUAGES:
        problems["language"] = _("Please choose one of these languages.")
    digest = request.form.get("digest", account.digest) if account.role in GUARDED else account.digest
    if digest not in DIGESTS:
        problems["digest"] = _("Please choose one of these.")
    if problems:
        return _page(problems, 422)
    with acting.transaction() as connection:
        accounts.change(connection, account.id, name=name or None, language=language, digest=digest)
        _note("account_changed", connection)
    return redirect(acting.account_address("?saved=1"), 303)


@blueprint.get("/<lang:lang>/account/password")
@acting.needs("partner", "moderator", "admin")
@recently_confirmed
def password_page(lang: str) -> str:
    """The form for a new password."""
    return render_template("account/password.html", problem="", shortest=passwords.SHORTEST, mail=_account().mail)


@blueprint.post("/<lang:lang>/account/password")
@acting.needs("partner", "moderator", "admin")
@recently_confirmed
def change_password(lang: str) -> Any:
    """Keep a new password; whoever else is signed in to the account is out."""
    account, one = _account(), acting.held()
    password = request.form.get("new_password", "")[:1000]
    if problem := password_problem(password, account.mail, account.name):
        page = render_template("account/password.html", problem=problem, shortest=passwords.SHORTEST, mail=account.mail)
        return make_response(page, 422)
    password_hash = passwords.hash_of(password)
    with acting.transaction() as connection:
        accounts.set_password(connection, account.id, password_hash)
        sessions.end_all(connection, account.id, but=one.id if one else None)
        _note("password_changed", connection)
        accounts.tell_changed(connection, account, "password", site=asked.mail_site())
    return redirect(acting.account_address("?saved=1"), 303)


@blueprint.post("/<lang:lang>/account/sessions/<int:number>/end")
@acting.needs()
def end_session(lang: str, number: int) -> Any:
    """End one of the person's sessions; somebody else's is not there."""
    with acting.transaction() as connection:
        if sessions.end(connection, _account().id, number):
            _note("session_ended", connection)
    return redirect(acting.account_address("#sessions"), 303)


@blueprint.post("/<lang:lang>/account/sessions/end-others")
@acting.needs()
def end_other_sessions(lang: str) -> Any:
    """End every session of the person but this one."""
    one = acting.held()
    with acting.transaction() as connection:
        ended = sessions.end_all(connection, _account().id, but=one.id if one else None)
        _note("sessions_ended", connection, number=ended)
        if ended:
            accounts.tell_changed(connection, _account(), "sessions_ended", site=asked.mail_site())
    return redirect(acting.account_address("#sessions"), 303)


@blueprint.post("/<lang:lang>/account/export")
@acting.needs()
@recently_confirmed
def export(lang: str) -> Response:
    """Everything that is kept of the person, as JSON."""
    with acting.transaction() as connection:
        _note("own_data_exported", connection)
        data = known.own_data(connection, _account().id)
    body = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    return current_app.response_class(
        body,
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="practice-atlas-my-data.json"'},
    )


def _delete_page(problem: str = "", status: int = 200) -> Any:
    return make_response(render_template("account/delete.html", problem=problem), status)


@blueprint.get("/<lang:lang>/account/delete")
@acting.needs()
@recently_confirmed
def delete_page(lang: str) -> Any:
    """What deleting the account means."""
    return _delete_page()


@blueprint.post("/<lang:lang>/account/delete")
@acting.needs()
@recently_confirmed
def delete(lang: str) -> Any:
    """Delete the account; what its owner sent in stays without a name."""
    if "sure" not in request.form:
        return _delete_page(_("Please tick that you have read it."), 422)
    account_id = _account().id
    with acting.transaction() as connection:
        deleted = accounts.delete_account(connection, account_id)
    if not deleted:
        return _delete_page(_("You are the only admin. Invite another one first, or nobody could run this site."), 409)
    g.held = None
    answer = make_response(render_template("account/deleted.html"))
    acting.take_cookie(answer)
    return answer
