"""Links by mail: asked for, opened, used once by a button, so that no program that looks into mails uses them up."""

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from .. import passwords
from ..queries import accounts as known
from ..queries import tokens as standing
from ..queries.accounts import Account
from ..writing import accounts, attempts, auditing, mail, sessions, tokens
from . import acting, asked, entering, interrupted, trying
from .answering import always_fresh
from .guarding import own_origin_suffices

blueprint = Blueprint("mailed_links", __name__)
PURPOSES = ("sign_in", "invite", "reset")
LONGEST_NAME = 120  # characters


def clean_name(typed: str) -> str:
    """Return a person's name as one line, at most LONGEST_NAME characters."""
    return mail.one_line(typed)[:LONGEST_NAME].strip()


def password_problem(password: str, *personal: str | None) -> str:
    """Return what is wrong with a new password, in words; empty for a good one."""
    reason = passwords.weakness(password, *personal, asked.site().name)
    words = {
        "short": _("Too short: at least %(number)s characters.", number=passwords.SHORTEST),
        "long": _("Too long: at most %(number)s characters.", number=passwords.LONGEST),
        "simple": _("Too simple: use more different characters."),
        "common": _("This password is one of the first that others would try."),
        "personal": _("Do not build it from your name, your mail address or the name of this site."),
    }
    return words[reason] if reason else ""


def _ask_page(problem: str = "", status: int = 200) -> Any:
    page = render_template(
        "account/link.html",
        next=entering.onward(),
        kept=request.form.get(interrupted.FIELD, ""),
        mail=request.form.get("mail", "")[:254],
        problem=problem,
        gone="gone" in request.args,
    )
    return make_response(page, status)


@blueprint.get("/<lang:lang>/account/link")
@always_fresh
def ask_page(lang: str) -> Any:
    """The form that asks for a link."""
    return _ask_page()


@blueprint.post("/<lang:lang>/account/link")
@own_origin_suffices
@always_fresh
def ask(lang: str) -> Any:
    """Send a link. The answer is the same for every address, known or not."""
    address = request.form.get("mail", "").strip()
    if len(address) > 254 or not accounts.MAIL.fullmatch(address) or "\0" in address:
        return _ask_page(_("Please write a mail address such as partner@example.org."), 422)
    if seconds := trying.wait("link", address, trying.LINKS):
        return entering.too_often(_ask_page(trying.in_words(seconds)), seconds)
    with acting.transaction() as connection:
        accounts.ask_for_link(
            connection, address, g.lang, site=asked.mail_site(), then=acting.own_path(request.form.get("next"), "")
        )
        auditing.note(connection, "link_asked", address=request.remote_addr)
    carried = request.form.get(interrupted.FIELD, "")
    return _sent_page(carried) if carried else redirect(acting.account_address("link-sent"), 303)


def _sent_page(carried: str, waiting: bool = False) -> str:
    return render_template("account/link_sent.html", kept=carried, waiting=waiting)


@blueprint.get("/<lang:lang>/account/link-sent")
@always_fresh
def sent(lang: str) -> str:
    """Say that a mail is on its way, if the address is one that may have it."""
    return _sent_page("")


@blueprint.post("/<lang:lang>/account/go-on")
@own_origin_suffices
@always_fresh
def go_on(lang: str) -> Any:
    """Send a form that waited while its author signed in by the mailed link in another window."""
    carried = request.form.get(interrupted.FIELD, "")
    if acting.me() is None:
        return _sent_page(carried, waiting=True)
    return interrupted.repeat(carried) or redirect(acting.account_address(), 303)


def _gone() -> Any:
    return redirect(acting.account_address("link?gone=1"), 303)


def _open_page(key: str, found: standing.Standing, problems: dict[str, str], status: int = 200) -> Any:
    account = known.by_id(asked.connection(), found.account_id) if found.account_id else None
    if found.account_id and account is None:  # disabled meanwhile
        return _gone()
    template = "account/enter_by_link.html" if found.purpose == "sign_in" else "account/set_password.html"
    page = render_template(
        template,
        key=key,
        purpose=found.purpose,
        mail=account.mail if account else found.about.get("mail", ""),
        name=request.form.get("name", account.name or "" if account else ""),
        problems=problems,
        shortest=passwords.SHORTEST,
    )
    return make_response(page, status)


@blueprint.get("/<lang:lang>/account/link/<key>")
@always_fresh
def open_link(lang: str, key: str) -> Any:
    """What a link is good for; nothing is used up yet."""
    found = standing.standing(asked.connection(), key, *PURPOSES)
    return _open_page(key, found, {}) if found else _gone()


@blueprint.post("/<lang:lang>/account/link/<key>")
@own_origin_suffices
@always_fresh
def use_link(lang: str, key: str) -> Any:
    """Use a link: sign a contributor in, or set the password that was asked for."""
    found = standing.standing(asked.connection(), key, *PURPOSES)
    if found is None:
        return _gone()
    return _sign_in_by(key) if found.purpose == "sign_in" else _set_password_by(key, found)


def _sign_in_by(key: str) -> Any:
    with acting.transaction() as connection:
        used = tokens.use(connection, key, "sign_in")
        account_id = used and (
            used.account_id or accounts.contributor(connection, used.about["mail"], used.about["language"])
        )
        account = known.by_id(connection, account_id) if account_id else None
        if used is None or account is None or account.role != "contributor":
            return _gone()  # what was used up stays so
        session = entering.begin(connection, account, given=True)
    return entering.enter(
        account, session, acting.own_path(used.about.get("then"), acting.account_address()), given=True
    )


def _set_password_by(key: str, found: standing.Standing) -> Any:
    account = known.by_id(asked.connection(), found.account_id or 0)
    if account is None:
        return _gone()
    name, password = clean_name(request.form.get("name", "")), request.form.get("new_password", "")[:1000]
    problems = {"new_password": password_problem(password, account.mail, name or account.name)}
    if found.purpose == "invite" and not name:
        problems["name"] = _("Please write the name under which others here see you.")
    problems = {field: words for field, words in problems.items() if words}
    if problems:
        return _open_page(key, found, problems, 422)
    password_hash = passwords.hash_of(password)
    with acting.transaction() as connection:
        if tokens.use(connection, key, found.purpose) is None:
            return _gone()
        session = _new_password(connection, account, password_hash, name if found.purpose == "invite" else None)
    return entering.enter(account, session, acting.account_address())


def _new_password(connection: Any, account: Account, password_hash: str, name: str | None) -> str:
    """Keep the password, end what the old one had opened, and return the key of the new session."""
    accounts.set_password(connection, account.id, password_hash, name)
    sessions.end_all(connection, account.id)
    attempts.forget(connection, trying.who("sign_in", account.mail))
    auditing.note(
        connection,
        "invitation_accepted" if name else "password_reset",
        account_id=account.id,
        subject=f"account:{account.id}",
        address=request.remote_addr,
    )
    if not name:
        accounts.tell_changed(connection, account, "password", site=asked.mail_site())
    return entering.begin(connection, account)
