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
NAMED_BY = {"texts": "language", "criteria": "key", "photos": "id", "alt": "language"}
_PART = re.compile(r"(texts|criteria|photos)-(\d+)-([\w-]+)")
_ALT = re.compile(r"alt-(\d+)-text")


def with_typed(values: dict[str, Any], form: Any) -> dict[str, Any]:
    """Return the values of a form that was looked at, with what was typed into fields that cannot be read."""
    kept = {}
    photos = {one["id"] for one in values.get("photos", ())}
    for name, raw in left_over(form).items():
        typed = tidy(raw, lines=True)
        if found := _PART.fullmatch(name):
            list_name, number, field = found.groups()
            part = _entry(form[list_name], number)
            which = part[NAMED_BY[list_name]].data
            if list_name == "photos":
                if which not in photos:  # it was taken off
                    continue
                if said := _ALT.fullmatch(field):  # once for each language
                    field = f"alt/{_entry(part.alt, said[1]).language.data or ''}"
            kept[f"{list_name}/{which}/{field}"] = typed
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
        if list_name == "photos":
            which, _slash, field = rest.partition("/")
            part = f"photos-{part_of(given, 'photos', which)}"
            field, _slash, language = field.partition("/")
            if field == "alt":
                field = f"alt-{part_of(given, f'{part}-alt', language)}-text"
            name = f"{part}-{field}"
        elif rest:
            which, _slash, field = rest.rpartition("/")
            name = f"{list_name}-{part_of(given, list_name, which)}-{field}"
        given[name] = [typed]
    return given


def _entry(parts: Any, number: str) -> Any:
    return next(one.form for one in parts.entries if one.name == f"{parts.name}-{number}")


def part_of(given: Sent, list_name: str, which: str) -> int:
    """Return the number of a part (the text in a language, say), which is added, empty, where there is none."""
    numbers = []
    by = NAMED_BY[list_name.rsplit("-", 1)[-1]]
    for name in given:
        if found := re.fullmatch(rf"{list_name}-(\d+)-{by}", name):
            if given[name][:1] == [which]:
                return int(found[1])
            numbers.append(int(found[1]))
    number = max(numbers, default=-1) + 1
    given[f"{list_name}-{number}-{by}"] = [which]
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
