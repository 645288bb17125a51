"""What templates of review say about proposals: kinds, steps, ages. Names of fields are in `differing_words`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import g, url_for
from flask_babel import gettext as _

from .. import i18n

OLD = timedelta(days=7)  # whoever waits longer is marked


def age(since: datetime | None) -> str:
    """Return how long ago a moment was, in words: 3 hours, 2 days."""
    passed = datetime.now(UTC) - since if since else timedelta()
    return format_timedelta(passed, granularity="minute", threshold=1.2, locale=i18n.locale(g.lang))


def is_old(since: datetime | None) -> bool:
    """Tell whether somebody has waited too long."""
    return since is not None and datetime.now(UTC) - since > OLD


def about(kind: str, action: str) -> str:
    """Return what a proposal wants."""
    said: Mapping[tuple[str, str], str] = {
        ("practice", "create"): _("New practice"),
        ("practice", "change"): _("Change of a practice"),
        ("practice", "retire"): _("Take a practice off the map"),
        ("practice", "merge"): _("Merge two practices"),
        ("service", "create"): _("New service"),
        ("service", "change"): _("Change of a service"),
        ("service", "retire"): _("Take a service off the map"),
        ("service", "merge"): _("Merge two services"),
    }
    return said.get((kind, action), _("Evaluation of a practice"))


def kind_of(kind: str) -> str:
    """Return what several proposals of a kind are called."""
    return {"practice": _("Practices"), "service": _("Services"), "evaluation": _("Evaluations")}[kind]


def state_of(state: str) -> str:
    """Return the state of a proposal in words."""
    return {
        "submitted": _("waits"),
        "agreed": _("agreed to"),
        "approved": _("published"),
        "returned": _("returned"),
        "withdrawn": _("taken back"),
        "draft": _("being written"),
    }[state]


def step_of(step: str) -> str:
    """Return what somebody did, as the title of a line in a list of steps."""
    return {
        "saved": _("Written"),
        "submitted": _("Sent"),
        "agreed": _("Agreed to by the organisation"),
        "approved": _("Approved"),
        "returned": _("Returned"),
        "withdrawn": _("Taken back"),
        "asked": _("Question"),
        "answered": _("Answer"),
        "caught_up": _("Put on top of the record as it is now"),
    }[step]


def role_of(role: str | None) -> str:
    """Return the role of somebody who sent something."""
    return {
        "contributor": _("without an account"),
        "partner": _("partner"),
        "moderator": _("moderator"),
        "admin": _("admin"),
    }.get(role or "", "")


def page_of(kind: str, slug: str) -> str:
    """Return the address of the public page of a record; an evaluation stands on the page of its practice."""
    return url_for("services.detail" if kind == "service" else "practices.detail", slug=slug)


def words() -> dict[str, Any]:
    """Give the templates these words under one name."""
    functions = (age, is_old, about, kind_of, state_of, step_of, role_of, page_of)
    return {"review": {function.__name__: function for function in functions}}
