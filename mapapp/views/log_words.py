"""What an entry of the audit log says in words: the names of its details and of values that are ours, and where the
page is of what it is about."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _

from ..i18n import language_name
from . import asked
from .admin_people import role_names


def detail_names() -> dict[str, str]:
    """Return the details in the words of the page; one that is not listed is shown as it is written."""
    return {
        "answer": _("Answer of the owner"),
        "by": _("By"),
        "colour": _("Colour"),
        "icon": _("Icon"),
        "into": _("The term that stays"),
        "kind": _("Kind"),
        "labels": _("Words"),
        "may_evaluate": _("May evaluate practices"),
        "method": _("Method"),
        "name": _("Name"),
        "number": _("Number"),
        "organisations": _("Organisations"),
        "place": _("Place in the order"),
        "proposals": _("Proposals"),
        "reason": _("Reason"),
        "record": _("Record"),
        "records": _("Records"),
        "region": _("Region"),
        "role": _("Role"),
        "rows": _("Rows"),
        "second_key": _("Second key"),
        "sent": _("Sent in"),
        "settings": _("Settings"),
        "synonyms": _("Search words"),
        "what": _("What"),
    }


def value_names() -> dict[str, dict[str, str]]:
    """Return, by detail, the values that the site itself writes."""
    return {
        "answer": {
            "right": _("It is still right"),
            "change": _("Something has changed"),
            "retire": _("It should be taken off the map"),
        },
        "by": {"command line": _("command line")},
        "kind": {
            "practice": _("Practice"),
            "service": _("Service"),
            "evaluation": _("Evaluation"),
            "app": _("Authenticator app"),
            "passkey": _("Passkey"),
        },
        "reason": {
            "forgery": _("form not from this site"),
            "may_not_evaluate": _("no right to evaluate"),
            "no_record": _("There is no such record"),
            "not_your_organisation": _("not a member of the organisation"),
            "not_yours": _("belongs to somebody else"),
            "role": _("not allowed in this role"),
            "unknown": _("There is no such contribution"),
        },
        "role": role_names(),
        "what": {
            "create": _("New record"),
            "change": _("Change of a record"),
            "retire": _("Take it off the map"),
            "merge": _("Merge"),
        },
    }


def setting_names() -> dict[str, str]:
    """Return what can be said of the site in the words of its form."""
    return {
        "contact": _("Contact"),
        "digest": _("A summary of what waits for review"),
        "digest_hour": _("From which hour on"),
        "fresh_months": _("Ask owners after this many months"),
        "grace_weeks": _("Mark a record after this many weeks without an answer"),
        "imprint": _("Imprint"),
        "name": _("Name of the site"),
        "operator": _("Operator"),
        "privacy": _("Privacy: what you add"),
        "time_zone": _("Time zone"),
        "welcome": _("Words of welcome"),
    }


def say(name: str, value: Any, organisations: Mapping[int, str]) -> str:
    """Return a detail in the words of the page where it is one of ours, else as it was written. `organisations` are
    their names by id."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("labels", "synonyms") and isinstance(value, dict):
        return "; ".join(_of_language(code, words) for code, words in value.items())
    if name == "organisations" and isinstance(value, (dict, list)):
        return "; ".join(_membership(key, value, organisations) for key in value)
    if name == "settings" and isinstance(value, list):
        return "; ".join(setting(one) for one in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value_names().get(name, {}).get(value, value) if isinstance(value, str) else str(value)


def _of_language(code: str, words: str | list[str] | None) -> str:
    said = ", ".join(words) if isinstance(words, list) else words
    return f"{language_name(code, g.lang)}: {said or _('nothing')}"


def _membership(key: str | int, given: dict[str, bool] | list[int], organisations: Mapping[int, str]) -> str:
    """Return an organisation, and whether somebody is an editor of it where the entry says so."""
    name = organisations.get(int(key), str(key))
    return f"{name} ({_('Editor') if given[str(key)] else _('Member')})" if isinstance(given, dict) else name


def setting(written: str) -> str:
    """Return a setting of the site ("name", or "welcome:de") in the words of its form."""
    name, _colon, language = written.partition(":")
    words = setting_names().get(name, name)
    return f"{words} ({language_name(language, g.lang)})" if language else words


def page_of(subject: str) -> str:
    """Return the address of the page of what an entry is about; empty where there is none that stays."""
    kind, _colon, key = subject.partition(":")
    folder = {
        "account": "admin/accounts",
        "organisation": "admin/organisations",
        "proposal": "review",
        "practice": "review/records/practice",
        "service": "review/records/service",
    }.get(kind)
    return asked.below(f"/{g.lang}/{folder}/{key}") if folder and key else ""
