"""The texts of a form by language, as tabs: which is the source, which are translations, which are older than it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g

from .. import i18n
from .translating import gettext as _

BESIDE = ("language", "current")  # fields of a text that are no words


class Tab(NamedTuple):
    """The texts in one language: their part of the form, and their state, in a word of ours and of the reader's."""

    language: str
    name: str
    part: Any
    state: str
    words: str
    asks_current: bool  # whether the author can say that a translation is up to date with its source


def _said(part: Any) -> dict[str, Any]:
    return {name: field.data for name, field in part._fields.items() if name not in BESIDE}


def _state(part: Any, source: Any, base: Mapping[str, Any] | None) -> str:
    language, said = part.language.data, _said(part)
    if source is not None and language == source.language.data:
        return "source"
    if not any(said.values()):
        return "empty"
    old = (base or {}).get("texts", {}).get(language)
    if base is None or old is None or part.current.data:
        return "translated"
    before = base["texts"].get(base["language"], {})
    made_from, is_now = old.get("source_version"), before.get("source_version")
    untouched = all(old.get(name) == value for name, value in said.items())
    rewritten = source is not None and any(before.get(name) != value for name, value in _said(source).items())
    if (made_from is not None and is_now is not None and made_from < is_now) or (untouched and rewritten):
        return "older"
    return "machine" if untouched and old.get("origin") == "machine" else "translated"


def tabs(form: Any, base: Mapping[str, Any] | None) -> list[Tab]:
    """Return the texts of a form, the source first; `base` is the published record that is being changed."""
    words = {
        "source": _("source"),
        "empty": _("to be written"),
        "translated": _("translated"),
        "older": _("older than the source"),
        "machine": _("machine translation"),
    }
    parts = [entry.form for entry in form.texts.entries]
    source = next((part for part in parts if part.language.data == form.language.data), None)
    found = []
    for part in parts:
        language, state = part.language.data or "", _state(part, source, base)
        there = bool(base) and language in (base or {}).get("texts", {})
        found.append(
            Tab(language, i18n.language_name(language, g.lang), part, state, words[state], there and state != "source")
        )
    return sorted(found, key=lambda one: one.state != "source")
