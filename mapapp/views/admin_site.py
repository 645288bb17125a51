"""What admins say of the site, and the figures that they look at."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from .. import i18n
from ..forms import site as forms
from ..forms.fields import Sent
from ..queries import administration
from ..queries import site as described
from ..writing import site as writing
from . import acting, asked
from .admin import form_sent, myself, page, went
from .admin_people import role_names
from .log_words import setting

blueprint = Blueprint("admin_site", __name__)
# Said once for all languages.
PLAIN = ("name", "contact", "operator", "fresh_months", "grace_weeks", "time_zone", "digest", "digest_hour")


def _page(form: Any, status: int = 200) -> Any:
    rhythms = {
        "daily": _("Every day"),
        "workdays": _("Monday to Friday"),
        "weekly": _("Once a week, on Monday"),
        "never": _("Never"),
    }
    zones = [(name, name.replace("_", " ")) for name in i18n.time_zones()]
    wrong = [(field, setting(_written(field.name))) for field in form if field.errors]
    return page("site", "site", status, form=form, zones=zones, rhythms=rhythms, wrong=wrong)


def _written(field: str) -> str:
    """Return how the setting of a field is written: its language stands behind a colon."""
    name, _line, language = field.rpartition("_")
    return f"{name}:{language}" if name in described.IN_LANGUAGES else field


def _form(given: Sent) -> Any:
    return forms.make(given, described.IN_LANGUAGES, i18n.LANGUAGES, described.RHYTHMS)


def _as_it_is() -> dict[tuple[str, str], str]:
    """Return the settings as they hold now, those of the environment where no admin says otherwise."""
    site = asked.site()
    found = {(name, ""): str(getattr(site, name)) for name in PLAIN}
    for name in described.IN_LANGUAGES:
        found |= {(name, language): text for language, text in getattr(site, name).items()}
    return found


@blueprint.get("/<lang:lang>/admin/site")
@acting.needs("admin")
def site(lang: str) -> Any:
    """The form of what is said of the site."""
    return _page(_form(forms.of_values(_as_it_is())))


@blueprint.post("/<lang:lang>/admin/site")
@acting.needs("admin")
def change(lang: str) -> Any:
    """Say something else of the site."""
    form = _form(form_sent())
    if not form.validate():
        return _page(form, 422)
    otherwise = described.from_settings(asked.settings())
    values = forms.clean(form, described.IN_LANGUAGES, i18n.LANGUAGES)
    # What is the operator's own word is not kept twice: a new environment counts then.
    for name in PLAIN:
        if values[name, ""] == str(getattr(otherwise, name)):
            values[name, ""] = None
        elif values[name, ""] is None and name in ("contact", "operator") and getattr(otherwise, name):
            values[name, ""] = ""
    with acting.transaction() as connection:
        changed = writing.change(connection, myself(), values, address=request.remote_addr)
    return went("site", "saved" if changed else "nothing")


def state_names() -> dict[str, str]:
    """Return the states of proposals in the words of the page."""
    return {
        "draft": _("Drafts"),
        "submitted": _("Waiting"),
        "agreed": _("Agreed, waiting"),
        "approved": _("Published"),
        "returned": _("Returned"),
        "withdrawn": _("Withdrawn"),
    }


def kind_names() -> dict[str, str]:
    """Return the kinds of records in the words of the page."""
    return {"practice": _("Practices"), "service": _("Services"), "evaluation": _("Evaluations")}


@blueprint.get("/<lang:lang>/admin/statistics")
@acting.needs("admin")
def statistics(lang: str) -> Any:
    """Figures: records, contributions, reviews, accounts, mails."""
    connection = asked.connection()
    months = administration.months(connection)
    return page(
        "statistics",
        "statistics",
        records=administration.records(connection),
        proposals=administration.proposals(connection),
        months=[(i18n.month(one.first_day, lang), one) for one in months],
        most=max((one.submitted for one in months), default=0),
        review=administration.review(connection),
        mails=administration.mails(connection),
        roles=administration.roles(connection),
        kinds=kind_names(),
        states=state_names(),
        mail_states={"waiting": _("Waiting"), "sending": _("On its way"), "sent": _("Sent"), "failed": _("Failed")},
        role_names=role_names(),
        span=lambda span: i18n.span(span, lang),
    )
