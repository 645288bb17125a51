"""What a draft keeps beside its values: what was typed into fields that cannot be read yet, so that nothing is lost.

It stands among the values under `TYPED` and is gone once every field can be read: no submitted proposal has it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .fields import Sent
from .parts import left_over

TYPED = "typed"
_TEXT = re.compile(r"texts-(\d+)-(\w+)")


def with_typed(values: dict[str, Any], form: Any) -> dict[str, Any]:
    """Return the values of a form that was looked at, with what was typed into fields that cannot be read."""
    languages = {entry.name: entry.form.language.data for entry in getattr(form, "texts", ())}
    kept = {}
    for name, typed in left_over(form).items():
        found = _TEXT.fullmatch(name)
        # The number of a text is only its place on one page; its language stays.
        kept[f"texts.{languages[f'texts-{found[1]}']}.{found[2]}" if found else name] = typed
    return values | {TYPED: kept} if kept else values


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values alone."""
    return {name: value for name, value in values.items() if name != TYPED}


def to_form(values: Mapping[str, Any], write: Callable[[Mapping[str, Any]], Sent]) -> Sent:
    """Return a draft as its form sends it; `write` does so for the values (practice.to_form, service.to_form …)."""
    given = write(plain(values))
    for name, typed in values.get(TYPED, {}).items():
        parts = name.split(".")
        if len(parts) == 3:
            number = open_text(given, parts[1])
            name = f"texts-{number}-{parts[2]}"
        given[name] = [typed]
    return given


def open_text(given: Sent, language: str) -> int:
    """Return the number of the text in a language, which is added, empty, where there is none."""
    numbers = [int(found[1]) for name in given if (found := _TEXT.fullmatch(name)) and found[2] == "language"]
    for number in numbers:
        if given[f"texts-{number}-language"] == [language]:
            return number
    number = max(numbers, default=-1) + 1
    given[f"texts-{number}-language"] = [language]
    return number


def rename_source(given: Sent, before: str) -> None:
    """Take a source text for one in the language that its author chose for it: they had begun it as `before`."""
    chosen = given.getlist("language")[:1]
    names = [name for name in given if (found := _TEXT.fullmatch(name)) and found[2] == "language"]
    if not chosen or not before or any(given[name][:1] == chosen for name in names):
        return
    for name in names:
        if given[name][:1] == [before]:
            given[name] = chosen
