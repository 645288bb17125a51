"""What the details of an entry of the audit log are called: their names, and those of their values that are ours."""

from typing import Any

from flask_babel import gettext as _

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


def say(name: str, value: Any) -> Any:
    """Return a value in the words of the page where it is one of ours, else as it was written."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value_names().get(name, {}).get(value, value) if isinstance(value, str) else value
