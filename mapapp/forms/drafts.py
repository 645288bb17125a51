"""What a draft keeps beside its values: what was typed into fields that cannot be read yet, so that nothing is lost.

It stands among the values under `TYPED` and is gone once every field can be read: no submitted proposal has it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .fields import Sent, tidy
from .parts import left_over

TYPED = "typed"
# Parts of which a form has several, and the field that says which one it is: a number is only a place on a page.
NAMED_BY = {"texts": "language", "criteria": "key"}
_PART = re.compile(r"(texts|criteria)-(\d+)-(\w+)")


def with_typed(values: dict[str, Any], form: Any) -> dict[str, Any]:
    """Return the values of a form that was looked at, with what was typed into fields that cannot be read."""
    kept = {}
    for name, raw in left_over(form).items():
        typed = tidy(raw, lines=True)
        if found := _PART.fullmatch(name):
            list_name, number, field = found.groups()
            part = next(one.form for one in form[list_name].entries if one.name == f"{list_name}-{number}")
            kept[f"{list_name}/{part[NAMED_BY[list_name]].data}/{field}"] = typed
        else:
            kept[name] = typed
    return values | {TYPED: kept} if kept else values


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values alone."""
    return {name: value for name, value in values.items() if name != TYPED}


def to_form(values: Mapping[str, Any], write: Callable[[Mapping[str, Any]], Sent]) -> Sent:
    """Return a draft as its form sends it; `write` does so for the values (practice.to_form, service.to_form …)."""
    given = write(plain(values))
    for name, typed in values.get(TYPED, {}).items():
        list_name, _slash, rest = name.partition("/")
        which, _slash, field = rest.rpartition("/")
        given[f"{list_name}-{part_of(given, list_name, which)}-{field}" if rest else name] = [typed]
    return given


def part_of(given: Sent, list_name: str, which: str) -> int:
    """Return the number of a part (the text in a language, say), which is added, empty, where there is none."""
    numbers = []
    for name in given:
        found = _PART.fullmatch(name)
        if found and found[1] == list_name and found[3] == NAMED_BY[list_name]:
            if given[name][:1] == [which]:
                return int(found[2])
            numbers.append(int(found[2]))
    number = max(numbers, default=-1) + 1
    given[f"{list_name}-{number}-{NAMED_BY[list_name]}"] = [which]
    return number


def keep_order(given: Sent, before: Mapping[str, Any]) -> None:
    """Put what was ticked into the order in which it stood in a record's values; what is new comes after that.

    Boxes are sent in the order of the page, but the first theme of a practice is its main one.
    """
    for name, chosen in given.items():
        order = before.get(name)
        if isinstance(order, list) and all(isinstance(one, str) for one in order):
            given[name] = sorted(chosen, key=lambda one, order=order: order.index(one) if one in order else len(order))  # type: ignore[misc]


def rename_source(given: Sent, before: str) -> None:
    """Take a source text for one in the language that its author chose for it: they had begun it as `before`."""
    chosen = given.getlist("language")[:1]
    names = [name for name in given if re.fullmatch(r"texts-\d+-language", name)]
    if not chosen or not before or any(given[name][:1] == chosen for name in names):
        return
    for name in names:
        if given[name][:1] == [before]:
            given[name] = chosen
