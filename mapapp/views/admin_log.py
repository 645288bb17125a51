"""The audit log, as admins read it."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from ..queries import auditing as known
from ..queries import people
from . import acting, asked, log_words
from .admin import page

blueprint = Blueprint("admin_log", __name__)


def action_names() -> dict[str, str]:
    """Return the actions in the words of the page; one that is not listed is shown as it is written."""
    return {
        "account_changed": _("Rights changed"),
        "account_deleted": _("Account deleted"),
        "account_disabled": _("Account shut"),
        "account_enabled": _("Account opened"),
        "confirmation_failed": _("Wrong password on a confirmation"),
        "denied": _("Denied"),
        "freshness_answered": _("Owner answered"),
        "invitation_accepted": _("Invitation accepted"),
        "invited": _("Invited"),
        "link_asked": _("Link asked for"),
        "links_queued": _("Links to be checked"),
        "organisation_added": _("Organisation added"),
        "organisation_changed": _("Organisation changed"),
        "own_data_exported": _("Own data exported"),
        "password_changed": _("Password changed"),
        "password_reset": _("New password by a mailed link"),
        "proposal_agreed": _("Proposal agreed to"),
        "proposal_approved": _("Proposal approved"),
        "proposal_returned": _("Proposal returned"),
        "recovery_code_used": _("Recovery code used"),
        "recovery_codes_made": _("Recovery codes made"),
        "second_factor_added": _("Second factor added"),
        "second_factor_failed": _("Wrong second factor"),
        "second_factor_removed": _("Second factor removed"),
        "second_factor_reset": _("Second factor taken away"),
        "session_ended": _("Session ended"),
        "sessions_ended": _("Sessions ended"),
        "sign_in_failed": _("Sign-in failed"),
        "signed_in": _("Signed in"),
        "signed_out": _("Signed out"),
        "site_changed": _("Site changed"),
        "table_taken": _("Table taken in"),
        "term_added": _("Term added"),
        "term_look": _("Colour or icon changed"),
        "terms_parted": _("Merge of terms undone"),
        "term_changed": _("Words changed"),
        "term_moved": _("Term moved"),
        "term_offered": _("Term offered again"),
        "term_retired": _("Term retired"),
        "terms_merged": _("Terms merged"),
    }


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@blueprint.get("/<lang:lang>/admin/log")
@acting.needs("admin")
def log(lang: str) -> Any:
    """The entries, the newest first."""
    chosen = {name: request.args.get(name, "")[:200].replace("\0", "") for name in ("action", "subject", "account")}
    first, last = _day("first"), _day("last")
    connection = asked.connection()
    found = known.entries(
        connection,
        before=_number("before"),
        action=chosen["action"],
        account=_number("account"),
        subject=chosen["subject"],
        first=first,
        last=last,
        zone=asked.site().zone.key,
    )
    days = {name: day.isoformat() if day else "" for name, day in (("first", first), ("last", last))}
    more = found[known.PAGE - 1].id if len(found) > known.PAGE else None
    return page(
        "log",
        "log",
        entries=found[: known.PAGE],
        chosen=chosen | days,
        more={name: value for name, value in (chosen | days).items() if value} | {"before": more} if more else None,
        actions=known.actions(connection),
        names=action_names(),
        detail_names=log_words.detail_names(),
        say_detail=log_words.say,
        page_of=log_words.page_of,
        organisations={one.id: one.name for one in people.organisations(connection, lang)},
    )
