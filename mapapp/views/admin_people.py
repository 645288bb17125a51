"""Accounts, as admins run them: found, invited, given rights, shut and opened."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from .. import i18n
from ..forms import administering as forms
from ..forms.fields import N_, add_fault, sent
from ..queries import people as known
from ..writing import accounts, people
from . import acting, asked
from .admin import form_sent, missing, myself, page, went

blueprint = Blueprint("admin_people", __name__)
REFUSED = {
    "mail": N_("Please give a mail address such as name@example.org."),
    "role": N_("Please choose one."),
    "known": N_("Somebody with this address has an account already. Look for it in the list."),
    "sample": N_("This address is kept for a sample account of the demonstration. Please give the person's own."),
    "yourself": N_("You cannot take your own rights away. Another admin can."),
    "not_admin": N_("You are no admin any more."),
    "contributor": N_("A contributor becomes more by an invitation, which lets them choose a password."),
    "unknown": N_("This account is not there any more."),
}


def role_names() -> dict[str, str]:
    """Return the roles in the words of the page."""
    return {
        "contributor": _("Contributor"),
        "partner": _("Partner"),
        "moderator": _("Moderator"),
        "admin": _("Admin"),
    }


def state_names() -> dict[str, str]:
    """Return the states of an account in the words of the page."""
    return {
        "active": _("Open"),
        "invited": _("Invited"),
        "sample": _("Sample account"),
        "disabled": _("Shut"),
        "deleted": _("Deleted"),
    }


def _after(given: str) -> tuple[str, int]:
    mail, _bar, number = given.rpartition("|")
    return (mail, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else ("", 0)


@blueprint.get("/<lang:lang>/admin/accounts")
@acting.needs("admin")
def listed(lang: str) -> Any:
    """The accounts, by mail address."""
    chosen = {name: request.args.get(name, "")[:100].replace("\0", "") for name in ("role", "state", "q")}
    found = known.listed(
        asked.connection(),
        role=chosen["role"],
        state=chosen["state"],
        words=chosen["q"],
        after=_after(request.args.get("after", "")[:300].replace("\0", "")),
    )
    last = found[known.PAGE - 1] if len(found) > known.PAGE else None
    return page(
        "accounts",
        "accounts",
        people=found[: known.PAGE],
        chosen=chosen,
        after=f"{(last.mail or '').lower()}|{last.id}" if last else "",
        roles=role_names(),
        states=state_names(),
    )


def _invitation_page(form: forms.AccountForm, status: int = 200) -> Any:
    return page(
        "invite",
        "accounts",
        status,
        form=form,
        roles={key: name for key, name in role_names().items() if key in forms.INVITED},
        organisations=known.organisations(asked.connection(), request.view_args["lang"]),  # type: ignore[index]
    )


def _form(given: Any, kind: type[forms.AccountForm]) -> forms.AccountForm:
    ids = {str(one.id) for one in known.organisations(asked.connection(), "en")}
    form = forms.account_form(given, ids, kind)
    if isinstance(form, forms.InvitationForm):
        form.language.known = i18n.LANGUAGES
    return form


@blueprint.get("/<lang:lang>/admin/accounts/invite")
@acting.needs("admin")
def invitation(lang: str) -> Any:
    """The form of an invitation."""
    given = sent([("role", "partner"), ("language", lang), ("mail", request.args.get("mail", "")[:254])])
    return _invitation_page(_form(given, forms.InvitationForm))


@blueprint.post("/<lang:lang>/admin/accounts/invite")
@acting.needs("admin")
def invite(lang: str) -> Any:
    """Invite somebody by mail."""
    form = _form(form_sent(), forms.InvitationForm)
    if not form.validate():
        return _invitation_page(form, 422)
    try:
        with acting.transaction() as connection:
            account_id = _send(connection, form)
    except accounts.NotInvited as error:
        add_fault(form["role" if error.reason == "role" else "mail"], REFUSED[error.reason])
        return _invitation_page(form, 422)
    return went(f"accounts/{account_id}", "invited")


def _send(connection: Connection, form: Any) -> int:
    me, memberships = myself(), form.memberships()
    invited = accounts.invite(
        connection,
        me,
        form.mail.data,
        form.role.data,
        list(memberships),
        form.language.data,
        site=asked.mail_site(),
    )
    rights = people.Rights(form.role.data, form.may_evaluate.data, memberships)
    people.change(connection, me, invited.account_id, rights, address=request.remote_addr)
    return invited.account_id


def _found(number: int) -> known.Person:
    person = known.one(asked.connection(), number)
    if person is None:
        raise missing()
    return person


def _account_page(person: known.Person, form: forms.AccountForm, status: int = 200, problem: str = "") -> Any:
    return page(
        "account",
        "accounts",
        status,
        person=person,
        form=form,
        problem=problem,
        roles={key: name for key, name in role_names().items() if key in forms.INVITED},
        role_names=role_names(),
        states=state_names(),
        own=person.id == myself().id,
        organisations=known.organisations(asked.connection(), request.view_args["lang"]),  # type: ignore[index]
    )


def _as_it_is(person: known.Person) -> forms.AccountForm:
    pairs = [("role", person.role), ("may_evaluate", "1" if person.may_evaluate else "")]
    for one in person.organisations:
        pairs.append(("organisations", str(one.id)))
        pairs += [("editor_of", str(one.id))] if one.editor else []
    return _form(sent(pairs), forms.AccountForm)


@blueprint.get("/<lang:lang>/admin/accounts/<int(max=2000000000):number>")
@acting.needs("admin")
def account(lang: str, number: int) -> Any:
    """One account with its rights."""
    person = _found(number)
    return _account_page(person, _as_it_is(person))


@blueprint.post("/<lang:lang>/admin/accounts/<int(max=2000000000):number>")
@acting.needs("admin")
def change(lang: str, number: int) -> Any:
    """Give an account other rights."""
    person, form = _found(number), _form(form_sent(), forms.AccountForm)
    if person.role == "contributor":
        form.role.data, form.role.known = "contributor", ("contributor",)
    if not form.validate():
        return _account_page(person, form, 422)
    rights = people.Rights(form.role.data, form.may_evaluate.data, form.memberships())
    try:
        with acting.transaction() as connection:
            people.change(connection, myself(), number, rights, address=request.remote_addr)
            memberships = {one.id: one.editor for one in person.organisations}
            before = people.Rights(person.role, person.may_evaluate, memberships)
            if rights != before and person.state == "active":
                accounts.tell_changed(connection, person, "rights", site=asked.mail_site())
    except people.Refused as error:
        add_fault(form.role, REFUSED[error.reason])
        return _account_page(person, form, 422)
    return went(f"accounts/{number}", "saved")


# What the person is told of it (see accounts.tell_changed).
TOLD = {
    "disabled": "disabled",
    "enabled": "enabled",
    "sessions": "signed_out",
    "second-factor": "second_factor_reset",
}


@blueprint.post(
    "/<lang:lang>/admin/accounts/<int(max=2000000000):number>/"
    "<any('disabled', 'enabled', 'sessions', 'second-factor', 'invited'):act>"
)
@acting.needs("admin")
def act_on(lang: str, number: int, act: str) -> Any:
    """Shut or open an account, end its sessions, take its second factor away, send its invitation again."""
    me, person, address = myself(), _found(number), request.remote_addr
    try:
        with acting.transaction() as connection:
            if act == "disabled":
                people.disable(connection, me, number, address=address)
            elif act == "enabled":
                people.enable(connection, me, number, address=address)
            elif act == "sessions":
                people.end_sessions(connection, me, number, address=address)
            elif act == "second-factor":
                people.reset_second_factor(connection, me, number, address=address)
            else:
                ids = [one.id for one in person.organisations]
                site = asked.mail_site()
                accounts.invite(connection, me, person.mail or "", person.role, ids, person.language, site=site)
            if act in TOLD and person.state not in ("invited", "sample"):
                accounts.tell_changed(connection, person, TOLD[act], site=asked.mail_site())
    except (people.Refused, accounts.NotInvited) as error:
        return _account_page(person, _as_it_is(person), 409, _(REFUSED[error.reason]))
    return went(f"accounts/{number}", act)
